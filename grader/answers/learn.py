"""Learning from decided answers: which are taken, and whether they help with other answers. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.answers.decisions import Conflict, key_of, remembering
from grader.answers.ideas import marked_wordings, normal_form
from grader.answers.marked import Marked
from grader.answers.normalise import normalise
from grader.answers.score import score_answer
from grader.model import Question

MOST_PARTS = 20
MOST_JUDGED = 200  # of a question: enough to see a difference, and done in seconds


@dataclass(frozen=True, slots=True)
class Taken:
    """The decisions of a file that can be remembered, and what was left out.

    `strange`: question ids that the rubric does not have.  `undecided`, `empty`, `long`: how many answers.
    """

    decided: list[Marked]
    strange: tuple[str, ...]
    undecided: int
    empty: int
    long: int


def take(found: Sequence[Marked], questions: Sequence[Question]) -> Taken:
    """Choose what can be remembered: answers to the rubric's questions with words and a decision, short enough to be
    read whole."""
    known = {one.id for one in questions}
    ours = [one for one in found if one.question in known]
    decided, empty, long = [], 0, 0
    for one in (one for one in ours if one.gold):
        text = normalise(one.text)
        if text.cut:
            long += 1
        elif not text.tokens:
            empty += 1
        else:
            decided.append(replace(one, text=text.shown.strip()))
    strange = dict.fromkeys(one.question for one in found if one.question not in known)
    return Taken(decided, tuple(strange), sum(not one.gold for one in ours), empty, long)


def against_examples(new: Sequence[Marked], questions: Sequence[Question]) -> list[Conflict]:
    """Decisions that contradict an example of the rubric, word for word."""
    examples = {
        (question.id, normal_form(text), criterion.id): met
        for question in questions
        for criterion in question.criteria
        for text, met in marked_wordings(replace(criterion, decided_yes=(), decided_no=()))
    }
    return [
        Conflict(one.question, name, one.text, 0, one.line, met)
        for one in new
        for name, met in one.gold.items()
        if examples.get((*key_of(one), name), met) != met
    ]


@dataclass(frozen=True, slots=True)
class Difference:
    """How many of the `cells` of one question the engine decides as a person did.

    `before`: without any decision.  `after`: with all decisions but the answer's own.  `asked_before`, `asked_after`:
    how many of the `answers` ask for a person.
    """

    question: str
    answers: int
    cells: int
    before: int
    after: int
    asked_before: int
    asked_after: int


def difference(question: Question, decided: Sequence[Marked]) -> Difference:
    """How much decisions help with answers that are not among them.

    Each answer is judged with a memory that has not seen it. Up to 20 answers are left out one at a time; of more
    answers, a twentieth at a time, which if anything understates the benefit. At most 200 answers are judged.
    """
    own = [one for one in decided if one.question == question.id]
    judged = own[:: max(1, math.ceil(len(own) / MOST_JUDGED))]
    parts = min(MOST_PARTS, len(judged))
    (bare,) = remembering([question], [])
    counts = [0, 0, 0, 0]
    for part in range(parts):
        tested = judged[part::parts]
        left_out = {key_of(one) for one in tested}
        (knowing,) = remembering([question], [one for one in own if key_of(one) not in left_out])
        for one in tested:
            for column, asked in enumerate((bare, knowing)):
                score = score_answer(asked, one.text)
                counts[column] += sum(one.gold[c.id] == c.met for c in score.criteria if c.id in one.gold)
                counts[column + 2] += score.needs_review
    return Difference(question.id, len(judged), sum(len(one.gold) for one in judged), *counts)

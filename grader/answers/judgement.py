"""One text against all criteria of a question: first the rules, then the model, then a decision from both.

Scoring calls `judge_answer`. Each decision is kept with everything that a person will want to know about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from grader.answers.decide import (
    Decision,
    Situation,
    decide,
    decide_alone,
    decided_by_person,
    log_odds,
    only_one,
    signals,
    situation,
)
from grader.answers.entailment import Allowance, Reading, allowance_for, cost, is_read_whole, load
from grader.answers.flags import is_instruction, is_list
from grader.answers.ideas import Compiled, Finding, apply_patterns, shifting_wordings
from grader.answers.match import Located
from grader.answers.memory import MOST, Memory, Remembered, remember
from grader.answers.normalise import Sentence, Text, normalise
from grader.answers.withdrawn import withdrawn
from grader.model import Criterion, Question

_MOST_CUTS = 8  # bounds the work; a person looks in any case at an answer that addresses the grader
_NOTHING = -8.0
_BEYOND_DOUBT = 4.0


@dataclass(frozen=True, slots=True)
class CriterionJudgement:
    """What was decided on one criterion and why. `logit`: the model's log-odds, None where it was not asked.

    `marked`: a person has decided this very wording, in the rubric's examples or in the decisions beside it.
    """

    criterion: Criterion
    found: Finding
    seen: Situation
    logit: float | None
    decision: Decision
    marked: bool = False

    @property
    def met(self) -> bool:
        """Whether it earns its points."""
        return self.decision.met


@dataclass(frozen=True, slots=True)
class AnswerJudgement:
    """What was decided on one answer.

    `whole`: the model, if there is one, has read the answer to its end.  `withheld`: the answer earns nothing until a
    person has looked, because it is too long to be read again without what it takes back or says to the grader.
    `left`: how much the model may still read for it.
    """

    judgements: list[CriterionJudgement]
    whole: bool
    withheld: bool
    left: Allowance


def judge_answer(question: Question, ready: Compiled, located: Located) -> AnswerJudgement:
    """A judgement on each criterion, in the rubric's order.

    What an answer takes back, and words to the grader, can only remove credit. A criterion counts as met only if it is
    met in the whole answer, in the answer without what it takes back, and in the answer without words to the grader,
    cut where these may begin. If these readings exceed the allowance, the answer earns nothing.
    """
    ideas = [criterion.idea for criterion in question.criteria]
    said = stated(located)
    left = allowance_for(ideas)
    left.charge(cost(said, ideas))
    found = _judge_text(question, ready, located)
    withheld = False
    for texts in (_without_withdrawn(located), _cut_short(located)):
        for number, text in enumerate(texts):
            if not any(one.met and not one.marked for one in found):
                break
            shorter = Located(text, ready.vocabulary)
            if not left.grants(cost(stated(shorter), ideas)):
                withheld = withheld or number == 0  # not withheld once one of several cuts has been tried
                break
            found = [_lesser(*pair) for pair in zip(found, _judge_text(question, ready, shorter), strict=True)]
    if withheld:
        found = [_withheld(one) for one in found]
    return AnswerJudgement(_only(question, found), is_read_whole(said), withheld, left)


def _lesser(one: CriterionJudgement, less: CriterionJudgement) -> CriterionJudgement:
    return one if one.marked or not one.met or less.met else less


def _withheld(one: CriterionJudgement) -> CriterionJudgement:
    if one.marked or not one.met:
        return one
    return replace(one, decision=replace(one.decision, met=False, sure=False, withheld=True))


def _only(question: Question, found: list[CriterionJudgement]) -> list[CriterionJudgement]:
    """The judgements, with the stricter demands on an idea that is the only one to earn anything."""
    if any(one.logit is None for one in found):
        return found
    decisions = only_one([one.seen for one in found], [one.decision for one in found], question.target_precision)
    return [
        one if one.marked else replace(one, decision=decision) for one, decision in zip(found, decisions, strict=True)
    ]


def stated(located: Located) -> str:
    """What the model reads: the answer with its spelling repaired, on one line.

    Sentences that state nothing about the question (lists, and words to the grader) are left out. The text always ends
    with a full stop or the like, so that a missing one makes no difference.
    """
    aside = located.lists | located.instructions
    text = located.text
    parts = []
    for number, sentence in enumerate(text.sentences):
        if number not in aside:
            last = number + 1 == len(text.sentences)
            stop = len(text.shown) if last else text.sentences[number + 1].start
            parts.append(_repaired(located, sentence, text.shown[sentence.end : stop].strip()[:1]))
    said = " ".join(parts)
    return said if not said or said[-1] in ".!?" else said.rstrip(",;: ") + "."


def _repaired(located: Located, sentence: Sentence, closing: str) -> str:
    shown, tokens = located.text.shown, located.text.tokens
    parts, place = [], sentence.start
    for index in range(sentence.first, sentence.last):
        token, word = tokens[index], located.words[index]
        if word != token.word:
            parts += [shown[place : token.start], word]
            place = token.end
    parts.append(shown[place : sentence.end])
    return " ".join("".join(parts).split()) + closing


@dataclass(frozen=True, slots=True)
class _View:
    """What rules and model find in a text for each criterion. `readings`, `odds`: None without a model."""

    findings: list[Finding]
    seen: list[Situation]
    readings: list[Reading] | None
    odds: list[float] | None


def _judge_text(question: Question, ready: Compiled, located: Located) -> list[CriterionJudgement]:
    view = _view(question, ready, located)
    words = tuple(token.word for token in located.text.tokens)
    result = []
    for place, criterion in enumerate(question.criteria):
        marked = ready.examples[criterion.id].get(words)
        if marked is not None:
            decision = decided_by_person(met=marked)
        elif view.readings is None or view.odds is None:
            decision = decide_alone(view.seen[place], question.target_precision)
        else:
            shift = _shift(question, ready, place, view.readings[place], view.odds[place])
            decision = decide(view.seen[place], view.odds[place] + shift, question.target_precision)
        logit = view.readings[place].logit if view.readings else None
        found, seen = view.findings[place], view.seen[place]
        result.append(CriterionJudgement(criterion, found, seen, logit, decision, marked is not None))
    return result


def _view(question: Question, ready: Compiled, located: Located) -> _View:
    findings = [apply_patterns(criterion, ready, located) for criterion in question.criteria]
    seen = [
        situation(found, has_patterns=bool(one.accept)) for one, found in zip(question.criteria, findings, strict=True)
    ]
    readings = _readings(question, located)
    if readings is None:
        return _View(findings, seen, None, None)
    said = [token.word for token in located.text.tokens]
    logits = [one.logit for one in readings]
    odds = [log_odds(one) for one in signals(seen, logits, ready.ideas, ready.asked, said)]
    return _View(findings, seen, readings, odds)


def _readings(question: Question, located: Located) -> list[Reading] | None:
    """What the model says about each criterion; None without a model. A text that states nothing is not read."""
    model = load()
    if isinstance(model, str):
        return None
    said = stated(located)
    ideas = [criterion.idea for criterion in question.criteria]
    return model.read(said, ideas) if said else [Reading(_NOTHING, None)] * len(ideas)


def _shift(question: Question, ready: Compiled, place: int, reading: Reading, odds: float) -> float:
    """What the criterion's marked wordings add to the log-odds; 0 if the log-odds are beyond doubt already."""
    if reading.stance is None or abs(odds) > _BEYOND_DOUBT:
        return 0.0
    name = question.criteria[place].id
    if name not in ready.memories:
        ready.memories[name] = _memory(question, ready, place)
    memory = ready.memories[name]
    return memory.shift(reading.stance) if memory else 0.0


def _memory(question: Question, ready: Compiled, place: int) -> Memory | None:
    """The memory of a criterion: its examples, then decisions. Only the last MOST of these wordings are kept."""
    known = []
    for text, met in shifting_wordings(question.criteria[place])[-MOST:]:
        view = _view(question, ready, Located(normalise(text), ready.vocabulary))
        if view.readings and view.odds and (stance := view.readings[place].stance) is not None:
            known.append(Remembered(stance, view.odds[place], met))
    return remember(known)


def _without_withdrawn(located: Located) -> Iterator[Text]:
    """The answer without what it takes back, when it takes something back."""
    less = withdrawn(located.text)
    if less is not None:
        yield normalise(less)


def _cut_short(located: Located) -> Iterator[Text]:
    """The answer without words to the grader: each sentence with such words is cut at the places where they may begin.

    The latest places come first, since the words to the grader nearly always begin at one of these. A cut is passed
    over if what remains of the sentence would be set aside anyway, as a list or as words to the grader.
    """
    return islice(_cuts(located), _MOST_CUTS)


def _cuts(located: Located) -> Iterator[Text]:
    text = located.text
    for number in sorted(located.instructions, reverse=True):
        sentence = text.sentences[number]
        words = [token.word for token in text.tokens[sentence.first : sentence.last]]
        after = text.shown[sentence.end :] if number + 1 < len(text.sentences) else ""
        latest = next((start for start in reversed(range(1, len(words))) if is_instruction(words[start:])), 0)
        for start in range(latest, 0, -1):
            if not is_instruction(words[:start]) and not is_list(words[:start]):
                stop = text.tokens[sentence.first + start].start
                yield normalise(text.shown[:stop].rstrip() + (". " + after.lstrip(" .!?;") if after else ""))

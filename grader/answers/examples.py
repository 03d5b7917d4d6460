"""The marked examples of a rubric as tests of its criteria: how would the engine mark them by itself?

When answers are graded, an answer with an example's words is marked like the example. So these tests leave out all
examples and decisions, and use ideas and patterns alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.answers.ideas import compiled, normal_form
from grader.answers.judgement import judge_answer
from grader.answers.match import Located
from grader.answers.normalise import normalise
from grader.model import Criterion, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongExample:
    """An example that the engine decides differently from its mark. `wanted`: the mark, `yes` or `no`.

    `probability`: that it states the idea.  `both`: the same wording is marked both yes and no.
    """

    question: str
    criterion: str
    wanted: str
    text: str
    probability: float
    both: bool


def wrong_examples(questions: Sequence[Question]) -> list[WrongExample]:
    """Every example that ideas and patterns alone decide wrongly, or that is marked both ways; in the rubric's order.

    An example mostly states one idea only. That is enough here, even if the idea would be too unsure to be the only
    one that earns points in an answer.
    """
    return [wrong for question in questions for wrong in _wrong_of(question)]


def _wrong_of(question: Question) -> Iterator[WrongExample]:
    bare = replace(question, criteria=tuple(map(_unmarked, question.criteria)))
    ready = compiled(bare)
    for place, criterion in enumerate(question.criteria):
        yes, no = ({normal_form(text) for text in texts} for texts in (criterion.examples_yes, criterion.examples_no))
        for wanted, texts in (("yes", criterion.examples_yes), ("no", criterion.examples_no)):
            for text in texts:
                located = Located(normalise(text), ready.vocabulary)
                decision = judge_answer(bare, ready, located).judgements[place].decision
                both = normal_form(text) in yes & no
                if both or (decision.met or decision.only) != (wanted == "yes"):
                    yield WrongExample(
                        question=question.id, criterion=criterion.id, wanted=wanted, text=text,
                        probability=decision.probability, both=both,
                    )  # fmt: skip


def _unmarked(criterion: Criterion) -> Criterion:
    return replace(criterion, examples_yes=(), examples_no=(), decided_yes=(), decided_no=())

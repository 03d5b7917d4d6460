"""The marked examples of a rubric, held against the engine: they are the tests of its criteria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.answers.score import score_answer
from grader.model import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongExample:
    """An example that comes out otherwise than it is marked. `wanted`: `yes` or `no`."""

    question: str
    criterion: str
    wanted: str
    text: str


def wrong_examples(questions: Sequence[Question]) -> list[WrongExample]:
    """Every example of every criterion that the engine decides otherwise, in the rubric's order."""
    found = []
    for question in questions:
        for place, criterion in enumerate(question.criteria):
            marked = [("yes", text) for text in criterion.examples_yes] + [
                ("no", text) for text in criterion.examples_no
            ]
            for wanted, text in marked:
                met = score_answer(question, text).criteria[place].met
                if met != (wanted == "yes"):
                    found.append(WrongExample(question=question.id, criterion=criterion.id, wanted=wanted, text=text))
    return found

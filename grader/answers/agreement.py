"""How far the engine agrees with a person's marks. Pure: values in, numbers out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.answers.marked import Marked
from grader.model import Question, QuestionScore


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion of one answer: the person's mark (`gold`), the engine's (`met`), and how sure the engine was."""

    criterion: str
    gold: bool
    met: bool
    probability: float
    settled: bool
    borderline: bool
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of decisions on cells; `kappa` is Cohen's."""

    count: int
    accuracy: float
    precision: float
    recall: float
    kappa: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Agreement on the points of whole answers. `qwk`: quadratic weighted kappa. `mae`: mean absolute error in points.

    `unearned`: the share of the answers without merit that got points; None when there are no such answers.
    """

    count: int
    qwk: float
    mae: float
    unearned: float | None


@dataclass(frozen=True, slots=True)
class Settled:
    """Answers that need no person: their share, the share of their cells that are right, and its 95 % interval."""

    share: float
    right: float
    low: float
    high: float


def cells(pairs: Iterable[tuple[Marked, QuestionScore]]) -> list[Cell]:
    """Every cell that a person decided."""
    return [
        Cell(
            one.id,
            marked.gold[one.id],
            one.met,
            one.probability,
            not score.needs_review,
            one.id in marked.borderline,
            marked.text,
        )
        for marked, score in pairs
        for one in score.criteria
        if one.id in marked.gold
    ]


def figures(cells: Sequence[Cell]) -> Figures:
    """Accuracy, precision, recall and kappa. Precision is 1 where nothing was awarded, recall where nothing was due."""
    count = len(cells)
    both = sum(one.gold and one.met for one in cells)
    gold, met = sum(one.gold for one in cells), sum(one.met for one in cells)
    same = sum(one.gold == one.met for one in cells) / max(1, count)
    chance = (gold * met + (count - gold) * (count - met)) / max(1, count * count)
    return Figures(
        count,
        same,
        both / met if met else 1.0,
        both / gold if gold else 1.0,
        (same - chance) / (1 - chance) if chance < 1 else 1.0,
    )


def totals(pairs: Sequence[tuple[Question, Marked, QuestionScore]]) -> Totals:
    """Agreement on points, over the answers with a person's mark for every criterion."""
    points = []
    for question, marked, score in pairs:
        if set(marked.gold) == {one.id for one in question.criteria}:
            due = sum(one.points for one in question.criteria if marked.gold[one.id])
            points.append((float(min(due, question.points)), float(score.points)))
    none = [given > 0 for due, given in points if due == 0]
    return Totals(
        len(points),
        weighted_kappa(points),
        sum(abs(due - given) for due, given in points) / max(1, len(points)),
        sum(none) / len(none) if none else None,
    )


def weighted_kappa(pairs: Sequence[tuple[float, float]]) -> float:
    """Quadratic weighted kappa: 1 is full agreement, 0 that of chance."""
    if not pairs:
        return 1.0
    seen = sum((due - given) ** 2 for due, given in pairs) / len(pairs)
    due_mean, given_mean = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
    spread = sum((due - due_mean) ** 2 + (given - given_mean) ** 2 for due, given in pairs) / len(pairs)
    chance = spread + (due_mean - given_mean) ** 2
    return 1.0 if chance == 0 else 1 - seen / chance


def settled(cells: Sequence[Cell], answers: int, asked: int) -> Settled:
    """What was settled without a person. `answers`: how many answers there are; `asked`: how many need a person."""
    sure = [one for one in cells if one.settled]
    right = sum(one.gold == one.met for one in sure)
    low, high = wilson(right, len(sure))
    return Settled(1 - asked / max(1, answers), right / max(1, len(sure)), low, high)


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not count:
        return 0.0, 1.0
    share, square = right / count, z * z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = z * ((share * (1 - share) + square / (4 * count)) / count) ** 0.5 / (1 + square / count)
    return middle - half, middle + half


def worst(cells: Sequence[Cell], count: int) -> list[Cell]:
    """The undisputed errors of which the engine was surest."""
    errors = [one for one in cells if one.gold != one.met and not one.borderline]
    return sorted(errors, key=lambda one: (-abs(one.probability - 0.5), one.text))[:count]

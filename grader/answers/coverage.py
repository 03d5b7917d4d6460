"""How many answers can be settled without a person at a target of precision, by cross-validation. Pure.

An answer's doubt is that of its most doubtful criterion. For each of five parts, the largest doubt is chosen up to
which the cells of the other four parts are as often right as the target asks; that limit is then applied to the part
itself. Intervals come from a bootstrap over whole answers (with a fixed seed), since errors in one answer go together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.answers.marked import Marked
from grader.model import QuestionScore

PARTS = 5
DRAWS = 1000
LARGEST_DOUBT = 0.4
_NEVER = 2.0


@dataclass(frozen=True, slots=True)
class AnswerDoubt:
    """One marked answer. `doubt`: 0 to 1, above 1 when it asks for a person in any case. `right` of `cells` agree."""

    doubt: float
    right: int
    cells: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """At `target`: the share of answers settled, and the share of their cells that are right (None: none settled)."""

    target: float
    answers: int
    settled: Share
    right: Share | None


def doubts(pairs: Iterable[tuple[Marked, QuestionScore]]) -> list[AnswerDoubt]:
    """The doubt of each answer, and how many of its cells are right, borderline cells left out."""
    found = []
    for marked, score in pairs:
        unsure = [1 - one.probability if one.met else one.probability for one in score.criteria]
        flagged = len(score.review_reasons) > sum(one.needs_review for one in score.criteria)
        agreed = [
            marked.gold[one.id] == one.met
            for one in score.criteria
            if one.id in marked.gold and one.id not in marked.borderline
        ]
        found.append(AnswerDoubt(_NEVER if flagged else max(unsure, default=0.0), sum(agreed), len(agreed)))
    return found


def coverage(answers: Sequence[AnswerDoubt], target: float) -> Coverage | None:
    """Coverage at a target; None if there are fewer than two answers for each part, too few to say anything."""
    if len(answers) < 2 * PARTS:
        return None
    chosen: list[tuple[int, int, int]] = []  # settled, right, cells
    for part in range(PARTS):
        most = _largest_doubt([one for place, one in enumerate(answers) if place % PARTS != part], target)
        chosen += [(1, one.right, one.cells) if one.doubt <= most else (0, 0, 0) for one in answers[part::PARTS]]
    return _with_intervals(chosen, target)


def _largest_doubt(answers: Sequence[AnswerDoubt], target: float) -> float:
    """The largest doubt up to which the share of right cells reaches the target; -1 when there is none."""
    best, right, cells = -1.0, 0, 0
    ordered = sorted((one for one in answers if one.doubt <= LARGEST_DOUBT), key=lambda one: one.doubt)
    for place, one in enumerate(ordered):
        right, cells = right + one.right, cells + one.cells
        last_of_equals = place + 1 == len(ordered) or ordered[place + 1].doubt > one.doubt
        if last_of_equals and right >= target * cells:
            best = one.doubt
    return best


def _with_intervals(chosen: Sequence[tuple[int, int, int]], target: float) -> Coverage:
    import numpy as np

    table = np.array(chosen, float)
    drawn = np.random.default_rng(0).integers(0, len(table), (DRAWS, len(table)))
    sums = np.array([table[rows].sum(0) for rows in drawn])
    low, high = np.quantile(sums[:, 0] / len(table), (0.025, 0.975))
    settled, right, cells = table.sum(0)
    share = Share(float(settled / len(table)), float(low), float(high))
    if not cells:
        return Coverage(target, len(table), share, None)
    some = sums[sums[:, 2] > 0]
    low, high = np.quantile(some[:, 1] / some[:, 2], (0.025, 0.975))
    return Coverage(target, len(table), share, Share(float(right / cells), float(low), float(high)))

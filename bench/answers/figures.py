"""The numbers by which engines are compared, from cells with a probability each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.answers.fusion import AWARD, AWARD_PLAIN, MOST_DOUBT, TARGET, Cell, settle
from grader.answers.agreement import weighted_kappa

# The default rubric's points for the two questions, and what a question is worth at most.
POINTS = {
    "assoc": 6, "port": 4, "loopback": 4, "order": 5,
    "establish": 6, "address": 4, "exchange": 4, "listening": 5,
}  # fmt: skip
MOST = 15
Judged = Sequence[tuple[Cell, float]]

HEADER = (
    f"{'engine':<25}{'bank':<8}{'n':>5}{'acc':>7}{'P':>7}{'R':>7}{'QWK':>7}{'QWK>0':>7}{'MAE':>6}{'unearned':>10}"
    f"{'settled':>9}{'right':>7}   with borderline: acc, P, R"
)


@dataclass(frozen=True)
class Agreement:
    """Accuracy, precision and recall of decisions on cells."""

    accuracy: float
    precision: float
    recall: float


def agreement(judged: Judged, *, borderline: bool, award: float = AWARD) -> Agreement:
    used = [(one.gold, chance >= award) for one, chance in judged if borderline or not one.disputed]
    right = sum(gold and met for gold, met in used)
    return Agreement(
        sum(gold == met for gold, met in used) / max(1, len(used)),
        right / max(1, sum(met for _, met in used)),
        right / max(1, sum(gold for gold, _ in used)),
    )


def totals(judged: Judged) -> list[tuple[int, int]]:
    """Points that each answer deserves and gets."""
    gold: dict[str, int] = {}
    given: dict[str, int] = {}
    for one, chance in judged:
        worth = POINTS[one.criterion]
        gold[one.answer.id] = gold.get(one.answer.id, 0) + worth * one.gold
        given[one.answer.id] = given.get(one.answer.id, 0) + worth * (chance >= AWARD)
    return [(min(MOST, gold[name]), min(MOST, given[name])) for name in gold]


def row(engine: str, bank: str, judged: Judged) -> str:
    """One line of the table of the two questions."""
    plain, every = agreement(judged, borderline=False), agreement(judged, borderline=True)
    pairs = totals(judged)
    none = [given > 0 for gold, given in pairs if gold == 0]
    sure = settle(judged, TARGET)
    return (
        f"{engine:<25}{bank:<8}{len(pairs):>5}{plain.accuracy:>7.3f}{plain.precision:>7.3f}{plain.recall:>7.3f}"
        f"{weighted_kappa(pairs):>7.3f}{weighted_kappa([one for one in pairs if one[0]]):>7.3f}"
        f"{sum(abs(gold - given) for gold, given in pairs) / len(pairs):>6.2f}"
        f"{sum(none) / max(1, len(none)):>10.1%}{sure.settled:>9.0%}{sure.right:>7.3f}"
        f"   {every.accuracy:.3f} {every.precision:.3f} {every.recall:.3f}"
    )


def undeserved(judged: Judged) -> str:
    """How much credit goes to answers that deserve none, and how much of that nobody is asked to look at.

    Undisputed: where a credited cell is none on which examiners could differ. Only doubt about criteria is counted as
    asking; misconceptions and the other flags ask for more.
    """
    answers: dict[str, list[tuple[Cell, float]]] = {}
    for one, chance in judged:
        answers.setdefault(one.answer.id, []).append((one, chance))
    nothing = [cells for cells in answers.values() if not any(one.gold for one, _ in cells)]
    given = [cells for cells in nothing if any(chance >= AWARD for _, chance in cells)]
    silent = [cells for cells in given if all(min(chance, 1 - chance) <= MOST_DOUBT for _, chance in cells)]

    def clear(some: list[list[tuple[Cell, float]]]) -> int:
        return sum(any(chance >= AWARD and not one.disputed for one, chance in cells) for cells in some)

    return (
        f"{len(nothing)} deserve nothing: {len(given)} get points ({clear(given)} undisputed); "
        f"nobody looks at {len(silent)} of these ({clear(silent)} undisputed)"
    )


def plain_row(engine: str, bank: str, judged: Judged) -> str:
    """One line of the table of other questions, which have no points to sum."""
    plain, every = (agreement(judged, borderline=one, award=AWARD_PLAIN) for one in (False, True))
    return (
        f"{engine:<25}{bank:<8}{len({one.answer.id for one, _ in judged}):>5}"
        f"{plain.accuracy:>7.3f}{plain.precision:>7.3f}{plain.recall:>7.3f}"
        f"   {every.accuracy:.3f} {every.precision:.3f} {every.recall:.3f}"
    )

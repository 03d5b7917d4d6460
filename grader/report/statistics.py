"""What a class as a whole shows, gathered one grade at a time. Memory grows with the number of totals, not of pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from grader.model import Grade, Rubric, Status, Verdict

PEOPLE_KEPT = 500
"""Of those who need a person, this many are listed with reasons; the others are marked in the table."""

BARS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of the totals, in points. `lower` and `upper` are quartiles."""

    lowest: float
    lower: float
    median: float
    mean: float
    upper: float
    highest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCheck:
    """How often one check failed, and how often it was not tried because another had failed."""

    id: str
    title: str
    failed: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A submission that needs a person. `place` counts from 0 in the order of the table."""

    submission: str
    status: str
    reasons: tuple[str, ...]
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A class at a glance.

    `statuses`: status -> how many, all three always there.  `spread`: None for no submissions, or when none could be
    judged; harness errors are left out, because their totals are not final.  `bars`: how many totals lie in each tenth
    of the maximum.  `people`: at most 500 of the `people_count`.
    """

    assignment: str
    max: Decimal
    submissions: int
    statuses: dict[str, int]
    spread: Spread | None
    bars: tuple[int, ...]
    failed: tuple[FailedCheck, ...]
    people: tuple[Person, ...]
    people_count: int


class Tally:
    """Gathers a Summary. `add` every grade, then ask for `summary`."""

    def __init__(self, rubric: Rubric) -> None:
        self._rubric = rubric
        self._totals: list[float] = []
        self._statuses: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._people: list[Person] = []
        self._submissions = 0

    @property
    def people(self) -> list[Person]:
        """Those listed so far."""
        return self._people

    def add(self, grade: Grade) -> None:
        """Count one submission."""
        self._statuses[grade.status.value] += 1
        if grade.status is not Status.HARNESS_ERROR:
            self._totals.append(float(grade.points))
        if grade.status is not Status.GRADED and len(self._people) < PEOPLE_KEPT:
            self._people.append(
                Person(
                    submission=grade.submission,
                    status=grade.status.value,
                    reasons=grade.review_reasons,
                    place=self._submissions,
                )
            )
        for score in grade.checks:
            self._failed[score.id] += score.observation.verdict is Verdict.FAILED
            self._skipped[score.id] += score.observation.verdict is Verdict.SKIPPED
        self._submissions += 1

    def summary(self) -> Summary:
        """What was gathered up to now."""
        return Summary(
            assignment=self._rubric.title,
            max=self._rubric.points,
            submissions=self._submissions,
            statuses={status.value: self._statuses[status.value] for status in Status},
            spread=spread(self._totals),
            bars=_bars(self._totals, float(self._rubric.points)),
            failed=self._most_failed(),
            people=tuple(self._people),
            people_count=self._submissions - self._statuses[Status.GRADED.value],
        )

    def _most_failed(self) -> tuple[FailedCheck, ...]:
        counted = [
            FailedCheck(id=check.id, title=check.title, failed=self._failed[check.id], skipped=self._skipped[check.id])
            for check in self._rubric.checks
        ]
        return tuple(sorted((each for each in counted if each.failed), key=lambda each: -each.failed))


def summarize(rubric: Rubric, grades: Iterable[Grade]) -> Summary:
    """The Summary of `grades`, which may be a stream."""
    tally = Tally(rubric)
    for grade in grades:
        tally.add(grade)
    return tally.summary()


def spread(totals: list[float]) -> Spread | None:
    """Quartiles interpolated with both ends included, as a spreadsheet's QUARTILE.INC does; None for no totals."""
    if not totals:
        return None
    import statistics  # here, because `grade check` has to start at once and needs none of it

    lower, median, upper = statistics.quantiles(totals, method="inclusive") if len(totals) > 1 else totals * 3
    return Spread(
        lowest=min(totals),
        lower=lower,
        median=median,
        mean=statistics.fmean(totals),
        upper=upper,
        highest=max(totals),
    )


def _bars(totals: list[float], most: float) -> tuple[int, ...]:
    bars = [0] * BARS
    for total in totals:
        bars[min(BARS - 1, int(total * BARS / most)) if most else 0] += 1
    return tuple(bars)

"""What a class as a whole shows, gathered one grade at a time. Memory grows with the number of totals, not of pages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from grader.model import Grade, Rubric, Status, Verdict
from grader.report.standing import has_total, is_unopened, staff_reasons

PEOPLE_KEPT = 500
"""Of those who need a person, and of those that a fault of ours left without a mark, this many are listed with reasons;
the others are marked in the table."""

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
    """A submission that is no finished mark, and why. `page`: the file name of its pages."""

    submission: str
    status: str
    reasons: tuple[str, ...]
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A class at a glance.

    `statuses`: status -> how many, all three always there.  `spread`: None for no submissions, or when none could be
    judged; those without a total (harness errors, and what could not be opened) are left out.  `bars`: how many totals
    lie in each tenth of the maximum.  `people`: at most 500 of the `people_count` that need a person.  `faults`: the
    same for harness errors.  `answers_wait`, `programs_wait`: how many of `people_count` have an answer, or anything
    else, to look at.
    `unopened`: how many of `people_count` could not be opened: none of their checks counts as failed or not tried.
    `without_program`: in how many no program was found.  `renamed`: in how many each that was found had another name
    than the rubric's, or lay in a folder.
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
    faults: tuple[Person, ...]
    faults_count: int
    answers_wait: int
    programs_wait: int
    without_program: int
    renamed: int
    unopened: int


class Tally:
    """Gathers a Summary. `add` every grade, then ask for `summary`."""

    def __init__(self, rubric: Rubric) -> None:
        self._rubric = rubric
        self._totals: list[float] = []
        self._statuses: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._people: list[Person] = []
        self._faults: list[Person] = []
        self._found: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._submissions = 0
        self._unopened = 0

    def add(self, grade: Grade, page: str) -> None:
        """Count one submission. `page`: the file name of its pages."""
        self._statuses[grade.status.value] += 1
        if has_total(grade):
            self._totals.append(float(grade.points))
        if grade.status is not Status.GRADED:
            listed = self._people if grade.status is Status.NEEDS_REVIEW else self._faults
            if len(listed) < PEOPLE_KEPT:
                listed.append(_person(grade, page))
        self._submissions += 1
        if is_unopened(grade):
            self._unopened += 1
            return
        self._found[_found(grade, self._rubric)] += 1
        if grade.status is Status.NEEDS_REVIEW:
            answers = any(question.needs_review for question in grade.questions)
            self._waiting["answers"] += answers
            self._waiting["programs"] += not answers or _beside_answers(grade)
        for score in grade.checks:
            self._failed[score.id] += score.observation.verdict is Verdict.FAILED
            self._skipped[score.id] += score.observation.verdict is Verdict.SKIPPED

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
            people_count=self._statuses[Status.NEEDS_REVIEW.value],
            faults=tuple(self._faults),
            faults_count=self._statuses[Status.HARNESS_ERROR.value],
            answers_wait=self._waiting["answers"],
            programs_wait=self._waiting["programs"],
            without_program=self._found["none"],
            renamed=self._found["renamed"],
            unopened=self._unopened,
        )

    def _most_failed(self) -> tuple[FailedCheck, ...]:
        counted = [
            FailedCheck(id=check.id, title=check.title, failed=self._failed[check.id], skipped=self._skipped[check.id])
            for check in self._rubric.checks
        ]
        return tuple(sorted((each for each in counted if each.failed), key=lambda each: -each.failed))


def _person(grade: Grade, page: str) -> Person:
    return Person(submission=grade.submission, status=grade.status.value, reasons=staff_reasons(grade), page=page)


def _beside_answers(grade: Grade) -> bool:
    """Whether a person has to look at something that no decision on an answer settles."""
    return any(note.message in grade.review_reasons for note in grade.notes) or any(
        one.observation.elsewhere for one in grade.checks
    )


def _found(grade: Grade, rubric: Rubric) -> str:
    """`none` where no program was found, `renamed` where each that was found has a wrong name or place; else `some`."""
    codes = {spec.role: {note.code for note in grade.notes if note.role == spec.role} for spec in rubric.programs}
    found = [each for each in codes.values() if "missing" not in each]
    if not found:
        return "none" if codes else "some"
    return "renamed" if all("misnamed" in each for each in found) else "some"


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

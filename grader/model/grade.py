"""What it is worth: verdicts, scores, and the grade that they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from grader.model.submission import Note


class Verdict(StrEnum):
    """How a check came out. A harness error is ours or the host's, and never costs the student a point."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    HARNESS_ERROR = "harness-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one check showed. No points.

    `reason` and `next_step`: sentences for the student, empty when passed (a passed check may carry a `reason` as
    advice). `file`, `line`, `source`: the student's own line that it points at, when there is one (line is 1-based).
    `diagnosis`: id of the catalogue's entry. `staff_note`: for teachers only. `evidence`: short facts, for both.
    `followed`: failed on the address alone; the checks that need this one are judged at the address really used.
    `elsewhere`: the program may well work on the student's own computer, so that a person should look.
    """

    check: str
    verdict: Verdict
    reason: str = ""
    next_step: str = ""
    file: str | None = None
    line: int | None = None
    source: str | None = None
    diagnosis: str = ""
    staff_note: str = ""
    evidence: tuple[str, ...] = ()
    followed: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionScore:
    """One criterion of one answer.

    `probability`: how sure the engine is that the idea is stated, 0 to 1.  `evidence`: the words that earned it.
    `feedback`: for the student, and gives nothing away.  `staff_note`: for the teacher.  The two texts never mix.
    """

    id: str
    met: bool
    points: Decimal
    max: Decimal
    probability: float
    evidence: str
    feedback: str
    staff_note: str
    needs_review: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionScore:
    """One answered question. `points` is capped at `max`. `answer` is the student's text (bounded, as matched).

    `hints`: sentences for the student about misconceptions.  `review_reasons`: for staff; empty when none is needed.
    """

    id: str
    title: str
    answer: str
    points: Decimal
    max: Decimal
    needs_review: bool
    criteria: tuple[CriterionScore, ...]
    hints: tuple[str, ...] = ()
    review_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckScore:
    """One check with its points: `points` is `max` when passed, else 0."""

    id: str
    title: str
    points: Decimal
    max: Decimal
    observation: Observation


class Status(StrEnum):
    """What a grade still needs. `harness-error` wins over `needs-review`."""

    GRADED = "graded"
    NEEDS_REVIEW = "needs-review"
    HARNESS_ERROR = "harness-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """One submission's mark, with what explains it a year later.

    `points` = checks + questions - `penalty`, never below 0.  `review_reasons`: why a person is needed; for staff.
    """

    submission: str
    submission_digest: str
    rubric: str
    grader: str
    status: Status
    points: Decimal
    max: Decimal
    penalty: Decimal
    checks: tuple[CheckScore, ...]
    questions: tuple[QuestionScore, ...]
    notes: tuple[Note, ...] = ()
    review_reasons: tuple[str, ...] = ()


WHOLE = ""
"""The `part` of a decision on a whole hand-in."""

BY_HAND = "by-hand"
"""The `diagnosis` of a check whose points a person has set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a person decided on one hand-in, as long as its content stays the same.

    `part`: id of a check or a question, or WHOLE.  `points`: what it is worth instead; None for WHOLE, of which the
    marks stand as they are, and nobody else has to look.  `withdrawn`: an earlier decision on the part holds no more.
    `reason`: for the student.  `author`: who decided, for staff.  `at`: when, as ISO 8601 in UTC; the store knows.
    """

    submission: str
    submission_digest: str
    part: str
    points: Decimal | None
    reason: str
    author: str
    withdrawn: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """A grade that came out otherwise when the same content was marked again, under another rubric say."""

    submission: str
    before: Decimal
    after: Decimal
    status_before: Status
    status_after: Status


def number(points: Decimal) -> int | float:
    """Points as a JSON number: whole when whole, so that 10 never reads 10.0."""
    return int(points) if points == points.to_integral_value() else float(points)

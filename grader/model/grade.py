"""What it is worth: verdicts, scores, and the grade that they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from grader.model.submission import Note


class Verdict(StrEnum):
    """How a check came out. A harness error is a fault of the grader or the host, and never costs a student points."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    HARNESS_ERROR = "harness-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one check showed. No points.

    `reason` and `next_step`: sentences for the student, empty when passed (a passed check may carry a `reason` as
    advice). `file`, `line`, `source`: the line of the student's code that the reason is about, if any (1-based).
    `diagnosis`: id of the catalogue's entry. `staff_note`: for teachers only. `evidence`: short facts, for both.
    `followed`: the check failed only because of the address, so the checks that need it are still judged, at the
    address that the program used. `elsewhere`: the program may work on the student's computer; a person should look.
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
    `feedback`: for the student; does not give the idea away.  `staff_note`: for the teacher only.
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
    """One submission's grade, with all that is needed to explain it a year later.

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
    """What a person decided on one hand-in. It holds as long as the content of the hand-in stays the same.

    `part`: id of a check or a question, or WHOLE.  `points`: what the part is worth instead; None for WHOLE, which
    confirms the points as they are, so that nobody else has to look.  `withdrawn`: an earlier decision on the part no
    longer holds.  `reason`: for the student.  `author`: who decided, for staff.  `at`: when (ISO 8601, UTC), if read
    from the store.
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
    """Points as a JSON number: an int when they are whole, so that 10 is never written as 10.0."""
    return int(points) if points == points.to_integral_value() else float(points)

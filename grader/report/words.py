"""The sentences of the reports, together, so that their tone can be read at one go; and points and counts as words."""

from __future__ import annotations

from decimal import Decimal

from grader.model import number

FOOTER = "Checked by a program. If you think that it is wrong, ask your teacher: people decide."

START_HERE = "Start here: {reason}"
COSTS = "This costs {points}."
COSTS_AND_HOLDS = "This costs {points}, and {waiting} could not be tried because of it."
ALL_WELL = "Everything that was asked for works."
ALL_WELL_ANSWERS = "Everything that was asked for works, and your answers look complete."
ONLY_ANSWERS = "Your programs do everything that was asked for. {missing}"
OURS = "Part of your work could not be checked, because of a fault on our side and not in your program."
NOTHING_RAN = "None of your programs could be tried."
NO_REASON = "“{title}” did not work."

NOT_GRADED = "not graded yet"
"""In the place of a total, where a fault of ours left something out: part of the points is no mark."""

PENDING_REVIEW = "Your teacher will look at part of this, so the total may still change."
PENDING_HARNESS = "What could not be checked will be checked again; it has not cost you a point."

WAITS = "“{needs}” has to work first."
WAITS_FOR_OTHER = "Another check has to work first."
NOT_CHECKED = "Could not be checked, through no fault of yours."
NOT_CHECKED_WITH_OTHERS = "This and {others} marked ? could not be made, through no fault of yours."

COMPLETE = "Looks complete."
NOT_ANSWERED = "There is no answer yet."
MISSING = "An idea seems missing: {kind}."
MISSING_UNKNOWN = "An idea seems missing."
TEACHER_READS = "Your teacher will read this answer."

TOLD_ABOVE = "Told at the top of this page, for {count}."

NOT_YET_HANDED_IN = (
    ("; your teacher will look.", "."),
    (" Next time hand ", " Hand "),
    (" Next time ", " Before you hand it in, "),
    (", then hand it in again.", ", then check again."),
)
"""What is said about a hand-in's files -> what is said of them before they are handed in."""


def before_handing_in(text: str) -> str:
    """A sentence about a hand-in's files, for a student who has not handed it in yet."""
    for handed_in, still_at_work in NOT_YET_HANDED_IN:
        text = text.replace(handed_in, still_at_work)
    return text


STATUS = {"graded": "graded", "needs-review": "needs a person", "harness-error": "fault on our side"}
"""What the staff read for each status."""

MARK = {"passed": "✓", "failed": "✗", "skipped": "–", "harness-error": "?"}


TRACEBACK = "Traceback (most recent call last)"


def gist(reason: str) -> str:
    """A reason for staff, fit for a list: of a traceback only what it is about, and the last line, which says why."""
    before, found, after = reason.partition(TRACEBACK)
    lines = [line for line in (each.strip(" |+-") for each in after.splitlines()) if line]
    about = before.removesuffix("+ Exception Group ").strip()
    return f"{about} {lines[-1]}".strip() if found and lines else reason


def amount(points: Decimal) -> str:
    """Points as people write them: 10, 2.5."""
    return str(number(points))


def count(how_many: int | Decimal, one: str, many: str = "") -> str:
    """`1 point`, `2 points`, `1.5 points`."""
    figure = how_many if isinstance(how_many, int) else number(how_many)
    return f"{figure} {one if figure == 1 else many or one + 's'}"


def points_word(points: Decimal) -> str:
    """`1 point`, `2.5 points`."""
    return count(points, "point")


def sentence(text: str) -> str:
    """`text` with a full stop, where it ends in no mark of its own."""
    text = text.strip()
    return text if not text or text[-1] in ".!?:…`”\"'" else f"{text}."

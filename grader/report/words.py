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

PENDING_REVIEW = "Your teacher will look at part of this, so the total may still change."
PENDING_HARNESS = "What could not be checked will be checked again; it has not cost you a point."

WAITS = "“{needs}” has to work first."
WAITS_FOR_OTHER = "Another check has to work first."
NOT_CHECKED = "Could not be checked, through no fault of yours."

COMPLETE = "Looks complete."
NOT_ANSWERED = "There is no answer yet."
MISSING = "An idea seems missing: {kind}."
MISSING_UNKNOWN = "An idea seems missing."
TEACHER_READS = "Your teacher will read this answer."

STATUS = {"graded": "graded", "needs-review": "needs a person", "harness-error": "fault on our side"}
"""What the staff read for each status."""

MARK = {"passed": "✓", "failed": "✗", "skipped": "–", "harness-error": "?"}


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

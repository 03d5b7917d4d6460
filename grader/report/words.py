"""The sentences of the reports, together, so that their tone can be read at one go; and points and counts as words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from grader.model import number
from grader.report.escape import code_parts

FOOTER = "Checked by a program. If you think that it is wrong, ask your teacher: people decide."

START_HERE = "Start here: {reason}"
COSTS = "This costs {points}{spread}."
COSTS_AND_HOLDS = "This costs {points}{spread}, and {waiting} could not be tried because of it."
SPREAD = " in {checks}"
SAME_CAUSE = "The same cause as “{title}”."
ALSO = "The same cause fails this too:"
ALL_WELL = "Everything that was asked for works."
ALL_WELL_ANSWERS = "Everything that was asked for works, and your answers look complete."
ONLY_ANSWERS = "Your programs do everything that was asked for. {missing}"
OURS = "Part of your work could not be checked, because of a fault on our side and not in your program."
NOTHING_RAN = "None of your programs could be tried."
UNOPENED = "Your hand-in could not be opened, so nothing in it was checked; your teacher will look."
NO_REASON = "“{title}” did not work."

NOT_GRADED = "not graded yet"
"""In the place of a total, where a fault of ours left something out, or nothing could be opened: part of the points is
no mark."""

PENDING_REVIEW = "Your teacher will look at part of this, so the total may still change."
PENDING_HARNESS = "What could not be checked will be checked again; it has not cost you a point."

WAITS = "“{needs}” has to work first."
WAITS_FOR_OTHER = "Another check has to work first."
NOT_CHECKED = "Could not be checked, through no fault of yours."
NOT_CHECKED_WITH_OTHERS = "This and {others} marked ? could not be made, through no fault of yours."

COMPLETE = "Looks complete."
NOT_ANSWERED = "There is no answer yet."
NOT_READ = "Your answer could not be read; “About the files”, below, says why."
MISSING = "An idea seems missing: {kind}."
MISSING_UNKNOWN = "An idea seems missing."
TEACHER_READS = "Your teacher will read this answer."

TOLD_ABOVE = "Told at the top of this page, for {count}."

NOT_YET_HANDED_IN = (
    (" could not be opened here; your teacher will look.", " could not be opened. Make it readable, then check again."),
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


ADVICE = re.compile(r"(?<=[.;]) (?:Next time|Hand|Pack|Give|Put|Keep|Save|Write)\b.*", re.DOTALL)
"""What a student is asked to do, at the end of a sentence about their files."""

OF_THE_STUDENT = (
    ("; your teacher will look.", "."),
    ("You handed in an address, and addresses", "An address was handed in, and addresses"),
    (" that you typed in when you handed in", " that was typed in"),
    (" that you typed in", " that was typed in"),
    (" your own", " the student's own"),
    (" your ", " the "),
    ("Your ", "The "),
    (" you meant", " is meant"),
)
"""What is said to a student -> what is said of them."""


def for_staff(text: str) -> str:
    """A sentence to a student about their files, as it is said to the staff: of them, and without what they should do.

    What stands between backquotes is the student's and stays.
    """
    told: list[str] = []
    for part, code in code_parts(text):
        plain = part if code else ADVICE.sub("", part)
        cut = not code and plain != part
        for to_them, of_them in () if code else OF_THE_STUDENT:
            plain = plain.replace(to_them, of_them)
        told.append(f"`{plain}`" if code else plain)
        if cut:
            break
    return "".join(told)


ENDED_TWICE = re.compile(r"([.!?…][”\"])\.")


def ended_once(text: str) -> str:
    """`text` without the full stop behind a quotation that has its own."""
    return ENDED_TWICE.sub(r"\1", text)


def listed(reasons: Iterable[str]) -> str:
    """Several reasons as one sentence: what ends each is left to the last."""
    told = [reason for reason in reasons if reason]
    return "; ".join([*(reason.removesuffix(".") for reason in told[:-1]), *told[-1:]])


MARKED_BY_PERSON = "Marked by a person"
"""How a staff note begins where nobody had to guess, so that there is no chance to tell."""

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

"""Errors that except blocks take, so that nobody sees them: the program's own, raised under a condition, among them."""

from __future__ import annotations

from grader.diagnose.awaited import got_reply, not_printed
from grader.diagnose.caught import caught, hidden_from_print
from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, Found, both, calls, either, finds, no, stopped, unexplained
from grader.diagnose.hidden import answered, silent, was_told
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES, SENDS
from grader.diagnose.words import plain
from grader.verdicts import Finding

LOOK = (
    "Print what this condition looks at, just before it. If it holds for what has come, it asks for too much; if not, "
    "print the error in the except block, which then has another cause."
)


def at_swallowing(finding: Finding, clues: Clues) -> Place | None:
    """The first except block that shows nothing, and before which its file sends or receives."""
    for source in clues.sources:
        talks = [call.line for call in source.calls if call.name in (*RECEIVES, *SENDS)]
        for line in source.silent_handlers:
            if talks and min(talks) < line:
                return Place(file=source.path, line=line)
    return None


def own_error(finding: Finding, clues: Clues) -> Found | None:
    """The first error that the program raises under a condition, and takes by an except block of its own."""
    for source in clues.sources:
        for test, kind, line, handler in source.flow.own_raises:
            words = {"name": plain(test), "error": plain(kind), "handler": str(handler)}
            return Found(place=Place(file=source.path, line=line), words=words)
    return None


TAKEN = (
    Entry(
        id="own-error-unanswered",
        applies=both(silent, unexplained, was_told, no(stopped("wall")), no(answered), calls(*SENDS)),
        reason="Your {role} sends nothing. Where {name} holds, it raises {error} itself{on_line}, and its own except "
        "block in line {handler} takes that.",
        next_step=LOOK,
        found=own_error,
    ),
    Entry(
        id="error-not-shown",
        applies=both(silent, unexplained, no(stopped("wall")), no(answered), finds(at_swallowing), calls(*SENDS)),
        reason="Your {role} sends nothing, and if there is an error, an except block hides it.",
        next_step="Take the try and except out, or print the error, and run it again: the message names the mistake.",
        line=at_swallowing,
    ),
)  # fmt: skip

UNPRINTED = (
    Entry(
        id="own-error-unprinted",
        applies=both(not_printed, got_reply, unexplained, lambda finding, clues: clues.ended,
                     either(caught, hidden_from_print)),
        reason="Your client gets its reply and does not print it. Where {name} holds, it raises {error} itself"
        "{on_line}, and its own except block in line {handler} takes that.",
        next_step=LOOK,
        found=own_error,
    ),
)  # fmt: skip

"""Clients that are refused, and do not say so."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnose.address import at_handler
from grader.diagnose.clues import MOST_PRINTED, Clues
from grader.diagnose.entry import Entry, at_call, both, calls, code, first_of, stopped
from grader.diagnose.prints import at_shown
from grader.diagnose.trace import MOST_LINE, Place
from grader.diagnose.words import quoted
from grader.verdicts import Finding


def last_line(clues: Clues) -> str:
    """The last line that was printed after the client had asked for its connection, or an empty string."""
    first = next(iter(clues.dials("connect")), None)
    out, err = first.output_before if first else (0, 0)
    since = clues.record.stdout[out:] + b"\n" + clues.record.stderr[err:]
    lines = reversed(since[-MOST_PRINTED:].decode(errors="replace").splitlines())
    return next((line.strip()[:MOST_LINE] for line in lines if line.strip()), "")


def at_last_print(finding: Finding, clues: Clues) -> Place | None:
    """The print that says these words: one with a literal that the line has in it, else the last one."""
    prints = [
        Place(file=one.path, line=call.line) for one in clues.sources for call in one.calls if call.name == "print"
    ]
    return at_shown(last_line(clues), clues) or (prints[-1] if prints else None)


def last_words(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """That line."""
    return {"shown": quoted(last_line(clues))}


def ignored(finding: Finding, clues: Clues) -> bool:
    """What connect_ex returns is not looked at."""
    made = clues.calls("connect_ex")
    return bool(made) and all(call.alone for call in made)


REFUSALS = (
    Entry(
        id="keeps-trying",
        applies=both(code("refusal-hidden"), stopped("wall", "cpu", "output")),
        reason="When no server is there, your client tries again and again, and never says so. {used_up}",
        next_step="When connect is refused, print a message, and let the program end.",
        line=at_call("connect", "connect_ex", "create_connection"),
    ),
    Entry(
        id="connect-ex-ignored",
        applies=both(code("refusal-hidden", "claims-success"), ignored),
        reason="Your client uses connect_ex, which returns a number instead of raising an error, and does not "
        "look at it.",
        next_step="Look at the number (0 says connected), or use connect, which raises an error when it is refused.",
        line=at_call("connect_ex"),
    ),
    Entry(
        id="refusal-as-usual",
        applies=both(code("refusal-hidden"), calls("print", "write"), lambda finding, clues: bool(last_line(clues))),
        reason="When no server is there, your client prints the same words as when one is there, {shown}, and ends "
        "with exit status 0, so that nobody sees that it was refused.",
        next_step="Let the error show, or print a message that says what went wrong.",
        line=first_of(at_handler, at_last_print),
        fill=last_words,
    ),
    Entry(
        id="refusal-swallowed",
        applies=both(code("refusal-hidden", "claims-success"), lambda finding, clues: any(
            one.silent_handlers for one in clues.sources)),
        reason="When no server is there, your client catches the error and says nothing about it.",
        next_step="Let the error show, or print a message of your own in the except block.",
        line=at_handler,
    ),
)  # fmt: skip

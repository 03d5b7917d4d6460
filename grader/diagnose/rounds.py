"""Whether a program that used too much was going round in a loop without end, or only had much to do. Pure."""

from __future__ import annotations

import re

from grader.diagnose.clues import Clues
from grader.diagnose.entry import at_loop
from grader.verdicts import Finding

MUCH = 1 << 20  # bytes of output from which on it may be chance which limit a program reaches first
MOST_TAIL = 1 << 14  # bytes of the output's end that are looked at
FEW = 8  # different lines there, of a program that prints the same again and again
MOST_LINE = 400  # characters of a line that are looked at
UNBOUNDED = re.compile(r"(?:async\s+)?for\b.*\b(?:count|cycle|repeat|iter)\(|while\b")
COUNTED = re.compile(r"while\b.*[<>]")


def goes_round(clues: Clues) -> bool:
    """The loop that it was stopped in may go on for ever. Of one that prints much, and so may just have a long log:
    each loop with a print in it may, or it has printed the same few lines again and again.

    Which of several loops it stood in is another one in every run: the outermost is the same, and so is the text.
    """
    outermost = outer_loop(clues)
    if not UNBOUNDED.match(outermost):
        return False
    if not prints_much(clues) or says_the_same(clues):
        return True
    return all(UNBOUNDED.match(line) and not COUNTED.match(line) for line in (outermost, *printing_loops(clues)))


def outer_loop(clues: Clues) -> str:
    """The first line of the outermost loop that it was stopped in; an empty string where it was in none."""
    place = at_loop(Finding(code="", record=clues.record), clues)
    return clues.text_at(place).strip()[:MOST_LINE]


def printing_loops(clues: Clues) -> list[str]:
    """The first lines of all loops of the program that have a print in them."""
    found = []
    for source in clues.sources:
        prints = [call.line for call in source.calls if call.name in ("print", "write")]
        found += [source.text(start) for start, end in source.loops if any(start <= line <= end for line in prints)]
    return [line.strip()[:MOST_LINE] for line in found]


def prints_much(clues: Clues) -> bool:
    """It was stopped for its output, or was about to be."""
    printed = max(len(clues.record.stdout), len(clues.record.stderr))
    return clues.record.stopped == "output" or (clues.record.stopped == "cpu" and printed > MUCH)


def says_the_same(clues: Clues) -> bool:
    """The end of its output has the same few lines again and again."""
    tails = (data[-MOST_TAIL:].split(b"\n")[1:-1] for data in (clues.record.stdout, clues.record.stderr))
    return any(len(lines) > 4 * FEW and len(set(lines)) <= FEW for lines in tails)


def has_much_to_say(finding: Finding, clues: Clues) -> bool:
    """It printed too much, and nothing says that it would never have ended; or it computed in a loop over so many
    values."""
    outermost = outer_loop(clues)
    counted = clues.record.stopped == "cpu" and outermost != "" and not UNBOUNDED.match(outermost)
    known = prints_much(clues) or counted
    return known and not goes_round(clues)

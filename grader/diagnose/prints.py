"""Which print a line of the output came from, as its literals tell. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left

from grader.diagnose.clues import Clues
from grader.diagnose.trace import Place
from grader.printed import contains
from grader.verdicts import Finding

MOST_LINE = 400  # characters of a line that are looked at
MOST_LINES = 200  # lines of the output that are looked at, from its end
MOST_SAID = 256  # bytes of a message that are looked for
KEPT = re.compile(r"\s*(\w+)\s*\+?=.*\b(?:recv|recvfrom|recvmsg|read|read1|readline|readlines|sock_recv)\(")


def at_shown(text: str, clues: Clues) -> Place | None:
    """The print that printed a text: the one of whose literals the longest is in it."""
    found, length = None, 0
    for source in clues.sources:
        literals = sorted((line, value.strip()) for _, value, line in source.constants if isinstance(value, str))
        literals = [(line, value) for line, value in literals if value and value in text]
        for call in (one for one in source.calls if one.name in ("print", "write")):
            for line, value in literals[bisect_left(literals, (call.line, "")) :]:
                if line > call.end:
                    break
                if len(value) > length:
                    found, length = Place(file=source.path, line=call.line), len(value)
    return found


def at_reply_print(finding: Finding, clues: Clues) -> Place | None:
    """The first print that names what was received."""
    for source in clues.sources:
        kept = {found[1] for line in source.lines if (found := KEPT.match(line[:MOST_LINE]))}
        for call in source.calls:
            if call.name in ("print", "write") and kept & set(re.findall(r"\w+", call.text)):
                return Place(file=source.path, line=call.line)
    return None


def at_sent_print(finding: Finding, clues: Clues) -> Place | None:
    """The print that showed what was sent: of several lines that do, the last."""
    said = clues.said[:MOST_SAID]
    lines = [line for line in clues.printed.splitlines()[-MOST_LINES:] if contains(line[:MOST_LINE], said)]
    return at_shown(lines[-1], clues) if lines else None

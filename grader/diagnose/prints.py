"""Which print a line of the output came from, as its literals tell. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left

from grader.diagnose.clues import Clues
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES
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


def at_later_print(finding: Finding, clues: Clues) -> Place | None:
    """The first print that stands behind the receiving, or behind a call of what receives: where there is one, one that
    mentions what came."""
    for source in clues.sources:
        inside = {call.function for call in source.calls if call.name in RECEIVES}
        taken = [call for call in source.calls if call.name in RECEIVES or (call.name and call.name in inside)]
        behind = [
            call.line for call in source.calls if call.name == "print"
            and any(one.function == call.function and one.line < call.line for one in taken)
        ]  # fmt: skip
        telling = {one.line for one in source.flow.shown if one.names & source.flow.reply_names}
        lines = [line for line in behind if line in telling] or behind
        if lines:
            return Place(file=source.path, line=lines[0])
    return None


def at_sent_print(finding: Finding, clues: Clues) -> Place | None:
    """The print that showed what was sent: of several lines that do, the last."""
    said = clues.said[:MOST_SAID]
    lines = [line for line in clues.printed.splitlines()[-MOST_LINES:] if contains(line[:MOST_LINE], said)]
    return at_shown(lines[-1], clues) if lines else None

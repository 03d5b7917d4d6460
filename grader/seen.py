"""What a run record shows: the connection that counts, what was said on it, and what was printed. Pure.

The rules of `verdicts.py` are made of these.
"""

from __future__ import annotations

import re

from grader.model import DIRECT, Event, RunRecord, Socket
from grader.printed import contains, is_padded

SOURCE_LINE = re.compile(r'^( *File "[^"\n]*", line \d[^\n]*+)\n +[^\n]*', re.MULTILINE)  # beneath the place it is from


def main_connection(record: RunRecord) -> int | None:
    """The connection that the conversation was about: the first on which the program said something, else the first."""
    numbers = [event.connection for event in record.events if event.kind in ("connected", "accepted")]
    if record.role == "client":
        spoke = [event.connection for event in record.events if event.kind == "received"]
        numbers = spoke or numbers
    return numbers[0] if numbers else None


def received(record: RunRecord, number: int | None) -> bytes:
    """All bytes that arrived from the program on one connection."""
    return b"".join(one.data for one in record.events if one.kind == "received" and one.connection == number)


def events_of(record: RunRecord, *kinds: str) -> list[Event]:
    """Events of the main connection, of the given kinds."""
    number = main_connection(record)
    return [event for event in record.events if event.connection == number and event.kind in kinds]


def printed(record: RunRecord) -> str:
    """What the program printed, on stdout and on stderr: a log line is as good as a print. The lines of its source that
    Python quotes in a traceback are not its output."""
    return SOURCE_LINE.sub(r"\1", (record.stdout + b"\n" + record.stderr).decode(errors="replace"))


def listening(record: RunRecord) -> list[Socket]:
    """The TCP sockets on which the program listened."""
    return [row for row in record.sockets if row.state == "listen"]


def replied(record: RunRecord) -> bytes:
    """What the program was first answered on the main connection; without a transcript, what it printed must do."""
    if met_directly(record):
        return record.stdout.strip()
    answer = b""
    for event in events_of(record, "sent", "received"):
        if event.kind == "sent":
            answer += event.data
        elif answer:
            break
    return answer


def is_echoed(record: RunRecord) -> bool:
    """Whether a client was answered with just what it had said."""
    return replied(record) == received(record, main_connection(record)) != b""


def met_directly(record: RunRecord) -> bool:
    """Whether the program met another one without the grader in between (`grade check` without boxes)."""
    return bool(record.outcomes) and record.outcomes[0].detail == DIRECT


def shows_reply(record: RunRecord) -> bool:
    """Whether a program printed what it was answered, and not as the beginning of a buffer that it did not fill."""
    text, reply = printed(record), replied(record)
    return contains(text, reply) and not is_padded(text, reply)

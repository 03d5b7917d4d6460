"""What a peer heard from a program, against what it was to hear: one `receive` of a conversation. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from grader.conversation import Action, Expectation
from grader.model import RunRecord
from grader.seen import events_of, main_connection


def window(actions: Sequence[Action], expectation: Expectation, record: RunRecord) -> tuple[int, int | None]:
    """Where in a connection's stream the bytes of one `receive` stand: from where the one before it ended, to where
    the next one begins or, after the last, to the end of the stream. What a server says to a message whose answer
    nobody awaits is not part of the answer before."""
    starts = [number for number, action in enumerate(actions) if action.kind == "connect"]
    index = expectation.action
    first = max((number for number in starts if number <= index), default=0)
    end = min((number for number in starts if number > index), default=len(actions))
    start = 0
    for number, action in enumerate(actions[first:index], first):
        if action.kind == "receive":
            start = record.outcomes[number].received if action.count is None else start + action.count
    after = [action.kind for action in actions[index + 1 : end]]
    if "receive" in after:
        return start, start + len(expectation.data)
    unasked = after[:1] == ["send"] and record.role == "server"
    return start, record.outcomes[index].received if unasked else None


def connection_of(actions: Sequence[Action], expectation: Expectation, record: RunRecord) -> int | None:
    """The number of the connection that an expectation is about."""
    connects = sum(action.kind == "connect" for action in actions[: expectation.action + 1])
    return connects - 1 if connects else main_connection(record)


def amiss(
    actions: Sequence[Action], expectation: Expectation, record: RunRecord, start: int, actual: bytes
) -> tuple[str, bytes]:
    """What is wrong with the bytes that arrived from `start` on, and those that show it; two empty ones where nothing
    is. Bytes that were said before they were asked for are no answer, whatever they are; the right ones do not excuse
    others on a further connection, nor a loss that the next answer fills up."""
    expected, outcome = expectation.data, record.outcomes[expectation.action]
    if early := said_unasked(actions, expectation, record):
        return "early", early
    if actual != expected:
        return compare(expected, actual), actual
    if outcome.result == "done" or (record.role == "client" and outcome.received > start):
        elsewhere = said_elsewhere(expectation, record)
        return ("elsewhere", elsewhere) if elsewhere else ("", b"")
    if loses_bytes(expectation, record, start):
        in_time = actual[: outcome.received - start]
        return compare(expected, in_time), in_time
    return "late", actual


def loses_bytes(expectation: Expectation, record: RunRecord, start: int) -> bool:
    """Whether what completes an echo only came with a later one, of which as much is missing: the end of the one was
    lost, and the next happens to begin with the same bytes."""
    arguments = expectation.step.arguments
    echoes = record.role == "server" and arguments["what"] == "sent" and arguments.get("transform") is None
    sent, came = (sum(len(event.data) for event in events_of(record, kind)) for kind in ("sent", "received"))
    return echoes and record.outcomes[expectation.action].received > start and came < sent


def said_unasked(actions: Sequence[Action], expectation: Expectation, record: RunRecord) -> bytes:
    """What a server had said on a connection before its client said anything, where it is to answer and no more. Not
    what the rubric itself has stand before the answer."""
    if record.role != "server" or not expectation.sent:
        return b""
    begun = ""  # which of the two speaks first on this connection, by the script
    for action in actions[: expectation.action + 1]:
        speaks = action.kind in ("send", "receive")
        begun = "" if action.kind == "connect" else begun or (action.kind if speaks else "")
    if begun != "send":
        return b""
    number = connection_of(actions, expectation, record)
    here = [event for event in record.events if event.connection == number]
    first = next((at for at, event in enumerate(here) if event.kind == "sent"), 0)
    early = b"".join(event.data for event in here[:first] if event.kind == "received")
    literal = expectation.data if expectation.step.arguments["what"] == "literal" else b""
    return b"" if literal.startswith(early) and literal != early else early


def said_elsewhere(expectation: Expectation, record: RunRecord) -> bytes:
    """What a client that is to say just this said on other connections than the one that the conversation is about."""
    if record.role != "client" or expectation.step.arguments["what"] != "literal":
        return b""
    number = main_connection(record)
    return b"".join(one.data for one in record.events if one.kind == "received" and one.connection != number)


def compare(expected: bytes, actual: bytes) -> str:
    """How bytes differ from what was expected: `silent`, `partial`, `extra` or `altered`."""
    if not actual:
        return "silent"
    if expected.startswith(actual):
        return "partial"
    return "extra" if actual.startswith(expected) else "altered"

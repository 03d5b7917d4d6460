"""TCP is a stream: where it is cut, and what happens on other connections, never decides a verdict."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from cases import ECHO_CLIENT, SEED, Program, a_check, a_rubric, prints, receive, run_alone, send, simulate
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.conversation import script
from grader.heard import compare
from grader.model import Event, RunRecord
from grader.verdicts import Finding, judge

pytestmark = pytest.mark.slow

SENT = b"Hello, world"
ECHOES = a_check("server.echoes", "connect", send(SENT), receive())
TWO = a_check("server.two", "connect", send(b"first"), receive(), send(b"second"), receive())

answers = st.one_of(
    st.sampled_from([b"", SENT, SENT[:5], SENT + b"\n", SENT.upper(), b"x" + SENT, b"firstsecond"]),
    st.binary(max_size=40),
)


def cut(record: RunRecord, places: list[int]) -> RunRecord:
    """The same record with what was received cut into pieces: after `places` bytes of each event."""
    events: list[Event] = []
    for event in record.events:
        if event.kind != "received":
            events.append(event)
            continue
        borders = sorted({0, len(event.data), *(place for place in places if place < len(event.data))})
        pieces = itertools.pairwise(borders)
        events += [replace(event, data=event.data[start:end]) for start, end in pieces]
    return replace(record, events=tuple(events))


def essence(found: Finding | None) -> object:
    """A finding without the record that shows it."""
    return found and replace(found, record=RunRecord(role="", file="", host="", port=0))


@settings(max_examples=100, deadline=None)
@given(st.lists(answers, min_size=2, max_size=2), answers, st.lists(st.integers(1, 40)), st.sampled_from([ECHOES, TWO]))
def test_where_a_stream_is_cut_does_not_matter(
    said: list[bytes], late: bytes, places: list[int], check: object
) -> None:
    """Whole, byte by byte, or anyhow: the finding is the same to the last fact."""
    program = Program(answers=lambda number, data: said[number], at_eof=late)
    mine, record = run_alone(check, program)  # type: ignore[arg-type]
    rubric = a_rubric(check)  # type: ignore[arg-type]
    whole = judge(mine, {"server": record}, rubric)
    for where in (places, list(range(1, 41))):
        assert essence(judge(mine, {"server": cut(record, where)}, rubric)) == essence(whole)


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=60), st.binary(max_size=80))
def test_only_the_same_bytes_are_the_same(expected: bytes, actual: bytes) -> None:
    """A program passes exactly when it sends back what it was sent."""
    check = a_check("server.echoes", "connect", send(expected), receive())
    mine, record = run_alone(check, Program(answers=lambda number, data: actual))
    found = judge(mine, {"server": record}, a_rubric(check))
    assert (found is None) == (actual == expected)
    if found is not None:
        assert found.code == f"server-{compare(expected, actual)}"
        assert (found.expected, found.actual) == (expected, actual)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=30), st.binary(max_size=30))
def test_bytes_differ_in_exactly_one_of_four_ways(expected: bytes, actual: bytes) -> None:
    """And the name says what one would see."""
    kind = compare(expected, actual)
    if kind == "silent":
        assert actual == b""
    elif kind == "partial":
        assert expected.startswith(actual)
    elif kind == "extra":
        assert actual.startswith(expected)
        assert len(actual) >= len(expected)
    else:
        assert kind == "altered"
        assert any(one != other for one, other in zip(expected, actual, strict=False))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.binary(min_size=1, max_size=9)), max_size=6), answers)
def test_what_a_client_says_on_other_connections_later_changes_no_finding(
    noise: list[tuple[int, bytes]], said: bytes
) -> None:
    """The first connection that speaks is the conversation; where all is well there, it is too much."""
    check = a_check("client.sends", "accept", receive(SENT))
    mine = script(check, SEED)
    record = simulate(mine.actions, replace(ECHO_CLIENT, greets=said or b"x"), "client")
    others = [Event(kind="accepted", connection=number, at=9.0) for number in (1, 2, 3)]
    others += [Event(kind="received", connection=number, at=9.5, data=data) for number, data in noise]
    louder = replace(record, events=(*record.events, *others))
    rubric = a_rubric(check)
    quiet, found = judge(mine, {"client": record}, rubric), judge(mine, {"client": louder}, rubric)
    if quiet is None and noise:
        assert found is not None
        assert found.code == "client-elsewhere"
    else:
        assert essence(found) == essence(quiet)


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=40), st.text(max_size=20), st.text(max_size=20), st.booleans(), st.booleans())
def test_what_was_received_is_found_in_any_sentence(
    reply: bytes, before: str, after: str, as_repr: bool, on_stderr: bool
) -> None:
    """Printed as repr or, where it is text, as text; on stdout or on stderr."""
    shown = repr(reply) if as_repr else reply.decode(errors="replace")
    line = f"{before}{shown}{after}".encode(errors="replace")
    check = a_check("client.prints", "accept", receive("anything"), send(reply), prints())
    mine, record = run_alone(check, ECHO_CLIENT)
    record = replace(record, stdout=b"" if on_stderr else line, stderr=line if on_stderr else b"")
    assert judge(mine, {"client": record}, a_rubric(check)) is None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200), answers, st.integers(-1, 3) | st.none())
def test_any_record_of_one_program_can_be_judged(stdout: bytes, stderr: bytes, said: bytes, status: int | None) -> None:
    """A finding or none, never an exception."""
    for check in (ECHOES, TWO, a_check("server.announces", "listens", "connect", prints("client-address"))):
        mine, record = run_alone(check, Program(answers=lambda number, data: said))
        changed = replace(record, stdout=stdout, stderr=stderr, exit_code=status)
        found = judge(mine, {"server": changed}, a_rubric(check))
        assert found is None or found.code

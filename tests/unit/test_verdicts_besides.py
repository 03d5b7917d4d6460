"""Verdicts on what is said besides: before anything was asked, on another connection, in the place of what is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import (
    ECHO_CLIENT,
    ECHOES,
    GREETING,
    PEER,
    PRINTS,
    Program,
    a_check,
    a_rubric,
    code,
    echo,
    finding,
    nothing,
    receive,
    run_alone,
    send,
)

from grader.model import Event, RunRecord
from grader.verdicts import judge


@pytest.mark.parametrize("answers", [echo, nothing], ids=["and echoes", "and nothing more"])
@pytest.mark.parametrize("greets", [b"Welcome!\n", GREETING], ids=["a banner", "the message of the client"])
def test_what_a_server_says_before_it_is_asked_is_no_echo(greets: bytes, answers: object) -> None:
    """Not even where it is what the client is going to say."""
    found = finding(ECHOES, Program(greets=greets, answers=answers))  # type: ignore[arg-type]
    assert found is not None
    assert (found.code, found.actual) == ("server-early", greets)


def test_a_server_may_speak_first_where_it_is_asked_to() -> None:
    """The script of the peer says whose turn it is."""
    check = a_check("server.greets", "connect", receive(b"Welcome!\n"), send(), receive())
    assert code(check, Program(greets=b"Welcome!\n")) == ""
    in_one = a_check("server.greets", "connect", send(GREETING), receive(b"Welcome!\n" + GREETING))
    assert code(in_one, Program(greets=b"Welcome!\n")) == ""
    unasked = a_check("server.oks", "connect", send(GREETING), receive(b"OK"))
    assert code(unasked, Program(greets=b"OK", answers=nothing)) == "server-early"


def test_each_connection_begins_with_the_client() -> None:
    """A banner is found on the second connection too, and what was said on the first is none."""
    twice = a_check("server.twice", "connect", send(b"one"), receive(), "close", "connect", send(b"two"), receive())
    mine, record = run_alone(twice, Program())
    assert judge(mine, {"server": record}, a_rubric(twice)) is None
    at = next(number for number, event in enumerate(record.events) if event.data == b"two")
    banner = Event(kind="received", connection=1, at=record.events[at].at, data=b"hi")
    found = judge(
        mine, {"server": replace(record, events=(*record.events[:at], banner, *record.events[at:]))}, a_rubric(twice)
    )
    assert found is not None
    assert (found.code, found.actual) == ("server-early", b"hi")


def test_a_server_answers_on_each_connection_with_what_is_asked_there() -> None:
    """What it says on another connection than the one that is looked at is an answer to that."""
    twice = a_check(
        "server.twice", "connect", send(b"one"), receive(b"one"), "close", "connect", send(b"two"), receive(b"two")
    )
    assert code(twice, Program()) == ""


def test_half_an_answer_that_is_no_echo_is_completed_late() -> None:
    """A short answer to a long message has lost nothing."""
    check = a_check("server.oks", "connect", send(b"a long message"), receive(b"OK"))
    assert code(check, Program(answers=lambda number, data: b"O", at_eof=b"K")) == "server-late"


LETTERS = a_check("server.two", "connect", send(b"abX"), receive(), send(b"Xcd"), receive())


@pytest.mark.parametrize(
    ("answers", "at_eof", "expected", "actual"),
    [
        (lambda number, data: data[:-1], b"", "server-partial", b"ab"),
        (lambda number, data: data[: 3 * number - 1], b"", "server-partial", b"ab"),
        (lambda number, data: (b"ab", b"Xcd", b"")[number], b"", "server-partial", b"ab"),
        (lambda number, data: (b"ab", b"XXc", b"")[number], b"d", "server-late", b"abX"),
    ],
    ids=["each without its last", "the first without its last", "all but one", "held back, and said at last"],
)
def test_a_lost_byte_is_lost_though_the_next_message_begins_with_it(
    answers: object, at_eof: bytes, expected: str, actual: bytes
) -> None:
    """What fills the place of the byte belongs to the next answer: as much is missing at the end."""
    found = finding(LETTERS, Program(answers=answers, at_eof=at_eof))  # type: ignore[arg-type]
    assert found is not None
    assert (found.code, found.actual) == (expected, actual)


SENDS = a_check("client.sends", "accept", receive(GREETING), send(GREETING))


def with_another(record: RunRecord, *said: bytes) -> RunRecord:
    """The same client, which opens another connection at the end, and may speak on it."""
    kinds = (("accepted", PEER.encode()), *(("received", data) for data in said))
    more = (Event(kind=kind, connection=1, at=99.0, data=data) for kind, data in kinds)
    return replace(record, events=(*record.events, *more))


@pytest.mark.parametrize("said", [b"quit", GREETING])
def test_what_a_client_says_on_another_connection_is_too_much(said: bytes) -> None:
    """It is to send its message and no more; a connection without a word is none of it."""
    mine, record = run_alone(SENDS, ECHO_CLIENT)
    assert judge(mine, {"client": with_another(record)}, a_rubric(SENDS)) is None
    found = judge(mine, {"client": with_another(record, said)}, a_rubric(SENDS))
    assert found is not None
    assert (found.code, found.actual) == ("client-elsewhere", said)


@pytest.mark.parametrize(("ends", "expected"), [("fin-received", ""), ("reset", "reply-not-printed")])
def test_a_client_that_leaves_the_echo_unread_has_not_compared_it(ends: str, expected: str) -> None:
    """One byte of the reply is looked at, and a text of the program's own is printed: what shows it is the RST with
    which a connection ends on which something is unread."""

    def say(data: bytes) -> str:
        return "Received b'Hello, world'\n" if data[:1] == b"H" else "something else\n"

    compares = replace(ECHO_CLIENT, on_message=say)
    answered = run_alone(SENDS, compares)[1]
    last = Event(kind=ends, connection=0, at=99.0)
    echo = replace(answered, events=(*answered.events, last))
    mine, record = run_alone(PRINTS, compares)
    found = judge(mine, {"client": record}, a_rubric(PRINTS), [echo])
    assert (found.code if found else "") == expected

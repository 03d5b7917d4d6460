"""Verdicts on what was received: which bytes, when, where in the stream, and on which connection."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import (
    ECHO_CLIENT,
    ECHO_SERVER,
    ECHOES,
    GREETING,
    PEER,
    SEED,
    SILENT,
    Program,
    a_check,
    a_rubric,
    code,
    echo,
    exits,
    finding,
    nothing,
    prints,
    receive,
    run_alone,
    send,
)

from grader.conversation import script
from grader.heard import compare, window
from grader.model import Check, Event, RunRecord, Step, StepOutcome
from grader.verdicts import judge

# --- receive ----------------------------------------------------------------------------------------------------------


def test_an_echo_is_what_was_sent() -> None:
    """The same bytes again, no less and no more."""
    assert code(ECHOES, ECHO_SERVER) == ""


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"", "server-silent"),
        (b"Hello", "server-partial"),
        (b"Hello, world\n", "server-extra"),
        (b"HELLO, WORLD", "server-altered"),
        (b"Hello, worlds apart", "server-extra"),
        (b"Hellp", "server-altered"),
        (b" Hello, world", "server-altered"),
    ],
)
def test_a_wrong_answer_is_named_by_how_it_differs(answer: bytes, expected: str) -> None:
    """Nothing, too little, too much, or something else."""
    found = finding(ECHOES, Program(answers=lambda number, data: answer))
    assert found is not None
    assert (found.code, found.expected, found.actual) == (expected, GREETING, answer)


def test_bytes_differ_in_the_first_of_four_ways_that_fits() -> None:
    """The same four for every payload."""
    assert [compare(b"ab", actual) for actual in (b"", b"a", b"abc", b"b", b"ac")] == [
        "silent",
        "partial",
        "extra",
        "altered",
        "altered",
    ]


def test_an_answer_that_only_comes_after_the_close_is_late() -> None:
    """The bytes are right, but a client that waits for them waits for ever."""
    found = finding(ECHOES, Program(answers=nothing, at_eof=GREETING))
    assert found is not None
    assert (found.code, found.actual) == ("server-late", GREETING)


def test_an_answer_that_is_completed_after_the_close_is_late() -> None:
    """Part of it in time is not enough."""
    assert code(ECHOES, Program(answers=lambda number, data: data[:5], at_eof=GREETING[5:])) == "server-late"


def test_a_wrong_answer_after_the_close_is_wrong_rather_than_late() -> None:
    """What it says matters more than when."""
    assert code(ECHOES, Program(answers=nothing, at_eof=b"HELLO")) == "server-altered"


def test_text_that_is_appended_when_the_client_has_gone_is_seen() -> None:
    """An answer that is right and then followed by more is not the same bytes."""
    found = finding(ECHOES, Program(at_eof=b"Goodbye!"))
    assert found is not None
    assert (found.code, found.actual) == ("server-extra", GREETING + b"Goodbye!")


SEVERAL = a_check("server.several", "connect", send(b"one"), receive(), send(b"22"), receive(), send(b"333"), receive())


@pytest.mark.parametrize(
    ("answers", "expected", "index", "answered"),
    [
        (lambda number, data: b"" if number else data, "server-silent", 1, 3),
        (lambda number, data: data if number < 2 else b"", "server-silent", 2, 5),
        (lambda number, data: data if number < 2 else b"333!", "server-extra", 2, 5),
        (lambda number, data: data.upper(), "server-altered", 0, 0),
        (lambda number, data: b"one", "server-altered", 1, 3),
    ],
    ids=["once only", "twice only", "one too many at the end", "upper-cased", "the first one again"],
)
def test_of_several_answers_the_first_wrong_one_is_named(
    answers: object, expected: str, index: int, answered: int
) -> None:
    """`index` messages had been answered well, `answered` bytes in all."""
    check = SEVERAL if expected != "server-altered" or index else a_check("server.a", "connect", send(b"a"), receive())
    found = finding(check, Program(answers=answers))  # type: ignore[arg-type]
    assert found is not None
    assert (found.code, found.facts["index"], found.facts["answered"]) == (expected, index, answered)


def test_an_answer_that_is_one_too_long_spoils_the_next_one() -> None:
    """A stream has no borders: the surplus byte is where the next answer should begin."""
    found = finding(SEVERAL, Program(answers=lambda number, data: data + b"\n"))
    assert found is not None
    assert (found.code, found.facts["index"], found.actual) == ("server-altered", 1, b"\n2")


def test_each_connection_is_a_stream_of_its_own() -> None:
    """After another `connect` the answer begins anew; what came on the first is not counted."""
    twice = a_check("server.twice", "connect", send(b"one"), receive(), "close", "connect", send(b"two"), receive())
    assert code(twice, ECHO_SERVER) == ""
    found = finding(twice, Program(answers=lambda number, data: b"one"))
    assert found is not None
    assert (found.code, found.expected, found.actual) == ("server-altered", b"two", b"one")


def test_the_next_client_is_served_after_one_broke_off() -> None:
    """The example of the manual: only the second connection has to be answered."""
    check = a_check("server.survives", "connect", send(b"Hello"), "reset", "connect", send(b"again"), receive())
    assert code(check, ECHO_SERVER) == ""
    assert code(check, Program(answers=lambda number, data: b"" if number else data)) == "server-silent"


@pytest.mark.parametrize("answer", [b"x", b"HELLO, WORLD", b"Hello, world and more"])
def test_anything_is_any_bytes(answer: bytes) -> None:
    """`receive: anything` does not look at them."""
    check = a_check("server.any", "connect", send(), receive("anything"), exits())
    assert code(check, Program(answers=lambda number, data: answer)) == ""


def test_anything_that_only_comes_after_the_close_is_late() -> None:
    """A client that reads once would never have had it."""
    check = a_check("server.any", "connect", send(), receive("anything"), exits())
    assert code(check, Program(answers=nothing, at_eof=GREETING)) == "server-late"


# --- where in the stream an answer stands -----------------------------------------------------------------------------


def test_a_message_that_is_answered_unasked_is_not_too_much_of_the_answer_before() -> None:
    """Nobody waits for the second answer, and the first one was right."""
    check = a_check("server.x", "connect", send(b"one"), receive(), send(b"two"), prints())
    assert code(check, Program(on_message=lambda data: data.decode())) == ""
    assert code(check, Program(answers=nothing, on_message=lambda data: data.decode())) == "server-silent"


def test_an_answer_that_only_comes_with_our_next_word_is_no_answer() -> None:
    """What came later is not counted to it."""
    check = a_check("server.x", "connect", send(b"one"), receive(), send(b"two"), prints())
    late = Program(answers=lambda number, data: b"onetwo" if number else b"", on_message=lambda data: data.decode())
    found = finding(check, late)
    assert found is not None
    assert (found.code, found.actual) == ("server-silent", b"")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), "server-extra"),
        ((send(b"two"), prints()), "server-extra"),
        (("half-close",), "server-extra"),
        ((send(b"two"), receive()), "server-altered"),
    ],
    ids=["at the end", "before our next word", "before our last", "before the next answer"],
)
def test_what_is_added_a_while_after_an_answer_is_too_much(steps: tuple[Step | str, ...], expected: str) -> None:
    """Or, where another answer is awaited, stands where that one should."""
    adds = Program(adds=lambda number, data: b"" if number else b"!", on_message=lambda data: data.decode())
    check = a_check("server.x", "connect", send(b"one"), receive(), *steps)
    assert code(check, adds) == expected
    assert code(check, replace(adds, adds=nothing)) == ""


def test_an_answer_after_anything_begins_where_that_ended() -> None:
    """A greeting or a banner of whatever length spoils nothing."""
    client = a_check("client.x", "accept", receive("anything"), send(b"abc"), receive())
    assert code(client, replace(ECHO_CLIENT, answers=echo)) == ""
    server = a_check("server.x", "connect", receive("anything"), send(b"abc"), receive())
    assert code(server, Program(greets=b"220 ready\n")) == ""
    found = finding(server, Program(greets=b"220 ready\n", answers=lambda number, data: b"abd"))
    assert found is not None
    assert (found.code, found.actual, found.facts["answered"]) == ("server-altered", b"abd", 10)
    assert code(server, Program(greets=b"220 ready\n", answers=nothing)) == "server-silent"


WINDOWS: list[tuple[Check, tuple[int, ...], list[tuple[int, int | None]]]] = [
    (ECHOES, (0, 0, 12), [(0, None)]),
    (SEVERAL, (0, 0, 3, 3, 5, 5, 8), [(0, 3), (3, 5), (5, None)]),
    (a_check("server.x", "connect", send(b"one"), receive(), send(b"two"), prints()), (0, 0, 3, 6), [(0, 3)]),
    (a_check("server.x", "connect", send(b"one"), receive(), "reset"), (0, 0, 3, 3), [(0, None)]),
    (a_check("client.x", "accept", receive(b"abc"), send(b"two")), (0, 3, 9), [(0, None)]),
    (
        a_check("client.x", "accept", receive("anything"), send(b"abc"), receive(b"d")),
        (0, 2, 2, 3),
        [(0, 0), (2, None)],
    ),
    (
        a_check("server.x", "connect", receive("anything"), send(b"abc"), receive(), send(b"d"), receive()),
        (0, 10, 10, 13, 13, 14),
        [(0, 0), (10, 13), (13, None)],
    ),
    (
        a_check("server.x", "connect", send(b"one"), receive(), "close", "connect", send(b"4444"), receive()),
        (0, 0, 3, 3, 0, 0, 4),
        [(0, None), (0, None)],
    ),
]


@pytest.mark.parametrize(
    ("check", "arrived", "expected"),
    WINDOWS,
    ids=[
        "one",
        "several",
        "unasked",
        "reset",
        "a client's message",
        "a client's second message",
        "banner",
        "two connections",
    ],
)
def test_the_bytes_of_an_answer_stand_between_those_of_its_neighbours(
    check: Check, arrived: tuple[int, ...], expected: list[tuple[int, int | None]]
) -> None:
    """`arrived`: how many bytes had come on the connection when each action ended."""
    mine, record = run_alone(check, SILENT)
    outcomes = tuple(StepOutcome(result="done", at=1.0, received=count) for count in arrived)
    assert len(outcomes) == len(mine.actions)
    seen = replace(record, outcomes=outcomes)
    due = [one for one in mine.expectations if one.kind == "receive"]
    assert [window(mine.actions, one, seen) for one in due] == expected


def test_something_is_wanted_each_time_that_anything_may_come() -> None:
    """What came for the first message is none for the second, nor what came on another connection."""
    twice = a_check("server.x", "connect", send(b"a"), receive("anything"), send(b"b"), receive("anything"), exits())
    assert code(twice, ECHO_SERVER) == ""
    once = Program(answers=lambda number, data: b"" if number else data)
    assert code(twice, once) == "server-silent"
    assert code(twice, replace(once, at_eof=b"b")) == "server-late"
    again = a_check(
        "server.x", "connect", send(b"a"), receive("anything"), "close", "connect", send(b"b"), receive("anything")
    )
    assert code(again, ECHO_SERVER) == ""
    assert code(again, once) == "server-silent"
    assert code(a_check("server.x", "connect", send(b"a"), receive("anything"), exits()), SILENT) == "server-silent"


def test_what_a_client_sends_is_told_as_the_clients() -> None:
    """The same differences, in the words of the other half."""
    check = a_check("client.sends", "accept", receive(GREETING))
    assert code(check, ECHO_CLIENT) == ""
    for said, expected in [
        (b"", "silent"),
        (b"Hello", "partial"),
        (b"Hello World", "altered"),
        (GREETING + b"!", "extra"),
    ]:
        assert code(check, replace(ECHO_CLIENT, greets=said)) == f"client-{expected}"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"bye", "client-extra"),
        (b"\n", "client-extra"),
        (GREETING, "client-extra"),
        (b"", ""),
    ],
)
def test_what_a_client_adds_after_its_answer_is_too_much(said: bytes, expected: str) -> None:
    """A message is all that was said on the connection up to its end, whenever it came."""
    check = a_check("client.sends", "accept", receive(GREETING), send(GREETING))
    assert code(check, replace(ECHO_CLIENT, answers=lambda number, data: said)) == expected
    assert code(check, replace(ECHO_CLIENT, at_eof=said)) == expected
    found = finding(check, replace(ECHO_CLIENT, at_eof=said))
    assert (found.actual if found else GREETING) == GREETING + said


def answered_early(check: Check, at: int) -> RunRecord:
    """A client that was answered when it had said `at` bytes of the greeting; the rest came afterwards."""
    mine, record = run_alone(check, ECHO_CLIENT)
    kinds = ("accepted", PEER.encode()), ("received", GREETING[:at]), ("sent", GREETING), ("received", GREETING[at:])
    happened = tuple(
        Event(kind=kind, connection=0, at=float(number), data=data) for number, (kind, data) in enumerate(kinds) if data
    )
    results = ("done", "impossible", "done")
    outcomes = tuple(
        StepOutcome(result=result, at=float(number), received=at if number else 0)
        for number, result in enumerate(results)
    )
    assert len(outcomes) == len(mine.actions)
    return replace(record, events=happened, outcomes=outcomes)


def test_a_client_that_is_answered_in_between_is_not_late() -> None:
    """It sends a part, waits for something, sends the rest: all of the message has come in the end."""
    check = a_check("client.sends", "accept", receive(GREETING), send(GREETING))
    mine = script(check, SEED)
    for at in (1, 6, 11):
        assert judge(mine, {"client": answered_early(check, at)}, a_rubric(check)) is None
    found = judge(mine, {"client": answered_early(check, 0)}, a_rubric(check))
    assert found is not None
    assert found.code == "client-late"


def test_a_server_whose_answer_is_complete_only_after_the_close_is_late_all_the_same() -> None:
    """It was asked once and for all; a part in time is no answer."""
    halves = Program(answers=lambda number, data: data[:5], at_eof=GREETING[5:])
    assert code(ECHOES, halves) == "server-late"


def test_without_a_connection_nothing_was_received_because_of_that() -> None:
    """The deeper reason is named: nobody listens, nobody connects."""
    gone = (StepOutcome(result="impossible", at=0.0),)
    record: dict[str, Any] = {"events": (), "outcomes": gone * 3}
    assert code(ECHOES, SILENT, **record) == "never-listens"
    assert code(a_check("client.sends", "accept", receive(GREETING)), ECHO_CLIENT, **record) == "never-connects"


# --- several connections of a client ----------------------------------------------------------------------------------


def a_busy_client(*said: tuple[int, bytes], connections: int = 2) -> RunRecord:
    """A client that opens connections and then says something on some of them, in this order."""
    _, record = run_alone(a_check("client.sends", "accept", receive(GREETING)), ECHO_CLIENT)
    opened = [Event(kind="accepted", connection=number, at=number / 10) for number in range(connections)]
    spoken = [Event(kind="received", connection=number, at=1.0, data=data) for number, data in said]
    return replace(record, events=(*opened, *spoken))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(0, GREETING)], ""),
        ([(1, GREETING)], ""),
        ([(1, GREETING), (0, b"late to say something else")], "client-elsewhere"),
        ([(1, b"Hello, "), (0, b"noise"), (1, b"world")], "client-elsewhere"),
        ([(0, b"noise"), (1, GREETING)], "client-altered"),
        ([], "client-silent"),
    ],
    ids=["on the first", "on the second", "second first", "interleaved", "noise first", "on none"],
)
def test_of_several_connections_the_first_that_speaks_counts(said: list[tuple[int, bytes]], expected: str) -> None:
    """A client may open a connection that it never uses; on one that it uses it has said too much."""
    mine = script(a_check("client.sends", "accept", receive(GREETING)), SEED)
    found = judge(mine, {"client": a_busy_client(*said)}, a_rubric())
    assert (found.code if found else "") == expected

"""Verdicts on one program: each rule both ways, with every code that it can find."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import (
    ECHO_CLIENT,
    ECHO_SERVER,
    EXACT,
    GREETING,
    HOST,
    PEER,
    PORT,
    SEED,
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
from grader.model import Check, Dial, Event, Options, RunRecord, Socket, Step, StepOutcome
from grader.printed import contains, outlines
from grader.verdicts import RULES, compare, judge, window


def a_listener(host: str = HOST, port: int = PORT, protocol: str = "tcp") -> Socket:
    return Socket(protocol=protocol, host=host, port=port, state="listen", backlog=1)


def dial(host: str = HOST, port: int = PORT, *, call: str = "connect", output_bytes: int = 0) -> Dial:
    return Dial(call=call, host=host, port=port, output_before=(output_bytes, 0))


LISTENS = a_check("server.listens", "listens")
ECHOES = a_check("server.echoes", "connect", send(), receive())
SILENT = Program(answers=nothing)


# --- listens ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "protocol"),
    [(HOST, "tcp"), ("0.0.0.0", "tcp"), ("::", "tcp6"), ("::ffff:127.0.0.1", "tcp6")],
)
def test_a_server_listens_wherever_it_can_be_reached_at_the_address(host: str, protocol: str) -> None:
    """What counts is that a client which goes to the assignment's address gets there."""
    assert code(LISTENS, Program(sockets=(a_listener(host, protocol=protocol),))) == ""


def test_a_server_for_ipv6_alone_is_not_at_the_address() -> None:
    """No client of IPv4 gets in, whatever `::` means elsewhere."""
    only = replace(a_listener("::", protocol="tcp6"), only_ipv6=True)
    found = finding(LISTENS, Program(sockets=(only,)))
    assert found is not None
    assert (found.code, found.facts) == ("listens-elsewhere", {"host": "::", "port": PORT})
    assert code(LISTENS, Program(sockets=(only, a_listener()))) == ""


@pytest.mark.parametrize(
    ("host", "only_ipv6", "reached"),
    [
        ("::", False, {HOST, "127.0.0.2", "::1"}),
        ("::", True, {"::1"}),
        ("::1", True, {"::1"}),
        ("::1", False, {"::1"}),
        ("::ffff:127.0.0.1", False, {HOST}),
        (HOST, False, {HOST}),
    ],
)
def test_a_socket_is_reached_at_its_own_address_and_where_it_stands_for_all(
    host: str, only_ipv6: bool, reached: set[str]
) -> None:
    """`::` stands for the addresses of IPv4 too, unless it was told not to (ipv6(7), IPV6_V6ONLY)."""
    one = replace(a_listener(host, protocol="tcp6"), only_ipv6=only_ipv6)
    assert {to for to in (HOST, "127.0.0.2", "::1") if one.reaches(to, PORT)} == reached
    assert not any(one.reaches(to, PORT + 1) for to in (HOST, "127.0.0.2", "::1"))


def test_one_listener_at_the_right_address_is_enough() -> None:
    """A server may listen in a second place too."""
    assert code(LISTENS, Program(sockets=(a_listener(port=5000), a_listener()))) == ""


@pytest.mark.parametrize(("host", "port"), [(HOST, 65433), ("127.0.0.2", PORT), ("::1", PORT), ("192.168.1.7", PORT)])
def test_a_server_that_listens_elsewhere_is_told_where(host: str, port: int) -> None:
    """The feedback can name both the address that is used and the one that was asked for."""
    found = finding(LISTENS, Program(sockets=(a_listener(host, port),)))
    assert found is not None
    assert (found.code, found.facts) == ("listens-elsewhere", {"host": host, "port": port})


def test_a_server_that_was_met_elsewhere_has_the_address_wrong_and_nothing_more() -> None:
    """Then the checks that need this one are judged where the server really is."""
    check = a_check("server.listens", "listens", "connect")
    there = (a_listener(port=5000),)
    met = finding(check, Program(sockets=there), host=HOST, port=5000)
    assert met is not None
    assert (met.code, met.followed) == ("listens-elsewhere", True)
    not_met = finding(LISTENS, Program(sockets=there))
    assert not_met is not None
    assert not not_met.followed


def test_of_several_listeners_elsewhere_the_one_that_was_met_is_told() -> None:
    """The feedback and the run speak of the same one."""
    both = (a_listener("::1", 5000, protocol="tcp6"), a_listener(port=6000))
    found = finding(a_check("server.listens", "listens", "connect"), Program(sockets=both), port=6000)
    assert found is not None
    assert (found.facts, found.followed) == ({"host": HOST, "port": 6000}, True)
    unmet = finding(LISTENS, Program(sockets=both))
    assert unmet is not None
    assert unmet.facts == {"host": "::1", "port": 5000}


def test_a_server_without_a_listener_never_listens() -> None:
    """A socket in any other state is no listener."""
    assert code(LISTENS, Program(sockets=())) == "never-listens"
    assert code(LISTENS, Program(sockets=(replace(a_listener(), state="established"),))) == "never-listens"
    assert code(LISTENS, Program(sockets=(Socket(protocol="udp", host=HOST, port=PORT, state="bound"),))) == (
        "never-listens"
    )


def test_a_server_that_was_met_at_the_address_has_listened_there() -> None:
    """A listener that was gone by the time of the look still has let somebody in."""
    check = a_check("server.listens", "listens", "connect")
    assert code(check, Program(sockets=())) == ""
    assert code(check, Program(sockets=()), port=5000) == "never-listens"


# --- connects ---------------------------------------------------------------------------------------------------------

CONNECTS = a_check("client.connects", "connects")


def test_a_client_that_comes_to_the_address_connects() -> None:
    """Its connection was accepted there."""
    assert code(CONNECTS, ECHO_CLIENT) == ""


@pytest.mark.parametrize(("host", "port"), [(HOST, 5000), ("127.0.0.2", PORT)])
def test_a_client_that_goes_elsewhere_is_told_where_and_followed(host: str, port: int) -> None:
    """Only the address is wrong; everything else is judged there."""
    found = finding(CONNECTS, ECHO_CLIENT, host=host, port=port)
    assert found is not None
    assert (found.code, found.facts, found.followed) == ("connects-elsewhere", {"host": host, "port": port}, True)


def test_a_client_that_could_not_get_through_is_told_what_it_dialled() -> None:
    """The first address that it asked for counts."""
    found = finding(CONNECTS, ECHO_CLIENT, events=(), dials=(dial(call="bind"), dial("10.0.0.1", 80), dial()))
    assert found is not None
    assert (found.code, found.facts, found.followed) == ("connection-failed", {"host": "10.0.0.1", "port": 80}, False)


def test_a_client_that_dialled_nothing_never_connects() -> None:
    """A bind is no connect."""
    assert code(CONNECTS, ECHO_CLIENT, events=(), dials=(dial(call="bind"),)) == "never-connects"


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
    record = {"events": (), "outcomes": gone * 3}
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
        ([(1, GREETING), (0, b"late to say something else")], ""),
        ([(1, b"Hello, "), (0, b"noise"), (1, b"world")], ""),
        ([(0, b"noise"), (1, GREETING)], "client-altered"),
        ([], "client-silent"),
    ],
    ids=["on the first", "on the second", "second first", "interleaved", "noise first", "on none"],
)
def test_of_several_connections_the_first_that_speaks_counts(said: list[tuple[int, bytes]], expected: str) -> None:
    """A client may open a connection that it never uses."""
    mine = script(a_check("client.sends", "accept", receive(GREETING)), SEED)
    found = judge(mine, {"client": a_busy_client(*said)}, a_rubric())
    assert (found.code if found else "") == expected


# --- prints -----------------------------------------------------------------------------------------------------------

ANNOUNCES = a_check("server.announces", "connect", prints("client-address", wording="Connected by {address}"))
PEER_PORT = PEER.rpartition(":")[2]


@pytest.mark.parametrize(
    "line",
    [
        f"Connected by ('127.0.0.1', {PEER_PORT})",
        f"Connected by 127.0.0.1:{PEER_PORT}",
        f"connection from 127.0.0.1 on port {PEER_PORT}",
        f"[NEW CONNECTION] {PEER_PORT}",
        f"('127.0.0.1', {PEER_PORT}) connected.",
        "client: 127.0.0.1",
        f"Verbunden mit ('127.0.0.1', {PEER_PORT})",
        f"127.0.0.1:{PORT}: somebody came from {PEER_PORT}",
    ],
)
def test_the_clients_address_counts_in_any_wording(line: str) -> None:
    """Host or port of the client are enough; the sentence around them is the student's."""
    assert code(ANNOUNCES, Program(on_connect=lambda address: f"Starting\n{line}\n")) == ""
    assert code(ANNOUNCES, SILENT, stdout=b"", stderr=line.encode()) == ""


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "Connected!\n",
        "Connected by addr\n",
        f"Listening on ('127.0.0.1', {PORT})\n",
        f"127.0.0.1:{PORT}\n",
        "65432\n",
    ],
)
def test_a_line_without_the_clients_address_does_not_count(printed: str) -> None:
    """The server's own address is not the client's."""
    found = finding(ANNOUNCES, Program(on_connect=lambda address: printed))
    assert found is not None
    assert (found.code, found.facts) == ("address-not-printed", {"address": PEER})


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        (f"pid 94{PEER_PORT}7", False),
        (f"pid {PEER_PORT}0", False),
        (f"took 0.{PEER_PORT} s", False),
        (f"version {PEER_PORT}.1", False),
        (f"({PEER_PORT})", True),
        (f"It is {PEER_PORT}.", True),
        ("from 127.0.0.1.", True),
        ("from 127.0.0.12", False),
        ("from 5.127.0.0.1", False),
        ("127.0.0.1.local", True),
    ],
)
def test_a_number_counts_only_as_a_whole(line: str, counts: bool) -> None:
    """The port as a part of another number is no port, and one address is no part of another."""
    assert code(ANNOUNCES, Program(on_connect=lambda address: line)) == ("" if counts else "address-not-printed")


def test_only_what_is_printed_after_the_client_came_is_about_the_client() -> None:
    """A server that names its own host before anybody came has announced nobody."""
    before, after = b"Server started on 127.0.0.1, waiting\n", f"Connected by {PEER}\n".encode()
    early = {"stdout": before, "stderr": b"", "output_before": (len(before), 0)}
    assert code(ANNOUNCES, ECHO_SERVER, **early) == "address-not-printed"
    assert code(ANNOUNCES, ECHO_SERVER, **{**early, "stdout": before + after}) == ""
    assert code(ANNOUNCES, ECHO_SERVER, **{**early, "stderr": after}) == ""
    logged = {"stdout": b"", "stderr": before, "output_before": (0, len(before))}
    assert code(ANNOUNCES, ECHO_SERVER, **logged) == "address-not-printed"
    assert code(ANNOUNCES, ECHO_SERVER, **{**logged, "stderr": before + after}) == ""


OTHER = "127.0.0.2:40123"  # a client that does not come from the server's own address
FROM_OTHER = (Event(kind="connected", connection=0, at=0.0, data=OTHER.encode()),)


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("Connected by ('127.0.0.2', 40123)", True),
        ("client 127.0.0.2", True),
        ("client at port 40123", True),
        (f"Client 127.0.0.2 has connected to port {PORT}", True),
        (f"127.0.0.2 -> 127.0.0.1:{PORT}", True),
        ("Connected by 127.0.0.1", False),
        ("Connected by ('127.0.0.1', 51234)", False),
        (f"Connected by ('127.0.0.1', {PORT})", False),
        ("Connected by 127.0.0.20", False),
        ("", False),
    ],
)
def test_a_client_from_another_address_is_announced_by_that(line: str, counts: bool) -> None:
    """Neither the server's own host nor a constant is the client's; its host beside the server's port is."""
    seen = {"events": FROM_OTHER, "stdout": line.encode() + b"\n", "stderr": b""}
    assert code(ANNOUNCES, ECHO_SERVER, **seen) == ("" if counts else "address-not-printed")


def test_an_address_cannot_be_printed_without_a_client() -> None:
    """The deeper reason is named."""
    gone = (StepOutcome(result="impossible", at=0.0),)
    assert code(ANNOUNCES, SILENT, events=(), outcomes=gone) == "never-listens"


REPLY = b"Zq3x9TgKp0Lm"
PRINTS = a_check("client.prints", "accept", receive("anything"), send(REPLY), prints("sent", wording="Received {repr}"))


@pytest.mark.parametrize(
    "line",
    [
        "Received b'Zq3x9TgKp0Lm'",
        "Zq3x9TgKp0Lm",
        "The server says: Zq3x9TgKp0Lm!",
        "> 'Zq3x9TgKp0Lm'",
        "[b'Zq3x9TgKp0Lm']",
        "Received b'Zq3x'\nReceived b'9TgK'\nReceived b'p0Lm'",
        "b'Z' then b'q3x9TgKp0L', b'm'",
        "piece: 'Zq3x9T'\npiece: 'gKp0Lm'\nDone, 2 pieces",
    ],
)
def test_what_was_received_counts_in_any_wording(line: str) -> None:
    """As text or as repr, in whatever sentence, on either stream."""
    assert code(PRINTS, replace(ECHO_CLIENT, on_message=lambda data: line + "\n")) == ""
    assert code(PRINTS, ECHO_CLIENT, stdout=b"", stderr=line.encode()) == ""


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Received b'Hello, world'",
        "Received",
        "Received b'Zq3x9'",
        "zq3x9tgkp0lm",
        "b'Zq3x'\nb'9TgK'",
        "b'9TgKp0Lm'\nb'Zq3x'",
        "Zq3x\n9TgKp0Lm",
        "Received {data!r}",
    ],
)
def test_anything_else_than_what_was_received_does_not_count(line: str) -> None:
    """A printed constant, a part of it, or other letters are not the reply."""
    found = finding(PRINTS, replace(ECHO_CLIENT, on_message=lambda data: line + "\n"))
    assert found is not None
    assert (found.code, found.expected, found.facts) == ("reply-not-printed", REPLY, {"replied": True})


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"caf\xc3\xa9", "café"),
        (b"caf\xc3\xa9", r"b'caf\xc3\xa9'"),
        (b"it's", 'b"it\'s"'),
        (b"a\nb", r"b'a\nb'"),
        (b"\x00\xff", r"b'\x00\xff'"),
        (b"back\\slash", r"b'back\\slash'"),
        (b"back\\slash", "back\\slash"),
        (b"caf\xc3\xa9\n", r"'café\n'"),
        (b"tab\t\xe2\x82\xac", r"'tab\t€'"),
    ],
)
def test_bytes_are_found_as_text_and_as_pythons_repr(data: bytes, line: str) -> None:
    """Both are what a program shows that prints what it has received."""
    check = a_check("client.prints", "accept", send(data), prints())
    assert code(check, replace(ECHO_CLIENT, on_message=lambda _: line + "\n")) == ""


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        (r"b'\x00' b'\xff'", b"\x00\xff", True),
        (r"b'\x00' b'\xfe'", b"\x00\xff", False),
        ("'it' \"'s\" here", b"it's", True),
        ("rb'ab' u'c' 'd'", b"abcd", True),
        ("'a\nb'", b"ab", False),
        ("don't say b'ab' and b'c'", b"abc", False),
        ("b'ab' + b'c'", b"abc", True),
        ("'' \"\"", b"", False),
        ("", b"x", False),
        ("x" * 5000 + "'" * 5000, b"y", False),
    ],
)
def test_a_value_may_be_shown_piece_by_piece(text: str, data: bytes, expected: bool) -> None:
    """What stands between quotes, joined. No text shows what is empty; an apostrophe hides what follows it."""
    assert contains(text, data) is expected


def test_whether_the_reply_had_gone_out_is_part_of_the_finding() -> None:
    """A client that was never answered cannot be blamed for not printing."""
    silent = replace(ECHO_CLIENT, greets=b"")
    check = a_check("client.prints", "accept", receive("anything"), send(REPLY), prints())
    mine, record = run_alone(check, silent)
    found = judge(replace(mine, expectations=mine.expectations[1:]), {"client": record}, a_rubric(check))
    assert found is not None
    assert found.facts == {"replied": False}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"Received {REPLY!r}", ""),
        (f"Received {REPLY!r}  ", ""),
        (f"received {REPLY!r}", "wording-differs"),
        (f"Received: {REPLY!r}", "wording-differs"),
        (f"Received {REPLY!r}!", "wording-differs"),
        (f"> Received {REPLY!r}", "wording-differs"),
        (f"Received {REPLY.decode()}", "wording-differs"),
        ("Received nothing", "reply-not-printed"),
    ],
)
def test_exact_wording_demands_the_whole_line(line: str, expected: str) -> None:
    """To the letter, but for blanks at its end; without the content there is no wording to compare."""
    program = replace(ECHO_CLIENT, on_message=lambda data: f"before\n{line}\nafter\n")
    assert code(PRINTS, program, options=EXACT) == expected


def test_exact_wording_says_which_line_was_wanted() -> None:
    """With the values of this run in it."""
    found = finding(PRINTS, replace(ECHO_CLIENT, on_message=lambda data: data.decode()), options=EXACT)
    assert found is not None
    assert found.facts == {"line": f"Received {REPLY!r}"}
    text = a_check("client.prints", "accept", send(REPLY), prints("sent", wording="Got {text}."))
    assert code(text, replace(ECHO_CLIENT, on_message=lambda data: f"Got {data.decode()}.\n"), options=EXACT) == ""


@pytest.mark.parametrize(
    ("wording", "data", "line"),
    [("Got {text} ", b"abc", "Got abc"), ("Got {text} ", b"abc", "Got abc "), ("Got {text}", b"abc\n", "Got abc\n")],
    ids=["blank left out", "blank printed", "text with its own line end"],
)
def test_blanks_at_the_end_of_a_line_are_never_the_matter(wording: str, data: bytes, line: str) -> None:
    """Neither in what is printed nor in what is wanted."""
    check = a_check("client.prints", "accept", send(data), prints("sent", wording=wording))
    assert code(check, replace(ECHO_CLIENT, on_message=lambda _: line + "\n"), options=EXACT) == ""
    other = replace(ECHO_CLIENT, on_message=lambda _: "It is " + line + "\n")
    assert code(check, other, options=EXACT) == "wording-differs"


def test_exact_wording_of_an_address_is_pythons_pair() -> None:
    """`Connected by` and what accept returned."""
    exact = Program(on_connect=lambda address: f"Connected by ('127.0.0.1', {PEER_PORT})\n")
    assert code(ANNOUNCES, exact, options=EXACT) == ""
    assert code(ANNOUNCES, ECHO_SERVER, options=EXACT) == "wording-differs"
    assert code(ANNOUNCES, ECHO_SERVER) == ""


def test_exact_wording_asks_nothing_of_a_step_without_wording() -> None:
    """The option only makes strict what the rubric words."""
    check = a_check("client.prints", "accept", send(REPLY), prints())
    assert code(check, replace(ECHO_CLIENT, on_message=lambda data: data.decode()), options=EXACT) == ""


# --- prints-nothing ---------------------------------------------------------------------------------------------------


def test_prints_nothing_means_neither_output_nor_errors() -> None:
    """One byte on either stream is something."""
    check = a_check("server.quiet", "connect", "prints-nothing")
    assert code(check, SILENT, stdout=b"") == ""
    assert code(check, SILENT, stdout=b"\n") == "prints-something"
    assert code(check, SILENT, stdout=b"", stderr=b"x") == "prints-something"


# --- exits ------------------------------------------------------------------------------------------------------------


def ends(code: int | str = 0, *, or_serves: bool = False) -> Check:
    return a_check("server.ends", "connect", send(), receive(), exits(code, or_serves=or_serves))


@pytest.mark.parametrize(
    ("wanted", "status", "expected"),
    [
        (0, 0, ""),
        (0, 1, "exit-status"),
        (3, 3, ""),
        (3, 0, "exit-status"),
        ("any", 0, ""),
        ("any", 7, ""),
        ("nonzero", 1, ""),
        ("nonzero", 0, "exit-status"),
    ],
)
def test_a_program_ends_with_the_status_that_is_asked_for(wanted: int | str, status: int, expected: str) -> None:
    """A number, any, or any but 0."""
    found = finding(ends(wanted), Program(exit_code=status))
    assert (found.code if found else "") == expected
    assert found is None or found.facts == {"status": status}


@pytest.mark.parametrize("wanted", [0, "any", "nonzero"])
def test_a_program_that_was_killed_has_not_ended_by_itself(wanted: int | str) -> None:
    """A signal is told as such, whatever status is asked for."""
    found = finding(ends(wanted), Program(exit_code=None, signal=11))
    assert found is not None
    assert (found.code, found.facts) == ("killed", {"signal": 11})


@pytest.mark.parametrize("why", ["stuck", "cpu", "wall", "output", "memory"])
def test_a_program_that_had_to_be_stopped_does_not_end(why: str) -> None:
    """Whatever the reason was."""
    for check in (ends(), ends("any"), ends(or_serves=True)):
        assert code(check, Program(exit_code=None), stopped=why) == "does-not-end"


def test_serving_on_passes_only_where_the_rubric_says_so() -> None:
    """Back in accept, a server waits for the next client: a fair reading, if it is allowed."""
    serving = Program(serving=True)
    assert code(ends(or_serves=True), serving) == ""
    assert code(ends(), serving) == "does-not-end"


def test_a_server_that_ends_wrongly_does_not_pass_by_having_served() -> None:
    """`or: serves-on` is about programs that have not ended."""
    assert code(ends(or_serves=True), Program(exit_code=1), serving=True) == "exit-status"


def test_a_program_without_a_connection_has_not_ended_well() -> None:
    """Status 0 of a program that did nothing earns nothing."""
    nobody = {"events": (), "outcomes": (StepOutcome(result="impossible", at=0.0),) * 3}
    server, client = a_check("server.ends", "connect", exits()), a_check("client.ends", "accept", exits())
    assert code(server, ECHO_SERVER, **nobody) == "never-listens"
    assert code(client, ECHO_CLIENT, **nobody) == "never-connects"


# --- nobody listens ---------------------------------------------------------------------------------------------------

REFUSED = a_check("client.refused", "nobody-listens", "fails-visibly")
TRIED = {"dials": (dial(output_bytes=5),), "stdout": b"Hi...", "stderr": b""}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"exit_code": 1}, ""),
        ({"exit_code": 1, "stderr": b"Traceback\nConnectionRefusedError\n"}, ""),
        ({"exit_code": None, "signal": 6}, ""),
        ({"stdout": b"Hi...refused\n"}, ""),
        ({"stderr": b"refused\n"}, ""),
        ({}, "refusal-hidden"),
        ({"exit_code": None, "stopped": "stuck"}, "refusal-hidden"),
        ({"dials": ()}, "never-connects"),
        ({"dials": (dial(call="bind"),)}, "never-connects"),
    ],
    ids=["status", "traceback", "signal", "message", "error", "silent", "stuck", "no attempt", "only bind"],
)
def test_a_refused_connection_has_to_show(seen: dict[str, object], expected: str) -> None:
    """By the status, or by something printed after the attempt."""
    assert code(REFUSED, ECHO_CLIENT, **{**TRIED, **seen}) == expected


def test_a_refused_client_that_shows_an_answer_claims_a_success() -> None:
    """Nobody can have answered."""
    sends = a_check("client.sends", "accept", receive(GREETING))
    mine, record = run_alone(REFUSED, ECHO_CLIENT)
    record = replace(record, dials=(dial(),), stdout=b"Received b'Hello, world'\n")
    found = judge(mine, {"client": record}, a_rubric(REFUSED, sends))
    assert found is not None
    assert found.code == "claims-success"
    assert judge(mine, {"client": replace(record, exit_code=1)}, a_rubric(REFUSED, sends)) is None
    other = replace(record, stdout=b"no server there\n", stderr=b"while sending b'Hello, world'\n")
    assert judge(mine, {"client": other}, a_rubric(REFUSED, sends)) is None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Sending Hello, world\n", "no server there\n", ""),
        ("Sending Hello, world\n", "Received b'Hello, world'\n", "claims-success"),
        ("", "Could not send 'Hello, world': connection refused\n", ""),
        ("", "Sending Hello, world: [Errno 111]\n", ""),
        ("", "Hello, world was not sent\n", ""),
        ("", "Couldn't send Hello, world\n", ""),
        ("Trying, this may fail\n", "Received b'Hello, world'\n", "claims-success"),
        ("Sending Hello, world\n", "", "refusal-hidden"),
        ("", "done\n", ""),
    ],
    ids=["before", "before and after", "refused", "errno", "not", "n't", "a word before", "nothing after", "something"],
)
def test_only_what_is_said_after_the_attempt_and_without_a_word_of_failure_is_a_claim(
    before: str, after: str, expected: str
) -> None:
    """An honest message may well name what it could not send."""
    sends = a_check("client.sends", "accept", receive(GREETING))
    mine, record = run_alone(REFUSED, ECHO_CLIENT)
    tried = dial(output_bytes=len(before))
    found = judge(
        mine,
        {"client": replace(record, dials=(tried,), stdout=(before + after).encode())},
        a_rubric(REFUSED, sends),
    )
    assert (found.code if found else "") == expected


ANSWER = b"Zq3x9TgKp0Lm"
USUAL = "Sending 'Hello, world'\nReceived b'Zq3x9TgKp0Lm' (12 bytes)\n"


def an_answered_run(stdout: str = USUAL, *, stderr: str = "", answer: bytes = ANSWER) -> RunRecord:
    """The same client, where somebody listened and answered; without an answer, where nobody did."""
    met = Event(kind="accepted", connection=0, at=0.0, data=PEER.encode())
    words = (("received", GREETING), ("sent", answer)) if answer else (("received", GREETING),)
    said = (Event(kind=kind, connection=0, at=1.0, data=data) for kind, data in words)
    return RunRecord(
        role="client", file="echo-client.py", host=HOST, port=PORT, events=(met, *said), exit_code=0,
        stdout=stdout.encode(), stderr=stderr.encode(),
    )  # fmt: skip


def refused(stdout: str = "", *others: RunRecord, **seen: object) -> str:
    """The code of what is found wrong with a refused client; empty when its failure shows."""
    sends = a_check("client.sends", "accept", receive(GREETING))
    mine, record = run_alone(REFUSED, ECHO_CLIENT)
    values = {"dials": (dial(),), "stdout": stdout.encode(), **seen}
    found = judge(mine, {"client": replace(record, **values)}, a_rubric(REFUSED, sends), others)  # type: ignore[arg-type]
    return found.code if found else ""


@pytest.mark.parametrize(
    ("stdout", "expected"),
    [
        ("Verbindung abgelehnt, b'Hello, world' konnte nicht gesendet werden\n", ""),
        ("El servidor no responde; el mensaje 'Hello, world' queda sin enviar\n", ""),
        ("Server is down, dropping message: Hello, world\n", ""),
        ("Sending 'Hello, world'\nNo answer\n", ""),
        ("111\n", ""),
        ('{"sent": "Hello, world", "error": "[Errno 111] Connection refused"}\n', ""),
        ("Received 'kein Server da' (0 bytes)\n", ""),
        ("Received b'' (0 bytes)\n\N{CROSS MARK}\n", ""),
        ("Received '' (0 bytes)\n", "refusal-hidden"),
        ("Received 'None' (0 bytes)\n", "refusal-hidden"),
        (
            "Received \N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK} (0 bytes) \N{EN DASH}\n",
            "refusal-hidden",
        ),
        ("(111, 'x')\n", ""),
        ("Sending 'Hello, world'\n", "claims-success"),
        ("Received b'' (0 bytes)\n", "refusal-hidden"),
        ("Received None (0 bytes)\n", "refusal-hidden"),
        ("Received b'Hello, world' (12 bytes)\n", "claims-success"),
        ("Received Hello, world (12 bytes)\n", "claims-success"),
        ("\n", "refusal-hidden"),
        (" \n\t\n", "refusal-hidden"),
        ("b''\n", "refusal-hidden"),
        ("1117\n", "refusal-hidden"),
        ("", "refusal-hidden"),
    ],
)
def test_a_refused_client_says_something_that_it_does_not_say_when_answered(stdout: str, expected: str) -> None:
    """In whatever language. The usual line about an empty value, or about the greeting, tells of no failure."""
    assert refused(stdout, an_answered_run()) == expected
    assert refused("", an_answered_run(), stderr=stdout.encode()) == expected
    assert refused(stdout, an_answered_run(), exit_code=1) == ""


def test_each_run_that_was_answered_shows_what_is_usual() -> None:
    """What is said in one of them is said without a failure."""
    done = an_answered_run("Done. Success!\n")
    assert refused("Done. Success!\n", an_answered_run()) == ""
    assert refused("Done. Success!\n", an_answered_run(), done) == "refusal-hidden"
    assert refused("Done. Success!\n", an_answered_run("", stderr="Done. Success!\n")) == "refusal-hidden"


def test_a_run_without_an_answer_shows_nothing_of_what_is_usual() -> None:
    """A client that was let in and told nothing may have complained, rightly."""
    silent = an_answered_run("No answer\n", answer=b"")
    assert refused("No answer\n", silent) == ""
    assert refused("Received b'Hello, world'\n", silent) == "claims-success"
    assert refused("No answer\n", silent, an_answered_run()) == ""


def test_only_what_a_refused_client_prints_after_its_attempt_is_compared() -> None:
    """What it always says beforehand is usual, and what is new there tells nothing of the refusal."""
    before = "Attempt 7 in a new way\n"
    tried = {"dials": (dial(output_bytes=len(before)),)}
    assert refused(before, an_answered_run(), **tried) == "refusal-hidden"
    assert refused(before + "No server\n", an_answered_run(), **tried) == ""


def test_a_client_whose_attempt_is_not_seen_is_judged_by_its_other_runs() -> None:
    """A new interpreter, or a call of the C library, leaves no note of the address; that it connects is known."""
    unseen = {"dials": ()}
    assert refused("", **unseen) == "never-connects"
    assert refused("", an_answered_run(answer=b""), **unseen) == "never-connects"
    assert refused("", an_answered_run(), **unseen) == "refusal-hidden"
    assert refused("", an_answered_run(), exit_code=1, **unseen) == ""
    assert refused("Connection refused\n", an_answered_run(), **unseen) == ""
    assert refused(USUAL, an_answered_run(), **unseen) == "claims-success"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("\n \n12 3.5\n", set()),
        ("Received b'abc'", {"Received"}),
        ("Received b'it\\'s' and \"more\"", {"Received and"}),
        ("Received REPLY now", {"Received now"}),
        ("a 1\nb 2\nb 3", {"a", "b"}),
        ("code: None", {"code"}),
        ("Errno 111", {"Errno 111"}),
        ("Errno 1111, 0111", {"Errno"}),
        ("größer als 3", {"größer als"}),
        ("snake_case", {"snake case"}),
    ],
)
def test_the_outline_of_a_line_is_its_words_without_values(text: str, expected: set[str]) -> None:
    """Literals, numbers and the given bytes may differ from run to run; the number of a refusal tells something."""
    assert outlines(text, (b"REPLY",)) == expected


def test_the_outline_leaves_out_values_in_every_form() -> None:
    """As text, as the repr of bytes, as that of text; the longest first, since one may be part of another."""
    values = (b"Hello", b"Hello, world", b"caf\xc3\xa9\n")
    lines = ["got Hello, world", "got b'Hello, world'", "got Hello", r"got caf\xc3\xa9\n", r"got café\n"]
    assert outlines("\n".join(lines), values) == {"got"}


@pytest.mark.parametrize(
    ("echoed", "otherwise", "expected"),
    [
        ("Received b'Hello, world'", "Something is wrong", ""),
        ("Received b'Hello, world'", "", ""),
        ("Received b'Hello, world'", "Received b'Hello, world'", "reply-not-printed"),  # a constant
        ("sent b'Hello, world'", "sent b'Hello, world'", "reply-not-printed"),
        ("Received 12 bytes", "Something is wrong", "reply-not-printed"),
    ],
)
def test_a_client_may_compare_the_reply_with_its_message(echoed: str, otherwise: str, expected: str) -> None:
    """It prints the reply where that is the echo, and says something else, or nothing, where it is not."""
    greets = a_check("client.sends", "accept", receive(GREETING), send(GREETING))
    echo = run_alone(greets, replace(ECHO_CLIENT, on_message=lambda data: echoed + "\n"))[1]
    scripted, mine = run_alone(PRINTS, replace(ECHO_CLIENT, on_message=lambda data: otherwise + "\n"))
    found = judge(scripted, {"client": mine}, a_rubric(PRINTS), [echo])
    assert (found.code if found else "") == expected


def test_a_message_of_a_refused_client_can_be_asked_for() -> None:
    """In such a run there is no connection to ask for first."""
    check = a_check("client.refused", "nobody-listens", prints(b"refused"))
    assert code(check, ECHO_CLIENT, stdout=b"refused\n", exit_code=1) == ""
    assert code(check, ECHO_CLIENT, stderr=b"ConnectionRefusedError: Connection refused\n", exit_code=1) == ""
    assert code(check, ECHO_CLIENT, stdout=b"Hello\n", exit_code=1) == "reply-not-printed"


def test_the_end_of_a_refused_client_can_be_asked_for() -> None:
    """No connection is what such a run is about."""
    check = a_check("client.refused", "nobody-listens", exits("nonzero"))
    assert code(check, replace(ECHO_CLIENT, exit_code=1)) == ""
    assert code(check, ECHO_CLIENT) == "exit-status"


# --- the whole --------------------------------------------------------------------------------------------------------


def test_the_first_thing_that_is_wrong_decides() -> None:
    """In the order of the conversation."""
    check = a_check("server.all", "listens", "connect", prints("client-address"), send(), receive(), exits())
    worse: list[tuple[dict[str, object], str]] = [
        ({"exit_code": 1}, "exit-status"),
        ({"answers": nothing}, "server-silent"),
        ({"on_connect": lambda address: ""}, "address-not-printed"),
    ]
    broken = Program()
    for change, expected in worse:
        broken = replace(broken, **change)  # type: ignore[arg-type]
        assert code(check, broken) == expected
    assert code(check, broken, sockets=(), port=5) == "never-listens"


def test_a_finding_carries_the_record_that_shows_it() -> None:
    """A diagnosis has everything that was seen."""
    mine, record = run_alone(ECHOES, SILENT)
    found = judge(mine, {"server": record}, a_rubric(ECHOES))
    assert found is not None
    assert found.record is record


def test_judging_is_a_function_of_its_arguments() -> None:
    """The same records give the same finding for ever."""
    mine, record = run_alone(ECHOES, Program(answers=lambda number, data: data[::-1]))
    first, second = (judge(mine, {"server": record}, a_rubric(ECHOES, options=Options())) for _ in range(2))
    assert first == second
    assert first is not None


def test_every_step_that_can_expect_something_has_a_rule() -> None:
    """No expectation of the check language goes unjudged."""
    from grader.rubric.steps import STEPS

    assert {name for name, spec in STEPS.items() if spec.expects} == set(RULES)


def test_an_echo_is_judged_by_bytes_not_by_segments() -> None:
    """The same stream in one event or in twelve."""
    mine, record = run_alone(ECHOES, ECHO_SERVER)
    pieces = tuple(Event(kind="received", connection=0, at=2.0, data=bytes([byte])) for byte in echo(0, GREETING))
    events = [event for event in record.events if event.kind != "received"]
    cut = replace(record, events=(*events[:2], *pieces, *events[2:]))
    assert judge(mine, {"server": cut}, a_rubric(ECHOES)) is None


@pytest.mark.parametrize("line", ["'" + "\\'" * 500_000, '"' + "'" * 1_000_000, "'\\\\" * 300_000])
def test_output_made_to_be_read_for_hours_is_read(line: str) -> None:
    """Quotes that open and never close cost no more than other text; what stands beside them is still found."""
    assert contains(f"{line}\nReceived b'abc'", b"abc")
    assert "Received" in outlines(f"{line}\nReceived b'abc'", (b"abc",))

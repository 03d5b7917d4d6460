"""Verdicts on one program: where it listens or connects, how it ends, and what comes of all expectations together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import (
    ECHO_CLIENT,
    ECHO_SERVER,
    ECHOES,
    GREETING,
    HOST,
    PORT,
    SILENT,
    Program,
    a_check,
    a_rubric,
    code,
    dial,
    echo,
    exits,
    finding,
    nothing,
    prints,
    receive,
    run_alone,
    send,
)

from grader.model import Check, Event, Options, Socket, StepOutcome
from grader.printed import contains, outlines
from grader.verdicts import RULES, judge


def a_listener(host: str = HOST, port: int = PORT, protocol: str = "tcp") -> Socket:
    return Socket(protocol=protocol, host=host, port=port, state="listen", backlog=1)


LISTENS = a_check("server.listens", "listens")


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
    nobody: dict[str, Any] = {"events": (), "outcomes": (StepOutcome(result="impossible", at=0.0),) * 3}
    server, client = a_check("server.ends", "connect", exits()), a_check("client.ends", "accept", exits())
    assert code(server, ECHO_SERVER, **nobody) == "never-listens"
    assert code(client, ECHO_CLIENT, **nobody) == "never-connects"


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

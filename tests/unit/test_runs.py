"""Which address the grader comes from and goes to, decided by values alone."""

from __future__ import annotations

import ipaddress
import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from cases import a_check, a_pair, a_rubric, prints, receive, send
from records import events, record

from grader.conversation import PlannedRun, plan
from grader.model import Event
from grader.rubric import load_rubric
from grader.runs import FIRST_OWN_PORTS, asks_for_address, literal_address, other_host, own_port, turned_away

ROOT = Path(__file__).parents[2]
ECHOES = a_check("server.echoes", "connect", send(), receive())
ANNOUNCES = a_check("server.announces", "connect", prints("client-address"))


def run_of(*checks: object) -> PlannedRun:
    """The only run of some checks."""
    (found,) = plan(a_rubric(*checks), "seed")  # type: ignore[arg-type]
    return found


# --- our own port -----------------------------------------------------------------------------------------------------


def test_a_hand_in_is_met_from_the_same_ports_each_time() -> None:
    """And another one from others, so that nobody can print them beforehand."""
    run = run_of(ECHOES)
    found = {own_port(run, f"{number:064x}") for number in range(200)}
    assert own_port(run, "a" * 64) == own_port(run, "a" * 64)
    assert len(found) > 190


def test_each_run_of_a_hand_in_has_ports_of_its_own() -> None:
    """A port that was just closed lingers, and one run may need several."""
    runs = plan(load_rubric(ROOT / "rubric.yaml"), "seed")
    ports = sorted(own_port(run, "a" * 64) for run in runs)
    assert len(ports) == 10
    assert all(second - first >= 16 for first, second in itertools.pairwise(ports))


def test_our_ports_are_such_as_clients_have() -> None:
    """Of any hand-in and any run, also of a rubric with very many."""
    (run,) = plan(load_rubric(ROOT / "rubric.yaml"), "seed")[:1]
    for number in range(500):
        for place in (1, 13, 5000):
            assert own_port(replace(run, number=place), str(number)) in FIRST_OWN_PORTS


# --- our own host -----------------------------------------------------------------------------------------------------


def test_a_server_that_is_to_name_its_client_is_met_from_another_address() -> None:
    """Only where its output is searched for that address."""
    assert asks_for_address(run_of(ANNOUNCES))
    assert asks_for_address(run_of(ANNOUNCES, ECHOES))
    assert not asks_for_address(run_of(ECHOES))
    assert not asks_for_address(run_of(a_check("server.prints", "connect", send(b"x"), prints("sent"))))
    assert not asks_for_address(run_of(a_pair("pair.two", prints("reply", who="client"))))


def test_the_other_address_is_of_the_loopback_network_and_nobody_knows_it_before() -> None:
    """Every box has it, and it is not where an assignment's server listens. Each hand-in has its own, always."""
    hosts = [other_host(f"seed {number}") for number in range(200)]
    assert all(ipaddress.ip_address(host).is_loopback for host in hosts)
    assert not any(host.startswith("127.0.") or host.endswith((".0", ".1", ".255")) for host in hosts)
    assert len(set(hosts)) == len(hosts)
    assert other_host("seed 7") == hosts[7]


def test_of_the_shipped_rubric_one_run_is_met_from_another_address() -> None:
    """All others are met from where a student's own client would come."""
    runs = plan(load_rubric(ROOT / "rubric.yaml"), "seed")
    assert [run.name for run in runs if asks_for_address(run)] == ["server-1"]


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (("connected", "fin-received"), True),
        (("connected", "reset"), True),
        (("connected", ("sent", b"hi"), "reset"), True),
        (("connected", ("sent", b"hi"), "fin-sent", "fin-received"), True),
        (("connected", ("sent", b"hi"), ("received", b"hi"), "fin-received"), False),
        (("connected", ("received", b"go away"), "reset"), False),
        (("connected", ("sent", b"hi")), False),
        (("connected", "fin-sent"), False),
        (("reset",), False),
        ((), False),
    ],
)
def test_a_connection_that_is_dropped_without_a_word_was_turned_away(
    happened: tuple[str | tuple[str, bytes], ...], expected: bool
) -> None:
    """It may serve its own address only, and is met once more from there; whoever answered has taken us."""
    assert turned_away(record(events=events(*happened))) is expected


def test_what_happens_on_any_connection_counts() -> None:
    """One that answered the second client did not turn us away."""
    second = Event(kind="received", connection=1, at=1.0, data=b"x")
    assert not turned_away(record(events=(*events("connected", "reset"), second)))


# --- where a program is met -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", "127.0.0.1"),
        ("", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.2"),
        ("192.168.1.7", "192.168.1.7"),
        ("::1", "::1"),
        ("student-pc", "127.0.1.1"),
        ("2001:db8::1", None),
        ("example.org", None),
        ("127.0.0.01", None),
        ("300.1.2.3", None),
    ],
)
def test_a_host_means_an_address_that_a_box_can_have(host: str, expected: str | None) -> None:
    """Names and far addresses of IPv6 it cannot have."""
    assert literal_address(host) == expected

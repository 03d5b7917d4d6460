"""Verdicts on two programs that talk to each other, the grader passing the bytes on."""

from __future__ import annotations

import pytest
from cases import SEED, a_pair, a_rubric, exits, pair_code, pair_records, prints, step

from grader.conversation import script
from grader.model import Dial, Event, StepOutcome
from grader.verdicts import judge

WORKS = a_pair("pair.own-two", prints(b"Hello, world", who="client"), exits(who="client"))
NOT_MET: dict[str, object] = {"events": ()}
BOUND = (Dial(call="bind", host="127.0.0.1", port=65432),)


def test_a_pair_that_works_is_fine() -> None:
    """They met, and each did what is expected of it."""
    assert pair_code(WORKS) == ""


def test_each_expectation_looks_at_the_program_it_names() -> None:
    """The client's output is not the server's, nor its end."""
    assert pair_code(WORKS, client={"stdout": b""}, server={"stdout": b"Hello, world"}) == "reply-not-printed"
    assert pair_code(WORKS, client={"exit_code": 1}) == "exit-status"
    assert pair_code(WORKS, server={"exit_code": 1}) == ""
    server_ends = a_pair("pair.ends", exits(who="server"))
    assert pair_code(server_ends, server={"exit_code": 1}) == "exit-status"
    assert pair_code(server_ends, client={"exit_code": 1}) == ""


def test_a_server_in_a_pair_may_serve_on_where_that_is_allowed() -> None:
    """As with one program."""
    serving: dict[str, object] = {"exit_code": None, "stopped": "finished", "serving": True}
    assert pair_code(a_pair("pair.ends", exits(who="server", or_serves=True)), server=serving) == ""
    assert pair_code(a_pair("pair.ends", exits(who="server")), server=serving) == "does-not-end"


def test_output_in_a_pair_can_be_forbidden_to_one_of_them() -> None:
    """`server: prints-nothing` does not mind what the client prints."""
    quiet = a_pair("pair.quiet", step("prints-nothing", "server"))
    assert pair_code(quiet) == ""
    assert pair_code(quiet, server={"stdout": b"x"}) == "prints-something"


def test_a_server_that_never_listened_is_why_a_pair_did_not_meet() -> None:
    """The client is not blamed: it was not even started."""
    never = (StepOutcome(result="impossible", at=0.0, detail="never-listened"),)
    assert pair_code(WORKS, server={**NOT_MET, "outcomes": never}, client={**NOT_MET, "outcomes": never}) == (
        "pair-server-never-listens"
    )
    assert pair_code(WORKS, server={**NOT_MET, "outcomes": ()}, client=NOT_MET) == "pair-server-never-listens"


@pytest.mark.parametrize(
    ("dials", "asked"),
    [
        ((Dial(call="connect", host="127.0.0.1", port=80), Dial(call="connect", host="h", port=1)), "127.0.0.1:80"),
        ((Dial(call="bind", host="127.0.0.1", port=80),), "no address"),
        ((), "no address"),
    ],
    ids=["another port", "bound only", "nothing"],
)
def test_two_programs_that_do_not_meet_are_told_both_addresses(dials: tuple[Dial, ...], asked: str) -> None:
    """Where the server was, and where the client went."""
    records = pair_records(server={**NOT_MET, "dials": BOUND}, client={**NOT_MET, "dials": dials})
    found = judge(script(WORKS, SEED), records, a_rubric(WORKS))
    assert found is not None
    assert (found.code, found.facts) == ("pair-never-meet", {"server": "127.0.0.1:65432", "client": asked})
    assert found.record is records["client"]


def test_a_port_that_the_system_chose_is_not_told_by_its_number() -> None:
    """It is another one each time, and two gradings have to say the same."""
    records = pair_records(
        server={**NOT_MET, "port": 40999, "dials": (Dial(call="bind", host="127.0.0.1", port=0),)}, client=NOT_MET
    )
    found = judge(script(WORKS, SEED), records, a_rubric(WORKS))
    assert found is not None
    assert found.code == "pair-never-meet"
    assert "40999" not in str(found.facts)


def test_programs_that_meet_without_us_are_judged_by_what_they_show() -> None:
    """On a machine without boxes there is no transcript of a pair; output and end still tell."""
    direct = (StepOutcome(result="done", at=1.0, detail="direct"),)
    ends = a_pair("pair.ends", exits(who="client"))
    assert pair_code(ends, client={**NOT_MET, "outcomes": direct}) == ""
    assert pair_code(ends, client={**NOT_MET, "outcomes": direct, "exit_code": 1}) == "exit-status"


def answered(*replies: bytes) -> dict[str, object]:
    """A client that was answered this, and printed nothing yet."""
    return talked(*(("sent", reply) for reply in replies))


def talked(*words: tuple[str, bytes]) -> dict[str, object]:
    """A client that said (`received`) and was answered (`sent`) this, in this order."""
    told = [Event(kind=kind, connection=0, at=1.0, data=data) for kind, data in words]
    return {"events": (Event(kind="accepted", connection=0, at=0.0, data=b"h:1"), *told), "stdout": b""}


@pytest.mark.parametrize(
    ("replies", "line", "expected"),
    [
        ((b"HELLO",), b"Received b'HELLO'\n", ""),
        ((b"HEL", b"LO"), b"HELLO\n", ""),
        ((b"HELLO",), b"Hello, world\n", "reply-not-printed"),
        ((), b"Received b''\n", "reply-not-printed"),
    ],
    ids=["as repr", "in pieces, as text", "not what came", "nothing came"],
)
def test_a_client_in_a_pair_prints_the_reply_it_got(replies: tuple[bytes, ...], line: bytes, expected: str) -> None:
    """Whatever the other program really answered."""
    check = a_pair("pair.reply", prints("reply", who="client"))
    assert pair_code(check, client={**answered(*replies), "stdout": line}) == expected


GREETS, REPLIED = ("received", b"Hello, world"), ("sent", b"Hello, world")


@pytest.mark.parametrize(
    "words",
    [
        (GREETS, REPLIED, ("received", b"bye"), ("sent", b"bye")),
        (GREETS, ("sent", b"Hello, "), ("sent", b"world"), ("received", b"bye"), ("sent", b"bye")),
        (("received", b"Hello, "), ("received", b"world"), REPLIED, ("received", b"bye")),
    ],
    ids=["another message", "in pieces", "said in pieces"],
)
def test_what_came_after_the_client_had_printed_need_not_be_printed(words: tuple[tuple[str, bytes], ...]) -> None:
    """The reply is the first answer: all that came before the client said something again."""
    check = a_pair("pair.reply", prints("reply", who="client"))
    assert pair_code(check, client={**talked(*words), "stdout": b"Received b'Hello, world'\n"}) == ""
    assert pair_code(check, client={**talked(*words), "stdout": b"Received b'bye'\n"}) == "reply-not-printed"


def test_the_reply_is_what_came_on_the_connection_that_the_client_spoke_on() -> None:
    """Not what a server said on one that the client never used."""
    check = a_pair("pair.reply", prints("reply", who="client"))
    seen = talked(GREETS, REPLIED)
    others = (Event(kind="accepted", connection=1, at=0.0), Event(kind="sent", connection=1, at=0.5, data=b"220 ready"))
    client = {**seen, "events": (*others, *seen["events"]), "stdout": b"Hello, world\n"}  # type: ignore[misc]
    assert pair_code(check, client=client) == ""

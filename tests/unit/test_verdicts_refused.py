"""Verdicts on a client that nobody answers: its failure has to show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import (
    ECHO_CLIENT,
    GREETING,
    HOST,
    PEER,
    PORT,
    PRINTS,
    REPLY,
    a_check,
    a_rubric,
    code,
    dial,
    exits,
    prints,
    receive,
    run_alone,
    send,
)

from grader.model import Event, RunRecord
from grader.printed import outlines
from grader.verdicts import judge

REFUSED = a_check("client.refused", "nobody-listens", "fails-visibly")
TRIED: dict[str, Any] = {"dials": (dial(output_bytes=5),), "stdout": b"Hi...", "stderr": b""}


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
def test_a_refused_connection_has_to_show(seen: dict[str, Any], expected: str) -> None:
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


USUAL = "Sending 'Hello, world'\nReceived b'Zq3x9TgKp0Lm' (12 bytes)\n"


def an_answered_run(stdout: str = USUAL, *, stderr: str = "", answer: bytes = REPLY) -> RunRecord:
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


@pytest.mark.parametrize(
    ("echoed", "otherwise", "expected"),
    [
        ("All is well", "AssertionError: unexpected reply {data!r}", "reply-not-printed"),
        ("", "expected the echo, and got {data!r}", "reply-not-printed"),
        ("Received b'Hello, world'", "AssertionError: unexpected reply {data!r}", ""),
        ("Received b'Hello, world'", "Received {data!r}", ""),
    ],
)
def test_a_client_that_shows_the_reply_only_where_it_is_no_echo_does_not_print_it(
    echoed: str, otherwise: str, expected: str
) -> None:
    """What a program says of a mistake is not what the assignment asks for."""
    ends = a_check("client.ends", "accept", receive("anything"), send(GREETING), exits())
    echo = run_alone(ends, replace(ECHO_CLIENT, on_message=lambda data: echoed + "\n"))[1]
    says = otherwise + "\n"
    scripted, mine = run_alone(PRINTS, replace(ECHO_CLIENT, on_message=lambda data: says.format(data=data)))
    found = judge(scripted, {"client": mine}, a_rubric(PRINTS), [echo])
    assert (found.code if found else "") == expected
    assert found is None or found.expected == GREETING
    assert judge(scripted, {"client": mine}, a_rubric(PRINTS), [replace(echo, exit_code=1)]) is None  # another mistake


def test_a_message_of_a_refused_client_can_be_asked_for() -> None:
    """In such a run there is no connection to ask for first."""
    check = a_check("client.refused", "nobody-listens", prints(b"refused"))
    assert code(check, ECHO_CLIENT, stdout=b"refused\n", exit_code=1) == ""
    assert code(check, ECHO_CLIENT, stderr=b"ConnectionRefusedError: Connection refused\n", exit_code=1) == ""
    assert code(check, ECHO_CLIENT, stdout=b"Hello\n", exit_code=1) == "text-not-printed"


def test_the_end_of_a_refused_client_can_be_asked_for() -> None:
    """No connection is what such a run is about."""
    check = a_check("client.refused", "nobody-listens", exits("nonzero"))
    assert code(check, replace(ECHO_CLIENT, exit_code=1)) == ""
    assert code(check, ECHO_CLIENT) == "exit-status"

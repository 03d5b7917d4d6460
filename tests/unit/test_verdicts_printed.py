"""Verdicts on what a program prints: content in any wording, or the wording that was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import (
    ECHO_CLIENT,
    ECHO_SERVER,
    EXACT,
    PEER,
    PORT,
    PRINTS,
    REPLY,
    SILENT,
    Program,
    a_check,
    a_rubric,
    code,
    exits,
    finding,
    prints,
    receive,
    run_alone,
    send,
    step,
)

from grader.model import Event, StepOutcome
from grader.printed import contains
from grader.verdicts import judge

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
    early: dict[str, Any] = {"stdout": before, "stderr": b"", "output_before": (len(before), 0)}
    assert code(ANNOUNCES, ECHO_SERVER, **early) == "address-not-printed"
    assert code(ANNOUNCES, ECHO_SERVER, **{**early, "stdout": before + after}) == ""
    assert code(ANNOUNCES, ECHO_SERVER, **{**early, "stderr": after}) == ""
    logged: dict[str, Any] = {"stdout": b"", "stderr": before, "output_before": (0, len(before))}
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
        ("\n".join(f"Connected by ('127.0.0.1', {port})" for port in range(32768, 61000)), False),
        (" ".join(map(str, range(40000, 41000))), False),
        ("\n".join(f"looked {turn} times, port 40123" for turn in range(1000, 1010)), True),
        ("\n".join(f"{turn}: still 127.0.0.2" for turn in range(1000, 9000)), True),
        ("", False),
    ],
)
def test_a_client_from_another_address_is_announced_by_that(line: str, counts: bool) -> None:
    """Neither the server's own host nor a constant is the client's, nor a port among all ports; its host beside the
    server's port is."""
    seen: dict[str, Any] = {"events": FROM_OTHER, "stdout": line.encode() + b"\n", "stderr": b""}
    assert code(ANNOUNCES, ECHO_SERVER, **seen) == ("" if counts else "address-not-printed")


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (r"Received b'{reply}\x00\x00\x00'", False),
        (r"Received bytearray(b'{reply}\x00')", False),
        (r"buffer b'{reply}\x00\x00', of it b'{reply}'", True),
        (r"b'\x00\x00{reply}'", True),
        ("Received {reply}\0\0\0", True),  # a terminal shows nothing of these
    ],
)
def test_a_whole_buffer_is_not_what_was_received(text: str, counts: bool) -> None:
    """Zero bytes behind the reply never came; nor is a client whose echo looks like that one that compares."""

    def say(data: bytes) -> str:
        return text.format(reply=data.decode()) + "\n"

    echoes = a_check("client.ends", "accept", receive("anything"), send(b"Hello, world"), exits())
    echo = run_alone(echoes, replace(ECHO_CLIENT, on_message=say))[1]
    scripted, mine = run_alone(PRINTS, replace(ECHO_CLIENT, on_message=say))
    found = judge(scripted, {"client": mine}, a_rubric(PRINTS), [echo])
    assert (found.code if found else "") == ("" if counts else "reply-not-printed")


def test_an_address_cannot_be_printed_without_a_client() -> None:
    """The deeper reason is named."""
    gone = (StepOutcome(result="impossible", at=0.0),)
    assert code(ANNOUNCES, SILENT, events=(), outcomes=gone) == "never-listens"


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


AS_RECEIVED = step("send", None, kind="random-text", data=b"", size=4096, split=None, as_received=True, **{"with": b""})


@pytest.mark.parametrize(("printed", "said"), [("Received b'k3Gd'", ""), ("Received b'k3G'", "reply-not-printed")])
def test_an_answer_of_the_messages_length_is_looked_for_as_it_was_sent(printed: str, said: str) -> None:
    """The script cannot know how much of it the client will be sent; the record does."""
    check = a_check("client.prints", "accept", receive("anything"), AS_RECEIVED, prints("sent"))
    mine, seen = run_alone(check, ECHO_CLIENT)
    sent = [replace(one, data=b"k3Gd") if one.kind == "sent" else one for one in seen.events]
    record = replace(seen, events=tuple(sent), stdout=f"{printed}\n".encode())
    found = judge(mine, {"client": record}, a_rubric(check))
    assert (found.code if found else "") == said

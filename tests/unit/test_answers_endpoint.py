"""The endpoint for second opinions, against a server that misbehaves in every way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from endpoints import GOOD, Behaviour, Server, completion, drip, endless, good, hang, reply, reset

from grader.answers_cli.endpoint import (
    MOST_BYTES,
    Endpoint,
    Opinion,
    RefusedError,
    UnusableError,
    ask,
    endpoint,
    opinion,
)
from grader.errors import UsageError

MESSAGES = ({"role": "system", "content": "Judge."}, {"role": "user", "content": '{"answer": "It waits."}'})


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*behaviours: Behaviour) -> Server:
        servers.append(Server(*behaviours))
        return servers[-1]

    yield start
    for one in servers:
        one.close()


def asked(server: Server, seconds: float = 20, key: str = "") -> tuple[Opinion, list[float]]:
    """What came of a call, and the pauses that it would have made."""
    pauses: list[float] = []
    return ask(at(server, seconds, key), MESSAGES, pauses.append), pauses


def at(server: Server, seconds: float = 20, key: str = "") -> Endpoint:
    return endpoint(f"http://127.0.0.1:{server.port}/v1", "small", key, seconds)


def test_a_good_reply_is_an_opinion(serve: Callable[..., Server]) -> None:
    """One POST with the model, temperature 0 and the schema; no key, no header for one."""
    server = serve(good)
    assert asked(server) == (Opinion(True, "It waits"), [])
    (raw,) = server.requests
    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1")
    assert b"authorization" not in head.lower()
    sent = json.loads(body)
    assert (sent["model"], sent["temperature"], sent["messages"]) == ("small", 0, list(MESSAGES))
    assert sent["response_format"]["json_schema"]["schema"]["required"] == ["states", "quote"]


def test_the_content_type_does_not_matter_the_content_does(serve: Callable[..., Server]) -> None:
    server = serve(reply(completion(json.dumps(GOOD)), headers="Content-Type: text/html\r\n"))
    assert asked(server)[0] == Opinion(True, "It waits")


def test_a_key_travels_in_its_header_only(serve: Callable[..., Server]) -> None:
    server = serve(good)
    asked(server, key="s3cret")
    assert server.requests[0].count(b"s3cret") == 1
    assert b"Authorization: Bearer s3cret" in server.requests[0]
    assert "s3cret" not in repr(at(server, key="s3cret"))


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        pytest.param(hang, "no answer within 0.3 seconds", id="hangs"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), "no answer within", id="drips-headers"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"), "no answer within", id="drips-body"),
        pytest.param(reset, "the connection failed", id="resets"),
        pytest.param(lambda connection: None, "the connection failed|not speak HTTP", id="closes"),
        pytest.param(lambda connection: connection.sendall(b"SSH-2.0-x\r\n"), "not speak HTTP", id="other-protocol"),
        pytest.param(
            lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
            "broke off in the middle",
            id="breaks-off",
        ),
        pytest.param(
            lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000),
            "not speak HTTP",
            id="endless-header",
        ),
        pytest.param(endless, f"more than {MOST_BYTES} bytes", id="endless-body"),
        pytest.param(reply(b" " * (MOST_BYTES + 1)), f"more than {MOST_BYTES} bytes", id="huge-body"),
        pytest.param(reply("oh dear", "500 Internal Server Error"), "it answered 500: oh dear", id="fails"),
        pytest.param(reply("", "503 Busy"), "it answered 503", id="busy"),
        pytest.param(reply("", "429 Slow", "Retry-After: soon\r\n"), "it answered 429", id="busy-vaguely"),
    ],
)
def test_a_call_that_brings_nothing_is_tried_three_times(
    serve: Callable[..., Server], behaviour: Behaviour, message: str
) -> None:
    """With longer and longer pauses, and an end in any case."""
    server, pauses = serve(behaviour), list[float]()
    slow = behaviour is hang or message == "no answer within"
    with pytest.raises(UnusableError, match=message):
        ask(at(server, 0.3 if slow else 20), MESSAGES, pauses.append)
    assert pauses == [1, 2]


def test_a_server_that_recovers_is_asked_again(serve: Callable[..., Server]) -> None:
    """After an error, and after the pause that a busy server asked for."""
    server = serve(reply("", "502 Bad Gateway"), reply("", "429 Slow Down", "Retry-After: 7\r\n"), good)
    assert asked(server) == (Opinion(True, "It waits"), [1, 7])


def test_a_server_that_wants_an_hour_is_not_waited_for(serve: Callable[..., Server]) -> None:
    with pytest.raises(RefusedError, match="asks to wait 3600 seconds"):
        asked(serve(reply("", "429 Slow Down", "Retry-After: 3600\r\n")))


def test_a_redirect_is_not_followed(serve: Callable[..., Server]) -> None:
    """Students' words go where the staff said, and nowhere else."""
    elsewhere = serve(good)
    server = serve(reply("", "307 Moved", f"Location: http://127.0.0.1:{elsewhere.port}/v1/chat/completions\r\n"))
    with pytest.raises(RefusedError, match="another address, which is not followed"):
        asked(server)
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("401 Unauthorized", "refuses the key"),
        ("404 Not Found", "nothing at /v1/chat/completions"),
        ("400 Bad Request", "it answered 400: bad key … .* Check --model"),
    ],
)
def test_a_refusal_ends_it_at_once_and_never_shows_the_key(
    serve: Callable[..., Server], status: str, message: str
) -> None:
    """Even where the server repeats the key in what it says."""
    server = serve(reply("bad key s3cret \x1b[31m", status))
    with pytest.raises(RefusedError, match=message) as caught:
        asked(server, key="s3cret")
    assert "s3cret" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        "<html>Welcome</html>",
        "",
        "[" * 100_000,
        "{}",
        "[]",
        "null",
        '{"choices": []}',
        '{"choices": [{"message": {"content": null}}]}',
        completion("Yes, it does."),
        completion('{"states": "true", "quote": ""}'),
        completion('{"states": 1, "quote": ""}'),
        completion('{"states": true}'),
        completion('{"states": true, "quote": null}'),
        completion('{"states": true, "quote": "", "points": 15}'),
        completion('[{"states": true, "quote": ""}]'),
        completion('```json\n{"states": true, "quote": ""}\n```'),
        completion("[" * 100_000),
        completion(GOOD),
    ],
)
def test_anything_but_the_form_that_was_asked_for_is_no_opinion(body: str) -> None:
    with pytest.raises(UnusableError):
        opinion(body.encode())


@pytest.mark.parametrize(
    ("address", "key", "message"),
    [
        ("localhost:11434", "", "no http or https address"),
        ("ftp://example.org", "", "no http or https address"),
        ("http://", "", "no http or https address"),
        ("http://localhost:port/v1", "", "is no address"),
        ("http://[::1/v1", "", "is no address"),
        ("http://me:secret@localhost/v1", "", "without user, password"),
        ("http://localhost/v1?key=1", "", "without user, password"),
        ("http://llm.example.org/v1", "s3cret", "unencrypted"),
        ("https://llm.example.org/v1", "s3cret\n", "characters that no key has"),
        ("http://local host/\r\nX: y", "", "no http or https address|is no address"),
    ],
)
def test_a_wrong_address_or_key_is_told_before_anything_is_sent(address: str, key: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        endpoint(address, "small", key, 1)
    assert "s3cret" not in str(caught.value)


def test_the_path_is_completed_once() -> None:
    """With or without the last part, and with a slash at the end."""
    for given in ("/v1", "/v1/", "/v1/chat/completions"):
        assert endpoint(f"https://example.org{given}", "m", "", 1).url.path == "/v1/chat/completions"

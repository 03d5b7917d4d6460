"""Asks a chat endpoint that speaks OpenAI's protocol, with bounds on time, size and tries, and without redirects.

The endpoint is somebody else's program on somebody else's machine. What it sends is either the small JSON object that
was asked for, or becomes an error message; nothing in it is followed or executed. Standard library only.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import queue
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from grader.errors import UsageError
from grader.report.escape import visible

MOST_BYTES = 256 * 1024
TRIES = 3
LONGEST_PAUSE = 60.0
_FIRST_PAUSE = 1.0
_SHOWN = 200
_BUSY = (429, 503)

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"states": {"type": "boolean"}, "quote": {"type": "string"}},
    "required": ["states", "quote"],
    "additionalProperties": False,
}


class UnusableError(Exception):
    """This call brought no opinion; another call may. The message is a phrase."""


class RefusedError(Exception):
    """No call will bring an opinion: a wrong key, a wrong address, a redirect. The message ends in a next step."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """Whether the endpoint's model thinks that the idea is stated, and the words that it quotes for this."""

    states: bool
    quote: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask, and how long to wait for one answer. The key is never shown."""

    url: SplitResult
    model: str
    seconds: float
    key: str = field(default="", repr=False)

    @property
    def private(self) -> bool:
        """Whether nobody on the way can read what is sent: https, or this machine."""
        return self.url.scheme == "https" or _is_this_machine(self.url.hostname or "")


def endpoint(address: str, model: str, key: str, seconds: float) -> Endpoint:
    """Check the address and the key. Raises UsageError."""
    try:
        url = urlsplit(address)
        host, _ = url.hostname or "", url.port
    except ValueError as error:
        raise UsageError(f"--endpoint: {visible(address)} is no address ({error}). {_EXAMPLE}") from None
    if url.scheme not in ("http", "https") or not host or not address.isascii() or not address.isprintable():
        raise UsageError(f"--endpoint: {visible(address)} is no http or https address. {_EXAMPLE}")
    if url.username or url.password or url.query or url.fragment:
        raise UsageError(f"--endpoint: write the address without user, password, `?` and `#`. {_EXAMPLE}")
    if not key.isascii() or not key.isprintable():
        raise UsageError("the key in the environment has characters that no key has. Set it again, without line ends.")
    if key and url.scheme == "http" and not _is_this_machine(host):
        raise UsageError("the key would cross the network unencrypted. Use https, or unset the key.")
    path = url.path.rstrip("/")
    path = path if path.endswith("/chat/completions") else f"{path}/chat/completions"
    return Endpoint(url._replace(path=path), model, seconds, key)


_EXAMPLE = "For instance: --endpoint http://localhost:11434/v1"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def ask(
    where: Endpoint, messages: Sequence[Mapping[str, str]], pause: Callable[[float], object] = time.sleep
) -> Opinion:
    """Ask once, and again if the endpoint was busy or the call failed. Raises UnusableError or RefusedError."""
    body = json.dumps(request(where.model, messages)).encode("utf-8")
    for left in range(TRIES - 1, -1, -1):
        wait = _FIRST_PAUSE * 2 ** (TRIES - 1 - left)
        try:
            status, retry_after, data = _within(where.seconds, lambda: _post(where, body))
        except UnusableError:
            if not left:
                raise
            pause(wait)
            continue
        if status == 200:
            return opinion(data)
        why = _why(where, status, retry_after, data)
        if status not in _BUSY and status < 500:
            raise RefusedError(why)
        if not left:
            raise UnusableError(why)
        pause(_pause(retry_after, wait))
    raise AssertionError("the last try returns or raises")


def request(model: str, messages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The body of the request."""
    return {
        "model": model,
        "messages": list(messages),
        "temperature": 0,
        "max_tokens": 300,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "opinion", "strict": True, "schema": SCHEMA},
        },
    }


def opinion(data: bytes) -> Opinion:
    """The opinion in a reply. Raises UnusableError for anything but exactly what was asked for."""
    try:
        reply = json.loads(data)
        content = reply["choices"][0]["message"]["content"]
    except (ValueError, RecursionError):
        raise UnusableError("it sent no JSON") from None
    except (KeyError, IndexError, TypeError):
        raise UnusableError("its JSON is no chat completion") from None
    try:
        found = json.loads(content) if isinstance(content, str) else None
    except (ValueError, RecursionError):
        found = None
    if (
        not isinstance(found, dict)
        or set(found) != {"states", "quote"}
        or not isinstance(found["states"], bool)
        or not isinstance(found["quote"], str)
    ):
        raise UnusableError("its answer is not in the form that was asked for")
    return Opinion(found["states"], found["quote"])


def _pause(retry_after: str, otherwise: float) -> float:
    """How long to wait before the next try. Raises RefusedError when the endpoint wants more than a minute."""
    if not (retry_after.isascii() and retry_after.isdigit()):
        return otherwise  # absent, or a date
    seconds = float(retry_after[:9])
    if seconds > LONGEST_PAUSE:
        raise RefusedError(f"it asks to wait {seconds:.0f} seconds. Run the same command again after that.")
    return seconds


def _why(where: Endpoint, status: int, retry_after: str, data: bytes) -> str:
    """A refusal in words. What the endpoint says about it is quoted, without the key."""
    said = data.decode("utf-8", "replace")
    if where.key:
        said = said.replace(where.key, "…")
    quoted = f": {visible(' '.join(said.split())[:_SHOWN])}" if said.strip() else ""
    if 300 <= status < 400:
        return "it sends to another address, which is not followed. Give the final address with --endpoint."
    if status in (401, 403):
        return f"it refuses the key ({status}). Set the environment variable that --key-env names."
    if status == 404:
        return f"there is nothing at {where.url.path} (404). Check --endpoint, which mostly ends in /v1, and --model."
    cure = "" if status >= 500 or status in _BUSY else " Check --model, and that it takes JSON schemas."
    return f"it answered {status}{quoted}.{cure}"


# --- the wire -------------------------------------------------------------------------------------------------------

_Reply = tuple[int, str, bytes]


def _within(seconds: float, call: Callable[[], _Reply]) -> _Reply:
    """The result of a call, for which it waits no longer than `seconds` in all.

    A socket's time-out starts again with every byte, and looking up a name has no time-out. So the call has a thread of
    its own, which is abandoned when the time is up. It is a daemon, so that it does not keep the program from ending.
    """
    results: queue.SimpleQueue[_Reply | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put(call())
        except Exception as error:
            results.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        found = results.get(timeout=seconds)
    except queue.Empty:
        found = TimeoutError()
    if isinstance(found, TimeoutError):  # from the wait above, or from the socket, whichever comes first
        raise UnusableError(f"no answer within {seconds:g} seconds")
    if isinstance(found, UnusableError):
        raise found
    if isinstance(found, Exception):
        raise UnusableError(_told(found)) from None
    return found


def _told(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"no secure connection ({error.reason or type(error).__name__})"
    if isinstance(error, OSError):
        return f"the connection failed ({error.strerror or type(error).__name__})"
    if isinstance(error, http.client.HTTPException):
        return f"it does not speak HTTP properly ({type(error).__name__})"
    return f"the call failed ({type(error).__name__})"


def _post(where: Endpoint, body: bytes) -> _Reply:
    """One request: status, Retry-After, and at most MOST_BYTES of body."""
    secure = where.url.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(where.url.hostname or "", where.url.port, timeout=where.seconds)
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if where.key:
        headers["Authorization"] = f"Bearer {where.key}"
    try:
        connection.request("POST", where.url.path, body, headers)
        response = connection.getresponse()
        data = response.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise UnusableError(f"it sent more than {MOST_BYTES} bytes")
        if response.length:
            raise UnusableError("it broke off in the middle")
        return response.status, response.headers.get("Retry-After", ""), data
    finally:
        connection.close()

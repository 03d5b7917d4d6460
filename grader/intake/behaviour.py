"""What a program seems to do, from its words: a weak guess, for when its name says nothing or says the wrong thing.

Only words of the code count, not those in comments and strings. The text is split into tokens and never compiled:
hostile source can make a compiler run out of stack, and nothing more than words is needed.
"""

from __future__ import annotations

import io
import re
import tokenize

from grader.intake import bounds

UNKNOWN = "unknown"
"""In place of a role: more of the hand-in's code had been looked at than is looked at."""

_SERVES = frozenset(
    {"listen", "accept", "create_server", "start_server", "serve_forever", "TCPServer", "ThreadingTCPServer"}
)
_CONNECTS = frozenset({"connect", "connect_ex", "create_connection", "open_connection"})

_CALLS_CONNECT = re.compile(rb"connect(?:_ex|ion)?\s*\(")
_CALLS_SERVE = re.compile(rb"(?:listen|accept|_server|serve_forever|TCPServer)\s*\(")


class Scan:
    """What the programs of one hand-in seem to do. Each content is looked at once, and no more of all than a bound."""

    def __init__(self) -> None:
        self._left = bounds.MAX_SCANNED_TOTAL_BYTES
        self._words: dict[bytes, frozenset[str]] = {}

    def role(self, data: bytes) -> str | None:
        """As `role_by_behaviour`; UNKNOWN beyond the bound."""
        words = self._of(data)
        return UNKNOWN if words is None else _role(words)

    def looks_like_python(self, data: bytes) -> bool:
        """As the function of that name; True beyond the bound, where nothing speaks against it."""
        words = self._of(data)
        return words is None or _is_python(data, words)

    def _of(self, data: bytes) -> frozenset[str] | None:
        start = data[: bounds.MAX_SCANNED_BYTES]
        if start not in self._words:
            if len(start) > self._left:
                return None
            self._left -= len(start)
            self._words[start] = _names(start)
        return self._words[start]


def role_by_behaviour(data: bytes) -> str | None:
    """`server` when the code listens or accepts, `client` when it connects and does neither; else None."""
    return _role(_names(data))


def looks_like_python(data: bytes) -> bool:
    """True when the text has an `import` where a statement may begin, and is no binary file."""
    return _is_python(data, _names(data))


def _role(words: frozenset[str]) -> str | None:
    if words & _SERVES:
        return "server"
    if words & _CONNECTS:
        return "client"
    return "server" if "bind" in words else None


def _is_python(data: bytes, words: frozenset[str]) -> bool:
    return b"\0" not in data and "import" in words


def may_be_swapped(server: bytes, client: bytes) -> bool:
    """A cheap look before the words are taken apart: False for nearly every honest pair."""
    return _CALLS_CONNECT.search(server) is not None and _CALLS_SERVE.search(client) is not None


def _names(data: bytes) -> frozenset[str]:
    """The names and keywords of the code, as far as it can be split: broken code has words too."""
    text = data[: bounds.MAX_SCANNED_BYTES].decode("utf-8-sig", "replace")
    words: set[str] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME:
                words.add(token.string)
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return frozenset(words)

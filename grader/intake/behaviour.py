"""What a program seems to do, from its words: a weak guess, for when its name says nothing or says the wrong thing.

Only words of the code count, not those in comments and strings. The text is split into tokens and never compiled:
hostile source can make a compiler run out of stack, and nothing more than words is needed.
"""

from __future__ import annotations

import io
import re
import tokenize

from grader.intake import bounds, names
from grader.intake.handin import Found

UNKNOWN = "unknown"
"""In place of a role: more of the hand-in's code had been looked at than is looked at."""

_SERVES = frozenset(
    {"listen", "accept", "create_server", "start_server", "serve_forever", "TCPServer", "ThreadingTCPServer"}
)
_CONNECTS = frozenset({"connect", "connect_ex", "create_connection", "open_connection"})

_MAY_SERVE, _MAY_CONNECT = (
    re.compile(rf"\b(?:{'|'.join(sorted(words))})\b".encode()) for words in (_SERVES, _CONNECTS)
)


_TESTS = re.compile(rb"^[ \t]*(?:(?:async[ \t]+)?def test|(?:import|from)[ \t]+(?:pytest|unittest)\b)", re.MULTILINE)


def is_test(file: Found) -> bool:
    """True for tests by their name and by what is in them: somebody's own `test_server.py` may well be a server."""
    return names.is_test(names.base(file.path)) and bool(_TESTS.search(file.data[: bounds.MAX_SCANNED_BYTES]))


class Scan:
    """What the programs of one hand-in seem to do. Each content is looked at once, and no more of all than a bound;
    of the two that were chosen, whatever was looked at before."""

    def __init__(self) -> None:
        self._left = bounds.MAX_SCANNED_TOTAL_BYTES
        self._words: dict[bytes, frozenset[str]] = {}

    def role(self, data: bytes) -> str | None:
        """`server` when the code listens or accepts, `client` when it connects and does neither; `server` when it does
        no more than bind, as over UDP; else None. UNKNOWN beyond the bound."""
        words = self._of(data)
        return UNKNOWN if words is None else _role(words)

    def does_both(self, data: bytes) -> bool:
        """True when the code both listens or accepts, and connects: two programs may be in one file."""
        words = self._of(data)
        return words is not None and bool(words & _SERVES) and bool(words & _CONNECTS)

    def looks_like_python(self, data: bytes) -> bool:
        """True when the text has an `import` where a statement may begin, and is no binary file; and beyond the bound,
        where nothing speaks against it."""
        words = self._of(data)
        return words is None or (b"\0" not in data and "import" in words)

    def are_swapped(self, server: bytes, client: bytes) -> bool:
        """True when of the two programs that were chosen each does what the other has to do."""
        if not (_MAY_CONNECT.search(server) and _MAY_SERVE.search(client)):
            return False  # nearly every honest pair, told without taking the words apart
        self._left = max(self._left, 2 * bounds.MAX_SCANNED_BYTES)
        return (self.role(server), self.role(client)) == ("client", "server")

    def _of(self, data: bytes) -> frozenset[str] | None:
        start = data[: bounds.MAX_SCANNED_BYTES]
        if start not in self._words:
            if len(start) > self._left:
                return None
            self._left -= len(start)
            self._words[start] = _names(start)
        return self._words[start]


def _role(words: frozenset[str]) -> str | None:
    if words & _SERVES:
        return "server"
    if words & _CONNECTS:
        return "client"
    return "server" if "bind" in words else None


def _names(data: bytes) -> frozenset[str]:
    """The names and keywords of the code, as far as it can be split: broken code has words too."""
    text = data.decode("utf-8-sig", "replace")
    words: set[str] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME:
                words.add(token.string)
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return frozenset(words)

"""What a program seems to do, from its words: a weak guess, for when its name says nothing or says the wrong thing.

Only words of the code count, not those in comments and strings. The text is split into tokens and never compiled:
hostile source can make a compiler run out of stack, and nothing more than words is needed.
"""

from __future__ import annotations

import io
import re
import tokenize

from grader.intake import bounds

_SERVES = frozenset(
    {"listen", "accept", "create_server", "start_server", "serve_forever", "TCPServer", "ThreadingTCPServer"}
)
_CONNECTS = frozenset({"connect", "connect_ex", "create_connection", "open_connection"})

_CALLS_CONNECT = re.compile(rb"connect(?:_ex|ion)?\s*\(")
_CALLS_SERVE = re.compile(rb"(?:listen|accept|_server|serve_forever|TCPServer)\s*\(")


def role_by_behaviour(data: bytes) -> str | None:
    """`server` when the code listens or accepts, `client` when it connects and does neither; else None."""
    words = _names(data)
    if words & _SERVES:
        return "server"
    if words & _CONNECTS:
        return "client"
    return "server" if "bind" in words else None


def looks_like_python(data: bytes) -> bool:
    """True when the text has an `import` where a statement may begin, and is no binary file."""
    return b"\0" not in data and "import" in _names(data)


def may_be_swapped(server: bytes, client: bytes) -> bool:
    """A cheap look before the words are taken apart: False for nearly every honest pair."""
    return _CALLS_CONNECT.search(server) is not None and _CALLS_SERVE.search(client) is not None


def _names(data: bytes) -> set[str]:
    """The names and keywords of the code, as far as it can be split: broken code has words too."""
    text = data[: bounds.MAX_SCANNED_BYTES].decode("utf-8-sig", "replace")
    words: set[str] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME:
                words.add(token.string)
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return words

"""What a text shows of values: whether it holds bytes in any form that a program may print them in, and what it says
besides. Pure; a program prints whatever it likes, so nothing here may take long on any text."""

from __future__ import annotations

import errno
import re
import unicodedata
from functools import lru_cache, partial

# A value as Python prints it. An escape outside of one stands by itself: else each escaped quote would be tried as a
# beginning, and a program could print a line that takes hours to read.
LITERAL = re.compile(r"""(?P<escape>\\.)|[bru]{0,2}'((?:[^'\\\n]|\\.)*)'|[bru]{0,2}"((?:[^"\\\n]|\\.)*)\"""")
# What a terminal does not show: colours, moves of the cursor, titles (ECMA-48, CSI and OSC).
CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
A_PORT = re.compile(r"(?<![\d.])[1-9]\d{3,4}(?!\d|\.\d)")
MOST_PORTS = 50  # numbers of that size in what a server says of one client
WORDS = re.compile(rf"[^\W\d_]+|\b{errno.ECONNREFUSED}\b|[^\w\s\x00-\x7f]")


def names(text: str, word: str) -> bool:
    """Whether a text has a number or address as a whole, and not as a part of another."""
    return word in text and re.search(rf"(?<![\d.]){re.escape(word)}(?!\d|\.\d)", text) is not None


def lists_ports(text: str) -> bool:
    """Whether a text has so many numbers that could be a port that any port is among them by chance."""
    return len(set(A_PORT.findall(text))) > MOST_PORTS


def contains(text: str, data: bytes) -> bool:
    """Whether a text shows these bytes: as text, or as Python's repr of bytes or of the text, in pieces and colours."""
    forms = [form for form in shown(data) if form]
    views = (str, literals, partial(CONTROL.sub, ""))
    return any(form in view(text) for view in views for form in forms)


def is_padded(text: str, data: bytes) -> bool:
    """Whether a text shows these bytes with escaped zero bytes behind them, wherever it shows them: a whole buffer, of
    which they fill the beginning."""
    ends = [found.end() for form in shown(data) if form for found in re.finditer(re.escape(form), text)]
    return bool(ends) and all(text.startswith("\\x00", end) for end in ends)


@lru_cache(maxsize=4)  # a flood of output is looked at by a dozen checks, and reading it is what costs
def literals(text: str) -> str:
    """What stands in quotes, one after the other."""
    return "".join(single or double for _, single, double in LITERAL.findall(text))


def shown(data: bytes) -> tuple[str, str, str]:
    """The ways in which a program shows bytes."""
    plain = data.decode(errors="replace")
    return plain, repr(data)[2:-1], repr(plain)[1:-1]


def says_more(text: str, usual: str, values: tuple[bytes, ...]) -> bool:
    """Whether a text has a line of other words than any line of a usual one: outside of quotes, or in them, where some
    clients show every text, that of an error included."""
    return any(
        words not in outlines(usual, values, quoted) and (not quoted or words not in outlines(text, values))
        for quoted in (False, True)
        for words in outlines(text, values, quoted)
    )


@lru_cache(maxsize=16)
def outlines(text: str, values: tuple[bytes, ...], quoted: bool = False) -> frozenset[str]:
    """The words and pictures of each line, without values: numbers, None, the given bytes in any form and, unless
    `quoted`, all that stands in quotes. The number of a refusal (errno(3)) is no mere value."""
    forms = sorted((form for data in values for form in shown(data) if form), key=len, reverse=True)
    said = set()
    for line in dict.fromkeys(text.splitlines()):
        rest = LITERAL.sub(
            lambda found: found["escape"] or (f" {found[2] or found[3] or ''} " if quoted else " "), line
        )
        for form in forms:
            rest = rest.replace(form, " ")
        words = WORDS.findall(rest)
        telling = {word for word in set(words) if word != "None" and tells_something(word)}
        said.add(" ".join(word for word in words if word in telling))
    return frozenset(said - {""})


def tells_something(word: str) -> bool:
    """Whether a word of an outline has meaning: punctuation of whatever script has none, a picture (an emoji) has."""
    return len(word) > 1 or word.isalpha() or unicodedata.category(word) == "So"

"""The text that a student wrote in an answers file, without Markdown, HTML and comments. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TAG = re.compile(
    r"</?(?:(?:b|i|u|em|strong|span|font|big|mark)|(?P<block>h[1-6]|p|div|center|details|summary|br))"
    r"(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)
_CROSSED_OUT = re.compile(
    r"~~(?![\s~])(?:[^~\n]|\n(?!\s*\n))*(?<!\s)~~(?!~)|<(s|del|strike)>(?:[^<\n]|\n(?!\s*\n))*</\1>", re.IGNORECASE
)
TELLS = re.compile(
    r"\byour (?:own )?(?:words|answers?|text|names?|id|number)\b|\b(?:sentences|this (?:comment|line|file))\b"
    r"|\banswers? (?:here|below)\b",
    re.IGNORECASE,
)
"""Words that tell students what to write, as in the starter; they are no answer."""

_PIECES = re.compile(r"([.:!?\n])")


def written(text: str) -> str:
    """The text with uniform line ends, without comments, crossed-out text and tags; table rows become lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    text = _CROSSED_OUT.sub("", _without_comments(text.lstrip("\ufeff")))
    text = _TAG.sub(lambda tag: "\n" if tag["block"] else "", text)
    text = "\n".join(map(_row_as_line, text.split("\n")))
    return re.sub(r"\n{3,}", "\n\n", text)


def comments_opened(text: str) -> str:
    """The text with its comments opened: their content is kept, except words that tell students what to write."""
    kept, position = [], 0
    for start, end in _comments(text):
        kept += [text[position:start], *map(_untold, _PIECES.split(text[start + 4 : end - 3]))]
        position = end
    return "".join([*kept, text[position:]])


def _untold(piece: str) -> str:
    """The rest of a piece of a comment after words that tell what to write: a student may have gone on there."""
    told = 0
    for match in TELLS.finditer(piece):
        told = match.end()
    return piece[told:]


def _row_as_line(line: str) -> str:
    """A table row as a line, its cells joined by colons; any other line as it is."""
    if not line.lstrip().startswith("|"):
        return line
    return ": ".join(filter(None, (cell.strip(" \t:-") for cell in line.split("|"))))


def _without_comments(text: str) -> str:
    """Drop `<!-- … -->`; one that is never closed is kept as text."""
    kept, position = [], 0
    for start, end in _comments(text):
        kept.append(text[position:start])
        position = end
    return "".join([*kept, text[position:]])


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Where each closed comment begins and ends."""
    end = 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start + 4)) >= 0:
        end = close + 3
        yield start, end

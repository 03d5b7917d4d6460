"""Text that a student supplied, made harmless at the place where it is printed.

A function for each place. None of them trusts another to have been called before, and each shows what it defuses
instead of dropping it: a teacher should see that a program printed an escape sequence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

MARKS_IN_A_ROW = 4
"""Combining marks that may sit on one letter; more of them only serve to paint over the neighbours."""

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories that are not seen but change how the rest is shown: controls, bidi marks, lone surrogates."""

JOINERS = "\u200c\u200d"
"""Needed inside ordinary words of some languages, and inside emoji."""


def visible(text: str) -> str:
    """`text` on one line, with every control, direction mark and lone surrogate shown as a sign or an escape."""
    return text if text.isprintable() and text.isascii() else _visible(text, keep="")


def visible_lines(text: str) -> str:
    """The same for text of several lines: line ends and tabs stay."""
    return text if text.isprintable() and text.isascii() else _visible(text.replace("\r\n", "\n"), keep="\n\t")


def _visible(text: str, *, keep: str) -> str:
    return "".join(_shown(character, keep) for character in _without_towers(text))


def _shown(character: str, keep: str) -> str:
    if character.isprintable() or character in keep:
        return character
    if character in JOINERS or unicodedata.category(character) not in HIDDEN:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _without_towers(text: str) -> Iterator[str]:
    """The characters of `text`, with piles of combining marks cut."""
    row = 0
    for character in text:
        row = row + 1 if character > "\u02ff" and unicodedata.combining(character) else 0
        if row <= MARKS_IN_A_ROW:
            yield character


# --- Markdown -------------------------------------------------------------------------------------------------------

SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$^#!]")
LEADING = re.compile(r"^(\d+)([.)])|^([-+=:>])")

LINKABLE = re.compile(r"[\w\-]+(?:\.[\w\-]+)+(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?(?::\d+)?|\S*(?::/|@|www\.|:\w)\S*")
"""What some renderer may turn into a link of its own: dotted names, addresses, `name@host`, `scheme:rest`."""


def markdown(text: str) -> str:
    """`text` as one line of Markdown that reads as itself: no markup, no HTML, no link.

    Backslashes stop markup. Renderers also link bare addresses, which no backslash stops, so what looks like one is
    set as code, where nothing is linked. So is what stands between backquotes.
    """
    return _remembered_markdown(text) if len(text) <= REMEMBERED else _new_markdown(text)


REMEMBERED = 400
"""Characters up to which a text is remembered as Markdown: titles, hints and reasons return for every student."""


def _new_markdown(text: str) -> str:
    return "".join(markdown_code(part) if code else _plain_markdown(part) for part, code in code_parts(text.strip()))


_remembered_markdown = lru_cache(maxsize=4096)(_new_markdown)


def _plain_markdown(text: str) -> str:
    pieces: list[str] = []
    end = 0
    text = visible(text)
    for match in LINKABLE.finditer(text):
        pieces += [_escape_markdown(text[end : match.start()]), markdown_code(match.group())]
        end = match.end()
    return "".join([*pieces, _escape_markdown(text[end:])])


def _escape_markdown(text: str) -> str:
    text = SPECIAL.sub(r"\\\g<0>", text)
    return LEADING.sub(lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}", text)


def markdown_code(text: str) -> str:
    """`text` as an inline code span, whatever backquotes it holds."""
    text = visible(text)
    fence = "`" * (_longest_run(text) + 1)
    padding = " " if not text or text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{padding}{text}{padding}{fence}" if text.strip() else "(blank)"


def markdown_block(text: str) -> str:
    """`text` as a fenced block, whatever backquotes it holds. Ends without a line end."""
    text = visible_lines(text).rstrip("\n")
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def code_parts(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of one of our sentences: (text, whether it was between backquotes). An odd backquote is plain text."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        yield text, False
        return
    for index, part in enumerate(parts):
        if part:
            yield part, index % 2 == 1


# --- CSV and JSON ---------------------------------------------------------------------------------------------------

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters by which a spreadsheet takes a cell for a formula; the last four are their full-width forms."""


def csv_cell(text: str) -> str:
    """`text` as the value of a CSV cell that no spreadsheet computes. Quoting is the writer's business."""
    shown = visible(text)
    return f"'{shown}" if text.startswith(FORMULA) or shown.lstrip().startswith(FORMULA) else shown


UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def json_text(document: str) -> str:
    """A JSON document in which hidden characters are `\\u` escapes: the same values, and safe to print or encode."""
    return UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", document)

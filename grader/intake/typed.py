"""The text of the page that a learning platform makes of what a student typed into it.

The page is read once from front to back, whatever is in it: the parser of the standard library takes 50 seconds of
processor time for 64 KiB of `<a ` (Python 3.11). What is never closed (a tag, a comment) hides the rest of the page, as
it does in a browser (HTML Living Standard, "Tokenization"), and that is said.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from grader.intake.answers_file import decoded

_TAG = re.compile(r"""<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<attributes>(?:[^"'>]++|"[^"]*+"|'[^']*+')*+)>""")
_MARKUP = re.compile("<[a-zA-Z/!?]")
_OPENED = re.compile("</?[a-zA-Z]")
_UNSEEN = {name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE) for name in ("script", "style", "title", "template")}
"""Elements whose content is no text of the page, and where each ends."""

_BLANK, _LINE, _PARAGRAPH = " ", "\n", "\n\n"
_ORDER = ("", _BLANK, _LINE, _PARAGRAPH)
_BREAKS = {
    **dict.fromkeys(
        ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table", "hr"), _PARAGRAPH
    ),
    **dict.fromkeys(("div", "li", "tr", "dt", "dd", "body", "section", "article"), _LINE),
    **dict.fromkeys(("td", "th"), _BLANK),
}
"""What comes before and after an element; others, and what is unknown, are part of a line."""

_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_START = re.compile(r"""\bstart\s*=\s*["']?([0-9]{1,4})\b""", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"(&#[0-9]{8})[0-9]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """The text, as one would write it in Markdown. `whole`: False when the page ends inside a tag or a comment."""

    text: str
    whole: bool


def text_of(data: bytes) -> Typed:
    """The text of a page: headings behind `#`, paragraphs, lines, items behind `-` or their number, words in bold at
    the beginning of a line between `**`. Never raises."""
    page = _Page()
    whole = _read(decoded(data, whole=False).replace("\r\n", "\n").replace("\r", "\n"), page)
    return Typed(page.text(), whole)


class _Page:
    """The text so far, and what stands before the next word of it."""

    def __init__(self) -> None:
        self.title = ""
        self._written: list[str] = []
        self._break = _PARAGRAPH  # to be written before the next word, and then
        self._mark = ""  # this: the sign of a heading or of an item
        self._lists: list[int | None] = []  # those that are open, the inmost last: the next number, if it has numbers
        self._pre = 0
        self._bold = False  # the next word is in bold
        self._bold_open = False

    def text(self) -> str:
        """All of it. The heading that Canvas writes above, which is the page's title, is left out."""
        lines = [line.strip() for line in "".join(self._written).split("\n")]
        text = re.sub(r"\n{3,}", _PARAGRAPH, "\n".join(lines)).strip()
        first, _, rest = text.partition("\n")
        return rest.strip() if self.title and first == f"# {self.title}" else text

    def write(self, text: str) -> None:
        """Adds text, with its blanks as a browser shows them."""
        text = _unescaped(text)
        if not self._pre:
            text = re.sub(r"\s+", " ", text)
            text = text.lstrip() if self._break else text
        if not text:
            return
        if self._bold and self._break:
            self._mark, self._bold_open = f"{self._mark}**", True
        self._written += [self._break, self._mark, text]
        self._break = self._mark = ""
        self._bold = False

    def start(self, name: str, attributes: str) -> None:
        """An element begins."""
        self._breaks(name)
        if name == "br":
            self._end_bold()
            self._break = _PARAGRAPH if self._break in (_LINE, _PARAGRAPH) else _LINE
        elif name in ("ul", "ol"):
            start = _START.search(attributes)
            self._lists.append(None if name == "ul" else int(start[1]) if start else 1)
        elif name == "li":
            self._mark = self._item()
        elif name in ("b", "strong"):
            self._bold = True
        self._mark = _HEADINGS.get(name, self._mark)
        self._pre += name == "pre"

    def end(self, name: str) -> None:
        """An element ends."""
        if name in ("b", "strong"):
            self._end_bold()
        self._breaks(name)
        if name in ("ul", "ol"):
            del self._lists[-1:]
        elif name == "li" or name in _HEADINGS:
            self._mark = ""
        self._pre = max(0, self._pre - (name == "pre"))

    def _breaks(self, name: str) -> None:
        if name in _BREAKS:
            self._end_bold()
            self._break = max(self._break, _BREAKS[name], key=_ORDER.index)

    def _end_bold(self) -> None:
        if self._bold_open:
            self._written.append("**")
        self._bold = self._bold_open = False

    def _item(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "


def _read(text: str, page: _Page) -> bool:
    """Reads the page; False when it ends inside a tag, a comment, or what is not shown."""
    at = 0
    while begins := _MARKUP.search(text, at):
        begin = begins.start()
        page.write(text[at:begin])
        if tag := _TAG.match(text, begin):
            at = _tag(text, tag, page)
        elif text.startswith("<!--", begin):
            at = _after(text, "-->", begin + 4)
        else:
            at = -1 if _OPENED.match(text, begin) else _after(text, ">", begin)
        if at < 0:
            return False
    page.write(text[at:])
    return True


def _tag(text: str, tag: re.Match[str], page: _Page) -> int:
    """Takes in a tag, and what it hides; returns where the page goes on, -1 when it does not."""
    name = tag["name"].lower()
    if tag["end"]:
        page.end(name)
        return tag.end()
    page.start(name, tag["attributes"])
    if name not in _UNSEEN:
        return tag.end()
    end = _UNSEEN[name].search(text, tag.end())
    if end and name == "title":
        page.title = " ".join(_unescaped(text[tag.end() : end.start()]).split())
    return end.start() if end else -1


def _after(text: str, mark: str, start: int) -> int:
    """Where what follows `mark` begins; -1 when it does not come."""
    place = text.find(mark, start)
    return -1 if place < 0 else place + len(mark)


def _unescaped(text: str) -> str:
    """`text` with its character references resolved; their numbers are cut before they are too long for an integer."""
    return html.unescape(_LONG_NUMBER.sub(r"\1", text)).replace("\0", "")

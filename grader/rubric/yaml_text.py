"""Text of a YAML file -> a tree of entries that know their line.

PyYAML splits the text into events. The tree is built from the events here, for four reasons. Every key and value keeps
its line. Keys given twice are found (PyYAML silently keeps the last). Aliases are not expanded: an alias counts as much
as what it stands for, and a text beyond the bound is refused, so an alias bomb costs nothing. And unquoted words mean
what they mean in YAML 1.2 and in editors that follow it: `yes`, `no`, `on` and `off` are text, `010` is not eight,
`1:30` is not ninety, and a decimal keeps its digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import yaml

from grader.rubric.files import MOST_CHARACTERS
from grader.rubric.not_yaml import LOOK, in_quotes, unreadable
from grader.rubric.problems import Problem, shown

MOST_ENTRIES = 10_000
DEEPEST = 30

# YAML 1.2.2, section 10.3.2 (core schema), without octal, hexadecimal and exponents, which a rubric does not need. The
# number of digits is bounded because converting them takes quadratic time.
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# YAML 1.2.2, section 5.1: what may stand in a file unescaped.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_PRINTED_QUOTES = ("\u201c", "\u201d", "\u201e", "\u2018", "\u2019", "\u201a")
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")

Scalar = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the file.

    `value`: a scalar, a list of entries, or a mapping from key to entry.  `line`: where it begins, 1-based.
    `text`: a scalar as written.  `key_lines`: the line of each key of a mapping.
    `size`: how many values it holds, counting itself and what its aliases stand for.
    `escapes`: whether it is a text in double quotes, in which `\\n` is a line end.
    """

    value: Scalar | list[Entry] | dict[str, Entry]
    line: int
    text: str = ""
    key_lines: Mapping[str, int] = field(default_factory=dict)
    size: int = 1
    escapes: bool = False

    def mapping(self) -> dict[str, Entry]:
        """Return the entries by key; none when this is not a mapping."""
        return self.value if isinstance(self.value, dict) else {}

    def items(self) -> list[Entry]:
        """Return the entries of a list; none when this is not a list."""
        return self.value if isinstance(self.value, list) else []

    def get(self, key: str) -> Entry:
        """Return the entry under `key`, or an empty entry on this line, so that following a path needs no checks."""
        return self.mapping().get(key) or Entry(None, self.line)

    def plain(self) -> object:
        """Return the value as Python's own lists and dicts."""
        match self.value:
            case dict():
                return {key: entry.plain() for key, entry in self.value.items()}
            case list():
                return [entry.plain() for entry in self.value]
            case _:
                return self.value


class _UnreadableError(Exception):
    """Reading cannot go on after this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_yaml(text: str) -> tuple[Entry | None, list[Problem]]:
    """Read a YAML text, of any origin, in bounded time and memory.

    Returns the tree and the faults found on the way (a key given twice, a tag, …). The tree is None, and the last
    problem says why, when the text cannot be read any further. Never raises.
    """
    reader = _Reader()
    try:
        _refuse_oversize(text)
        for event in _events(text):
            reader.take(event)
    except _UnreadableError as stop:
        return None, [*reader.problems, stop.problem]
    if reader.root is None:
        return None, [
            Problem(0, "the file is empty. Begin with `title:`, or copy the rubric that came with the grader.")
        ]
    return reader.root, [*reader.problems, *reader.unused_names()]


def _refuse_oversize(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise _UnreadableError(
            Problem(0, f"{len(text)} characters are too many for a rubric; at most {MOST_CHARACTERS} are read.")
        )
    found = _UNPRINTABLE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        name = f"U+{ord(found[0]):04X}"
        raise _UnreadableError(
            Problem(line, f"the control character {name} cannot stand in YAML. Remove it, or write it as hex.")
        )


def _events(text: str) -> Iterator[yaml.Event]:
    """Yield PyYAML's events. Each error of PyYAML becomes an `_UnreadableError`.

    SafeLoader, not the faster CSafeLoader: its messages are the same on every machine, and a rubric is read once.
    """
    events = yaml.parse(text, Loader=yaml.SafeLoader)
    line = 1
    quoted: yaml.ScalarEvent | None = None
    while True:
        try:
            event = next(events)
        except StopIteration:
            return
        except yaml.MarkedYAMLError as error:
            raise _UnreadableError(unreadable(text, error, quoted, line)) from None
        except (yaml.YAMLError, ValueError, OverflowError):
            # PyYAML raises ValueError and OverflowError for escapes such as "\UFFFFFFFF" and for %YAML 99…99.
            raise _UnreadableError(Problem(line, f"this is not YAML from here on. {LOOK}")) from None
        line = _line(event)
        quoted = in_quotes(event) or quoted
        yield event


def _line(event: yaml.Event) -> int:
    """Return the line, 1-based, on which an event begins."""
    return event.start_mark.line + 1 if event.start_mark else 1


@dataclass(slots=True)
class _Open:
    """A list or a mapping whose end has not been read yet. `key`: the key that waits for its value."""

    event: yaml.CollectionStartEvent
    entries: list[Entry] = field(default_factory=list)
    by_key: dict[str, Entry] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    key: Entry | None = None
    size: int = 1


class _Reader:
    """Builds the tree from events, without recursion, since the author chooses how deeply a text is nested."""

    def __init__(self) -> None:
        self.root: Entry | None = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Entry] = {}
        self._named: dict[str, int] = {}  # anchors that nothing has referred to, with their lines
        self._count = 0

    def take(self, event: yaml.Event) -> None:
        line = _line(event)
        match event:
            case yaml.DocumentStartEvent() if self.root is not None:
                raise _UnreadableError(
                    Problem(line, "a second document begins here. A rubric is one document: remove the `---`.")
                )
            case yaml.ScalarEvent():
                self._finish(self._scalar(event, line), event.anchor)
            case yaml.AliasEvent():
                self._attach(self._aliased(event, line), line)
            case yaml.CollectionStartEvent():
                self._begin(event, line)
            case yaml.CollectionEndEvent():
                closed = self._open.pop()
                self._finish(_collection(closed), closed.event.anchor)

    def unused_names(self) -> Iterator[Problem]:
        """Yield a problem for each anchor without a reference: mostly the first word of a text that begins with `&`."""
        for name, line in self._named.items():
            message = f"`&{name}` names an entry, and nothing refers to it. Put a text that begins with `&` in quotes."
            yield Problem(line, message)

    def _begin(self, event: yaml.CollectionStartEvent, line: int) -> None:
        if len(self._open) >= DEEPEST:
            raise _UnreadableError(
                Problem(line, f"entries nest more than {DEEPEST} deep here. A rubric needs no more than ten levels.")
            )
        if event.tag is not None:
            self._refuse_tag(line)
        self._open.append(_Open(event))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> Entry:
        if event.tag not in (None, *_TEXT_TAGS):
            self._refuse_tag(line)
        if _LONE_SURROGATE.search(event.value):
            self.problems.append(Problem(line, r"`\uD800` to `\uDFFF` are not characters. Write the character itself."))
            return Entry("?", line, text="?")
        plain = event.style is None and event.tag is None
        if plain and event.value.startswith(_PRINTED_QUOTES):
            message = (
                f"`{event.value[0]}` is a quote of a word processor, which YAML takes for a letter. Write plain quotes "
                '(`"`), or put the whole text in them.'
            )
            self.problems.append(Problem(line, message))
        value = _plain_value(event.value) if plain else event.value
        return Entry(value, line, text=event.value, escapes=event.style == '"')

    def _refuse_tag(self, line: int) -> None:
        self.problems.append(
            Problem(line, "a rubric uses no tags. Remove the word that begins with `!`, or put the text in quotes.")
        )

    def _aliased(self, event: yaml.AliasEvent, line: int) -> Entry:
        found = self._anchors.get(event.anchor or "")
        if found is None:
            raise _UnreadableError(
                Problem(
                    line,
                    f"`*{event.anchor}` stands for nothing. Put `&{event.anchor}` before the entry it means; or, where "
                    "it is a text, put that in quotes.",
                )
            )
        self._named.pop(event.anchor or "", None)
        return found

    def _finish(self, entry: Entry, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = entry
            self._named[anchor] = entry.line
        self._attach(entry, entry.line)

    def _attach(self, entry: Entry, line: int) -> None:
        self._count += 1
        if not self._open:
            self.root = entry
            return
        parent = self._open[-1]
        parent.size += entry.size
        if self._count > MOST_ENTRIES or parent.size > MOST_ENTRIES:
            raise _UnreadableError(
                Problem(line, f"a rubric may hold at most {MOST_ENTRIES} entries, counting what aliases repeat.")
            )
        if isinstance(parent.event, yaml.SequenceStartEvent):
            parent.entries.append(entry)
        elif parent.key is None:
            parent.key = entry
        else:
            self._pair(parent, parent.key, entry)
            parent.key = None

    def _pair(self, parent: _Open, key: Entry, entry: Entry) -> None:
        if isinstance(key.value, list | dict):
            self.problems.append(Problem(key.line, "a list or mapping stands where a key belongs. Write `key: value`."))
        elif key.text in parent.by_key:
            first = parent.key_lines[key.text]
            inside = len(self._open) > 1 and isinstance(self._open[-2].event, yaml.SequenceStartEvent)
            other = ", or begin another entry of the list with `- `" if inside else ""
            message = f"{shown(key.text)} is given twice (first on line {first}). Keep one of them{other}."
            self.problems.append(Problem(key.line, message))
        else:
            parent.by_key[key.text] = entry
            parent.key_lines[key.text] = key.line


def _collection(closed: _Open) -> Entry:
    line = _line(closed.event)
    if isinstance(closed.event, yaml.SequenceStartEvent):
        return Entry(closed.entries, line, size=closed.size)
    return Entry(closed.by_key, line, key_lines=closed.key_lines, size=closed.size)


def _plain_value(text: str) -> Scalar:
    """Return what an unquoted word means."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text

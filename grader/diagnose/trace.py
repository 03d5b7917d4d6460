"""The last traceback in what a program printed. Pure; a program can forge one, so it only ever explains."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from posixpath import normpath

HOME = "/home/student/"
MOST_LINES = 2000  # of stderr, from its end
MOST_LINE = 2000  # characters of each
MOST_TRACES = 5  # beginnings of tracebacks that are tried, from the last one: a program can print any number of them
MOST_MESSAGE = 400  # characters of an exception's message

FRAME = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d{1,7})(?:, in (?P<function>.+))?')
FINAL = re.compile(r"(?P<kind>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?")
UNREAD = re.compile(r" in file (?P<file>.+?) on line (?P<line>\d{1,7}), ")
MARKS = re.compile(r" *[~^]+[~^ ]*")  # under the part of a line that an exception came from
HEADER = "Traceback (most recent call last):"
HANDLED = "During handling of the above exception, another exception occurred:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of the student's own: `file` relative to the hand-in, `line` from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An exception that nobody caught.

    `kind`: its class without the module.  `message`: bounded.  `place`: the student's innermost line, when there is
    one.  `outer`: the outermost one.  `function`: the innermost function of the library, or an empty string when the
    student's line is innermost.
    `marks`: first column and the one behind the last that Python marks in that line, without its indent, where it does.
    `during`: the exception that an except block had taken when this one was raised in it.
    """

    kind: str
    message: str
    place: Place | None = None
    function: str = ""
    marks: tuple[int, int] | None = None
    outer: Place | None = None
    during: Trace | None = None


def own_path(file: str, paths: Collection[str]) -> str | None:
    """The student's path that a file name in a traceback or a stack means; None for a file of the library.

    A module found through `sys.path.append("..")` shows as `src/../common.py`.
    """
    short = normpath(file.removeprefix(HOME))
    if short in paths:
        return short
    fitting = [path for path in paths if file.startswith("/") and file.endswith("/" + path)]
    return max(fitting, key=len, default=None)


def parse_trace(stderr: str, paths: Collection[str]) -> Trace | None:
    """The last exception of a program's stderr; None when there is none that names a place."""
    return parse_lines(stderr, tuple(paths))


@lru_cache(maxsize=16)
def parse_lines(stderr: str, paths: tuple[str, ...]) -> Trace | None:
    """`parse_trace`, once for the dozen checks that look at a run."""
    lines = [line[:MOST_LINE] for line in stderr.splitlines()[-MOST_LINES:]]
    starts = [number for number, line in enumerate(lines) if line.strip() == HEADER]
    latest = starts[-MOST_TRACES:] or [0]
    for number in reversed(range(len(latest))):
        found = parse_one(lines[latest[number] :], paths)
        if found is not None:
            earlier = lines[latest[number - 1] : latest[number]] if number else []
            handled = parse_one(earlier, paths) if HANDLED in earlier[-3:] else None
            return replace(found, during=handled) if handled is not None else found
    return None


def parse_one(lines: list[str], paths: Collection[str]) -> Trace | None:
    """The first exception of some lines: frames, then a line without indent that names it."""
    place, outer, function, seen, marks = None, None, "", False, None
    for number, line in enumerate(lines):
        frame = FRAME.fullmatch(line)
        if frame:
            seen = True
            own = own_path(frame["file"], paths)
            if own is not None:
                place, function = Place(file=own, line=int(frame["line"])), ""
                outer = outer or place
                marks = marks_of(lines[number + 1 : number + 3])
            else:
                function = (frame["function"] or "")[:80]
            continue
        final = FINAL.fullmatch(line)
        if final and final["kind"] == "SyntaxError" and not seen:  # what cannot even be decoded has no frame
            unread = UNREAD.search(line)
            own = own_path(unread["file"], paths) if unread else None
            where = Place(file=own, line=int(unread["line"])) if unread and own is not None else None
            return Trace(kind="SyntaxError", message=(final["message"] or "")[:MOST_MESSAGE], place=where)
        if seen and final and is_exception(final["kind"]):
            kind = final["kind"].rpartition(".")[2]
            message = (final["message"] or "")[:MOST_MESSAGE]
            return Trace(kind=kind, message=message, place=place, function=function, marks=marks, outer=outer)
    return None


def marks_of(lines: list[str]) -> tuple[int, int] | None:
    """The columns under which marks stand, of a line as a traceback shows it and the line below it."""
    if len(lines) < 2 or FRAME.fullmatch(lines[0]) or not MARKS.fullmatch(lines[1].rstrip()):
        return None
    indent = len(lines[0]) - len(lines[0].lstrip())
    first = len(lines[1]) - len(lines[1].lstrip())
    return first - indent, len(lines[1].rstrip()) - indent


def is_exception(name: str) -> bool:
    """Whether a word at the start of a line can be the name of an exception's class."""
    return name.rpartition(".")[2][:1].isupper() or name.endswith(("error", "timeout", "herror"))

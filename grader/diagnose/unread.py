"""Files that Python cannot read because of how they were made: copied from a page, saved as a document, or written for
a newer Python."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, at_trace, both, either, error, no
from grader.diagnose.trace import Place
from grader.diagnose.words import plain, quoted
from grader.verdicts import Finding

# How a file begins that is no program, and what it is.
FORMATS = (
    (re.compile(r"\{\\rtf"), "a text document (RTF)"),
    (re.compile(r"%PDF"), "a PDF document"),
    (re.compile(r"PK[\x03\x05]"), "a packed document (DOCX or ZIP)"),
    (re.compile(r"\s*<(?:!doctype|html|\?xml)", re.IGNORECASE), "a page of the web"),
    (re.compile(r'\s*\{(?:[^}]*"cells"|\s*"nbformat(?:_minor)?")\s*:', re.DOTALL), "a notebook (ipynb)"),
)
FENCE = re.compile(r"\s*(?:```|~~~)")
NUMBERED = re.compile(r"\s*(\d{1,4})[.:|)]?(?:\s|$)")
CHARACTER = re.compile(r"invalid (?:non-printable )?character (?:'(.)' \()?U\+([0-9A-F]{4,5})")
CURLY = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u00ab\u00bb\u00b4"

# What a newer Python reads and an older one does not: the first version, what the line looks like, what that is.
INNER_QUOTES = re.compile(r"""\b[fF][rR]?(["'])(?:(?!\1).)*\{[^{}]*?\1[^{}]*?\1[^{}]*\}""")
NEWER_LINES = (
    ((3, 12), INNER_QUOTES, "the quotes of an f-string stand inside its braces once more"),
    ((3, 12), re.compile(r"\s*type\s+\w+\s*(?:\[.*\])?\s*=[^=]"), "it is a type statement"),
    ((3, 12), re.compile(r"\s*(?:async\s+)?(?:def|class)\s+\w+\s*\["), "it has parameters for types, in brackets"),
    ((3, 14), re.compile(r"\s*except\*?\s+[\w.]+(?:\s*,\s*(?:\w+\.)*[A-Z]\w+)+\s*:"),
     "several exceptions stand behind except without parentheses"),
    ((3, 14), re.compile(r".*\bt[rR]?[\"']"), "it has a template string"),
)  # fmt: skip
MOST_LINE = 400  # characters of the line that are looked at
NEWER_MESSAGES = ("f-string expression part cannot include a backslash", "f-string expression part cannot include '#'")


def file_of(clues: Clues) -> str:
    """The file that Python could not read: as a rule the program itself."""
    place = clues.trace.place if clues.trace is not None else None
    return place.file if place is not None else clues.record.file


def format_of(clues: Clues) -> str:
    """What the file is instead of a program, or an empty string."""
    text = clues.texts.get(file_of(clues), "").removeprefix("\ufeff")[:4096]
    return next((name for pattern, name in FORMATS if pattern.match(text)), "")


def is_format(finding: Finding, clues: Clues) -> bool:
    """Python stopped at a file that is no program at all. It reads a notebook up to its first `null` or, where there is
    none, to its end: then the program is one value, with which nothing is done."""
    kinds = ("SyntaxError", "IndentationError", "TabError", "ValueError", "NameError")
    if clues.trace is None and finding.code in ("never-listens", "never-connects") and clues.record.exit_code == 0:
        return clues.main.parsed and clues.main.statements == 1 and not clues.main.calls and bool(format_of(clues))
    return clues.trace is not None and clues.trace.kind in kinds and bool(format_of(clues))


def at_fence(finding: Finding, clues: Clues) -> Place | None:
    """The first line with the mark of a code block."""
    lines = enumerate(clues.source(file_of(clues)).lines, 1)
    return next((Place(file=file_of(clues), line=number) for number, line in lines if FENCE.match(line)), None)


def is_numbered(finding: Finding, clues: Clues) -> bool:
    """Each line that is not blank begins with its number."""
    lines = [line for line in clues.source(file_of(clues)).lines if line.strip()]
    found = [NUMBERED.match(line) for line in lines]
    numbers = [int(one[1]) for one in found if one]
    return len(numbers) >= 3 and len(numbers) == len(lines) and numbers == sorted(set(numbers))


def character(clues: Clues) -> str:
    """The character that Python complains of, or an empty string."""
    found = CHARACTER.search(clues.trace.message) if clues.trace is not None else None
    return chr(int(found[2], 16)) if found and int(found[2], 16) <= sys.maxunicode else ""


def is_curly(finding: Finding, clues: Clues) -> bool:
    """A quote of a word processor stands where a plain one should."""
    line = clues.text_at(clues.trace.place) if clues.trace is not None else ""
    unended = clues.trace is not None and "unterminated" in clues.trace.message
    return character(clues) in tuple(CURLY) or (unended and any(one in line for one in CURLY))


def is_shown(finding: Finding, clues: Clues) -> bool:
    """That character is one that can be seen."""
    return character(clues).isprintable() and not character(clues).isspace() and bool(character(clues))


def character_words(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The character, and its number."""
    one = character(clues)
    number = f"U+{ord(one):04X}" if one else ""
    return {"shown": f"{quoted(one)} ({number})" if one.isprintable() else number, "format": plain(format_of(clues))}


def newer(clues: Clues) -> tuple[tuple[int, int], str] | None:
    """The version from which on Python reads this line, and what is new in it; None where the version is no matter."""
    if clues.trace is None or clues.trace.kind != "SyntaxError":
        return None
    if any(message in clues.trace.message for message in NEWER_MESSAGES):
        known = ((3, 12), "there is a backslash or a comment inside the braces of an f-string")
        return known if sys.version_info < (3, 12) else None
    line = clues.text_at(clues.trace.place)[:MOST_LINE]
    found = ((version, what) for version, pattern, what in NEWER_LINES if pattern.match(line) or inside(pattern, line))
    return next((one for one in found if sys.version_info < one[0]), None)


def inside(pattern: re.Pattern[str], line: str) -> bool:
    """An f-string may stand anywhere in its line."""
    return pattern is INNER_QUOTES and pattern.search(line) is not None


def newer_words(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The two versions, and what is new."""
    version, what = newer(clues) or ((0, 0), "")
    return {"newer": ".".join(map(str, version)), "own": own_version(), "what": what}


def own_version() -> str:
    """The version that programs are graded with: that of the grader itself."""
    return ".".join(map(str, sys.version_info[:2]))


unreadable = either(error("SyntaxError"), error("IndentationError"), error("TabError"))
own_file = no(lambda finding, clues: file_of(clues) in clues.shadows)

UNREAD = (
    Entry(
        id="other-format",
        applies=both(own_file, is_format),
        reason="Python cannot run your {role}: {file} is no program but {format}.",
        next_step="Save the program as plain text, with an editor for programs, and hand in that file.",
        fill=character_words,
    ),
    Entry(
        id="markdown-fence",
        applies=both(own_file, unreadable, lambda finding, clues: at_fence(finding, clues) is not None),
        reason="Python cannot read your {role}: ``` stands in it, the mark that a page uses around a program.",
        next_step="Delete the lines with this mark, and all text around them that is no Python.",
        line=at_fence,
    ),
    Entry(
        id="line-numbers",
        applies=both(own_file, unreadable, is_numbered),
        reason="Python cannot read your {role}: each line begins with its number, as a page shows it.",
        next_step="Delete the numbers, and keep the indentation behind them.",
        line=at_trace,
    ),
    Entry(
        id="curly-quotes",
        applies=both(own_file, error("SyntaxError"), is_curly),
        reason="Python cannot read your {role}: the quotes{where} are those of a word processor or a web page.",
        next_step="Type them again in an editor for programs, as plain ' or \", and look for others in the file.",
        line=at_trace,
    ),
    Entry(
        id="look-alike",
        applies=both(own_file, error("SyntaxError", "invalid character"), is_shown),
        reason="Python cannot read your {role}: it has the character {shown}{where}, which is no part of Python.",
        next_step="It may look like the one that belongs there: type that again, with a plain keyboard layout.",
        line=at_trace,
        fill=character_words,
    ),
    Entry(
        id="invisible-character",
        applies=error("SyntaxError", "invalid non-printable character"),
        reason="Python cannot read your {role}: there is a character that one does not see, {shown}{where}.",
        next_step="Delete this line and type it again; such characters come along when text is copied from a page.",
        line=at_trace,
        fill=character_words,
    ),
    Entry(
        id="newer-syntax",
        applies=both(own_file, lambda finding, clues: newer(clues) is not None),
        reason="Your {role} is graded with Python {own}, which cannot read what Python {newer} and later can{where}: "
        "{what}.",
        next_step="Write this line in the older way, which every version reads.",
        staff="With Python {newer} this line may well be right: programs run with the Python that runs the grader.",
        line=at_trace,
        fill=newer_words,
        elsewhere=True,
    ),
)

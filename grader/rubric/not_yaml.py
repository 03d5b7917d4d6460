"""Why a text is not YAML, in words for instructors: PyYAML's error -> the line to look at, and what to do.

PyYAML names the place where it could not go on. The mistake is often before that place: a quote that is left open, a
key without its colon, a bracket that is not closed. PyYAML knows where these began, and the message names that line.
"""

from __future__ import annotations

import re

import yaml

from grader.rubric.problems import Problem

LOOK = "Look at the indentation, colons and quotes of this line and of the one above."

_QUOTES = ("'", '"')
_ODD_BLANKS = re.compile(r"[ \t]*([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff])")
_CANNOT_BEGIN = re.compile(r"found character '([%@`])' that cannot start any token")
_UNKNOWN_ESCAPE = re.compile(r"found unknown escape character '(.)'")
_SENTENCES = {
    "found character '\\t' that cannot start any token": "here is a tab. Write spaces instead.",
    "expected <block end>, but found '<block mapping start>'": "this line, or one not far above, is not indented as "
    "the keys that it belongs to. Let it begin below them.",
    "expected <block end>, but found '<scalar>'": "text goes on behind a closing quote or bracket. Put the whole text "
    'in quotes; inside double quotes, a quote is written `\\"`.',
    "expected <block end>, but found '-'": "this `-` is not indented as the others of its list, or stands where a key "
    "is due. Let it begin below them.",
    "expected <block end>, but found '<block sequence start>'": "a list begins here with `- `, below keys that are in "
    "no list. Look at the indentation, and whether what is above should begin with `- `, too.",
    "expected <block end>, but found '?'": "a key stands here where the list above goes on. Begin the entry with a "
    "dash and a blank, `- `, or look at the indentation.",
    "expected <block end>, but found ']'": "a bracket is closed here that was not opened. Remove it.",
    "expected <block end>, but found '}'": "a bracket is closed here that was not opened. Remove it.",
    "sequence entries are not allowed here": "`- ` begins an entry of a list, on a line of its own. Put a text that "
    "begins with it in quotes.",
    "mapping keys are not allowed here": "a text cannot begin with `? `. Put it in quotes.",
    "could not find expected ':'": "this line has no colon and blank behind its key. Write `key: value`.",
}


def unreadable(text: str, error: yaml.MarkedYAMLError, quoted: yaml.ScalarEvent | None, line: int) -> Problem:
    """Return what is wrong with a text that PyYAML gave up on.

    `quoted`: the last value in quotes that it read.  `line`: the line that it had reached, if its error names none.
    """
    lines = text.splitlines()
    what = error.problem or error.context or "something unexpected"
    mark, began = error.problem_mark or error.context_mark, error.context_mark
    line = mark.line + 1 if mark else line
    for number in (line, line - 1):
        odd = _ODD_BLANKS.match(lines[number - 1]) if 0 < number <= len(lines) else None
        if odd:
            return _not_yaml(
                number, f"this line begins with a blank that is no space (U+{ord(odd[1]):04X}). Write spaces."
            )
    opened = _open_quote(error, quoted, line)
    if opened is not None:
        return opened
    if began is not None and what == "could not find expected ':'":
        return _not_yaml(began.line + 1, _SENTENCES[what])
    if began is not None and what.startswith(("expected ',' or ']'", "expected ',' or '}'")):
        return _open_bracket(what, began.line + 1, line)
    if mark is not None and what == "mapping values are not allowed here" and mark.line < len(lines):
        return _not_yaml(line, _stray_colon(lines[mark.line][: mark.column]))
    return _not_yaml(line, _in_plain_words(what, error.context or ""))


def _not_yaml(line: int, message: str) -> Problem:
    return Problem(line, f"this is not YAML: {message}")


def _open_quote(error: yaml.MarkedYAMLError, quoted: yaml.ScalarEvent | None, line: int) -> Problem | None:
    """Return the problem of a quote that was left open, or None. Such a text ends at the next quote, or with the
    file."""
    if error.context == "while scanning a quoted scalar" and error.context_mark is not None:
        began = error.context_mark.line + 1
        if not _UNKNOWN_ESCAPE.fullmatch(error.problem or ""):
            return _not_yaml(began, "a quote is opened here and never closed. Close it on this line.")
        return _left_open(began, line) if began < line else None
    if quoted is None or quoted.start_mark is None or quoted.end_mark is None:
        return None
    began, ended = quoted.start_mark.line + 1, quoted.end_mark.line + 1
    return _left_open(began, ended) if began < ended == line else None


def _left_open(began: int, ended: int) -> Problem:
    return _not_yaml(
        began, f"a quote is opened here, and the next one is in line {ended}. Close it where its text ends."
    )


def _open_bracket(what: str, began: int, line: int) -> Problem:
    closing = what[len("expected ',' or '")]
    if began < line:
        return _not_yaml(
            began, f"a bracket is opened here and not closed before line {line}. Close it with `{closing}`."
        )
    return _not_yaml(
        line, f"a comma is missing between two entries in brackets, or the `{closing}` behind them. Add it."
    )


def _stray_colon(before: str) -> str:
    """Return what is wrong where a colon may not stand: it is part of a text, or its key does not fit there."""
    if re.search(r":\s", before) or before.count("-") > 1:
        return (
            "a text holds a colon followed by a blank. Put the whole text in quotes; another key has a line of its own."
        )
    return (
        "this key does not fit below the line above. Either that one lacks its colon, or the blank behind its dash or "
        "colon, or this one is indented too far."
    )


def _in_plain_words(what: str, context: str) -> str:
    if what in _SENTENCES:
        return _SENTENCES[what]
    if first := _CANNOT_BEGIN.fullmatch(what):
        sign = "a backtick" if first[1] == "`" else f"`{first[1]}`"
        return f"a text cannot begin with {sign}. Put it in quotes."
    if escape := _UNKNOWN_ESCAPE.fullmatch(what):
        return f"`\\{escape[1]}` means nothing inside double quotes. Write `\\\\{escape[1]}`, or use single quotes."
    if context in ("while scanning an alias", "while scanning an anchor"):
        return "a text cannot begin with `*` or `&`. Put it in quotes."
    if context == "while scanning a block scalar":
        return "`|` and `>` begin a text that stands on the lines below. Put a text that begins with one in quotes."
    return f"{what}. {LOOK}"


def in_quotes(event: yaml.Event) -> yaml.ScalarEvent | None:
    """Return the event if it is a value in quotes."""
    return event if isinstance(event, yaml.ScalarEvent) and event.style in _QUOTES else None

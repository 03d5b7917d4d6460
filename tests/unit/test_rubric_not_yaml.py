"""Rubrics that are not YAML: the line that an instructor has to look at, and what to do there."""

from __future__ import annotations

import pytest
from rubrics import problems, rubric_text

UNDER = "this key does not fit below the line above."
CASES = {
    "quote left open": ("title: A title", 'title: "A title', 'hint: "Look again."', 11, "the next one is in line 15."),
    "quote never closed": ("title: A title", "title: 'A title", "", 11, "a quote is opened here and never closed."),
    "open in brackets": ("[listens]", '["listens]', 'hint: "Look again."', 14, "the next one is in line 15."),
    "text behind a quote": ("title: A title", 'title: "A" title', "", 11, "text goes on behind a closing quote"),
    "apostrophe in quotes": ("title: A title", "title: 'It's'", "", 11, "text goes on behind a closing quote"),
    "colon forgotten": ("title: A title", "title A title", "", 11, "this line has no colon and blank behind its key."),
    "blank forgotten": ("points: 3\n    run", "points:3\n    run", "", 12, "this line has no colon and blank"),
    "first colon forgotten": ("title: Upper", "title Upper", "", 2, UNDER),
    "dash without a blank": ("  - id", "  -id", "", 11, UNDER),
    "one blank too few": ("    title: A", "   title: A", "", 11, "this line, or one not far above, is not indented"),
    "one blank too many": ("    title: A", "     title: A", "", 11, UNDER),
    "bracket left open": ("[listens]", "[listens", "", 14, "not closed before line 15. Close it with `]`"),
    "brace left open": ("reference: server.py}", "reference: server.py", "", 7, "before line 8. Close it with `}`"),
    "bracket too many": ("[listens]", "[listens]]", "", 14, "a bracket is closed here that was not opened."),
    "comma forgotten": ("server.py, ref", "server.py ref", "", 7, "a comma is missing between two entries"),
    "escape that is none": ("title: A title", r'title: "A \d"', "", 11, r"`\d` means nothing inside double quotes."),
    "no-break spaces": ("    title: A", "\u00a0   title: A", "", 11, "begins with a blank that is no space (U+00A0)"),
    "star": ("title: A title", "title: *A* title", "", 11, "a text cannot begin with `*` or `&`."),
    "backtick": ("title: A title", "title: `A` title", "", 11, "a text cannot begin with a backtick."),
    "greater": ("title: A title", "title: > A title", "", 11, "begin a text that stands on the lines below."),
    "dash": ("title: A title", "title: - A title", "", 11, "Put a text that begins with it in quotes."),
    "list of keys": ("  host: 127", "  - host: 127", "", 5, "a key stands here where the list above goes on."),
}  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "hint", "line", "message"), CASES.values(), ids=CASES)
def test_the_line_with_the_slip_is_named(right: str, wrong: str, hint: str, line: int, message: str) -> None:
    """Not the line at which the parser noticed."""
    text = rubric_text()
    assert right in text
    (told,) = problems(text.replace(right, wrong, 1).replace("hint: Look again.", hint or "hint: Look again.", 1))
    assert told.startswith(f"rubric.yaml, line {line}: this is not YAML: ")
    assert message in told
    assert told.endswith((".", "?"))


def test_a_missing_dash_is_thought_of_where_keys_come_twice() -> None:
    """Two checks that run into each other."""
    text = rubric_text().replace("    hint: Look again.\n", "    hint: Look again.\n    id: server.b\n", 1)
    assert problems(text) == [
        "rubric.yaml, line 16: `id` is given twice (first on line 10). Keep one of them, or begin another entry of the "
        "list with `- `."
    ]

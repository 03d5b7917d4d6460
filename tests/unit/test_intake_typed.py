"""The text of a page that a learning platform made of what was typed into it."""

from __future__ import annotations

import pytest

from grader.intake import bounds
from grader.intake.typed import text_of


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("one<br>two<br/><br />three", "one\ntwo\n\nthree"),
        ("<p>one</p>\n\n\n<p> two </p>", "one\n\ntwo"),
        ("<h1>a</h1><h3>b</h3>c", "# a\n\n### b\n\nc"),
        ("<ul><li>a</li><li><p>b</p></li></ul>c", "- a\n\n- b\n\nc"),
        ("<ol><li>a<li>b</ol><p>x</p><ol start='3'><li>c</li></ol>", "1. a\n2. b\n\nx\n\n3. c"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n\n- b\n\n2. c"),
        ("<p><strong>Question 1</strong> It <b>binds</b>.</p>", "**Question 1** It binds."),
        ("x<br><b>Q2:</b> y", "x\n**Q2:** y"),
        ("<h2><strong>Question 1</strong></h2><p>a</p>", "## **Question 1**\n\na"),
        ("<p><b></b>a</p><li></li>b", "a\n\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>c  d", "a\nb\n\nc d"),
        ("a&nbsp;&lt;b&gt; &amp; &eacute;&#8212;&#x41;", "a <b> & é—A"),
        ("## Question 1<br>It binds", "## Question 1\nIt binds"),
        ("1 < 2 <3 > 0", "1 < 2 <3 > 0"),
        ("a<!-- b --><!DOCTYPE x><?php y ?></ >c", "ac"),
        ("<p title=\"a>b\" class='>'>c</p>", "c"),
        ("<STYLE>p{}</style><script>'<p>'</script><p>a</P>", "a"),
        ("<title>T &amp; x</title><h1>T &amp;  x</h1><p>a</p>", "a"),
        ("<title>T</title><h1>U</h1><p>a</p>", "# U\n\na"),
        ("", ""),
    ],
)
def test_a_page_becomes_text(page: str, text: str) -> None:
    """As one would have written it in Markdown."""
    assert text_of(page.encode()) == (type(text_of(b""))(text, True))


@pytest.mark.parametrize("page", ["a<p", "a<!-- b", "a<p title='", "a<script>b", "a<!doctype"])
def test_what_is_never_closed_hides_the_rest_and_is_said(page: str) -> None:
    """As in a browser."""
    typed = text_of(page.encode())
    assert (typed.text, typed.whole) == ("a", False)


@pytest.mark.parametrize("number", ["&#" + "9" * 100_000 + ";", "&#x" + "f" * 100_000 + ";", "&#55296;"])
def test_numbers_that_are_no_characters(number: str) -> None:
    """They become the sign for that."""
    assert text_of(number.encode()).text == "\ufffd"


def test_bytes_of_any_kind() -> None:
    """UTF-8 or not, and NUL."""
    assert text_of(b"<p>na\xefve\0</p>").text == "naïve"


@pytest.mark.parametrize(
    "piece", ["<a ", "<a/", "<a b='c' ", '<a b="', "<!--", "<!--x--!", "</", "<", "<p>", "<ol><li>x", "<b>x<p>", '<a>"',
              "&#99", "<script></script>", "<title>", "<?", "  ", "<pre> \n"],
)  # fmt: skip
def test_no_page_takes_long(piece: str) -> None:
    """A reader that looks back at each piece would take minutes, and be ended by the suite's own time-out."""
    size = bounds.MAX_PAGE_BYTES // 8
    page = (piece * size)[:size].encode()
    assert text_of(page).text.count("\0") == 0

"""No text that a student supplied leaves its place, whatever it is printed on."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import grades
import pytest
from grades import summarize
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.model import CheckScore, Grade, Status
from grader.report import escape
from grader.report.names import Names, file_name
from grader.report.results import render_results_json, render_scores_csv, score_columns
from grader.report.staff import render_overview, render_overview_row, render_staff_html
from grader.report.student import student_html, student_markdown
from grader.report.terminal import render_check_terminal, render_summary_table
from grader.report.view import student_view

RUBRIC = grades.a_rubric()

BAIT = [
    "</p><script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "]]>--><!-- rows -->",
    "{{ 7 * 7 }}{% raw %}",
    "[click](https://evil.example) https://evil.example www.evil.example me@evil.example",
    "# heading\n\n- list\n\n> quote\n\n---\n\n<b>bold</b> **bold** _it_ `code` ```\n````\n~~~",
    "`` ` ``` unbalanced",
    "\x1b[31mred\x1b]0;title\x07\x9b2J\u202egnp.exe\r\n\x00\x08",
    '=HYPERLINK("http://evil")\t@SUM(1) +1 -1',
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "\ud800 lone",
]
texts = (
    st.sampled_from(BAIT) | st.text(st.characters(codec=None), max_size=60) | st.text("<>&`*_[]()!#|\\~\n -=+'\"a1.:/@")
)


def a_hostile_grade(text: str) -> Grade:
    """A grade in which everything that a student may influence is `text`."""
    seen = grades.failed(
        "server.listens", reason=text, next_step=text, file=text, source=text, evidence=(text,), staff_note=text
    )
    answer = grades.a_question_score(
        answer=text,
        points=Decimal(5),
        hints=(text,),
        review_reasons=(text,),
        criteria=(grades.a_criterion_score("port", evidence=text), grades.a_criterion_score("order", False)),
    )
    return grades.a_grade(
        seen,
        grades.skipped("server.ends", reason=text),
        grades.passed("client.sends", reason=text),
        submission=text,
        questions=(answer,),
        notes=(grades.a_note(text, needs_person=True),),
        status=Status.NEEDS_REVIEW,
        review_reasons=(text,),
    )


class Page(HTMLParser):
    """The tags with their attributes, and the text, of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def overview(grade: Grade) -> str:
    summary, name = summarize(RUBRIC, [grade]), file_name(grade.submission)
    return "".join(render_overview(RUBRIC, summary, [render_overview_row(grade, RUBRIC, name)]))


def without_links(page: Page) -> list[object]:
    """Tags but for the links to pages, whose names depend on the id, and `mark`, which depends on the words."""
    return [
        (tag, tuple((name, value) for name, value in attributes if name != "href"))
        for tag, attributes in page.tags
        if tag not in ("mark", "code", "p")
    ]


PAGES = {
    "student": lambda grade: student_html(student_view(grade, RUBRIC)),
    "staff": lambda grade: render_staff_html(grade, RUBRIC),
    "overview": overview,
}


@pytest.mark.parametrize("kind", PAGES)
@settings(max_examples=40, deadline=None)
@given(text=texts.filter(str.strip))
def test_student_text_is_only_ever_text_in_html(kind: str, text: str) -> None:
    """Hostile text makes no tag and no attribute that harmless text would not have made."""
    hostile, harmless = Page(PAGES[kind](a_hostile_grade(text))), Page(PAGES[kind](a_hostile_grade("harmless")))
    assert without_links(hostile) == without_links(harmless)
    assert not any(
        escape.HIDDEN & {unicodedata.category(sign)} for sign in hostile.text if sign not in "\n\t\u200c\u200d"
    )


@pytest.mark.parametrize("kind", PAGES)
def test_pages_allow_no_script_and_load_nothing(kind: str) -> None:
    """The policy names one style sheet by its hash; there is no script, image, outside address or inline style."""
    page = PAGES[kind](grades.a_grade())
    tags = Page(page).tags
    policy = dict(tags[3][1])["content"] or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not {"script", "img", "link", "iframe", "object", "form"} & {tag for tag, _ in tags}
    assert not any(name == "style" or name.startswith("on") for _, attributes in tags for name, _ in attributes)
    assert "http:" not in page
    assert "https:" not in page


def markdown_tokens(text: str) -> set[str]:
    """Kinds of markup that a renderer makes, with tables, strike-through and bare links allowed."""
    parser = MarkdownIt("gfm-like", {"linkify": False})
    found = set()
    for block in parser.parse(text):
        found |= {block.type, *(child.type for child in block.children or ())}
    return found


@settings(max_examples=150, deadline=None)
@given(text=texts)
def test_student_text_is_only_ever_text_in_markdown(text: str) -> None:
    """One line of Markdown made from any text holds words and code, and nothing else."""
    allowed = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "code_inline"}
    assert markdown_tokens(escape.markdown(text)) <= allowed
    assert markdown_tokens(f"- {escape.markdown(text)}") <= allowed | {
        "bullet_list_open",
        "bullet_list_close",
        "list_item_open",
        "list_item_close",
    }
    assert markdown_tokens(escape.markdown_block(text)) == {"fence"}
    (inline,) = [token for token in MarkdownIt().parse(escape.markdown_code(text)) if token.type == "inline"]
    assert {child.type for child in inline.children or ()} <= {"code_inline", "text"}


@settings(max_examples=40, deadline=None)
@given(text=texts.filter(str.strip))
def test_feedback_in_markdown_holds_no_link_and_no_html(text: str) -> None:
    """A whole feedback file has the headings, lists and fences that we put there."""
    found = markdown_tokens(student_markdown(student_view(a_hostile_grade(text), RUBRIC)))
    assert not found & {
        "link_open",
        "html_block",
        "html_inline",
        "image",
        "blockquote_open",
        "table_open",
        "code_block",
    }


@pytest.mark.parametrize("bait", ["https://evil.example/x", "www.evil.example", "me@evil.example", "evil.example:80"])
def test_what_a_renderer_might_link_is_set_as_code(bait: str) -> None:
    """Bare addresses, which renderers link of their own accord, are code."""
    assert f"`{bait}`" in escape.markdown(f"see {bait} now")


@settings(max_examples=60, deadline=None)
@given(text=texts)
def test_no_control_reaches_the_terminal(text: str) -> None:
    """A terminal gets letters and line ends; with colours, our own colours besides."""
    grade = a_hostile_grade(text)
    plain = render_check_terminal(student_view(grade, RUBRIC)) + render_summary_table(summarize(RUBRIC, [grade]))
    assert not any(unicodedata.category(sign) in escape.HIDDEN for sign in plain if sign not in "\n\u200c\u200d")
    coloured = render_check_terminal(student_view(grade, RUBRIC), colour=True)
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"):
        coloured = coloured.replace(code, "")
    assert "\x1b" not in coloured


@settings(max_examples=60, deadline=None)
@given(texts)
def test_the_csv_holds_no_formula_and_reads_back(text: str) -> None:
    """A spreadsheet computes nothing, and the csv module finds the same cells again."""
    document = "".join(render_scores_csv(RUBRIC, [grades.a_grade(submission=text)]))
    rows = list(csv.reader(io.StringIO(document, newline="")))
    assert rows[0] == ["id", "status", "total", "max", *score_columns(RUBRIC)]
    assert len(rows) == 2
    assert len(rows[1]) == len(rows[0])
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) for cell in rows[1])
    assert rows[1][1:4] == ["graded", "46", "46"]


@settings(max_examples=60, deadline=None)
@given(texts)
def test_the_json_reads_back_and_hides_nothing(text: str) -> None:
    """results.json is plain UTF-8 whatever the text, and holds exactly that text."""
    document = "".join(render_results_json(RUBRIC, "0.1.0", [a_hostile_grade(text)]))
    assert not any(sign in document for sign in "\x1b\x9b\u202e\u2028")
    entry = json.loads(document.encode("utf-8"))["submissions"][0]
    assert (entry["id"], entry["checks"][0]["reason"]) == (text, text)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_file_names_are_harmless(text: str) -> None:
    """Whatever an id is, its file name is short, plain, and no way out of the folder."""
    name = file_name(text)
    assert 0 < len(name) <= 80
    assert all(sign.isascii() and (sign.isalnum() or sign in "._-") for sign in name)
    assert name[0] not in ".-"
    assert name[-1] != "."


@pytest.mark.parametrize("plain", ["ada", "mustermann_erika_4711", "s.2-b", "Group_7"])
def test_an_ordinary_id_is_its_own_file_name(plain: str) -> None:
    """Nothing is changed that need not be."""
    assert file_name(plain) == plain


@pytest.mark.parametrize(
    "odd", ["../../etc/passwd", "-rf", ".bashrc", "a b", "José", "con", "aux.txt", "x" * 300, "", "名前"]
)
def test_an_altered_id_gets_a_hash(odd: str) -> None:
    """Two ids that would look the same after cleaning stay apart."""
    assert file_name(odd) != odd
    assert file_name(odd)[-6:].isalnum()
    assert file_name(odd) != file_name(odd + " ")


@given(st.lists(st.sampled_from(["ada", "Ada", "ADA", "a b", "a  b", "A B", "con", "CON"]) | texts, unique=True))
@settings(deadline=None)
def test_names_differ_even_where_case_does_not_count(ids: list[str]) -> None:
    """No two students share a folder, on any file system."""
    names = Names()
    given_names = [names.name(each).casefold() for each in ids]
    assert len(set(given_names)) == len(ids)


def test_piles_of_marks_are_cut() -> None:
    """Zalgo text does not paint over its neighbours; ordinary accents stay."""
    assert escape.visible("e\u0301" + "a" + "\u0301" * 50) == "e\u0301a" + "\u0301" * 4
    assert escape.visible("\x1b\u202e\x9b\x7f\n") == "␛\\u202e\\x9b␡␊"
    assert escape.visible_lines("a\tb\r\nc\r") == "a\tb\nc␍"


def test_student_pages_hold_nothing_for_staff_and_nobody_else() -> None:
    """No staff note, review reason, idea or other student is on a student's page."""
    secret = grades.a_grade(
        grades.failed("server.listens"),
        grades.harness_error("client.sends"),
        status=Status.HARNESS_ERROR,
        review_reasons=("REASON-FOR-STAFF",),
        questions=(
            grades.a_question_score(
                points=Decimal(5),
                review_reasons=("REASON-FOR-STAFF",),
                needs_review=True,
                criteria=(grades.a_criterion_score("port"), grades.a_criterion_score("order", False)),
            ),
        ),
    )
    told = [
        student_html(student_view(secret, RUBRIC)),
        student_markdown(student_view(secret, RUBRIC)),
        render_check_terminal(student_view(secret, RUBRIC)),
    ]
    for page in told:
        assert "STAFF" not in page
        assert grades.IDEA not in page
    staff = render_staff_html(secret, RUBRIC)
    assert all(word in staff for word in ("STAFF: looked at", "REASON-FOR-STAFF", grades.IDEA))


def test_a_grade_of_an_older_rubric_can_still_be_shown() -> None:
    """A check or criterion that the rubric no longer has does not break a page."""
    old = grades.a_grade()
    gone = CheckScore(
        id="old.check", title="Old", points=old.points, max=old.max, observation=grades.skipped("old.check")
    )
    old = replace(old, checks=(*old.checks, gone), questions=(grades.a_question_score(9, points=Decimal(0)),))
    for render in PAGES.values():
        assert render(old)

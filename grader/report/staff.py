"""Pages for the staff: one for each submission, with everything that a student must not see, and one for the class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from grader.model import CheckScore, Grade, Rubric, Status, Verdict
from grader.report import words
from grader.report.escape import visible
from grader.report.page import render_page
from grader.report.results import score_columns
from grader.report.standing import has_total, is_unopened, staff_reasons, why_unread
from grader.report.statistics import FailedCheck, Summary
from grader.report.words import amount, points_word

ROWS_MARK = "<!-- rows -->"
"""Where the rows go. No value can print it: its first character is always escaped."""

ROWS_IN_A_TABLE = 100
"""A browser lays out only the tables that are in view, so a class of 10,000 opens at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Answers that wait for a person and are alike: a cluster of the queue.

    `answers`: how many.  `different`: how many of them differ in their words.  `texts`: of these, the first few.
    `submissions`: of whom, the first few.
    """

    id: str
    answers: int
    different: int
    texts: tuple[str, ...]
    submissions: tuple[str, ...]


def render_staff_html(grade: Grade, rubric: Rubric) -> str:
    """The staff's page on one submission: evidence, ideas, staff notes, and why a person is needed."""
    ideas = {(question.id, one.id): one.idea for question in rubric.questions for one in question.criteria}
    so_far = f"{amount(grade.points)} of {points_word(grade.max)}"
    total = f"{words.NOT_GRADED}, {so_far} so far" if grade.status is Status.HARNESS_ERROR else so_far
    if unopened := is_unopened(grade):
        total = words.NOT_GRADED
    return render_page(
        "staff",
        f"{grade.submission}: {total}",
        grade=grade,
        rubric=rubric,
        ideas=ideas,
        total=total,
        reasons=staff_reasons(grade),
        checks=[] if unopened else _told_once(grade.checks),
        questions=() if unopened else grade.questions,
        unread=words.for_staff(why_unread(grade)),
    )


def _told_once(checks: Sequence[CheckScore]) -> list[CheckScore]:
    """The checks, where the fault of ours that several share is not told in each of them: it stands above them all."""
    faults = Counter(one.observation.staff_note for one in checks if one.observation.verdict is Verdict.HARNESS_ERROR)

    def shortened(score: CheckScore) -> CheckScore:
        seen = score.observation
        if seen.verdict is not Verdict.HARNESS_ERROR or faults[seen.staff_note] < 2:
            return score
        told = words.TOLD_ABOVE.format(count=words.count(faults[seen.staff_note], "check"))
        return replace(score, observation=replace(seen, reason="", next_step="", staff_note=told))

    return list(map(shortened, checks))


def render_overview(
    rubric: Rubric, summary: Summary, rows: Iterable[str], alike: Sequence[Alike] = ()
) -> Iterator[str]:
    """Pieces of the overview page; joined, a whole HTML document.

    `rows` come from `render_overview_row`, in order. `alike`: answers to be decided side by side.
    """
    columns = score_columns(rubric)
    page = render_page(
        "overview",
        f"Overview: {summary.assignment}",
        rubric=rubric,
        summary=summary,
        failed={check.id: check for check in summary.failed},
        nothing=FailedCheck(id="", title="", failed=0, skipped=0),
        tallest=max(summary.bars) or 1,
        alike=alike,
    )
    head, tail = page.split(ROWS_MARK)
    yield head
    remaining = iter(rows)
    while table := "".join(islice(remaining, ROWS_IN_A_TABLE)):
        yield _table(table, len(rubric.checks), columns)
    yield tail


def _table(rows: str, checks: int, columns: Sequence[str]) -> str:
    """One table of at most 100 rows. The headings are the numbers that the list of checks explains."""
    marks = "".join(f'<th scope="col" class="c">{place}' for place in range(1, checks + 1))
    questions = "".join(f'<th scope="col" class="q">{_html(name)}' for name in columns[checks:])
    return (
        '<div class="part"><table><thead><tr><th scope="col" class="i">Submission<th scope="col" class="s">Status'
        f'<th scope="col" class="t">Total{marks}{questions}<th scope="col" class="p">Student’s page</thead><tbody>\n'
        f"{rows}</tbody></table></div>\n"
    )


def render_overview_row(grade: Grade, rubric: Rubric, name: str) -> str:
    """One row of the overview, ending in a line end. `name` is the file name of the submission."""
    verdicts = {score.id: score.observation.verdict for score in grade.checks}
    points = {score.id: score.points for score in grade.questions}
    marks = "".join(_CELLS[verdicts[check.id]] if check.id in verdicts else "<td>" for check in rubric.checks)
    answers = "".join(
        f"<td>{amount(points[question.id])}" if question.id in points else "<td>" for question in rubric.questions
    )
    total, group = amount(grade.points), " full" if grade.points >= grade.max else " less"
    if is_unopened(grade):
        total, group = "", ""
        marks, answers = "<td>" * len(rubric.checks), "<td>" * len(rubric.questions)
    elif not has_total(grade):
        total, group = "?", ""
    return (
        f'<tr class="{grade.status.value}{group}"><th scope="row"><a href="staff/{name}.html">'
        f"{_html(grade.submission)}</a><td>{words.STATUS[grade.status.value]}<td>{total}"
        f'{marks}{answers}<td><a href="students/{name}/feedback.html">page</a>\n'
    )


_CELLS = {
    Verdict.PASSED: "<td>✓",
    Verdict.FAILED: "<td class=f>✗",
    Verdict.SKIPPED: "<td class=w>–",
    Verdict.HARNESS_ERROR: "<td class=h>?",
}
"""End tags of cells and rows may be left out in HTML, and 10,000 rows are then half as long."""


def _html(text: str) -> str:
    from markupsafe import escape

    return str(escape(visible(text)))

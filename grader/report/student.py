"""A student's own pages: HTML to look at, Markdown to paste. What is on them is decided in `view.py`."""

from __future__ import annotations

from collections.abc import Iterator

from grader.report import words
from grader.report.escape import markdown, markdown_block, markdown_code
from grader.report.page import render_page
from grader.report.view import AnswerView, CheckView, View
from grader.report.words import amount


def student_html(view: View) -> str:
    """The feedback page of one student: a whole HTML document without scripts or outside resources."""
    title = f"{view.assignment}: {view.total}"
    return render_page("student", title, view=view, remarks=remarks)


def student_markdown(view: View) -> str:
    """The same in Markdown, ending in a line end."""
    blocks = [*_top(view), *_to_fix(view), *_not_tried(view), *_works(view), *_answers(view), *_notes(view)]
    return "\n\n".join([*blocks, "---", words.FOOTER]) + "\n"


def _top(view: View) -> Iterator[str]:
    yield f"# {markdown(view.assignment)}: {view.total}"
    yield f"**{markdown(view.headline)}**"
    if view.cost:
        yield view.cost
    yield from view.pending
    if not view.checks:
        yield f"Hand-in: {markdown_code(view.submission)}"
        return
    totals = f"Programs {view.programs}"
    totals += "".join(
        f" · Question {each.number}: {amount(each.points)} of {amount(each.max)}" for each in view.answers
    )
    yield totals + (f" · Taken off: {amount(view.penalty)}" if view.penalty else "")
    yield f"Hand-in: {markdown_code(view.submission)}"


def _to_fix(view: View) -> Iterator[str]:
    if view.causes:
        yield "## What to do next"
    for cause in view.causes:
        yield from _failed_check(cause.first)
        if also := cause.checks[1:]:
            yield words.ALSO
            yield "\n".join(f"- ✗ {_scored(check)}" for check in also)


def _scored(check: CheckView) -> str:
    return f"{markdown(check.title)} ({amount(check.points)} of {words.points_word(check.max)})"


def _failed_check(check: CheckView) -> Iterator[str]:
    yield f"### ✗ {_scored(check)}"
    yield markdown(check.reason)
    if check.place:
        yield f"{markdown_code(check.place)}:"
    if check.source and check.source.strip():
        yield markdown_block(check.source.strip())
    if check.evidence:
        yield "\n".join(f"- {markdown(fact)}" for fact in check.evidence)
    if check.next_step:
        yield f"**Next step:** {markdown(check.next_step)}"


def _not_tried(view: View) -> Iterator[str]:
    waiting = view.having("skipped", "harness-error")
    if waiting:
        yield "## Not tried"
        yield "\n".join(
            f"- {words.MARK[check.verdict]} {markdown(check.title)} ({words.points_word(check.max)})"
            + (f". {markdown(check.reason)}" if check.reason else "")
            for check in waiting
        )


def _works(view: View) -> Iterator[str]:
    works = view.having("passed")
    if works:
        yield "## What works"
        yield "\n".join(
            f"- ✓ {markdown(check.title)} ({words.points_word(check.points)})"
            + (f". {markdown(check.reason)}" if check.reason else "")
            for check in works
        )


def _answers(view: View) -> Iterator[str]:
    for answer in view.answers:
        yield f"## Question {answer.number}: {amount(answer.points)} of {words.points_word(answer.max)}"
        if answer.prompt:
            yield markdown(answer.prompt)
        if answer.answered:
            yield "Your answer:"
            yield markdown_block("".join(stretch.text for stretch in answer.words))
        earned = [" ".join(stretch.text.split()) for stretch in answer.words if stretch.earned]
        if earned:
            yield "Words that earned points: " + ", ".join(f"“{markdown(text)}”" for text in earned)
        yield "\n".join(f"- {markdown(remark)}" for remark in remarks(answer))


def remarks(answer: AnswerView) -> list[str]:
    """What is said below an answer; at least one sentence."""
    if not answer.answered:
        return [words.NOT_READ if answer.unread else words.NOT_ANSWERED, *answer.hints]
    said = [*answer.missing, *answer.hints, *([words.TEACHER_READS] if answer.for_teacher else [])]
    return [words.COMPLETE, *said] if answer.complete else said or [words.MISSING_UNKNOWN]


def _notes(view: View) -> Iterator[str]:
    if view.notes:
        yield "## About the files"
        yield "\n".join(f"- {markdown(note)}" for note in view.notes)

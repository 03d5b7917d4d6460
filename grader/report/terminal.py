"""Lines for a terminal: what `grade check` tells a student, and the table at the end of a batch.

Plain strings with a few colours, only when asked for: `grade check` has to answer at once, and a table library costs
a good part of that time to import.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from grader.report import words
from grader.report.escape import visible
from grader.report.statistics import Summary
from grader.report.view import AnswerView, CheckView, View
from grader.report.words import amount

COLOURS = {"passed": "32", "failed": "31", "skipped": "33", "harness-error": "33", "bold": "1", "soft": "2"}
WIDEST = 100
MOST_FAILED = 5
PEOPLE_SHOWN = 20


class Paint:
    """Wraps words in colours, or leaves them as they are."""

    def __init__(self, *, colour: bool, width: int) -> None:
        self._colour = colour
        self.width = max(40, min(width, WIDEST))

    def __call__(self, style: str, text: str) -> str:
        """`text` (already made visible) in one of COLOURS."""
        return f"\x1b[{COLOURS[style]}m{text}\x1b[0m" if self._colour else text

    def wrapped(self, text: str, indent: str, first: str = "") -> Iterator[str]:
        """`text` made visible and broken into lines; backquotes are dropped where they only set off code."""
        yield from textwrap.wrap(
            visible(text),
            self.width,
            initial_indent=first or indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )


def render_check_terminal(view: View, *, colour: bool = False, width: int = 80) -> str:
    """What a student reads after `grade check`: every check with its reason, the line, and the next step.

    `width` is that of the terminal in columns; `colour` is for terminals only. Points are shown for the programs
    alone: answers are only said to look complete or not. Ends in a line end.
    """
    paint = Paint(colour=colour, width=width)
    lines = [paint("bold", visible(view.assignment)), ""]
    for check in view.checks:
        lines += _check_lines(check, paint)
    if view.answers:
        lines += ["", paint("bold", "Answers")]
    for answer in view.answers:
        lines += _answer_lines(answer, paint)
    for note in view.notes:
        lines += ["", *paint.wrapped(words.before_handing_in(note), "  ", "! ")]
    return "\n".join([*lines, "", *_closing_lines(view, paint)]) + "\n"


def _check_lines(check: CheckView, paint: Paint) -> Iterator[str]:
    mark = paint(check.verdict, words.MARK[check.verdict])
    points = f"{'?' if check.verdict == 'harness-error' else amount(check.points)}/{amount(check.max)}"
    room = paint.width - 2 - len(points)
    title = textwrap.shorten(visible(check.title), room - 1, placeholder="…") or "…"
    yield f"{mark} {title}{' ' * max(1, room - len(title))}{paint('soft', points)}"
    if check.same_as:
        yield from paint.wrapped(words.SAME_CAUSE.format(title=check.same_as), "    ")
        return
    if check.reason:
        yield from paint.wrapped(words.before_handing_in(check.reason), "    ")
    if check.verdict == "failed":
        yield from _where(check, paint)


def _where(check: CheckView, paint: Paint) -> Iterator[str]:
    if check.place:
        source = visible((check.source or "").strip().expandtabs(4))
        room = max(10, paint.width - len(visible(check.place)) - 7)
        source = source if len(source) <= room else source[: room - 1] + "…"
        yield f"    {paint('bold', visible(check.place))}" + (f" | {source}" if source else "")
    for fact in check.evidence:
        yield from paint.wrapped(fact, "      ", "    · ")
    if check.next_step:
        yield from paint.wrapped(check.next_step, "      ", "    → ")


def _answer_lines(answer: AnswerView, paint: Paint) -> Iterator[str]:
    style = "passed" if answer.complete else "skipped"
    title = f"Question {answer.number}"
    if not answer.answered:
        yield f"{paint(style, '–')} {title}: {'could not be read, see below' if answer.unread else 'no answer yet'}"
        return
    if answer.complete:
        yield f"{paint(style, '✓')} {title}: looks complete"
    for remark in () if answer.complete else answer.missing or (words.MISSING_UNKNOWN,):
        told = remark[0].lower() + remark[1:].rstrip(".")
        yield from _painted_first(paint.wrapped(f"{title}: {told}", "  ", "– "), paint, style)
    for hint in answer.hints:
        yield from paint.wrapped(hint, "      ", "    → ")


def _painted_first(lines: Iterator[str], paint: Paint, style: str) -> Iterator[str]:
    """Colours the sign in front of the first line."""
    first = next(lines)
    yield paint(style, first[0]) + first[1:]
    yield from lines


def _closing_lines(view: View, paint: Paint) -> Iterator[str]:
    not_made = len(view.having("harness-error"))
    rest = f"; {words.count(not_made, 'check')} could not be made, run it again" if not_made else ""
    yield paint("bold", f"Programs {amount(view.program_points)} of {amount(view.program_max)}{rest}")
    yield from paint.wrapped(words.before_handing_in(view.headline), "")


# --- the table at the end of a batch --------------------------------------------------------------------------------


def render_summary_table(summary: Summary, *, colour: bool = False, width: int = 80) -> str:
    """What the staff read after a batch: counts, the spread of the totals, the most failed checks, who needs a person,
    and who has no mark yet through a fault on our side.

    Ends in a line end.
    """
    paint = Paint(colour=colour, width=width)
    blocks = [
        _count_lines(summary),
        _spread_lines(summary),
        _failed_lines(summary, paint),
        _people(summary, paint),
        _faults(summary, paint),
    ]
    return "\n\n".join("\n".join(block) for block in map(list, blocks) if block) + "\n"


def _count_lines(summary: Summary) -> Iterator[str]:
    yield words.count(summary.submissions, "submission")
    for status, how_many in summary.statuses.items():
        yield f"  {how_many:>6}  {words.STATUS[status]}"


def _spread_lines(summary: Summary) -> Iterator[str]:
    spread = summary.spread
    if spread is not None:
        yield f"Totals, of {amount(summary.max)}"
        yield f"  mean {spread.mean:.1f}   median {spread.median:.1f}"
        yield f"  middle half {spread.lower:.1f} to {spread.upper:.1f}"
        yield f"  lowest {spread.lowest:g}   highest {spread.highest:g}"


def _failed_lines(summary: Summary, paint: Paint) -> Iterator[str]:
    if summary.failed:
        yield "Failed most often"
    for check in summary.failed[:MOST_FAILED]:
        share = f"{check.failed} of {summary.submissions}"
        yield f"  {share:>14}  {textwrap.shorten(visible(check.title), paint.width - 20, placeholder='…')}"


def _people(summary: Summary, paint: Paint) -> Iterator[str]:
    """Who needs a person, and why; the whole list is on the overview page."""
    if summary.people_count:
        yield paint("bold", f"Needs a person: {summary.people_count}")
    for person in summary.people[:PEOPLE_SHOWN]:
        why = words.listed(map(words.gist, person.reasons)) or words.STATUS[person.status]
        yield from paint.wrapped(f"{person.submission}: {why}", "      ", "  ")
    yield from _more(summary.people_count, len(summary.people))


def _faults(summary: Summary, paint: Paint) -> Iterator[str]:
    """Whose mark waits for us, a line each: the whole of what went wrong is on the staff's page."""
    if summary.faults_count:
        yield paint("bold", f"Fault on our side: {summary.faults_count}")
    for person in summary.faults[:PEOPLE_SHOWN]:
        why = words.gist(next(iter(person.reasons), words.STATUS[person.status]))
        yield f"  {textwrap.shorten(visible(f'{person.submission}: {why}'), paint.width - 2, placeholder=' …')}"
    yield from _more(summary.faults_count, len(summary.faults))


def _more(count: int, listed: int) -> Iterator[str]:
    more = count - min(PEOPLE_SHOWN, listed)
    if more:
        yield f"  and {more} more, on the overview page"

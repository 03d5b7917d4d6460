"""What a dry run tells, as lines for a terminal: how many marks would change, through which checks, and whose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from grader.model import Status
from grader.report import words
from grader.report.changes import Changes, Moved, Part
from grader.report.escape import visible
from grader.report.terminal import Paint
from grader.report.words import amount, count

WHY_SHOWN = 4
NAME_WIDTH, PART_WIDTH = 32, 34
SAID = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a dry run did beside comparing.

    `out`: the folder whose grades stand.  `run`: submissions whose programs were run for it.
    `ungraded`: submissions without a grade in `out`, which were left out.  `elsewhere`: grades in `out` of submissions
    that were not given.
    """

    out: str
    run: int
    ungraded: int
    elsewhere: int


def render_changes(changes: Changes, tried: Tried, *, colour: bool = False, width: int = 80) -> str:
    """All that would change, the class first, then checks and ideas, then each student. Ends in a line end.

    `width` is that of the terminal in columns; `colour` is for terminals only.
    """
    paint = Paint(colour=colour, width=width)
    blocks = [
        [paint("bold", line) for line in paint.wrapped(_headline(changes), "")] + list(_figures(changes)),
        list(_parts(changes, paint)),
        list(_sayings(changes, paint)),
        list(_students(changes, paint)),
        [line for fact in _facts(changes, tried) for line in paint.wrapped(fact, "")],
        list(_broken(changes, paint)),
        list(paint.wrapped(f"Dry run: nothing was written to {tried.out}.", "")),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


# --- the class ------------------------------------------------------------------------------------------------------


def _headline(changes: Changes) -> str:
    grades = count(changes.compared, "grade")
    if not changes.compared:
        return "Nothing to compare: no submission could be judged."
    if not changes.anything:
        rubric = " They were given by this very rubric; name an edited one with `-r`." if changes.same_rubric else ""
        return f"Nothing would change in {grades}.{rubric}"
    if not changes.moved:
        return f"No total and no status would change in {grades}."
    ups = sum(one.after > one.before for one in changes.moved)
    downs = sum(one.after < one.before for one in changes.moved)
    alone = len(changes.moved) - ups - downs
    kinds = [f"{ups} up", f"{downs} down"] + [f"{alone} in status alone"] * bool(alone)
    return f"{len(changes.moved)} of {grades} would change: {', '.join(kinds)}."


def _figures(changes: Changes) -> Iterator[str]:
    """Mean and people waiting, before and after."""
    if not changes.anything:
        return
    means = [f"{total / changes.compared:.2f}" for total in (changes.sum_before, changes.sum_after)]
    most = _became(_amounts(changes.max_before), _amounts(changes.max_after))
    yield f"  mean           {_became(*means)}, of {most}"
    more = changes.waiting_after - changes.waiting_before
    waiting = _became(str(changes.waiting_before), str(changes.waiting_after))
    yield f"  need a person  {waiting}" + (f" ({abs(more)} {'more' if more > 0 else 'fewer'})" if more else "")
    if changes.shifted:
        yield f"  other parts    {changes.shifted} (total and status stay; what parts are worth or bring changes)"
    if changes.reworded:
        yield f"  other words    {changes.reworded} (all points stay; titles, hints, notes or certainties change)"


def _became(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _amounts(several: Sequence[Decimal]) -> str:
    return "/".join(map(amount, several))


# --- checks and ideas -----------------------------------------------------------------------------------------------


def _parts(changes: Changes, paint: Paint) -> Iterator[str]:
    if not changes.parts:
        return
    width = min(max(len(part.id) for part in changes.parts), PART_WIDTH)
    heads = ("worth", "earned by", "up", "down", "class mean")
    rows = [_cells(part, changes.compared) for part in changes.parts]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    title = "Checks and ideas, by effect"
    yield paint("bold", f"{title:<{max(width + 2, len(title))}}  {_row(heads, widths)}".rstrip())
    room = max(width + 2, len(title)) - 2
    for part, row in zip(changes.parts, rows, strict=True):
        yield f"  {visible(part.id):<{room}}  {_row(row, widths)}".rstrip()


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _cells(part: Part, compared: int) -> tuple[str, str, str, str, str]:
    means = [f"{points / compared:.2f}" for points in (part.points_before, part.points_after)]
    earned = "" if part.adjustment else _became(str(part.earned_before), str(part.earned_after))
    return _worth(part), earned, str(part.up), str(part.down), _became(*means)


def _worth(part: Part) -> str:
    if part.adjustment:
        return ""
    if not part.worth_before:
        return f"new, {_amounts(part.worth_after)}"
    if not part.worth_after:
        return f"{_amounts(part.worth_before)}, gone"
    return _became(_amounts(part.worth_before), _amounts(part.worth_after))


def _sayings(changes: Changes, paint: Paint) -> Iterator[str]:
    """Where a hint, a title or a reason changes and no mark."""
    if changes.sayings:
        yield paint("bold", "Comes out as before, and something else is said of it")
        told = ", ".join(f"{name} ({how_many})" for name, how_many in changes.sayings)
        yield from paint.wrapped(told, "  ")


# --- students -------------------------------------------------------------------------------------------------------


def _students(changes: Changes, paint: Paint) -> Iterator[str]:
    """Everyone whose total or status changes: an instructor has to see all, and has a pager."""
    if not changes.moved:
        return
    yield paint("bold", "Students, biggest change first")
    names = [visible(one.submission) for one in changes.moved]
    width = min(max(map(len, names)), NAME_WIDTH)
    totals = [_total(one) for one in changes.moved]
    room = max(map(len, totals))
    for one, name, total in zip(changes.moved, names, totals, strict=True):
        step = _signed(one.after - one.before) if one.after != one.before else ""
        yield from paint.wrapped(
            f"{name:<{width}}  {total:<{room}}  {step:>6}  {_why(one)}", " " * (min(width, 20) + 4), "  "
        )


def _total(one: Moved) -> str:
    return _became(amount(one.before), amount(one.after))


def _signed(points: Decimal) -> str:
    return f"+{amount(points)}" if points > 0 else amount(points)


def _why(one: Moved) -> str:
    """Which parts moved it; and, where the status changes, from what to what and for which reason."""
    told = [f"{name} {_signed(by)}" for name, by in one.why[:WHY_SHOWN]]
    more = len(one.why) - WHY_SHOWN
    told += [f"{more} more"] if more > 0 else []
    said = [", ".join(told)] if told else []
    if one.status_before is not one.status_after:
        said.append(_status(one))
    if one.handed_in_again:
        said.append("handed in again")
    return "; ".join(said)


def _status(one: Moved) -> str:
    became = f"{words.STATUS[one.status_before]} → {words.STATUS[one.status_after]}"
    if not one.reasons:
        return became
    reason = one.reasons[0] if len(one.reasons[0]) <= SAID else one.reasons[0][:SAID].rstrip() + "…"
    more = f" (and {len(one.reasons) - 1} more)" if len(one.reasons) > 1 else ""
    was = "it was " if one.status_after is Status.GRADED else ""
    return f"{became}: {was}{reason}{more}"


# --- what else to know ----------------------------------------------------------------------------------------------


def _facts(changes: Changes, tried: Tried) -> Iterator[str]:
    judged = changes.compared + len(changes.broken)
    if tried.run:
        yield f"The programs of {tried.run} of {count(judged, 'submission')} were run for this."
    elif not changes.same_rubric:
        yield "No program was run: all was judged from what is stored."
    if changes.handed_in_again:
        yield f"Handed in again since the grade that stands: {changes.handed_in_again}. Those change by that as well."
    for version, how_many in changes.graders:
        yield (
            f"Given by grade {version}, not by this version: {count(how_many, 'grade')}. What the two judge "
            "differently is among the changes; a dry run with the rubric of then shows that alone."
        )
    if changes.rubrics > 1:
        yield f"The grades that stand were given by {changes.rubrics} rubrics; each is compared as it stands."
    if tried.ungraded:
        yield f"Without a grade in {tried.out} so far: {tried.ungraded}. Left out here; the run grades them."
    if tried.elsewhere:
        yield f"Grades in {tried.out} of other submissions than these: {tried.elsewhere}. Left out here."


def _broken(changes: Changes, paint: Paint) -> Iterator[str]:
    if changes.broken:
        yield paint("bold", f"Not judged, through a fault on our side: {len(changes.broken)}")
    for one in changes.broken:
        why = one.why if len(one.why) <= SAID else one.why[:SAID].rstrip() + "…"
        yield from paint.wrapped(f"{one.submission}: {why}", "      ", "  ")

"""`grade answers queue`: which answers of a graded class wait for a person, and a sheet for the decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.answers_cli.files import RUBRIC, learning, rubric_with_questions, short, write_own
from grader.errors import UsageError
from grader.report.words import count as counted

if TYPE_CHECKING:
    from grader.answers.queue import Cluster
    from grader.model import Question, Rubric

SHEET = "queue.csv"
_SHOWN = 20
_NAMES_SHOWN = 5


@click.command("queue")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--most", default=_SHOWN, show_default=True, type=click.IntRange(0), help="How many clusters to show.")
@click.option("-s", "--sheet", type=click.Path(path_type=Path), help=f"The sheet to write. Default: {SHEET} in OUT.")
@RUBRIC
def queue_command(out: Path, most: int, sheet: Path | None, rubric_path: Path | None) -> None:
    """List the answers in OUT, a folder of results, on which a person has to decide; alike ones together.

    The sheet has a row for each distinct answer, those of a cluster together, and no names. Put 1 or 0 where the
    engine suggests `1?` or `0?`, and give the sheet to `grade answers learn`: all answers with the same words are then
    settled.
    """
    path, rubric = rubric_with_questions(rubric_path)
    sheet = sheet or out / SHEET
    found = clusters_of(out, rubric)
    learn = learning(sheet, rubric_path)
    refuse_unlearnt(sheet, path, rubric.questions, learn)
    for line in listed(found, most):
        click.echo(line)
    if found:
        write_sheet(sheet, found, rubric.questions, _opinions(out, found))
        click.echo(f"{sheet}: put 1 or 0 in place of `1?` and `0?`, then `{learn}`.")


def clusters_of(out: Path, rubric: Rubric) -> list[Cluster]:
    """The waiting answers in a folder of results, in clusters. Raises UsageError when no grade is by this rubric."""
    from grader.answers.queue import clustered, waiting
    from grader.overrides import grades_in_force
    from grader.store import Store
    from grader.store.database import FILE_NAME

    if not (out / FILE_NAME).is_file():
        raise UsageError(f"{out} holds no results. Grade a class first: `grade run CLASS -o {out}`.")
    with Store.open(out) as store:
        grades = list(grades_in_force(store))
    mine = [one for one in grades if one.rubric == rubric.digest]
    if len(mine) < len(grades):
        told = (
            f"{len(grades) - len(mine)} of the {len(grades)} grades in {out} were made by another rubric, or before "
            "the last decisions. Run the same `grade run` again with this rubric: it scores from what is stored."
        )
        if not mine:
            raise UsageError(told)
        click.echo(f"Left out: {told}", err=True)
    return clustered(waiting(mine, rubric.questions))


def _opinions(out: Path, found: Sequence[Cluster]) -> dict[str, str]:
    """What a second opinion said before, if one was ever asked for."""
    from grader.answers_cli.opinions import FILE_NAME, calls, read_said, told

    said = read_said(out / FILE_NAME)
    return told(calls(found, said.model), said) if said else {}


def refuse_unlearnt(sheet: Path, rubric_path: Path, questions: Sequence[Question], learn: str) -> None:
    """Raise UsageError when the sheet exists and has decisions that are not learnt yet. `learn`: the command for it."""
    from grader.answers.decisions import FILE_NAME, load_decisions, merge
    from grader.answers.learn import take
    from grader.answers.marked import MarkedError, read_all

    if not sheet.exists():
        return
    cure = f"Learn from it (`{learn}`), or name another sheet with --sheet."
    try:
        found = read_all(sheet.read_text("utf-8-sig"), questions, is_csv=True)
    except (OSError, UnicodeDecodeError, MarkedError) as error:
        raise UsageError(f"{sheet} is there already and cannot be read ({error}). Move it, or use --sheet.") from None
    file = rubric_path.parent / FILE_NAME
    known = load_decisions(file, questions) if file.exists() else []
    merged = merge(known, take(found, questions).decided)  # decisions that cannot be learnt must not block for ever
    if merged.cells or merged.conflicts:
        raise UsageError(f"{sheet} is there already and holds decisions that are not learnt. {cure}")


def write_sheet(
    sheet: Path, found: Sequence[Cluster], questions: Sequence[Question], opinions: Mapping[str, str]
) -> None:
    """Write the sheet, whole or not at all. Raises UsageError."""
    from grader.answers.queue import rendered_sheet

    write_own(sheet, "\ufeff" + rendered_sheet(found, questions, opinions), cure="Name another with --sheet.")


def _summed(given: int, different: int, found: Sequence[Cluster]) -> str:
    """How much waits. `given`: number of answers; `different`: number of distinct wordings among them."""
    if given == 1:
        return "1 answer waits for a person."
    several = sum(cluster.students > 1 for cluster in found)
    wordings = f"{counted(different, 'wording')} and " if different < given else ""
    start = f"{given} answers wait for a person, in {wordings}{counted(len(found), 'cluster')} of alike ones"
    if len(found) == 1:
        return f"{start}."
    if not several:
        return f"{start}; none holds more than one student."
    return f"{start}; {several} of these {'holds' if several == 1 else 'hold'} more than one student."


def listed(found: Sequence[Cluster], most: int) -> list[str]:
    """The waiting clusters as lines; the clusters that concern the most students come first."""
    if not found:
        return ["No answer waits for a person."]
    answers = [one for cluster in found for one in cluster.answers]
    given = sum(len(one.students) for one in answers)
    lines = [_summed(given, len(answers), found)]
    for cluster in found[:most]:
        first = cluster.answers[0]
        doubt = f"in doubt: {', '.join(first.doubtful)}" if first.doubtful else first.score.review_reasons[0]
        wordings = f" in {len(cluster.answers)} wordings" if len(cluster.answers) > 1 else ""
        lines.append(f"{cluster.id}  {counted(cluster.students, 'answer')}{wordings}; {short(doubt)}")
        lines.append(f"    {short(first.score.answer) or '(no answer)'}")
        names = [name for one in cluster.answers for name in one.students]
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        lines.append(f"    {short(', '.join(names[:_NAMES_SHOWN]))}{more}")
    if len(found) > most:
        lines.append(f"… and {counted(len(found) - most, 'more cluster')} in the sheet.")
    return lines

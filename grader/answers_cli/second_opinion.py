"""`grade answers second-opinion`: another model's view of the queue, as advice beside the engine's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.answers_cli.files import RUBRIC, learning, rubric_with_questions, write_own
from grader.answers_cli.queueing import SHEET, clusters_of, refuse_unlearnt, write_sheet
from grader.report.words import count as counted

if TYPE_CHECKING:
    from grader.answers_cli.endpoint import Endpoint
    from grader.answers_cli.opinions import Call, Said

KEY = "GRADE_ENDPOINT_KEY"
_MOST_CALLS = 200
_SECONDS = 30.0
_SAVE_EVERY = 10
_FAILURES = 5


@click.command("second-opinion")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--endpoint", "address", required=True, help="Address of the API, e.g. http://localhost:11434/v1.")
@click.option("--model", required=True, help="Name of the model there.")
@click.option("--most", default=_MOST_CALLS, show_default=True, type=click.IntRange(1), help="How many calls at most.")
@click.option(
    "--seconds", default=_SECONDS, show_default=True, type=click.FloatRange(1, 600), help="How long to wait for a call."
)
@click.option("--key-env", default=KEY, show_default=True, help="The environment variable that holds the API key.")
@click.option("-s", "--sheet", type=click.Path(path_type=Path), help=f"The sheet to write. Default: {SHEET} in OUT.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before the first call.")
@RUBRIC
def second_opinion_command(
    out: Path,
    address: str,
    model: str,
    most: int,
    seconds: float,
    key_env: str,
    sheet: Path | None,
    yes: bool,
    rubric_path: Path | None,
) -> None:
    """Ask a chat endpoint of yours about the doubtful answers in OUT, and write what it says into the queue's sheet.

    It sends students' words, without names or ids, to that address; see that you may. One criterion a call, for
    doubtful criteria only. What it says is advice in a column of the sheet: no mark depends on it. Calls that were made
    are kept in OUT and not made again.
    """
    from grader.answers_cli.endpoint import endpoint
    from grader.answers_cli.opinions import FILE_NAME, Said, calls, read_said, told

    where = endpoint(address, model, os.environ.get(key_env, ""), seconds)
    path, rubric = rubric_with_questions(rubric_path)
    sheet = sheet or out / SHEET
    found = clusters_of(out, rubric)
    learn = learning(sheet, rubric_path)
    refuse_unlearnt(sheet, path, rubric.questions, learn)
    possible = calls(found, model)
    file = out / FILE_NAME
    before = read_said(file)
    known = dict(before.opinions) if before else {}
    wanted = [one for one in possible if one.key not in known]
    asked = wanted[:most]
    click.echo(cost(where, asked, len(wanted), len(possible)))
    if asked:
        if not yes:
            click.confirm("Send them?", abort=True)
        stopped = _ask_all(where, asked, Said(model, known), file)
        click.echo(f"{sum(one.key in known for one in asked)} of {counted(len(asked), 'call')} brought an opinion.")
        if stopped:
            click.echo(stopped, err=True)
    opinions = told(possible, Said(model, known))
    if opinions:
        write_sheet(sheet, found, rubric.questions, opinions)
        click.echo(f"{sheet}: the column `Second opinion` is advice; decide as without it.")


def cost(where: Endpoint, asked: Sequence[Call], wanted: int, possible: int) -> str:
    """What will be sent and where, in words; shown before anything is sent."""
    if not possible:
        return "No answer waits for a decision on a criterion; there is nothing to ask."
    if not asked:
        return f"All {possible} calls were made before; nothing is sent."
    sent = sum(one.characters for one in asked)
    answers = len({id(one.answer) for one in asked})
    left = f" {counted(wanted - len(asked), 'call')} left for another time (--most)." if wanted > len(asked) else ""
    before = f" {counted(possible - wanted, 'call')} of before not repeated." if possible > wanted else ""
    open_line = "" if where.private else " The connection is not encrypted."
    address = f"{where.url.scheme}://{where.url.netloc}{where.url.path}"
    return (
        f"{counted(len(asked), 'call')} on {counted(answers, 'answer')} to {address}, model {where.model}: {sent} "
        f"characters, about {sent // 4} tokens, and at most {300 * len(asked)} back; each call is tried up to three "
        f"times.{before}{left}{open_line}"
    )


def _ask_all(where: Endpoint, asked: Sequence[Call], said: Said, file: Path) -> str:
    """Make the calls and save the opinions, even when stopped. Returns why it ended early, or ""."""
    from grader.answers_cli.endpoint import RefusedError, UnusableError, ask

    in_a_row, last = 0, ""
    try:
        for place, one in enumerate(asked, start=1):
            try:
                said.opinions[one.key] = ask(where, one.messages)
                in_a_row = 0
            except UnusableError as error:
                in_a_row, last = in_a_row + 1, str(error)
                if in_a_row >= _FAILURES:
                    return f"Stopped after {_FAILURES} calls in a row without an opinion: {last.rstrip('.')}."
            except RefusedError as error:
                return f"Stopped: {error}"
            if place % _SAVE_EVERY == 0:
                _save(said, file)
    finally:
        _save(said, file)
    return f"Some calls brought nothing: {last.rstrip('.')}." if last else ""


def _save(said: Said, file: Path) -> None:
    from grader.answers_cli.opinions import said_text

    if said.opinions:
        write_own(file, said_text(said), cure="What was said since the last save is lost.")

"""`grade answers`: try an answer, and test the engine against answers that a person has marked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.answers.agreement import Cell
    from grader.answers.marked import Marked
    from grader.model import Question, QuestionScore

_WORST = 10
_LONGEST = 160


@click.group("answers")
def answers_group() -> None:
    """Try the marking of answers, or test it against marks of your own."""


_RUBRIC = click.option(
    "-r",
    "--rubric",
    "rubric_path",
    type=click.Path(path_type=Path),
    help="The rubric to mark by. Default: rubric.yaml in this folder, else the echo assignment's own.",
)


@answers_group.command("try")
@click.argument("text")
@click.option("-q", "--question", "name", help="The question's id. Default: the rubric's only or first one.")
@_RUBRIC
def try_command(text: str, name: str | None, rubric_path: Path | None) -> None:
    """Mark one answer and say why: the words that earned each idea, what is missing, and where it is unsure.

    `-` as TEXT reads the answer from standard input.
    """
    from grader.answers import score_answer

    if text == "-":
        text = sys.stdin.read()
    question = _question(_questions(rubric_path), name)
    for line in explained(question, score_answer(question, text)):
        click.echo(line)


@answers_group.command("test")
@click.argument("bank", type=click.Path(path_type=Path))
@click.option("--worst", default=_WORST, show_default=True, type=click.IntRange(0), help="How many errors to show.")
@_RUBRIC
def test_command(bank: Path, worst: int, rubric_path: Path | None) -> None:
    """How far the engine agrees with the marks in BANK, a .yaml or .csv file of marked answers.

    The CSV has the columns question, answer, and one for each criterion's id with 1 or 0.
    """
    from grader.answers import score_answer

    questions = _questions(rubric_path)
    known = {one.id: one for one in questions}
    scored = [(known[one.question], one, score_answer(known[one.question], one.text)) for one in _read(bank, questions)]
    for line in table(scored, worst):
        click.echo(line)


def explained(question: Question, score: QuestionScore) -> list[str]:
    """What a teacher reads about one answer."""
    from grader.model import number

    lines = [f"{question.title}: {number(score.points)} of {number(score.max)}"]
    for one in score.criteria:
        mark = "+" if one.met else "-"
        lines.append(
            f" {mark} {one.id} {number(one.points)}/{number(one.max)}  {one.probability:.0%}  {one.staff_note}"
        )
        if one.evidence:
            lines.append(f"     {one.evidence!r}")
    lines += [f" ? {reason}" for reason in score.review_reasons]
    lines += [f" hint: {hint}" for hint in score.hints]
    return lines


def table(scored: Sequence[tuple[Question, Marked, QuestionScore]], most: int) -> list[str]:
    """Agreement by criterion and over all, what is settled without a person, and the worst errors."""
    from grader.answers.agreement import cells, settled, totals, worst

    lines = [f"{'criterion':<28}{'cells':>6}{'accuracy':>10}{'precision':>11}{'recall':>8}{'kappa':>7}"]
    every: list[Cell] = []
    for question in dict.fromkeys(question.id for question, _, _ in scored):
        found = cells((marked, score) for asked, marked, score in scored if asked.id == question)
        every += found
        for name in dict.fromkeys(one.criterion for one in found):
            lines.append(_line(f"{question} {name}", [one for one in found if one.criterion == name]))
    lines.append(_line("all", every))
    plain = [one for one in every if not one.borderline]
    if len(plain) < len(every):
        lines.append(_line("all, without borderline", plain))
    sums = totals(scored)
    asked = sum(score.needs_review for _, _, score in scored)
    sure = settled(plain, len(scored), asked)
    lines += [
        f"points of {sums.count} answers: QWK {sums.qwk:.3f}, mean error {sums.mae:.2f}"
        + ("" if sums.unearned is None else f"; {sums.unearned:.1%} of those that deserve nothing got something"),
        f"settled without a person: {sure.share:.0%} of {len(scored)} answers; "
        f"{sure.right:.1%} of their cells are right (95 % interval {sure.low:.1%} to {sure.high:.1%})",
    ]
    shown = worst(every, most)
    if shown:
        lines.append("worst errors:")
    lines += [
        f"  {one.criterion} {'missed' if one.gold else 'wrongly met'} at {one.probability:.0%}: {_short(one.text)}"
        for one in shown
    ]
    return lines


def _line(name: str, found: Sequence[Cell]) -> str:
    from grader.answers.agreement import figures

    one = figures(found)
    return f"{name:<28}{one.count:>6}{one.accuracy:>10.3f}{one.precision:>11.3f}{one.recall:>8.3f}{one.kappa:>7.3f}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _questions(path: Path | None) -> tuple[Question, ...]:
    from grader.cli import find_rubric, load

    found = find_rubric(path, ())
    questions = load(found).questions
    if not questions:
        raise UsageError(f"{found} has no questions.")
    return tuple(questions)


def _question(questions: Sequence[Question], name: str | None) -> Question:
    if name is None:
        return questions[0]
    for one in questions:
        if one.id == name:
            return one
    raise UsageError(f"no question {name!r} in the rubric; it has {', '.join(one.id for one in questions)}.")


def _read(bank: Path, questions: Sequence[Question]) -> list[Marked]:
    from grader.answers.marked import MarkedError, read_marked

    try:
        return read_marked(bank.read_text("utf-8-sig"), questions, is_csv=bank.suffix.lower() == ".csv")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {bank}: {error}.") from None
    except MarkedError as error:
        raise UsageError(f"{bank}: {error}") from None

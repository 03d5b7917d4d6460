"""`grade answers try` and `test`: explains the marking of one answer, and compares the engine with a person's marks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.answers_cli.files import RUBRIC, read_bank, rubric_with_questions, short
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.answers.agreement import Cell
    from grader.answers.marked import Marked
    from grader.model import Question, QuestionScore

_WORST = 10


@click.command("try")
@click.argument("text")
@click.option("-q", "--question", "name", help="The question's id. Default: the rubric's only or first one.")
@RUBRIC
def try_command(text: str, name: str | None, rubric_path: Path | None) -> None:
    """Mark one answer and say why: the words that earned each idea, what is missing, and where it is unsure.

    `-` as TEXT reads the answer from standard input.
    """
    from grader.answers import score_answer

    if text == "-":
        text = sys.stdin.read()
    question = _question(rubric_with_questions(rubric_path)[1].questions, name)
    for line in explained(question, score_answer(question, text)):
        click.echo(line)


@click.command("test")
@click.argument("bank", type=click.Path(path_type=Path))
@click.option("--worst", default=_WORST, show_default=True, type=click.IntRange(0), help="How many errors to show.")
@RUBRIC
def test_command(bank: Path, worst: int, rubric_path: Path | None) -> None:
    """How far the engine agrees with the marks in BANK, a .yaml or .csv file of marked answers.

    The CSV has the columns question, answer, and one for each criterion's id with 1 or 0.
    """
    from grader.answers import score_answer

    questions = rubric_with_questions(rubric_path)[1].questions
    known = {one.id: one for one in questions}
    every = read_bank(bank, questions)
    marked = [one for one in every if one.question in known]
    if not marked:
        raise UsageError(f"{bank}: no marked answer to a question of the rubric; its questions are {', '.join(known)}.")
    for line in [*_left_out(every, questions), *_remembered(questions, marked)]:
        click.echo(line)
    scored = [(known[one.question], one, score_answer(known[one.question], one.text)) for one in marked]
    for line in table(scored, worst):
        click.echo(line)


def _left_out(every: Sequence[Marked], questions: Sequence[Question]) -> list[str]:
    """A note if a bank has answers to questions that the rubric does not have, for another rubric or by mistake."""
    known = [one.id for one in questions]
    others = [one for one in every if one.question not in known]
    if not others:
        return []
    return [
        f"Note: {len(others)} of these {len(every)} answers are left out, the first in line {others[0].line}: its "
        f"question is {others[0].question!r}, and the rubric has {', '.join(known)}."
    ]


def _remembered(questions: Sequence[Question], marked: Sequence[Marked]) -> list[str]:
    """A warning if the rubric already knows answers in the bank: the numbers then prove nothing about new ones."""
    from grader.answers.ideas import marked_wordings, normal_form

    known = {
        (question.id, normal_form(text))
        for question in questions
        for criterion in question.criteria
        for text, _ in marked_wordings(criterion)
    }
    count = sum((one.question, normal_form(one.text)) in known for one in marked)
    if not count:
        return []
    return [
        f"Note: {count} of these {len(marked)} answers are decided or examples already and come out so: the numbers "
        "flatter. Test on others."
    ]


def explained(question: Question, score: QuestionScore) -> list[str]:
    """What a teacher reads about one answer."""
    from grader.answers.ideas import normal_form
    from grader.model import number

    lines = [f"{question.title}: {number(score.points)} of {number(score.max)}"]
    if not normal_form(score.answer):
        return [*lines, *([f" ? {one}" for one in score.review_reasons] or ["There is no answer."])]
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
    """Agreement for each criterion and overall, what is settled without a person, and the worst errors."""
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
        f"settled without a person: {sure.share:.0%} of {len(scored)} answers"
        + (
            f"; {sure.right:.1%} of their cells are right (95 % interval {sure.low:.1%} to {sure.high:.1%})"
            if asked < len(scored)
            else ""
        ),
        *_covered(scored),
    ]
    shown = worst(every, most)
    if shown:
        lines.append("worst errors:")
    lines += [
        f"  {one.criterion} {'missed' if one.gold else 'wrongly met'} at {one.probability:.0%}: {short(one.text)}"
        for one in shown
    ]
    return lines


def _covered(scored: Sequence[tuple[Question, Marked, QuestionScore]]) -> list[str]:
    """How much could be settled at the rubric's target of precision if the doubt were chosen from marks like these."""
    from grader.answers.coverage import coverage, doubts

    target = scored[0][0].target_precision
    found = coverage(doubts((marked, score) for _, marked, score in scored), target)
    start = f"at the rubric's target of {target:.1%} (cross-validated): "
    if found is None:
        return [start + "nothing can be said from fewer than ten answers"]
    one, right = found.settled, found.right
    told = f"{one.value:.0%} of the answers settled (95 % interval {one.low:.0%} to {one.high:.0%})"
    if right:
        told += f", {right.value:.1%} of their cells right ({right.low:.1%} to {right.high:.1%})"
    return [start + told]


def _line(name: str, found: Sequence[Cell]) -> str:
    from grader.answers.agreement import figures

    one = figures(found)
    return f"{name:<28}{one.count:>6}{one.accuracy:>10.3f}{one.precision:>11.3f}{one.recall:>8.3f}{one.kappa:>7.3f}"


def _question(questions: Sequence[Question], name: str | None) -> Question:
    if name is None:
        return questions[0]
    for one in questions:
        if one.id == name:
            return one
    raise UsageError(f"no question {name!r} in the rubric; it has {', '.join(one.id for one in questions)}.")

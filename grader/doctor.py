"""`grade doctor`: what this machine offers, how to cure what is missing, and the assignment's own self-test."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from grader.alone import record
from grader.errors import HostError, UsageError
from grader.intake import read_folder
from grader.model import Grade, Rubric, Verdict, number
from grader.pipeline import assess
from grader.sandbox.host import conditions

MARKS = {"ok": "ok     ", "weaker": "weaker ", "missing": "MISSING"}


def examine(rubric: Rubric, rubric_path: Path) -> int:
    """Print every condition with its remedy, then the self-test. Returns 0 when all is well, 1 when the assignment
    fails its self-test, 3 when the machine cannot box programs."""
    found = conditions()
    for condition in found:
        print(f"{MARKS[condition.state]}  {condition.name}: {condition.detail}")
        if condition.remedy:
            print(f"         {condition.remedy}")
    if any(condition.state == "missing" for condition in found):
        print("Programs cannot be graded on this machine until this is cured.")
        return HostError.exit_code
    return self_test(rubric, rubric_path.resolve().parent)


def try_mutants() -> int:
    """Grade programs with one mistake each, made of the shipped assignment's solutions. Returns 1 when one of them is
    not caught, or not explained by its mistake. Raises UsageError where they are not at hand."""
    folder = Path(__file__).parents[1] / "tests" / "mutants"
    if not folder.is_dir():
        raise UsageError(
            "The mutants are part of a checkout of this project, and this is an installed copy. "
            "Clone the project, and run `.venv/bin/grade doctor --mutants` there."
        )
    return subprocess.run([sys.executable, str(folder)], check=False).returncode


def self_test(rubric: Rubric, folder: Path) -> int:
    """Grade the assignment's own solutions and starter."""
    solutions, starter = grade_folder(rubric, folder / "solutions"), grade_folder(rubric, folder / "starter")
    good = True
    if solutions is not None:
        good &= report("solutions", solutions, solutions.points, rubric.points)
    if starter is not None:
        good &= report("starter", starter, program_points(starter), Decimal(0))
    return 0 if good else 1


def grade_folder(rubric: Rubric, folder: Path) -> Grade | None:
    """The grade of one of the assignment's folders; None, said so, when it is not there."""
    try:
        submission = read_folder(folder, rubric)
    except UsageError:
        print(f"skipped  {folder.name}: there is no such folder beside the rubric")
        return None
    return assess(submission, rubric, asyncio.run(record(submission, rubric)))


def program_points(grade: Grade) -> Decimal:
    """Points of the checks alone: an untouched answers file is for the questions to judge."""
    return sum((check.points for check in grade.checks), Decimal(0))


def report(name: str, grade: Grade, points: Decimal, expected: Decimal) -> bool:
    """Print how one folder came out; with each check that is to blame, when it is not as it should be."""
    if points == expected:
        print(f"ok       {name}: {number(points)} points, as it should be")
        return True
    print(f"FAILED   {name}: {number(points)} points, but it should be {number(expected)}")
    for check in grade.checks:
        passed = check.observation.verdict is Verdict.PASSED
        if passed != bool(expected):
            print(f"         {check.id}: {check.observation.verdict} {check.observation.reason}")
    for question in grade.questions:
        if expected and question.points < question.max:
            lacking = ", ".join(one.id for one in question.criteria if not one.met)
            why = f"not found in the answers: {lacking}" if question.answer else "there is no answer"
            print(f"         {question.id}: {number(question.points)} of {number(question.max)}; {why}")
    return False

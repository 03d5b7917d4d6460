"""A submission whose programs sleep keeps nobody waiting, unless it holds what others need."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from grader.intake import read_folder
from grader.model import Rubric, Submission
from grader.pipeline import run_and_assess
from grader.rubric import load_rubric
from grader.runs import ReferenceBoxes
from grader.seats import each_seated

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
MEMORY_BYTES = 320 << 20
SLEEPS = "import time\ntime.sleep(6)\n"  # many times as long as another client's one run takes, on a busy machine too
SLEEPS_WITH_MUCH = f"held = b'x' * {MEMORY_BYTES // 4}\nimport time\ntime.sleep(2)\n"
QUICK = (ROOT / "solutions" / "echo-client.py").read_text()


@pytest.fixture
def rubric() -> Rubric:
    """One of the client's checks, which is one run."""
    whole = load_rubric(ROOT / "rubric.yaml")
    limits = replace(whole.limits, memory_bytes=MEMORY_BYTES)
    return replace(whole, limits=limits, checks=tuple(check for check in whole.checks if check.id == "client.connects"))


def submission(folder: Path, name: str, program: str, rubric: Rubric) -> Submission:
    (folder / name).mkdir()
    (folder / name / "echo-client.py").write_text(program)
    return read_folder(folder / name, rubric)


def finished(submissions: list[Submission], rubric: Rubric, *, seats: int) -> list[str]:
    """Names of submissions in the order in which they are done; the first one is seated first."""
    done: list[str] = []

    async def grade() -> None:
        references = ReferenceBoxes(rubric)

        async def grade_one(submission: Submission) -> None:
            await run_and_assess(submission, rubric, references)
            done.append(submission.id)

        try:
            await each_seated(submissions, seats, grade_one)
        finally:
            await references.close()

    asyncio.run(grade())
    return done


@pytest.mark.parametrize(
    ("first", "order"), [(SLEEPS, ["quick", "first"]), (SLEEPS_WITH_MUCH, ["first", "quick"])], ids=["light", "heavy"]
)
def test_who_is_let_in_beside_a_sleeper(first: str, order: list[str], rubric: Rubric, tmp_path: Path) -> None:
    hand_ins = [submission(tmp_path, "first", first, rubric), submission(tmp_path, "quick", QUICK, rubric)]
    assert finished(hand_ins, rubric, seats=1) == order

"""Hand-ins made in memory, graded as the command grades them: several at a time, in one event loop."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.model import Grade, Observation, Rubric, SourceFile, Submission, Verdict
from grader.pipeline import run_and_assess
from grader.rubric import load_rubric
from grader.runs import ReferenceBoxes
from grader.seats import each_seated

AT_ONCE = 8
CPU_SECONDS = 0.2
ROLES_BY_FILE = {"echo-server.py": "server", "echo-client.py": "client"}


def rubric() -> Rubric:
    """The assignment's own; with less processor time, as every endless loop uses up all that it gets."""
    own = load_rubric(Path(__file__).parents[2] / "rubric.yaml")
    return replace(own, limits=replace(own.limits, cpu_seconds=CPU_SECONDS))


def submission(name: str, files: Mapping[str, str]) -> Submission:
    """A hand-in of these texts."""
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
    return Submission(
        id=name,
        digest=digest,
        files=tuple(SourceFile(path=path, data=text.encode()) for path, text in sorted(files.items())),
        programs={role: file for file, role in ROLES_BY_FILE.items() if file in files},
        answers=None,
    )


async def grade_each(hand_ins: list[Submission], rubric: Rubric) -> dict[str, Grade]:
    """A grade for each, by its name."""
    references, grades = ReferenceBoxes(rubric), {}

    async def grade_one(each: Submission) -> None:
        grades[each.id], _ = await run_and_assess(each, rubric, references)

    try:
        await each_seated(hand_ins, AT_ONCE, grade_one)
    finally:
        await references.close()
    return grades


def lost(grade: Grade) -> dict[str, str]:
    """Check id -> `failed` or `skipped` (or `harness error`), for those that were not passed."""
    found = (check.observation for check in grade.checks)
    return {one.check: one.verdict.value for one in found if one.verdict is not Verdict.PASSED}


def first_failing(grade: Grade) -> Observation | None:
    """The observation that stands first on the student's page among those that failed."""
    found = (check.observation for check in grade.checks)
    return next((one for one in found if one.verdict is Verdict.FAILED), None)

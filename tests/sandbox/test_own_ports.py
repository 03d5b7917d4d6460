"""The ports from which the grader connects are in nobody's way."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from grader import runs
from grader.assess import observe
from grader.intake import read_folder
from grader.model import Verdict
from grader.rubric import load_rubric

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).resolve().parents[2]


def test_the_assignment_s_own_port_may_be_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server gets it, and no connection of ours meets itself."""
    rubric = load_rubric(ROOT / "rubric.yaml")
    monkeypatch.setattr(runs, "FIRST_OWN_PORTS", range(rubric.port, rubric.port + 1))
    submission = read_folder(ROOT / "solutions", rubric)

    async def record() -> runs.Records:
        references = runs.ReferenceBoxes(rubric)
        try:
            return await runs.SubmissionRuns(submission, rubric, references).play()
        finally:
            await references.close()

    found = observe(submission, rubric, asyncio.run(record()))
    assert {one.verdict for one in found.values()} == {Verdict.PASSED}

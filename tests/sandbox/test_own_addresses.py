"""Programs written for addresses that their authors' machines have in a local network."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.intake import read_folder
from grader.model import RunRecord
from grader.rubric import load_rubric
from grader.runs import ReferenceBoxes, SubmissionRuns

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).resolve().parents[2]
CHECKS = ("server.listens", "client.connects", "pair.own-two", "client.with-reference-server")  # in this order


def recorded(folder: Path) -> dict[str, RunRecord]:
    """The records of these checks."""
    whole = load_rubric(ROOT / "rubric.yaml")
    rubric = replace(whole, checks=tuple(check for name in CHECKS for check in whole.checks if check.id == name))

    async def play() -> dict[str, RunRecord]:
        references = ReferenceBoxes(rubric)
        try:
            return await SubmissionRuns(read_folder(folder, rubric), rubric, references).play()
        finally:
            await references.close()

    return asyncio.run(play())


def test_a_client_keeps_its_own_address_beside_the_servers(tmp_path: Path) -> None:
    """Both are of the client's box when the two meet, and its own still is when it meets the reference."""
    for role, host in (("server", "192.168.1.5"), ("client", "192.168.1.7")):
        program = tmp_path / f"echo-{role}.py"
        shutil.copy(ROOT / "solutions" / program.name, program)
        text = program.read_text()
        assert "127.0.0.1" in text
        program.write_text(text.replace("127.0.0.1", host))
    records = recorded(tmp_path)
    assert {name: one.harness_error for name, one in records.items()} == dict.fromkeys(records)
    assert b"Hello, world" in records["pair-4/client"].stdout
    assert records["client-2"].host == "192.168.1.7"

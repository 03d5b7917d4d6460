"""A program that measures time is not failed by a machine that is late."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import evidence
from grader.assess import observe
from grader.intake import read_folder
from grader.model import Rubric, Submission, Verdict
from grader.peers.wire import Connection
from grader.rubric import load_rubric
from grader.runs import ReferenceBoxes, SubmissionRuns

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).resolve().parents[2]
CHECKS = ("client.connects", "client.sends", "client.prints-received")
PATIENCE_SECONDS = 0.2
LATENESS_SECONDS = 3 * PATIENCE_SECONDS

IMPATIENT = f"""
import socket
s = socket.create_connection(("127.0.0.1", 65432))
s.settimeout({PATIENCE_SECONDS})
s.sendall(b"Hello, world")
print("Received", s.recv(1024))
"""
LOOKS_ONCE = f"""
import select, socket, time
s = socket.create_connection(("127.0.0.1", 65432))
s.sendall(b"Hello, world")
time.sleep({PATIENCE_SECONDS})
print(s.recv(1024) if select.select([s], [], [], 0)[0] else "No answer")
"""
WRONG = IMPATIENT.replace("print(", "(")
PATIENT_AND_WRONG = WRONG.replace(f"s.settimeout({PATIENCE_SECONDS})", "")


@pytest.fixture
def rubric() -> Rubric:
    """Three of the client's checks."""
    whole = load_rubric(ROOT / "rubric.yaml")
    return replace(whole, checks=tuple(check for check in whole.checks if check.id in CHECKS))


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[Submission]:
    """Gets the submission each time when everything is run."""
    play, seen = SubmissionRuns.play, []

    async def noted(runs: SubmissionRuns, only: Any = None) -> Any:
        seen.append(runs.submission)
        return await play(runs, only)

    monkeypatch.setattr(SubmissionRuns, "play", noted)
    return seen


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch, rounds: list[Submission]) -> Callable[[int], None]:
    """Let the grader get no processor for a while whenever it is about to answer, in so many rounds."""
    answer = Connection.send

    def put(most: int) -> None:
        def send(connection: Connection, data: bytes) -> None:
            if len(rounds) <= most:
                time.sleep(LATENESS_SECONDS)  # the fault itself
            answer(connection, data)

        monkeypatch.setattr(Connection, "send", send)

    return put


def verdicts(program: str, rubric: Rubric, folder: Path) -> set[Verdict]:
    """Those of the three checks of a client."""
    (folder / "echo-client.py").write_text(program)
    submission = read_folder(folder, rubric)

    async def record() -> Any:
        references = ReferenceBoxes(rubric)
        try:
            return await evidence.believable_records(submission, rubric, references)
        finally:
            await references.close()

    return {one.verdict for one in observe(submission, rubric, asyncio.run(record())).values()}


@pytest.mark.parametrize("program", [IMPATIENT, LOOKS_ONCE], ids=["time-out", "looks once"])
def test_one_that_was_answered_too_late_is_run_again(
    program: str, late: Callable[[int], None], rounds: list[Submission], rubric: Rubric, tmp_path: Path
) -> None:
    """The answer came too late by our doing, and the next time it did not."""
    late(1)
    assert verdicts(program, rubric, tmp_path) == {Verdict.PASSED}
    assert len(rounds) > 1


def test_a_run_with_which_a_failed_one_is_compared_is_run_again(
    monkeypatch: pytest.MonkeyPatch, rounds: list[Submission], rubric: Rubric, tmp_path: Path
) -> None:
    """The one that was late fails no check itself: nobody asks what this client prints there."""
    answer = Connection.send

    def send(connection: Connection, data: bytes) -> None:
        if len(rounds) == 1 and data == b"Hello, world":  # the echo; where its printing is looked at, other bytes come
            time.sleep(LATENESS_SECONDS)
        answer(connection, data)

    monkeypatch.setattr(Connection, "send", send)
    assert verdicts(LOOKS_ONCE, rubric, tmp_path) == {Verdict.PASSED}
    assert len(rounds) > 1


def test_there_is_an_end_to_it(
    late: Callable[[int], None], rounds: list[Submission], rubric: Rubric, tmp_path: Path
) -> None:
    """A machine that is always late: then what was seen last is judged."""
    late(1 + evidence.MORE_TRIES)
    assert Verdict.FAILED in verdicts(IMPATIENT, rubric, tmp_path)
    assert len(rounds) == 1 + evidence.MORE_TRIES


def test_one_that_is_wrong_stays_so(
    late: Callable[[int], None], rounds: list[Submission], rubric: Rubric, tmp_path: Path
) -> None:
    """Another look brings nobody a pass who has not earned it."""
    late(1)
    assert Verdict.FAILED in verdicts(WRONG, rubric, tmp_path)
    assert len(rounds) > 1


def test_one_that_measures_no_time_is_run_once(
    late: Callable[[int], None], rounds: list[Submission], rubric: Rubric, tmp_path: Path
) -> None:
    """It waits as long as it takes, so a failure is its own."""
    late(1)
    assert Verdict.FAILED in verdicts(PATIENT_AND_WRONG, rubric, tmp_path)
    assert len(rounds) == 1

"""Checks for which nobody connects: what they look at is waited for all the same."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from grader.assess import observe
from grader.intake import read_folder
from grader.model import Observation, Verdict
from grader.rubric import load_rubric
from grader.runs import ReferenceBoxes, SubmissionRuns

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).resolve().parents[2]
RUBRIC = """
title: One check
points: 1
assignment:
  host: 127.0.0.1
  port: 65432
  programs:
    server: {file: echo-server.py, reference: solutions/echo-server.py}
    client: {file: echo-client.py, reference: solutions/echo-client.py}
checks:
  - {id: ROLE.one, title: One, points: 1, run: ROLE, conversation: [STEPS], hint: Nothing.}
"""


def observed(folder: Path, role: str, steps: str, program: str) -> Observation:
    """What the check with these steps finds in a program."""
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    (folder / "rubric.yaml").write_text(RUBRIC.replace("ROLE", role).replace("STEPS", steps))
    (folder / "hand-in").mkdir()
    (folder / "hand-in" / f"echo-{role}.py").write_text(program)
    rubric = load_rubric(folder / "rubric.yaml")
    submission = read_folder(folder / "hand-in", rubric)

    async def play() -> Observation:
        references = ReferenceBoxes(rubric)
        try:
            records = await SubmissionRuns(submission, rubric, references).play()
        finally:
            await references.close()
        return observe(submission, rubric, records)[f"{role}.one"]

    return asyncio.run(play())


def solution(role: str) -> str:
    """The text of a reference program."""
    return (ROOT / "solutions" / f"echo-{role}.py").read_text()


def test_a_server_that_only_has_to_listen_is_waited_for(tmp_path: Path) -> None:
    """However long it takes to load what it needs."""
    late = "import decimal, email.message, http.server, json, logging\n" + solution("server")
    assert observed(tmp_path, "server", "listens", late).verdict is Verdict.PASSED


def test_a_server_that_listens_elsewhere_is_told_so(tmp_path: Path) -> None:
    """Nobody has to connect for that."""
    found = observed(tmp_path, "server", "listens", solution("server").replace("65432", "65431"))
    assert (found.verdict, found.diagnosis) == (Verdict.FAILED, "wrong-port")


def test_a_server_that_never_listens_is_found_waiting(tmp_path: Path) -> None:
    """The student reads where it stands."""
    found = observed(tmp_path, "server", "listens", "import threading\nthreading.Event().wait()\n")
    assert (found.verdict, found.diagnosis, found.line) == (Verdict.FAILED, "stuck", 2)
    assert "stuck" in found.staff_note


def test_what_a_refused_client_prints_is_waited_for(tmp_path: Path) -> None:
    """Also where nothing is said of its end."""
    says = solution("client").replace("s.connect((HOST, PORT))", "print('I try'); s.connect((HOST, PORT))")
    assert observed(tmp_path, "client", "nobody-listens, prints: {text: I try}", says).verdict is Verdict.PASSED


def test_what_a_client_prints_before_it_connects_is_waited_for(tmp_path: Path) -> None:
    """A conversation may look at nothing else."""
    says = "import json, decimal\nprint('I begin')\n" + solution("client")
    assert observed(tmp_path, "client", "prints: {text: I begin}", says).verdict is Verdict.PASSED


@pytest.mark.parametrize("steps", ["prints: {text: Ready}", "listens, prints: {text: Ready}"])
def test_what_a_server_prints_before_anybody_comes(tmp_path: Path, steps: str) -> None:
    """It is judged by that; nobody had to reach it."""
    says = solution("server").replace("s.listen()", "s.listen(); print('Ready', flush=True)")
    assert observed(tmp_path, "server", steps, says).verdict is Verdict.PASSED


def test_a_server_that_says_nothing_before_anybody_comes(tmp_path: Path) -> None:
    """Its fault is what it does not print."""
    found = observed(tmp_path, "server", "prints: {text: Ready}", solution("server"))
    assert (found.verdict, found.diagnosis) == (Verdict.FAILED, "text-not-printed")
    assert "does not print b'Ready'" in found.reason


def test_a_client_that_says_nothing_when_it_is_refused(tmp_path: Path) -> None:
    """No reply was due to it: what it reads is about the text."""
    found = observed(tmp_path, "client", "nobody-listens, prints: {text: No server}", solution("client"))
    assert (found.verdict, found.diagnosis) == (Verdict.FAILED, "refusal-not-told")
    assert "'No server'" in found.reason


def test_a_server_that_has_to_end_and_serves_on(tmp_path: Path) -> None:
    """Nobody had to reach it, so nobody says that it never listens."""
    found = observed(tmp_path, "server", "exits: 0", solution("server"))
    assert found.verdict is Verdict.FAILED
    assert "listen" not in found.reason

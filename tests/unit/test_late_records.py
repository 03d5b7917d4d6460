"""Which records count, where a run was made again because the machine was late."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ECHO_CLIENT, SEED, Program, a_check, a_rubric, receive, simulate
from records import record

from grader.conversation import plan
from grader.evidence import is_late, without_losses
from grader.model import RunRecord, StepOutcome, Submission

CONNECTS = a_check("client.connects", "connects")
SENDS = a_check("client.sends", "accept", receive(b"Hello, world"))
RUBRIC = a_rubric(CONNECTS, SENDS)
HAND_IN = Submission(
    id="ada", digest=SEED, files=(), programs={"client": "echo-client.py"}, answers=None, notes=()
)  # fmt: skip
LATE = 1.0


def records(client: Program) -> dict[str, RunRecord]:
    """The one run in which both checks are made."""
    (run,) = plan(RUBRIC, SEED)
    return {run.name: simulate(run.actions, client, "client", awaits_exit=run.awaits_exit)}


RIGHT = records(ECHO_CLIENT)
WRONG = records(replace(ECHO_CLIENT, greets=b"Hello"))
NEVER = {name: replace(one, events=(), outcomes=()) for name, one in WRONG.items()}


def test_the_last_run_counts() -> None:
    """What it adds is believed, and so is what it repeats."""
    assert without_losses(HAND_IN, RUBRIC, WRONG, RIGHT) == RIGHT
    assert without_losses(HAND_IN, RUBRIC, NEVER, WRONG) == WRONG
    assert without_losses(HAND_IN, RUBRIC, WRONG, WRONG) == WRONG


def test_but_not_where_a_check_would_lose_its_pass() -> None:
    """That one had nothing to do with the machine: no program does more because it got less time."""
    assert without_losses(HAND_IN, RUBRIC, WRONG, NEVER) == WRONG
    assert without_losses(HAND_IN, RUBRIC, RIGHT, WRONG) == RIGHT


@pytest.mark.parametrize(
    "timed_out",
    [record(stopped="wall"), record(stopped="finished", outcomes=(StepOutcome(result="limit", at=1, detail="wall"),))],
    ids=["alone", "of a pair"],
)
def test_a_program_that_had_all_its_time_is_not_run_again(timed_out: RunRecord) -> None:
    """The time that the machine owed was not counted."""
    assert is_late(record(stopped="stuck", late_seconds=LATE))
    assert not is_late(replace(timed_out, late_seconds=LATE))

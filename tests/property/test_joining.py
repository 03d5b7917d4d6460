"""A check joins the run of another only where that cannot change its verdict.

Conversations and programs are made up; each check is judged twice, by a run of its own and by the run that the plan
gives it. A small model of a program stands in for the real one, so that both runs meet the same behaviour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cases
import pytest
from cases import ECHO_CLIENT, ECHO_SERVER, SEED, Program, a_check, a_rubric, exits, prints, receive, send
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.conversation import Script, joined, plan, script, unify
from grader.model import Check, Step
from grader.verdicts import judge

pytestmark = pytest.mark.slow

MESSAGES = (b"Hello, world", b"one", b"two\n")
ANSWERS = {
    "echo": cases.echo,
    "nothing": cases.nothing,
    "upper": lambda number, data: data.upper(),
    "once": lambda number, data: b"" if number else data,
    "not at first": lambda number, data: data if number else b"",
    "newline": lambda number, data: data + b"\n",
    "short": lambda number, data: data[:-1],
    "OK": lambda number, data: b"OK",
}
ADDITIONS = {
    "nothing": cases.nothing,
    "a word": lambda number, data: b"bye",
    "after the first": lambda number, data: b"" if number else b"!",
}


@st.composite
def programs(draw: st.DrawFn, role: str) -> Program:
    """A program that does something at each thing that happens to it, right or wrong."""
    said = draw(st.sampled_from(["", "once upon a time", "Hello, world", "one"]))
    shows = draw(st.sampled_from(["nothing", "text", "repr", "constant"]))
    forms = {"nothing": "", "text": "{text}\n", "repr": "{data!r}\n", "constant": "one\n"}
    return replace(
        ECHO_SERVER if role == "server" else ECHO_CLIENT,
        greets=draw(st.sampled_from([b"", b"Hello, world", b"Hello", b"Hi"] if role == "client" else [b"", b"220\n"])),
        answers=ANSWERS[draw(st.sampled_from(sorted(ANSWERS)))] if role == "server" else cases.nothing,
        adds=ADDITIONS[draw(st.sampled_from(sorted(ADDITIONS)))],
        at_eof=draw(st.sampled_from([b"", b"", b"bye", b"Hello, world"])),
        on_connect=lambda address: f"{address} {said}\n" if said else "",
        on_message=lambda data: forms[shows].format(data=data, text=data.decode()),
        exit_code=draw(st.sampled_from([0, 0, 1])),
        serving=role == "server" and draw(st.booleans()),
    )


@st.composite
def conversations(draw: st.DrawFn, role: str) -> list[Step]:
    """What a rubric could say: messages that are answered or not, then what is expected of output and end."""
    steps: list[Step] = []
    begins = draw(st.sampled_from(["listens", "connects", ""]))
    if (begins, role) in (("listens", "server"), ("connects", "client")):
        steps.append(Step(name=begins))
    if role == "client" or draw(st.integers(0, 4)):
        if not (role == "client" and steps):
            steps.append(Step(name="connect" if role == "server" else "accept"))
        steps += draw(dialogues(role))
        steps += draw(st.sampled_from([[], [], [], [Step(name="half-close")], [Step(name="reset")]]))
    ends = [[], [], [exits()], [exits("any", or_serves=role == "server")], [Step(name="prints-nothing")]]
    return steps + draw(st.sampled_from(ends))


@st.composite
def dialogues(draw: st.DrawFn, role: str) -> list[Step]:
    """Turns of sending and receiving; a client speaks first, a server may."""
    steps: list[Step] = draw(st.sampled_from([[], [], [receive("anything")]]))
    if role == "client":
        steps = draw(st.sampled_from([[], [receive("anything")], [receive(b"Hello, world")]]))
    for message in draw(st.lists(st.sampled_from(MESSAGES), max_size=2 if role == "server" else 1)):
        steps.append(send(message))
        if role == "server":
            steps += draw(st.sampled_from([[], [receive()], [receive()], [receive("anything")], [receive(b"OK")]]))
        steps += draw(st.sampled_from([[], [], [prints()], [prints(b"one")]]))
    if role == "server" and draw(st.integers(0, 3)) == 0:
        steps.append(prints("client-address"))
    return steps


@st.composite
def rubrics_of(draw: st.DrawFn, role: str) -> list[Check]:
    """Two to five checks of one program."""
    told = draw(st.lists(conversations(role), min_size=2, max_size=5))
    return [a_check(f"{role}.{number}", *steps) for number, steps in enumerate(told)]


def verdict(check: Script, actions: Sequence[object], program: Program, role: str, rubric: object, waits: bool) -> str:
    record = cases.simulate(actions, program, role, awaits_exit=waits)  # type: ignore[arg-type]
    found = judge(check, {role: record}, rubric)  # type: ignore[arg-type]
    return found.code if found else "passed"


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["server", "client"]).flatmap(lambda role: st.tuples(rubrics_of(role), programs(role))))
def test_a_check_is_judged_the_same_alone_and_in_a_shared_run(case: tuple[list[Check], Program]) -> None:
    """Whatever other checks a rubric has, a program's verdict is its own."""
    checks, program = case
    role = next(iter(checks[0].players))
    rubric = a_rubric(*checks)
    for run in plan(rubric, SEED):
        for name, mine in run.scripts.items():
            shared = verdict(mine, run.actions, program, role, rubric, run.awaits_exit)
            alone = verdict(mine, mine.actions, program, role, rubric, mine.awaits_exit)
            assert shared == alone, f"{name} in {run.name} with {sorted(run.scripts)}"


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["server", "client"]).flatmap(rubrics_of))
def test_a_plan_has_every_check_once_and_does_what_each_asks_for(checks: list[Check]) -> None:
    """However conversations overlap."""
    runs = plan(a_rubric(*checks), SEED)
    assert sorted(check for run in runs for check in run.scripts) == sorted(check.id for check in checks)
    assert len({run.name for run in runs}) == len(runs)
    for run in runs:
        assert any(mine.actions and len(mine.actions) == len(run.actions) for mine in run.scripts.values()) or (
            not run.actions
        )
        for mine in run.scripts.values():
            assert len(mine.actions) <= len(run.actions)
            assert all(unify(one, other) == other for one, other in zip(mine.actions, run.actions, strict=False))
            assert run.awaits_exit or not mine.awaits_exit


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["server", "client"]).flatmap(rubrics_of), st.randoms(use_true_random=False))
def test_the_order_of_checks_does_not_change_how_many_runs_are_needed_for_the_same_ones(
    checks: list[Check], chance: object
) -> None:
    """A check that is written twice is played once, wherever it stands."""
    doubled = [*checks, *(replace(check, id=f"{check.id}b") for check in checks)]
    chance.shuffle(doubled)  # type: ignore[attr-defined]
    homes = {check: run.name for run in plan(a_rubric(*doubled), SEED) for check in run.scripts}
    runs = {run.name: run.actions for run in plan(a_rubric(*doubled), SEED)}
    for check in checks:
        one, two = homes[check.id], homes[f"{check.id}b"]
        assert one == two or runs[one] != runs[two]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["server", "client"]).flatmap(rubrics_of))
def test_joining_is_possible_with_oneself_and_leaves_the_longer_one_in_charge(checks: list[Check]) -> None:
    """What is played is as long as the longer of the two."""
    one, other = (script(check, SEED) for check in checks[:2])
    assume(not any(action.kind == "nobody-listens" for action in one.actions))
    assert joined(one, one.actions) == one.actions
    both = joined(one, other.actions)
    assert both is None or len(both) == len(other.actions)

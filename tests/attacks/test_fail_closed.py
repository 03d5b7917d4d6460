"""Wherever the grader or its launcher dies, is killed or lies, the outcome is never a pass that was not earned.

And never a point that is lost: what fails on our side is a harness error, not the student's failure.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attack_suite import ROOT

from grader import pipeline, runs
from grader.answers import check_pattern
from grader.intake import find_submissions
from grader.model import Grade, Rubric, Verdict
from grader.peers.relay import wait_until_listening
from grader.rubric import load_rubric
from grader.sandbox import launch
from grader.sandbox.policy import INSIDE
from grader.store import Store

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

CHECKS = ("server.listens", "server.echoes-text", "server.ends", "client.connects", "client.sends", "pair.own-two")
RIGHT, WRONG = ROOT / "solutions", ROOT / "starter"


@pytest.fixture(scope="session")
def rubric() -> Rubric:
    """The echo assignment with six of its checks: each kind of run, and quickly."""
    whole = load_rubric(ROOT / "rubric.yaml", check_pattern)
    return replace(whole, checks=tuple(check for check in whole.checks if check.id in CHECKS))


def grade(folder: Path, rubric: Rubric, out: Path) -> Grade:
    """Grade one hand-in as a batch does. Raises what ends a batch."""
    with Store.open(out) as store:
        pending = list(find_submissions([folder], rubric))
        asyncio.run(pipeline.grade_class(pending, rubric, store, jobs=1, on_progress=lambda progress: None))
    with Store.open(out) as store:
        return next(store.latest_grades())


def verdicts(folder: Path, rubric: Rubric, out: Path) -> dict[str, Verdict]:
    """Check -> verdict."""
    return {check.id: check.observation.verdict for check in grade(folder, rubric, out).checks}


def test_undisturbed_the_right_one_passes_and_the_wrong_one_does_not(rubric: Rubric, tmp_path: Path) -> None:
    """What the tests below are held against."""
    assert set(verdicts(RIGHT, rubric, tmp_path / "right").values()) == {Verdict.PASSED}
    assert Verdict.PASSED not in verdicts(WRONG, rubric, tmp_path / "wrong").values()


# --- the launcher ---------------------------------------------------------------------------------------------------

DIES = {
    "before it is ready": "Launcher.greet = lambda self: os._exit(1)",
    "as soon as it is ready": "greet = Launcher.greet\nLauncher.greet = lambda self: (greet(self), os._exit(1))",
    "laying out the files": "def write_files(descriptor): os._exit(1)",
    "taking the snapshot": "def snapshot(): os._exit(1)",
    "when told to run": "Launcher.run = lambda self, fields, output: os._exit(1)",
    "making the sockets": "Launcher.make_sockets = lambda *anything: os._exit(1)",
    "before it says that it has started": "said('started', before=True)",
    "after it has said so": "said('started', before=False)",
    "when the program ends": "Launcher.report = lambda self, child: os._exit(1)",
    "after it has told how": "said('exited', before=False)",
    "taking the stack": "Launcher.dump = lambda *anything: os._exit(1)",
    "ending the processes": "def sweep(): os._exit(1)",
    "before it says that they have ended": "said('ended', before=True)",
    "after it has said that they have": "said('ended', before=False)",
    "looking for what is left": "def leftovers(*anything): os._exit(1)",
    "in the child, becoming the program": "def become(*anything): os._exit(0)",
    "in the child, with an error": "def become(*anything): raise MemoryError",
}
EARLY = [*list(DIES)[:9], *list(DIES)[-2:]]  # before all that a verdict needs was seen
LIES = {
    "says that the program has ended well at once": "Launcher.report = lambda self, child: None\n"
    "attend = Launcher.attend\n"
    "Launcher.attend = lambda self, *rest: (send(self.control, 'exited', 0, 0), attend(self, *rest))",
    "speaks out of turn": "attend = Launcher.attend\n"
    "Launcher.attend = lambda self, *rest: (send(self.control, 'ended', 0), attend(self, *rest))",
    "talks noise": "attend = Launcher.attend\n"
    "Launcher.attend = lambda self, *rest: (self.control.send(b'\\xff\\0\\xfe' * 20), attend(self, *rest))",
    "talks too much": "attend = Launcher.attend\n"
    "Launcher.attend = lambda self, *rest: (self.control.send(b'x' * 60000), attend(self, *rest))",
    "hands out nothing": "plain = send\ndef send(control, *fields, descriptors=None): plain(control, *fields)",
    "hands out too much": "plain = send\ndef send(control, *fields, descriptors=None):\n"
    "    plain(control, *fields, descriptors=[*(descriptors or []), *([1] * 30)])",
    "hands out other things": "plain = send\ndef send(control, *fields, descriptors=None):\n"
    "    plain(control, *fields, descriptors=[os.open('/dev/null', os.O_RDWR) for _ in descriptors or []])",
    "gives no number": "plain = send\ndef send(control, *fields, descriptors=None):\n"
    "    plain(control, fields[0], *('x' for _ in fields[1:]), descriptors=descriptors)",
    "gives nothing but the name": "plain = send\ndef send(control, *fields, descriptors=None):\n"
    "    plain(control, fields[0], descriptors=descriptors)",
    "lays out nothing": "def write_files(descriptor): os.close(descriptor)",
    "fills the log of dialled addresses": "plain = become\ndef become(path, arguments, log, *rest):\n"
    "    line = b'\\x00127.0.0.1\\x0065432\\x000\\n'\n"
    "    log[: 2 * len(line) + 11] = b'connect' + line + b'bind' + line\n"
    "    plain(path, arguments, log, *rest)",
    "calls everything clean": "def leftovers(*anything): return ''",
}
SAID = """
def said(word, before, plain=send):
    def deadly(control, *fields, descriptors=None):
        if fields[0] == word and before:
            os._exit(1)
        plain(control, *fields, descriptors=descriptors)
        if fields[0] == word:
            os._exit(1)
    globals()["send"] = deadly
"""


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a fault into the launcher of every box that is made from now on."""

    files = dict(launch.launcher_files.__wrapped__("any other interpreter"))  # as source

    def put(fault: str) -> None:
        path = f"{INSIDE}/launcher.py"
        changed = files | {path: files[path] + f"\n{SAID}\n{fault}\n".encode()}
        monkeypatch.setattr(launch, "launcher_files", lambda python: changed)

    return put


def descriptors() -> int:
    """How many descriptors of this process belong to boxes: sockets, memory files, processes."""
    kinds = ("socket:", "/memfd:", "anon_inode:[pidfd]", "pidfd:")
    return sum(os.readlink(one).startswith(kinds) for one in Path("/proc/self/fd").iterdir() if one.is_symlink())


@pytest.mark.parametrize("fault", [*DIES, *LIES])
def test_a_faulty_launcher_gives_no_point_away(
    fault: str, faulty: Callable[[str], None], rubric: Rubric, tmp_path: Path
) -> None:
    """A hand-in that deserves nothing gets nothing, wherever the launcher dies and whatever it says."""
    faulty((DIES | LIES)[fault])
    before = descriptors()
    assert Verdict.PASSED not in verdicts(WRONG, rubric, tmp_path).values()
    assert descriptors() == before


@pytest.mark.parametrize("fault", DIES)
def test_a_dying_launcher_costs_no_point(
    fault: str, faulty: Callable[[str], None], rubric: Rubric, tmp_path: Path
) -> None:
    """A right hand-in is never judged to have failed: what the fault has spoilt is a harness error, or skipped."""
    faulty(DIES[fault])
    found = verdicts(RIGHT, rubric, tmp_path)
    assert Verdict.FAILED not in found.values()
    if fault in EARLY:
        assert Verdict.HARNESS_ERROR in found.values()


# --- a box that is killed from outside ------------------------------------------------------------------------------


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bool], list[int]]:
    """Kill boxes with SIGKILL at the n-th message between supervisor and launcher, and at each later one if wanted."""

    def put(at: int, again: bool) -> list[int]:
        count = [0]

        def kill(box: launch.Box) -> None:
            count[0] += 1
            if count[0] == at or (again and count[0] > at):
                os.killpg(box.process.pid, signal.SIGKILL)

        def send(box: launch.Box, *fields: object, **rest: Any) -> None:
            kill(box)
            return plain_send(box, *fields, **rest)

        async def message(box: launch.Box) -> tuple[list[bytes], list[int]]:
            kill(box)
            return await plain_message(box)

        monkeypatch.setattr(launch.Box, "send", send)
        monkeypatch.setattr(launch.Box, "message", message)
        return count

    plain_send, plain_message = launch.Box.send, launch.Box.message
    return put


POINTS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 19, 23)


@pytest.mark.parametrize("at", POINTS)
def test_a_box_that_is_killed_once_changes_no_verdict(
    at: int, killing: Callable[[int, bool], list[int]], rubric: Rubric, tmp_path: Path
) -> None:
    """It is replaced by a fresh one, at whichever message it was killed: the right pass, or ask for another run."""
    count = killing(at, False)
    found = verdicts(RIGHT, rubric, tmp_path)
    assert count[0] >= at
    assert set(found.values()) <= {Verdict.PASSED, Verdict.HARNESS_ERROR, Verdict.SKIPPED}
    assert Verdict.PASSED in found.values()


@pytest.mark.parametrize("at", POINTS[::3])
def test_boxes_that_are_killed_each_time_give_harness_errors(
    at: int, killing: Callable[[int, bool], list[int]], rubric: Rubric, tmp_path: Path
) -> None:
    """Neither a pass for the wrong nor a failure for the right, from whichever message on no box lives."""
    killing(at, True)
    assert Verdict.PASSED not in verdicts(WRONG, rubric, tmp_path / "wrong").values()
    killing(at, True)
    found = verdicts(RIGHT, rubric, tmp_path / "right")
    assert Verdict.FAILED not in found.values()
    assert Verdict.HARNESS_ERROR in found.values() or at > 20


@pytest.mark.parametrize(("kills", "verdict"), [(1, Verdict.PASSED), (runs.TRIES, Verdict.HARNESS_ERROR)])
def test_a_pair_whose_box_is_killed_before_its_server_listens_is_not_one_that_never_listens(
    kills: int, verdict: Verdict, rubric: Rubric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed once, it is run again; each time, it is no fault of the student's."""
    plain, left = wait_until_listening, [kills]

    async def wait(run: Any, *rest: Any) -> Any:
        if left[0]:
            left[0] -= 1
            os.killpg(run.box.process.pid, signal.SIGKILL)
        return await plain(run, *rest)

    monkeypatch.setattr(runs, "wait_until_listening", wait)
    found = verdicts(RIGHT, rubric, tmp_path)
    assert found.pop("pair.own-two") is verdict
    assert set(found.values()) == {Verdict.PASSED}


# --- the grader itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [MemoryError, OSError])
@pytest.mark.parametrize(
    "place",
    [
        "pipeline.believable_records", "pipeline.observe", "answers.reading.parse_answers",
        "answers.reading.score_answer", "pipeline.assess",
    ],
)  # fmt: skip
def test_a_bug_of_ours_is_a_harness_error(
    place: str, error: type[Exception], rubric: Rubric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails between the hand-in and its grade: no check is passed, none failed, and nothing is called done."""

    def fail(*anything: object, **more: object) -> None:
        raise error("injected")

    monkeypatch.setattr(f"grader.{place}", fail)
    found = grade(RIGHT, rubric, tmp_path)
    assert {check.observation.verdict for check in found.checks} == {Verdict.HARNESS_ERROR}
    assert found.points == 0
    with Store.open(tmp_path) as store:
        assert store.stored_grade(found.submission, found.submission_digest, rubric.digest, found.grader) is None


@pytest.mark.parametrize("place", ["score", "read", "plan_digest"])
def test_where_nothing_can_be_said_nothing_is_stored(
    place: str, rubric: Rubric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When not even a harness error can be written, the batch ends, or goes on, without a grade that was not made."""

    def fail(*anything: object) -> None:
        raise RuntimeError("injected")

    monkeypatch.setattr(pipeline, place, fail)
    try:
        found = grade(RIGHT, rubric, tmp_path)
    except (RuntimeError, ExceptionGroup, StopIteration):
        with Store.open(tmp_path) as store:
            assert list(store.latest_grades()) == []
    else:
        assert Verdict.PASSED not in {check.observation.verdict for check in found.checks}


def test_the_process_tree_is_dead_before_the_verdict_is_written(
    rubric: Rubric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a grade is saved, no box of its hand-in is left: only those of reference programs, with their launcher."""
    students = tmp_path / "class" / "forks"
    students.mkdir(parents=True)
    forks = "import os, signal\nos.fork(), os.fork()\nsignal.pause()\n"
    for name in ("echo-server.py", "echo-client.py"):
        (students / name).write_text(forks)
    alive: list[set[int]] = []
    save, before = Store.save, set(below(os.getpid()))

    def watched(store: Store, saved: Grade, *rest: Any) -> None:
        alive.append(set(below(os.getpid())) - before)
        save(store, saved, *rest)

    monkeypatch.setattr(Store, "save", watched)
    verdicts(students.parent, rubric, tmp_path / "out")
    assert alive == [set()]


def below(parent: int) -> Iterator[int]:
    """Ids of all processes below one, by the kernel's table."""
    for path in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            yield child
            yield from below(child)

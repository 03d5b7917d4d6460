"""A class on a cluster earns what it earns here, to the byte, whatever happens to workers and scheduler meanwhile."""

from __future__ import annotations

import os
import re
import shutil
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from batches import ROOT, below, results, same_pages, verdicts
from clusters import (
    DEADLINE_SECONDS,
    MANY,
    Cluster,
    cluster,
    command_line,
    finish,
    grade,
    made_class,
    start,
    stored,
    twice,
    wait_until_stored,
)
from faults.sitecustomize import MARK, ONCE
from traces import traces

from grader.cluster.work import GIVEN_UP_AFTER
from grader.cluster.worker import seats
from grader.seats import IN_FLIGHT

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
FAULTS = str(Path(__file__).parent / "faults")


def test_the_results_are_those_of_this_machine(
    quiet_cluster: Cluster, students: Path, here: Path, tmp_path: Path
) -> None:
    """Every page and table to the byte; each content run once; a second time all is answered from the store."""
    out = tmp_path / "out"
    assert grade("run", students, "-o", out, "-q", "--cluster", quiet_cluster.address) == (1, "")
    assert same_pages(here, out) == []
    assert (stored(out), twice(out)) == (MANY, {})
    assert grade("run", students, "-o", out, "-q", "--cluster", quiet_cluster.address) == (1, "")
    assert stored(out) == MANY
    assert same_pages(here, out) == []


def test_hand_ins_of_the_same_content_are_run_once(quiet_cluster: Cluster, students: Path, tmp_path: Path) -> None:
    """Three students with the same files: three grades, equal but for the name, and one set of records."""
    original = sorted(students.iterdir())[0]
    for name in ("a", "b", "c"):
        shutil.copytree(original, tmp_path / "class" / name)
    status, said = grade("run", tmp_path / "class", "-o", tmp_path / "out", "-q", "--cluster", quiet_cluster.address)
    assert status in (0, 1), said
    found = list(results(tmp_path / "out").values())
    assert [one.pop("id") for one in found] == ["a", "b", "c"]
    assert found[0] == found[1] == found[2]
    assert twice(tmp_path / "out") == {}


@pytest.mark.thorough
def test_a_dry_run_tells_what_it_tells_here(quiet_cluster: Cluster, students: Path, here: Path, tmp_path: Path) -> None:
    """The programs run on the workers, and the results stay untouched."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    rubric, text = tmp_path / "rubric.yaml", (ROOT / "rubric.yaml").read_text()
    rubric.write_text(text.replace('receive: {text: "Hello, world"}', 'receive: {text: "Hello, moon"}'))
    before = traces(here)
    told = []
    for more in ((), ("--cluster", quiet_cluster.address)):
        running = start("run", students, "-o", here, "-r", rubric, "--dry-run", *more)
        told.append((*running.communicate(timeout=DEADLINE_SECONDS), running.returncode))
    assert told[0] == told[1]
    assert f"The programs of {MANY} of {MANY} submissions were run" in told[0][0]
    assert told[0][1:] == ("", 1)
    assert traces(here) == before


def test_one_in_eight_of_what_a_worker_holds_is_at_work() -> None:
    """And one at least."""
    assert [seats(threads).free for threads in (32, 8, 2)] == [4, 1, 1]


@pytest.mark.thorough
def test_hand_ins_whose_programs_sleep_keep_no_others_waiting(tmp_path: Path) -> None:
    """A worker at which one is at work at a time: four that sleep in every run are in their boxes side by side."""
    for number in range(4):
        hand_in = shutil.copytree(ROOT / "solutions", tmp_path / "class" / str(number))
        server = hand_in / "echo-server.py"
        server.write_text(f"import time  # {number}\ntime.sleep(60)\n{server.read_text()}")
    with cluster(1, jobs=IN_FLIGHT) as made:
        running = start("run", tmp_path / "class", "-o", tmp_path / "out", "--cluster", made.address)
        worker = made.workers[0].worker()
        while len([one for one in below(worker) if "bwrap" in command_line(one)]) < 4:
            assert running.poll() is None, running.communicate()
        running.kill()
        running.communicate()


def test_a_worker_that_is_killed_costs_nothing(students: Path, here: Path, tmp_path: Path) -> None:
    """Killed with submissions on it: others do them, or the one that its nanny brings."""
    out = tmp_path / "out"
    with cluster(2) as made:
        running = start("run", students, "-o", out, "--cluster", made.address)
        assert wait_until_stored(running, out) < MANY
        os.kill(made.workers[0].worker(), signal.SIGKILL)
        status, said = finish(running)
    assert status == 1, said
    assert "is gone; what it had goes to others" in said
    assert same_pages(here, out) == []
    assert (stored(out), twice(out)) == (MANY, {})


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(
    quiet_cluster: Cluster, students: Path, here: Path, tmp_path: Path
) -> None:
    """As on one machine; the cluster stays as it is. One worker does nothing meanwhile: so the class is not done."""
    out = tmp_path / "out"
    idle = quiet_cluster.workers[0].worker()
    os.kill(idle, signal.SIGSTOP)
    try:
        running = start("run", students, "-o", out, "-q", "--cluster", quiet_cluster.address)
        wait_until_stored(running, out)
        running.send_signal(signal.SIGINT)
        status, said = finish(running)
    finally:
        os.kill(idle, signal.SIGCONT)
    assert status == 130, said
    assert "the same command goes on from here" in said
    assert "Traceback" not in said
    assert grade("run", students, "-o", out, "-q", "--cluster", quiet_cluster.address) == (1, "")
    assert same_pages(here, out) == []
    assert (stored(out), twice(out)) == (MANY, {})


@pytest.mark.thorough
def test_a_scheduler_that_comes_back_costs_nothing(students: Path, here: Path, tmp_path: Path) -> None:
    """The machine of the scheduler loses its power, and its workers end; at the same address a new one comes up."""
    out = tmp_path / "out"
    first = Cluster(1)
    running = start("run", students, "-o", out, "-q", "--cluster", first.address,
                    DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="60s")  # fmt: skip
    wait_until_stored(running, out)
    first.kill()
    before = stored(out)
    assert before < MANY
    with cluster(2, port=urlsplit(first.address).port):
        status, said = finish(running)
    assert (status, said) == (1, "")
    assert same_pages(here, out) == []
    assert (stored(out), twice(out)) == (MANY, {})


@pytest.mark.thorough
def test_a_scheduler_that_is_lost_for_good_ends_the_batch_and_loses_nothing(
    students: Path, here: Path, tmp_path: Path
) -> None:
    """The message says how to go on; and so it goes on, without a cluster even."""
    out = tmp_path / "out"
    made = Cluster(1)
    running = start("run", students, "-o", out, "-q", "--cluster", made.address,
                    DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="2s")  # fmt: skip
    wait_until_stored(running, out)
    made.kill()
    before = stored(out)
    status, said = finish(running)
    assert status == 3, said
    assert "was lost, and did not come back" in said
    assert "the same command goes on from there" in said
    assert before <= stored(out) < MANY
    assert grade("run", students, "-o", out, "-q") == (1, "")
    assert same_pages(here, out) == []
    assert (stored(out), twice(out)) == (MANY, {})


def test_a_submission_that_kills_its_workers_is_given_up_and_no_other(tmp_path: Path) -> None:
    """It becomes a harness error, which costs its student no point; all others are graded."""
    made_class(tmp_path / "class", 4)
    hostile = sorted((tmp_path / "class").iterdir())[1]
    for program in hostile.glob("*.py"):
        program.write_bytes(program.read_bytes() + MARK + b"\n")
    with cluster(2, PYTHONPATH=FAULTS) as made:
        status, said = grade("run", tmp_path / "class", "-o", tmp_path / "out", "--cluster", made.address)
    assert status == 1, said
    assert len(lost_workers(said)) >= GIVEN_UP_AFTER
    found = results(tmp_path / "out")
    assert set(verdicts(found.pop(hostile.name)).values()) == {"harness-error"}
    assert len(found) == 3
    assert all("harness-error" not in verdicts(one).values() for one in found.values())


@pytest.mark.thorough
def test_one_death_is_counted_once_however_many_wait_for_work(tmp_path: Path) -> None:
    """All that a worker was to do next waits for the one hand-in that there is: it was on the worker once."""
    shutil.copytree(ROOT / "solutions", tmp_path / "class" / "only")
    with cluster(1, jobs=4 * GIVEN_UP_AFTER, PYTHONPATH=FAULTS, **{ONCE: str(tmp_path / "died")}) as made:
        _, said = grade("run", tmp_path / "class", "-o", tmp_path / "out", "--cluster", made.address)
    assert (len(lost_workers(said)), (tmp_path / "died").exists()) == (1, True)
    assert verdicts(results(tmp_path / "out")["only"]) == {}


def lost_workers(said: str) -> set[str]:
    """Addresses of workers that a batch has seen go."""
    return set(re.findall(r"Worker (\S+) is gone", said))

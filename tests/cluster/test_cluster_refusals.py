"""Who cannot serve says so before anything is run: a worker, all workers, the address, an installation."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from batches import CLASS, ROOT, results
from clusters import INSTALLED, Cluster, Server, bare, cluster, grade

pytestmark = pytest.mark.slow
SOLUTIONS = ROOT / "solutions"
TRY = ("run", CLASS / "amara-okafor", "-q")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Cluster]:
    """A scheduler to which each test connects workers of its own."""
    with cluster(0) as made:
        yield made


def other_grader(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the grader in which one file is different. Returns where to start it from."""
    shutil.copytree(ROOT / "grader", folder / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "grader" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return folder


def refusal(made: Cluster, worker: Server, out: Path) -> str:
    """What the command says where this is the only worker."""
    try:
        worker.wait_until_serving()
        status, said = grade(*TRY, "-o", out, "--cluster", made.address)
    finally:
        worker.kill()
    assert status == 3, said
    assert f"No worker of {made.address} can grade" in said
    assert not (out / "results.json").exists()
    return said


def test_a_worker_that_cannot_box_refuses_and_says_what_cures_it(scheduler: Cluster, tmp_path: Path) -> None:
    """No bubblewrap there; it is the only one, so nothing can be graded."""
    said = refusal(scheduler, scheduler.add(PATH=str(tmp_path)), tmp_path / "out")
    assert "bubblewrap is not installed" in said
    assert "apt-get install bubblewrap" in said


def test_a_worker_of_another_version_is_refused(scheduler: Cluster, tmp_path: Path) -> None:
    """Both versions are named."""
    place = other_grader(tmp_path / "other", "__init__.py", '__version__ = "', '__version__ = "9.')
    said = refusal(scheduler, Server("worker", scheduler.address, 1, cwd=place), tmp_path / "out")
    assert "it has grader 9." in said
    assert "Install the same on both" in said


def test_a_worker_of_the_same_version_with_other_code_is_refused(scheduler: Cluster, tmp_path: Path) -> None:
    """A checkout with changes: it would not grade alike."""
    place = other_grader(tmp_path / "other", "verdicts.py", "\n", "\n# changed\n")
    said = refusal(scheduler, Server("worker", scheduler.address, 1, cwd=place), tmp_path / "out")
    assert "its files differ from the batch's" in said


def test_a_worker_without_the_grader_is_refused(scheduler: Cluster, tmp_path: Path) -> None:
    """A plain Dask worker that somebody has connected."""
    said = refusal(scheduler, bare("Worker", f"{scheduler.address!r}, nthreads=1", tmp_path), tmp_path / "out")
    assert "it cannot run this grader" in said
    assert "No module named 'grader'" in said.replace("\\", "")
    assert "`PYTHON -m pip install '.[cluster]'`, with the Python that runs the worker" in said


def test_a_scheduler_without_the_grader_is_refused(tmp_path: Path) -> None:
    """It has to read what passes through it."""
    lame = bare("Scheduler", "host='127.0.0.1', dashboard=False, dashboard_address='127.0.0.1:0'", tmp_path)
    status, said = grade(*TRY, "-o", tmp_path / "out", "--cluster", lame.wait_until_serving())
    lame.kill()
    assert status == 3, said
    assert "cannot import this grader (No module named 'grader')" in said
    assert "`PYTHON -m pip install '.[cluster]'`, with the Python that runs `dask scheduler`" in said


@pytest.mark.sandbox
def test_a_batch_goes_on_without_the_worker_that_cannot_box(tmp_path: Path) -> None:
    """The other one does it all."""
    with cluster(1) as made:
        lame = made.add(PATH=str(tmp_path))
        lame.wait_until_serving()
        status, said = grade("run", SOLUTIONS, "-o", tmp_path / "out", "--cluster", made.address)
        lame.kill()
    assert status == 0, said
    assert "is left out: bubblewrap is not installed" in said
    assert results(tmp_path / "out")["solutions"]["points"] == 100


def test_an_address_where_nobody_is_says_so(tmp_path: Path) -> None:
    """And how to start somebody there."""
    status, said = grade(*TRY, "-o", tmp_path / "out", "--cluster", "tcp://127.0.0.1:1",
                         DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="500ms")  # fmt: skip
    assert status == 3, said
    assert "No scheduler answers at tcp://127.0.0.1:1" in said
    assert "grade cluster" in said


@pytest.mark.parametrize("arguments", [("run", str(SOLUTIONS), "--cluster", "tcp://127.0.0.1:8786"), ("cluster",)])
def test_without_the_extra_the_message_says_how_to_install_it(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """An installation in which everything is there but Dask distributed."""
    for entry in Path(INSTALLED).iterdir():
        if not entry.name.startswith(("distributed", "dask")):
            (tmp_path / entry.name).symlink_to(entry)
    program = f"import sys; sys.path[:0] = {[str(ROOT), str(tmp_path)]!r}; from grader.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert f"run `{sys.executable} -m pip install '.[cluster]'`" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_of_dask_is_imported_until_a_cluster_is_asked_for() -> None:
    """Or every `grade check` would pay for it."""
    program = "import grader.cli, grader.batch, grader.cluster, sys; print('distributed' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

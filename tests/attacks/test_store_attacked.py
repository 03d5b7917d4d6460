"""The results under attack: killed at any moment, on a full disk, in a folder that cannot be written."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from attack_suite import ROOT, inventory
from siege import GRADE, HONEST

sys.path.insert(0, str(ROOT))  # for bench, which is no part of the package

from bench import kills
from bench.grading import grade, stored

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

BWRAP = shutil.which("bwrap") or "bwrap"


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen hand-ins in which nothing sleeps."""
    folder = tmp_path_factory.mktemp("dozen") / "class"
    kills.lay_out(folder, 12, HONEST)
    return folder


@pytest.fixture(scope="module")
def quiet(sandbox: None, students: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of an undisturbed run over the dozen."""
    out = tmp_path_factory.mktemp("quiet") / "out"
    grade(students, out, jobs=4)
    return out


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1])
def test_a_batch_that_is_killed_again_and_again_brings_the_same_results(
    seed: int, students: Path, quiet: Path, tmp_path: Path
) -> None:
    """`kill -9` at moments drawn from its progress: nothing that was stored is lost, no process stays, and in the end
    every page and table is that of an undisturbed run."""
    told = list(kills.disturbed(students, tmp_path / "out", kills=4, submissions=12, seed=seed, jobs=2))
    assert len(told) == 4
    assert not all(kill.ended for kill in told)
    assert kills.compare(quiet, tmp_path / "out") == []


@pytest.mark.parametrize("kilobytes", [40, pytest.param(240, marks=pytest.mark.thorough)])
def test_a_full_disk_ends_the_batch_and_loses_nothing_that_was_stored(
    kilobytes: int, students: Path, quiet: Path, tmp_path: Path
) -> None:
    """On a disk of that size the command says so with status 2; on a larger one it goes on to the same results."""
    small, kept = tmp_path / "small", tmp_path / "kept"
    small.mkdir()
    inside = f"{GRADE} run {students} -o {small}/out -j 2; status=$?; cp -a {small}/out {kept}; exit $status"
    done = subprocess.run(
        [BWRAP, "--dev-bind", "/", "/", "--size", str(kilobytes << 10), "--tmpfs", small, "--", "sh", "-c", inside],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert "full" in done.stderr or "No space left" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    before = stored(kept)
    assert kills.sound(kept) == "ok"
    grade(students, kept, jobs=4)
    assert before <= stored(kept)
    assert kills.compare(quiet, kept) == []


def test_a_read_only_folder_is_said_and_nothing_in_it_changes(students: Path, quiet: Path, tmp_path: Path) -> None:
    """Status 2, the folder's name, and the results of the last run as they were."""
    out = shutil.copytree(quiet, tmp_path / "out")
    before = inventory(out)
    done = subprocess.run(
        [BWRAP, "--dev-bind", "/", "/", "--ro-bind", out, out, "--", GRADE, "run", students, "-o", out],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert str(out) in done.stderr
    assert "Traceback" not in done.stderr
    assert inventory(out) == before


def test_a_results_file_of_a_student_is_not_read_back(students: Path, tmp_path: Path) -> None:
    """Full marks that lie in a hand-in, in the forms of our own results, are files like any others."""
    folder = tmp_path / "class" / "forger"
    shutil.copytree(ROOT / "starter", folder)
    out = tmp_path / "out"
    for name in ("results.json", "scores.csv", "grades.sqlite", "feedback.html"):
        (folder / name).write_text(json.dumps({"id": "forger", "points": 100, "status": "graded"}))
    grade(folder.parent, out, jobs=1)
    assert [one["points"] for one in json.loads((out / "results.json").read_text())["submissions"]] == [0]

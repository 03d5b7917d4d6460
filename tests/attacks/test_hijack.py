"""Started from inside a hand-in, `grade` neither reads nor imports anything that lies there."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from attack_builders import folder_of, write_hijack
from attack_suite import Bait, inventory
from siege import GRADE

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


@pytest.fixture
def hijacker(tmp_path: Path) -> tuple[Path, Path]:
    """A right hand-in full of modules and settings, and the file in which they say that they were imported."""
    canary = tmp_path / "imported.txt"
    made = folder_of(tmp_path, "hijacker")
    write_hijack(made, Bait(folder=tmp_path, secret="", values={"canary": str(canary)}))
    for name in ("json.py", "asyncio.py", "re.py", "zipfile.py", "sqlite3.py"):
        (made / name).unlink()  # inside the box these do shadow the library, as they do for the student
    return made, canary


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["check", "."], ["run", ".", "-o", "{out}"], [".", "-o", "{out}"], ["doctor"], ["rubric", "check"]],
    ids=" ".join,
)
def test_nothing_of_the_hand_in_is_imported(arguments: list[str], hijacker: tuple[Path, Path], tmp_path: Path) -> None:
    """With the hand-in as the current folder, and without a path of the user's that would point there."""
    folder, canary = hijacker
    before = inventory(folder)
    command = [GRADE, *(one.format(out=tmp_path / "out") for one in arguments)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment |= {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=environment
    )
    assert "Traceback" not in done.stderr
    assert not canary.exists(), canary.read_text()
    assert inventory(folder) == before


def test_its_rubric_decides_nothing(hijacker: tuple[Path, Path], tmp_path: Path) -> None:
    """Graded from inside, it earns what it earns by the shipped rubric."""
    folder, _ = hijacker
    subprocess.run([GRADE, ".", "-o", tmp_path / "out", "-q"], cwd=folder, stdin=subprocess.DEVNULL, check=False)
    (one,) = json.loads((tmp_path / "out" / "results.json").read_text())["submissions"]
    assert (one["points"], one["max"]) == (100, 100)
    assert "MY-OWN-RUBRIC" not in (tmp_path / "out" / "overview.html").read_text()

"""One batch for each class of programs, shared by all tests that look at its results."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from batches import CLASS, GRADE, PROGRAMS, QUICK, ROOT, UPPER, copy_of, graded


@pytest.fixture(scope="session")
def styles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the correct programs by many roads."""
    return graded(tmp_path_factory.mktemp("styles") / "out", PROGRAMS / "styles")


@pytest.fixture(scope="session")
def mistakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the programs with one mistake each. Those that compute without end use up all that they may, in
    each run: so they may use less than in a class."""
    rubric = tmp_path_factory.mktemp("rubric") / "rubric.yaml"
    text = (ROOT / "rubric.yaml").read_text("utf-8")
    assert "cpu_seconds: 2\n" in text
    rubric.write_text(text.replace("cpu_seconds: 2\n", "cpu_seconds: 0.5\n"), "utf-8")
    shutil.copytree(ROOT / "solutions", rubric.parent / "solutions")
    return graded(tmp_path_factory.mktemp("mistakes") / "out", PROGRAMS / "mistakes", "--rubric", rubric)


@pytest.fixture(scope="session")
def example_class_twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Results of the example class, eight at a time and one at a time; the two batches run side by side."""
    outs = [tmp_path_factory.mktemp("class") / "out" for _ in range(2)]
    running = [
        subprocess.Popen([GRADE, CLASS, "-o", out, "--quiet", "--jobs", jobs], stdin=subprocess.DEVNULL, cwd=ROOT)
        for out, jobs in zip(outs, ("8", "1"), strict=True)
    ]
    assert [one.wait(280) for one in running] == [1, 1]
    return outs[0], outs[1]


@pytest.fixture(scope="session")
def example_class(example_class_twice: tuple[Path, Path]) -> Path:
    """Results of the example class, eight at a time."""
    return example_class_twice[0]


@pytest.fixture(scope="session")
def upper_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the second assignment's class."""
    out = tmp_path_factory.mktemp("upper") / "out"
    return graded(out, UPPER / "class", "--rubric", UPPER / "rubric.yaml")


@pytest.fixture(scope="session")
def quick_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen hand-ins that are graded in a moment."""
    return copy_of(tmp_path_factory.mktemp("quick"), QUICK)


@pytest.fixture(scope="session")
def quick_results(quick_class: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of an undisturbed run over the dozen."""
    return graded(tmp_path_factory.mktemp("quick-results") / "out", quick_class)


@pytest.fixture(scope="session")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the assignment's own solutions and starter."""
    return graded(tmp_path_factory.mktemp("assignment") / "out", ROOT / "solutions", ROOT / "starter")

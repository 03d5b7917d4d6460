"""One batch for each class of programs, shared by all tests that look at its results."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from batches import CLASS, MISTAKES, PROGRAMS, QUICK, ROOT, TWICE, UPPER, copy_of, graded


@pytest.fixture(scope="session")
def styles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the correct programs by many roads."""
    return graded(tmp_path_factory.mktemp("styles") / "out", PROGRAMS / "styles")


@pytest.fixture(scope="session")
def chosen_mistakes(pytestconfig: pytest.Config) -> list[Path]:
    """The programs with one mistake each: every fourth one, or all."""
    return MISTAKES if pytestconfig.getoption("--thorough") else sorted({*MISTAKES[::4], *TWICE})


@pytest.fixture(scope="session")
def mistakes(chosen_mistakes: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their results. Those that compute without end use up all that they may, in each run: so they may use less than in
    a class."""
    rubric = tmp_path_factory.mktemp("rubric") / "rubric.yaml"
    text = (ROOT / "rubric.yaml").read_text("utf-8")
    assert "cpu_seconds: 2\n" in text
    rubric.write_text(text.replace("cpu_seconds: 2\n", "cpu_seconds: 0.3\n"), "utf-8")
    shutil.copytree(ROOT / "solutions", rubric.parent / "solutions")
    return graded(tmp_path_factory.mktemp("mistakes") / "out", *chosen_mistakes, "--rubric", rubric)


@pytest.fixture(scope="session")
def example_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the example class."""
    return graded(tmp_path_factory.mktemp("class") / "out", CLASS)


@pytest.fixture(scope="session")
def upper_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the second assignment's class."""
    out = tmp_path_factory.mktemp("upper") / "out"
    return graded(out, UPPER / "class", "--rubric", UPPER / "rubric.yaml")


@pytest.fixture(scope="session")
def quick_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few hand-ins that are graded in a moment."""
    return copy_of(tmp_path_factory.mktemp("quick"), QUICK)


@pytest.fixture(scope="session")
def quick_results(quick_class: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of an undisturbed run over the few."""
    return graded(tmp_path_factory.mktemp("quick-results") / "out", quick_class)


@pytest.fixture(scope="session")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the assignment's own solutions and starter."""
    return graded(tmp_path_factory.mktemp("assignment") / "out", ROOT / "solutions", ROOT / "starter")

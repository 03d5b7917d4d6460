"""One class, graded here, and one cluster of two workers: shared by the tests that disturb neither."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "end_to_end"))  # where `batches` is

from clusters import MANY, Cluster, grade, made_class


@pytest.fixture(scope="session")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of hand-ins that are graded in a moment."""
    return made_class(tmp_path_factory.mktemp("class"), MANY)


@pytest.fixture(scope="session")
def here(students: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its results on this machine."""
    out = tmp_path_factory.mktemp("here") / "out"
    status, said = grade("run", students, "-o", out, "-q")
    assert (status, said) == (1, "")
    return out


@pytest.fixture(scope="session")
def quiet_cluster() -> Iterator[Cluster]:
    """A cluster of two workers that nobody disturbs."""
    made = Cluster(2)
    yield made
    made.close()

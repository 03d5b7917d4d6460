"""The battle is fought once: all tests look at the same batch."""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from attack_suite import CANARY, battle_of_programs, load_attacks
from siege import ORDINARY_ID, Outcome, bait_for, ordinary, run_siege, write_rubric


@pytest.fixture(scope="session")
def small_rubric(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rubric with small limits."""
    return write_rubric(tmp_path_factory.mktemp("rubric"))


@pytest.fixture(scope="session")
def siege(sandbox: None, tmp_path_factory: pytest.TempPathFactory, small_rubric: Path) -> Iterator[Outcome]:
    """The whole attack class and twenty honest hand-ins in one batch."""
    folder = tmp_path_factory.mktemp("siege")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)  # so that only the box keeps anybody out
    with bait_for(folder / "bait", f"{CANARY}-{uuid.uuid4().hex}") as bait:
        yield run_siege(load_attacks(), folder / "class", folder / "out", small_rubric, bait)


@pytest.fixture(scope="session")
def peace(sandbox: None, tmp_path_factory: pytest.TempPathFactory, small_rubric: Path) -> Iterator[Outcome]:
    """The same honest hand-ins without any attack."""
    folder = tmp_path_factory.mktemp("peace")
    with bait_for(folder / "bait", "nothing") as bait:
        yield run_siege((), folder / "class", folder / "out", small_rubric, bait)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each attack on a user."""
    if "attack_on_a_user" in metafunc.fixturenames:
        metafunc.parametrize("attack_on_a_user", battle_of_programs(), ids=lambda attack: attack.name)


@pytest.fixture(scope="session")
def siege_by_a_user(sandbox: None) -> Iterator[Outcome]:
    """The battle of programs once more, fought by a user without rights. Where the tests are run by one, `siege` is
    that.

    Not below the folder of these tests, which every other run of tests closes to strangers.
    """
    if os.geteuid() != 0:
        pytest.skip("only root can be both: this user's battle is the other one, and root's is not tried here")
    with tempfile.TemporaryDirectory(prefix="grade-siege-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        for path in (folder, folder / "rubric", folder / "results"):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
        os.chown(folder / "results", ORDINARY_ID, ORDINARY_ID)
        rubric = write_rubric(folder / "rubric")
        with bait_for(folder / "bait", f"{CANARY}-{uuid.uuid4().hex}") as bait:
            yield run_siege(
                battle_of_programs(),
                folder / "class",
                folder / "results" / "out",
                rubric,
                bait,
                before_it=ordinary(),
            )

"""What all tests share: helpers can be imported from anywhere, and tests that need boxes say so with a marker."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "unit"))  # where the helpers are: `cases`, `grades`, …

MUST_WORK = "GRADER_SANDBOX_MUST_WORK"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the option of `make test-thorough`."""
    parser.addoption("--thorough", action="store_true", help="every mutant, mistake and attack on a user, not a sample")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests marked `thorough` to that option: those whose like is tested in any case, and that take long."""
    if not config.getoption("--thorough"):
        config.hook.pytest_deselected(items=[one for one in items if one.get_closest_marker("thorough")])
        items[:] = [one for one in items if not one.get_closest_marker("thorough")]


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, as `--strict-markers` asks."""
    config.addinivalue_line(
        "markers", f"sandbox: needs a machine that can box programs; skipped on others, unless {MUST_WORK}=1"
    )


@functools.cache
def why_no_boxes() -> str:
    """Why this machine cannot box programs; empty when it can. Tried once, with a real box."""
    from grader.errors import HostError
    from grader.sandbox.host import require_boxes

    try:
        require_boxes()
    except HostError as error:
        return str(error)
    return ""


def demand_boxes() -> None:
    """Skip the test where there are no boxes; where they must work, fail it."""
    why = why_no_boxes()
    if not why:
        return
    if os.environ.get(MUST_WORK) == "1":
        pytest.fail(f"{MUST_WORK}=1, but no box could be made: {why}", pytrace=False)
    pytest.skip(f"no boxes on this machine: {why.splitlines()[0]}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Hold tests that are marked `sandbox` to what this machine can do."""
    if item.get_closest_marker("sandbox") is not None:
        demand_boxes()


@pytest.fixture(scope="session")
def sandbox() -> None:
    """For fixtures that need boxes themselves; a test says it with the marker of the same name."""
    demand_boxes()

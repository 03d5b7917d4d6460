"""The rubric that a command uses: which file it is, and reading and checking it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.model import Rubric

SHIPPED_RUBRIC = Path(__file__).parent / "assignment" / "rubric.yaml"


def find_rubric(given: Path | None, paths: tuple[Path, ...]) -> Path:
    """The rubric to use. A rubric.yaml inside what is being graded is a student's file and is never used."""
    if given is not None:
        return given
    here = Path("rubric.yaml")
    inside = any(Path.cwd().is_relative_to(os.path.realpath(path)) for path in paths)
    return here if here.is_file() and not inside else SHIPPED_RUBRIC


def another_rubric_here() -> bool:
    """Whether the current folder has a rubric.yaml that differs from the one of the echo assignment."""
    import filecmp

    here = Path("rubric.yaml")
    return here.is_file() and os.access(here, os.R_OK) and not filecmp.cmp(here, SHIPPED_RUBRIC, shallow=False)


def load(path: Path) -> Rubric:
    """Read a rubric and the decisions on answers beside it, and check its word patterns. Raises RubricError."""
    from grader.answers import check_pattern
    from grader.answers.decisions import with_decisions
    from grader.rubric import load_kept

    found = path.resolve() if path == SHIPPED_RUBRIC else path
    return with_decisions(load_kept(found, check_pattern), found)


def check_examples(path: Path, rubric: Rubric) -> list[str]:
    """A sentence for each example that the engine would mark wrongly by its criterion's idea and patterns alone.

    Raises RubricError when an example is marked both ways.
    """
    from grader.answers.examples import wrong_examples
    from grader.errors import RubricError

    lines = path.read_text(encoding="utf-8").splitlines()
    problems, told = [], []
    for wrong in wrong_examples(rubric.questions):
        line = next((number for number, text in enumerate(lines, 1) if wrong.text[:40] in text), None)
        where = f"{path}, line {line}" if line else str(path)
        example = f"{where}: criterion `{wrong.question}.{wrong.criterion}`: the example under `{wrong.wanted}`"
        if wrong.both:
            problems.append(f"{example} is marked the other way, too: {wrong.text!r}. Keep one of the two.")
        else:
            told.append(f"{example} ({round(100 * wrong.probability)} %): {wrong.text!r}")
    if problems:
        raise RubricError(problems)
    return told


NO_ADDRESS = {
    "server": "no check asks where the server listens, so that one at another address loses nothing. Add a check with "
    "`listens`, or write `options: {follow_through: false}`.",
    "client": "no check asks where the client connects to, so that another address costs nothing. Add a "
    "check with `connects`, or write `options: {follow_through: false}`.",
}


def loose_ends(rubric: Rubric) -> list[str]:
    """A sentence for each program whose address costs nothing when it is wrong, which few authors would expect.

    With `follow_through`, a wrong address costs only the check that asks for it; without that check, it costs nothing.
    """
    asked = {step.name for check in rubric.checks if check.points for step in check.conversation}
    roles = {role for check in rubric.checks for role, who in check.players.items() if who == "student"}
    free = {"server": "listens" not in asked, "client": "connects" not in asked}
    return [NO_ADDRESS[role] for role in sorted(roles) if free[role] and rubric.options.follow_through]

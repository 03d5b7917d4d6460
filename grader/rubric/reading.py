"""A file on disk, or its text -> Rubric: runs the stages in order. The package's docstring says what each does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from grader.errors import RubricError
from grader.model import Rubric, Step
from grader.rubric.build import build_rubric
from grader.rubric.checking import Place, faults, member, validate
from grader.rubric.conversations import read_conversation
from grader.rubric.files import OUTSIDE, read_inside, read_rubric_text
from grader.rubric.problems import Problem, shown
from grader.rubric.rules import CheckPattern, broken_rules, references, side_of, wrong_patterns
from grader.rubric.shape import RubricShape
from grader.rubric.yaml_text import Entry, read_yaml


def load_rubric(
    path: Path,
    check_pattern: CheckPattern | None = None,
    read_reference: Callable[[Path, str], str] = read_inside,
) -> Rubric:
    """Read a rubric and the reference programs beside it.

    `check_pattern` is passed on to `parse_rubric`.
    `read_reference`: the rubric's folder, path as written in the rubric -> text of that program; raises as
    `read_inside` does.

    Raises RubricError when the file cannot be read or used; nothing else is raised for a file of any content.
    """
    return parse_rubric(
        read_rubric_text(path),
        name=str(path),
        read_reference=partial(read_reference, path.parent),
        check_pattern=check_pattern,
    )


def parse_rubric(
    text: str,
    *,
    name: str,
    read_reference: Callable[[str], str],
    check_pattern: CheckPattern | None = None,
) -> Rubric:
    """Return the rubric that a text describes. Only `read_reference` has side effects.

    `name`: the file's name for messages.
    `read_reference`: path as written in the rubric -> text of that program. Raises OSError when it cannot be read, and
    ValueError when it must not be used; the text of the ValueError completes a sentence that begins with the path.
    `check_pattern`: pattern and lexicon -> what is wrong with the pattern, or None. Without it, patterns need only be
    non-empty texts.

    Raises RubricError with every fault, in the order of the lines.
    """
    root, problems = read_yaml(text)
    if root is None:
        raise _error(name, problems)
    problems += faults(RubricShape, root, Place())
    problems += broken_rules(root)
    if check_pattern is not None:
        problems += wrong_patterns(root, check_pattern)
    conversations, step_problems = _read_conversations(root)
    texts, reference_problems = _read_references(root, read_reference)
    problems += step_problems + reference_problems
    shape = validate(RubricShape, root)
    if problems or shape is None:
        raise _error(name, problems)
    return build_rubric(shape, conversations, texts)


def _error(name: str, problems: list[Problem]) -> RubricError:
    in_file_order = sorted(dict.fromkeys(problems), key=lambda problem: problem.line)
    return RubricError([problem.in_file(name) for problem in in_file_order])


def _read_conversations(root: Entry) -> tuple[list[tuple[Step, ...]], list[Problem]]:
    """Return the steps of every check, in order, and what is wrong with them."""
    conversations, problems, payload = [], [], 0
    for index, check in enumerate(root.get("checks").items()):
        place = Place((member("check", check, index),))
        steps, found, payload = read_conversation(check.get("conversation"), side_of(check), place, payload)
        conversations.append(steps)
        problems += found
    return conversations, problems


def _read_references(root: Entry, read: Callable[[str], str]) -> tuple[Mapping[str, str], list[Problem]]:
    """Return role -> text of the reference program, and a problem for each program that cannot be read or used."""
    texts: dict[str, str] = {}
    problems = []
    for role, entry in references(root):
        try:
            _refuse_outside(entry.text)
            texts[role] = read(entry.text)
        except OSError as error:
            why = (
                "is not there"
                if isinstance(error, FileNotFoundError)
                else f"cannot be read ({error.strerror or error})"
            )
            slash = " Write `/` between folder and file." if "\\" in entry.text else ""
            problems.append(
                _reference_problem(role, entry, f"{why}. Paths are relative to the rubric's folder.{slash}")
            )
        except ValueError as error:
            problems.append(_reference_problem(role, entry, str(error)))
    return texts, problems


def _reference_problem(role: str, entry: Entry, why: str) -> Problem:
    key = f"`assignment.programs.{role}.reference`"
    return Problem(entry.line, f"{key}: {shown(entry.text)} {why}")


def _refuse_outside(path: str) -> None:
    """Raise ValueError for a path whose text alone leads out of the rubric's folder."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\0" in path:
        raise ValueError(OUTSIDE)

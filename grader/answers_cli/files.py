"""What the commands on answers share: reading the rubric and a person's marks, and writing the person's own files."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.answers.marked import Marked
    from grader.model import Question, Rubric

_LONGEST = 160


def rubric_option(told: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """The option `-r` with the given help text."""
    return click.option("-r", "--rubric", "rubric_path", type=click.Path(path_type=Path), help=told)


RUBRIC = rubric_option("The rubric to mark by. Default: rubric.yaml in this folder, else the echo assignment's own.")


def rubric_with_questions(path: Path | None) -> tuple[Path, Rubric]:
    """The rubric to use and its path. Raises RubricError, or UsageError when it has no questions."""
    from grader.rubric_file import find_rubric, load

    found = find_rubric(path, ())
    rubric = load(found)
    if not rubric.questions:
        raise UsageError(f"{found} has no questions.")
    return found, rubric


def read_bank(bank: Path, questions: Sequence[Question]) -> list[Marked]:
    """The marked answers in a file, including answers to questions that are not in `questions`. Raises UsageError."""
    from grader.answers.marked import MarkedError, read_all

    try:
        return read_all(bank.read_text("utf-8-sig"), questions, is_csv=bank.suffix.lower() == ".csv")
    except UnicodeDecodeError:
        raise UsageError(f"cannot read {bank}: it is not UTF-8. Save it as UTF-8 (in a sheet: CSV UTF-8).") from None
    except OSError as error:
        raise UsageError(f"cannot read {bank}: {error.strerror or error}. Check the path.") from None
    except MarkedError as error:
        raise UsageError(f"{bank}: {error}") from None


def write_own(path: Path, text: str, *, cure: str = "Or name a rubric in a folder of yours with -r.") -> None:
    """Write `text` into a person's own file, whole or not at all. Raises UsageError, whose message ends in `cure`."""
    from grader.whole_file import write_whole

    data = text.encode("utf-8")
    try:
        write_whole(path, data, somebodys=True)
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"{path}: cannot be written ({why}); nothing is changed. Cure that. {cure}") from None


def short(text: str) -> str:
    """A text on one line, fit for a terminal, cut where it is long."""
    from grader.report.escape import visible

    text = visible(" ".join(text.split()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def with_rubric(command: str, path: Path | None) -> str:
    """A command to run next, with the rubric that was named in the present command."""
    return command if path is None else f"{command} -r {shlex.quote(str(path))}"


def learning(sheet: Path, path: Path | None) -> str:
    """The command that learns from a sheet, with the rubric that was named in the present command."""
    return with_rubric(f"grade answers learn {shlex.quote(str(sheet))}", path)

"""`grade answers learn`: adds what staff decided to the file beside the rubric."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.answers_cli.files import read_bank, rubric_option, rubric_with_questions, with_rubric, write_own
from grader.errors import UsageError
from grader.report.words import count as counted

if TYPE_CHECKING:
    from grader.answers.decisions import Conflict, Merged
    from grader.answers.learn import Taken
    from grader.answers.marked import Marked
    from grader.model import Question

_CONFLICTS_SHOWN = 20
LOCK_NAME = ".decisions.lock"


@click.command("learn")
@click.argument("marked", type=click.Path(path_type=Path))
@click.option("--replace", "replacing", is_flag=True, help="Let MARKED win over what was decided before.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@rubric_option("The rubric to remember for; one of your own. Default: rubric.yaml in this folder.")
def learn_command(marked: Path, replacing: bool, dry_run: bool, rubric_path: Path | None) -> None:
    """Remember what staff decided in MARKED, a .csv or .yaml file of marked answers.

    It goes into decisions.yaml beside the rubric. From then on an answer with the same words comes out as decided; of
    criteria in plain words, answers like it are shifted too.

    The CSV has the columns question, answer, and one for each criterion's id with 1 or 0; `grade answers queue` writes
    such a file.
    """
    from grader.answers.decisions import load_decisions, merge
    from grader.answers.decisions_text import grown
    from grader.answers.learn import take

    path, rubric = rubric_with_questions(rubric_path)
    file = _beside(path)
    questions = rubric.questions
    taken = take(read_bank(marked, questions), questions)
    if not taken.decided:
        raise UsageError(f"{marked}: {_nothing(taken, questions)}")
    with nullcontext() if dry_run else _alone(file):
        known = load_decisions(file, questions) if file.exists() else []
        merged = merge(known, taken.decided, replacing=replacing)
        _refuse_conflicts(marked, file, merged, taken, questions)
        if merged.cells and not dry_run:
            old = file.read_text("utf-8-sig") if file.exists() else ""
            write_own(file, grown(old, merged, questions))
    for line in _told(file, merged, taken, dry_run=dry_run):
        click.echo(line)
    for line in _helped(questions, merged.decided):
        click.echo(line)
    if merged.cells and not dry_run:
        click.echo(f"Now: {_next(marked, path)}")
        click.echo("It scores again from what is stored; no program runs for it.")


def _next(marked: Path, rubric_path: Path) -> str:
    """The command that brings the decisions into the grades, which are in the folder of the queue's sheet."""
    from grader.store.database import FILE_NAME

    out = shlex.quote(str(marked.parent)) if (marked.parent / FILE_NAME).is_file() else "OUT"
    return with_rubric(f"grade run FOLDER -o {out}", rubric_path)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Lock the file of decisions from reading it to writing it. Raises UsageError when another process has the lock."""
    from grader.store.lock import HeldError, take_lock

    folder = Path(os.path.realpath(file)).parent
    try:
        descriptor = take_lock(folder, LOCK_NAME)
    except HeldError as held:
        raise UsageError(
            f"{file}: another `grade answers learn`{held.who} is writing it just now; nothing was learnt. "
            "Give the command again in a moment."
        ) from None
    except OSError as error:
        why = error.strerror or error
        raise UsageError(
            f"{folder / LOCK_NAME}: cannot be written ({why}); nothing was learnt. Cure that, or name a rubric in a "
            "folder of yours with -r."
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


def _beside(rubric_path: Path) -> Path:
    """The file of decisions beside a rubric. Raises UsageError for the rubric of the installed program."""
    from grader.answers.decisions import FILE_NAME
    from grader.rubric_file import SHIPPED_RUBRIC

    if rubric_path == SHIPPED_RUBRIC:
        raise UsageError(
            "decisions are kept beside a rubric of yours; the echo assignment's own is part of the program. Copy it "
            f"with its solutions (`cp -RL {SHIPPED_RUBRIC.parent} week1`) and name it with `-r week1/rubric.yaml`."
        )
    return rubric_path.parent / FILE_NAME


def _nothing(taken: Taken, questions: Sequence[Question]) -> str:
    ours = ", ".join(one.id for one in questions)
    if taken.undecided:
        return (
            f"nothing is decided in its {counted(taken.undecided, 'answer')}. Write 1 or 0 under a criterion; a cell "
            "that is empty or ends in `?` is not decided."
        )
    return f"no decided answer to a question of the rubric; its questions are {ours}."


def _refuse_conflicts(marked: Path, file: Path, merged: Merged, taken: Taken, questions: Sequence[Question]) -> None:
    """Raise UsageError with everything that was decided both ways, before anything is written."""
    from grader.answers.learn import against_examples

    within = [one for one in merged.conflicts if not one.known]
    before = [one for one in merged.conflicts if one.known]
    examples = against_examples(taken.decided, questions)
    lines = _shown(marked, within, "", "Keep one of the two.")
    lines += _shown(marked, before, str(file), "Change one of the two, or let the new one win with --replace.")
    lines += _shown(marked, examples, "the rubric", "Change the mark, or move the example.")
    if lines:
        raise UsageError("\n".join(["decided both ways; nothing was learnt.", *lines]))


def _shown(marked: Path, conflicts: Sequence[Conflict], known: str, cure: str) -> list[str]:
    from grader.report.escape import visible

    lines = [visible(f"{marked}, {one.told(known)} {cure}") for one in conflicts[:_CONFLICTS_SHOWN]]
    more = len(conflicts) - len(lines)
    return [*lines, f"… and {more} more of this kind."] if more > 0 else lines


def _told(file: Path, merged: Merged, taken: Taken, *, dry_run: bool) -> list[str]:
    cells = sum(len(one.gold) for one in merged.decided)
    new = "nothing new"
    if merged.cells:
        new = f"{counted(merged.cells, 'new decision')}, {counted(merged.answers, 'new answer')} among them"
    lines = [
        f"{file} {'would get' if dry_run else 'has'} {new}; {counted(cells, 'decision')} on "
        f"{counted(len(merged.decided), 'answer')} in all."
    ]
    left = [
        (taken.undecided, "of which nothing is decided"),
        (taken.empty, "without a word, which gets nothing in any case"),
        (taken.long, "too long to be known again"),
    ]
    lines += [f"Left out: {counted(count, 'answer')} {why}." for count, why in left if count]
    if taken.strange:
        names = ", ".join(taken.strange[:10])
        lines.append(f"Left out: answers to questions that the rubric does not have ({names}).")
    return lines


def _helped(questions: Sequence[Question], decided: Sequence[Marked]) -> list[str]:
    from grader.answers.learn import difference

    found = [one for one in (difference(question, decided) for question in questions) if one.answers > 1]
    if not found:
        return []
    lines = ["Decided answers, each judged as if it alone had not been decided:"]
    for one in found:
        lines.append(
            f"  {one.question}: without your decisions the engine decides {one.before} of these {one.cells} as you "
            f"did; knowing the others, {one.after}. It asks for a person on {one.asked_before} of {one.answers} "
            f"answers, and on {one.asked_after} knowing the others."
        )
    if sum(one.after for one in found) <= sum(one.before for one in found):
        lines.append(
            "So they do not help other answers yet. Those decided, and all with the same words, come out as decided."
        )
    return lines

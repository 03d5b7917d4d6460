"""What staff decided on answers: one file beside the rubric, which counts as part of the rubric.

`decisions.yaml` is a bank of marked answers (`marked.py`): plain, in the order in which it grew, and fit for review and
version control. An answer with the same words as one in the file is marked as decided there. For criteria in plain
words, decisions also shift similar answers (`memory.py`). The file is part of the rubric's digest, so that grades are
scored again when it changes; no program is run for that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.answers.ideas import normal_form
from grader.errors import RubricError
from grader.model import Criterion, Question, Rubric
from grader.rubric.digest import rubric_digest

if TYPE_CHECKING:
    from grader.answers.marked import Marked

FILE_NAME = "decisions.yaml"
MOST_BYTES = 16 * 1024 * 1024
_QUOTED = 80

Key = tuple[str, tuple[str, ...]]


def key_of(one: Marked) -> Key:
    """The key by which an answer is recognised: its question and its words."""
    return one.question, normal_form(one.text)


# --- reading --------------------------------------------------------------------------------------------------------


def with_decisions(rubric: Rubric, rubric_path: Path) -> Rubric:
    """The rubric with the decisions beside it, if there are any. Raises RubricError when their file cannot be used."""
    path = rubric_path.parent / FILE_NAME
    if not os.path.lexists(path):
        return rubric
    questions = remembering(rubric.questions, load_decisions(path, rubric.questions))
    changed = replace(rubric, questions=questions)
    return replace(changed, digest=rubric_digest(changed))


def load_decisions(path: Path, questions: Sequence[Question]) -> list[Marked]:
    """The decisions in a file, each answer once. Raises RubricError with every contradiction among them."""
    from grader.answers.marked import MarkedError, read_all

    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise RubricError([f"{path}: more than {MOST_BYTES} bytes are too much. Remove old decisions."])
        found = read_all(data.decode("utf-8-sig"), questions, is_csv=False)
    except OSError as error:
        raise RubricError([f"{path}: cannot be read ({error.strerror}). Check its permissions, or move it."]) from None
    except UnicodeDecodeError:
        raise RubricError([f"{path}: this is not UTF-8 text. Save the file as UTF-8."]) from None
    except MarkedError as error:
        raise RubricError([f"{path}: {error}"]) from None
    problems = _strangers(path, found, questions)
    merged = merge([], found)
    problems += [f"{path}: {one.told()} Keep one of the two." for one in merged.conflicts]
    if problems:
        raise RubricError(problems)
    return merged.decided


def _strangers(path: Path, found: Sequence[Marked], questions: Sequence[Question]) -> list[str]:
    """One problem for each question that the rubric does not have."""
    known = [one.id for one in questions]
    first: dict[str, int] = {}
    for one in found:
        if one.question not in known:
            first.setdefault(one.question, one.line)
    ours = ", ".join(known) or "none"
    return [
        f"{path}, line {line}: the rubric beside it has no question {name[:40]!r}; it has {ours}. "
        "Rename it here, or remove its decisions."
        for name, line in first.items()
    ]


def remembering(questions: Iterable[Question], decided: Sequence[Marked]) -> tuple[Question, ...]:
    """The questions with these decisions, and no others."""
    return tuple(
        replace(
            question,
            criteria=tuple(
                _remembering(one, [d for d in decided if d.question == question.id]) for one in question.criteria
            ),
        )
        for question in questions
    )


def _remembering(criterion: Criterion, decided: Sequence[Marked]) -> Criterion:
    marks = [(one.text, one.gold[criterion.id]) for one in decided if criterion.id in one.gold]
    return replace(
        criterion,
        decided_yes=tuple(text for text, met in marks if met),
        decided_no=tuple(text for text, met in marks if not met),
    )


# --- adding ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conflict:
    """One answer that was decided both ways, in lines `first` and `second`. `known`: the first decision is not new."""

    question: str
    criterion: str
    text: str
    first: int
    second: int
    met: bool
    known: bool = True

    def told(self, known_file: str = "") -> str:
        """The conflict in a sentence. `known_file`: the file of the first decision, if it is another file."""
        words = " ".join(self.text.split())
        quoted = repr(words if len(words) <= _QUOTED else words[: _QUOTED - 1] + "…")
        line = f"line {self.first}" if self.first else "an example"
        there = f"{line} of {known_file}" if known_file and self.known else line
        now, before = (1, 0) if self.met else (0, 1)
        return (
            f"line {self.second}: {self.criterion} of {self.question} is {now}, and {before} in {there}, for the same "
            f"answer {quoted}."
        )


@dataclass(frozen=True, slots=True)
class Merged:
    """`decided`: every answer once, known answers first.  `answers`, `cells`: how many are new.  `changed`: whether an
    entry that existed before has other marks now."""

    decided: list[Marked]
    conflicts: list[Conflict]
    answers: int
    cells: int
    changed: bool


def merge(known: Sequence[Marked], new: Sequence[Marked], *, replacing: bool = False) -> Merged:
    """Add new decisions to the known ones. Adding a known decision changes nothing.

    `replacing`: a new decision replaces a known one without a conflict. Two new decisions that differ always conflict.
    """
    entries: dict[Key, Marked] = {}
    sources: dict[tuple[Key, str], tuple[int, bool]] = {}  # line, and whether it is new
    conflicts: list[Conflict] = []
    answers = cells = 0
    changed = False
    for place, one in enumerate([*known, *new]):
        fresh = place >= len(known)
        key = key_of(one)
        there = entries.get(key)
        gold = dict(there.gold) if there else {}
        for name, met in one.gold.items():
            line, was_fresh = sources.get((key, name), (0, False))
            if name in gold and gold[name] != met and not (replacing and fresh and not was_fresh):
                conflicts.append(Conflict(one.question, name, one.text, line, one.line, met, not was_fresh))
                continue
            cells += fresh and gold.get(name) != met
            gold[name] = met
            sources[key, name] = (one.line, fresh)
        answers += fresh and there is None
        changed |= fresh and there is not None and gold != dict(there.gold)
        entries[key] = replace(there, gold=gold) if there else replace(one, gold=gold)
    return Merged(list(entries.values()), conflicts, answers, cells, changed)

"""Classes of any size to measure with: programs of every kind that the tests have, each beside answers of its own.

Programs are the example class's, the correct styles, the mistakes and the mutants; answers are marked ones of the
bank `dev`, combined to pairs. Nothing is random: submission 17 is the same in every class.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bench.answers.banks import OURS, load
from bench.grading import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from mutants.generate import mutants

KINDS = ("class", "styles", "mistakes", "mutants")
ANSWERS = "# Answers\n\n## Question 1\n\n{}\n\n## Question 2\n\n{}\n"
Files = dict[str, bytes]


def read_files(folder: Path) -> Files:
    """Path -> content of what is handed in; not what the tests expect of it, nor what Python left."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    kept = (path for path in found if path.name != "expected.yaml" and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}


def folders(of: Path) -> list[Files]:
    """The hand-ins of a folder of them."""
    return [read_files(folder) for folder in sorted(of.iterdir()) if folder.is_dir()]


@cache
def programs(kinds: tuple[str, ...] = KINDS) -> list[Files]:
    """Hand-ins of these kinds, as files."""
    found: list[Files] = []
    for kind in kinds:
        if kind == "mutants":
            found += [{name: text.encode() for name, text in mutant.files.items()} for mutant in mutants()]
        else:
            found += folders(ROOT / "examples" / "class" if kind == "class" else ROOT / "tests" / "programs" / kind)
    return found


@cache
def answers() -> tuple[list[str], list[str]]:
    """Answers to the first and to the second question, one line each."""
    marked = load("dev")[1]
    first, second = ([" ".join(one.text.split()) for one in marked if one.question == name] for name in OURS)
    return first, second


def submission(number: int, kinds: tuple[str, ...] = KINDS) -> Files:
    """The files of one submission. No two of the first several hundred thousand are alike."""
    some, (first, second) = programs(kinds), answers()
    turn, place = divmod(number, len(some))
    one = (turn + 7 * place) % len(first)
    other = (turn // len(first) + turn + 11 * place) % len(second)
    answer = ANSWERS.format(first[one], second[other])
    return {**{path: data for path, data in some[place].items() if path != "answers.md"}, "answers.md": answer.encode()}


def name(number: int) -> str:
    """The id of one submission."""
    return f"student-{number:07}"


def place_of(name: str, kinds: tuple[str, ...] = KINDS) -> int:
    """Which of the programs the submission of this id has."""
    return int(name.rpartition("-")[2]) % len(programs(kinds))


def write_class(folder: Path, count: int, kinds: tuple[str, ...] = KINDS) -> None:
    """Lay out the first `count` submissions below `folder`."""
    for path, data in _paths(folder, count, kinds):
        os.makedirs(path.parent, exist_ok=True)
        path.write_bytes(data)


def _paths(folder: Path, count: int, kinds: tuple[str, ...]) -> Iterator[tuple[Path, bytes]]:
    for number in range(count):
        for path, data in submission(number, kinds).items():
            yield folder / name(number) / path, data

"""What was handed in, as `Submission` values.

`find_submissions` is cheap: it sees which hand-ins there are and reads none of them. Each is then read when its turn
comes, whole and into memory, so that nothing a student does to a file later matters. A hand-in passes through
four steps, each a module: `layouts` (where hand-ins lie; `platforms` for downloads), `folders` or `archives` (opening
one safely; `gathered` where it lies in pieces), `gather` (reading it within `bounds`) and `recognise` (which file is
which: `programs`, `answers_file`).

Everything here is hostile: names, links, sizes, archives. No link is followed, nothing that is not a regular file is
opened, nothing is written to disk, and every count and size is bounded.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import SubmissionError, UsageError
from grader.intake import messages, names
from grader.intake.archives import open_class
from grader.intake.folders import FolderPlace
from grader.intake.gather import gather
from grader.intake.handin import Place, Source
from grader.intake.layouts import hand_ins
from grader.intake.recognise import class_folders, recognise
from grader.intake.view import Entry, refused
from grader.model import Rubric, Submission

__all__ = ["Pending", "find_submissions", "read_folder"]


@dataclass(frozen=True)
class Pending:
    """A hand-in that was seen and not yet read. `id`: its folder's name, or its archive's; unique in one batch."""

    id: str
    _open: Callable[[], Source] = field(repr=False)
    _rubric: Rubric = field(repr=False)
    _below: Path = field(default=Path(), repr=False)

    def read(self) -> Submission:
        """Reads it whole. Raises SubmissionError, and nothing else, when it cannot be read."""
        return _read(self.id, self._open, self._rubric, self._below / self.id)


def find_submissions(paths: Sequence[Path], rubric: Rubric, out: Path | None = None) -> Iterator[Pending]:
    """All hand-ins at `paths`, ordered by id; docs/submissions.md says what a path may be.

    `out`: where the results go. It may lie among the hand-ins (`grade .`) and is none of them.

    Raises UsageError, at once, when a path does not exist, or holds nothing that looks like a hand-in, or is `out`
    itself. Of several paths one that is empty is a hand-in without files: it was named for a reason (`grade class/*`).
    """
    places = list(dict.fromkeys(_existing(path) for path in paths))
    alone = len(places) == 1
    results = Path(os.path.realpath(out)) if out else None
    if results in places:
        places = _without_results(places, results)
    entries = [
        (path, entry) for path in places for entry in _sorted(_entries(path, rubric, alone=alone, without=results))
    ]
    ids = _unique([entry.name for _, entry in entries])
    pending = [Pending(name, entry.open, rubric, path) for name, (path, entry) in zip(ids, entries, strict=True)]
    return iter(sorted(pending, key=lambda each: each.id))


def read_folder(folder: Path, rubric: Rubric) -> Submission:
    """One hand-in, for a student who checks their own. `folder` may be an archive as well.

    Raises UsageError when it does not exist, SubmissionError when it cannot be read.
    """
    path = _existing(folder)
    if path.is_dir():
        place = FolderPlace(path)
        return _read(place.name, place.open, rubric, path)
    entry = _packed(path)
    return _read(entry.name, entry.open, rubric, path)


def _read(name: str, opener: Callable[[], Source], rubric: Rubric, where: Path) -> Submission:
    """`where`: the folder that it is read from, or its archive without the ending; neither inside an archive."""
    try:
        with opener() as source:
            handin = gather(source, rubric)
    except OSError as error:
        raise SubmissionError(
            f"{names.shown(name)} cannot be read ({error.strerror or 'unknown reason'}). "
            "Look at the folder, or ask for it to be handed in again."
        ) from None
    folders = class_folders(handin, rubric)
    if folders:
        raise SubmissionError(messages.looks_like_class(name, folders, _given_by_itself(where)))
    return recognise(name, handin, rubric)


def _given_by_itself(where: Path) -> str:
    """The path of a hand-in for a command of its own: its folder or its archive; "" inside an archive."""
    packed = (where.with_name(where.name + ending) for ending in names.ARCHIVES)
    return next((str(path) for path in (where, *packed) if path.exists()), "")


def _existing(path: Path) -> Path:
    """The real path of what the teacher named: their own links are followed, those inside are not."""
    try:
        real = Path(os.path.realpath(path))
        kind = real.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{path}: there is no such file or folder. Check the path.") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). Check the path and its permissions.") from None
    if not stat.S_ISDIR(kind) and not (stat.S_ISREG(kind) and names.archive_stem(real.name)):
        raise UsageError(
            f"{path}: neither a folder nor an archive (.zip, .tar, .tar.gz). Give the folder that holds the hand-ins."
        )
    return real


def _without_results(places: list[Path], results: Path) -> list[Path]:
    """The places but for the results of an earlier run, which `class/*` names as well.

    Raises UsageError where results would come to lie between hand-ins: the next run would take them for such.
    """
    if len(places) == 1 or not (results / "grades.sqlite").is_file():
        raise UsageError(
            f"{results}: the results cannot go into what is graded. Choose another folder with `-o`, such as "
            f"`-o {shlex.quote(str(results / 'results'))}`."
        )
    return [place for place in places if place != results]


def _entries(path: Path, rubric: Rubric, *, alone: bool, without: Path | None) -> list[Entry]:
    try:
        place: Place = FolderPlace(path, without) if path.is_dir() else open_class(path)
        entries = hand_ins(place, rubric, alone=alone)
    except SubmissionError as error:
        return [refused(path.name, messages.or_download(str(error)))]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). Check its permissions.") from None
    if not entries and alone:
        raise UsageError(
            f"{path}: no hand-in was found there. Give a folder of hand-ins, or one folder with "
            f"{', '.join(spec.file for spec in rubric.programs)} in it."
        )
    if place.in_archive and [entry.name for entry in entries] in ([], [place.name]):
        return [_packed(path)]
    return entries or [Entry(place.name, place.open)]


def _packed(path: Path) -> Entry:
    """An archive that turned out to be one hand-in: opened anew when its turn comes, within the bounds of one."""
    name = names.printable(names.archive_stem(path.name) or path.name)
    return Entry(name, lambda: FolderPlace(path.parent).open_packed(path.name))


def _sorted(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.name)


def _unique(wanted: list[str]) -> list[str]:
    """The names, with ` (2)`, ` (3)`, … behind those that an earlier hand-in has already."""
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    unique = []
    for name in wanted:
        candidate = name
        while candidate in taken:
            numbers[name] += 1
            candidate = f"{name} ({numbers[name] + 1})"
        taken.add(candidate)
        unique.append(candidate)
    return unique

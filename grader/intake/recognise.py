"""From the files of a hand-in to a `Submission`: which is which, what goes into the box, and a digest of it all."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.intake.answers_file import find_answers
from grader.intake.handin import Found, HandIn
from grader.intake.programs import find_programs
from grader.model import Note, Rubric, SourceFile, Submission

CLASS_FOLDERS = 3
"""Folders in a hand-in that each hold all programs, from which on it is taken for a class. Hardly anybody hands in
three versions of everything; if so, a person has to look as well."""


def recognise(name: str, handin: HandIn, rubric: Rubric) -> Submission:
    """The submission called `name`. Raises SubmissionError when a program is too large to be graded."""
    programs = find_programs(handin.files, rubric.programs)
    answers = find_answers(handin.files, rubric.answers_file, common_folder(programs.paths.values()), handin.aside)
    told = answers.notes if rubric.questions else ()  # nobody was asked for any
    # A program may read what lies beside its folder (`sys.path.append("..")`), so all that was handed in goes along;
    # but for a folder around everything, which is an archiver's or a platform's, and no part of the work.
    root = common_folder(file.path for file in handin.files if file.whole) if programs.paths else ""
    files = _below(handin.files, root)
    paths = {role: _relative(path, root) for role, path in programs.paths.items()}
    return Submission(
        id=name,
        digest=digest(files, paths, answers.text),
        files=files,
        programs=paths,
        answers=answers.text,
        notes=(*handin.notes, *_still_true(handin, (*programs.notes, *told)), *handin.aside.notes),
    )


def class_folders(handin: HandIn, rubric: Rubric) -> int:
    """How many folders hold all programs, each under its name, where they are so many that this is no hand-in but a
    class; else 0. Copies count once, and a program outside of all folders says that this is a hand-in."""
    asked_for = {spec.file for spec in rubric.programs}
    held: defaultdict[str, list[bytes]] = defaultdict(list)
    for file in handin.files:
        folder, _, name = file.path.rpartition("/")
        if name in asked_for:
            held[folder].append(file.data)
    different = {tuple(programs) for programs in held.values() if len(programs) == len(asked_for)}
    return len(different) if "" not in held and len(different) >= CLASS_FOLDERS else 0


def _still_true(handin: HandIn, notes: Iterable[Note]) -> Iterator[Note]:
    """The notes but those that call missing what was handed in and left out."""
    left_out = {note.role for note in handin.notes if note.code in ("left-out", "closed")}
    return (note for note in notes if note.code != "missing" or note.role not in left_out)


def common_folder(paths: Iterable[str]) -> str:
    """The deepest folder that holds all `paths`; `""` is the top, also when there are none."""
    split = [path.split("/")[:-1] for path in paths]
    if not split:
        return ""
    shortest, longest = min(split), max(split)
    same = 0
    while same < len(shortest) and shortest[same] == longest[same]:
        same += 1
    return "/".join(shortest[:same])


def digest(files: Sequence[SourceFile], programs: Mapping[str, str], answers: str | None) -> str:
    """SHA-256 (hex) over everything that is graded. Every part goes in behind its length, so that none can pose as
    another; equal content gives an equal digest whatever the submission is called.
    """
    parts = [b"files", *(part for file in files for part in (file.path.encode(), file.data))]
    parts += [b"programs", *(part.encode() for role in sorted(programs) for part in (role, programs[role]))]
    parts += [b"answers"] if answers is None else [b"answers", answers.encode()]
    framed = b"".join(b"%d:%b" % (len(part), part) for part in (b"%d" % len(files), *parts))
    return hashlib.sha256(framed).hexdigest()


def _below(files: Iterable[Found], root: str) -> tuple[SourceFile, ...]:
    folder = f"{root}/" if root else ""
    return tuple(
        SourceFile(path=_relative(file.path, root), data=file.data)
        for file in files
        if file.whole and file.path.startswith(folder)
    )


def _relative(path: str, root: str) -> str:
    return path[len(root) + 1 :] if root else path

"""Takes out of an opened hand-in what will be looked at: what was asked for, then what may be meant, then the rest.

What is left out is named in notes, one for each reason, so that nobody wonders later where a file went.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from grader.errors import SubmissionError
from grader.intake import bounds, messages, names
from grader.intake.answers_file import looks_like_answers
from grader.intake.archives import open_archive
from grader.intake.handin import Found, HandIn, Member, Problem, Refused, Source
from grader.intake.unread import may_hold_answers
from grader.model import Note, Rubric


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be read: files, bytes of all of them, and `beginnings` of answers beside."""

    files: int
    total: int
    beginnings: int


ALL = Room(bounds.MAX_FILES, bounds.MAX_TOTAL_BYTES, bounds.MAX_BEGINNINGS)


def gather(source: Source, rubric: Rubric) -> HandIn:
    """Reads a hand-in. One that is nothing but an archive (and perhaps answers) is read from inside that archive."""
    return replace(_gather(source, rubric), aside=source.aside())


def _gather(source: Source, rubric: Rubric) -> HandIn:
    members = source.members()
    packed = [member for member in members if member.problem is None and names.archive_stem(names.base(member.path))]
    if not packed:
        return _read_all(source, members, rubric)
    if any(_is_program(each.path, rubric) and not names.is_test(names.base(each.path)) for each in members):
        handin = _read_all(source, members, rubric)
        return HandIn(handin.files, (messages.unopened_archives([each.path for each in packed]), *handin.notes))
    if len(packed) > 1:
        handin = _read_all(source, members, rubric)
        return HandIn(handin.files, (messages.several_archives([member.path for member in packed]), *handin.notes))
    return _with_unpacked(source, members, packed[0], rubric)


def _with_unpacked(source: Source, members: list[Member], packed: Member, rubric: Rubric) -> HandIn:
    """The hand-in with the contents of its one archive at the top; in a folder of its name where two would clash."""
    try:
        data = source.read(packed, bounds.MAX_ARCHIVE_BYTES)
    except Refused as refusal:
        raise SubmissionError(messages.archive_refused(packed.path, refusal.problem)) from None
    with open_archive(data, names.base(packed.path)) as opened:
        inside = _read_all(opened, opened.members(), rubric)
    beside = _read_all(source, [member for member in members if member is not packed], rubric, _left(inside))
    folder = f"{packed.path}/" if _clash(beside, inside) else ""
    unpacked = tuple(Found(folder + found.path, found.data, found.whole) for found in inside.files)
    files = tuple(sorted((*beside.files, *unpacked), key=lambda found: found.path))
    return HandIn(files, (messages.unpacked(packed.path), *beside.notes, *inside.notes))


def _clash(one: HandIn, other: HandIn) -> bool:
    """True when the files of both cannot lie in one folder."""
    mine, theirs = {found.path for found in one.files}, {found.path for found in other.files}
    my_folders = {folder for path in mine for folder in _folders(path)}
    their_folders = {folder for path in theirs for folder in _folders(path)}
    return bool(mine & (theirs | their_folders) or theirs & my_folders)


def _left(handin: HandIn) -> Room:
    """What may still be read of a hand-in."""
    taken = sum(len(found.data) for found in handin.files if found.whole)
    return Room(
        bounds.MAX_FILES - len(handin.files), bounds.MAX_TOTAL_BYTES - taken, ALL.beginnings - _cut(handin.files)
    )


def _cut(files: Iterable[Found]) -> int:
    """Of how many files only the beginning was kept."""
    return sum(not found.whole and bool(found.data) for found in files)


def _read_all(source: Source, members: list[Member], rubric: Rubric, room: Room = ALL) -> HandIn:
    left_out: dict[Problem, list[str]] = {}
    readable = _without_clashes(_sorted_out(members, left_out), left_out)
    ordered = sorted(readable, key=lambda member: _precedence(member.path, rubric))
    for member in ordered[room.files :]:
        left_out.setdefault(Problem.TOO_MANY, []).append(member.path)
    files: list[Found] = []
    taken = 0
    for member in ordered[: room.files]:
        try:
            data = source.read(member, bounds.MAX_FILE_BYTES)
        except Refused as refusal:
            problem = refusal.problem
        else:
            if taken + len(data) <= room.total:
                taken += len(data)
                files.append(Found(member.path, data))
                continue
            problem = Problem.TOO_MUCH
        left_out.setdefault(problem, []).append(member.path)
        if problem in (Problem.TOO_LARGE, Problem.TOO_MUCH):
            files.extend(_beginning(source, member, rubric, room.beginnings - _cut(files)))
    files.sort(key=lambda found: found.path)
    return HandIn(tuple(files), tuple(_notes(left_out, rubric)))


def _beginning(source: Source, member: Member, rubric: Rubric, left: int) -> Iterable[Found]:
    """What is kept of a file that is too large: the beginning of answers, if `left` are kept; the name of a program,
    and of what may hold what is missing."""
    name = names.base(member.path)
    if not looks_like_answers(name, rubric.answers_file):
        if _is_program(member.path, rubric) or may_hold_answers(name):
            yield Found(member.path, b"", whole=False)
    elif left > 0:
        with suppress(Refused):  # it is another file by now; a person is asked already
            yield Found(member.path, source.read_start(member, bounds.MAX_ANSWERS_BYTES + 1), whole=False)


def _sorted_out(members: Iterable[Member], left_out: dict[Problem, list[str]]) -> list[Member]:
    """The members that can be read, the last of each path: unpacking an archive leaves the last one in place."""
    readable: dict[str, Member] = {}
    for member in members:
        if member.problem is not None:
            left_out.setdefault(member.problem, []).append(member.path)
            continue
        if member.path in readable:
            left_out.setdefault(Problem.DUPLICATE, []).append(member.path)
        readable[member.path] = member
    return list(readable.values())


def _without_clashes(members: list[Member], left_out: dict[Problem, list[str]]) -> list[Member]:
    """Without files whose path is also the folder of another: no file system could hold both."""
    folders = {folder for member in members if "/" in member.path for folder in _folders(member.path)}
    if not folders:
        return members
    for member in members:
        if member.path in folders:
            left_out.setdefault(Problem.CLASH, []).append(member.path)
    return [member for member in members if member.path not in folders]


def _folders(path: str) -> Iterable[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[: count + 1]) for count in range(len(parts)))


def _is_program(path: str, rubric: Rubric) -> bool:
    name = names.base(path)
    return name.lower().endswith(".py") or _is_asked_for(name, rubric)


def _is_asked_for(name: str, rubric: Rubric) -> bool:
    roles = frozenset(spec.role for spec in rubric.programs)
    return any(names.likeness(name, spec, roles) is not None for spec in rubric.programs)


def _precedence(path: str, rubric: Rubric) -> tuple[int, int, str]:
    """What is read first when not everything is: sorts by importance, then depth, then path."""
    name = names.base(path)
    wanted: tuple[Callable[[], bool], ...] = (
        lambda: name == rubric.answers_file or any(name == spec.file for spec in rubric.programs),
        lambda: _is_asked_for(name, rubric),
        lambda: looks_like_answers(name, rubric.answers_file),
        lambda: name.lower().endswith(".py"),
    )
    rank = next((rank for rank, holds in enumerate(wanted) if holds()), len(wanted))
    return rank, names.depth(path), path


def _notes(left_out: dict[Problem, list[str]], rubric: Rubric) -> Iterable[Note]:
    """One note for each reason and each thing asked for that is among them, in the order of `Problem`."""
    for problem in Problem:
        meant: dict[str | None, list[str]] = {}
        for path in sorted(left_out.get(problem, ())):
            meant.setdefault(_meant(names.base(path), rubric), []).append(path)
        yield from (messages.left_out(problem, paths, role) for role, paths in meant.items())


def _meant(name: str, rubric: Rubric) -> str | None:
    """Which of the things asked for a file is by its name."""
    roles = frozenset(spec.role for spec in rubric.programs)
    near = {spec.role: names.likeness(name, spec, roles) for spec in rubric.programs}
    found = [(likeness, role) for role, likeness in near.items() if likeness is not None]
    if found:
        return min(found)[1]
    return "answers" if looks_like_answers(name, rubric.answers_file) else None

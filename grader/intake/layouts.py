"""How hand-ins lie in what the teacher names: one by itself, or a class of them.

`LAYOUTS` is the table: each recogniser looks at a place from above and answers with the hand-ins that it sees there,
or None when the place is not laid out its way. The first that answers is believed. The exports of learning platforms
fit in as further rows, before the plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.intake import names
from grader.intake.answers_file import looks_like_answers
from grader.intake.handin import Contents, Place, Source
from grader.intake.names import Likeness
from grader.model import Rubric

_INSPECTED = 50
"""Folders of a place that are looked into to see whether they are a class."""

# fmt: off
_WORK_WORDS = frozenset({
    "activity", "and", "assignment", "assignments", "client", "code", "echo", "exercise", "exercises",
    "file", "files", "homework", "hw", "lab", "my", "net", "network", "networking", "networks", "part",
    "program", "programs", "project", "projects", "py", "python", "server", "socket", "sockets", "source",
    "src", "task", "tasks", "tcp", "week", "work",
})
# fmt: on
"""Words of which a folder's name consists when it is named for the work in it, and not for a person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One hand-in that was seen: its name, and how it is opened (which raises SubmissionError when it cannot be)."""

    name: str
    open: Callable[[], Source]


@dataclass(frozen=True, slots=True)
class View:
    """A place with what lies in it. `alone`: it is the only one that the teacher named."""

    place: Place
    contents: Contents
    rubric: Rubric
    alone: bool

    def enter(self, folder: str) -> View:
        """A folder in it, with what lies in that. One that cannot be read looks empty here, and fails when opened."""
        place = self.place.enter(folder)
        try:
            contents = place.look()
        except OSError:
            contents = Contents((), (), ())
        return View(place, contents, self.rubric, self.alone)

    def holds_work(self) -> bool:
        """True when a program or answers lie directly in it, by name."""
        return any(
            file.lower().endswith(".py")
            or looks_like_answers(file, self.rubric.answers_file)
            or any(_likeness(file, self.rubric))
            for file in self.contents.files
        )

    def roles(self) -> set[str]:
        """The roles of the programs that lie directly in it, by name."""
        specs = self.rubric.programs
        return {
            spec.role
            for file in self.contents.files
            for spec, likeness in zip(specs, _likeness(file, self.rubric), strict=True)
            if likeness is not None and likeness <= Likeness.ROLE
        }


def hand_ins(place: Place, rubric: Rubric, *, alone: bool) -> list[Entry]:
    """The hand-ins at a place, in no particular order; empty when nothing there looks like one.

    `alone`: the teacher named this place only. Several places, each with a single folder in it, are a list of
    hand-ins; one such place is a class of one.
    """
    view = View(place, place.look(), rubric, alone)
    return next((entries for layout in LAYOUTS if (entries := layout(view)) is not None), [])


def _one(view: View) -> list[Entry] | None:
    """A hand-in with its files directly in it, or in a folder for each program."""
    if view.holds_work():
        complete = view.roles() == {spec.role for spec in view.rubric.programs}
        if complete or not _looks_like_class(view):
            return [Entry(view.place.name, view.place.open)]
        return None
    return [Entry(view.place.name, view.place.open)] if _folder_for_each(view) else None


def _wrapped(view: View) -> list[Entry] | None:
    """A single folder, which is a wrapper around one hand-in or a class, or is itself a class of one."""
    if view.contents.links or len(view.contents.folders) != 1 or _archives(view.contents):
        return None
    (name,) = view.contents.folders
    inner = view.enter(name)
    if _looks_like_class(inner) and not inner.holds_work():
        return hand_ins(inner.place, view.rubric, alone=view.alone)
    if view.alone and not (inner.holds_work() and _is_wrapper(name, view.place.name)):
        return [Entry(inner.place.name, inner.place.open)]
    opened = inner.place if view.place.in_archive and not view.contents.files else view.place
    return [Entry(view.place.name, opened.open)]


def _class(view: View) -> list[Entry] | None:
    """A folder or an archive for each student. What else lies around at the top is the teacher's."""
    contents = view.contents
    entries = [Entry(names.printable(folder), view.place.enter(folder).open) for folder in contents.folders]
    entries += [_packed(view.place, file) for file in _archives(contents)]
    entries += [_link(link) for link in contents.links if "." not in link or names.archive_stem(link)]
    return entries or None


LAYOUTS: tuple[Callable[[View], list[Entry] | None], ...] = (_one, _wrapped, _class)


def _is_wrapper(folder: str, around: str) -> bool:
    """True when a folder is named for the work, or like the folder around it; a student's is named otherwise."""
    words = set(re.findall(r"[^\W\d_]+", folder.lower()))
    return (bool(words) and words <= _WORK_WORDS) or names.squashed(folder) == names.squashed(around)


def _looks_like_class(view: View) -> bool:
    """True when two folders hold a program of the same role, or there are two archives and no work beside them."""
    seen: set[str] = set()
    for folder in view.contents.folders[:_INSPECTED]:
        roles = view.enter(folder).roles()
        if seen & roles:
            return True
        seen |= roles
    return len(_archives(view.contents)) > 1 and not view.holds_work()


def _folder_for_each(view: View) -> bool:
    """True for `server/` and `client/`, each with a program in it, and little else."""
    folders = view.contents.folders
    roles = [spec.role for spec in view.rubric.programs]
    if len(roles) < 2 or not len(roles) <= len(folders) <= len(roles) + 2:
        return False
    return all(_holds_only(view, [folder for folder in folders if role in folder.lower()]) for role in roles)


def _holds_only(view: View, folders: list[str]) -> bool:
    return len(folders) == 1 and view.enter(folders[0]).holds_work()


def _archives(contents: Contents) -> list[str]:
    return [file for file in contents.files if names.archive_stem(file)]


def _likeness(file: str, rubric: Rubric) -> Iterable[Likeness | None]:
    roles = frozenset(spec.role for spec in rubric.programs)
    return [names.likeness(file, spec, roles) for spec in rubric.programs]


def _packed(place: Place, file: str) -> Entry:
    return Entry(names.printable(names.archive_stem(file) or file), lambda: place.open_packed(file))


def _link(link: str) -> Entry:
    def refuse() -> Source:
        raise SubmissionError(
            f"{names.shown(link)} is a link, and links are not followed. Put the hand-in itself in its place."
        )

    return Entry(names.printable(names.archive_stem(link) or link), refuse)

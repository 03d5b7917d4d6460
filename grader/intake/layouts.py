"""How hand-ins lie in what the teacher names: one by itself, or a class of them.

`LAYOUTS` is the table: each recogniser looks at a place from above and answers with the hand-ins that it sees there,
or None when the place is not laid out its way. The first that answers is believed: what learning platforms hand out
comes before what is laid out without one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from grader.intake import bounds, export, messages, names
from grader.intake.gathered import Gathered
from grader.intake.handin import Contents, Place
from grader.intake.platforms import Part, parts_of
from grader.intake.view import Entry, View, refused
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

_EXPORT = re.compile(r"assignment_[0-9]+_export")
_EXPORTED = re.compile(r"submission_[0-9]+")
"""Names in an export of Gradescope."""


def hand_ins(place: Place, rubric: Rubric, *, alone: bool) -> list[Entry]:
    """The hand-ins at a place, in no particular order; empty when nothing there looks like one.

    `alone`: the teacher named this place only. Several places, each with a single folder in it, are a list of
    hand-ins; one such place is a class of one.
    """
    view = View(place, place.look(), rubric, alone)
    return next((entries for layout in LAYOUTS if (entries := layout(view)) is not None), [])


def _download(view: View) -> list[Entry] | None:
    """A download of Canvas or Moodle: all that is one person's is one hand-in. The rest is as in any class, but for
    files: where hand-ins are files, one that is nobody's may well be somebody's.
    """
    parts = parts_of(view.contents)
    if not parts:
        return None
    people: defaultdict[str, list[Part]] = defaultdict(list)
    for part in parts:
        people[part.person].append(part)
    entries = [
        Entry(names.printable(person), partial(Gathered, view.place, whose, view.rubric))
        for person, whose in people.items()
    ]
    rest = replace(view, contents=_without(view.contents, {part.name for part in parts}))
    left = [] if all(part.is_folder for part in parts) else sorted(rest.work())
    entries += [refused(messages.NOBODY, messages.nobodys(left))] if left else []
    return entries + (_class(rest) or [])


def _export(view: View) -> list[Entry] | None:
    """An export of Gradescope: a folder for each submission, and beside them a file that says whose they are."""
    told = export.FILE in view.contents.files
    if not (told or _EXPORT.fullmatch(view.place.name)) or not any(map(_EXPORTED.fullmatch, view.contents.folders)):
        return None
    people = export.people(view.place) if told else {}
    return [replace(entry, name=names.printable(people.get(entry.name, entry.name))) for entry in _class(view) or []]


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
    if view.contents.links or len(view.contents.folders) != 1 or view.archives():
        return None
    (name,) = view.contents.folders
    inner = view.enter(name)
    for held in _one_in_the_other(inner):
        if (entries := _download(held) or _export(held)) is not None:
            return entries
        if _looks_like_class(held) and not held.holds_work():
            return hand_ins(held.place, view.rubric, alone=view.alone)
    if view.alone and not (inner.holds_work() and _is_wrapper(name, view.place.name)):
        return [Entry(inner.place.name, inner.place.open)]
    opened = inner.place if view.place.in_archive and not view.contents.files else view.place
    return [Entry(view.place.name, opened.open)]


def _one_in_the_other(view: View) -> Iterator[View]:
    """A folder, and as long as each holds nothing but one more, those in it: `week3/submissions/…`."""
    yield view
    for _ in range(bounds.MAX_DEPTH):
        contents = view.contents
        if contents.files or contents.links or len(contents.folders) != 1:
            break
        view = view.enter(contents.folders[0])
        yield view


def _class(view: View) -> list[Entry] | None:
    """A folder or an archive for each student. What else lies around at the top is the teacher's."""
    contents = view.contents
    entries = [Entry(names.printable(folder), view.place.enter(folder).open) for folder in contents.folders]
    entries += [_packed(view.place, file) for file in view.archives()]
    entries += [_link(link) for link in contents.links if "." not in link or names.archive_stem(link)]
    return entries or None


LAYOUTS: tuple[Callable[[View], list[Entry] | None], ...] = (_download, _export, _one, _wrapped, _class)


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
    return len(view.archives()) > 1 and not view.holds_work()


def _folder_for_each(view: View) -> bool:
    """True for `server/` and `client/`, each with a program in it, and little else."""
    folders = view.contents.folders
    roles = [spec.role for spec in view.rubric.programs]
    if len(roles) < 2 or not len(roles) <= len(folders) <= len(roles) + 2:
        return False
    return all(_holds_only(view, [folder for folder in folders if role in folder.lower()]) for role in roles)


def _holds_only(view: View, folders: list[str]) -> bool:
    return len(folders) == 1 and view.enter(folders[0]).holds_work()


def _without(contents: Contents, taken: set[str]) -> Contents:
    return replace(
        contents,
        files=tuple(file for file in contents.files if file not in taken),
        folders=tuple(folder for folder in contents.folders if folder not in taken),
    )


def _packed(place: Place, file: str) -> Entry:
    return Entry(names.printable(names.archive_stem(file) or file), lambda: place.open_packed(file))


def _link(link: str) -> Entry:
    return refused(
        link, f"{names.shown(link)} is a link, and links are not followed. Put the hand-in itself in its place."
    )

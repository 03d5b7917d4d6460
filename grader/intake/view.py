"""A place seen from above, and the hand-ins that are seen in it: what every layout works with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.intake import names
from grader.intake.answers_file import looks_like_answers
from grader.intake.handin import Contents, Place, Source
from grader.intake.names import Likeness
from grader.model import Rubric


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

    def work(self) -> Iterable[str]:
        """The files directly in it that are programs or answers, by name."""
        return (
            file
            for file in self.contents.files
            if file.lower().endswith(".py")
            or looks_like_answers(file, self.rubric.answers_file)
            or any(_likeness(file, self.rubric))
        )

    def holds_work(self) -> bool:
        """True when a program or answers lie directly in it, by name."""
        return any(True for _ in self.work())

    def roles(self) -> set[str]:
        """The roles of the programs that lie directly in it, by name."""
        specs = self.rubric.programs
        return {
            spec.role
            for file in self.contents.files
            for spec, likeness in zip(specs, _likeness(file, self.rubric), strict=True)
            if likeness is not None and likeness <= Likeness.ROLE
        }

    def archives(self) -> list[str]:
        """The files directly in it that are archives, by name."""
        return [file for file in self.contents.files if names.archive_stem(file)]


def refused(name: str, message: str) -> Entry:
    """A hand-in that cannot be read; it appears among the results all the same, with `message`."""

    def refuse() -> Source:
        raise SubmissionError(message)

    return Entry(names.printable(names.archive_stem(name) or name), refuse)


def _likeness(file: str, rubric: Rubric) -> Iterable[Likeness | None]:
    roles = frozenset(spec.role for spec in rubric.programs)
    return [names.likeness(file, spec, roles) for spec in rubric.programs]

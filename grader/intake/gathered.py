"""What one person handed in, put together from a download in which it is many files, or several folders.

The files get the names that the student chose; what the platform wrote itself becomes what it stands for: the text
that was typed into it, a note that only an address was given, a note that the hand-in was late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from grader.errors import SubmissionError
from grader.intake import bounds, messages, names
from grader.intake.handin import Aside, Member, Place, Refused, Source
from grader.intake.packed import listed
from grader.intake.platforms import Part
from grader.intake.typed import text_of
from grader.model import Note, Rubric


@dataclass(frozen=True, slots=True)
class Located:
    """A member as one of the parts knows it: the key of a member here."""

    source: Source
    member: Member


class Gathered:
    """Parts of a download, opened as one hand-in. Raises SubmissionError when one of them cannot be opened."""

    def __init__(self, place: Place, parts: Sequence[Part], rubric: Rubric) -> None:
        self._members: list[Member] = []
        self._typed: list[Located] = []
        self._notes: list[Note] = []
        with ExitStack() as stack:
            for part in sorted((part for part in parts if part.is_folder), key=lambda part: not part.typed):
                self._add_folder(part, stack.enter_context(place.enter(part.name).open()))
            files = [part for part in parts if not part.is_folder]
            source = stack.enter_context(place.open_files([part.name for part in files]))
            self._add_files(dict(zip(files, source.members(), strict=True)), source, rubric)
            if len(self._members) > bounds.MAX_ENTRIES:
                raise SubmissionError(messages.too_many_files(parts[0].person))
            self._notes += [messages.late()] if any(part.late for part in parts) else []
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        """Hands back the source itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes all parts."""
        self._stack.close()

    def members(self) -> list[Member]:
        """The files under the names that the student chose."""
        return self._members

    def read(self, member: Member, limit: int) -> bytes:
        """All bytes of a file, or Refused."""
        assert isinstance(member.key, Located)
        return member.key.source.read(member.key.member, limit)

    def read_start(self, member: Member, limit: int) -> bytes:
        """The first bytes of a file, at most `limit`."""
        assert isinstance(member.key, Located)
        return member.key.source.read_start(member.key.member, limit)

    def aside(self) -> Aside:
        """What the student typed into the platform, and what is to be said of the download."""
        texts, notes, whole = [], list(self._notes), True
        left = bounds.MAX_PAGE_BYTES
        for page in self._typed:
            try:
                data = page.source.read_start(page.member, left + 1)
            except Refused as refusal:
                notes.append(messages.left_out(refusal.problem, [page.member.path], "answers"))
                continue
            text = text_of(data[:left])
            texts.append(text.text)
            whole = whole and text.whole and len(data) <= left
            left = max(0, left - len(data))
        return Aside("\n\n".join(filter(None, texts)), whole, tuple(notes))

    def _add_folder(self, part: Part, source: Source) -> None:
        for member in source.members():
            if part.typed and member.problem is None and member.path.lower().endswith((".html", ".htm")):
                self._typed.append(Located(source, member))
            else:
                self._members.append(Member(member.path, Located(source, member), member.problem))

    def _add_files(self, files: Mapping[Part, Member], source: Source, rubric: Rubric) -> None:
        uploads = [part for part in files if not (part.typed or part.link)]
        chosen, again = chosen_names(uploads, rubric)
        for part, name in chosen:
            inner = files[part]
            if member := listed(name, Located(source, inner), inner.problem, is_folder=False):
                self._members.append(member)
        self._typed += [Located(source, files[part]) for part in files if part.typed]
        self._notes += [messages.uploaded_again(name) for name in again]
        self._notes += [messages.link_given() for part in files if part.link]


def chosen_names(uploads: Sequence[Part], rubric: Rubric) -> tuple[list[tuple[Part, str]], list[str]]:
    """The uploads that count, oldest first, with the names that the student chose; and the names of which an older
    upload does not count.

    Canvas marks what a student uploads under a name that they have used before (`echo-server-1.py`). The mark is taken
    off what was asked for, and off modules, which could not be imported with it; of several uploads of what was asked
    for the last counts. Other names are as they are: `part-1.py` and `part-2.py` may well be the student's own.
    """
    asked_for = {rubric.answers_file, *(spec.file for spec in rubric.programs)}
    same: defaultdict[str, list[Part]] = defaultdict(list)
    for part in sorted(uploads, key=lambda part: part.version):
        same[_unmarked(part, asked_for)].append(part)
    chosen, again = [], []
    for name, parts in same.items():
        if name in asked_for and parts[0].version:
            chosen.append((parts[-1], name))
            again += [name] if len(parts) > 1 else []
        else:
            chosen += [(part, name if len(parts) == 1 else part.file) for part in parts]
    return chosen, again


def _unmarked(part: Part, asked_for: set[str]) -> str:
    name = names.without_canvas_mark(part.file) if part.version else part.file
    return name if name in asked_for or (name.endswith(".py") and name[:-3].isidentifier()) else part.file

"""Reports into files: the one module of this room that writes.

A report appears whole or not at all (`whole_file.py`). One that is there already with the same bytes is left alone, so
that a second run writes nothing, and a page's date is that of its last change; of pages that stand as they were made
(`made.py`) not even the bytes are made again. No link is followed: a link in the place of a report is replaced, one in
the place of a folder is refused.
Reports need no sync to disk; after a power cut they are made again from the store.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from itertools import chain, count
from pathlib import Path
from types import TracebackType
from typing import IO

from grader.errors import StoreError
from grader.model import Grade, Rubric
from grader.report.made import FILE_NAME, Made, made_line, maker
from grader.report.names import Names
from grader.report.results import render_results_json, render_score_row, render_scores_csv, score_columns
from grader.report.staff import Alike, render_overview, render_overview_row, render_staff_html
from grader.report.statistics import Summary, Tally
from grader.report.student import student_html, student_markdown
from grader.report.view import student_view
from grader.whole_file import beside, create_anew, write_whole

Encode = Callable[[Grade], bytes]

SCORES_NAME = ".grades.scores"
"""Holds the digest of scores.csv as it was written; while it is being replaced, of both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What `write_reports` did. `changed`: how many files are new or different.

    `other_students`, `other_staff`: folders and pages there of submissions that were not among the grades, which an
    earlier run into the same folder has left. They are counted, never removed.
    `edited`: where the scores.csv is that somebody had edited since it was written; None where nobody had.
    """

    summary: Summary
    overview: Path
    changed: int
    other_students: int = 0
    other_staff: int = 0
    edited: Path | None = None


def write_reports(
    folder: Path,
    rubric: Rubric,
    grades: Iterable[Grade],
    *,
    grader: str,
    encode: Encode | None = None,
    alike: Callable[[], Sequence[Alike]] = tuple,
) -> Written:
    """Write every report of `grades` into `folder`, reading them once and keeping none.

    `grades` come ordered, each submission once, all under `rubric`; `grader` is this program's version. With `encode`,
    which makes equal bytes of equal grades, pages that stand as they were made are not made again. `alike` is asked
    after the last grade. Raises StoreError when a file cannot be written.
    """
    with _os_errors(folder), _Reports(folder, rubric, grader, encode) as reports:
        for piece in render_results_json(rubric, grader, reports.through(grades)):
            reports.results.write(piece)
        return reports.finish(alike())


class _Reports:
    """The files in the making. Leaving it without `finish` leaves the finished reports as they were."""

    def __init__(self, folder: Path, rubric: Rubric, grader: str, encode: Encode | None) -> None:
        self._folder = _real_folder(folder, top=True)
        self._rubric = rubric
        self._students = _real_folder(folder / "students")
        self._staff = _real_folder(folder / "staff")
        self._names = Names()
        self._tally = Tally(rubric)
        self._columns = score_columns(rubric)
        self._changed = 0
        self._encode = encode
        self._made = Made(folder, maker(rubric.digest, grader))
        self.results = _Growing(folder / "results.json")
        self._scores = _Growing(folder / "scores.csv")
        self._rows = _Growing(folder / "overview.rows")
        self._list = _Growing(folder / FILE_NAME) if encode else None
        if self._list is not None:
            self._list.write(self._made.head)
        for header in render_scores_csv(rubric, ()):
            self._scores.write(header)

    def __enter__(self) -> _Reports:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for growing in filter(None, (self.results, self._scores, self._rows, self._list)):
            growing.drop()

    def through(self, grades: Iterable[Grade]) -> Iterator[Grade]:
        """Hand on `grades`, having written all but results.json of each."""
        for grade in grades:
            name = self._names.name(grade.submission)
            self._tally.add(grade, name)
            self._scores.write(render_score_row(grade, self._columns))
            self._rows.write(render_overview_row(grade, self._rubric, name))
            self._write_pages(grade, name)
            yield grade

    def _write_pages(self, grade: Grade, name: str) -> None:
        own = _real_folder(self._students / name)
        paths = [own / "feedback.html", own / "feedback.md", self._staff / f"{name}.html"]
        digest = sha256(self._encode(grade)).hexdigest() if self._encode else ""
        if not digest or not self._made.stand(name, digest, paths):
            self._changed += sum(map(write_file, paths, self._pages_of(grade)))
        if self._list is not None:
            self._list.write(made_line(name, digest, paths))

    def _pages_of(self, grade: Grade) -> Iterator[str]:
        """The texts of one student's pages: for the student as HTML and as Markdown, then for the staff."""
        view = student_view(grade, self._rubric)
        yield student_html(view)
        yield student_markdown(view)
        yield render_staff_html(grade, self._rubric)

    def finish(self, alike: Sequence[Alike]) -> Written:
        """Put the files of the whole class in their places."""
        summary = self._tally.summary()
        overview = _Growing(self._folder / "overview.html")
        try:
            for piece in render_overview(self._rubric, summary, self._rows.lines(), alike):
                overview.write(piece)
            self._changed += sum(growing.publish() for growing in (self.results, overview))
            edited = self._publish_scores()
            if self._list is not None:
                self._list.publish()
        finally:
            overview.drop()
        return Written(
            summary=summary,
            overview=self._folder / "overview.html",
            changed=self._changed,
            other_students=self._others(each.name for each in os.scandir(self._students) if each.is_dir()),
            other_staff=self._others(page.stem for page in self._staff.glob("*.html")),
            edited=edited,
        )

    def _publish_scores(self) -> Path | None:
        """Put scores.csv in its place. What somebody has changed in the one before, a mark say, is kept beside it:
        nothing could make it again. Return where."""
        path, seal = self._folder / "scores.csv", self._folder / SCORES_NAME
        new, old = self._scores.digest(), _digest(path)
        known = seal.read_text(encoding="ascii", errors="replace").split() if _plain_size(seal) is not None else [old]
        edited = _free_name(path) if old and old != new and old not in known else None
        if edited:
            os.replace(path, edited)
        if [new] != known:
            write_file(seal, f"{new}\n{old}\n")  # killed before the next line, neither is taken for an edit
        self._changed += self._scores.publish()
        write_file(seal, f"{new}\n")
        return edited

    def _others(self, names: Iterable[str]) -> int:
        return sum(not self._names.given(name) for name in names)


class _Growing:
    """A file that is written piece by piece under another name, and published or dropped at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = beside(path)
        self._file: IO[str] = open(create_anew(self._temporary), "w+", encoding="utf-8", newline="")  # noqa: SIM115

    def write(self, text: str) -> None:
        self._file.write(text)

    def lines(self) -> Iterator[str]:
        """What was written, line by line, ended by \\n."""
        self._file.seek(0)
        return iter(self._file)

    def digest(self) -> str:
        """SHA-256 (hex) of what was written."""
        self._file.flush()
        return _digest(self._temporary)

    def publish(self) -> bool:
        """Put the file in its place. Return whether that changed anything."""
        self._file.close()
        if _same_files(self._path, self._temporary):
            return False
        os.replace(self._temporary, self._path)
        return True

    def drop(self) -> None:
        """Remove what was not published."""
        self._file.close()
        self._temporary.unlink(missing_ok=True)


def write_file(path: Path, text: str) -> bool:
    """Make `path` hold `text`, whole or not at all. Return whether that changed anything."""
    data = text.encode("utf-8")
    if _holds(path, data):
        return False
    write_whole(path, data, only_writer=True)
    return True


def _holds(path: Path, data: bytes) -> bool:
    """Whether `path` is a plain file of exactly `data`."""
    return _plain_size(path) == len(data) and path.read_bytes() == data


def _same_files(one: Path, other: Path) -> bool:
    if _plain_size(one) != _plain_size(other):
        return False
    with open(one, "rb") as first, open(other, "rb") as second:
        while piece := first.read(1 << 20):
            if piece != second.read(1 << 20):
                return False
    return True


def _digest(path: Path) -> str:
    """SHA-256 (hex) of the plain file at `path`; empty where there is none."""
    if _plain_size(path) is None:
        return ""
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _free_name(path: Path) -> Path:
    """`scores.edited.csv` for `scores.csv`; where that is taken, with a number."""
    numbered = (path.with_name(f"{path.stem}.edited-{number}{path.suffix}") for number in count(2))
    names = chain([path.with_name(f"{path.stem}.edited{path.suffix}")], numbered)
    return next(name for name in names if not os.path.lexists(name))


def _plain_size(path: Path) -> int | None:
    """Bytes of the plain file at `path`; None for a link, a pipe, a folder or nothing."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _real_folder(path: Path, *, top: bool = False) -> Path:
    """Make the folder `path` where it is missing. The user may have made the top one a link; nobody any other."""
    try:
        path.mkdir(parents=top)
    except FileExistsError:
        mode = (os.stat if top else os.lstat)(path).st_mode
        if not stat.S_ISDIR(mode):
            raise StoreError(
                f"{path}: should be a folder, and is something else. Remove it and run the same command again."
            ) from None
    return path


@contextmanager
def _os_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            cure = f"Free some space (`df -h {folder}`)"
        else:
            cure = "Cure that, or choose another folder with `-o`"
        why = error.strerror or error
        raise StoreError(
            f"{where}: the reports cannot be written ({why}). {cure} and run the same command again."
        ) from error

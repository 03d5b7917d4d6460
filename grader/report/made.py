"""Which pages stand as they were made, so that a second run need not make them again.

A page depends on its grade, on the rubric and on this program, and on nothing else. Beside the pages lies a list of
what each student's were made from, and how the files looked to the file system then. Where both are as before, the
page is left alone without being made. A file that anybody has touched since, changed back or not, looks different
(its inode, size or times), and is made anew and compared.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

FILE_NAME = ".grades.pages"
SOURCES = Path(__file__).parent
MODEL = SOURCES.parent / "model"


def maker(rubric_digest: str, grader: str) -> str:
    """A digest of what else pages depend on: the rubric, this program's version, and the text of its room and model."""
    files = [*sorted(MODEL.glob("*.py")), *sorted(SOURCES.rglob("*"))]
    parts = [rubric_digest.encode(), grader.encode()]
    parts += [path.read_bytes() for path in files if path.suffix in (".py", ".html", ".css")]
    return sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()


class Made:
    """The list that the last run left, read along with the students in the same order."""

    def __init__(self, folder: Path, maker: str) -> None:
        self.head = f"{maker}\n"
        self._lines = self._read(folder / FILE_NAME)
        self._waiting: dict[str, str] = {}

    def _read(self, path: Path) -> Iterator[str]:
        try:
            with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), encoding="utf-8") as lines:
                if next(lines, "") == self.head:
                    yield from lines
        except (OSError, UnicodeDecodeError):  # then all pages are made again
            return

    def stand(self, name: str, digest: str, paths: Sequence[Path]) -> bool:
        """Whether the pages of `name` were made from a grade of this digest, and nobody has touched them since."""
        while name not in self._waiting:
            line = next(self._lines, None)
            if line is None:
                return False
            self._waiting[line.partition(" ")[0]] = line
        return self._waiting.pop(name) == made_line(name, digest, paths)


def made_line(name: str, digest: str, paths: Sequence[Path]) -> str:
    """The line of one student. `digest`: of the grade. `name` has no blanks in it, as it is a file name of ours."""
    return f"{name} {digest} {' '.join(map(look, paths))}\n"


def look(path: Path) -> str:
    """How a file looks to the file system; `-` for one that is not there, or no plain file."""
    try:
        seen = os.lstat(path)
    except OSError:
        return "-"
    if not stat.S_ISREG(seen.st_mode):
        return "-"
    return f"{seen.st_ino:x}.{seen.st_size:x}.{seen.st_mtime_ns:x}.{seen.st_ctime_ns:x}"

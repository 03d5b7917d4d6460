"""Downloads of learning platforms: which file or folder is whose, by its name alone.

Canvas and Moodle put person and file into one name. Canvas' names say little that other people's do not say as well
(`a_1_2_b`), so a class is believed to be one of Canvas' only as a whole:

- at least half of what lies there is named in that way and contradicts nothing: a user id stands beside one name only,
  an attachment id before one file name only; neither begins with a zero, and an attachment id has three digits;
- there are two names at least.

Moodle has words of its own in its names, so half of what lies there is enough. The names are those of
`lib/content_zipper.rb` in Canvas and of `mod/assign/classes/downloader.php` in Moodle.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from grader.intake.handin import Contents

_NAME = r"[^\s\x00-/:-@\[-^`{-\x7f]*?"
"""A person as Canvas writes it: letters of any script with their marks, digits and `_`."""

_ID = "[1-9][0-9]*"
_CANVAS = rf"(?:(?P<version>{_ID}[0-9]{{2}})_(?P<file>.+)|(?:(?P<typed>text)|(?P<link>link))\.html)"
"""What follows the person: an upload behind its attachment id, or the page with a text or an address."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file or a folder of a download.

    `name`: what it is called there.  `called`, `user`: whose it is, by name and by number ("" where there is none).
    `file`: what the student called it; "" for a folder, and for what the platform wrote: `typed`, the page with the
    text that was typed into it (or the folder with that page), and `link`, the page with an address that was given
    instead of files.  `version`: higher for what was uploaded later, 0 where the platform does not say.
    `late`: it says that this was handed in late.
    """

    name: str
    is_folder: bool
    called: str
    user: str = ""
    file: str = ""
    typed: bool = False
    link: bool = False
    version: int = 0
    late: bool = False

    @property
    def person(self) -> str:
        """Whose it is: what the platform knows a person by, readable, and the same at each download."""
        return "_".join(filter(None, (self.called, self.user)))


@dataclass(frozen=True, slots=True)
class Naming:
    """How a platform names the files and the folders of a download.

    The groups of the patterns are fields of `Part`.  `fewest`: how many names of people there have to be.
    """

    files: re.Pattern[str]
    folders: re.Pattern[str] = re.compile("(?!)")
    fewest: int = 2


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.DOTALL)


NAMINGS = (
    Naming(_pattern(rf"(?:(?P<late>LATE)_)?(?P<called>anon_[0-9A-Za-z]+)_{_CANVAS}")),
    Naming(_pattern(rf"(?P<called>{_NAME})(?:_(?P<late>LATE|late))?_(?P<user>{_ID})_{_CANVAS}")),
    # Where every name ends in a number: groups that are called `team_5`.
    Naming(_pattern(rf"(?P<called>{_NAME}_[0-9]+)(?:_(?P<late>LATE|late))?_(?P<user>{_ID})_{_CANVAS}")),
    Naming(
        _pattern(r"(?P<called>.+?)_assignsubmission_(?:(?P<typed>onlinetext)_.+\.html?|[a-z0-9]+_(?P<file>.+))"),
        _pattern(r"(?P<called>.+?)_assignsubmission_(?:(?P<typed>onlinetext)|[a-z0-9]+)_?"),
        fewest=1,
    ),
)
"""The rows of Canvas (anonymous, by name, groups) and Moodle. The first that a class bears out is believed."""


def parts_of(contents: Contents) -> list[Part]:
    """The files and folders of a download; none when the place is not the download of a platform that is known here."""
    return next(filter(None, (_read(naming, contents) for naming in NAMINGS)), [])


def _read(naming: Naming, contents: Contents) -> list[Part]:
    parts = [_part(match) for name in contents.files if (match := naming.files.fullmatch(name))]
    parts += [_part(match, is_folder=True) for name in contents.folders if (match := naming.folders.fullmatch(name))]
    sound = _without_contradictions(parts)
    if 2 * len(sound) < len(contents.files) + len(contents.folders):
        return []
    return parts if len({part.called for part in sound}) >= naming.fewest else []


def _part(match: re.Match[str], *, is_folder: bool = False) -> Part:
    said = match.groupdict(default="")
    return Part(
        name=match[0],
        is_folder=is_folder,
        called=said["called"],
        user=said.get("user", ""),
        file=said.get("file", ""),
        typed=bool(said.get("typed")),
        link=bool(said.get("link")),
        version=int(said.get("version") or 0),
        late=bool(said.get("late")),
    )


def _without_contradictions(parts: Sequence[Part]) -> list[Part]:
    """Those whose ids stand for one thing each."""
    called: defaultdict[str, set[str]] = defaultdict(set)
    files: defaultdict[int, set[str]] = defaultdict(set)
    for part in parts:
        called[part.user].add(part.called)
        files[part.version].add(part.file)
    return [
        part
        for part in parts
        if (not part.user or len(called[part.user]) == 1) and (not part.version or len(files[part.version]) == 1)
    ]

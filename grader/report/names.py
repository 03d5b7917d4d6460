"""File and folder names for submission ids, which are folder names that students may have chosen."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

LONGEST = 80
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def file_name(submission_id: str, *, suffix_length: int = 0) -> str:
    """A name for `submission_id` that is harmless on every file system, as close to the id as may be.

    ASCII letters, digits, `.`, `_` and `-`; no dot or dash in front, no dot at the end; at most 80 characters. An id
    that had to be altered gets a short hash of itself, so that two altered ids do not meet. `suffix_length` asks for
    that many hash digits in any case: for an id whose name is taken (`Ada` and `ada` are one name on some disks).
    """
    ascii_text = unicodedata.normalize("NFKD", submission_id).encode("ascii", "ignore").decode("ascii")
    clean = re.sub(r"[^A-Za-z0-9._-]+", "_", ascii_text).lstrip(".-").rstrip(".")
    if RESERVED.match(clean):
        clean = f"_{clean}"
    if clean == submission_id and 0 < len(clean) <= LONGEST and not suffix_length:
        return clean
    digits = sha256(submission_id.encode("utf-8", "surrogatepass")).hexdigest()[: max(6, suffix_length)]
    stem = clean.strip("_.-")[: LONGEST - len(digits) - 1] or "submission"
    return f"{'_' if RESERVED.match(stem) else ''}{stem}-{digits}"[:LONGEST]


class Names:
    """The names of one output folder, each given once. Ids have to come in the same order for the same names."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def given(self, name: str) -> bool:
        """Whether `name` was given to one of the ids."""
        return name.casefold() in self._taken

    def name(self, submission_id: str) -> str:
        """The file name of an id that was not asked for before."""
        name = file_name(submission_id)
        for suffix_length in (6, 12, 64):
            if name.casefold() not in self._taken:
                break
            name = file_name(submission_id, suffix_length=suffix_length)
        self._taken.add(name.casefold())
        return name

"""What travels between a batch and its workers: who each is, a submission without its student, and what it earned.

All of it is bytes and plain values, so that two graders of different versions can still tell each other so.
"""

from __future__ import annotations

import functools
import hashlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from grader import __version__
from grader.errors import HostError
from grader.model import Grade, RunRecord, Submission
from grader.sandbox.host import interpreters, layout
from grader.store.codec import from_json, to_json
from grader.store.packing import Packed, pack, unpack

PACKAGE = Path(__file__).parents[1]
DECIDES = ("*.py", "answers/**/*.onnx", "answers/**/*.json", "answers/**/*.txt")
"""The files of the package that may change a result. Rubrics are no part of it: they travel."""


class Identity(NamedTuple):
    """What has to be equal for results to be equal to the byte.

    `version`: the grader's.  `code`: SHA-256 (hex) over its files.  `python`: of the programs, as `3.11`.
    """

    version: str
    code: str
    python: str

    def against(self, mine: Identity) -> str:
        """Why a worker of identity `mine` cannot grade for this batch; empty when it can."""
        if mine.version != self.version:
            return f"it has grader {mine.version}, and the batch has {self.version}. Install the same on both."
        if mine.code != self.code:
            return (
                f"both say grader {mine.version}, but its files differ from the batch's (a checkout with changes, "
                "perhaps, or a worker from before an update). Install the same on both, and restart the worker."
            )
        if mine.python != self.python:
            return (
                f"programs would run with Python {mine.python} there, and with {self.python} here, so that messages "
                "would differ. Use the same Python on both."
            )
        return ""


@functools.cache
def identity() -> Identity:
    """Who we are. Taken once in the life of a process, since that is what it has loaded."""
    return Identity(__version__, code_digest(), python_of_programs())


def code_digest() -> str:
    """SHA-256 (hex) over every file of the package that may change a result."""
    total = hashlib.sha256()
    files = {path for pattern in DECIDES for path in PACKAGE.glob(pattern if "/" in pattern else f"**/{pattern}")}
    for path in sorted(files):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(PACKAGE).as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def python_of_programs() -> str:
    """Major and minor version of the Python that boxes use here; the grader's own where there are no boxes."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        python = layout().python
    except HostError:
        return own
    if python == interpreters()[0]:
        return own
    command = [python, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout.strip() or own


# --- there ------------------------------------------------------------------------------------------------------------


def packed_submission(submission: Submission) -> bytes:
    """A submission as bytes. Its id stays here: what a grade depends on is the content alone."""
    return to_json(replace(submission, id=""))


def unpacked_submission(data: bytes) -> Submission:
    """What `packed_submission` made bytes of."""
    return from_json(Submission, data)


# --- and back ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """Done. `grade`: as JSON, of no submission in particular.  `body`, `wire`: its records, as the store packs them."""

    grade: bytes
    body: bytes
    wire: bytes

    @classmethod
    def of(cls, grade: Grade, records: Mapping[str, RunRecord]) -> Graded:
        """Pack what `pipeline.run_and_assess` returned."""
        packed = pack(records)
        return cls(grade=to_json(grade), body=packed.body, wire=packed.wire)

    def unpacked(self, submission_id: str) -> tuple[Grade, dict[str, RunRecord]]:
        """The grade of that submission, and its records."""
        return replace(from_json(Grade, self.grade), submission=submission_id), unpack(Packed(self.body, self.wire))


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The grader itself failed on this one. `what`: the traceback, for staff."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The worker takes no work. `why`: a message with the remedy; empty when it has not been enrolled."""

    why: str


Reply = Graded | Broken | Refused

"""What the tests of `grader.intake` share: a rubric, programs, and hand-ins made from a dictionary of files."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from grader.intake import find_submissions, read_folder
from grader.model import Limits, Note, Options, ProgramSpec, Question, Rubric, Submission

SERVER = b"import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 65432))\ns.listen()\nc, a = s.accept()\n"
CLIENT = b"import socket\ns = socket.socket()\ns.connect(('127.0.0.1', 65432))\ns.sendall(b'Hello, world')\n"
ANSWERS = b"## Question 1\n\nIt binds.\n\n## Question 2\n\nIt connects.\n"
WHOLE = {"echo-server.py": SERVER, "echo-client.py": CLIENT, "answers.md": ANSWERS}

RUBRIC = Rubric(
    title="TCP echo server and client",
    points=Decimal(100),
    host="127.0.0.1",
    port=65432,
    answers_file="answers.md",
    programs=tuple(ProgramSpec(role=role, file=f"echo-{role}.py", reference="") for role in ("server", "client")),
    limits=Limits(),
    options=Options(),
    checks=(),
    questions=(Question(id="q1", number=1, title="", prompt="", points=Decimal(0), criteria=()),),
    digest="0" * 64,
)


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Makes `folder` with `files` in it (path -> content) and hands it back."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of `files`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w:gz", form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of `files`, compressed as `mode` says."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for path, data in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def tar_of(*members: tarfile.TarInfo) -> bytes:
    """A tar of members without contents: links, devices, folders."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member in members:
            archive.addfile(member)
    return buffer.getvalue()


def read(folder: Path, files: Mapping[str, bytes]) -> Submission:
    """The submission that `files` make."""
    return read_folder(write(folder, files), RUBRIC)


def ids(*paths: Path) -> list[str]:
    """The ids of what is found at `paths`."""
    return [pending.id for pending in find_submissions(paths, RUBRIC)]


def found(*paths: Path) -> dict[str, Submission]:
    """All submissions at `paths`, by id."""
    return {pending.id: pending.read() for pending in find_submissions(paths, RUBRIC)}


def codes(submission: Submission) -> list[tuple[str, str | None]]:
    """The notes of a submission as (code, role)."""
    return [(note.code, note.role) for note in submission.notes]


def note(submission: Submission, code: str, role: str | None = None) -> Note:
    """The one note with that code and role."""
    (only,) = [each for each in submission.notes if (each.code, each.role) == (code, role)]
    return only


def paths(submission: Submission) -> list[str]:
    """The paths of the files that go into the box."""
    return [file.path for file in submission.files]


PAGE = (
    b'<!DOCTYPE html><html><head><meta charset="UTF-8"><title>Echo: Jane Doe</title></head><body>%s'
    b"<h2>Question 1</h2><p>It&nbsp;binds.</p><h2>Question 2</h2><p>It connects.</p></body></html>"
)
"""What a learning platform makes of answers that were typed into it; with a place for what it writes above them."""

TYPED = "## Question 1\n\nIt binds.\n\n## Question 2\n\nIt connects."
FOUND = {"server": "echo-server.py", "client": "echo-client.py"}
FORMS = ("folder", "zip", "folder in a folder", "zip with a folder")
Handed = Callable[[Mapping[str, bytes]], Path]


def handing(folder: Path, form: str) -> Handed:
    """What puts the files of a download into `folder` in one of the ways in which it lies on a disk, and says where."""

    def put(files: Mapping[str, bytes]) -> Path:
        around = "net101-echo_submissions/" if " " in form else ""
        inside = {f"{around}{path}": data for path, data in files.items()}
        if "zip" not in form:
            return write(folder / "download", inside)
        (folder / "download.zip").write_bytes(zipped(inside))
        return folder / "download.zip"

    return put

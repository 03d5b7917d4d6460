"""Every reader of what a student supplies, as a function of bytes.

It ends in a value within bounds or in the error that it documents; whatever else comes out is a finding.

Fed by `python -m bench.fuzz` (guided by coverage) and by `tests/property/test_hostile_readers.py` (by properties).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import socket
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from bench.grading import ROOT
from grader.answers import check_pattern
from grader.answers import read_answers as scored
from grader.diagnose.source import read_source
from grader.errors import RubricError, SandboxError, SubmissionError
from grader.intake import bounds, names
from grader.intake.answers_file import decoded
from grader.intake.archives import ArchivePlace, _archive_of, open_archive
from grader.intake.gather import gather
from grader.intake.layouts import hand_ins
from grader.intake.packed import CLASS
from grader.intake.recognise import recognise
from grader.model import Grade, Limits, Rubric, Submission
from grader.report.escape import csv_cell, markdown, visible
from grader.report.names import LONGEST, file_name
from grader.rubric import load_rubric, parse_rubric
from grader.sandbox.launch import Box
from grader.sandbox.messages import parse_dials, parse_stack
from grader.store.codec import UNREADABLE as NOT_JSON
from grader.store.codec import from_json
from grader.store.packing import UNREADABLE, Packed, unpack


@functools.cache
def rubric() -> Rubric:
    """The echo assignment."""
    return load_rubric(ROOT / "rubric.yaml", check_pattern)


def sane(submission: Submission) -> None:
    """What was read is within its bounds, and every path leads into the hand-in."""
    assert len(submission.files) <= bounds.MAX_FILES
    assert sum(len(file.data) for file in submission.files) <= bounds.MAX_TOTAL_BYTES
    paths = [file.path for file in submission.files]
    assert len(set(paths)) == len(paths)
    for path in paths:
        path.encode()
        assert not path.startswith("/")
        assert ".." not in path.split("/")


def read_archive(data: bytes) -> None:
    """A hand-in that is an archive."""
    try:
        with open_archive(data, "ada.zip") as source:
            sane(recognise("ada", gather(source, rubric()), rubric()))
    except SubmissionError:
        return


def read_class(data: bytes) -> None:
    """An archive of a class: its layout, and each hand-in in it."""
    try:
        entries = hand_ins(ArchivePlace(_archive_of(data, "class.zip", CLASS)), rubric(), alone=True)
    except SubmissionError:
        return
    for entry in entries[:8]:
        entry.name.encode()
        try:
            with entry.open() as source:
                sane(recognise(entry.name, gather(source, rubric()), rubric()))
        except SubmissionError:
            continue


def read_answers(data: bytes) -> None:
    """A file of answers: decoded, divided, scored."""
    text = decoded(data[: bounds.MAX_ANSWERS_BYTES])
    for score in scored(Submission(id="", digest="", files=(), programs={}, answers=text), rubric()):
        assert 0 <= score.points <= score.max
        assert all(0 <= one.probability <= 1 for one in score.criteria)
        score.answer.encode()


def read_rubric(data: bytes) -> None:
    """A rubric. (Teachers write it; a student's is never read. All the same, it may only be right or a RubricError.)"""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    try:
        made = parse_rubric(text, name="rubric.yaml", read_reference=lambda path: "", check_pattern=check_pattern)
    except RubricError:
        return
    assert made.points >= Decimal(0)


def read_source_code(data: bytes) -> None:
    """A program, as the diagnosis reads it."""
    read_source("echo-server.py", data.decode("utf-8", "replace"))


def read_names(data: bytes) -> None:
    """A name, wherever names go."""
    name = data.decode("utf-8", "surrogateescape")
    names.printable(name).encode()
    path = names.plain_path(name)
    assert path is None or not path.startswith("/")
    assert path is None or ".." not in path.split("/")
    for spec in rubric().programs:
        names.likeness(name, spec, frozenset(("server", "client")))
    made = file_name(name)
    assert 0 < len(made) <= LONGEST
    assert made.isascii()
    assert "/" not in made
    assert not made.startswith((".", "-"))
    for text in (visible(name), markdown(name), csv_cell(name)):
        assert all(sign >= " " or sign in "\n\t" for sign in text)
    assert not csv_cell(name).startswith(("=", "+", "-", "@"))


def read_stored(data: bytes) -> None:
    """What lies in a database that somebody has damaged."""
    with contextlib.suppress(*NOT_JSON):
        from_json(Grade, data)
    for body in (data, zlib.compress(data, 0)):
        with contextlib.suppress(*UNREADABLE):
            unpack(Packed(body, data[:64]))


def read_inside(data: bytes) -> None:
    """What a program can scribble over: the log of dialled addresses, and the stack that it prints."""
    assert len(parse_dials(data)) <= 200
    assert len(parse_stack(data)) <= 200


def read_protocol(data: bytes) -> None:
    """What a launcher says that was taken over: messages parted by 0xFF, each with as many descriptors as its length
    says, modulo 4. Then it is gone."""
    asyncio.run(_speak(data.split(b"\xff")[:12]))


async def _speak(messages: list[bytes]) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    nothing = os.open("/dev/null", os.O_RDWR)
    process = subprocess.Popen(["/bin/true"], stderr=subprocess.DEVNULL, process_group=0)
    ours.setblocking(False)
    box = Box(process, ours, replace(Limits(), wall_seconds=0.1))
    try:
        for message in messages:
            socket.send_fds(theirs, [message[:60_000] or b"\0"], [nothing] * (len(message) % 4))
        theirs.shutdown(socket.SHUT_WR)
        async with box.run("echo-server.py", connections=1) as run:
            await run.ended
    except SandboxError:
        pass
    finally:
        theirs.close()
        os.close(nothing)
        await box.close()


READERS: dict[str, Callable[[bytes], None]] = {
    "archive": read_archive,
    "class": read_class,
    "answers": read_answers,
    "rubric": read_rubric,
    "source": read_source_code,
    "names": read_names,
    "stored": read_stored,
    "inside": read_inside,
    "protocol": read_protocol,
}


def seeds(name: str) -> list[bytes]:
    """Honest inputs of a reader, from which a fuzzer sets out."""
    import io
    import tarfile
    import zipfile

    files = {path.name: path.read_bytes() for path in sorted((ROOT / "solutions").iterdir()) if path.is_file()}
    if name in ("archive", "class"):
        zipped, tarred, packed = io.BytesIO(), io.BytesIO(), io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            for student in ("ada", "bob") if name == "class" else ("ada",):
                for path, content in files.items():
                    archive.writestr(f"{student}/{path}", content[:200])
        modes: tuple[Literal["w", "w:gz"], ...] = ("w", "w:gz")
        for target, mode in zip((tarred, packed), modes, strict=True):
            with tarfile.open(fileobj=target, mode=mode) as tar:
                for path, content in files.items():
                    info = tarfile.TarInfo(f"ada/{path}")
                    info.size = len(content[:200])
                    tar.addfile(info, io.BytesIO(content[:200]))
        return [zipped.getvalue(), tarred.getvalue(), packed.getvalue()]
    if name == "answers":
        return [path.read_bytes() for path in sorted((ROOT / "examples" / "class").glob("*/answers.*"))]
    if name == "rubric":
        return [
            path.read_bytes() for path in (ROOT / "rubric.yaml", ROOT / "examples" / "upper-server" / "rubric.yaml")
        ]
    if name == "source":
        return [path.read_bytes() for path in sorted((ROOT / "tests" / "programs" / "mistakes").glob("*/*.py"))]
    if name == "inside":
        return [
            b"bind\x00127.0.0.1\x0065432\x000\nconnect\x00127.0.0.1\x0065432\x0012\n",
            b'Current thread 0x1 (most recent call first):\n  File "/home/student/echo.py", line 3 in <module>\n',
        ]
    if name == "stored":
        event = b'{"kind":"sent","connection":0,"at":0}'
        record = b'{"role":"server","file":"f","host":"h","port":1,"exit_code":0,"events":[' + event + b"]}"
        return [
            b'{"records":{"server-1":' + record + b'},"pieces":[{"run":"server-1","event":0,"offset":0,"length":3}]}',
            b'{"submission":"ada","submission_digest":"0","rubric":"0","grader":"0","status":"graded","points":"1",'
            b'"max":"1","penalty":"0","checks":[],"questions":[],"notes":[],"review_reasons":[]}',
        ]
    if name == "protocol":
        return [b"started\x007xxx\xffexited\x000\x000x\xffended\x001234xx", b"started\x007\xffended\x00"]
    return [b"ada lovelace", "=1+1\u202e\x1b[0m".encode()]

"""Every reader of what a student supplies, given what none would write: a value within bounds or its own error."""

from __future__ import annotations

import contextlib
import io
import sys
import tarfile
import tempfile
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2]))  # for bench, which is no part of the package

from bench import readers
from grader.answers.decisions import FILE_NAME, load_decisions
from grader.answers.marked import MarkedError, read_all
from grader.errors import RubricError
from grader.model import Event, RunRecord
from grader.store import packing

pytestmark = pytest.mark.slow

patient = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def altered(name: str) -> st.SearchStrategy[bytes]:
    """Honest inputs of a reader with pieces overwritten, cut out, doubled; and noise."""
    honest = readers.seeds(name)
    change = st.tuples(st.integers(0, 1 << 16), st.integers(0, 40), st.binary(max_size=40), st.integers(0, 3))

    def apply(seed: bytes, changes: list[tuple[int, int, bytes, int]]) -> bytes:
        data = seed
        for position, length, piece, times in changes:
            at = position % (len(data) + 1)
            data = data[:at] + piece * times + data[at + length :]
        return data

    changed = st.builds(apply, st.sampled_from(honest), st.lists(change, max_size=6))
    return st.one_of(changed, st.binary(max_size=3000))


# --- archives and layouts -------------------------------------------------------------------------------------------

LONG = "_" * 64_000 + "x"
"""About as long as the name of a member can be, and a run of what separates words."""

RECORDS = b"5 a=\n" * 13_000
"""As many records as an extended header of a tar may hold."""

PARTS = ("..", ".", "", "ada", "Ada", "server", "C:", "\\", "echo-server.py", "answers.md", "\0")
member_names = st.one_of(st.text(max_size=20), st.lists(st.sampled_from(PARTS), max_size=5).map("/".join))


@given(st.lists(st.tuples(member_names, st.binary(max_size=60), st.integers(0, 0o177777)), max_size=8))
@patient
@example([(LONG, b"", 0o100644)])
@example([(f"{LONG}/{LONG[:500]}.py", b"", 0o100644), ("answers.md", b"x", 0o100644)])
def test_any_zip_is_read(members: list[tuple[str, bytes, int]]) -> None:
    """Any names, contents and modes that a zip can hold, as one hand-in and as a class."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice
        for name, data, mode in members:
            info = zipfile.ZipInfo("x")
            info.filename, info.create_system, info.external_attr = name, 3, mode << 16
            try:
                archive.writestr(info, data)
            except (ValueError, OverflowError):
                continue
    readers.read_archive(buffer.getvalue())
    readers.read_class(buffer.getvalue())


@given(st.lists(st.tuples(member_names, st.binary(max_size=60), st.sampled_from(b"01234567LKxgSVX\0")), max_size=8))
@patient
@example([(LONG, b"", ord("0"))])
@example([(LONG, b"", ord("5")), (f"a/{LONG[:500]}.py", b"x", ord("0"))])
@example([("", RECORDS, ord("x")), ("echo-server.py", b"", ord("0"))])
@example([("", RECORDS, ord("x")), ("echo-server.py", b"", ord("0"))] * 110)
def test_any_tar_is_read(members: list[tuple[str, bytes, int]]) -> None:
    """Any names, contents and kinds that a tar can hold."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, errors="replace") as archive:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = bytes([kind]), len(data), "../../etc"
            archive.addfile(info, io.BytesIO(data))
    readers.read_archive(buffer.getvalue())
    readers.read_class(buffer.getvalue())


@given(altered("class"))
@patient
def test_any_class_is_read(data: bytes) -> None:
    """An archive of a class, altered anywhere."""
    readers.read_class(data)


@given(st.binary(max_size=120) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
@patient
@example("=1+1".encode("utf-16"))
@example(b"con.\xff\xfe")
@example("\u202e\x1b]0;x\x07".encode())
def test_any_name_is_harmless_wherever_it_goes(data: bytes) -> None:
    """As a path, as a file of ours, in a page, in a cell."""
    readers.read_names(data)


# --- text -----------------------------------------------------------------------------------------------------------


@given(altered("answers"))
@settings(patient, max_examples=60)
@example(b"\xff\xfe" + b"a" * 999)
@example(b"## Question 1\n" + "ﷺ".encode() * 2000)
@example(b"Question 1" * 3000)
def test_any_answers_are_scored(data: bytes) -> None:
    """Whatever the file holds: points within bounds, text that can be stored."""
    readers.read_answers(data)


@given(altered("rubric"))
@settings(patient, max_examples=25)
@example(b"a: &a [x]\nb: [*a, *a]\n")
@example(b"{" * 5000)
@example(b"- " * 5000)
@example(b"%YAML 9.9\n--- !!python/object:os.system x\n")
def test_any_rubric_is_read_or_refused(data: bytes) -> None:
    """A rubric is right, or all that is wrong with it is a RubricError."""
    readers.read_rubric(data)


BANK = (
    "answers:\n", "- question: q1\n  text: It binds.\n", "  gold: {port: 1}\n", "  gold:\n    order: 0\n",
    "- {question: q2, text: It connects}\n", "- ", "  ", "[", "]", "{", "}", ": ", "? ", "&a ", "*a", "!!str ", "|\n",
    "'", '"\\U', "%YAML 9.9\n", "---\n", "\t", "#", "\0", "question,answer,port\n", "q1,It binds,1\n",
)  # fmt: skip
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.sampled_from(BANK) | words, max_size=30).map("".join))
@patient
@example("answers: " + "[" * 100_000)
@example("answers: " + "{a: " * 100_000)
@example("- " * 100_000)
def test_any_marked_answers_are_read_or_refused(text: str) -> None:
    """A bank, as YAML and as CSV, and as decisions beside a rubric. (Staff write them; students' words are in them.)"""
    questions = readers.rubric().questions
    for is_csv in (False, True):
        with contextlib.suppress(MarkedError):
            assert all(set(one.gold.values()) <= {True, False} for one in read_all(text, questions, is_csv=is_csv))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        path.write_text(text, "utf-8", newline="")
        with contextlib.suppress(RubricError):
            load_decisions(path, questions)


@given(altered("source"))
@settings(patient, max_examples=100)
@example(b"x = {'a', 'b'}\n")
@example(b"(" * 500)
@example(b"-" * 5000 + b"1")
@example(b"x = " + b"a." * 3000 + b"b")
@example(b"match x:\n  case {'a': [1, *_]}: pass\n")
@example(b"\0")
def test_any_program_is_diagnosed(data: bytes) -> None:
    """What the diagnosis reads of a program's text never raises: a student could force harness errors by it."""
    readers.read_source_code(data)


# --- from the box ---------------------------------------------------------------------------------------------------


SAID = (b"started\x007", b"started\x007xx", b"exited\x000\x000", b"exited\x00x", b"ended\x005", b"ended", b"inspected")


@given(st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(SAID)), max_size=6))
@settings(patient, max_examples=60)
@example([b"started\x00x", b"exited"])
@example([b"started\x007xxx", b"exited\x00a\x00b"])
@example([b"started\x007xxx", b"exited\x000\x000", b"ended\x00x"])
def test_any_launcher_is_understood_or_refused(messages: list[bytes]) -> None:
    """Whatever a launcher that was taken over says, and whatever descriptors come with it, it is a SandboxError."""
    readers.read_protocol(b"\xff".join(messages))


# --- the store ------------------------------------------------------------------------------------------------------


@given(altered("stored"))
@patient
@example(b'{"records":{},"pieces":[{"run":"x","event":9,"offset":-1,"length":1}]}')
@example(
    b'{"records":{"x":{"role":"a","file":"b","host":"c","port":1}},"pieces":[{"run":"x","event":9,"offset":0,"length":1}]}'
)
@example(zlib.compress(b"[" * 100_000))
def test_any_damaged_row_is_refused(data: bytes) -> None:
    """What is not what we wrote is one of the errors that the store knows how to tell."""
    readers.read_stored(data)


pieces = st.one_of(
    st.binary(min_size=250, max_size=700),
    st.integers(0, 3).map(lambda start: bytes(range(start, 256))[:256] * 2),
    st.tuples(st.integers(0, 255), st.integers(250, 3000)).map(lambda pair: bytes([pair[0]]) * pair[1]),
)


@given(st.lists(st.lists(pieces, max_size=6), max_size=3), st.sampled_from([0, 600, 1 << 26]))
@settings(patient, max_examples=100)
def test_any_wire_comes_back_as_it_was(runs: list[list[bytes]], searched: int) -> None:
    """Long pieces that are equal, parts of each other, or new: the same when unpacked, however little is searched."""
    records = {
        f"server-{number}": RunRecord(
            role="server", file="echo-server.py", host="127.0.0.1", port=65432, exit_code=0,
            events=tuple(Event(kind="received", connection=0, at=0.0, data=piece) for piece in run),
        )
        for number, run in enumerate(runs)
    }  # fmt: skip
    before, packing.MOST_SEARCHED = packing.MOST_SEARCHED, searched
    try:
        assert packing.unpack(packing.pack(records)) == records
    finally:
        packing.MOST_SEARCHED = before

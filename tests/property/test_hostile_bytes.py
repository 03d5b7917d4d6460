"""Whatever a program writes where we read: values or nothing, never an exception, and never more than a bound."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.assess import decode
from grader.model import SourceFile
from grader.sandbox.messages import pack, parse_dials, parse_stack

pytestmark = pytest.mark.slow

LOG_BYTES = 1 << 14

fields = st.one_of(
    st.binary(max_size=12),
    st.integers().map(lambda number: str(number).encode()),
    st.sampled_from([b"connect", b"bind", b"127.0.0.1", b"65432", b"-1", b"+7", b" 7 ", b"1_0", b"", "٣".encode()]),
)
lines = st.lists(fields, max_size=6).map(b"\0".join)
logs = st.one_of(st.binary(max_size=LOG_BYTES), st.lists(lines, max_size=60).map(b"\n".join))

frames = st.builds(
    '  File "{}", line {} in {}'.format, st.text(max_size=20), st.integers(-5, 10**9), st.text(max_size=20)
)
dumps = st.one_of(
    st.binary(max_size=4000),
    st.lists(st.one_of(frames, st.text(max_size=60), st.just("Thread 0x1 (most recent call first):")), max_size=40).map(
        lambda rows: "\n".join(rows).encode(errors="surrogatepass")
    ),
)


@settings(max_examples=200, deadline=None)
@given(logs)
@example(b"connect\0h\0" + b"9" * (LOG_BYTES - 20) + b"\0" + b"0\n")
@example(b"connect\0h\0" + b"1\0" + b"1" * 4299)
@example(b"\0" * LOG_BYTES)
@example(b"a\0b\0" + b"1\0" + b"1\n" * 3000)
def test_any_dial_log_is_read(log: bytes) -> None:
    """A program has the log in its memory and can write anything there."""
    found = parse_dials(log)
    assert len(found) <= 200
    for dial in found:
        assert abs(dial.port) < 10**12
        assert all(abs(size) < 10**12 for size in dial.output_before)
        (dial.call + dial.host).encode()  # no lone surrogates: what we read can be stored and shown
        assert len(dial.call) + len(dial.host) <= len(log)


@settings(max_examples=200, deadline=None)
@given(dumps)
@example(b'  File "' + b"a" * 100_000)
@example(b'  File "a", line 1 in f\n' * 5000)
@example(b'  File "' + b'", line 1 in ' * 5000)
def test_any_stack_is_read(dump: bytes) -> None:
    """A program can print what looks like one, or what almost does."""
    found = parse_stack(dump)
    assert len(found) <= 200
    for frame in found:
        assert len(frame.file) <= 500
        assert len(frame.function) <= 200
        assert 0 <= frame.line < 10**7
        assert frame.thread >= 0
        assert "\n" not in frame.file + frame.function
        (frame.file + frame.function).encode()


cookies = st.one_of(
    st.sampled_from(["latin-1", "cp1252", "utf-16", "utf-8-sig", "koi8-r", "ascii", "no-such", "shift_jis"]),
    st.sampled_from(["hex", "rot13", "base64", "uu", "quopri", "zip", "bz2", "idna", "punycode", "undefined"]),
    st.sampled_from(["unicode-escape", "raw-unicode-escape", "utf-7", "mbcs", "string-escape"]),
    st.text(max_size=30),
).map(lambda name: f"# coding: {name}\nx = 1\n".encode())


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.tuples(cookies, st.binary(max_size=40)).map(b"".join)))
@example(b"# coding: utf-16\nx\n")
@example(b"\xef\xbb\xbf# coding: latin-1\n")
def test_any_source_is_read(data: bytes) -> None:
    """A coding cookie is the student's to choose, and not every codec makes text."""
    assert isinstance(decode(data), str)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.binary()), max_size=6
    )
)
def test_packed_files_come_out_as_they_went_in(files: list[tuple[str, bytes]]) -> None:
    """The launcher's format holds any path and any bytes."""
    blob = pack([SourceFile(path=path, data=data) for path, data in files])
    found = []
    while blob:
        path, size, rest = blob.split(b"\0", 2)
        found.append((path.decode(), rest[: int(size)]))
        blob = rest[int(size) :]
    assert found == files

"""What comes out of a box as bytes: the dial log, the stacks, and what goes in as one file."""

from __future__ import annotations

import pytest

from grader.model import Dial, Frame, SourceFile
from grader.sandbox.inside.watch import HOME
from grader.sandbox.messages import pack, parse_dials, parse_stack


def a_line(call: str = "connect", host: str = "127.0.0.1", port: object = 65432, printed: object = 0) -> bytes:
    return f"{call}\0{host}\0{port}\0{printed}\0{7}\n".encode()


GOOD = Dial(call="connect", host="127.0.0.1", port=65432, output_before=(0, 7))


# --- the dial log -----------------------------------------------------------------------------------------------------


def test_dials_come_in_the_order_in_which_they_were_made() -> None:
    """With how much had been printed by then."""
    log = a_line("bind", "", 0) + a_line(printed=12)
    assert parse_dials(log) == (
        Dial(call="bind", host="", port=0, output_before=(0, 7)),
        Dial(call="connect", host="127.0.0.1", port=65432, output_before=(12, 7)),
    )


def test_the_unused_rest_of_the_log_is_nothing() -> None:
    """It is a buffer of fixed size, filled with zero bytes."""
    assert parse_dials(bytes(1 << 14)) == ()
    assert parse_dials(a_line() + bytes(1000)) == (GOOD,)


def test_an_address_that_is_no_pair_is_told_as_it_is() -> None:
    """The path of a Unix socket; -1 stands for no port."""
    assert parse_dials(a_line("connect", "/tmp/socket", -1)) == (
        Dial(call="connect", host="/tmp/socket", port=-1, output_before=(0, 7)),
    )


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"connect\n",
        b"connect\0host\0" + b"12\n",
        b"connect\0host\0" + b"12\0" + b"0\0" + b"0\0" + b"more\n",
        b"connect\0host\0port\0" + b"0\0" + b"0\n",
        b"connect\0host\0" + b"65432\0" + b"0\0many\n",
        b"connect\0host\0\0\0\n",
        b"\xff\xfe\n",
    ],
    ids=["empty", "word", "3 fields", "6 fields", "no port", "no count", "no numbers", "bytes"],
)
def test_a_line_that_does_not_parse_is_left_out(line: bytes) -> None:
    """A program can scribble over the log; the other lines still count."""
    assert parse_dials(a_line() + line + a_line()) == (GOOD, GOOD)


def test_a_number_is_read_no_further_than_one_is_written() -> None:
    """Whoever scribbles thousands of digits costs us twelve."""
    (found,) = parse_dials(b"connect\0host\0" + b"9" * 5000 + b"\0" + b"8" * 5000 + b"\0" + b"7" * 5000 + b"\n")
    assert (found.port, found.output_before) == (int("9" * 12), (int("8" * 12), int("7" * 12)))


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    """They only ever explain something."""
    assert parse_dials(b"connect\0h\xff\0" + b"80\0" + b"0\0" + b"0\n")[0].host == "h\ufffd"


def test_a_line_that_was_cut_off_is_left_out_or_whole() -> None:
    """The log ends in the middle of a line when it is full."""
    log = a_line(printed=123)
    assert parse_dials(log[:-3]) == ()
    assert parse_dials(log[:-1])[0].output_before == (123, 7)


def test_no_more_dials_are_kept_than_anybody_reads() -> None:
    """A program that tries for ever fills its log, not ours."""
    assert parse_dials(a_line() * 5000) == (GOOD,) * 200


# --- stacks -----------------------------------------------------------------------------------------------------------

DUMP = f"""\
Fatal Python error: Aborted

Thread 0x00007f2b6ffff640 (most recent call first):
  File "{HOME}/helpers/wire.py", line 7 in pump
  File "/usr/lib/python3.11/threading.py", line 982 in run

Current thread 0x00007f2b70f4d740 (most recent call first):
  File "{HOME}/echo-server.py", line 12 in main
  File "{HOME}/echo-server.py", line 15 in <module>

Extension modules: _ctypes (total: 1)
"""


def test_a_stack_is_told_innermost_first_and_thread_by_thread() -> None:
    """The student's files by their place in the hand-in, the library's by their full path."""
    assert parse_stack(DUMP.encode()) == (
        Frame(file="helpers/wire.py", line=7, function="pump", thread=1),
        Frame(file="/usr/lib/python3.11/threading.py", line=982, function="run", thread=1),
        Frame(file="echo-server.py", line=12, function="main", thread=2),
        Frame(file="echo-server.py", line=15, function="<module>", thread=2),
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        'File "x.py", line 1 in f',
        '  File "x.py", line 1, in f',
        '  File "x.py", line one in f',
        '  File "x.py", line 12345678 in f',
        f'  File "{"x" * 501}", line 1 in f',
        f'  File "x.py", line 1 in {"f" * 201}',
        '  File "x.py", line 1 in f\x00' + "f" * 300,
    ],
    ids=["empty", "not indented", "a traceback's", "no number", "a huge line", "a huge name", "huge function", "zero"],
)
def test_a_line_that_is_no_frame_is_none(line: str) -> None:
    """A program can print what it likes; it only explains."""
    assert parse_stack(line.encode()) == ()


def test_a_stack_is_bounded() -> None:
    """A recursion a thousand deep is told by its innermost frames."""
    deep = "".join(f'  File "{HOME}/a.py", line {number} in f\n' for number in range(1, 1001))
    frames = parse_stack(deep.encode())
    assert len(frames) == 200
    assert (frames[0].line, frames[-1].line) == (1, 200)


def test_no_dump_is_no_stack() -> None:
    """A program that ended by itself has none."""
    assert parse_stack(b"") == ()


# --- files going in ---------------------------------------------------------------------------------------------------


def unpack(blob: bytes) -> list[tuple[str, bytes]]:
    """As the launcher reads it: path, size, bytes."""
    found = []
    while blob:
        path, size, rest = blob.split(b"\0", 2)
        found.append((path.decode(), rest[: int(size)]))
        blob = rest[int(size) :]
    return found


def test_files_are_packed_one_after_another() -> None:
    """Whatever bytes they hold, zero bytes and none at all included."""
    files = [("echo-server.py", b"print()\n"), ("sub/é.bin", b"\0\0\n1\0"), ("empty.py", b""), ("last", b"\xff" * 300)]
    assert unpack(pack([SourceFile(path=path, data=data) for path, data in files])) == files
    assert pack([]) == b""

"""What holds for every diagnosis: always something true, bounded, in the student's own file, and documented."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from diagnosed import SERVER
from hypothesis import given, settings
from hypothesis import strategies as some
from records import GREETING, PORT, dial, events, record, traceback

from grader import verdicts
from grader.diagnose import advice, explain
from grader.diagnose.catalogue import ADVICE, CATALOGUE
from grader.diagnose.generic import GENERIC
from grader.diagnose.source import read_source
from grader.diagnose.trace import Place, parse_trace
from grader.diagnose.words import MOST_SENTENCE, difference
from grader.model import Dial, Event, Frame, Limits, RunRecord, Socket
from grader.verdicts import Finding

ROOT = Path(__file__).parents[2]
CODES = sorted(
    {
        str(node.value.value)
        for node in ast.walk(ast.parse(inspect.getsource(verdicts)))
        if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant)
    }
    | {f"{side}-{how}" for side in ("server", "client") for how in ("silent", "late", "partial", "altered", "extra")}
)


def said(finding: Finding, sources: dict[str, str] | None = None, **more: object) -> str:
    """The reason that is given."""
    return explain(finding, sources or {}, "Look again.", Limits(), **more).reason  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [code for code in CODES if isinstance(code, str)])
def test_each_code_has_a_generic_entry(code: str) -> None:
    """Whatever a verdict finds, there is a sentence of its own for it, without any further evidence."""
    finding = Finding(code=code, record=record("client" if code.startswith("client") else "server"))
    assert any(entry.id == code for entry in GENERIC)
    assert explain(finding, {}, "Look again.", Limits()).id != "unexplained"


def test_each_entry_is_documented() -> None:
    """docs/diagnosis.md names every entry, and none that does not exist."""
    text = (ROOT / "docs" / "diagnosis.md").read_text()
    rows = [line.split("|")[1].strip().strip("`") for line in text.splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(entry.id for entry in (*CATALOGUE, *ADVICE))


# --- never raises, and is bounded -----------------------------------------------------------------------------------

words = some.text(max_size=40) | some.sampled_from(
    ["TypeError: bind() takes exactly one argument (2 given)", "{", "{x}", "a" * 5000,
     "Traceback (most recent call last):",
     '  File "/home/student/echo-server.py", line 3, in <module>', "NameError: name 'x' is not defined"]
)  # fmt: skip
lines = some.lists(words, max_size=8).map("\n".join)
code_lines = some.lists(
    some.sampled_from(
        ["import socket", "HOST = '127.0.0.1'", "PORT = 65432", "s.bind((HOST, PORT))", "s.listen()", "while True:",
         "    conn, addr = s.accept()", "    data = conn.recv(1024)", "    conn.sendall(data)",
         "try:", "except OSError:",
         "    pass", "def main():", "# TODO 1: bind", "input()", "\t x =", "'''", "class A:",
         "print(data)", "\x00", "é\ufeff"]
    ),
    max_size=20,
).map("\n".join)  # fmt: skip
some_events = some.builds(
    Event,
    kind=some.sampled_from(
        ["connected", "accepted", "sent", "received", "fin-sent", "fin-received", "reset", "refused"]
    ),
    connection=some.integers(0, 2),
    at=some.floats(0, 10),
    data=some.binary(max_size=80),
)
some_records = some.builds(
    RunRecord,
    role=some.sampled_from(["server", "client"]),
    file=some.sampled_from(["echo-server.py", "echo-client.py", "sub/echo-server.py", "gone.py"]),
    host=some.sampled_from(["127.0.0.1", "::1", "", "x" * 300]),
    port=some.integers(-1, 70000),
    events=some.lists(some_events, max_size=6).map(tuple),
    sockets=some.lists(
        some.builds(Socket, protocol=some.sampled_from(["tcp", "tcp6", "udp"]), host=words,
                    port=some.integers(0, 65535),
                    state=some.sampled_from(["listen", "established"])), max_size=2).map(tuple),
    dials=some.lists(
        some.builds(Dial, call=some.sampled_from(["bind", "connect"]), host=words, port=some.integers(-1, 70000)),
        max_size=3).map(tuple),
    exit_code=some.none() | some.integers(0, 255),
    stopped=some.none() | some.sampled_from(["stuck", "cpu", "wall", "output", "memory", "finished"]),
    serving=some.booleans(),
    stdout=lines.map(str.encode) | some.binary(max_size=50),
    stderr=lines.map(str.encode) | some.binary(max_size=50),
    stack=some.lists(
        some.builds(Frame, file=some.sampled_from(["echo-server.py", "/usr/lib/socket.py", "",
                    "/tmp/x/echo-client.py"]),
                    line=some.integers(-1, 30), function=some.sampled_from(["accept", "<module>", "x"]),
                    thread=some.integers(0, 2)), max_size=4).map(tuple),
)  # fmt: skip
some_sources = some.fixed_dictionaries(
    {},
    optional={
        "echo-server.py": code_lines,
        "echo-client.py": lines,
        "socket.py": code_lines,
        "sub/echo-server.py": lines,
    },
)
some_findings = some.builds(
    Finding,
    code=some.sampled_from([*CODES, "new"]),
    record=some_records,
    expected=some.binary(max_size=60),
    actual=some.binary(max_size=60),
    facts=some.dictionaries(
        some.sampled_from(
            ["host", "port", "status", "signal", "line", "index", "answered", "server", "client", "sent"]
        ),
        some.integers(-5, 99999) | words | some.binary(max_size=9) | some.none(),
        max_size=4,
    ),
)


@settings(max_examples=300, deadline=None)
@given(some_findings, some_sources, words)
def test_any_record_is_explained_in_bounded_sentences(finding: Finding, sources: dict[str, str], hint: str) -> None:
    """Hostile output, sources and addresses never break a diagnosis, and never make it long."""
    found = explain(finding, sources, hint, Limits())
    assert found.reason
    assert max(map(len, (found.reason, found.next_step, found.source or "", found.staff_note))) <= 2 * MOST_SENTENCE
    if found.line is not None:
        assert found.file in sources
    assert explain(finding, sources, hint, Limits()) == found


@settings(max_examples=100, deadline=None)
@given(some_records, some_sources)
def test_advice_never_fails(seen: RunRecord, sources: dict[str, str]) -> None:
    """Advice is given or not, for any record."""
    found = advice(seen, sources)
    assert found is None or found.reason


@settings(max_examples=200, deadline=None)
@given(some.text() | code_lines)
def test_any_text_can_be_read_as_source(text: str) -> None:
    """What is not Python still has its lines."""
    assert read_source("x.py", text).lines


# --- wording --------------------------------------------------------------------------------------------------------


def test_both_bytes_of_the_first_difference_are_shown() -> None:
    """Whole short messages, the offset, and both bytes as text and hex."""
    finding = Finding(code="client-altered", record=record("client"), expected=GREETING, actual=b"Hello World")
    assert said(finding).endswith(
        "it sent b'Hello World' (11 bytes); expected b'Hello, world' (12 bytes). The first difference is at byte 5 "
        "(counting from 0): expected b',' (hex 2c), got b' ' (hex 20)."
    )


def test_a_long_message_is_shown_around_the_difference() -> None:
    """Of 200 bytes only the neighbourhood is quoted."""
    text = difference(bytes(200), bytes(150) + b"x" + bytes(49))
    assert "at byte 150" in text
    assert "Around it" in text


def test_nothing_is_counted_that_differs_from_run_to_run() -> None:
    """Of a large message the pieces, and so the offsets behind the first of them, are another matter each time."""
    told = {
        said(Finding(code="server-altered", record=record(), expected=bytes(65536), actual=bytes(at) + b"x" * 40000))
        for at in (19364, 19456, 19576)
    }
    assert len(told) == 1


def test_where_a_large_message_differs_at_its_beginning_is_told() -> None:
    """What every first recv gets whole is the same each time, so that the first difference in it can be shown."""
    actual = bytes(20) + b"x" * 65516
    finding = Finding(code="server-altered", record=record(), expected=bytes(65536), actual=actual)
    assert "The first difference is at byte 20" in said(finding)


def test_a_stuck_program_is_told_where_and_after_what() -> None:
    """The call, the line, and how many bytes had gone each way."""
    source = "import socket\nwhile True:\n    data = conn.recv(1024)\n    conn.sendall(data)\n"
    seen = record(
        stopped="stuck",
        events=events("connected", ("sent", GREETING)),
        stack=(Frame(file="echo-server.py", line=3, function="f"),),
    )
    text = said(Finding(code="does-not-end", record=seen), {"echo-server.py": source})
    assert "waiting in conn.recv(1024), line 3" in text
    assert "received 12 bytes and sent 0 bytes" in text


def test_the_library_names_the_call_and_the_students_line_is_shown() -> None:
    """accept is Python code of the library: the frame above the student's own."""
    source = "import socket\nconn, addr = s.accept()\n"
    stack = (
        Frame(file="/usr/lib/python3/socket.py", line=295, function="accept"),
        Frame(file="echo-server.py", line=2, function="<module>"),
    )
    found = explain(
        Finding(code="does-not-end", record=record(stopped="stuck", stack=stack)),
        {"echo-server.py": source},
        "",
        Limits(),
    )
    assert "waiting in s.accept(), line 2" in found.reason
    assert found.line == 2


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("cannot use <object object at 0x7f3a5c2b1d90>", "cannot use <object object at 0x…>"),
        ("<a at 0x7f3a5c2b1d90> and <b at 0x55d0c9aa>", "<a at 0x…> and <b at 0x…>"),
        ("mask 0xff is odd", "mask 0xff is odd"),
        ("it is 1795383881.3286152 now", "it is … now"),
        (
            "laddr=('127.0.0.1', 58968), raddr=('127.0.0.1', 65432)",
            "laddr=('127.0.0.1', …), raddr=('127.0.0.1', 65432)",
        ),
    ],
)
def test_what_is_another_in_every_run_is_not_told(message: str, shown: str) -> None:
    """Places in memory, times, ports that the system picked: two gradings must say the same."""
    seen = record(exit_code=1, stderr=traceback("echo-server.py", 1, f"ValueError: {message}"))
    text = said(Finding(code="never-listens", record=seen), {"echo-server.py": "x\n"})
    assert shown in text
    assert "7f3a5c2b1d90" not in text


def test_a_line_that_does_not_exist_is_not_shown() -> None:
    """A program can print any traceback."""
    seen = record(exit_code=1, stderr=traceback("echo-server.py", 99, "NameError: name 'x' is not defined"))
    found = explain(Finding(code="never-listens", record=seen), {"echo-server.py": "x\n"}, "", Limits())
    assert (found.file, found.line, found.source) == (None, None, None)


def test_an_exception_is_no_reason_for_wrong_bytes() -> None:
    """The bytes came before it; only they are the matter."""
    seen = record(exit_code=1, stderr=traceback("echo-server.py", 1, "NameError: name 'x' is not defined"))
    finding = Finding(code="server-altered", record=seen, expected=GREETING, actual=GREETING.upper())
    assert "upper-cased" in said(finding, {"echo-server.py": "x\n"})


def test_another_assignment_has_another_address() -> None:
    """The address of the assignment is the rubric's."""
    finding = Finding(
        code="listens-elsewhere",
        record=record(dials=(dial("bind", port=9),)),
        facts={"host": "127.0.0.1", "port": PORT},
    )
    assert "the assignment says port 7000" in said(finding, {}, expected_port=7000)


# --- tracebacks -----------------------------------------------------------------------------------------------------


def test_the_last_traceback_counts_and_its_innermost_own_line() -> None:
    """The library's frames lie deeper than the student's."""
    text = (
        'Traceback (most recent call last):\n  File "/home/student/a.py", line 1, in <module>\n    f()\n'
        "ValueError: first\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "/home/student/a.py", line 5, in main\n    s.connect(1)\n'
        '  File "/usr/lib/python3.11/socket.py", line 836, in create\n    raise x\n'
        "socket.gaierror: [Errno -2] no: such\n"
    )
    trace = parse_trace(text, ["a.py"])
    assert trace is not None
    assert (trace.kind, trace.message, trace.place) == ("gaierror", "[Errno -2] no: such", Place(file="a.py", line=5))
    assert trace.function == "create"


def test_a_program_outside_the_box_is_found_by_the_end_of_its_path() -> None:
    """Without a box the folder is another one."""
    trace = parse_trace(
        '  File "/tmp/abc/sub/a.py", line 2\n    x\nSyntaxError: invalid syntax\n', ["a.py", "sub/a.py"]
    )
    assert trace is not None
    assert trace.place == Place(file="sub/a.py", line=2)


ONE_LINE = "s = socket.socket(); s.bind((HOST, 1.5)); s.listen(); c, a = s.accept()"


@pytest.mark.parametrize(
    ("marked", "shown"),
    [("s.bind((HOST, 1.5))", "calls bind with"), ("s.listen()", "calls listen with"), ("", "calls a call with")],
)
def test_of_several_statements_on_a_line_the_marked_one_is_named(marked: str, shown: str) -> None:
    """The traceback's marks say which call it was; without them none is named."""
    for indent in ("", "    "):
        marks = f"    {' ' * ONE_LINE.index(marked)}{'^' * len(marked)}\n" if marked else ""
        stderr = (
            f'Traceback (most recent call last):\n  File "/home/student/echo-server.py", line 2, in <module>\n'
            f"    {ONE_LINE}\n{marks}TypeError: 'float' object cannot be interpreted as an integer\n"
        )
        seen = record(exit_code=1, stderr=stderr.encode())
        source = {"echo-server.py": f"if True:\n{indent or ' '}{ONE_LINE}\n"}
        assert shown in said(Finding(code="never-listens", record=seen), source)


@pytest.mark.parametrize(
    ("stopped", "shown"),
    [
        ("cpu", "2 seconds of processor time"),
        ("wall", "10 seconds"),
        ("output", "4096 KB"),
        ("memory", "1024 MB"),
    ],
)
def test_a_limit_is_named_with_its_amount(stopped: str, shown: str) -> None:
    """Whatever is said of a program that a limit ended, it says which limit that was."""
    for code in ("does-not-end", "server-silent", "never-listens"):
        finding = Finding(code=code, record=record(stopped=stopped, events=events("connected")))
        assert shown in said(finding, {"echo-server.py": SERVER})


def test_output_that_is_no_traceback_is_none() -> None:
    """A log on stderr is not an exception."""
    assert parse_trace("INFO: listening\nError: 3\n", ["a.py"]) is None

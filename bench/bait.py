"""Programs and output that are made to be read for hours, or to fell whoever reads them.

    python -m bench.bait [NAME ...]

The grader itself reads the text of a program (with `ast`, to name the line of a mistake) and what it printed. Each
text below is read in the way of a grading; printed is the processor time, the slowest first. A program's text stands
for one file. Output is that of all nine runs of a hand-in, two megabytes on stdout and as much on stderr in each,
looked at by all checks.
"""

from __future__ import annotations

import argparse
import functools
import time
from collections.abc import Callable, Mapping
from typing import Any

from bench.grading import ROOT
from grader.answers import check_pattern
from grader.assess import observe
from grader.conversation import plan
from grader.diagnose.source import read_source
from grader.model import Dial, Event, Observation, Rubric, RunRecord, Socket, SourceFile, StepOutcome, Submission
from grader.rubric import load_rubric

PRINTED_BYTES = 2 << 20
FRAME = b'  File "/home/student/echo-server.py", line 3, in f\n'
HEADER = b"Traceback (most recent call last):\n"


def nested(opening: str, closing: str, depth: int, inner: str = "1") -> str:
    """Something in itself, so deep."""
    return opening * depth + inner + closing * depth


def sources() -> dict[str, str]:
    """Programs, by what is hostile in them. Larger than what is looked at, where that is to be shown."""
    return {
        "signs": "-" * 2_000_000 + "1",
        "signs, no more than parse": "\n".join("x=" + "-" * 900 + "1" for _ in range(60)),
        "open parentheses": "(" * 100_000,
        "parentheses": "\n".join(nested("(", ")", 199) for _ in range(150)),
        "braces and colons": "{1:" * 30_000,
        "not": "not " * 60_000 + "1",
        "lambda": "x=" + "lambda:" * 9000 + "1",
        "attributes": "a" + ".b" * 120_000,
        "calls of calls": "a" + "()" * 30_000,
        "calls of calls, again and again": "\n".join("a" + "()" * 300 for _ in range(400)),
        "methods of methods": "\n".join("a" + ".b()" * 150 for _ in range(100)),
        "calls in calls": "\n".join(nested("f(", ")", 60) for _ in range(400)),
        "a long list in calls": nested("f(", ")", 60, "[" + "1," * 30_000 + "]"),
        "an import of many dots": "import " + "a." * 100_000 + "a",
        "dots over many lines": "import a" + ".\\\na" * 20_000,
        "a huge whole number": "x=" + "9" * 2_000_000,
        "a huge hexadecimal number": "x=0x" + "f" * 60_000,
        "powers": "x=9**9**9**9\n" * 5000,
        "named characters": 'x="' + "\\N{LATIN SMALL LETTER A}" * 2500 + '"',
        "unknown characters": 'x="\\N{' + "A" * 60_000 + '}"',
        "bad escapes": 'x="' + "\\d" * 30_000 + '"',
        "values in a string": "x=f'" + "{a}" * 20_000 + "'",
        "a sum": "x=" + "1+" * 30_000 + "1",
        "sums": "\n".join("x=" + "1+" * 900 + "1" for _ in range(35)),
        "comparisons": "x=" + "1<" * 30_000 + "1",
        "assignments in a row": "a=" * 30_000 + "1",
        "a statement a character": "a;" * 32_000,
        "elif": "if 1: pass\n" + "elif 1: pass\n" * 5000,
        "indents": "\n".join(" " * depth + "if 1:" for depth in range(99)) + "\n" + " " * 99 + "pass",
        "loops in loops": "\n".join(" " * n + "for i in x:" for n in range(19))
        + ("\n" + " " * 19 + "s.recv(1)") * 1000,
        "sent a thousand times": "a=b'x'\n" * 2200 + "s.send(a)\n" * 1500,
        "prints in a line": "print('x');" * 5900,
        "tasks that are none": "#" * 250_000,
        "tasks that are nearly one": "# TOD" * 40_000,
        "tasks": "# TODO " * 35_000,
        "NUL": "a\0" * 30_000,
        "line ends": "\\\n" * 120_000,
        "halves of characters": "x='\ud800\udfff'\n" * 5000,
    }


def filled(text: bytes) -> bytes:
    """As much of it as a program may print."""
    return (text * (PRINTED_BYTES // len(text) + 1))[:PRINTED_BYTES]


def outputs() -> dict[str, bytes]:
    """What programs print, by what is hostile in it."""
    return {
        "quotes": filled(b"'"),
        "quotes of both kinds": filled(b"'\""),
        "escaped quotes": filled(b"'\\"),
        "prefixes of literals": filled(b"br'"),
        "backslashes": filled(b"\\"),
        "line ends": filled(b"\n"),
        "quotes and line ends": filled(b"'\n"),
        "numbers": filled(b"1."),
        "the port, nearly": filled(b"65432."),
        "the greeting": filled(b"Hello, world\n"),
        "the greeting, nearly": filled(b"Hell"),
        "refusals, nearly": filled(b"refus"),
        "beginnings of tracebacks": filled(HEADER),
        "tracebacks without an end": filled(HEADER + FRAME),
        "frames": filled(FRAME),
        "frames that never close": filled(b'  File "'),
        "files that cannot be read": filled(b"SyntaxError: " + b" in file x" * 400 + b"\n"),
        "a line without a number": HEADER + b'  File "/home/student/echo-server.py", line ' + b"9" * 9000 + b"\nE: x\n",
        "a number without an end": HEADER + b'  File "/home/student/echo-server.py", line ' + filled(b"9"),
        "names with dots": HEADER + FRAME + filled(b"a."),
        "marks": filled(FRAME + b"x\n" + b"~^ " * 300 + b"\n"),
        "addresses of sockets": FRAME + b"OSError: " + filled(b"laddr=('"),
        "a long message": HEADER + FRAME + b"TypeError: argument " + filled(b"<a.>"),
        "no text": filled(b"\xed\xa0\x80\xff"),
        "line ends of other kinds": filled("\u2028\x0b\r".encode()),
    }


@functools.cache
def rubric() -> Rubric:
    """The echo assignment."""
    return load_rubric(ROOT / "rubric.yaml", check_pattern)


def record(role: str, printed: bytes, **ended: object) -> RunRecord:
    """A run in which something was said, and this was printed."""
    row, met = (rubric().host, rubric().port), "connected" if role == "server" else "accepted"
    events = ((met, b"127.0.0.1:40000"), ("sent", b"x" * 100), ("received", b"y" * 3))
    fields: dict[str, Any] = {
        "stdout": printed,
        "stderr": printed,
        "outcomes": tuple(StepOutcome(result="done", at=0.1, received=10) for _ in range(12)),
        "sockets": (Socket(protocol="tcp", host=row[0], port=row[1], state="listen"),),
        "dials": (Dial(call="connect" if role == "client" else "bind", host=row[0], port=row[1]),) * 100,
        "events": tuple(Event(kind=kind, connection=0, at=0.1, data=data) for kind, data in events),
    }
    names = {"role": role, "file": f"echo-{role}.py", "host": row[0], "port": row[1]}
    return RunRecord(**{**names, **fields, **ended})


def judged(printed: bytes, text: str | None = None, **ended: object) -> Mapping[str, Observation]:
    """All checks of a hand-in whose programs have printed this. `text`: of both programs, instead of right ones."""
    files = {role: ROOT / "solutions" / f"echo-{role}.py" for role in ("server", "client")}
    submission = Submission(
        id="bait",
        digest="d" * 64,
        files=tuple(
            SourceFile(path=path.name, data=path.read_bytes() if text is None else text.encode(errors="replace"))
            for path in files.values()
        ),
        programs={role: path.name for role, path in files.items()},
        answers=None,
    )
    records = {}
    for run in plan(rubric(), submission.digest):
        for role in run.players:
            name = run.name if len(run.players) == 1 else f"{run.name}/{role}"
            records[name] = record(role, printed[:PRINTED_BYTES], **ended)
    return observe(submission, rubric(), records)


def readings() -> dict[str, Callable[[], object]]:
    """Everything that is to be read, by name."""
    found: dict[str, Callable[[], object]] = {}
    for name, text in sources().items():
        found[f"program: {name}"] = functools.partial(read_source, "echo-server.py", text)
        found[f"judged: {name}"] = functools.partial(judged, HEADER + FRAME + b"ValueError: x\n", text, exit_code=1)
    for name, printed in outputs().items():
        found[f"printed: {name}"] = functools.partial(judged, printed, stopped="output", output_cut=True)
        found[f"printed, ended well: {name}"] = functools.partial(judged, printed, exit_code=0)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bait", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="only those with one of these in their name")
    chosen = parser.parse_args().names
    judged(b"")
    seconds: dict[str, float] = {}
    for name, work in readings().items():
        if not chosen or any(part in name for part in chosen):
            started = time.process_time()
            work()
            seconds[name] = time.process_time() - started
    for name, took in sorted(seconds.items(), key=lambda one: -one[1]):
        print(f"{took:7.2f} s  {name}")


if __name__ == "__main__":
    main()

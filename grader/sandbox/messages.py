"""What is said to a launcher and comes out of a box, as values. Pure; whatever comes out of a box may be forged."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.errors import SandboxError
from grader.model import Dial, Frame, SourceFile
from grader.sandbox.inside.watch import HOME

OUT_OF_TURN = "The launcher spoke out of turn."
NUMBER = re.compile(rb"-?\d{1,18}")


def numbers(fields: Sequence[bytes], first: bytes, count: int) -> list[int]:
    """The numbers in a message of the launcher that begins with `first`. Raises SandboxError for any other message."""
    if fields[0] != first or len(fields) != count + 1 or not all(NUMBER.fullmatch(field) for field in fields[1:]):
        raise SandboxError(OUT_OF_TURN)
    return [int(field) for field in fields[1:]]


def pack(files: Sequence[SourceFile]) -> bytes:
    """Files in the launcher's format: `path NUL size NUL bytes`, one after another."""
    return b"".join(file.path.encode() + b"\0%d\0" % len(file.data) + file.data for file in files)


def parse_dials(log: bytes) -> tuple[Dial, ...]:
    """The dial log as values. A program can scribble over it, so whatever does not parse is left out."""
    found = []
    for line in log.rstrip(b"\0").split(b"\n"):
        fields = line.split(b"\0")
        if len(fields) != 5:
            continue
        try:
            call, host_name, port, *printed = (field.decode(errors="replace") for field in fields)
            before = (int(printed[0][:12]), int(printed[1][:12]))
            found.append(Dial(call=call, host=host_name, port=int(port[:12]), output_before=before))
        except ValueError:
            continue
    return tuple(found[:200])


STACK_LINE = re.compile(r'  File "([^"\n]{1,500})", line (\d{1,7}) in ([^\n]{1,200})')


def parse_stack(dump: bytes) -> tuple[Frame, ...]:
    """Frames from faulthandler's text. A program can forge it; it only explains."""
    frames, thread = [], 0
    for line in dump.decode(errors="replace").splitlines():
        if line.startswith(("Thread 0x", "Current thread 0x")):
            thread += 1
        match = STACK_LINE.fullmatch(line)
        if match:
            file = match[1].removeprefix(HOME + "/")
            frames.append(Frame(file=file, line=int(match[2]), function=match[3], thread=thread))
    return tuple(frames[:200])

"""Real boxes for tests: one program or several in a row, each to its end, and what was seen of it."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from grader.model import Limits, RunRecord, SourceFile
from grader.peers.part import Part
from grader.peers.play import play
from grader.sandbox.launch import Box

ROOMY = Limits(wall_seconds=60.0, cpu_seconds=5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One run in a box: its record, and what the box said afterwards of what the run had left behind."""

    record: RunRecord
    leftover: str

    @property
    def lines(self) -> list[str]:
        """What the program printed, line by line."""
        return self.record.stdout.decode().splitlines()


def source(text: str | bytes) -> bytes:
    """A program as a test writes it, indented with the test: as a file's content. Bytes stay as they are."""
    return text if isinstance(text, bytes) else textwrap.dedent(text).encode()


def hand_in(files: dict[str, str | bytes]) -> tuple[SourceFile, ...]:
    """Files by path, as a hand-in."""
    return tuple(SourceFile(path=path, data=source(text)) for path, text in files.items())


async def visit(box: Box, program: str, limits: Limits) -> Visit:
    """Run one program in a box until it ends, is proved stuck, or reaches a limit."""
    part = Part(role="server", file=program, actions=(), awaits_exit=True, host="127.0.0.1", port=65432, follow=True)
    async with box.run(program, connections=1, port=65432, usual_port=65432) as run:
        record = await play(run, part, limits)
    return Visit(record=record, leftover=await box.leftover())


async def visit_in_turn(files: tuple[SourceFile, ...], programs: Sequence[str], limits: Limits) -> list[Visit]:
    """Run programs one after another in the same box."""
    box = await Box.start(files, limits, programs[0])
    try:
        return [await visit(box, program, limits) for program in programs]
    finally:
        await box.close()


def run_program(text: str | bytes, limits: Limits = ROOMY, **beside: str | bytes) -> Visit:
    """Run one program in a box of its own. `beside`: further files, by their name without `.py`."""
    files = {"program.py": text, **{f"{name}.py": content for name, content in beside.items()}}
    return asyncio.run(visit_in_turn(hand_in(files), ["program.py"], limits))[0]


def run_in_turn(*texts: str, limits: Limits = ROOMY) -> list[Visit]:
    """Run several programs one after another in one box; one text is one program."""
    names = {text: f"program{number}.py" for number, text in enumerate(dict.fromkeys(texts), 1)}
    files: dict[str, str | bytes] = {name: text for text, name in names.items()}
    return asyncio.run(visit_in_turn(hand_in(files), [names[text] for text in texts], limits))

"""A reply in pieces reaches a client that reads once as a whole, whatever the length of its first piece."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from grader.intake import read_folder
from grader.rubric import load_rubric
from grader.runs import ReferenceBoxes, SubmissionRuns

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).resolve().parents[2]
PREFIXES = """
import socket
with socket.create_server(("127.0.0.1", 65432)) as listening:
    connection, _ = listening.accept()
    while data := connection.recv(1024):
        connection.sendall(b"Here it is: ")  # as long as what the client says
        sum(range(20_000))  # at work, and not at rest
        connection.sendall(data)
"""


def test_a_first_piece_of_the_messages_length_is_not_taken_for_the_reply(tmp_path: Path) -> None:
    """The server is at work when it has said that: it is about to add to it."""
    (tmp_path / "echo-server.py").write_text(PREFIXES)
    whole = load_rubric(ROOT / "rubric.yaml")
    rubric = replace(whole, checks=tuple(one for one in whole.checks if one.id == "server.with-reference-client"))

    async def play() -> bytes:
        references = ReferenceBoxes(rubric)
        try:
            records = await SubmissionRuns(read_folder(tmp_path, rubric), rubric, references).play()
        finally:
            await references.close()
        return records["pair-1/client"].stdout

    for _ in range(5):
        assert b"Here it is: Hello, world" in asyncio.run(play())

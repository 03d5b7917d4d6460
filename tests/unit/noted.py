"""A note of every kind that is taken about a hand-in's files."""

from __future__ import annotations

from grader.intake import messages
from grader.intake.handin import Problem
from grader.model import ProgramSpec

SPEC = ProgramSpec(role="server", file="echo-server.py", reference="")
NOTED = [
    messages.misnamed(SPEC, "server.py"),
    messages.misplaced(SPEC, "a/echo-server.py"),
    messages.guessed(SPEC, "a.py"),
    messages.swapped(SPEC, "echo-client.py"),
    messages.ambiguous(SPEC, ["a.py", "b.py"]),
    messages.unused(SPEC, "echo-server.py", ["server.py"]),
    messages.missing(SPEC, []),
    messages.missing(SPEC, ["server.txt"]),
    messages.missing(SPEC, ["server.txt"], ["work.zip", "a.ipynb"]),
    messages.missing(SPEC, [], [], ["echo.py"]),
    messages.unopened_archives(["a.zip"]),
    messages.empty(SPEC, "echo-server.py"),
    messages.unpacked("a.zip"),
    messages.several_archives(["a.zip", "b.zip"]),
    messages.answers_misnamed("answer.txt", "answers.md"),
    messages.answers_ambiguous(["a.txt", "b.txt"], "answers.md"),
    messages.answers_unreadable("a.docx", "answers.md"),
    messages.answers_beside("answers.md", ["a.docx"]),
    messages.answers_empty("answers.md"),
    *(messages.left_out(problem, ["a.py"], "server") for problem in Problem),
    messages.link_given(),
    messages.late(),
    messages.uploaded_again("a.py"),
    messages.answers_typed(),
    messages.answers_typed_too("answers.md"),
    messages.answers_typed_cut(),
    messages.answers_cut("answers.md"),
    messages.answers_missing("answers.md"),
    messages.answers_missing("answers.md", ["photo.png"]),
    messages.answers_missing("answers.md", [], ["echo-server.py"]),
]

"""Rubrics for tests: small ones as text, and what an instructor is told about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.model import Rubric, Step
from grader.rubric import parse_rubric

ROOT = Path(__file__).parents[2]
REFERENCES = {"server.py": "serve()\n", "client.py": "connect()\n"}

HEAD = """\
title: Upper-casing
points: {points}
assignment:
  host: 127.0.0.1
  port: 5000
  programs:
    server: {{file: up-server.py, reference: server.py}}
    client: {{file: up-client.py, reference: client.py}}
"""


def read_reference(path: str) -> str:
    """Stands in for the files beside the rubric."""
    if path not in REFERENCES:
        raise FileNotFoundError(2, "No such file or directory", path)
    return REFERENCES[path]


def parse(text: str) -> Rubric:
    return parse_rubric(text, name="rubric.yaml", read_reference=read_reference)


def problems(text: str) -> list[str]:
    """Every line that an instructor sees for this text."""
    with pytest.raises(RubricError) as caught:
        parse(text)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def check(
    name: str = "server.a", points: object = 3, run: str = "server", extra: str = "", steps: str = "[listens]"
) -> str:
    """One entry of `checks`, seven or eight lines long."""
    return f"""\
  - id: {name}
    title: A title
    points: {points}
    run: {run}
{extra}    conversation: {steps}
    hint: Look again.
"""


def rubric_text(*checks: str, points: object = 3, questions: str = "", more: str = "") -> str:
    return HEAD.format(points=points) + more + "checks:\n" + "".join(checks or [check()]) + questions


def conversation(steps: str, run: str = "server", name: str = "server.a") -> str:
    """A rubric with one check; `steps` are lines that begin with `- `. Its first step stands on line 15."""
    indented = "".join(f"      {line}\n" for line in steps.strip().splitlines())
    return rubric_text(check(name, run=run, steps="\n" + indented.rstrip("\n")))


def steps_of(steps: str, run: str = "server", name: str = "server.a") -> tuple[Step, ...]:
    return parse(conversation(steps, run, name)).checks[0].conversation


QUESTION = """\
questions:
  - id: q1
    number: 1
    title: What bind achieves
    prompt: What is achieved?
    points: 5
    criteria:
      - {id: assoc, points: 3, idea: It associates., kind: what the call does, accept: [bind socket]}
      - {id: port, points: 2, idea: A port., kind: which number, accept: [port]}
"""

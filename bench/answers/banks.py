"""The marked answers of `bench/answers/data`, as cells and as examples to learn from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
LOGITS = Path(__file__).parent / "logits"
BANKS = ("dev", *(f"b{number}" for number in range(1, 12)))
OURS = ("q1", "q2")  # the two questions of the assignment; all others are there for learning and for unseen questions
LESS = "/less"  # behind an answer's id: the answer without what it takes back
Logits = dict[str, dict[str, float]]  # answer id -> criterion id -> the model's log-odds


@dataclass(frozen=True)
class Answer:
    """One marked answer. `question`: unique over all banks. `gold`, `borderline`: by criterion id."""

    id: str
    bank: str
    question: str
    kind: str
    text: str
    gold: dict[str, int]
    borderline: frozenset[str]

    @property
    def ours(self) -> bool:
        return self.question in OURS


@dataclass(frozen=True)
class Asked:
    """A question of the banks. `ideas`: criterion id -> its plain sentence. `borders`: what does not earn it."""

    id: str
    prompt: str
    ideas: dict[str, str]
    borders: dict[str, str]


@cache
def load(bank: str) -> tuple[dict[str, Asked], tuple[Answer, ...]]:
    """Questions and answers of one bank. Questions 3 and up are the bank's own: their ids get the bank's name."""
    entries = yaml.load((DATA / f"{bank}.yaml").read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))

    def name(question: str) -> str:
        return question if question in OURS else f"{bank}/{question}"

    asked = {name(key): _asked(name(key), one) for key, one in entries["questions"].items()}
    answers = tuple(
        Answer(
            one["id"],
            bank,
            name(one["question"]),
            one.get("kind", "plain"),
            one["text"],
            one["gold"],
            frozenset(one["borderline"]),
        )
        for one in entries["answers"]
    )
    return asked, answers


def load_logits(paths: Iterable[Path] = ()) -> Logits:
    """Log-odds as `bench.answers.examine` writes them. Without paths: those of models that had not seen the banks."""
    files = [json.loads(path.read_text()) for path in paths or sorted(LOGITS.glob("*.json"))]
    return {name: one for file in files for name, one in file.items()}


def _asked(name: str, one: dict[str, Any]) -> Asked:
    """A question with its ideas as single sentences; what follows the first sentence says what does not earn it."""
    ideas, borders = {}, {}
    for key, text in one["criteria"].items():
        idea, border = _first_sentence(text if isinstance(text, str) else text["means"])
        ideas[key] = idea
        borders[key] = " ".join(filter(None, [border, one.get("borders", {}).get(key, "")]))
    return Asked(name, one["prompt"], ideas, borders)


def _first_sentence(text: str) -> tuple[str, str]:
    idea, named, border = text.partition(" Border: ")
    if named:
        return idea, border
    parts = re.split(r"(?<=[.)']) (?=[A-Z'])", text, maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else ""

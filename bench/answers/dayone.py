"""What an instructor gets for a question of their own: on day one, and after some decisions.

    python -m bench.answers.dayone --model FOLDER

FOLDER has a model that did not see the banks b4 and b5 (`python -m bench.answers.train --without b4,b5 --out FOLDER`);
with the shipped one, which has seen every bank, the numbers flatter. For each of the banks' other questions a rubric is
written as an instructor would, in YAML, with its criteria as plain sentences; six examples a criterion, or decisions on
20 answers, come from answers that are not tested on. Each row is judged on the same answers. For the assignment's own
questions, which have patterns, decisions are taken from the bank by lot, or from its queue, and the rest is judged.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from bench.answers.banks import Answer, Asked, load
from bench.answers.examine import use
from bench.grading import ROOT
from grader.answers.decisions import FILE_NAME, remembering
from grader.answers.decisions_text import HEAD, rendered
from grader.answers.marked import Marked
from grader.answers.score import score_answer
from grader.model import Question
from grader.rubric_file import load as load_rubric

DECISIONS = 20
EXAMPLES = 3  # each way
DRAWS = 1000


@dataclass(frozen=True)
class Cell:
    """One tested cell. `group`: the question, or for our own questions the bank and question."""

    group: str
    gold: bool
    met: bool
    settled: bool


def rubric_text(asked: Asked, examples: dict[str, dict[str, list[str]]]) -> str:
    """A rubric with this question and nothing else worth points."""
    criteria = [
        {"id": name, "points": 1, "idea": idea, "kind": "an idea", "examples": examples.get(name, {})}
        for name, idea in asked.ideas.items()
    ]
    question = {"id": "new", "number": 1, "title": "New", "prompt": asked.prompt, "points": len(criteria)}
    return yaml.safe_dump(
        {
            "title": "A new question",
            "points": len(criteria),
            "assignment": {
                "host": "127.0.0.1",
                "port": 65432,
                "programs": {"server": {"file": "server.py", "reference": "server.py"}},
            },
            "checks": [
                {"id": "server.listens", "title": "Listens", "points": 0, "run": "server", "hint": "Listen.",
                 "conversation": ["listens"]},
            ],
            "questions": [question | {"criteria": criteria}],
        },
        sort_keys=False,
        allow_unicode=True,
    )  # fmt: skip


def as_instructor(asked: Asked, pool: Sequence[Answer], *, examples: bool, decisions: bool) -> Question:
    """The question as it comes out of the files that an instructor has."""
    chosen: dict[str, dict[str, list[str]]] = {}
    if examples:
        for name in asked.ideas:
            yes = [one.text for one in pool if one.gold[name]][:EXAMPLES]
            no = [one.text for one in pool if not one.gold[name]][:EXAMPLES]
            chosen[name] = {"yes": yes, "no": no}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rubric.yaml"
        path.write_text(rubric_text(asked, chosen), "utf-8")
        (Path(folder) / "server.py").write_text("")
        (question,) = load_rubric(path).questions
        if decisions:
            (Path(folder) / FILE_NAME).write_text(HEAD + rendered([_marked(one, "new") for one in pool], [question]))
            (question,) = load_rubric(path).questions
    return question


def _marked(one: Answer, question: str) -> Marked:
    return Marked(question, one.text, {name: bool(met) for name, met in one.gold.items()})


def _cells(question: Question, tested: Sequence[Answer], group: str) -> Iterator[Cell]:
    for one in tested:
        score = score_answer(question, one.text)
        for each in score.criteria:
            if each.id not in one.borderline:
                yield Cell(group, bool(one.gold[each.id]), each.met, not score.needs_review)


def new_questions(banks: Sequence[str], times: int) -> dict[str, list[Cell]]:
    """Cells of the banks' other questions, by what the instructor had written."""
    modes = {
        "plain sentences": {"examples": False, "decisions": False},
        "and six examples": {"examples": True, "decisions": False},
        "and 20 decisions": {"examples": True, "decisions": True},
    }
    found: dict[str, list[Cell]] = defaultdict(list)
    for bank in banks:
        asked, answers = load(bank)
        for name, one in asked.items():
            mine = [answer for answer in answers if answer.question == name and not answer.ours]
            chance = random.Random(name)
            for _ in range(times if mine else 0):
                order = chance.sample(mine, len(mine))
                pool, tested = order[:DECISIONS], order[DECISIONS:]
                for mode, has in modes.items():
                    found[mode] += _cells(as_instructor(one, pool, **has), tested, name)
    return found


def our_questions(banks: Sequence[str], times: int) -> dict[str, list[Cell]]:
    """Cells of the assignment's questions, without and with decisions from the same bank."""
    questions = {one.id: one for one in load_rubric(ROOT / "rubric.yaml").questions}
    found: dict[str, list[Cell]] = defaultdict(list)
    for bank in banks:
        for name, question in questions.items():
            (bare,) = remembering([question], [])
            mine = [one for one in load(bank)[1] if one.question == name]
            queued = {one.id for one in mine if score_answer(bare, one.text).needs_review}
            chance = random.Random(f"{bank} {name}")
            for _ in range(times):
                order = chance.sample(mine, len(mine))
                rest = order[60:]
                pools = {
                    "no decisions": [],
                    "20 decisions": order[:20],
                    "60 decisions": order[:60],
                    "the queue of 60 decided": [one for one in order[:60] if one.id in queued],
                }
                for mode, pool in pools.items():
                    (knowing,) = remembering([question], [_marked(one, name) for one in pool])
                    found[mode] += _cells(knowing, rest, f"{bank} {name}")
    return found


def line(name: str, cells: Sequence[Cell], base: Sequence[Cell]) -> str:
    """Accuracy with the interval of its groups, precision, recall, gain over `base`, and what was settled."""
    groups = sorted({one.group for one in cells})
    table = np.array([_counts(cells, group) + _counts(base, group) for group in groups], float)
    drawn = np.random.default_rng(0).integers(0, len(groups), (DRAWS, len(groups)))
    sums = table[drawn].sum(1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], (0.025, 0.975))
    less, more = np.quantile(sums[:, 0] / sums[:, 1] - sums[:, 2] / sums[:, 3], (0.025, 0.975))
    right, count, right_before, count_before = table.sum(0)
    both = sum(one.gold and one.met for one in cells)
    sure = [one for one in cells if one.settled]
    good = sum(one.gold == one.met for one in sure) / max(1, len(sure))
    return (
        f"{name:<26}{len(cells):>6}  {right / count:.3f} [{low:.3f}, {high:.3f}]"
        f"  {both / max(1, sum(one.met for one in cells)):.3f}  {both / max(1, sum(one.gold for one in cells)):.3f}"
        f"  {right / count - right_before / count_before:+.3f} [{less:+.3f}, {more:+.3f}]"
        f"  {len(sure) / len(cells):>4.0%}  {good:.3f}"
    )


def _counts(cells: Sequence[Cell], group: str) -> list[int]:
    own = [one for one in cells if one.group == group]
    return [sum(one.gold == one.met for one in own), len(own)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", type=Path, required=True)
    options.add_argument("--banks", default="b4,b5")
    options.add_argument("--times", type=int, default=4, help="how often the answers are parted by lot")
    chosen = options.parse_args()
    use(chosen.model)
    banks = chosen.banks.split(",")
    head = f"{'':<26}{'cells':>6}  accuracy               P      R      gain                     settled, right"
    for title, found in (
        ("Other questions, in plain words", new_questions(banks, chosen.times)),
        ("The assignment's questions, with patterns", our_questions(banks, 1)),
    ):
        print(f"{title}\n{head}")
        base = next(iter(found.values()))
        for name, cells in found.items():
            print(line(name, cells, base))


if __name__ == "__main__":
    main()

"""Agreement of `score_answer` with the marked answers in `bench/answers/data`, bank by bank.

    python bench/answers/measure.py [--worst CRITERION]

A cell is one criterion of one answer. Cells on which two fair examiners could differ (`borderline`) are left out of the
first table and counted in the second. `review` is the share of answers sent to a person; `sure` is the share of the
cells of the other answers that were right. `unearned` is the share of answers deserving nothing that got something.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from grader.answers import score_answer  # noqa: E402
from grader.model import Question, QuestionScore  # noqa: E402
from grader.rubric import load_rubric  # noqa: E402

DATA = Path(__file__).parent / "data"
BANKS = ("dev", "b1", "b2", "b3", "b4", "b5")


@dataclass(frozen=True)
class Marked:
    """One marked answer and what the engine made of it."""

    text: str
    gold: dict[str, int]
    borderline: frozenset[str]
    score: QuestionScore

    def cells(self, *, borderline: bool) -> Iterable[tuple[str, bool, bool]]:
        for one in self.score.criteria:
            if borderline or one.id not in self.borderline:
                yield one.id, bool(self.gold[one.id]), one.met


@dataclass
class Counts:
    """Cells by gold and decision."""

    table: dict[tuple[bool, bool], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, gold: bool, met: bool) -> None:
        self.table[gold, met] += 1

    def figures(self) -> tuple[float, float, float]:
        """Accuracy, precision, recall."""
        right = self.table[True, True]
        total = sum(self.table.values())
        return (
            (right + self.table[False, False]) / max(1, total),
            right / max(1, right + self.table[False, True]),
            right / max(1, right + self.table[True, False]),
        )


def marked(bank: str, questions: dict[str, Question]) -> list[Marked]:
    entries = yaml.load((DATA / f"{bank}.yaml").read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [
        Marked(
            one["text"],
            one["gold"],
            frozenset(one["borderline"]),
            score_answer(questions[one["question"]], one["text"]),
        )
        for one in entries["answers"]
        if one["question"] in questions
    ]


def kappa(pairs: list[tuple[int, int]], most: int) -> float:
    """Quadratic weighted kappa of whole points, 0 to `most`."""
    seen = sum((gold - given) ** 2 for gold, given in pairs) / len(pairs)
    chance = sum((gold - given) ** 2 for gold, _ in pairs for _, given in pairs) / len(pairs) ** 2
    return 1.0 if chance == 0 else 1 - seen / chance


def totals(answers: list[Marked]) -> list[tuple[int, int]]:
    pairs = []
    for one in answers:
        points = {criterion.id: int(criterion.max) for criterion in one.score.criteria}
        gold = sum(points[name] for name, met in one.gold.items() if met)
        pairs.append((min(gold, int(one.score.max)), int(one.score.points)))
    return pairs


def row(name: str, answers: list[Marked], *, borderline: bool) -> str:
    counts, settled = Counts(), Counts()
    for one in answers:
        for _, gold, met in one.cells(borderline=borderline):
            counts.add(gold, met)
            if not one.score.needs_review:
                settled.add(gold, met)
    pairs = totals(answers)
    none = [one for one, (gold, _) in zip(answers, pairs, strict=True) if gold == 0]
    unearned = sum(one.score.points > 0 for one in none) / max(1, len(none))
    review = sum(one.score.needs_review for one in answers) / len(answers)
    error = sum(abs(gold - given) for gold, given in pairs) / len(pairs)
    accuracy, precision, recall = counts.figures()
    return (
        f"{name:<8}{len(answers):>6}{accuracy:>8.3f}{precision:>8.3f}{recall:>8.3f}{kappa(pairs, 15):>8.3f}"
        f"{error:>8.2f}{unearned:>10.1%}{review:>9.1%}{settled.figures()[0]:>8.3f}"
    )


def by_criterion(answers: list[Marked]) -> str:
    counts: dict[str, Counts] = defaultdict(Counts)
    for one in answers:
        for name, gold, met in one.cells(borderline=False):
            counts[f"{one.score.id} {name}"].add(gold, met)
    lines = [f"{'criterion':<16}{'acc':>8}{'P':>8}{'R':>8}"]
    lines += ["{:<16}{:>8.3f}{:>8.3f}{:>8.3f}".format(name, *one.figures()) for name, one in counts.items()]
    return "\n".join(lines)


def worst(answers: list[Marked], criterion: str) -> Iterable[str]:
    for one in answers:
        for name, gold, met in one.cells(borderline=False):
            if name == criterion and gold != met:
                yield f"{'missed' if gold else 'wrong '}  {' '.join(one.text.split())}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--worst", metavar="CRITERION", help="print every answer on which this criterion is wrong")
    options.add_argument("--banks", default=",".join(BANKS))
    chosen = options.parse_args()
    questions = {question.id: question for question in load_rubric(ROOT / "rubric.yaml").questions}
    start = time.perf_counter()
    banks = {bank: marked(bank, questions) for bank in chosen.banks.split(",")}
    every = [one for answers in banks.values() for one in answers]
    if chosen.worst:
        print("\n".join(worst(every, chosen.worst)))
        return
    for borderline in (False, True):
        print("with borderline cells" if borderline else "without borderline cells")
        print(
            f"{'bank':<8}{'n':>6}{'acc':>8}{'P':>8}{'R':>8}{'QWK':>8}{'MAE/15':>8}{'unearned':>10}{'review':>9}{'sure':>8}"
        )
        for bank, answers in [*banks.items(), ("all", every)]:
            print(row(bank, answers, borderline=borderline))
        print()
    print(by_criterion(every))
    texts = [(questions[one.score.id], one.text) for one in every]
    start = time.perf_counter()
    for question, text in texts:
        score_answer(question, text)
    print(f"\n{len(texts) / (time.perf_counter() - start):.0f} answers a second on one core")


if __name__ == "__main__":
    main()

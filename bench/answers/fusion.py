"""Rules and model put together: how the numbers of `grader/answers/model/calibration.json` are fitted.

    python -m bench.answers.fusion --logits bench/answers/logits/*.json --out grader/answers/model/calibration.json

The log-odds must be those of banks that the model had not seen; each file's from a training without its banks.
Criteria with patterns and criteria in plain words have weights of their own; the latter are fitted on questions that
the model had not seen either.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.answers.banks import BANKS, LESS, Answer, Asked, Logits, load, load_logits
from bench.grading import ROOT
from grader.answers.agreement import wilson
from grader.answers.decide import Signals, Situation, signals, situation
from grader.answers.ideas import apply_patterns, compiled
from grader.answers.match import Located
from grader.answers.normalise import normalise
from grader.answers.withdrawn import withdrawn
from grader.model import Question
from grader.rubric import load_rubric

TARGET = 0.97
AWARD = 0.55
AWARD_ONLY = 0.92
AWARD_PLAIN = 0.5
DOUBT_ONLY = 0.05  # AWARD_ONLY with the guard band of `decide`
MOST_DOUBT = 0.22  # no decision that is wrong more often is settled, however right the others are
_PRIOR = 1.0  # strength of the pull of each weight towards zero, in marked cells
Weights = dict[str, float]


@dataclass(frozen=True)
class Cell:
    """One criterion of one marked answer: what the rules and the model say, and what is right."""

    answer: Answer
    criterion: str
    signals: Signals
    less: Signals | None = None  # the same for the answer without what it takes back, where it takes something back

    @property
    def gold(self) -> bool:
        return bool(self.answer.gold[self.criterion])

    @property
    def disputed(self) -> bool:
        return self.criterion in self.answer.borderline


def cells(logits: Logits, *, ours: bool, strike: float = 0.0) -> list[Cell]:
    """The cells of all answers that `logits` covers: of our two questions, or of the others, in plain words.

    `strike`: the share of the rubric's patterns to strike out by lot, to see what unknown wordings would cost.
    """
    chance = random.Random(0)
    questions = {one.id: _struck(one, strike, chance) for one in load_rubric(ROOT / "rubric.yaml").questions}
    found = []
    for bank in BANKS:
        asked, answers = load(bank)
        for answer in (one for one in answers if one.id in logits and one.ours == ours):
            question = questions[answer.question] if ours else None
            every = _signals(question, asked[answer.question], answer, answer.text, logits[answer.id])
            less = withdrawn(normalise(answer.text))
            others: Sequence[Signals | None] = [None] * len(every)
            if less is not None:
                others = _signals(question, asked[answer.question], answer, less, logits[answer.id + LESS])
            found += [Cell(answer, *one) for one in zip(answer.gold, every, others, strict=True)]
    return found


def _signals(
    question: Question | None, known: Asked, answer: Answer, text: str, logits: dict[str, float]
) -> list[Signals]:
    """The signals of the answer's cells, in the order of its marks, for a text of it."""
    names = list(answer.gold)
    seen = _seen(question, text) if question else dict.fromkeys(names, Situation.PLAIN)
    return signals(
        [seen[name] for name in names],
        [logits[name] for name in names],
        [_words(known.ideas[name]) for name in names],
        _words(known.prompt),
        _words(text),
    )


def _struck(question: Question, share: float, chance: random.Random) -> Question:
    def kept(patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in patterns if chance.random() >= share)

    criteria = (
        replace(one, accept=kept(one.accept) or one.accept[:1], reject=kept(one.reject)) for one in question.criteria
    )
    return replace(question, criteria=tuple(criteria))


def _seen(question: Question, text: str) -> dict[str, Situation]:
    ready = compiled(question)
    located = Located(normalise(text), ready.vocabulary)
    return {one.id: situation(apply_patterns(one, ready, located), has_patterns=True) for one in question.criteria}


def _words(text: str) -> list[str]:
    return [token.word for token in normalise(text).tokens]


def fit(marked: Sequence[Cell]) -> Weights:
    """A weight for each value of `Signals.values`, from undisputed cells."""
    used = [one for one in marked if not one.disputed]
    rows = [one.signals.values() for one in used]
    names = sorted({name for row in rows for name in row})
    features = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    weights = _logistic(features, np.array([one.gold for one in used], float))
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


def _logistic(features: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method with a normal prior."""
    weights = np.zeros(features.shape[1])
    for _ in range(50):
        guess = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (wanted - guess) - _PRIOR * weights
        bend = (features * (guess * (1 - guess))[:, None]).T @ features + _PRIOR * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def probability(weights: Weights, cell: Cell) -> float:
    """That the idea is stated, and not taken back."""
    odds = [
        sum(weights.get(name, 0.0) * value for name, value in one.values().items())
        for one in (cell.signals, cell.less)
        if one
    ]
    return float(1 / (1 + np.exp(-min(odds))))


def acted_on(
    judged: Sequence[tuple[Cell, float]], doubt: float = MOST_DOUBT, doubt_only: float = DOUBT_ONLY
) -> list[tuple[Cell, float]]:
    """The probabilities with what `decide.only_one` asks of an answer's only credited idea worked into them.

    Too unsure to be the only one: just under AWARD. Sure enough for that, but not for nobody to look (`doubt_only`):
    just over the largest `doubt`.
    """
    met: dict[str, list[float]] = {}
    for one, chance in judged:
        if chance >= AWARD:
            met.setdefault(one.answer.id, []).append(chance)

    def as_only(chance: float) -> float:
        if chance < AWARD_ONLY:
            return AWARD - 0.001
        return chance if 1 - chance <= doubt_only else min(chance, 0.999 - doubt)

    return [(one, as_only(chance) if met.get(one.answer.id) == [chance] else chance) for one, chance in judged]


def crossed(marked: Sequence[Cell], parts: Sequence[str]) -> list[tuple[Cell, float]]:
    """Every cell with a probability from weights that were fitted on the other parts. A part: banks joined by `+`."""
    result = []
    for part in parts:
        inside = [one for one in marked if one.answer.bank in part.split("+")]
        weights = fit([one for one in marked if one.answer.bank not in part.split("+")])
        result += [(one, probability(weights, one)) for one in inside]
    return result


@dataclass(frozen=True)
class Coverage:
    """At a largest doubt per cell: the share of answers settled, and the share of their cells that are right."""

    doubt: float
    settled: float
    right: float
    low: float
    high: float


def coverage(judged: Sequence[tuple[Cell, float]], doubt: float) -> Coverage:
    worst: dict[str, float] = {}
    for cell, chance in judged:
        error = 1 - chance if chance >= AWARD else chance
        worst[cell.answer.id] = max(worst.get(cell.answer.id, 0.0), error)
    sure = [(one, chance) for one, chance in judged if worst[one.answer.id] <= doubt and not one.disputed]
    right = sum((chance >= AWARD) == one.gold for one, chance in sure)
    low, high = wilson(right, len(sure))
    share = sum(value <= doubt for value in worst.values()) / max(1, len(worst))
    return Coverage(doubt, share, right / max(1, len(sure)), low, high)


def settle(judged: Sequence[tuple[Cell, float]], target: float) -> Coverage:
    """The largest doubt, up to MOST_DOUBT, at which the settled answers' cells are as right as the target asks."""
    tried = [coverage(judged, doubt / 200) for doubt in range(1, int(200 * MOST_DOUBT) + 1)]
    return max((one for one in tried if one.right >= target), key=lambda one: one.settled, default=tried[0])


def alone(marked: Sequence[Cell]) -> dict[str, float]:
    """How often the idea was there in each situation of the rules."""
    found = {}
    for one in Situation:
        golds = [cell.gold for cell in marked if cell.signals.seen is one and not cell.disputed]
        found[str(one)] = round((sum(golds) + 1) / (len(golds) + 2), 3)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--logits", type=Path, nargs="+", required=True)
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    logits = load_logits(chosen.logits)
    ours, others = cells(logits, ours=True), cells(logits, ours=False)
    banks = sorted({one.answer.bank for one in ours})
    found, plainly = settle(acted_on(crossed(ours, banks)), TARGET), settle(crossed(others, banks), TARGET)
    for name, one in (("our questions", found), ("others", plainly)):
        print(f"{name}: settled {one.settled:.0%}, right {one.right:.3f} [{one.low:.3f}, {one.high:.3f}]")
    written = {
        "ruled": {str(one): 0.0 for one in Situation} | fit(ours),
        "plain": fit(others),
        "alone": alone([*ours, *others]),
        "award": AWARD,
        "award_only": AWARD_ONLY,
        "award_plain": AWARD_PLAIN,
        "doubt": found.doubt,
        "doubt_only": DOUBT_ONLY,
        "doubt_plain": plainly.doubt,
        "doubt_alone": 0.15,
    }
    chosen.out.write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    main()

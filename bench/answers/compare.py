"""The table of all engines tried, bank by bank: `make bench-answers`.

Nothing here is fitted on what it is tested on. The model's log-odds in `bench/answers/logits` are of banks left out of
its training (`python -m bench.answers.train --without …`); what is fitted on top of them is fitted on the other
banks. One thing flatters: whoever wrote the rules had read `dev` and b1 to b5. The rows `struck` say what is left when
three patterns in ten, chosen by lot, are not there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from bench.answers.banks import BANKS, Answer, load, load_logits
from bench.answers.figures import HEADER, Judged, plain_row, row, undeserved
from bench.answers.fusion import AWARD, Cell, acted_on, alone, cells, crossed, fit, probability
from grader.answers.decide import Situation

STRIKE = 0.3


def by_rules(marked: Sequence[Cell], parts: Sequence[str]) -> Judged:
    """The rules by themselves: met in the situations that are met more often than not."""
    result = []
    for part in parts:
        shares = alone([one for one in marked if one.answer.bank not in part.split("+")])
        result += [
            (one, float(shares[str(one.signals.seen)] >= 0.5)) for one in marked if one.answer.bank in part.split("+")
        ]
    return result


def by_model(marked: Sequence[Cell]) -> Judged:
    """The model by itself, as it comes out of training."""
    return [(one, float(1 / (1 + np.exp(-one.signals.logit)))) for one in marked]


def by_n_grams(marked: Sequence[Cell]) -> Judged:
    """A ridge classifier over words and word pairs, per criterion, fitted on all other banks."""
    result: list[tuple[Cell, float]] = []
    every = [answer for bank in BANKS for answer in load(bank)[1] if answer.ours]
    banks = sorted({one.answer.bank for one in marked})
    for bank in banks:
        for criterion in sorted({one.criterion for one in marked}):
            inside = [one for one in marked if one.answer.bank == bank and one.criterion == criterion]
            known = [one for one in every if one.bank != bank and criterion in one.gold]
            values = _ridge(known, [one.answer for one in inside], criterion)
            result += [
                (one, float(np.clip(AWARD + value / 2, 0, 1))) for one, value in zip(inside, values, strict=True)
            ]
    return result


def _ridge(known: Sequence[Answer], asked: Sequence[Answer], criterion: str) -> list[float]:
    grams = [_grams(one.text) for one in (*known, *asked)]
    often = Counter(gram for one in grams for gram in set(one))
    kept = {gram: place for place, gram in enumerate(sorted(gram for gram, count in often.items() if count > 1))}
    table = np.zeros((len(grams), len(kept)))
    for place, one in enumerate(grams):
        for gram in set(one) & kept.keys():
            table[place, kept[gram]] = np.log(len(grams) / often[gram])
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    wanted = np.array([2.0 * one.gold[criterion] - 1 for one in known])
    seen, new = table[: len(known)], table[len(known) :]
    duals = np.linalg.solve(seen @ seen.T + 0.3 * np.eye(len(known)), wanted - wanted.mean())
    return [float(value) for value in new @ seen.T @ duals + wanted.mean()]


def _grams(text: str) -> list[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return words + [f"{a} {b}" for a, b in pairwise(words)]


def plain_words(marked: Sequence[Cell]) -> Judged:
    """Other questions: the model with the line for plain words, fitted on questions of other banks."""
    banks = sorted({one.answer.bank for one in marked})
    result: list[tuple[Cell, float]] = []
    for bank in banks:
        weights = fit([one for one in marked if one.answer.bank != bank])
        result += [(one, probability(weights, one)) for one in marked if one.answer.bank == bank]
    return result


def nothing(marked: Sequence[Cell]) -> Judged:
    """No credit for anybody."""
    return [(one, 0.0) for one in marked]


def _with(marked: Sequence[Cell], **changed: Any) -> list[Cell]:
    """The same cells without some of their signals, to see what these are worth."""
    return [
        replace(one, signals=replace(one.signals, **changed), less=one.less and replace(one.less, **changed))
        for one in marked
    ]


def main() -> None:
    logits = load_logits()
    ours, others = cells(logits, ours=True), cells(logits, ours=False)
    struck = cells(logits, ours=True, strike=STRIKE)
    banks = [bank for bank in BANKS if any(one.answer.bank == bank for one in ours)]
    engines = {
        "nothing": nothing(ours),
        "rules": by_rules(ours, banks),
        "words, pairs: ridge": by_n_grams(ours),
        "model": by_model(ours),
        "model, calibrated": crossed(_with(ours, seen=Situation.PLAIN), banks),
        "both, idea by idea": crossed(_with(ours, mean=0.0, others=0), banks),
        "both, as a whole": crossed([replace(one, less=None) for one in ours], banks),
        "and taken back": crossed(ours, banks),
        "rules and model": acted_on(crossed(ours, banks)),
        "rules, struck": by_rules(struck, banks),
        "rules struck, and model": acted_on(crossed(struck, banks)),
    }
    print("The two questions; cells without the borderline ones, which count in the last columns.")
    print(HEADER)
    for name, judged in engines.items():
        for bank in banks:
            print(row(name, bank, [one for one in judged if one[0].answer.bank == bank]))
        print(row(name, "all", judged))
    print("\nCredit where none is due:")
    for name, judged in engines.items():
        print(f"{name:<25}{undeserved(judged)}")
    print("\nOther questions, criteria in plain words only: neither question nor writer was seen in training.")
    for name, judged in {
        "nothing": nothing(others),
        "model": by_model(others),
        "model, calibrated": plain_words(_with(others, mean=0.0, shared=0.0, own=0.0)),
        "model and overlap": plain_words(others),
    }.items():
        for bank in sorted({one.answer.bank for one in others}):
            print(plain_row(name, bank, [one for one in judged if one[0].answer.bank == bank]))
        print(plain_row(name, "all", judged))


if __name__ == "__main__":
    main()

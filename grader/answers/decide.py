"""Rules and model together: how likely a criterion is met, and whether that is sure enough.

What the rules found is one of a few situations (`Situation`); the model gives log-odds for this idea and for the other
ideas of the question; and for a criterion in plain words it counts how many of the idea's words the answer has. All of
it is summed with weights from `model/calibration.json`, fitted on marked answers that the model had not seen. Without
the model, each situation has one number.

An idea that is the only one an answer would get credit for has to be surer than one beside others: one credited idea in
five that stands alone was in an answer that deserved nothing, of those beside others hardly any.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from grader.answers.common_words import words as _set
from grader.answers.entailment import FOLDER
from grader.answers.ideas import Finding

GUARD = 0.03
TARGET = 0.97  # the precision at which the doubts of the calibration were fitted
_STEEPNESS = 0.75  # exponent by which the doubt grows with the allowed error; measured for targets from .85 to .99
_COIN_TOSS = 0.4  # whatever the target, a larger doubt than this needs a person
P_MARKED = 0.99
_WIDEST = 8.0  # bound on the model's log-odds: no marked answers go beyond it
_WIDEST_MEAN = 3.0  # bound on `mean`, so that an answer with a single idea does not lose it for lack of others
_MOST_OTHERS = 2
_FEWEST_IDEAS = 3  # with fewer ideas in a question, it means nothing that an answer states only one
_STEM = 5
_FILLERS = _set(
    "the a an is are of to in and or it that this be by for on with as at so not can has have its from which what does "
    "do one will than but if when then only into each other"
)


class Situation(StrEnum):
    """What the rules say about a criterion. A `plain` criterion has no patterns, so that the rules say nothing."""

    TWICE = "twice"
    ONCE = "once"
    BOTH = "both"
    VETOED = "vetoed"
    DENIED = "denied"
    NEAR = "near"
    MISSING = "missing"
    PLAIN = "plain"


FOUND = frozenset({Situation.TWICE, Situation.ONCE, Situation.BOTH})


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known about one criterion of one answer.

    `logit`: the model's log-odds.  `mean`: their mean for the question's other ideas, 0 when there are none; students
    who have understood the rest more likely mean the right thing here.
    `others`: how many of the other ideas the rules found.
    `shared`: the share of the idea's words that the answer has.  `own`: the same without the question's words.
    """

    seen: Situation
    logit: float
    mean: float = 0.0
    others: int = 0
    shared: float = 0.0
    own: float = 0.0

    def values(self) -> dict[str, float]:
        """The values that the calibration has weights for, by name."""
        logit = max(-_WIDEST, min(_WIDEST, self.logit))
        mean = max(-_WIDEST_MEAN, min(_WIDEST_MEAN, self.mean))
        values = {str(self.seen): 1.0, "logit": logit, "found": logit if self.seen in FOUND else 0.0, "mean": mean}
        if self.seen is Situation.PLAIN:
            return values | {"shared": self.shared, "own": self.own}
        return values | {"others": float(min(_MOST_OTHERS, self.others))}


@dataclass(frozen=True, slots=True)
class Decision:
    """`probability` that the criterion is met; `sure`: an error is as unlikely as the target asks.

    `only`: the criterion is not met, or not sure, only because no other idea of the answer earns anything.
    `withheld`: it would have been met, but the answer is too long for the readings that are needed to give credit.
    """

    met: bool
    probability: float
    sure: bool
    only: bool = False
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Calibration:
    """`ruled`, `plain`: weights for criteria with patterns and for those in plain words. `alone`: without the model.

    `award`, `award_only`, `award_plain`: the least probability at which a criterion counts as met. `award`, for
    criteria with patterns, is above a half, since wrong credit is worse than credit that a person adds; `award_only`,
    for the only idea that is met, is well above it; `award_plain` is for criteria in plain words.
    `doubt`, `doubt_only`, `doubt_plain`, `doubt_alone`: the largest chance of an error that needs no person, for
    criteria with patterns, for the only idea that is met, for criteria in plain words, and without the model.
    """

    ruled: Mapping[str, float]
    plain: Mapping[str, float]
    alone: Mapping[str, float]
    award: float
    award_only: float
    award_plain: float
    doubt: float
    doubt_only: float
    doubt_plain: float
    doubt_alone: float


@cache
def calibration() -> Calibration:
    """The numbers that were fitted with the shipped weights."""
    return Calibration(**json.loads((FOLDER / "calibration.json").read_text("utf-8")))


def situation(found: Finding, *, has_patterns: bool) -> Situation:
    """The situation that a finding of the rules amounts to."""
    if not has_patterns:
        return Situation.PLAIN
    if found.hit:
        if found.denied:
            return Situation.BOTH
        return Situation.TWICE if found.others else Situation.ONCE
    if found.vetoed:
        return Situation.VETOED
    if found.denied:
        return Situation.DENIED
    return Situation.NEAR if found.near else Situation.MISSING


def signals(
    seen: Sequence[Situation],
    logits: Sequence[float],
    ideas: Sequence[Sequence[str]],
    asked: Sequence[str],
    said: Sequence[str],
) -> list[Signals]:
    """The signals of all criteria of one answer. `ideas`, `asked`, `said`: words of ideas, question and answer."""
    result = []
    for place, (one, logit, idea) in enumerate(zip(seen, logits, ideas, strict=True)):
        others = [other for number, other in enumerate(logits) if number != place]
        mean = sum(others) / len(others) if others else 0.0
        found = sum(other in FOUND for number, other in enumerate(seen) if number != place)
        shared, own = overlap(idea, asked, said) if one is Situation.PLAIN else (0.0, 0.0)
        result.append(Signals(one, logit, mean, found, shared, own))
    return result


def overlap(idea: Sequence[str], asked: Sequence[str], said: Sequence[str]) -> tuple[float, float]:
    """The share of the idea's words that were said, and the same without the words of the question."""
    wanted, given = _stems(idea), _stems(said)
    own = wanted - _stems(asked)
    return len(wanted & given) / max(1, len(wanted)), len(own & given) / max(1, len(own))


def _stems(words: Sequence[str]) -> set[str]:
    return {word[:_STEM] for word in words if word not in _FILLERS}


def log_odds(one: Signals) -> float:
    """The calibrated log-odds that the criterion is met."""
    known = calibration()
    weights = known.plain if one.seen is Situation.PLAIN else known.ruled
    return sum(weights[name] * value for name, value in one.values().items())


def largest_doubt(fitted: float, target: float) -> float:
    """The largest chance of an error that needs no person, for a target of precision; `fitted`: that at TARGET."""
    if target == TARGET:
        return fitted
    return float(min(_COIN_TOSS, fitted * ((1 - target) / (1 - TARGET)) ** _STEEPNESS))


def decide(seen: Situation, odds: float, target: float = TARGET) -> Decision:
    """The decision from calibrated log-odds. `target`: the share of decisions without a person that should be right.

    A decision that a last digit could change is sure at no target: close to the point of award, the chance of an error
    is far larger than `_COIN_TOSS`.
    """
    known = calibration()
    plain = seen is Situation.PLAIN
    award, doubt = (known.award_plain, known.doubt_plain) if plain else (known.award, known.doubt)
    probability = 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
    met = probability >= award
    error = 1 - probability if met else probability
    return Decision(met, probability, error <= largest_doubt(doubt, target))


def only_one(seen: Sequence[Situation], decisions: Sequence[Decision], target: float = TARGET) -> list[Decision]:
    """The decisions on all criteria of a question. If only one idea is met, it has to be surer than one among others.

    This does not apply to criteria in plain words, nor to questions with one or two ideas.
    """
    result = list(decisions)
    met = [place for place, one in enumerate(decisions) if one.met]
    if len(met) == 1 and len(result) >= _FEWEST_IDEAS and seen[met[0]] is not Situation.PLAIN:
        result[met[0]] = _alone(decisions[met[0]], target)
    return result


def _alone(one: Decision, target: float) -> Decision:
    """The decision on the only idea that is met. The guard band stays, so that a target below TARGET allows no more
    doubt; a target above it allows less."""
    known = calibration()
    if one.probability < known.award_only:
        return Decision(False, one.probability, False, only=True)
    settled = 1 - one.probability <= largest_doubt(known.doubt_only, target)
    settled = settled and one.probability - known.award_only > GUARD
    return Decision(True, one.probability, one.sure and settled, only=one.sure and not settled)


def decided_by_person(*, met: bool) -> Decision:
    """The decision on a wording that a person has marked."""
    return Decision(met, P_MARKED if met else 1 - P_MARKED, True)


def decide_alone(seen: Situation, target: float = TARGET) -> Decision:
    """The decision where there is no model."""
    known = calibration()
    probability = known.alone[seen]
    met = probability >= 0.5
    error = 1 - probability if met else probability
    return Decision(met, probability, error <= largest_doubt(known.doubt_alone, target))

"""Rules and model together: how likely a criterion is met, and whether that is sure enough.

What the rules found is one of a few situations (`Situation`); the model gives log-odds for this idea and for the other
ideas of the question; and for a criterion in plain words it counts how many of the idea's words the answer has. All of
it is summed with weights from `model/calibration.json`, fitted on marked answers that the model had not seen. Without
the model, each situation has one number.
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
P_MARKED = 0.99
_WIDEST = 8.0  # log-odds beyond this are taken for this: no marked answers reach that far
_WIDEST_MEAN = 3.0  # an answer that says one thing only is not to lose it for that
_STEM = 5
_FILLERS = _set(
    "the a an is are of to in and or it that this be by for on with as at so not can has have its from which what does "
    "do one will than but if when then only into each other"
)


class Situation(StrEnum):
    """What the rules say of a criterion; `plain` has no patterns, so that the rules say nothing."""

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

    `logit`: the model's log-odds.  `mean`: the mean of those of the question's other ideas, 0 when there are none; who
    has understood the rest will rather mean the right thing here, and who has it all the wrong way round will not.
    `shared`, `own`: the share of the idea's words that the answer has, of all and of those that are not the question's.
    """

    seen: Situation
    logit: float
    mean: float = 0.0
    shared: float = 0.0
    own: float = 0.0

    def values(self) -> dict[str, float]:
        """What the weights of the calibration are for, by their names."""
        logit = max(-_WIDEST, min(_WIDEST, self.logit))
        mean = max(-_WIDEST_MEAN, min(_WIDEST_MEAN, self.mean))
        values = {str(self.seen): 1.0, "logit": logit, "found": logit if self.seen in FOUND else 0.0, "mean": mean}
        return values | {"shared": self.shared, "own": self.own} if self.seen is Situation.PLAIN else values


@dataclass(frozen=True, slots=True)
class Decision:
    """`probability` that the criterion is met; `sure`: an error is as unlikely as the target asks."""

    met: bool
    probability: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """`ruled`, `plain`: weights for criteria with patterns and for those in plain words. `alone`: without the model.

    `award`, `award_plain`: the probability from which a criterion counts as met; with patterns above a half, as credit
    given wrongly is worse than credit that a person adds.  `doubt`, `doubt_plain`, `doubt_alone`: the largest chance of
    an error that needs nobody, for criteria with patterns, in plain words, and without the model.
    """

    ruled: Mapping[str, float]
    plain: Mapping[str, float]
    alone: Mapping[str, float]
    award: float
    award_plain: float
    doubt: float
    doubt_plain: float
    doubt_alone: float


@cache
def calibration() -> Calibration:
    """The numbers that were fitted with the shipped weights."""
    return Calibration(**json.loads((FOLDER / "calibration.json").read_text("utf-8")))


def situation(found: Finding, *, has_patterns: bool) -> Situation:
    """The situation that the rules' finding is."""
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
        shared, own = overlap(idea, asked, said) if one is Situation.PLAIN else (0.0, 0.0)
        result.append(Signals(one, logit, mean, shared, own))
    return result


def overlap(idea: Sequence[str], asked: Sequence[str], said: Sequence[str]) -> tuple[float, float]:
    """The share of the idea's words that were said: of all, and of those that the question does not have."""
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


def decide(seen: Situation, odds: float) -> Decision:
    """The decision from calibrated log-odds.

    Probabilities within GUARD of the point of award are never sure, whatever the target: there a last digit could turn
    the decision.
    """
    known = calibration()
    plain = seen is Situation.PLAIN
    award, doubt = (known.award_plain, known.doubt_plain) if plain else (known.award, known.doubt)
    probability = 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
    met = probability >= award
    error = 1 - probability if met else probability
    return Decision(met, probability, error <= doubt and abs(probability - award) > GUARD)


def decided(*, met: bool) -> Decision:
    """The decision on a wording that a person has marked."""
    return Decision(met, P_MARKED if met else 1 - P_MARKED, True)


def decide_alone(seen: Situation) -> Decision:
    """The decision where there is no model."""
    known = calibration()
    probability = known.alone[seen]
    met = probability >= 0.5
    return Decision(met, probability, (1 - probability if met else probability) <= known.doubt_alone)

"""Memory: what a person decided on some answers shifts the decision on similar answers.

The marked wordings of a criterion are compared with the new answer by how each relates to the idea (`Reading.stance`).
A kernel logistic regression is added to the calibrated log-odds: without wordings nothing changes, and a wording that
the engine had wrong moves similar answers most. An answer with exactly the words of a wording is decided as marked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from grader.answers.layout import States

LIKENESS = 2.0  # how much a decision moves similar answers; measured on questions that nothing was fitted on
COMMON = 0.2  # how much it moves all answers to the question
MOST = 400
_STEPS = 30


@dataclass(frozen=True, slots=True)
class Remembered:
    """One wording with its mark: its stance, the engine's own log-odds, and whether a person gave the credit."""

    stance: States
    odds: float
    met: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered for one criterion: unit stances [n, size], and how much each pulls [n]."""

    stances: NDArray[np.float64]
    pulls: NDArray[np.float64]

    def shift(self, stance: States) -> float:
        """What to add to the log-odds of an answer with this stance."""
        import numpy as np

        likeness = self.stances @ (stance / max(float(np.linalg.norm(stance)), 1e-9))
        return float((LIKENESS * likeness + COMMON) @ self.pulls)


def remember(decided: Sequence[Remembered]) -> Memory | None:
    """The memory of the last MOST decisions; None when there are none."""
    import numpy as np

    if not decided:
        return None
    decided = decided[-MOST:]
    stances = np.array([one.stance for one in decided], np.float64)
    stances /= np.maximum(np.linalg.norm(stances, axis=1, keepdims=True), 1e-9)
    kernel = LIKENESS * stances @ stances.T + COMMON
    odds = np.array([one.odds for one in decided])
    marks = np.array([float(one.met) for one in decided])
    pulls = np.zeros(len(decided))
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-(odds + kernel @ pulls)))
        step = np.linalg.solve((chance * (1 - chance))[:, None] * kernel + np.eye(len(pulls)), chance - marks + pulls)
        pulls -= step
        if math.isclose(float(np.abs(step).max()), 0.0, abs_tol=1e-9):
            break
    return Memory(stances, pulls)

"""How an answer and the ideas of a question are laid out for the model: one row, in blocks.

Block 0 is the answer, each further block is one idea. Every block is first read by itself (`reader`: token ids ->
states), so that an idea is read once for a whole class. Then the row is judged (`judge`): the answer sees only itself,
an idea sees itself and the answer, and no idea sees another. So the answer is read once for all its criteria, and the
result for one idea does not depend on the other ideas in the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_IDEA_TOKENS = 64
_BLOCKED = -1e4

States = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch for the judge, `n` rows of `l` places with up to `k` ideas.

    `states`: float32 [n, l, size].  `answer`: float32 [n, l, 1], 1 at the places of the answer.  `mask`: float32
    [n, 1, l, l], 0 where one place may see another, else a large negative number.  `pool`: float32 [n, k + 1, l], the
    weights for the average over each block; rows of absent ideas are zero.
    """

    states: States
    answer: States
    mask: States
    pool: States

    def feed(self) -> dict[str, States]:
        """The arrays by the names that the model gives its inputs."""
        return {"states": self.states, "answer": self.answer, "mask": self.mask, "pool": self.pool}


def own_mask(texts: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], States]:
    """Token ids [n, l] of texts read by themselves, and the mask that hides the padding [n, 1, 1, l]."""
    length = max(map(len, texts))
    ids = np.zeros((len(texts), length), np.int64)
    mask = np.full((len(texts), 1, 1, length), _BLOCKED, np.float32)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
        mask[row, ..., : len(text)] = 0.0
    return ids, mask


def lay_out(pairs: Sequence[tuple[States, Sequence[States]]]) -> Rows:
    """Rows for pairs of an answer and its ideas, each as states [tokens, size]."""
    length = max(len(answer) + sum(map(len, ideas)) for answer, ideas in pairs)
    blocks = np.full((len(pairs), length), -1, np.int64)
    states = np.zeros((len(pairs), length, pairs[0][0].shape[1]), np.float32)
    for row, (answer, ideas) in enumerate(pairs):
        start = 0
        for number, text in enumerate((answer, *ideas)):
            states[row, start : start + len(text)] = text
            blocks[row, start : start + len(text)] = number
            start += len(text)
    there = blocks >= 0
    seen = (blocks[:, None, :] == blocks[:, :, None]) | ((blocks == 0)[:, None, :] & there[:, :, None])
    mask = np.where(seen, 0.0, _BLOCKED).astype(np.float32)[:, None]
    numbers = np.arange(blocks.max() + 1)
    members = (blocks[:, None, :] == numbers[None, :, None]).astype(np.float32)
    pool = members / np.maximum(members.sum(-1, keepdims=True), 1.0)
    return Rows(states, (blocks == 0).astype(np.float32)[..., None], mask, pool.astype(np.float32))

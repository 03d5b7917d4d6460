"""Rows for the model: who may look where, and what each block is averaged with."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy")

from grader.answers.layout import States, lay_out, own_mask  # noqa: E402


def states(count: int, value: float) -> States:
    made: States = np.full((count, 4), value, np.float32)
    return made


def test_an_idea_sees_itself_and_the_answer_and_the_answer_only_itself() -> None:
    """Blocks: answer 0-1, idea 2-4, idea 5."""
    rows = lay_out([(states(2, 1), [states(3, 2), states(1, 3)])])
    seen = rows.mask[0, 0] == 0
    assert seen[0].tolist() == [True, True, False, False, False, False]
    assert seen[2].tolist() == [True, True, True, True, True, False]
    assert seen[5].tolist() == [True, True, False, False, False, True]


def test_each_block_is_averaged_by_itself() -> None:
    """Pooling a row gives each block's own mean, and zero for an idea that is not there."""
    rows = lay_out([(states(2, 1), [states(3, 2), states(1, 3)]), (states(4, 5), [states(2, 7)])])
    means = rows.pool @ rows.states
    assert means[:, :, 0].tolist() == pytest.approx(np.array([[1, 2, 3], [5, 7, 0]]))
    assert rows.answer[1, :, 0].tolist() == [1, 1, 1, 1, 0, 0]


def test_padding_is_never_looked_at() -> None:
    """The shorter row's empty places are hidden from all its places."""
    rows = lay_out([(states(1, 1), [states(1, 1)]), (states(3, 1), [states(3, 1)])])
    assert (rows.mask[0, 0, :, 2:][:2] < 0).all()
    ids, mask = own_mask([[1, 2, 3], [4]])
    assert ids.tolist() == [[1, 2, 3], [4, 0, 0]]
    assert (mask[1, 0, 0] == 0).tolist() == [True, False, False]

"""When credit is given, and to what it is not enough to be likely: an idea that would be an answer's only one."""

from __future__ import annotations

import pytest

from grader.answers.decide import GUARD, Decision, Situation, calibration, decided_by_person, only_one

ONCE, PLAIN = Situation.ONCE, Situation.PLAIN
KNOWN = calibration()
LIKELY = (KNOWN.award + KNOWN.award_only) / 2
NOT = Decision(False, 0.1, True)


def met(probability: float) -> Decision:
    return Decision(True, probability, True)


def test_a_likely_idea_counts_beside_another_and_not_alone() -> None:
    """What is right about an answer rarely stands alone; what only looks right often does."""
    beside = only_one([ONCE] * 3, [met(LIKELY), met(0.99), NOT])
    (alone, *_) = only_one([ONCE] * 3, [met(LIKELY), NOT, NOT])
    assert [one.met for one in beside] == [True, True, False]
    assert (alone.met, alone.sure, alone.only) == (False, False, True)


@pytest.mark.parametrize("probability", [KNOWN.award_only, KNOWN.award_only + GUARD / 2])
def test_an_only_idea_near_the_line_is_met_and_looked_at(probability: float) -> None:
    """Near the point of award a last digit could turn the decision, and an only idea needs less doubt than others."""
    (alone, *_) = only_one([ONCE] * 3, [met(probability), NOT, NOT])
    assert (alone.met, alone.sure, alone.only) == (True, False, True)


def test_a_sure_only_idea_needs_nobody() -> None:
    """Beyond doubt, one idea alone earns its points like any other."""
    assert only_one([ONCE] * 3, [met(0.99), NOT, NOT])[0].sure


def test_how_sure_an_only_idea_must_be_follows_the_target_down_to_the_guard_band() -> None:
    """A stricter target asks for more; a laxer one for no less than the guard band around the point of award."""

    def settled(target: float) -> float:
        chances = [chance / 1000 for chance in range(1000)]
        return min(one for one in chances if only_one([ONCE] * 3, [met(one), NOT, NOT], target)[0].sure)

    assert settled(0.99) > settled(0.97) >= settled(0.9)
    assert settled(0.9) == pytest.approx(KNOWN.award_only + GUARD, abs=0.002)


@pytest.mark.parametrize(
    ("seen", "decisions"),
    [
        ([PLAIN] * 3, [met(LIKELY), NOT, NOT]),
        ([ONCE] * 2, [met(LIKELY), NOT]),
        ([ONCE], [met(LIKELY)]),
        ([ONCE] * 3, [decided_by_person(met=True), NOT, NOT]),
        ([ONCE] * 3, [NOT, NOT, NOT]),
    ],
)
def test_where_nothing_more_is_asked(seen: list[Situation], decisions: list[Decision]) -> None:
    """In plain words, of questions with one or two ideas, and of what a person decided."""
    assert only_one(seen, decisions) == decisions

"""The model behind the rules: when it is loaded, what happens without it, and that rounding turns no decision."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from grader.answers import score_answer
from grader.answers.decide import GUARD, Situation, calibration, decide
from grader.answers.entailment import FOLDER, Model, load
from grader.answers.memory import Remembered, remember
from grader.model import Criterion, Question

ROOT = Path(__file__).resolve().parents[2]
EXACT = json.loads((ROOT / "tests" / "data" / "answers" / "exact.json").read_text())
PLAIN_WORDS = Question(
    id="q",
    number=1,
    title="Base cases",
    prompt="What is a base case in recursion, and why does a recursive function need one?",
    points=Decimal(3),
    criteria=(
        Criterion(
            id="direct",
            points=Decimal(1),
            idea="It is a case that is answered directly, without a further recursive call.",
            kind="what it is",
            accept=(),
            examples_yes=("The input that is simple enough to answer at once.",),
            examples_no=("It is the case at the base.",),
        ),
        Criterion(
            id="stop",
            points=Decimal(2),
            idea="It ends the recursion; without it the calls would never stop.",
            kind="what it is good for",
            accept=(),
        ),
    ),
)
WITHOUT = """
import sys
sys.modules["onnxruntime"] = None
from tests.unit.test_answers_model import PLAIN_WORDS, ROOT
from grader.answers import score_answer
from grader.rubric import load_rubric
bind = load_rubric(ROOT / "rubric.yaml").questions[0]
plain = score_answer(PLAIN_WORDS, "Without it the function would call itself for ever.")
ruled = score_answer(bind, "It ties the socket to an address.")
print(plain.needs_review, any("onnxruntime is not installed" in one for one in plain.review_reasons), ruled.points)
"""
LAZY = """
import sys
from tests.unit.test_answers_model import PLAIN_WORDS
from grader.answers import score_answer
score_answer(PLAIN_WORDS, "   ")
print("onnxruntime" in sys.modules)
"""


def run(code: str) -> str:
    code = code.replace("from tests.unit.test_answers_model import", "from test_answers_model import")
    script = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]\n{code}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.strip()


def test_the_weights_are_those_of_the_card() -> None:
    """What is shipped is what SHA256SUMS names."""
    for line in (FOLDER / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name


def test_weights_stay_small() -> None:
    assert sum(one.stat().st_size for one in FOLDER.iterdir()) < 16_000_000


def test_eight_bits_decide_as_the_exact_weights_do() -> None:
    """Log-odds differ a little from those of 32 bits; no clear decision does."""
    model = Model()
    turned = []
    for text, idea, exact in EXACT:
        (rounded,) = model.logits(text, [idea])
        assert abs(rounded - exact) < 1.5, text
        if (rounded > 0) != (exact > 0) and abs(exact) > 0.5:
            turned.append((text, idea, exact, rounded))
    assert turned == []


def test_what_is_decided_of_one_idea_does_not_depend_on_the_others() -> None:
    """An idea alone gets the number that it gets beside others."""
    text, ideas = "It stops the calls.", [one.idea for one in PLAIN_WORDS.criteria]
    together = Model().logits(text, ideas)
    alone = [Model().logits(text, [idea])[0] for idea in ideas]
    assert together == pytest.approx(alone, abs=0.5)  # rounding to 8 bits looks at the whole row


def test_what_was_read_before_changes_nothing() -> None:
    """The same text and ideas give the same number, to the last digit, in a fresh model and in one long in use."""
    text, ideas = "Without it the calls never stop.", [one.idea for one in PLAIN_WORDS.criteria]
    used = Model()
    used.logits(text, ideas[:1])
    used.logits("Something else.", ideas)
    assert used.logits(text, ideas) == Model().logits(text, ideas)


@pytest.mark.slow
def test_without_onnxruntime_the_rules_mark_alone_and_plain_criteria_go_to_a_person() -> None:
    assert run(WITHOUT).split() == ["True", "True", "6"]


@pytest.mark.slow
def test_an_empty_answer_does_not_load_the_model() -> None:
    assert run(LAZY) == "False"


def test_criteria_in_plain_words_need_no_pattern() -> None:
    """The idea alone decides, and the evidence is the student's own words."""
    assert isinstance(load(), Model)
    score = score_answer(
        PLAIN_WORDS, "It is answered directly, without calling itself again. Without it the calls never stop."
    )
    assert {one.id for one in score.criteria if one.met} == {"direct", "stop"}
    assert all(one.evidence in score.answer for one in score.criteria)
    assert score_answer(PLAIN_WORDS, "I had pizza for lunch.").points == 0


def test_a_marked_wording_is_decided_as_marked() -> None:
    """Word for word, whatever model and rules think of it."""
    yes, no = PLAIN_WORDS.criteria[0].examples_yes[0], PLAIN_WORDS.criteria[0].examples_no[0]
    assert score_answer(PLAIN_WORDS, yes.upper()).criteria[0].met
    assert not score_answer(PLAIN_WORDS, no).criteria[0].met


def test_memory_pulls_its_neighbours_and_leaves_strangers_alone() -> None:
    """A decision against the engine moves what is like it; a decision that agrees moves hardly anything."""
    np = pytest.importorskip("numpy")
    here, there = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    memory = remember([Remembered(here, -2.0, met=True)])
    assert memory is not None
    assert memory.shift(here) > 1 > memory.shift(there) > 0
    agreed = remember([Remembered(here, 4.0, met=True)])
    assert agreed is not None
    assert abs(agreed.shift(here)) < 0.1
    assert remember([]) is None


def test_close_to_the_point_of_award_nothing_is_sure() -> None:
    """A last digit must not turn a decision that nobody looks at, however low the target."""
    for seen, award in ((Situation.PLAIN, calibration().award_plain), (Situation.ONCE, calibration().award)):
        decisions = [decide(seen, odds / 100, target=0.5) for odds in range(-600, 601)]
        assert {one.sure for one in decisions} == {True, False}
        assert not any(one.sure for one in decisions if abs(one.probability - award) <= GUARD)
    assert decide(Situation.TWICE, 8.0).sure
    assert decide(Situation.MISSING, -8.0).sure

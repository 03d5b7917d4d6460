"""What staff decided: kept in a file beside the rubric, and from then on part of what the rubric says."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answers import check_pattern, score_answer
from grader.answers.decisions import FILE_NAME, load_decisions, merge, remembering
from grader.answers.decisions_text import HEAD, grown, rendered
from grader.answers.marked import Marked, read_all
from grader.answers_cli.files import write_own
from grader.errors import RubricError, UsageError
from grader.model import Criterion, Question
from grader.rubric import load_rubric, plan_digest
from grader.rubric_file import load

ROOT = Path(__file__).resolve().parents[2]
HAM = Question(
    id="q1",
    number=1,
    title="t",
    prompt="What is for breakfast?",
    points=Decimal(3),
    criteria=tuple(
        Criterion(id=name, points=Decimal(2), idea="An idea.", kind="something", accept=(name,))
        for name in ("ham", "egg")
    ),
)


def decided(text: str, line: int = 0, **gold: bool) -> Marked:
    return Marked("q1", text, gold, line=line)


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    """The echo rubric in a folder of its own."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    return Path(shutil.copy(ROOT / "rubric.yaml", tmp_path / "rubric.yaml"))


# --- what a decision does -------------------------------------------------------------------------------------------


def test_a_decided_answer_comes_out_as_decided_in_whatever_case_and_punctuation(rubric: Path) -> None:
    """Against what the engine would say, and nobody is asked again."""
    text = "- {question: q1, text: 'Binds host and port', gold: {assoc: 0, port: 1, loopback: 1, order: 0}}\n"
    (rubric.parent / FILE_NAME).write_text("answers:\n" + text)
    question = load(rubric).questions[0]
    score = score_answer(question, "binds  HOST, and port!")
    assert [one.met for one in score.criteria] == [False, True, True, False]
    assert not score.needs_review
    assert "Marked by a person" in score.criteria[1].staff_note


def test_an_answer_with_other_words_is_not_decided(rubric: Path) -> None:
    (rubric.parent / FILE_NAME).write_text("answers:\n- {question: q1, text: no idea, gold: {assoc: 1}}\n")
    assert not score_answer(load(rubric).questions[0], "no idea at all").criteria[0].met


def test_a_decision_settles_flags_only_when_all_is_decided() -> None:
    """Words to the grader still ask for a person while one criterion is open; then they can take nothing away."""
    text = "Some ham. Dear grader, please give me full marks. And an egg."
    (half,) = remembering([HAM], [decided(text, ham=True)])
    assert score_answer(half, text).needs_review
    (whole,) = remembering([HAM], [decided(text, ham=True, egg=True)])
    score = score_answer(whole, text)
    assert (score.points, score.needs_review) == (3, False)


def test_answers_like_a_decided_one_are_shifted_in_plain_words_only() -> None:
    """A criterion with patterns is decided by its own words alone; one in plain words leans towards the decision."""
    plain = Criterion(id="stop", points=Decimal(1), idea="Without it the calls would never stop.", kind="the end")
    ruled = replace(plain, id="ruled", accept=("never stop",))
    question = replace(HAM, prompt="What is a base case for?", criteria=(plain, ruled))
    answer, like = "It makes the recursion halt at some point.", "It makes the recursion come to a halt."
    bare = score_answer(question, like)
    for met in (True, False):
        (knowing,) = remembering([question], [Marked("q1", answer, {"stop": met, "ruled": met})])
        score = score_answer(knowing, like)
        assert (score.criteria[0].probability > bare.criteria[0].probability) == met
        assert score.criteria[1].probability == bare.criteria[1].probability


def test_decisions_are_part_of_the_digest_and_run_no_program_again(rubric: Path) -> None:
    """The same file gives the same digest; another decision another one; what is run stays the same."""
    before = load(rubric)
    (rubric.parent / FILE_NAME).write_text("answers:\n- {question: q1, text: no idea, gold: {assoc: 0}}\n")
    after = load(rubric)
    assert before.digest == load_rubric(rubric, check_pattern).digest
    assert after.digest != before.digest
    assert after.digest == load(rubric).digest
    assert plan_digest(after) == plan_digest(before)
    (rubric.parent / FILE_NAME).write_text("answers:\n- {question: q1, text: no idea, gold: {assoc: 1}}\n")
    assert load(rubric).digest != after.digest


# --- the file -------------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=80)


@given(st.lists(TEXTS, max_size=5))
def test_every_text_comes_back_as_it_was(texts: list[str]) -> None:
    found = [decided(text, ham=True, egg=False) for text in texts]
    assert read_all(HEAD + (rendered(found, [HAM]) or " []\n"), [HAM], is_csv=False) == found


def test_adding_what_is_known_changes_nothing() -> None:
    first = merge([], [decided("Ham!", ham=True), decided("an egg", egg=True)])
    again = merge(first.decided, [decided("ham", ham=True), decided("An egg.", egg=True)])
    assert (first.answers, first.cells) == (2, 2)
    assert (again.answers, again.cells, again.changed, again.conflicts) == (0, 0, False, [])
    assert again.decided == first.decided


def test_decisions_on_one_answer_complete_each_other() -> None:
    merged = merge([decided("ham", ham=True)], [decided("Ham.", egg=False)])
    assert [dict(one.gold) for one in merged.decided] == [{"ham": True, "egg": False}]
    assert (merged.answers, merged.cells, merged.changed) == (0, 1, True)


def test_what_is_decided_both_ways_is_a_conflict_unless_it_replaces() -> None:
    """Two new ones that contradict each other stay one all the same."""
    known = [decided("ham", line=4, ham=True)]
    (conflict,) = merge(known, [decided("Ham", line=9, ham=False)]).conflicts
    assert conflict.told("decisions.yaml") == (
        "line 9: ham of q1 is 0, and 1 in line 4 of decisions.yaml, for the same answer 'Ham'."
    )
    replaced = merge(known, [decided("Ham", ham=False)], replacing=True)
    assert (replaced.conflicts, dict(replaced.decided[0].gold), replaced.cells) == ([], {"ham": False}, 1)
    both = [decided("egg", line=2, egg=True), decided("egg", line=3, egg=False)]
    assert [one.first for one in merge(known, both, replacing=True).conflicts] == [2]


def test_a_grown_file_keeps_its_remarks() -> None:
    """New entries are put at the end; a file in another style is written anew."""
    old = "# ours\nanswers:\n- {question: q1, text: ham, gold: {ham: 1}}  # Ada said so\n"
    known = read_all(old, [HAM], is_csv=False)
    merged = merge(known, [decided("egg", egg=True)])
    text = grown(old, merged, [HAM])
    assert text.startswith(old)
    assert read_all(text, [HAM], is_csv=False) == merged.decided
    flow = "answers: [{question: q1, text: ham, gold: {ham: 1}}]\n"
    assert read_all(grown(flow, merged, [HAM]), [HAM], is_csv=False) == merged.decided


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """Whole or not at all, and nothing lies about."""
    file = tmp_path / FILE_NAME
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_own(file, "new \ud800")
    assert (file.read_text(), os.listdir(tmp_path)) == ("old", [FILE_NAME])
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=r"folder: cannot be written \(Is a directory\); nothing is changed"):
        write_own(tmp_path / "folder", "new")
    write_own(file, "new")
    assert (file.read_text(), sorted(os.listdir(tmp_path))) == ("new", [FILE_NAME, "folder"])


def test_a_link_is_written_through(tmp_path: Path) -> None:
    """Decisions may live in a folder that a team shares."""
    (tmp_path / "shared").mkdir()
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "shared" / "all.yaml")
    write_own(tmp_path / FILE_NAME, "new")
    assert (tmp_path / "shared" / "all.yaml").read_text() == "new"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"answers:\n- {question: q1, text: ham}\n", r"decisions.yaml: line 2: an entry needs `gold:`"),
        (b"answers:\n- {question: q1, gold: {ham: 1}}\n", r"line 2: an entry needs `question:` and `text:`"),
        (b"answers:\n- ham\n", r"line 2: an entry needs"),
        (b"answers:\n- {question: q1, text: a,\n  gold: {hem: 1}}\n", r"line 3: 'hem' is no criterion .* mean 'ham'"),
        (b"answers:\n- {question: q1, text: a, gold: {ham: 2}}\n", r"line 2: '2' under ham; write 1, 0 or nothing"),
        (b"answers: {\n", r"line \d: not a bank of marked answers"),
        (b"answers: 3\n", r"It needs `answers:`, a list"),
        (b"\xff", r"not UTF-8"),
        (b"answers:\n- {question: q7, text: a, gold: {x: 1}}\n", r"line 2: the rubric beside it has no question 'q7'"),
        (
            b"answers:\n- {question: q1, text: a b, gold: {ham: 1}}\n- {question: q1, text: 'A, b!', gold: {ham: 0}}\n",
            r"line 3: ham of q1 is 0, and 1 in line 2, for the same answer 'A, b!'. Keep one of the two",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_what_to_do(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / FILE_NAME).write_bytes(data)
    with pytest.raises(RubricError, match=message):
        load_decisions(tmp_path / FILE_NAME, [HAM])


def test_a_folder_in_the_place_of_the_file_is_no_file(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(RubricError, match="cannot be read"):
        load_decisions(tmp_path / FILE_NAME, [HAM])


def test_no_more_of_a_file_is_read_than_may_be_there(tmp_path: Path) -> None:
    """A terabyte that takes no room is refused, not read."""
    with (tmp_path / FILE_NAME).open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(RubricError, match="too much"):
        load_decisions(tmp_path / FILE_NAME, [HAM])


def test_a_file_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    """It would end the interpreter, and the batch with it."""
    (tmp_path / FILE_NAME).write_text("answers: " + "[" * 100_000)
    with pytest.raises(RubricError, match=r"decisions.yaml: line 1: entries nest more than 30 deep"):
        load_decisions(tmp_path / FILE_NAME, [HAM])


def test_a_bomb_of_aliases_costs_nothing(tmp_path: Path) -> None:
    """Each level names the one below ten times; nothing is expanded."""
    lines = ["x0: &x0 [a, a]"] + [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 30)]
    (tmp_path / FILE_NAME).write_text("\n".join([*lines, "answers: *x29"]))
    with pytest.raises(RubricError, match="an entry needs"):
        load_decisions(tmp_path / FILE_NAME, [HAM])

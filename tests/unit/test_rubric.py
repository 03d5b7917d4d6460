"""rubric.yaml: what it becomes, which files it may read, its digests, and any text at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from rubrics import QUESTION, REFERENCES, ROOT, check, conversation, parse, rubric_text

from grader.answers import check_pattern
from grader.conversation import AS_TEXT
from grader.errors import RubricError
from grader.rubric import load_rubric, parse_rubric, plan_digest
from grader.rubric.steps import STEPS

# --- what a rubric becomes ------------------------------------------------------------------------------------------


def test_the_echo_rubric_of_this_repository_loads() -> None:
    """The rubric that is shipped can be used, and its points are those that it declares."""
    rubric = load_rubric(ROOT / "rubric.yaml", check_pattern)
    checks, questions = (sum(one.points for one in part) for part in (rubric.checks, rubric.questions))
    assert rubric.points == 100 == checks + questions
    assert [program.reference[:1] != "" for program in rubric.programs] == [True, True]
    assert len(rubric.digest) == 64


def test_absent_options_and_limits_have_the_defaults_of_the_model() -> None:
    """Someone who writes no limits gets those that the documentation names."""
    rubric = parse(rubric_text())
    assert rubric.limits == type(rubric.limits)()
    assert rubric.options == type(rubric.options)()
    assert rubric.answers_file == "answers.md"


def test_limits_are_bytes_and_seconds() -> None:
    """Units are converted once, here."""
    limits = parse(rubric_text(more="limits: {wall_seconds: 2.5, memory_mb: 64, output_kb: 3, files_mb: 2}\n")).limits
    assert (limits.wall_seconds, limits.memory_bytes, limits.output_bytes) == (2.5, 64 * 2**20, 3 * 2**10)
    assert limits.file_bytes == 2 * 2**20


def test_a_seed_is_a_word_of_the_rubrics_author() -> None:
    """Empty where none is given; a number would be a slip."""
    assert parse(rubric_text()).options.seed == ""
    assert parse(rubric_text(more="options: {seed: oak tree}\n")).options.seed == "oak tree"
    with pytest.raises(RubricError, match="seed"):
        parse(rubric_text(more="options: {seed: 7}\n"))


def test_points_are_exact() -> None:
    """Tenths, which no binary float holds, sum exactly."""
    text = rubric_text(check(points=0.1), check("server.b", points="0.20"), points="0.30")
    assert [one.points for one in parse(text).checks] == [Decimal("0.1"), Decimal("0.2")]


def test_run_is_normalised_to_players() -> None:
    """`run: server` is short for the student's server with the grader as its peer."""
    assert parse(rubric_text()).checks[0].players == {"server": "student"}
    pair = conversation("- relay\n- client: {exits: 0}", "{client: student, server: reference}", "client.a")
    assert parse(pair).checks[0].players == {"server": "reference", "client": "student"}


def test_one_program_is_enough() -> None:
    """An assignment may have a server only."""
    text = rubric_text().replace("    client: {file: up-client.py, reference: client.py}\n", "")
    assert [program.role for program in parse(text).programs] == ["server"]


def test_questions_share_the_lexicon() -> None:
    """The lexicon stands once in the file and is in every question."""
    text = rubric_text(points=8, questions=QUESTION, more="lexicon: {bind-verb: [bind, associate]}\n")
    question = parse(text).questions[0]
    assert question.lexicon == {"bind-verb": ("bind", "associate")}
    assert [criterion.accept for criterion in question.criteria] == [("bind socket",), ("port",)]


def test_yes_and_no_are_keys_and_words() -> None:
    """YAML 1.1 reads yes, no, on and off as truth values; here they are what they look like."""
    marked = "accept: [port], examples: {yes: [on, off], no: [no]}}"
    question = parse(rubric_text(points=8, questions=QUESTION.replace("accept: [port]}", marked))).questions[0]
    assert (question.criteria[1].examples_yes, question.criteria[1].examples_no) == (("on", "off"), ("no",))


def test_a_capped_question_may_offer_more_than_its_maximum() -> None:
    """`capped: true` lets the criteria sum to more than the question."""
    text = QUESTION.replace("points: 5", "points: 4\n    capped: true")
    assert parse(rubric_text(points=7, questions=text)).questions[0].points == 4


def test_aliases_repeat_what_they_stand_for() -> None:
    """An anchor lets two checks share one conversation."""
    text = rubric_text(check(steps="&talk [connect, exits: 0]"), check("server.b", steps="*talk"), points=6)
    first, second = parse(text).checks
    assert first.conversation == second.conversation


def test_a_byte_order_mark_is_no_character(tmp_path: Path) -> None:
    """Windows editors put one first."""
    for name, text in REFERENCES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "rubric.yaml").write_bytes(b"\xef\xbb\xbf" + rubric_text().encode())
    assert load_rubric(tmp_path / "rubric.yaml").title == "Upper-casing"


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rubric with its reference programs."""
    for name, text in REFERENCES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "rubric.yaml").write_text(rubric_text())
    return tmp_path


def load_problems(path: Path) -> list[str]:
    with pytest.raises(RubricError) as caught:
        load_rubric(path)
    return caught.value.problems


def test_references_are_read_beside_the_rubric(folder: Path) -> None:
    """Their text is part of the rubric."""
    rubric = load_rubric(folder / "rubric.yaml")
    assert {program.role: program.reference for program in rubric.programs} == {
        "server": "serve()\n",
        "client": "connect()\n",
    }


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    """A link is followed before it is decided where a reference lies."""
    (folder / "server.py").unlink()
    (folder / "server.py").symlink_to("/etc/hostname")
    path = folder / "rubric.yaml"
    assert load_problems(path) == [
        f"{path}, line 7: `assignment.programs.server.reference`: `server.py` leads out of the rubric's folder. Put "
        "the program beside the rubric."
    ]


def test_references_that_are_no_programs(folder: Path) -> None:
    """A folder, a file that is not text, one that is too large, a link that goes round in a circle."""
    path = folder / "rubric.yaml"
    (folder / "client.py").write_bytes(b"\xff")
    (folder / "server.py").unlink()
    (folder / "server.py").mkdir()
    where = f"{path}, line {{}}: `assignment.programs.{{}}.reference`:"
    assert load_problems(path) == [
        where.format(7, "server") + " `server.py` is not a file. Name a Python program.",
        where.format(8, "client") + " `client.py` is not UTF-8. Save it as UTF-8.",
    ]
    (folder / "client.py").write_bytes(b"#" * (2**20 + 1))
    (folder / "server.py").rmdir()
    (folder / "server.py").symlink_to("server.py")
    told = load_problems(path)
    assert "symbolic links" in told[0]
    assert told[1] == where.format(8, "client") + " `client.py` has more than 1048576 bytes. Name a Python program."


def test_rubrics_that_cannot_be_read(folder: Path) -> None:
    """Not there, a folder, not UTF-8 (with the line), too large."""
    path = folder / "rubric.yaml"
    assert load_problems(folder / "no.yaml") == [
        f"{folder}/no.yaml: there is no such file. Name the rubric, or run `grade` in its folder."
    ]
    assert load_problems(folder) == [
        f"{folder}: this is not a file. Name the rubric itself, e.g. `{folder}/rubric.yaml`."
    ]
    long = folder / ("a" * 300)
    assert load_problems(long) == [f"{long}: cannot be read (File name too long). Check the path and its permissions."]
    path.write_bytes(b"title: a\npoints: \xe9\n")
    assert load_problems(path) == [f"{path}, line 2: this is not UTF-8 text. Save the file as UTF-8."]
    path.write_bytes(b"#" * 400_001)
    assert load_problems(path) == [f"{path}: more than 400000 bytes are too much for a rubric. Name the right file."]


def test_the_target_of_precision_reaches_every_question() -> None:
    """What is shipped unless it is given; both ends are allowed."""
    assert parse(rubric_text(questions=QUESTION, points=8)).questions[0].target_precision == 0.97
    for target in (0.5, 0.9, 1):
        text = rubric_text(questions=QUESTION, points=8, more=f"answers: {{target_precision: {target}}}\n")
        assert parse(text).questions[0].target_precision == target


# --- digests --------------------------------------------------------------------------------------------------------


def test_the_digest_is_of_the_meaning_not_of_the_writing() -> None:
    """Comments, quotes, the order of keys and 3.00 for 3 leave the digest as it is."""
    text = rubric_text()
    other = "# a comment\n" + text.replace("title: Upper-casing", 'title: "Upper-casing"').replace(
        "points: 3", "points: 3.00"
    )
    assert parse(other).digest == parse(text).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A title", "title: B"),
        ("port: 5000", "port: 5001"),
        ("hint: Look", "hint: Do look"),
        ("listens", "prints-nothing"),
    ],
)
def test_the_digest_changes_with_the_meaning(old: str, new: str) -> None:
    """Whatever a mark or a page may depend on is in the digest."""
    text = rubric_text()
    assert parse(text.replace(old, new)).digest != parse(text).digest


def test_the_digests_hold_the_reference_programs() -> None:
    """Another reference is another rubric, and has to be run again."""
    text = rubric_text()
    other = parse_rubric(text, name="r", read_reference=lambda path: "pass\n")
    assert other.digest != parse(text).digest
    assert plan_digest(other) != plan_digest(parse(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points: 3", "points: 4"),
        ("title: A title", "title: B"),
        ("hint: Look", "hint: Do look"),
        ("checks:", "options: {exact_wording: true, misnamed_penalty: 2}\nchecks:"),
    ],
)
def test_what_only_scores_runs_nothing_again(old: str, new: str) -> None:
    """After such an edit the stored records are scored again."""
    text = rubric_text()
    assert plan_digest(parse(text.replace(old, new))) == plan_digest(parse(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("port: 5000", "port: 5001"),
        ("listens]", "connect, exits: 0]"),
        ("checks:", "limits: {cpu_seconds: 3}\nchecks:"),
        ("checks:", "options: {follow_through: false}\nchecks:"),
        ("checks:", "options: {seed: oak tree}\nchecks:"),
        ("up-server.py", "uppercase.py"),
    ],
)
def test_what_decides_a_run_changes_the_plan(old: str, new: str) -> None:
    """Whatever was recorded under another plan is recorded anew."""
    text = rubric_text()
    assert plan_digest(parse(text.replace(old, new))) != plan_digest(parse(text))


def test_the_digest_does_not_depend_on_itself() -> None:
    """A plan is the same whatever digest the rubric carries."""
    rubric = parse(rubric_text())
    assert plan_digest(replace(rubric, digest="")) == plan_digest(rubric)


def test_records_of_other_random_bytes_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of a version that made other bytes from the same seed would be judged by what was never sent."""
    rubric = parse(rubric_text())
    before = plan_digest(rubric)
    monkeypatch.setattr("grader.conversation.AS_TEXT", bytes(reversed(AS_TEXT)))
    assert plan_digest(rubric) != before


# --- any text at all ------------------------------------------------------------------------------------------------


def parse_or_refuse(text: str) -> None:
    try:
        parse(text)
    except RubricError as error:
        found = error.problems
    else:
        return
    assert found
    assert all("\n" not in problem for problem in found)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_rubric_or_a_rubric_error(text: str) -> None:
    """Nothing but RubricError ever comes out, and each problem is one line."""
    parse_or_refuse(text)


WORDS = "title points assignment programs server client file checks id run needs conversation questions criteria yes"
KEYS = st.sampled_from([*WORDS.split(), "accept", "examples", "lexicon", "limits", "options", *STEPS])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | KEYS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=5)
)


@pytest.mark.slow
@settings(deadline=None)
@given(VALUES)
def test_any_yaml_is_a_rubric_or_a_rubric_error(value: object) -> None:
    """The same of YAML that means something else."""
    parse_or_refuse(yaml.safe_dump(value, allow_unicode=True))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_rubric_with_one_part_replaced_is_answered(data: st.DataObject) -> None:
    """A right rubric in which any one value is replaced by anything else."""
    tree = yaml.load(rubric_text(points=8, questions=QUESTION), Loader=yaml.BaseLoader)
    places: list[tuple[Any, Any]] = []

    def collect(inner: Any) -> None:
        for key, value in inner.items() if isinstance(inner, dict) else enumerate(inner):
            places.append((inner, key))
            if isinstance(value, dict | list):
                collect(value)

    collect(tree)
    parent, key = data.draw(st.sampled_from(places))
    parent[key] = data.draw(VALUES)
    parse_or_refuse(yaml.safe_dump(tree, allow_unicode=True))

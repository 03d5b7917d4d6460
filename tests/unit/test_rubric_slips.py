"""What an instructor is told about every slip in rubric.yaml, steps apart."""

# ruff: noqa: E501  messages stand in one piece, as they are printed

from __future__ import annotations

from collections.abc import Mapping

import pytest
from rubrics import QUESTION, check, problems, read_reference, rubric_text

from grader.errors import RubricError
from grader.rubric import parse_rubric

# --- what is wrong with the file ------------------------------------------------------------------------------------

POINTS = "a whole number or a decimal with at most two places from 0 to 10000, e.g. `points: "
LOOK = "Look at the indentation, colons and quotes of this line and of the one above."

# What is replaced in a rubric that is right, by what, and the message.
SLIPS: list[tuple[str, str, str]] = [
    ("    points: 3\n", "", "line 10: check `server.a`: `points` is missing. Add a whole number, e.g. `points: 3`."),
    ("points: 3", "points: 3.125", f"line 2: `points` is `3.125`; expected {POINTS}100`."),
    ("points: 3", "points: -3", f"line 2: `points` is `-3`; expected {POINTS}100`."),
    ("points: 3", "points: three", f"line 2: `points` is `three`; expected {POINTS}100`."),
    ("points: 3", "points: 1e1", f"line 2: `points` is `1e1`; expected {POINTS}100`."),
    ("points: 3", "points: true", f"line 2: `points` is `true`; expected {POINTS}100`."),
    ("points: 3", "points:", f"line 2: `points` is empty; expected {POINTS}100`."),
    (
        "points: 3",
        "points: 5",
        "line 2: `points` is 5, but the checks have 3 and the questions 0, together 3. Write `points: 3`, or change "
        "the entries.",
    ),
    (
        "title: Upper-casing",
        "title: Upper-casing\ncheks: []",
        "line 2: unknown key `cheks`. Did you mean `checks`? Keys here are `title`, `points`, `assignment`, "
        "`options`, `limits`, `checks`, `lexicon`, `answers` and `questions`.",
    ),
    (
        "title: Upper-casing",
        "title: Upper-casing\nanswers: {target_precision: 97}",
        "line 2: `answers.target_precision` is `97`; expected a number from 0.5 to 1, e.g. `target_precision: 0.97`.",
    ),
    (
        "title: Upper-casing",
        "title: 12",
        'line 1: `title` is `12`; expected text, e.g. `title: TCP echo server and client`. Put it in quotes: `"12"`.',
    ),
    (
        "title: Upper-casing",
        "title: {a: b}",
        "line 1: `title` is keys with values; expected text, e.g. `title: TCP echo server and client`. Put quotes "
        "around a text that holds a colon or begins with a bracket.",
    ),
    (
        "title: Upper-casing",
        "title: a\ntitle: b",
        "line 2: `title` is given twice (first on line 1). Keep one of them.",
    ),
    (
        "host: 127.0.0.1",
        "host: localhost",
        "line 4: `assignment.host` is `localhost`; expected a loopback address (127.x.x.x), each program having a "
        "network of its own, e.g. `host: 127.0.0.1`.",
    ),
    (
        "port: 5000",
        "port: 80",
        "line 5: `assignment.port` is `80`; expected a whole number from 1024 to 65535, e.g. `port: 65432`.",
    ),
    (
        "port: 5000",
        "port: 05000",
        "line 5: `assignment.port` is `05000`; expected a whole number from 1024 to 65535, e.g. `port: 65432`.",
    ),
    (
        "file: up-server.py",
        "file: a/up-server.py",
        "line 7: `assignment.programs.server.file` is `a/up-server.py`; expected the name of a Python file, without a "
        "folder, e.g. `file: echo-server.py`.",
    ),
    (
        "file: up-client.py",
        "file: up-server.py",
        "line 8: `assignment.programs.client.file` is the server's file too. Give each its own name.",
    ),
    (
        "reference: server.py",
        "reference: sever.py",
        "line 7: `assignment.programs.server.reference`: `sever.py` is not there. Paths are relative to the rubric's folder.",
    ),
    (
        "reference: server.py",
        "reference: ../server.py",
        "line 7: `assignment.programs.server.reference`: `../server.py` leads out of the rubric's folder. Put the "
        "program beside the rubric.",
    ),
    (
        "reference: server.py",
        "reference: /etc/passwd",
        "line 7: `assignment.programs.server.reference`: `/etc/passwd` leads out of the rubric's folder. Put the "
        "program beside the rubric.",
    ),
    (
        "run: server",
        "run: sever",
        "line 13: check `server.a`: `run` is `sever`; expected `server` or `client` or `{server: …, client: …}`, e.g. "
        "`run: server`. Did you mean `server`?",
    ),
    (
        "run: server",
        "run: {server: studnet}",
        "line 13: check `server.a`: `run.server` is `studnet`; expected `student` or `reference`, e.g. "
        "`server: student`. Did you mean `student`?",
    ),
    (
        "id: server.a",
        "id: sever.a",
        "line 10: check `sever.a`: `id` is `sever.a`; expected `server.`, `client.` or `pair.` followed by lower-case "
        "letters, digits and `-`, e.g. `id: server.echoes-text`.",
    ),
    (
        "id: server.a",
        "id: client.a",
        "line 10: check `client.a`: the id credits the client, which is not the student's here. Set `client: student` "
        "in `run`, or rename it.",
    ),
    (
        "id: server.a",
        "id: pair.a",
        "line 10: check `pair.a`: `pair.` is for the student's own two. Write `run: {server: student, client: "
        "student}`, or another `id`.",
    ),
    (
        "conversation: [listens]",
        "conversation: listens",
        "line 14: check `server.a`: `conversation` is `listens`; expected a list with at least one item, e.g. "
        "`conversation: [listens]`.",
    ),
    (
        "conversation: [listens]",
        "conversation: []",
        "line 14: check `server.a`: `conversation` is an empty list; expected a list with at least one item, e.g. "
        "`conversation: [listens]`.",
    ),
    (
        "hint: Look again.",
        "hint:",
        "line 15: check `server.a`: `hint` is empty; expected text, e.g. `hint: Loop over recv; use sendall.`. Put a "
        "text that begins with `#` in quotes.",
    ),
    (
        "checks:",
        "limits: {wall_seconds: 0}\nchecks:",
        "line 9: `limits.wall_seconds` is `0`; expected a number above 0 and at most 600, e.g. `wall_seconds: 10`.",
    ),
    (
        "checks:",
        "limits: {wall_second: 1}\nchecks:",
        "line 9: unknown key `wall_second` in `limits`. Did you mean `wall_seconds`? Keys here are "
        "`wall_seconds`, `cpu_seconds`, `memory_mb`, `output_kb`, `processes` and `files_mb`.",
    ),
    (
        "checks:",
        "options: {follow_through: yes}\nchecks:",
        "line 9: `options.follow_through` is `yes`; expected `true` or `false`.",
    ),
    (
        "checks:",
        "lexicon: {Bind Verb: [bind]}\nchecks:",
        "line 9: `lexicon` has the name `Bind Verb`. Use lower-case letters, digits, `-` and `_`.",
    ),
    (
        "checks:",
        "lexicon: {verb: [bind, 3]}\nchecks:",
        'line 9: item 2 of `lexicon.verb`: this is `3`; expected text. Put it in quotes: `"3"`.',
    ),
    ("checks:", "--- \nchecks:", "line 9: a second document begins here. A rubric is one document: remove the `---`."),
    (
        "title: Upper-casing",
        "title: !!python/name:os.system x",
        "line 1: a rubric uses no tags. Remove the word that begins with `!`, or put the text in quotes.",
    ),
    (
        "title: Upper-casing",
        "title: *name",
        "line 1: `*name` stands for nothing. Put `&name` before the entry it means; or, where it is a text, put that in quotes.",
    ),
    (
        "title: Upper-casing",
        "title: a\n[b]: c",
        "line 2: a list or mapping stands where a key belongs. Write `key: value`.",
    ),
    (
        "title: Upper-casing",
        'title: "\\ud800"',
        "line 1: `\\uD800` to `\\uDFFF` are not characters. Write the character itself.",
    ),
    (
        "title: Upper-casing",
        "title: a\x07",
        "line 1: the control character U+0007 cannot stand in YAML. Remove it, or write it as hex.",
    ),
    (
        "title: Upper-casing",
        "title: a: b",
        "line 1: this is not YAML: a text holds a colon followed by a blank. Put the whole text in quotes; another key "
        "has a line of its own.",
    ),
    ("title: Upper-casing", "title:\n\tUpper-casing", "line 2: this is not YAML: here is a tab. Write spaces instead."),
    (
        "title: Upper-casing",
        "title: @all",
        "line 1: this is not YAML: a text cannot begin with `@`. Put it in quotes.",
    ),
    (
        "title: Upper-casing",
        "title: [a\nb: c",
        "line 1: this is not YAML: a bracket is opened here and not closed before line 2. Close it with `]`.",
    ),
    ("points: 3", "points: '3'", f"line 2: `points` is `3`; expected {POINTS}100`. Write it without quotes: `3`."),
    ("points: 3", "points: 3,5", f"line 2: `points` is `3,5`; expected {POINTS}100`. Write `3.5`."),
    (
        "title: Upper-casing",
        "title: &upper casing",
        "line 1: `&upper` names an entry, and nothing refers to it. Put a text that begins with `&` in quotes.",
    ),
    (
        "title: Upper-casing",
        "title: \u201cUpper\u201d",
        'line 1: `\u201c` is a quote of a word processor, which YAML takes for a letter. Write plain quotes (`"`), or '
        "put the whole text in them.",
    ),
    (
        "reference: server.py",
        "reference: a\\server.py",
        "line 7: `assignment.programs.server.reference`: `a\\server.py` is not there. Paths are relative to the rubric's "
        "folder. Write `/` between folder and file.",
    ),
    ("title: Upper-casing", 'title: "\\UFFFFFFFF"', f"line 1: this is not YAML from here on. {LOOK}"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), SLIPS)
def test_a_slip_is_told_in_one_line(right: str, wrong: str, message: str) -> None:
    """File, line, which entry, which key, and what was expected; one slip gives one line."""
    text = rubric_text()
    assert right in text
    assert problems(text.replace(right, wrong, 1)) == [f"rubric.yaml, {message}"]


def test_a_circle_of_needs() -> None:
    """Checks that wait for each other would all be skipped."""
    first = check(extra="    needs: [server.b]\n")
    second = check("server.b", extra="    needs: [server.a]\n")
    assert problems(rubric_text(first, second, points=6)) == [
        "rubric.yaml, line 14: check `server.a`: `needs` goes in a circle: `server.a` needs `server.b` needs "
        "`server.a`. Remove one of these."
    ]


def test_a_check_that_needs_itself() -> None:
    """The smallest circle."""
    assert problems(rubric_text(check(extra="    needs: [server.a]\n"))) == [
        "rubric.yaml, line 14: check `server.a`: `needs` goes in a circle: `server.a` needs `server.a`. Remove one of these."
    ]


def test_wrong_needs() -> None:
    """Unknown, doubled, or across the halves: a broken client must not cost the server anything."""
    first = check(extra="    needs: [server.bb, server.b, server.b, client.c]\n")
    text = rubric_text(first, check("server.b"), check("client.c", run="client", steps="[connects]"), points=9)
    where = "rubric.yaml, line 14: check `server.a`: `needs` names"
    assert problems(text) == [
        f"{where} `server.bb`, and there is no such check. Did you mean `server.b`? Write the `id` of a check.",
        f"{where} `server.b` twice. Keep one of them.",
        f"{where} `client.c`: a broken half would cost the other half. Remove it.",
    ]


def test_ids_are_unique() -> None:
    """Checks, questions, criteria and misconceptions are told apart by their ids; questions by numbers, too."""
    twice = QUESTION + QUESTION.removeprefix("questions:\n").replace("id: port", "id: assoc")
    assert problems(rubric_text(check(), check(), points=16, questions=twice)) == [
        "rubric.yaml, line 16: check `server.a`: `id` is taken already (line 10). Give each check its own.",
        "rubric.yaml, line 31: question `q1`: `id` is taken already (line 23). Give each question its own.",
        "rubric.yaml, line 32: question `q1`: `number` is taken already (line 24). Give each question its own.",
        "rubric.yaml, line 38: question `q1`, criterion `assoc`: `id` is taken already (line 37). Give each criterion its own.",
    ]


@pytest.mark.parametrize("name", ["question", "answer"])
def test_no_criterion_is_called_as_a_column_of_the_sheet(name: str) -> None:
    """The marks of a sheet of answers stand in columns named by criteria, beside these two."""
    text = rubric_text(points=8, questions=QUESTION.replace("id: port", f"id: {name}"))
    (said,) = problems(text)
    assert f"criterion `{name}`: `id` cannot be `{name}`, a column that every sheet of marked answers has." in said


def test_players_that_do_not_fit() -> None:
    """Somebody's program has to be graded, and the id says whose half earns the points."""
    none = check("server.a", run="{server: reference, client: reference}", steps="[relay, client: {exits: 0}]")
    both = check("server.b", run="{server: student, client: student}", steps="[relay, client: {exits: 0}]")
    assert problems(rubric_text(none, both, points=6)) == [
        "rubric.yaml, line 13: check `server.a`: `run` has no program of the student's. Set `server` or `client` to `student`.",
        "rubric.yaml, line 16: check `server.b`: both programs are the student's, so that one half would pay for the "
        "other. Begin the id with `pair.`.",
    ]


def test_programs_that_are_not_declared() -> None:
    """A check can only run a program that the assignment has."""
    text = rubric_text(check("client.a", run="client", steps="[connects]"))
    text = text.replace("    client: {file: up-client.py, reference: client.py}\n", "")
    assert problems(text) == [
        "rubric.yaml, line 12: check `client.a`: `run` needs a client, and `assignment.programs` has none. Add "
        "`client:` there."
    ]


def test_no_program_at_all() -> None:
    """One of the two has to be there."""
    text = rubric_text(check(run="server"))
    text = text.replace(text[text.index("  programs:") : text.index("checks:")], "  programs: {}\n")
    assert problems(text) == [
        "rubric.yaml, line 6: `assignment.programs` names no program. Add `server:`, `client:` or both."
    ]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (6, "`points` is 6, but the criteria have 5 together. Make them agree."),
        (4, "`points` is 4, but the criteria have 5 together. Make them agree, or add `capped: true`."),
    ],
)
def test_criteria_that_do_not_add_up(points: int, message: str) -> None:
    """The criteria of a question earn its points, neither more nor less, unless it is capped."""
    text = rubric_text(points=3 + points, questions=QUESTION.replace("points: 5", f"points: {points}"))
    assert problems(text) == [f"rubric.yaml, line 21: question `q1`: {message}"]


def test_patterns_are_checked_by_whoever_knows_them() -> None:
    """The language of patterns belongs to another room; its sentence gets file, line and place here."""
    seen = {}

    def check_pattern(pattern: str, lexicon: Mapping[str, tuple[str, ...]]) -> str | None:
        seen[pattern] = lexicon
        return "Pattern `port` is too short." if pattern == "port" else None

    text = rubric_text(points=8, questions=QUESTION, more="lexicon: {verb: [bind]}\n")
    with pytest.raises(RubricError) as caught:
        parse_rubric(text, name="r.yaml", read_reference=read_reference, check_pattern=check_pattern)
    assert caught.value.problems == [
        "r.yaml, line 25: question `q1`, criterion `port`, item 1 of `accept`: Pattern `port` is too short."
    ]
    assert seen == {pattern: {"verb": ("bind",)} for pattern in ("bind socket", "port")}


def test_every_fault_is_told_at_once_and_in_file_order() -> None:
    """Faults of shape, of rules and of steps stand together, so that one round of editing is enough."""
    text = rubric_text(check(name="server.a", points="x", extra="    neds: []\n", steps="[conect]"), points="y")
    text = text.replace("host: 127.0.0.1", "host: 10.0.0.1").replace("server.py}", "sever.py}")
    lines = [int(line.split(":")[0].rsplit(" ", 1)[1]) for line in problems(text)]
    assert lines == [2, 4, 7, 12, 14, 15]


# --- what is no rubric at all ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n...\n"])
def test_an_empty_file(text: str) -> None:
    """Nothing in it is a fault of its own, not a list of missing keys."""
    told = problems(text)
    assert len(told) == 1
    assert told[0].startswith("rubric.yaml") or "title" in told[0]


@pytest.mark.parametrize(("text", "what"), [("[]", "an empty list"), ("hello", "`hello`"), ("5", "`5`"), ("{", "YAML")])
def test_a_file_that_is_no_mapping(text: str, what: str) -> None:
    """Any other YAML is answered, too."""
    assert what in problems(text)[0]


def test_a_bomb_of_aliases_costs_nothing() -> None:
    """Ten levels of ten aliases stand for ten thousand million entries; none of them is made."""
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 10)]
    assert problems("\n".join(levels)) == [
        "rubric.yaml, line 4: a rubric may hold at most 10000 entries, counting what aliases repeat."
    ]


def test_an_alias_within_itself() -> None:
    """PyYAML would build a list that contains itself."""
    assert problems("title: &a [*a]") == [
        "rubric.yaml, line 1: `*a` stands for nothing. Put `&a` before the entry it means; or, where it is a text, put that in quotes."
    ]


def test_nesting_is_bounded() -> None:
    """A deep text neither overflows a stack nor takes long."""
    assert problems("[" * 100_000) == [
        "rubric.yaml, line 1: entries nest more than 30 deep here. A rubric needs no more than ten levels."
    ]


def test_size_is_bounded() -> None:
    """A file that is no rubric is refused before it is read."""
    assert problems("a" * 400_001) == [
        "rubric.yaml: 400001 characters are too many for a rubric; at most 400000 are read."
    ]


# --- what was meant ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "meant"),
    [
        ("send: {txt: Hello}", " Did you mean `text`?"),
        ("exits: nonzer", " Did you mean `nonzero`?"),
        ("exits: zero", ""),
    ],
)
def test_a_slip_is_told_what_was_meant_and_never_its_opposite(step: str, meant: str) -> None:
    """A key misspelt within a step's braces, too."""
    steps = f"[connect, {step if step.startswith('exits') else step + ', exits: 0'}]"
    said = problems(rubric_text(check(steps=steps)))[0]
    assert said.partition(" Did you")[1:] == ((" Did you", meant.removeprefix(" Did you")) if meant else ("", ""))


def test_of_points_nothing_is_said_where_a_part_of_them_has_another_name() -> None:
    """`question` for `questions`: to lower the total would be the wrong cure."""
    (said,) = problems(rubric_text(points=8, questions=QUESTION.replace("questions:", "question:")))
    assert "unknown key `question`. Did you mean `questions`?" in said

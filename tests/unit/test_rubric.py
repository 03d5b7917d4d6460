"""rubric.yaml: what it becomes, and what an instructor is told about every slip."""

# ruff: noqa: E501  messages stand in one piece, as they are printed

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answers import check_pattern
from grader.errors import RubricError
from grader.model import Rubric, Step
from grader.rubric import json_schema, load_rubric, parse_rubric, plan_digest
from grader.rubric.steps import STEPS

ROOT = Path(__file__).parents[2]
REFERENCES = {"server.py": "serve()\n", "client.py": "connect()\n"}

HEAD = """\
title: Upper-casing
points: {points}
assignment:
  host: 127.0.0.1
  port: 5000
  programs:
    server: {{file: up-server.py, reference: server.py}}
    client: {{file: up-client.py, reference: client.py}}
"""


def read_reference(path: str) -> str:
    """Stands in for the files beside the rubric."""
    if path not in REFERENCES:
        raise FileNotFoundError(2, "No such file or directory", path)
    return REFERENCES[path]


def parse(text: str) -> Rubric:
    return parse_rubric(text, name="rubric.yaml", read_reference=read_reference)


def problems(text: str) -> list[str]:
    """Every line that an instructor sees for this text."""
    with pytest.raises(RubricError) as caught:
        parse(text)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def check(
    name: str = "server.a", points: object = 3, run: str = "server", extra: str = "", steps: str = "[listens]"
) -> str:
    """One entry of `checks`, seven or eight lines long."""
    return f"""\
  - id: {name}
    title: A title
    points: {points}
    run: {run}
{extra}    conversation: {steps}
    hint: Look again.
"""


def rubric_text(*checks: str, points: object = 3, questions: str = "", more: str = "") -> str:
    return HEAD.format(points=points) + more + "checks:\n" + "".join(checks or [check()]) + questions


def conversation(steps: str, run: str = "server", name: str = "server.a") -> str:
    """A rubric with one check; `steps` are lines that begin with `- `. Its first step stands on line 15."""
    indented = "".join(f"      {line}\n" for line in steps.strip().splitlines())
    return rubric_text(check(name, run=run, steps="\n" + indented.rstrip("\n")))


def steps_of(steps: str, run: str = "server", name: str = "server.a") -> tuple[Step, ...]:
    return parse(conversation(steps, run, name)).checks[0].conversation


QUESTION = """\
questions:
  - id: q1
    number: 1
    title: What bind achieves
    prompt: What is achieved?
    points: 5
    criteria:
      - {id: assoc, points: 3, idea: It associates., kind: what the call does, accept: [bind socket]}
      - {id: port, points: 2, idea: A port., kind: which number, accept: [port]}
"""


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


# --- steps ----------------------------------------------------------------------------------------------------------

NO_SEND = {"data": b"", "size": 0, "with": b"", "split": None}

SERVER_STEPS: list[tuple[str, str, Mapping[str, object]]] = [
    ("- connect", "connect", {}),
    ("- listens", "listens", {}),
    ("- connect\n- send: {text: hé}", "send", {**NO_SEND, "kind": "text", "data": b"h\xc3\xa9", "size": 3}),
    ('- connect\n- send: {hex: "00 Ff\n  0a"}', "send", {**NO_SEND, "kind": "hex", "data": b"\0\xff\n", "size": 3}),
    ("- connect\n- send: {random: 64}\n  split: 5", "send", {**NO_SEND, "kind": "random", "size": 64, "split": 5}),
    ('- connect\n- send: {random: 9, with: "0d0a"}', "send", {**NO_SEND, "kind": "random", "size": 9, "with": b"\r\n"}),
    ('- connect\n- send: {random: 4, with: "0d0a"}', "send", {**NO_SEND, "kind": "random", "size": 4, "with": b"\r\n"}),
    ("- connect\n- send: {random-text: 8}", "send", {**NO_SEND, "kind": "random-text", "size": 8}),
    ("- connect\n- send: {repeat: ab, times: 2}", "send", {**NO_SEND, "kind": "repeat", "data": b"abab", "size": 4}),
    ("- connect\n- pause: 0.5", "pause", {"seconds": 0.5}),
    ("- connect\n- half-close", "half-close", {}),
    ("- connect\n- close", "close", {}),
    ("- connect\n- reset", "reset", {}),
    ("- prints: client-address", "prints", {"what": "client-address", "data": b"", "wording": None}),
    ("- prints-nothing", "prints-nothing", {}),
    ("- exits: 3", "exits", {"code": 3, "or_serves": False}),
    ("- exits: 0\n  or: serves-on", "exits", {"code": 0, "or_serves": True}),
    ("- exits: nonzero", "exits", {"code": "nonzero", "or_serves": False}),
    ("- exits: any", "exits", {"code": "any", "or_serves": False}),
]

RECEIVES: list[tuple[str, Mapping[str, object]]] = [
    ("sent", {"what": "sent", "data": b"", "transform": None, "slowly": False}),
    ("sent\n  slowly: true", {"what": "sent", "data": b"", "transform": None, "slowly": True}),
    ("anything", {"what": "anything", "data": b"", "transform": None, "slowly": False}),
    ("{sent: upper}", {"what": "sent", "data": b"", "transform": "upper", "slowly": False}),
    ("{text: OK}", {"what": "literal", "data": b"OK", "transform": None, "slowly": False}),
    ('{hex: "4f4b"}', {"what": "literal", "data": b"OK", "transform": None, "slowly": False}),
]


@pytest.mark.parametrize(("steps", "name", "arguments"), SERVER_STEPS)
def test_a_step_becomes_its_arguments(steps: str, name: str, arguments: Mapping[str, object]) -> None:
    """Each way of writing a step has one meaning for the interpreter."""
    end = "" if "exits" in steps else "\n- exits: any"
    written = [step for step in steps_of(steps + end) if step.name == name]
    assert written[0] == Step(name=name, arguments=arguments)


@pytest.mark.parametrize(("what", "arguments"), RECEIVES)
def test_a_receive_becomes_its_arguments(what: str, arguments: Mapping[str, object]) -> None:
    """What has to arrive: what was sent, that changed, given bytes, or anything."""
    steps = steps_of(f"- connect\n- send: {{text: ok}}\n- receive: {what}\n- exits: 0")
    assert steps[2] == Step(name="receive", arguments=arguments)


def test_prints_may_say_the_wording() -> None:
    """The wording is for rubrics that demand it; the content counts otherwise."""
    steps = steps_of('- accept\n- send: {text: a}\n- prints: sent\n  wording: "Got {text}"', "client", "client.a")
    assert steps[2].arguments == {"what": "sent", "data": b"", "wording": "Got {text}"}


def test_a_client_conversation() -> None:
    """The steps that only a client's conversation has."""
    names = [step.name for step in steps_of("- nobody-listens\n- fails-visibly", "client", "client.a")]
    assert names == ["nobody-listens", "fails-visibly"]
    assert [step.name for step in steps_of("- connects\n- exits: 0", "client", "client.a")] == ["connects", "exits"]


def test_a_pair_says_whose_output_it_means() -> None:
    """In a pair, `client:` and `server:` stand before the expectation."""
    steps = "- relay\n- client: {prints: {text: HI}}\n- server: {exits: 0, or: serves-on}\n- client: prints-nothing"
    read = steps_of(steps, "{server: student, client: student}", "pair.a")
    assert [(step.name, step.who) for step in read] == [
        ("relay", None),
        ("prints", "client"),
        ("exits", "server"),
        ("prints-nothing", "client"),
    ]
    assert read[1].arguments == {"what": "literal", "data": b"HI", "wording": None}


def test_a_server_may_be_connected_to_twice() -> None:
    """After `close`, another connection may begin: a server that serves on."""
    steps = "- connect\n- close\n- connect\n- send: {text: a}\n- receive: sent"
    assert [step.name for step in steps_of(steps)].count("connect") == 2


# --- what is wrong, one at a time -----------------------------------------------------------------------------------

LISTS_SERVER = "`listens`, `connect`, `send`, `receive`, `half-close`, `close`, `reset`, `pause`, `prints`, `prints-nothing` {} `exits`."
SEND_FORMS = "`{text: …}` or `{hex: …}` or `{random: …}` or `{random-text: …}` or `{repeat: …, times: …}`."

WRONG_STEPS: list[tuple[str, int, str]] = [
    (
        "- recieve: sent",
        15,
        f"step 1: unknown step `recieve`. Did you mean `receive`? Write {LISTS_SERVER.format('or')}",
    ),
    ("- 5", 15, f"step 1: `5` is no step. Write {LISTS_SERVER.format('or')}"),
    ("- {}", 15, f"step 1: an empty entry is no step. Write {LISTS_SERVER.format('or')}"),
    ("- [a]", 15, f"step 1: a list is no step. Write {LISTS_SERVER.format('or')}"),
    (
        "- accept",
        15,
        f"step 1 (`accept`): it is no step of a server check. Did you mean `connect`? Its steps are {LISTS_SERVER.format('and')}",
    ),
    ("- connect: 5", 15, "step 1 (`connect`): `connect` takes no argument. Write only `- connect`."),
    ("- connect\n- send", 16, "step 2 (`send`): `send` needs an argument. Write e.g. `send: {text: Hello}`."),
    ("- connect\n- send: Hello", 16, f"step 2 (`send`): `send` is `Hello`; expected {SEND_FORMS}"),
    (
        "- connect\n- send: {hex: 0g}",
        16,
        'step 2 (`send`): `send.hex` is `0g`; expected pairs of hexadecimal digits in quotes, such as `"00 ff"`, '
        'e.g. `hex: "00 ff"`.',
    ),
    (
        '- connect\n- send: {hex: "00\\u00a0ff"}',
        16,
        "step 2 (`send`): `send.hex` is '00\\xa0ff'; expected pairs of hexadecimal digits in quotes, such as `\"00 ff\"`, "
        'e.g. `hex: "00 ff"`.',
    ),
    (
        "- connect\n- send: {text: 12}",
        16,
        'step 2 (`send`): `send.text` is `12`; expected text, e.g. `text: "Hello, world"`. Put it in quotes: `"12"`.',
    ),
    (
        "- connect\n- send: {random: 9, wiht: ff}",
        16,
        "step 2 (`send`): unknown key `wiht` in `send`. Did you mean `with`? Keys here are `random` and `with`.",
    ),
    (
        "- connect\n- send: {random: 9, with: xx}",
        16,
        'step 2 (`send`): `send.with` is `xx`; expected pairs of hexadecimal digits in quotes, such as `"00 ff"`, '
        'e.g. `with: "00 ff 0a"`.',
    ),
    (
        '- connect\n- send: {random: 1, with: "00 01"}',
        16,
        "step 2 (`send`): `with` stands at both ends. Raise `random` to 4 or more.",
    ),
    (
        '- connect\n- send: {random: 3, with: "00 01"}',
        16,
        "step 2 (`send`): `with` stands at both ends. Raise `random` to 4 or more.",
    ),
    (
        "- connect\n- prints: reply",
        16,
        "step 2 (`prints`): `reply` is what the server of a pair answered its client. Write `sent`, or give the text.",
    ),
    (
        "- connect\n- send: {random: 4194305}",
        16,
        "step 2 (`send`): `send.random` is `4194305`; expected a whole number from 1 to 4194304, e.g. `random: 64`.",
    ),
    (
        "- connect\n- send: {repeat: abcde, times: 1000000}",
        16,
        "step 2 (`send`): `send` makes more than 4194304 bytes. Send less.",
    ),
    (
        "- connect\n- send: {text: a}\n  split: 0",
        17,
        "step 2 (`send`): `split` is `0`; expected a whole number from 1 to 4194304, e.g. `split: 5`.",
    ),
    (
        "- connect\n- send: {text: a}\n  spilt: 1",
        17,
        "step 2 (`send`): unknown key `spilt`. Did you mean `split`? Keys here are `send` and `split`.",
    ),
    (
        "- connect\n- send: {text: a}\n  receive: sent",
        16,
        "step 2: `send` and `receive` are two steps. Begin the second with `- `.",
    ),
    (
        "- send: {text: a}",
        15,
        "step 1 (`send`): there is no connection yet. Put `connect` (a server) or `accept` (a client) before it.",
    ),
    (
        "- connect\n- receive: sent",
        16,
        "step 2 (`receive`): `sent` is what the grader sent last, and it has sent nothing yet. Put `send` before it.",
    ),
    (
        "- connect\n- receive: {sent: upper}",
        16,
        "step 2 (`receive`): `sent` is what the grader sent last, and it has sent nothing yet. Put `send` before it.",
    ),
    (
        "- connect\n- prints: sent",
        16,
        "step 2 (`prints`): `sent` is what the grader sent last, and it has sent nothing yet. Put `send` before it.",
    ),
    (
        "- connect\n- receive: snet",
        16,
        "step 2 (`receive`): `receive` is `snet`; expected `sent` or `anything` or `{text: …}` or `{hex: …}` or "
        "`{sent: …}`. Did you mean `sent`?",
    ),
    (
        "- connect\n- close\n- send: {text: a}",
        17,
        "step 3 (`send`): the connection is closed. Move it before `close` or `reset`.",
    ),
    (
        "- connect\n- half-close\n- send: {text: a}",
        17,
        "step 3 (`send`): the grader has sent its last byte. Move it before `half-close`.",
    ),
    (
        "- connect\n- connect",
        16,
        "step 2 (`connect`): it does not fit while a connection is open. Move it to the beginning, or put `close` "
        "before it.",
    ),
    (
        "- connect\n- exits: 0\n- close",
        17,
        "step 3 (`close`): the program has ended by then. Move it before `exits`.",
    ),
    (
        "- exits: 256",
        15,
        "step 1 (`exits`): `exits` is `256`; expected a whole number from 0 to 255 or `nonzero` or `any`.",
    ),
    (
        "- exits: 0\n  or: serve-on",
        16,
        "step 1 (`exits`): `or` is `serve-on`; expected `serves-on`, e.g. `or: serves-on`. Did you mean `serves-on`?",
    ),
    (
        "- pause: 6",
        15,
        "step 1 (`pause`): `pause` is `6`; expected a number above 0 and at most 5, e.g. `pause: 0.5`.",
    ),
    (
        '- prints: client-address\n  wording: "By {adress}"',
        15,
        "step 1 (`prints`): `wording` may hold `{address}` here, and no other braces.",
    ),
    (
        "- prints: client-address\n  wording: Connected",
        15,
        "step 1 (`prints`): `wording` does not say where the content goes. Put `{address}` there.",
    ),
    ("- client: {exits: 0}", 15, "step 1 (`exits`): `client:` is for pairs. Write the step itself, `- exits`."),
]


@pytest.mark.parametrize(("steps", "line", "message"), WRONG_STEPS)
def test_a_wrong_step_is_named(steps: str, line: int, message: str) -> None:
    """Check, step, what is wrong with it, and what to write."""
    assert problems(conversation(steps)) == [f"rubric.yaml, line {line}: check `server.a`, {message}"]


def test_a_conversation_that_expects_nothing() -> None:
    """A check that any program passes is a slip; receiving anything at all expects nothing."""
    message = "the conversation expects nothing, so that any program passes. Add a step such as `exits: 0`."
    expected = [f"rubric.yaml, line 15: check `server.a`: {message}"]
    assert problems(conversation("- connect")) == expected
    assert problems(conversation("- connect\n- receive: anything")) == expected


WRONG_CLIENT_STEPS: list[tuple[str, int, str]] = [
    (
        "- connect",
        15,
        "step 1 (`connect`): it is no step of a client check. Did you mean `accept`? Its steps are `connects`, "
        "`accept`, `nobody-listens`, `fails-visibly`, `send`, `receive`, `half-close`, `close`, `reset`, `pause`, "
        "`prints`, `prints-nothing` and `exits`.",
    ),
    (
        "- fails-visibly",
        15,
        "step 1 (`fails-visibly`): nothing has failed yet. Put `nobody-listens` before it.",
    ),
    (
        "- nobody-listens\n- accept",
        16,
        "step 2 (`accept`): after `nobody-listens` there is no connection. Write `fails-visibly`, `exits` or `prints`.",
    ),
    (
        "- exits: 0\n  or: serves-on",
        15,
        "step 1 (`exits`): `or: serves-on` is for servers; a client serves nobody. Remove it.",
    ),
    (
        "- prints: client-address",
        15,
        "step 1 (`prints`): `client-address` is for checks with `run: server`. Give the text, e.g. "
        "`prints: {text: Hello}`.",
    ),
    (
        "- accept\n- prints: reply",
        16,
        "step 2 (`prints`): `reply` is what the server of a pair answered its client. Write `sent`, or give the text.",
    ),
]


@pytest.mark.parametrize(("steps", "line", "message"), WRONG_CLIENT_STEPS)
def test_a_wrong_step_of_a_client_is_named(steps: str, line: int, message: str) -> None:
    """A client's conversation has steps of its own."""
    expected = [f"rubric.yaml, line {line}: check `client.a`, {message}"]
    assert problems(conversation(steps, "client", "client.a")) == expected


WRONG_PAIR_STEPS: list[tuple[str, int, str]] = [
    ("- client: {exits: 0}", 15, "step 1 (`exits`): a pair begins with `relay`. Put it before this step."),
    (
        "- relay\n- client: {exits: 0}\n- relay",
        17,
        "step 3 (`relay`): a pair has one `relay`, at its beginning. Remove it.",
    ),
    ("- client: relay", 15, "step 1 (`relay`): it concerns both programs. Write only `- relay`."),
    (
        "- relay\n- exits: 0",
        16,
        "step 2 (`exits`): say whose it is: `- client: {exits: …}` or `- server: {exits: …}`.",
    ),
    (
        "- relay\n- client: {send: {text: a}}",
        16,
        "step 2 (`send`): it is no step of a pair check. Its steps are `relay`, `prints`, `prints-nothing` and `exits`.",
    ),
    (
        "- relay\n- client: {exits: 0}\n  or: serves-on",
        16,
        "step 2: `client:` holds one step and stands alone. Indent what follows it, or begin it with `- `.",
    ),
]


@pytest.mark.parametrize(("steps", "line", "message"), WRONG_PAIR_STEPS)
def test_a_wrong_step_of_a_pair_is_named(steps: str, line: int, message: str) -> None:
    """A pair has one relay and then says what it expects of whom."""
    text = conversation(steps, "{server: student, client: student}", "pair.a")
    assert problems(text) == [f"rubric.yaml, line {line}: check `pair.a`, {message}"]


def test_a_pair_cannot_print_what_the_grader_sent() -> None:
    """In a pair the grader sends nothing of its own."""
    text = conversation("- relay\n- client: {prints: sent}", "{server: student, client: student}", "pair.a")
    assert problems(text)[0] == (
        "rubric.yaml, line 16: check `pair.a`, step 2 (`prints`): `sent` has no meaning in a pair: the grader sends "
        "nothing. Write `prints: reply`, or give the text."
    )


def test_only_the_client_of_a_pair_prints_the_reply() -> None:
    """It is the client that is answered."""
    pair = ("{server: student, client: student}", "pair.a")
    rubric = parse(conversation("- relay\n- client: {prints: reply}", *pair))
    assert rubric.checks[0].conversation[1] == Step(
        name="prints", arguments={"what": "reply", "data": b"", "wording": None}, who="client"
    )
    (problem,) = problems(conversation("- relay\n- server: {prints: reply}", *pair))
    assert "step 2 (`prints`): `reply` is what the client was answered. Write it under `client`" in problem


def test_payloads_are_bounded_together() -> None:
    """Many steps of the largest size would fill the memory of the machine that only reads a rubric."""
    steps = "- connect\n" + "- send: {repeat: abcd, times: 1048576}\n" * 17 + "- exits: 0"
    assert problems(conversation(steps)) == [
        "rubric.yaml, line 32: check `server.a`, step 18 (`send`): the rubric sends more than 67108864 bytes by now. Send less."
    ]


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
        "line 15: check `server.a`: `hint` is empty; expected text, e.g. `hint: Loop over recv; use sendall.`.",
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
        "line 1: a rubric uses no tags. Remove the word that begins with `!`.",
    ),
    (
        "title: Upper-casing",
        "title: *name",
        "line 1: `*name` stands for nothing. Put `&name` before the entry it means.",
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
        "line 1: this is not YAML: here is a colon followed by a blank. Put the text in quotes; "
        "or, where the colon ends a key, look at the indentation of this line and of the one above.",
    ),
    ("title: Upper-casing", "title:\n\tUpper-casing", "line 2: this is not YAML: here is a tab. Indent with spaces."),
    (
        "title: Upper-casing",
        "title: @all",
        "line 1: this is not YAML: a text cannot begin with `@`. Put it in quotes.",
    ),
    (
        "title: Upper-casing",
        "title: [a\nb: c",
        f"line 2: this is not YAML: expected ',' or ']', but got ':'. {LOOK}",
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
        "rubric.yaml, line 1: `*a` stands for nothing. Put `&a` before the entry it means."
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
    node, places = tree, []

    def collect(inner: object) -> None:
        for key, value in inner.items() if isinstance(inner, dict) else enumerate(inner):  # type: ignore[arg-type]
            places.append((inner, key))
            if isinstance(value, dict | list):
                collect(value)

    collect(node)
    parent, key = data.draw(st.sampled_from(places))
    parent[key] = data.draw(VALUES)
    parse_or_refuse(yaml.safe_dump(tree, allow_unicode=True))


# --- the papers -----------------------------------------------------------------------------------------------------


def keys_of(schema: object) -> set[str]:
    """Every key that a JSON Schema knows."""
    if isinstance(schema, list):
        return set().union(*map(keys_of, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return set(own if isinstance(own, dict) else {}).union(*map(keys_of, schema.values()))


def test_the_json_schema_for_editors_is_up_to_date() -> None:
    """`python -m grader.rubric > docs/rubric.schema.json` writes it anew."""
    stored = (ROOT / "docs" / "rubric.schema.json").read_text(encoding="utf-8")
    assert stored == json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_json_schema_describes_every_key() -> None:
    """An editor shows a sentence for each key."""
    definitions = [json_schema(), *json_schema()["$defs"].values()]
    undescribed = [
        key
        for one in definitions
        for key, value in one.get("properties", {}).items()
        if not {"description", "anyOf", "$ref"} & set(value)
    ]
    assert undescribed == []


def test_every_key_and_step_is_documented() -> None:
    """docs/rubric.md names each of them in code quotes."""
    text = (ROOT / "docs" / "rubric.md").read_text(encoding="utf-8")
    known = keys_of(json_schema()) | set(STEPS)
    assert [name for name in sorted(known) if not re.search(rf"`{name}[`:]", text)] == []


def test_the_second_assignment_of_the_documentation_is_a_rubric() -> None:
    """What instructors copy has to work."""
    page = (ROOT / "docs" / "rubric.md").read_text(encoding="utf-8")
    text = page.split("```yaml\n")[-1].split("```")[0]
    rubric = parse_rubric(text, name="docs/rubric.md", read_reference=lambda path: "pass\n")
    assert [one.id for one in rubric.checks] == ["server.listens", "server.upper-cases"]


def test_the_added_check_of_the_documentation_is_a_check() -> None:
    """The same of the page's example of a check, and of its question."""
    page = (ROOT / "docs" / "rubric.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in page.split("```yaml\n")[1:]]
    added = next(block for block in blocks if "answers-after-half-close" in block).replace(
        "server.echoes-text", "server.a"
    )
    questions = next(block for block in blocks if block.startswith("lexicon:"))
    text = rubric_text(check(points=3), textwrap.indent(added, "  "), points=20, questions=questions)
    rubric = parse_rubric(text, name="page", read_reference=read_reference, check_pattern=check_pattern)
    assert (rubric.checks[1].id, rubric.questions[0].id) == ("server.answers-after-half-close", "q1")

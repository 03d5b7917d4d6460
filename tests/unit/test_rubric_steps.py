"""Steps of a conversation in rubric.yaml: what each becomes, and what is told about every slip in one."""

# ruff: noqa: E501  messages stand in one piece, as they are printed

from __future__ import annotations

from collections.abc import Mapping

import pytest
from rubrics import conversation, parse, problems, steps_of

from grader.conversation import MOST_AS_RECEIVED
from grader.model import Step

# --- steps ----------------------------------------------------------------------------------------------------------

NO_SEND = {"data": b"", "size": 0, "with": b"", "split": None, "as_received": False}

SERVER_STEPS: list[tuple[str, str, Mapping[str, object]]] = [
    ("- connect", "connect", {}),
    ("- listens", "listens", {}),
    ("- connect\n- send: {text: hé}", "send", {**NO_SEND, "kind": "text", "data": b"h\xc3\xa9", "size": 3}),
    ('- connect\n- send: {hex: "00 Ff\n  0a"}', "send", {**NO_SEND, "kind": "hex", "data": b"\0\xff\n", "size": 3}),
    ("- connect\n- send: {random: 64}\n  split: 5", "send", {**NO_SEND, "kind": "random", "size": 64, "split": 5}),
    ('- connect\n- send: {random: 9, with: "0d0a"}', "send", {**NO_SEND, "kind": "random", "size": 9, "with": b"\r\n"}),
    ('- connect\n- send: {random: 4, with: "0d0a"}', "send", {**NO_SEND, "kind": "random", "size": 4, "with": b"\r\n"}),
    (
        '- connect\n- send: {random-text: 8, with: "00"}',
        "send",
        {**NO_SEND, "kind": "random-text", "size": 8, "with": b"\0"},
    ),
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


def test_an_answer_may_be_what_the_client_has_sent_or_as_long_as_that() -> None:
    """Only the run can tell, so only the form of it stands in the step."""
    steps = steps_of("- accept\n- receive: anything\n- send: received\n- exits: 0", "client", "client.a")
    assert steps[2].arguments == {**NO_SEND, "kind": "received", "as_received": True}
    steps = steps_of(
        "- accept\n- receive: anything\n- send: {random-text: received}\n- prints: sent", "client", "client.a"
    )
    assert steps[2].arguments == {**NO_SEND, "kind": "random-text", "size": MOST_AS_RECEIVED, "as_received": True}


@pytest.mark.parametrize("what", ["received", "{random-text: received}"])
def test_a_server_is_not_sent_what_was_received(what: str) -> None:
    """It is the one that answers."""
    (said,) = problems(conversation(f"- connect\n- send: {what}\n- exits: 0"))
    assert "`received` is what a client has sent. Give the bytes for a server" in said


def test_what_stands_at_both_ends_needs_a_length_that_is_known() -> None:
    """The answer is cut to the length of the message."""
    steps = '- accept\n- receive: anything\n- send: {random-text: received, with: "00"}\n- exits: 0'
    (said,) = problems(conversation(steps, "client", "client.a"))
    assert "Give `random-text` a number, or remove `with`." in said


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
SEND_FORMS = (
    "`received` or `{text: …}` or `{hex: …}` or `{random: …}` or `{random-text: …}` or `{repeat: …, times: …}`."
)

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
    (
        "- connect\n- send: Hello",
        16,
        f'step 2 (`send`): `send` is `Hello`; expected {SEND_FORMS} A text is written `{{text: "Hello"}}`.',
    ),
    (
        "- connect\n- send: {text:Hello}",
        16,
        f"step 2 (`send`): `send` is keys with values; expected {SEND_FORMS} Put a blank behind the colon of `text:`.",
    ),
    (
        "- connect\n- send: {text: a}\n- receive: upper",
        17,
        "step 3 (`receive`): `receive` is `upper`; expected `sent` or `anything` or `{text: …}` or `{hex: …}` or "
        "`{sent: …}`. Did you mean `{sent: upper}`?",
    ),
    (
        r"- connect" "\n" r"- receive: {text: READY\n}",
        16,
        r"step 2 (`receive`): `\n` is a backslash and a letter or digit here; it means more in double quotes only. Write "
        r'`"READY\n"`. For a backslash itself write two of them there.',
    ),
    (
        r"- connect" "\n" r"- send: {repeat: 'a\x00', times: 3}" "\n- exits: 0",
        16,
        r"step 2 (`send`): `\x00` is a backslash and a letter or digit here; it means more in double quotes only. Write "
        r'`"a\x00"`. For a backslash itself write two of them there.',
    ),
    (
        "- connect\n- exits: 0\n- or: serves-on",
        17,
        "step 3: `or` is no step, but belongs to `exits`. Indent it as the word `exits`, without a dash.",
    ),
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
        '- connect\n- send: {random-text: 3, with: "00 01"}',
        16,
        "step 2 (`send`): `with` stands at both ends. Raise `random-text` to 4 or more.",
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


def test_a_conversation_connects_no_more_often_than_the_grader_has_ports() -> None:
    """Each connection comes from one of its own."""
    parse(conversation("- connect\n- close\n" * 8 + "- exits: 0"))
    (said,) = problems(conversation("- connect\n- close\n" * 9 + "- exits: 0"))
    assert said.endswith("check `server.a`: the conversation connects 9 times. Connect at most 8 times.")

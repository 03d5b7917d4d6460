"""The check language: what each step makes the peer do, and which checks are judged by one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cases
import pytest
from cases import GREETING, a_check, a_pair, a_rubric, exits, prints, receive, send, send_random, step

from grader.conversation import Action, PlannedRun, joined, payload, plan, script
from grader.model import Check, Rubric, Step
from grader.rubric import load_rubric

ROOT = Path(__file__).parents[2]


def kinds(check: Check) -> list[str]:
    return [action.kind for action in script(check, "seed").actions]


def due(check: Check) -> list[tuple[str, int]]:
    """Each expectation's kind, and after which action it is due."""
    return [(one.kind, one.action) for one in script(check, "seed").expectations]


def shared(*checks: Check) -> list[list[str]]:
    """Which checks share a run, in the order of the runs."""
    return [sorted(run.scripts) for run in plan(a_rubric(*checks), "seed")]


def names(*checks: Check) -> dict[str, str]:
    """Check id -> name of its run."""
    return {check: run.name for run in plan(a_rubric(*checks), "seed") for check in run.scripts}


# --- steps become actions and expectations ----------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["connect", "accept", "nobody-listens", "half-close", "reset", "relay"])
def test_a_plain_step_is_an_action_of_that_name(word: str) -> None:
    """What the peer does by one word, it does once."""
    assert kinds(a_check("server.x", word, exits())) == [word]


@pytest.mark.parametrize("word", ["listens", "prints-nothing", "fails-visibly"])
def test_a_step_that_only_expects_makes_the_peer_do_nothing(word: str) -> None:
    """An expectation is judged afterwards, by the record."""
    check = a_check("server.x", word)
    assert kinds(check) == []
    assert due(check) == [(word, -1)]


def test_expectations_are_due_after_the_action_before_them() -> None:
    """Each expectation knows where in the conversation it stands."""
    check = a_check("server.x", "listens", "connect", prints("client-address"), send(), receive(), exits())
    assert due(check) == [("listens", -1), ("prints", 0), ("receive", 2), ("exits", 2)]


def test_a_receive_is_both_an_action_and_an_expectation() -> None:
    """The peer waits for the bytes, and they have to be the right ones."""
    mine = script(a_check("server.x", "connect", send(b"abc"), receive()), "seed")
    assert mine.actions[-1] == Action(kind="receive", count=3)
    assert (mine.expectations[-1].data, mine.expectations[-1].sent) == (b"abc", b"abc")


@pytest.mark.parametrize(
    ("transform", "expected"),
    [("upper", b"ABC-1"), ("lower", b"abc-1"), ("swapcase", b"AbC-1"), ("reversed", b"1-cBa")],
)
def test_what_was_sent_may_be_expected_changed(transform: str, expected: bytes) -> None:
    """A server that does something else than echo is a line in the rubric."""
    mine = script(a_check("server.x", "connect", send(b"aBc-1"), receive("sent", transform=transform)), "seed")
    assert mine.expectations[0].data == expected


def test_a_literal_is_expected_whatever_was_sent() -> None:
    """`receive: {text: OK}` waits for two bytes."""
    mine = script(a_check("server.x", "connect", send(), receive(b"OK")), "seed")
    assert (mine.actions[-1].count, mine.expectations[-1].data) == (2, b"OK")


def test_anything_is_awaited_from_a_server_up_to_the_length_of_what_was_sent() -> None:
    """An echo is complete then; a client's first message has no length that one could know."""
    server = script(a_check("server.x", "connect", send(b"12345"), receive("anything")), "seed")
    banner = script(a_check("server.x", "connect", receive("anything")), "seed")
    client = script(a_check("client.x", "accept", send(b"12345"), receive("anything")), "seed")
    assert [one.actions[-1].count for one in (server, banner, client)] == [5, None, None]


def test_sent_means_what_was_sent_last() -> None:
    """The second answer is compared with the second message."""
    mine = script(a_check("server.x", "connect", send(b"one"), receive(), send(b"second"), receive()), "seed")
    assert [one.data for one in mine.expectations] == [b"one", b"second"]


def test_how_to_send_and_read_reaches_the_peer() -> None:
    """Pieces, slow reading and pauses are the peer's business."""
    mine = script(
        a_check("server.x", "connect", send(split=5), step("pause", seconds=0.5), receive(slowly=True)), "seed"
    )
    assert mine.actions[1].split == 5
    assert mine.actions[2] == Action(kind="pause", seconds=0.5)
    assert mine.actions[3].slowly


def test_connects_accepts_the_connection_where_nothing_else_has() -> None:
    """`connects` alone is a whole conversation; after `accept` it only expects."""
    assert kinds(a_check("client.x", "connects")) == ["accept"]
    assert kinds(a_check("client.x", "accept", "connects")) == ["accept"]


def test_a_client_is_closed_where_its_conversation_says_so() -> None:
    """It may wait for that; without the word it is the client that closes first."""
    assert kinds(a_check("client.x", "accept", send(), "close", exits())) == ["accept", "send", "close"]
    assert kinds(a_check("client.x", "accept", send(), exits())) == ["accept", "send"]


def test_a_close_at_the_end_of_a_servers_conversation_is_what_happens_anyway() -> None:
    """Each of them ends with a close, so saying it makes no other run."""
    assert kinds(a_check("server.x", "connect", send(), receive(), "close", exits())) == ["connect", "send", "receive"]
    assert kinds(a_check("server.x", "connect", "close", "connect", send(), receive())) == [
        "connect",
        "close",
        "connect",
        "send",
        "receive",
    ]


def test_in_a_pair_a_step_says_whose_it_is() -> None:
    """The client's output and the server's end are told apart."""
    mine = script(a_pair("pair.x", prints(b"hi", who="client"), exits(who="server")), "seed")
    assert [one.who for one in mine.expectations] == ["client", "server"]


@pytest.mark.parametrize("last", [exits(), step("prints-nothing"), step("fails-visibly")])
def test_only_what_is_said_of_the_end_waits_for_the_end(last: object) -> None:
    """A program that serves on need not be waited for when nobody asks how it ends."""
    assert script(a_check("server.x", "connect", last), "seed").awaits_exit  # type: ignore[arg-type]
    assert not script(a_check("server.x", "listens", "connect", send(), receive(), prints()), "seed").awaits_exit


# --- payloads ---------------------------------------------------------------------------------------------------------


def sent(check: Check, seed: str) -> list[bytes]:
    return [action.data for action in script(check, seed).actions if action.kind == "send"]


@pytest.mark.parametrize("kind", ["random", "random-text"])
def test_random_payloads_follow_from_the_seed(kind: str) -> None:
    """Grading the same work twice sends the same bytes; other work gets others."""
    check = a_check("server.x", "connect", send_random(64, kind=kind))
    assert sent(check, "one") == sent(check, "one")
    assert sent(check, "one") != sent(check, "two")
    assert len(sent(check, "one")[0]) == 64


def test_a_seed_gives_the_same_bytes_for_ever() -> None:
    """Payloads of stored records can be made again by a later version on another machine."""
    assert payload({"kind": "random-text", "size": 12}, "seed") == b"gWLJMJtpgbC8"
    assert payload({"kind": "random", "size": 8}, "seed").hex() == "fe6e6323a29f130f"


def test_the_second_message_differs_from_the_first() -> None:
    """A server that repeats its first answer is seen."""
    first, second = sent(a_check("server.x", "connect", send_random(32), send_random(32)), "seed")
    assert first != second


def test_server_and_client_are_sent_different_bytes() -> None:
    """What one half was sent says nothing about the other."""
    server, client = a_check("server.x", "connect", send_random(32)), a_check("client.x", "accept", send_random(32))
    assert sent(server, "seed") != sent(client, "seed")


def test_awkward_bytes_stand_at_both_ends_of_a_random_payload() -> None:
    """A blank or a newline is most often lost at an end."""
    data = payload({"kind": "random", "size": 64, "with": b"\x00\n "}, "seed")
    assert (data[:3], data[-3:], len(data)) == (b"\x00\n ", b"\x00\n ", 64)


@pytest.mark.parametrize("kind", ["random", "random-text"])
@pytest.mark.parametrize("size", [6, 7, 64])
def test_a_random_payload_is_as_long_as_the_rubric_says(size: int, kind: str) -> None:
    """What stands at both ends is part of it; the shortest one is nothing else."""
    data = payload({"kind": kind, "size": size, "with": b"\x00\n "}, "seed")
    assert len(data) == size
    assert data.startswith(b"\x00\n ")
    assert data.endswith(b"\x00\n ")


@pytest.mark.parametrize("size", [256 + 6, 300, 4000])
def test_random_bytes_have_every_value_where_there_is_room(size: int) -> None:
    """A server that stops at a certain byte fails for every hand-in, and not for those to whom it happened to fall."""
    for seed in ("one", "two"):
        data = payload({"kind": "random", "size": size, "with": b"\x00\n "}, seed)
        assert len(data) == size
        assert set(data[3:-3]) == set(range(256))


def test_nothing_in_64_kib_hangs_on_where_it_is_cut(shipped: Rubric) -> None:
    """A server that strips each piece, or decodes it, gets the same verdict wherever recv happens to cut; and one that
    is right only as long as every buffer is full meets one that is not, before."""
    (large,) = (check for check in shipped.checks if check.id == "server.echoes-large")
    short, long = (action.data for action in script(large, "seed").actions if action.kind == "send")
    assert all(len(data) % size for data in (short, long) for size in range(2, 1 << 16) if size != len(data))
    assert len(long) > 1 << 16
    assert (short + long[1:-1]).isalnum()


def as_received(kind: str, size: int) -> Step:
    return step("send", None, kind=kind, data=b"", size=size, split=None, as_received=True, **{"with": b""})


def test_an_answer_of_the_messages_length_is_cut_by_the_run() -> None:
    """Until then it is as long as it can be; an echo is nothing at all. What is to be printed is what was answered."""
    check = a_check("client.x", "accept", receive("anything"), as_received("random-text", 4096), prints("sent"))
    made = script(check, "seed")
    assert (made.actions[2].answers, len(made.actions[2].data)) == ("length", 4096)
    assert [(one.answered, one.data) for one in made.expectations if one.kind == "prints"] == [(True, b"")]
    echo = script(a_check("client.x", "accept", receive("anything"), as_received("received", 0), exits()), "seed")
    assert (echo.actions[2].answers, echo.actions[2].data) == ("echo", b"")


def test_random_text_is_letters_and_digits() -> None:
    """It reads the same as text, as repr, and in every encoding."""
    assert payload({"kind": "random-text", "size": 500}, "seed").isalnum()


@pytest.mark.parametrize("kind", ["text", "hex", "repeat"])
def test_given_bytes_are_sent_as_they_are(kind: str) -> None:
    """The seed changes nothing about them."""
    assert payload({"kind": kind, "data": b"\xff\x00a", "size": 3}, "seed") == b"\xff\x00a"


# --- sharing a run ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Rubric:
    return load_rubric(ROOT / "rubric.yaml")


def test_the_runs_of_the_shipped_rubric(shipped: Rubric) -> None:
    """Fifteen checks are judged by ten runs, named by their half in the order of the rubric."""
    assert {run.name: sorted(run.scripts) for run in plan(shipped, "seed")} == {
        "server-1": ["server.announces", "server.echoes-text", "server.ends", "server.listens"],
        "server-2": ["server.echoes-bytes"],
        "server-3": ["server.echoes-messages"],
        "server-4": ["server.echoes-large"],
        "client-5": ["client.connects", "client.ends", "client.sends"],
        "client-6": ["client.prints-received"],
        "client-7": ["client.fails-visibly"],
        "pair-8": ["server.with-reference-client"],
        "pair-9": ["client.with-reference-server"],
        "pair-10": ["pair.own-two"],
    }


def test_every_check_has_exactly_one_run_and_its_own_script(shipped: Rubric) -> None:
    """No check is left out, none is judged twice, and sharing changes nothing of what it expects."""
    found = [(check, mine) for run in plan(shipped, "seed") for check, mine in run.scripts.items()]
    assert sorted(check for check, _ in found) == sorted(check.id for check in shipped.checks)
    for check in shipped.checks:
        assert dict(found)[check.id] == script(check, "seed")


def test_a_run_does_what_each_of_its_checks_asks_for(shipped: Rubric) -> None:
    """The actions of every check are how the run begins; only how long to wait may be settled by another."""
    for run in plan(shipped, "seed"):
        for mine in run.scripts.values():
            beginning = run.actions[: len(mine.actions)]
            assert [replace(one, count=None) for one in beginning] == [replace(one, count=None) for one in mine.actions]
        assert run.awaits_exit == any(mine.awaits_exit for mine in run.scripts.values())


def test_the_plan_of_a_submission_follows_from_its_seed(shipped: Rubric) -> None:
    """The same work is always met with the same conversations; other work is met with the same runs, other bytes."""
    assert plan(shipped, "one") == plan(shipped, "one")
    assert plan(shipped, "one") != plan(shipped, "two")
    assert payloads(plan(shipped, "one")) & payloads(plan(shipped, "two")) == {GREETING}
    assert [sorted(run.scripts) for run in plan(shipped, "one")] == [sorted(run.scripts) for run in plan(shipped, "b")]


def payloads(runs: Sequence[PlannedRun]) -> set[bytes]:
    """All that the peer says in some runs."""
    return {action.data for run in runs for action in run.actions if action.data}


def test_the_rubrics_own_seed_changes_every_random_payload(shipped: Rubric) -> None:
    """Whoever knows the hand-in alone cannot work out what will be sent; the runs and the checks stay the same."""

    def seeded(seed: str) -> tuple[PlannedRun, ...]:
        return plan(replace(shipped, options=replace(shipped.options, seed=seed)), "one")

    assert seeded("oak tree") == seeded("oak tree")
    assert seeded("") == plan(shipped, "one")
    assert payloads(seeded("oak tree")) & payloads(seeded("")) == {GREETING}
    assert payloads(seeded("oak tree")) & payloads(seeded("elm tree")) == {GREETING}
    assert [(run.name, sorted(run.scripts)) for run in seeded("oak tree")] == [
        (run.name, sorted(run.scripts)) for run in seeded("")
    ]


TEXT = a_check("server.text", "connect", send(), receive())
ANY = a_check("server.any", "connect", send(), receive("anything"))


def test_checks_that_begin_alike_share_a_run() -> None:
    """The longest conversation is played, and the shorter ones are judged by it."""
    announces = a_check("server.announces", "connect", prints("client-address"))
    assert shared(a_check("server.listens", "listens"), announces, TEXT) == [
        ["server.announces", "server.listens", "server.text"]
    ]


def test_waiting_for_a_number_of_bytes_serves_waiting_for_any() -> None:
    """A client's `receive: anything` joins one that knows how much is to come and does as much."""
    exact = a_check("client.sends", "accept", receive(b"Hello, world"), send())
    loose = a_check("client.ends", "accept", receive("anything"), send(), exits())
    (run,) = plan(a_rubric(exact, loose), "seed")
    assert [action.count for action in run.actions] == [None, 12, None]


def test_waiting_for_two_different_lengths_cannot_be_one_run() -> None:
    """Which of them should the peer wait for?"""
    assert len(shared(TEXT, a_check("server.ok", "connect", send(), receive(b"OK")))) == 2


@pytest.mark.parametrize(
    "other",
    [
        a_check("server.other", "connect", send(b"something else"), receive()),
        a_check("server.other", "connect", send(split=1), receive()),
        a_check("server.other", "connect", send(), receive(slowly=True)),
        a_check("server.other", "connect", step("pause", seconds=1), send(), receive()),
        a_check("server.other", "connect", "half-close", send(), receive()),
    ],
    ids=["other bytes", "in pieces", "slowly", "after a pause", "half-closed"],
)
def test_conversations_that_differ_are_played_apart(other: Check) -> None:
    """A different action is a different run."""
    assert len(shared(TEXT, other)) == 2


def test_a_check_of_silence_or_of_the_end_is_not_played_on() -> None:
    """What follows could make the program print, or end otherwise."""
    for last in (exits(), step("prints-nothing")):
        quiet = a_check("server.quiet", "connect", last)
        assert len(shared(quiet, TEXT)) == 2


def test_a_check_of_the_end_can_share_with_one_that_does_as_much() -> None:
    """`server.ends` and `server.echoes-text` differ in nothing that the peer does."""
    ends = a_check("server.ends", "connect", send(), receive("anything"), "close", exits())
    (run,) = plan(a_rubric(TEXT, ends), "seed")
    assert run.awaits_exit
    assert set(run.scripts) == {"server.text", "server.ends"}


@pytest.mark.parametrize(
    "more",
    [
        (send(b"again"), receive()),
        (send(b"again"), prints()),
        ("reset",),
        ("half-close", exits()),
        ("close", "connect", send(), receive()),
        (step("pause", seconds=1), prints(b"x")),
    ],
    ids=["another answer", "another message", "a reset", "a half-close", "another client", "a pause"],
)
def test_a_check_of_bytes_is_not_followed_by_anything(more: tuple[Step | str, ...]) -> None:
    """What is too much for it could be right for the longer one, or would never be seen."""
    assert len(shared(TEXT, a_check("server.more", "connect", send(), receive(), *more))) == 2
    assert len(shared(ANY, a_check("server.more", "connect", send(), receive("anything"), *more))) == 2
    assert joined(script(TEXT, "seed"), script(TEXT, "seed").actions) == script(TEXT, "seed").actions


def test_a_check_that_receives_nothing_can_be_played_on() -> None:
    """Whatever the program says after that is nothing to it."""
    announces = a_check("server.announces", "connect", prints("client-address"))
    for longer in (TEXT, a_check("server.two", "connect", send(), receive(), send(b"again"), receive())):
        assert len(shared(announces, longer)) == 1


def test_connecting_needs_somebody_who_listens() -> None:
    """A check without actions of its own does not join the run in which nobody listens."""
    nobody = a_check("client.refused", "nobody-listens", step("fails-visibly"))
    quiet = a_check("client.quiet", step("prints-nothing"))
    assert len(shared(nobody, quiet)) == 2
    assert joined(script(a_check("client.none"), "seed"), script(nobody, "seed").actions) is None


def test_other_players_are_another_run() -> None:
    """The student's server with the reference client is not the student's own two."""
    checks = [a_pair("pair.a", exits(who="client")), a_pair("server.b", exits(who="client"), client="reference")]
    assert len(shared(*checks)) == 2
    assert len(shared(checks[0], replace(checks[0], id="pair.c"))) == 1


def test_of_several_runs_the_one_that_adds_least_is_joined() -> None:
    """A check that only connects is judged by the shortest conversation that begins so."""
    announces = a_check("server.announces", "connect", prints("client-address"))
    long = a_check("server.long", "connect", send(b"1"), receive(), send(b"2"), receive())
    assert shared(long, TEXT, announces) == [["server.long"], ["server.announces", "server.text"]]


# --- names ------------------------------------------------------------------------------------------------------------


def test_runs_are_named_by_their_half_and_numbered_in_the_order_of_the_rubric() -> None:
    """Someone who reads the records finds the first check first."""
    checks = (TEXT, a_check("client.c", "connects"), a_pair("pair.p", exits(who="client")))
    assert names(*checks) == {"server.text": "server-1", "client.c": "client-2", "pair.p": "pair-3"}
    assert names(*reversed(checks)) == {"pair.p": "pair-1", "client.c": "client-2", "server.text": "server-3"}


BEFORE = (TEXT, a_check("server.bytes", "connect", send_random(64), receive()), a_check("client.c", "connects"))


@pytest.mark.parametrize(
    "added",
    [
        a_check("server.announces", "connect", prints("client-address")),
        a_check("server.two", "connect", send(), receive(), send(b"again"), receive()),
        a_check("client.sends", "accept", receive(b"Hello, world")),
        a_pair("pair.p", exits(who="client")),
    ],
    ids=lambda check: check.id,
)
def test_a_check_added_at_the_end_leaves_the_names_of_the_others(added: Check) -> None:
    """Whether it joins a run or makes one, the records of the others keep their names."""
    before = names(*BEFORE)
    after = names(*BEFORE, added)
    assert {check: after[check] for check in before} == before


def test_a_check_added_at_the_end_leaves_what_the_others_are_sent() -> None:
    """Payloads depend on the submission and on their place in the conversation, not on the rubric's other checks."""
    more = a_check("server.more", "connect", send_random(99), send_random(64), receive())
    before = {check: one for run in plan(a_rubric(*BEFORE), cases.SEED) for check, one in run.scripts.items()}
    after = {check: one for run in plan(a_rubric(*BEFORE, more), cases.SEED) for check, one in run.scripts.items()}
    assert {check: after[check] for check in before} == before


def test_a_rubric_without_checks_needs_no_run() -> None:
    """Questions alone are an assignment too."""
    assert plan(a_rubric(), "seed") == ()


def test_runs_do_not_share_their_scripts_by_accident() -> None:
    """A run is a value: making the next plan does not alter it."""
    first: tuple[PlannedRun, ...] = plan(a_rubric(TEXT), "seed")
    plan(a_rubric(TEXT, ANY), "seed")
    assert sorted(first[0].scripts) == ["server.text"]

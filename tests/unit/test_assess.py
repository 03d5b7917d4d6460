"""Observations from records: what a check that is needed, a missing file, or a fault of ours does to a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations

import cases
import pytest
from cases import (
    ECHO_CLIENT,
    ECHO_SERVER,
    SEED,
    Program,
    a_check,
    a_pair,
    a_rubric,
    exits,
    nothing,
    prints,
    receive,
    send,
)

from grader.assess import decode, is_echo, observe
from grader.conversation import plan
from grader.model import (
    UNOPENED,
    Check,
    Event,
    Note,
    Observation,
    Rubric,
    RunRecord,
    Socket,
    SourceFile,
    Submission,
    Verdict,
)

BOTH = {"server": "echo-server.py", "client": "echo-client.py"}


def a_submission(programs: Mapping[str, str] = BOTH, notes: tuple[Note, ...] = ()) -> Submission:
    files = tuple(SourceFile(path=path, data=b"print('hi')\n") for path in programs.values())
    return Submission(id="ada", digest=SEED, files=files, programs=programs, answers=None, notes=notes)


def record_all(
    rubric: Rubric, server: Program = ECHO_SERVER, client: Program = ECHO_CLIENT, **changes: object
) -> dict[str, RunRecord]:
    """The records of a submission with these two programs; `changes` are made in each."""
    records = {}
    programs = {"server": server, "client": client}
    for run in plan(rubric, SEED):
        if len(run.players) == 2:
            found = {f"{run.name}/{role}": one for role, one in cases.pair_records().items()}
        else:
            role = next(iter(run.players))
            found = {run.name: cases.simulate(run.actions, programs[role], role, awaits_exit=run.awaits_exit)}
        records.update({name: replace(one, **changes) for name, one in found.items()})  # type: ignore[arg-type]
    return records


def verdicts(observations: Mapping[str, Observation]) -> dict[str, str]:
    return {check: str(one.verdict) for check, one in observations.items()}


def seen(rubric: Rubric, server: Program = ECHO_SERVER, client: Program = ECHO_CLIENT) -> dict[str, str]:
    return verdicts(observe(a_submission(), rubric, record_all(rubric, server, client)))


LISTENS = a_check("server.listens", "listens")
ECHOES = a_check("server.echoes", "connect", send(), receive(), needs=("server.listens",))
ENDS = a_check("server.ends", "connect", send(), receive("anything"), exits(), needs=("server.echoes",))
CONNECTS = a_check("client.connects", "connects")
SENDS = a_check("client.sends", "accept", receive(b"Hello, world"), needs=("client.connects",))
CHAIN = a_rubric(LISTENS, ECHOES, ENDS, CONNECTS, SENDS)
DEAF = Program(sockets=())


def test_every_check_gets_an_observation_in_the_order_of_the_rubric() -> None:
    """All is well with the reference."""
    observations = observe(a_submission(), CHAIN, record_all(CHAIN))
    assert list(observations) == [check.id for check in CHAIN.checks]
    assert set(verdicts(observations).values()) == {"passed"}


# --- checks that are needed -------------------------------------------------------------------------------------------


def test_a_failed_check_skips_what_needs_it_and_nothing_else() -> None:
    """One fault is told once; the other half is not touched by it."""
    assert seen(CHAIN, Program(answers=nothing, at_eof=b"")) == {
        "server.listens": "passed",
        "server.echoes": "failed",
        "server.ends": "skipped",
        "client.connects": "passed",
        "client.sends": "passed",
    }


def test_what_needs_a_skipped_check_is_skipped() -> None:
    """And each names what stands directly in its way."""
    records = {name: replace(one, events=(), sockets=()) for name, one in record_all(CHAIN).items()}
    observations = observe(a_submission(), CHAIN, records)
    assert verdicts(observations)["server.ends"] == "skipped"
    assert "Does server.listens" in observations["server.echoes"].reason
    assert "Does server.echoes" in observations["server.ends"].reason


def test_a_needed_check_may_stand_later_in_the_rubric() -> None:
    """The order in which checks are written does not matter to their verdicts."""
    for order in permutations((LISTENS, ECHOES, ENDS)):
        observations = seen(a_rubric(*order), Program(answers=nothing))
        assert observations == {"server.listens": "passed", "server.echoes": "failed", "server.ends": "skipped"}


def test_one_of_several_needed_checks_is_enough_to_skip() -> None:
    """All of them have to have passed."""
    both = a_pair("pair.two", exits(who="client"))
    rubric = a_rubric(LISTENS, CONNECTS, replace(both, needs=("server.listens", "client.connects")))
    records = record_all(rubric)
    gone = next(name for name, one in records.items() if name.startswith("client"))
    records[gone] = replace(records[gone], events=(), dials=())
    observations = observe(a_submission(), rubric, records)
    assert verdicts(observations) == {
        "server.listens": "passed",
        "client.connects": "failed",
        "pair.two": "skipped",
    }
    assert "Does client.connects" in observations["pair.two"].reason


# --- follow-through ---------------------------------------------------------------------------------------------------


def test_a_wrong_address_costs_its_own_check_only() -> None:
    """Met where it really listens, a server is judged on everything else."""
    rubric = a_rubric(LISTENS, ECHOES, ENDS)
    there = Program(sockets=(Socket(protocol="tcp", host="127.0.0.1", port=5000, state="listen"),))
    observations = observe(a_submission(), rubric, record_all(rubric, there, port=5000))
    assert verdicts(observations) == {"server.listens": "failed", "server.echoes": "passed", "server.ends": "passed"}
    assert observations["server.listens"].followed
    assert not observations["server.echoes"].followed


def test_a_wrong_address_of_a_client_costs_its_own_check_only() -> None:
    """The same for the other half."""
    rubric = a_rubric(CONNECTS, SENDS)
    observations = observe(a_submission(), rubric, record_all(rubric, port=5000))
    assert verdicts(observations) == {"client.connects": "failed", "client.sends": "passed"}


def test_a_server_that_could_not_be_followed_skips_the_rest() -> None:
    """Without the option it is not met, and nothing more is known of it."""
    rubric = a_rubric(LISTENS, ECHOES, ENDS)
    records = {
        name: replace(
            one, events=(), sockets=(Socket(protocol="tcp", host="127.0.0.1", port=5000, state="listen"),), port=65432
        )
        for name, one in record_all(rubric).items()
    }
    assert verdicts(observe(a_submission(), rubric, records)) == {
        "server.listens": "failed",
        "server.echoes": "skipped",
        "server.ends": "skipped",
    }


# --- faults of ours ---------------------------------------------------------------------------------------------------


def broken(records: Mapping[str, RunRecord], run: str) -> dict[str, RunRecord]:
    changed = {name: replace(one, harness_error="bwrap: died") for name, one in records.items() if name.startswith(run)}
    assert changed
    return {**records, **changed}


def test_a_fault_of_ours_is_nobodys_failure() -> None:
    """Neither the check nor what needs it is failed or skipped, whatever else the record says."""
    observations = observe(a_submission(), CHAIN, broken(record_all(CHAIN, DEAF), "server-1"))
    assert [verdicts(observations)[check] for check in ("server.listens", "server.echoes", "server.ends")] == [
        "harness-error"
    ] * 3
    assert verdicts(observations)["client.sends"] == "passed"
    assert observations["server.listens"].staff_note == "bwrap: died"
    assert "bwrap" not in observations["server.listens"].reason + observations["server.listens"].next_step


def test_a_fault_of_ours_never_becomes_a_skip() -> None:
    """Of two needed checks one failed, one could not be made: the student may have deserved it."""
    other = a_check("server.other", "connect", send(b"other"), receive())
    last = a_check("server.last", "connect", exits(), needs=("server.echoes", "server.other"))
    first = replace(ECHOES, needs=())
    rubric = a_rubric(first, other, last)
    records = broken(record_all(rubric, Program(answers=nothing)), "server-2")
    assert verdicts(observe(a_submission(), rubric, records)) == {
        "server.echoes": "failed",
        "server.other": "harness-error",
        "server.last": "harness-error",
    }


def test_a_run_that_was_not_recorded_is_a_fault_of_ours() -> None:
    """There is nothing to judge by."""
    records = {name: one for name, one in record_all(CHAIN).items() if not name.startswith("client")}
    observations = verdicts(observe(a_submission(), CHAIN, records))
    assert (observations["client.connects"], observations["client.sends"]) == ("harness-error", "harness-error")
    assert observations["server.ends"] == "passed"


@pytest.mark.parametrize("side", ["server", "client"])
def test_either_side_of_a_pair_can_fail_by_our_fault(side: str) -> None:
    """A broken box of the reference is no fault of the student's either."""
    rubric = a_rubric(a_pair("pair.two", exits(who="client")))
    records = broken(record_all(rubric), f"pair-1/{side}")
    assert verdicts(observe(a_submission(), rubric, records)) == {"pair.two": "harness-error"}


# --- programs that were not handed in ---------------------------------------------------------------------------------


def without(role: str) -> dict[str, str]:
    return {one: path for one, path in BOTH.items() if one != role}


def test_a_missing_program_fails_what_is_about_it() -> None:
    """The other half is judged as ever, and the student is told the name of the file."""
    observations = observe(a_submission(without("server")), CHAIN, record_all(CHAIN))
    assert verdicts(observations) == {
        "server.listens": "failed",
        "server.echoes": "skipped",
        "server.ends": "skipped",
        "client.connects": "passed",
        "client.sends": "passed",
    }
    assert "echo-server.py" in observations["server.listens"].next_step
    assert observations["server.listens"].diagnosis == "no-program-missing"


def test_of_a_hand_in_that_could_not_be_opened_nothing_has_failed() -> None:
    """Nothing is known of its programs: every check is skipped, and none calls a program missing."""
    note = Note(code=UNOPENED, message="The archive `a.zip` is damaged.", needs_person=True)
    observations = observe(a_submission({}, (note,)), CHAIN, {})
    assert set(verdicts(observations).values()) == {"skipped"}
    assert len(observations) == len(CHAIN.checks)
    assert not any("echo-" in one.reason + one.next_step for one in observations.values())


def test_a_program_that_this_machine_may_not_read_is_a_fault_of_ours() -> None:
    """It lies there; that nobody found it would not be true."""
    notes = tuple(Note(code=code, message=f"{code}.", role="server") for code in ("missing", "closed"))
    observations = observe(a_submission(without("server"), notes), CHAIN, record_all(CHAIN))
    assert verdicts(observations) == {
        "server.listens": "harness-error",
        "server.echoes": "harness-error",
        "server.ends": "harness-error",
        "client.connects": "passed",
        "client.sends": "passed",
    }
    assert observations["server.listens"].staff_note.startswith("Files of this hand-in may not be read")


@pytest.mark.parametrize("code", ["missing", "ambiguous", "left-out"])
def test_what_was_noticed_about_the_file_is_the_reason(code: str) -> None:
    """Three files that could be the server are another matter than none."""
    note = Note(code=code, message="Which of a.py and b.py is your server?", role="server")
    other = Note(code="misnamed", message="Found as client.py.", role="client")
    observations = observe(a_submission(without("server"), (other, note)), a_rubric(LISTENS), {})
    one = observations["server.listens"]
    assert (one.verdict, one.reason, one.diagnosis) == (Verdict.FAILED, note.message, f"no-program-{code}")


def test_a_reference_program_need_not_be_handed_in() -> None:
    """A pair with the reference only asks for the student's own half."""
    met = a_pair("server.with-reference", exits(who="client"), client="reference")
    own = a_pair("pair.own", exits(who="client"))
    rubric = a_rubric(met, own)
    observations = observe(a_submission(without("client")), rubric, record_all(rubric))
    assert verdicts(observations) == {"server.with-reference": "passed", "pair.own": "failed"}
    assert observations["pair.own"].diagnosis == "no-program-missing"


# --- what is said -----------------------------------------------------------------------------------------------------


def test_a_failed_check_says_why_and_what_to_try() -> None:
    """Every message ends in a next step."""
    for check in (ECHOES, SENDS, replace(LISTENS, needs=())):
        rubric = a_rubric(replace(check, needs=()))
        quiet = replace(ECHO_CLIENT, greets=b"")
        one = observe(a_submission(), rubric, record_all(rubric, replace(DEAF, answers=nothing), quiet, events=()))
        told = one[check.id]
        assert told.verdict is Verdict.FAILED
        assert told.reason
        assert told.next_step
        assert told.diagnosis
        assert "None" not in told.staff_note


def test_a_skipped_check_costs_no_explanation_of_its_own() -> None:
    """What has to be mended first is named by its title."""
    observations = observe(a_submission(), CHAIN, {**record_all(CHAIN, DEAF, events=())})
    told = observations["server.echoes"]
    assert (told.verdict, told.diagnosis, told.file) == (Verdict.SKIPPED, "skipped", None)


def test_checks_in_one_run_are_judged_by_their_own_steps() -> None:
    """A greeting that is wrong does not spoil the check of the end."""
    loose = replace(ENDS, needs=())
    exact = replace(ECHOES, needs=())
    shouting = Program(answers=lambda number, data: data.upper())
    assert seen(a_rubric(exact, loose), shouting) == {"server.echoes": "failed", "server.ends": "passed"}
    assert len(plan(a_rubric(exact, loose), SEED)) == 1


def test_a_refused_run_is_compared_with_the_programs_own_answered_runs() -> None:
    """What a client prints when it is answered as well tells of no failure; what a server prints is no matter."""
    answered = a_check("client.prints", "accept", receive("anything"), send(b"abc"), prints("sent"))
    refused = a_check("client.fails-visibly", "nobody-listens", "fails-visibly")
    rubric = a_rubric(answered, refused, a_check("server.echoes", "connect", send(), receive()))
    says = replace(ECHO_SERVER, on_connect=lambda address: "No server there\n")
    records = record_all(rubric, says)
    name = next(name for name, one in records.items() if one.role == "client" and not one.events)

    def judged(stdout: bytes, **changed: RunRecord) -> str:
        seen = {**records, name: replace(records[name], stdout=stdout), **changed}
        return str(observe(a_submission(), rubric, seen)["client.fails-visibly"].verdict)

    assert judged(b"Received b''\n") == "failed"
    assert judged(b"No server there\n") == "passed"
    other = next(key for key, one in records.items() if one.role == "client" and one.events)
    told = replace(records[other], stdout=records[other].stdout + b"No server there\n")
    assert judged(b"No server there\n", **{other: told}) == "failed"
    broken = replace(records[other], events=(), outcomes=(), harness_error="The box failed.")
    assert judged(b"Received b''\n", **{other: broken}) == "passed"


def test_the_output_of_a_check_is_its_own() -> None:
    """What is printed in one run earns nothing in another."""
    one = a_check("client.one", "accept", send(b"first"), prints())
    two = a_check("client.two", "accept", send(b"other"), prints())
    only_first = replace(ECHO_CLIENT, on_message=lambda data: "first\n")
    assert seen(a_rubric(one, two), client=only_first) == {"client.one": "passed", "client.two": "failed"}


# --- decoding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        ("s = 'é'\n".encode(), "s = 'é'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("# coding: latin-1\ns = 'é'\n".encode("latin-1"), "# coding: latin-1\ns = 'é'\n"),
        (b"s = '\xe9'\n", "s = '\N{REPLACEMENT CHARACTER}'\n"),
        (b"# coding: no-such-thing\nx\n", "# coding: no-such-thing\nx\n"),
        (b"", ""),
    ],
    ids=["plain", "utf-8", "byte-order mark", "cookie", "invalid", "unknown cookie", "empty"],
)
def test_a_program_is_read_as_python_reads_it(data: bytes, text: str) -> None:
    """By its own cookie or mark; what cannot be read is shown as such."""
    assert decode(data) == text


@pytest.mark.parametrize(
    "name", ["hex", "rot13", "base64", "zip", "bz2", "uu", "quopri", "idna", "undefined", "punycode"]
)
def test_a_cookie_of_a_codec_that_makes_no_text_is_passed_over(name: str) -> None:
    """Python would not run such a program; we still have to show its lines."""
    text = decode(f"# coding: {name}\nx = 1  # \xff\n".encode("latin-1"))
    assert text.startswith(f"# coding: {name}\nx = 1")


# --- what the assignment asks of a server -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "echoes"),
    [
        (a_check("server.a", "connect", send(), receive()), True),
        (a_check("server.a", "connect", send(), receive(slowly=True)), True),
        (a_check("server.a", "connect", send(), receive("sent", transform="upper")), False),
        (a_check("server.a", "connect", send(), receive(b"OK")), False),
        (a_check("server.a", "connect", send(), receive(), send(), receive(b"OK")), False),
        (a_check("server.a", "connect", receive("anything"), send(), receive()), False),
        (a_check("server.a", "connect", send(), receive("anything"), exits()), False),
        (a_check("client.a", "accept", send(), receive()), False),
        (LISTENS, False),
    ],
    ids=["sent", "slowly", "upper", "literal", "both", "greets", "anything", "a client", "listens"],
)
def test_an_assignment_is_an_echo_where_a_server_is_to_send_back_what_it_received(check: Check, echoes: bool) -> None:
    """Changed, or another text, is something else."""
    assert is_echo(a_rubric(check)) is echoes
    assert is_echo(a_rubric(CONNECTS, check)) is echoes


@pytest.mark.parametrize(
    ("server", "blamed"),
    [(a_check("server.a", "connect", send(), receive("sent", transform="upper")), "client"), (ECHOES, "server")],
    ids=["upper-casing", "echo"],
)
def test_a_server_is_blamed_for_a_changed_reply_only_where_it_should_echo(server: Check, blamed: str) -> None:
    """Elsewhere a changed reply is what the assignment asks for."""
    pair = a_pair("pair.two", prints(b"HELLO, WORLD", who="client"))
    rubric = a_rubric(replace(server, needs=()), pair)
    records = record_all(rubric)
    words = {"client": ("received", "sent"), "server": ("sent", "received")}
    for name, one in records.items():
        if name.endswith(("/client", "/server")):
            said = zip(words[one.role], (b"Hello, world", b"HELLO, WORLD"), strict=True)
            events = tuple(Event(kind=kind, connection=0, at=1.0, data=data) for kind, data in said)
            records[name] = replace(one, events=(*one.events, *events), stdout=b"")
    told = observe(a_submission(), rubric, records)["pair.two"]
    assert told.verdict is Verdict.FAILED
    assert told.reason.startswith(f"Your {blamed}")
    assert ("upper-cased" in told.reason) is (blamed == "server")


UNSERVED = {"exit_code": 1, "stdout": b"gave up\n"}
STUCK = {"exit_code": None, "stopped": "stuck", "stdout": b""}


@pytest.mark.parametrize("order", list(permutations(["own", "server", "client"])))
@pytest.mark.parametrize(
    ("with_reference", "blamed"),
    [({"server": STUCK, "client": {}}, "server"), ({"server": {}, "client": {}}, "client")],
    ids=["server-fails", "both-do-well"],
)
def test_a_client_that_gives_up_is_not_blamed_for_a_server_that_fails_by_itself(
    order: tuple[str, ...], with_reference: Mapping[str, Mapping[str, object]], blamed: str
) -> None:
    """It closes, and the server answers then: on the wire all bytes came back."""
    expects = exits(who="client")
    checks = {
        "own": a_pair("pair.own", expects),
        "server": a_pair("server.with-reference", expects, client="reference"),
        "client": a_pair("client.with-reference", expects, server="reference"),
    }
    rubric = a_rubric(*(checks[name] for name in order))
    records = {}
    for run in plan(rubric, SEED):
        name = next(name for name, check in checks.items() if check.id in run.scripts)
        changes = {"client": UNSERVED} if name == "own" else {"client": with_reference[name]}
        found = cases.pair_records(**changes)
        records.update({f"{run.name}/{role}": one for role, one in found.items()})
    told = observe(a_submission(), rubric, records)
    assert told["pair.own"].verdict is Verdict.FAILED
    assert told["pair.own"].reason.startswith(f"Your {blamed}")
    assert list(told) == [check.id for check in rubric.checks]


def test_a_check_without_programs_of_the_student_is_judged_too() -> None:
    """Two references make no demands on the hand-in."""
    check: Check = a_pair("pair.refs", exits(who="client"), server="reference", client="reference")
    observations = observe(a_submission({}), a_rubric(check), {})
    assert observations["pair.refs"].verdict is Verdict.HARNESS_ERROR

"""Run records and a script in, what is wrong out. Pure: the same records give the same findings for ever.

Each expectation of a conversation has one rule. A rule returns None when the record meets the expectation, or a
`Finding`: a short code for what is wrong, with the facts that a diagnosis can be made of. The first finding decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.conversation import Expectation, Script
from grader.heard import amiss, connection_of, window
from grader.model import NEVER_LISTENED, Rubric, RunRecord
from grader.printed import contains, lists_ports, names, says_more
from grader.seen import (
    events_of,
    is_echoed,
    listening,
    main_connection,
    met_directly,
    printed,
    received,
    replied,
    shows_reply,
)

MEETINGS = ("connect", "accept", "relay")  # actions by which a program and its peer come together
ADMITS = re.compile(r"refus|error|fail|errno|not |n't|unable|unavailable|no server|nobody", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong. `code`: one of those named in `docs/diagnosis.md`.

    `record`: the run that shows it.  `expected`, `actual`: bytes, where bytes are the matter.
    `facts`: further values for the sentence.  `followed`: only the address is wrong, and the run went on there.
    """

    code: str
    record: RunRecord
    expected: bytes = b""
    actual: bytes = b""
    facts: Mapping[str, object] = field(default_factory=dict)
    followed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a rule may look at. `records`: role -> record of the run; a single program has one.

    `others`: the program's other runs by itself, for what only a comparison shows.
    """

    script: Script
    records: Mapping[str, RunRecord]
    rubric: Rubric
    others: Sequence[RunRecord] = ()

    def record(self, expectation: Expectation) -> RunRecord:
        """The record of the program that an expectation is about."""
        return self.records[expectation.who] if expectation.who else next(iter(self.records.values()))


# --- one rule for each expectation ----------------------------------------------------------------------------------


def listens(case: Case, expectation: Expectation) -> Finding | None:
    """The server listens where the assignment says."""
    record, rubric = case.record(expectation), case.rubric
    here = any(row.reaches(rubric.host, rubric.port) for row in listening(record))
    if here or ((record.host, record.port) == (rubric.host, rubric.port) and events_of(record, "connected")):
        return None
    if listening(record):
        met = [row for row in listening(record) if row.reaches(record.host, record.port)]
        row = (met or listening(record))[0]
        return Finding(
            code="listens-elsewhere",
            record=record,
            facts={"host": row.host, "port": row.port},
            followed=bool(events_of(record, "connected")),
        )
    return Finding(code="never-listens", record=record)


def connects(case: Case, expectation: Expectation) -> Finding | None:
    """The client connects to where the assignment says."""
    record, rubric = case.record(expectation), case.rubric
    accepted = bool(events_of(record, "accepted"))
    if accepted and (record.host, record.port) == (rubric.host, rubric.port):
        return None
    if accepted:
        facts = {"host": record.host, "port": record.port}
        return Finding(code="connects-elsewhere", record=record, facts=facts, followed=True)
    dialled = [dial for dial in record.dials if dial.call == "connect"]
    if dialled:
        facts = {"host": dialled[0].host, "port": dialled[0].port}
        return Finding(code="connection-failed", record=record, facts=facts)
    return Finding(code="never-connects", record=record)


def receive(case: Case, expectation: Expectation) -> Finding | None:
    """The right bytes arrived, and no others after them where the conversation ends with them.

    `late`: they came, but only after the peer, with nothing more to expect, had gone on to close. A client that sends
    its message piece by piece, and is answered in between, has sent it all the same.
    """
    record = case.record(expectation)
    side = record.role
    if main_connection(record) is None:
        return Finding(code="never-connects" if side == "client" else "never-listens", record=record)
    actions, expected = case.script.actions, expectation.data
    start, end = window(actions, expectation, record)
    actual = received(record, connection_of(actions, expectation, record))[start:end]
    if expectation.step.arguments["what"] == "anything":
        code = "late" if actual else "silent"
        in_time = record.outcomes[expectation.action].received > start
        return None if in_time else Finding(code=f"{side}-{code}", record=record, expected=expectation.sent)
    code, actual = amiss(actions, expectation, record, start, actual)
    facts = {"answered": start, "sent": expectation.sent, "index": receives_before(case, expectation)}
    return (
        Finding(code=f"{side}-{code}", record=record, expected=expected, actual=actual, facts=facts) if code else None
    )


def receives_before(case: Case, expectation: Expectation) -> int:
    """How many messages had been answered before the one that an expectation is about."""
    return sum(action.kind == "receive" for action in case.script.actions[: expectation.action])


def prints(case: Case, expectation: Expectation) -> Finding | None:
    """The content was printed; with exact wording, the whole line as the assignment has it."""
    record = case.record(expectation)
    if never_met(case, record):
        return Finding(code="never-connects" if record.role == "client" else "never-listens", record=record)
    if expectation.step.arguments["what"] == "client-address":
        return announces(case, expectation, record)
    asked = expectation.answered or expectation.step.arguments["what"] == "reply"
    data = replied(record) if asked else expectation.data
    is_reply = data == replied(record)
    shown = shows_reply(record) if is_reply else contains(printed(record), data)
    if not data or (not shown and not compares(record, case.others)):
        facts = {"replied": bool(replied(record))}
        told = asked or len(case.records) > 1 or any(action.kind == "send" for action in case.script.actions)
        code = "reply-not-printed" if told else "text-not-printed"
        return Finding(code=code, record=record, expected=data, facts=facts)
    silent = keeps_an_echo(record, case.others) if is_reply else None
    if silent is not None:
        return Finding(code="reply-not-printed", record=silent, expected=replied(silent), facts={"replied": True})
    return worded(case, expectation, record, {"{repr}": repr(data), "{text}": data.decode(errors="replace")})


def announces(case: Case, expectation: Expectation, record: RunRecord) -> Finding | None:
    """The address of the peer, as the server saw it, was printed."""
    address = events_of(record, "connected")[0].data.decode()
    if not prints_address(record, address):
        return Finding(code="address-not-printed", record=record, facts={"address": address})
    host, _, port = address.rpartition(":")
    return worded(case, expectation, record, {"{address}": str((host, int(port)))})


def worded(case: Case, expectation: Expectation, record: RunRecord, values: Mapping[str, str]) -> Finding | None:
    """With exact wording, the step's line was printed to the letter; without, any wording will do."""
    wording = expectation.step.arguments.get("wording")
    if not wording or not case.rubric.options.exact_wording:
        return None
    line = str(wording)
    for placeholder, value in values.items():
        line = line.replace(placeholder, value)
    if line.rstrip() in map(str.rstrip, printed(record).splitlines()):
        return None
    return Finding(code="wording-differs", record=record, facts={"line": line})


def compares(record: RunRecord, others: Sequence[RunRecord]) -> bool:
    """Whether a client shows the reply where it is the echo of its message, and does not show that where it was
    answered otherwise: it has looked at what came, and has printed it as far as the assignment asks. One that leaves a
    part of the echo unread (its connection ends with RST) has not looked at it."""
    if record.role != "client" or not replied(record) or is_echoed(record):
        return False
    echoes = [one for one in echoed(others) if not events_of(one, "reset")]
    return any(shows_reply(one) and not contains(printed(record), replied(one)) for one in echoes)


def keeps_an_echo(record: RunRecord, others: Sequence[RunRecord]) -> RunRecord | None:
    """A run in which a client was answered with the echo of its message, ended well, and never showed it: it shows what
    it received only among the errors, where something else has come."""
    if record.role != "client" or is_echoed(record):
        return None
    return next((one for one in echoed(others) if one.exit_code == 0 and not shows_reply(one)), None)


def echoed(others: Sequence[RunRecord]) -> list[RunRecord]:
    """The runs in which a client was answered with the echo of its message."""
    return [one for one in others if one.role == "client" and is_echoed(one)]


def never_met(case: Case, record: RunRecord) -> bool:
    """Whether no connection came about in a conversation that has one."""
    meets = any(action.kind in MEETINGS for action in case.script.actions)
    return meets and main_connection(record) is None and not met_directly(record)


def prints_address(record: RunRecord, address: str) -> bool:
    """Whether the client's address was printed after the client had come: its host, or its port, if not as one of all
    that there are. Where its host is the server's as well, only on a line that is not about the server's own address.
    """
    since = record.stdout[record.output_before[0] :] + b"\n" + record.stderr[record.output_before[1] :]
    host, _, port = address.rpartition(":")
    text = since.decode(errors="replace")
    if names(text, port) and not lists_ports(text):
        return True
    told = host != record.host
    lines = dict.fromkeys(line for line in text.splitlines() if host in line)
    return any(names(one, host) and (told or not names(one, str(record.port))) for one in lines)


def prints_nothing(case: Case, expectation: Expectation) -> Finding | None:
    """Nothing was printed."""
    record = case.record(expectation)
    return Finding(code="prints-something", record=record) if record.stdout or record.stderr else None


def exits(case: Case, expectation: Expectation) -> Finding | None:
    """The program ended by itself, with the right status; or serves on, where the rubric takes that as well."""
    record, wanted = case.record(expectation), expectation.step.arguments["code"]
    if len(case.records) == 1 and never_met(case, record):
        return Finding(code="never-connects" if record.role == "client" else "never-listens", record=record)
    if record.exit_code is None and record.signal is None:
        if record.serving and expectation.step.arguments.get("or_serves"):
            return None
        return Finding(code="does-not-end", record=record)
    if record.signal is not None:
        return Finding(code="killed", record=record, facts={"signal": record.signal})
    good = wanted == "any" or (record.exit_code != 0 if wanted == "nonzero" else record.exit_code == wanted)
    return None if good else Finding(code="exit-status", record=record, facts={"status": record.exit_code})


def fails_visibly(case: Case, expectation: Expectation) -> Finding | None:
    """A refused connection shows: by the exit status, or by a message printed after the attempt.

    What the program prints when it is answered as well, apart from the values, tells nobody of a failure; but where it
    never shows its reply, it fails then too, and may say so each time. Where it was never answered, a message that
    shows the greeting, and no word of failure, claims a success that never was.
    """
    record = case.record(expectation)
    answered = [other for other in case.others if replied(other)]
    dialled = [dial for dial in record.dials if dial.call == "connect"]
    if not dialled and not answered:
        return Finding(code="never-connects", record=record)
    if record.signal is not None or (record.exit_code or 0) != 0:
        return None
    printed_before, complained_before = dialled[0].output_before if dialled else (0, 0)
    since = (record.stdout[printed_before:] + b"\n" + record.stderr[complained_before:]).decode(errors="replace")
    claims = any(contains(since, data) for data in greetings(case.rubric)) and not ADMITS.search(since)
    if answered:
        values = (*greetings(case.rubric), *map(replied, answered))
        tells = says_more(since, "\n".join(map(printed, answered)), values)
        if not tells and not any(contains(printed(one), replied(one)) for one in answered):
            tells = ADMITS.search(since) is not None
    else:
        tells = bool(since.strip()) and not claims
    return None if tells else Finding(code="claims-success" if claims else "refusal-hidden", record=record)


def greetings(rubric: Rubric) -> list[bytes]:
    """The literal messages that clients of this assignment send."""
    steps = [step for check in rubric.checks if "server" not in check.players for step in check.conversation]
    found = [step.arguments["data"] for step in steps if step.name == "receive" and step.arguments["what"] == "literal"]
    return [data for data in found if isinstance(data, bytes)]


RULES: dict[str, Callable[[Case, Expectation], Finding | None]] = {
    "listens": listens,
    "connects": connects,
    "receive": receive,
    "prints": prints,
    "prints-nothing": prints_nothing,
    "exits": exits,
    "fails-visibly": fails_visibly,
}


def judge(
    script: Script, records: Mapping[str, RunRecord], rubric: Rubric, others: Sequence[RunRecord] = ()
) -> Finding | None:
    """The first thing that is wrong with a run, by one check's own expectations; None when all is well.

    `others`: the program's other runs by itself.
    """
    case = Case(script=script, records=records, rubric=rubric, others=others)
    if len(records) == 2:
        met = meeting(case)
        if met is not None:
            return met
    for expectation in script.expectations:
        finding = RULES[expectation.kind](case, expectation)
        if finding is not None:
            return finding
    return None


def meeting(case: Case) -> Finding | None:
    """Whether the two programs of a pair met at all."""
    client, server = case.records["client"], case.records["server"]
    if met_directly(client) or any(event.kind == "accepted" for event in client.events):
        return None
    if not server.outcomes or server.outcomes[0].detail == NEVER_LISTENED:
        return Finding(code="pair-server-never-listens", record=server)
    return Finding(
        code="pair-never-meet",
        record=client,
        facts={"server": bound_text(server), "client": dialled_text(client)},
    )


def bound_text(record: RunRecord) -> str:
    """The address at which a server listens, for a sentence; not its number, where the system chose the port."""
    chosen = any(dial.call == "bind" and dial.port == record.port for dial in record.dials)
    return f"{record.host}:{record.port}" if chosen else f"{record.host} on a port that the system chose"


def dialled_text(record: RunRecord) -> str:
    """The address that a client asked for first, for a sentence."""
    first = next((dial for dial in record.dials if dial.call == "connect"), None)
    return f"{first.host}:{first.port}" if first else "no address"

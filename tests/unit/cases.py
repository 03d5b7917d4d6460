"""Conversations, and records of programs that take part in them, with good defaults: a test shows only what differs.

`simulate` plays a script against a `Program`, a few plain functions that say what a program answers and prints. It
makes the record that the peer would have made, so that rules and plans can be tested without a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from grader.conversation import Action, Script, script
from grader.model import Check, Dial, Event, Limits, Options, ProgramSpec, Rubric, RunRecord, Socket, Step, StepOutcome
from grader.verdicts import Finding, judge

HOST, PORT = "127.0.0.1", 65432
PEER = "127.0.0.1:40123"  # the address of our end, as a server sees its client
SEED = "c" * 64
GREETING = b"Hello, world"


# --- steps, as the rubric's reader makes them -------------------------------------------------------------------------


def step(name: str, who: str | None = None, **arguments: object) -> Step:
    return Step(name=name, arguments=arguments, who=who)


def send(data: bytes = GREETING, *, split: int | None = None) -> Step:
    return step("send", None, kind="text", data=data, size=len(data), split=split, **{"with": b""})


def send_random(size: int, *, kind: str = "random", extra: bytes = b"") -> Step:
    return step("send", None, kind=kind, data=b"", size=size, split=None, **{"with": extra})


def receive(what: str | bytes = "sent", *, transform: str | None = None, slowly: bool = False) -> Step:
    """`receive(b"OK")` is a literal."""
    if isinstance(what, bytes):
        return step("receive", what="literal", data=what, transform=None, slowly=slowly)
    return step("receive", what=what, data=b"", transform=transform, slowly=slowly)


def prints(what: str | bytes = "sent", *, wording: str | None = None, who: str | None = None) -> Step:
    """`prints(b"OK")` is a literal."""
    if isinstance(what, bytes):
        return step("prints", who, what="literal", data=what, wording=wording)
    return step("prints", who, what=what, data=b"", wording=wording)


def exits(code: int | str = 0, *, or_serves: bool = False, who: str | None = None) -> Step:
    return step("exits", who, code=code, or_serves=or_serves)


# --- checks and rubrics -----------------------------------------------------------------------------------------------


def a_check(name: str, *conversation: Step | str, **changes: object) -> Check:
    """A check of the student's program that its id begins with. Steps without arguments may be given as words."""
    values: dict[str, object] = {
        "title": f"Does {name}",
        "points": Decimal(1),
        "players": {name.partition(".")[0]: "student"},
        "needs": (),
        "hint": "Look again.",
    }
    steps = tuple(Step(name=one) if isinstance(one, str) else one for one in conversation)
    return Check(id=name, conversation=steps, **{**values, **changes})  # type: ignore[arg-type]


def a_pair(name: str, *conversation: Step | str, server: str = "student", client: str = "student") -> Check:
    return a_check(name, "relay", *conversation, players={"server": server, "client": client})


def a_rubric(*checks: Check, **changes: object) -> Rubric:
    values: dict[str, object] = {
        "title": "Echo",
        "points": sum((check.points for check in checks), Decimal(0)),
        "host": HOST,
        "port": PORT,
        "answers_file": "answers.md",
        "programs": (
            ProgramSpec(role="server", file="echo-server.py", reference=""),
            ProgramSpec(role="client", file="echo-client.py", reference=""),
        ),
        "limits": Limits(),
        "options": Options(),
        "questions": (),
        "digest": "d" * 64,
    }
    return Rubric(checks=checks, **{**values, **changes})  # type: ignore[arg-type]


EXACT = Options(exact_wording=True)


# --- programs ---------------------------------------------------------------------------------------------------------


def echo(number: int, data: bytes) -> bytes:
    return data


def nothing(number: int, data: bytes) -> bytes:
    return b""


@dataclass(frozen=True)
class Program:
    """What a program does when something happens to it. The defaults are an echo server's.

    `greets`: sent at once on a connection.  `answers`: number of the message (0 is the first) and its bytes -> reply.
    `adds`: the same, but said a while after the answer: in time only for a peer that waits for it.
    `at_eof`: sent when the peer has said its last byte.  `on_connect`, `on_message`: printed then.
    """

    greets: bytes = b""
    answers: Callable[[int, bytes], bytes] = echo
    adds: Callable[[int, bytes], bytes] = nothing
    at_eof: bytes = b""
    on_connect: Callable[[str], str] = lambda address: f"Connected by {address}\n"
    on_message: Callable[[bytes], str] = lambda data: ""
    exit_code: int | None = 0
    signal: int | None = None
    serving: bool = False
    stderr: bytes = b""
    sockets: tuple[Socket, ...] = (Socket(protocol="tcp", host=HOST, port=PORT, state="listen", backlog=1),)
    dials: tuple[Dial, ...] = ()


ECHO_SERVER = Program()
ECHO_CLIENT = Program(
    greets=GREETING,
    answers=nothing,
    on_connect=lambda address: "",
    on_message=lambda data: f"Received {data!r}\n",
    sockets=(),
    dials=(Dial(call="connect", host=HOST, port=PORT),),
)
SILENT = Program(answers=nothing)

REPLY = b"Zq3x9TgKp0Lm"
ECHOES = a_check("server.echoes", "connect", send(), receive())
PRINTS = a_check("client.prints", "accept", receive("anything"), send(REPLY), prints("sent", wording="Received {repr}"))


def dial(host: str = HOST, port: int = PORT, *, call: str = "connect", output_bytes: int = 0) -> Dial:
    """An address that a program asked for."""
    return Dial(call=call, host=host, port=port, output_before=(output_bytes, 0))


@dataclass
class _Play:
    """A run in the making. One unit of time passes with each thing that happens."""

    program: Program
    role: str
    actions: Sequence[Action]
    events: list[Event] = field(default_factory=list)
    outcomes: list[StepOutcome] = field(default_factory=list)
    stdout: str = ""
    connection: int = -1
    messages: int = 0
    arrived: int = 0
    awaited: int = 0
    held_back: bytes = b""

    def happens(self, kind: str, data: bytes = b"") -> None:
        self.events.append(Event(kind=kind, connection=self.connection, at=float(len(self.events)), data=data))

    def says(self, data: bytes) -> None:
        if data:
            self.arrived += len(data)
            self.happens("received", data)

    def adds(self) -> None:
        """What the program had held back so far."""
        said, self.held_back = self.held_back, b""
        self.says(said)

    def meet(self, action: Action) -> str:
        if action.kind == "accept" and self.connection >= 0:
            return "done"
        self.connection += 1
        self.arrived = self.awaited = 0
        self.held_back = b""
        self.happens("connected" if self.role == "server" else "accepted", PEER.encode())
        self.stdout += self.program.on_connect(PEER)
        self.says(self.program.greets)
        return "done"

    def send(self, action: Action) -> str:
        self.happens("sent", action.data)
        self.stdout += self.program.on_message(action.data)
        self.adds()
        self.says(self.program.answers(self.messages, action.data))
        self.held_back = self.program.adds(self.messages, action.data)
        self.messages += 1
        return "done"

    def wait(self, action: Action) -> str:
        """For a number of bytes, or for whatever comes; and for a last word before one of ours that nobody answers."""
        if action.count is None:
            self.adds()
            came, self.awaited = self.arrived > self.awaited, self.arrived
            return "done" if came else "impossible"
        self.awaited += action.count
        rest = [one.kind for one in self.actions[len(self.outcomes) + 1 :]]
        if self.arrived < self.awaited or (rest[:1] == ["send"] and "receive" not in rest):
            self.adds()
        return "done" if self.arrived >= self.awaited else "impossible"

    def eof(self, action: Action | None = None) -> str:
        if not any(one.kind in ("fin-sent", "reset-sent") and one.connection == self.connection for one in self.events):
            self.happens("fin-sent")
            self.adds()
            self.says(self.program.at_eof)
        return "done"

    def reset(self, action: Action) -> str:
        self.happens("reset-sent")
        return "done"

    def pass_by(self, action: Action) -> str:
        return "done"


def simulate(actions: Sequence[Action], program: Program, role: str, *, awaits_exit: bool = True) -> RunRecord:
    """The record of one program's run against the grader as its peer."""
    play = _Play(program, role, actions)
    ways = {
        "connect": play.meet, "accept": play.meet, "send": play.send, "receive": play.wait, "half-close": play.eof,
        "close": play.eof, "reset": play.reset, "pause": play.pass_by, "nobody-listens": play.pass_by,
    }  # fmt: skip
    for action in actions:
        result = ways[action.kind](action)
        play.outcomes.append(StepOutcome(result=result, at=float(len(play.events)), received=play.arrived))
        if result == "impossible" and not play.arrived:
            break
    not_reached = StepOutcome(result="not-reached", at=float(len(play.events)), received=play.arrived)
    missed = [not_reached] * (len(actions) - len(play.outcomes))
    if play.connection >= 0:
        play.eof()
    ended = awaits_exit and not program.serving
    return RunRecord(
        role=role,
        file=f"echo-{role}.py",
        host=HOST,
        port=PORT,
        events=tuple(play.events),
        outcomes=(*play.outcomes, *missed),
        sockets=program.sockets,
        dials=program.dials,
        exit_code=program.exit_code if ended and program.signal is None else None,
        signal=program.signal if ended else None,
        stopped=None if ended and (program.signal or program.exit_code is not None) else "finished",
        serving=program.serving,
        stdout=play.stdout.encode(),
        stderr=program.stderr,
    )


# --- judging ----------------------------------------------------------------------------------------------------------


def run_alone(check: Check, program: Program) -> tuple[Script, RunRecord]:
    """The script of a check and the record of a program that plays it."""
    mine = script(check, SEED)
    return mine, simulate(mine.actions, program, next(iter(check.players)), awaits_exit=mine.awaits_exit)


def finding(check: Check, program: Program, *, options: Options | None = None, **record: object) -> Finding | None:
    """What is found wrong with a program that plays a check alone; `record`: what is different in its record."""
    mine, seen = run_alone(check, program)
    rubric = a_rubric(check, options=options or Options())
    return judge(mine, {seen.role: replace(seen, **record)}, rubric)  # type: ignore[arg-type]


def code(check: Check, program: Program, *, options: Options | None = None, **record: object) -> str:
    """The code of the finding; empty when all is well."""
    found = finding(check, program, options=options, **record)
    return found.code if found else ""


def pair_records(**changes: Mapping[str, object]) -> dict[str, RunRecord]:
    """The two records of a pair that met and worked, but for the `server`'s and the `client`'s changes."""
    records = {}
    for role in ("server", "client"):
        values: dict[str, object] = {
            "port": PORT,
            "events": (Event(kind="connected" if role == "server" else "accepted", connection=0, at=0.0, data=b"h:1"),),
            "outcomes": (StepOutcome(result="done", at=1.0, detail="done"),),
            "stdout": b"Received b'Hello, world'\n" if role == "client" else b"",
            "exit_code": 0,
        }
        values.update(changes.get(role, {}))
        records[role] = RunRecord(role=role, file=f"echo-{role}.py", host=HOST, **values)  # type: ignore[arg-type]
    return records


def pair_code(check: Check, rubric: Rubric | None = None, **changes: Mapping[str, object]) -> str:
    """The code found in such a pair; empty when all is well."""
    found = judge(script(check, SEED), pair_records(**changes), rubric or a_rubric(check))
    return found.code if found else ""

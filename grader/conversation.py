"""The check language: what the steps of a conversation make the peer do, and what they expect. Pure.

A conversation (see docs/rubric.md) has two kinds of steps. *Actions* are what the grader does as the peer: connect,
accept, send, receive, half-close, reset, pause. *Expectations* are what must be true of the record afterwards:
listens, connects, receive, prints, exits and so on (`receive` is both: the peer waits for the bytes, and they must be
the right ones). `script` turns steps into a `Script` of both, with every payload spelled out.

Checks whose conversations begin alike are played as one run (`plan`): the longest conversation is played, and each
check is judged by its own steps. A check joins the run of another only where that cannot change its verdict.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.model import Check, Rubric, Step

TEXT_ALPHABET = (string.ascii_letters + string.digits).encode()  # reads the same as text, as repr, in every encoding
EVERY_VALUE = range(256)  # of a byte
# Bytes of an answer that is to be as long as the message. At least 12: one or two letters stand in any output, and a
# client may expect an answer to each letter that it sends. At most 4096: a client that sends more is not reading.
LEAST_AS_RECEIVED, MOST_AS_RECEIVED = 12, 4096
MOST_CONNECTS = 8  # in one run: each comes from a port of its own
AS_TEXT = bytes(TEXT_ALPHABET[value % len(TEXT_ALPHABET)] for value in range(256))  # a table for bytes.translate


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that the peer does.

    `kind`: connect, accept, nobody-listens, send, receive, half-close, close, reset, pause, relay.
    `data`, `split`: what to send, and the size of the pieces (None: whole).
    `answers`: to send what the program has said (`echo`), or of `data` as many bytes as it has said (`length`).
    `count`: how many bytes to wait for; None: for something, and then until nothing more can come.
    `slowly`: read only when nothing more can be sent.  `seconds`: of a pause.
    """

    kind: str
    data: bytes = b""
    split: int | None = None
    answers: str = ""
    count: int | None = None
    slowly: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One thing that must be true of the record.

    `kind`: the step's name.  `action`: index of the action after which it is due (-1: before the first).
    `data`: the bytes that must have been received or printed.  `sent`: the bytes that the peer had sent last.
    `answered`: in place of `data`, what the program was answered, as the record has it.
    `who`: in a pair, whose output or exit is meant.  `step`: the rubric's step, with its other arguments.
    """

    kind: str
    action: int
    step: Step
    data: bytes = b""
    sent: bytes = b""
    answered: bool = False
    who: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A conversation, ready to be played and judged. `players`: role -> `student` or `reference`."""

    players: Mapping[str, str]
    actions: tuple[Action, ...]
    expectations: tuple[Expectation, ...]

    @property
    def awaits_exit(self) -> bool:
        """Whether something is expected of the program's end, so that the end has to be waited for."""
        return any(one.kind in ("exits", "prints-nothing", "fails-visibly") for one in self.expectations)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One run of programs, and the checks that are judged by its record.

    `number`: its place in a rubric's plan, from 1.  `scripts`: check id -> its script.
    """

    number: int
    players: Mapping[str, str]
    actions: tuple[Action, ...]
    awaits_exit: bool
    scripts: Mapping[str, Script]

    @property
    def name(self) -> str:
        """Stable within a rubric's plan: `server-1`, `pair-7`."""
        return f"{next(iter(self.players)) if len(self.players) == 1 else 'pair'}-{self.number}"

    def record_name(self, role: str) -> str:
        """What the record of one of its programs is called: `server-1`, `pair-7/client`."""
        return self.name if len(self.players) == 1 else f"{self.name}/{role}"


# --- payloads -------------------------------------------------------------------------------------------------------


def payload(arguments: Mapping[str, object], seed: str) -> bytes:
    """The bytes of a `send` step. Random ones depend on `seed` alone, so that grading twice sends the same."""
    kind, size = arguments["kind"], int(str(arguments.get("size", 0)))
    extra = arguments.get("with", b"")
    assert isinstance(extra, bytes)
    source, between = random.Random(seed), max(size - 2 * len(extra), 0)
    if kind == "random":
        return extra + _random_bytes(source, between) + extra
    if kind == "random-text":
        return extra + source.randbytes(between).translate(AS_TEXT) + extra
    data_given = arguments["data"]
    assert isinstance(data_given, bytes)
    return data_given


def _random_bytes(source: random.Random, size: int) -> bytes:
    """Random bytes, among which every value is where there is room: no verdict may hang on which bytes fell to whom."""
    room = size - len(EVERY_VALUE)
    if room < 0:
        return source.randbytes(size)
    before = source.randint(0, room)
    every = bytes(source.sample(EVERY_VALUE, len(EVERY_VALUE)))
    return source.randbytes(before) + every + source.randbytes(room - before)


TRANSFORMS: dict[str, Callable[[bytes], bytes]] = {
    "upper": bytes.upper,
    "lower": bytes.lower,
    "swapcase": bytes.swapcase,
    "reversed": lambda data: data[::-1],
}


def expected_bytes(arguments: Mapping[str, object], sent: bytes) -> bytes | None:
    """What a `receive` or `prints` step wants to see; None for `anything` and for what only the record can tell."""
    what = arguments["what"]
    if what == "sent":
        transform = arguments.get("transform")
        return TRANSFORMS[str(transform)](sent) if transform else sent
    if what == "literal":
        data = arguments["data"]
        assert isinstance(data, bytes)
        return data
    return None


# --- steps to scripts -----------------------------------------------------------------------------------------------


@dataclass
class _Draft:
    """A script in the making: what has been said so far."""

    seed: str
    server: bool
    sent: bytes = b""
    as_received: bool = False  # of what was sent last, only the run can tell how much
    actions: list[Action] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)

    def expect(self, step: Step, data: bytes = b"") -> None:
        answered = self.as_received and step.arguments.get("what") == "sent"
        self.expectations.append(
            Expectation(
                kind=step.name,
                action=len(self.actions) - 1,
                step=step,
                who=step.who,
                answered=answered,
                data=b"" if answered else data,
                sent=b"" if self.as_received else self.sent,
            )
        )


def _send(draft: _Draft, step: Step) -> None:
    sends = sum(action.kind == "send" for action in draft.actions)
    draft.sent = payload(step.arguments, f"{draft.seed}/{sends}")
    draft.as_received = bool(step.arguments.get("as_received"))
    answers = ("length" if draft.sent else "echo") if draft.as_received else ""
    split = step.arguments.get("split")
    size = split if isinstance(split, int) else None
    draft.actions.append(Action(kind="send", data=draft.sent, split=size, answers=answers))


def _receive(draft: _Draft, step: Step) -> None:
    expected = expected_bytes(step.arguments, draft.sent)
    count = len(expected) if expected is not None else len(draft.sent) if draft.server and draft.sent else None
    draft.actions.append(Action(kind="receive", count=count, slowly=bool(step.arguments.get("slowly"))))
    draft.expect(step, expected or b"")


def _pause(draft: _Draft, step: Step) -> None:
    draft.actions.append(Action(kind="pause", seconds=float(str(step.arguments["seconds"]))))


def _prints(draft: _Draft, step: Step) -> None:
    draft.expect(step, expected_bytes(step.arguments, draft.sent) or b"")


def _connects(draft: _Draft, step: Step) -> None:
    if not draft.actions:
        draft.actions.append(Action(kind="accept"))
    draft.expect(step)


SPECIAL: dict[str, Callable[[_Draft, Step], None]] = {
    "send": _send,
    "receive": _receive,
    "pause": _pause,
    "prints": _prints,
    "connects": _connects,
}
PLAIN_ACTIONS = ("connect", "accept", "nobody-listens", "half-close", "close", "reset", "relay")


def script(check: Check, seed: str) -> Script:
    """The script of one check. `seed`: random payloads depend on it, e.g. the submission's digest."""
    role = next(iter(check.players)) if len(check.players) == 1 else "pair"
    draft = _Draft(seed=f"{seed}/{role}", server=role == "server")
    for step in check.conversation:
        if step.name in SPECIAL:
            SPECIAL[step.name](draft, step)
        elif step.name in PLAIN_ACTIONS:
            draft.actions.append(Action(kind=step.name))
        else:
            draft.expect(step)
    actions = draft.actions
    if role != "client" and actions and actions[-1].kind == "close":
        actions = actions[:-1]  # a server's conversation ends with it in any case; a client may close first
    return Script(players=check.players, actions=tuple(actions), expectations=tuple(draft.expectations))


# --- scripts to runs ------------------------------------------------------------------------------------------------


def unify(one: Action, other: Action) -> Action | None:
    """The action that serves both scripts, or None. Waiting for a number of bytes serves waiting for any."""
    if replace(one, count=None) != replace(other, count=None):
        return None
    if one.count is not None and other.count is not None and one.count != other.count:
        return None
    return one if one.count is not None else other


def joined(shorter: Script, longer: Sequence[Action]) -> tuple[Action, ...] | None:
    """The actions of a run that serves both, or None where being played with the other could change the verdict.

    The shorter one must be how the longer one begins. Where the shorter looks at what was received, at what was printed
    (but for the client's address) or at the program's end, nothing may follow: what is too much for it could be right
    for the longer one.
    """
    mine = shorter.actions
    if len(mine) > len(longer):
        return None
    rest = longer[len(mine) :]
    if not mine and any(action.kind == "nobody-listens" for action in longer):
        return None
    if rest and not endures(shorter, rest):
        return None
    unified = []
    for one, other in zip(mine, longer, strict=False):
        both = unify(one, other)
        if both is None:
            return None
        unified.append(both)
    waits = [number for number, action in enumerate(mine) if action.kind == "receive"]
    if any(mine[number].count != unified[number].count for number in waits[:-1]):
        return None  # where the next answer begins is what waiting for any number of bytes finds out
    return (*unified, *rest)


def endures(shorter: Script, rest: Sequence[Action]) -> bool:
    """Whether what a script looks at stays as it is when the peer goes on."""
    if shorter.awaits_exit or any(action.kind == "receive" for action in shorter.actions):
        return False
    printed = [one for one in shorter.expectations if one.kind == "prints"]
    announced = all(one.step.arguments["what"] == "client-address" for one in printed)
    return announced and not (printed and any(action.kind == "reset" for action in rest))


def plan(rubric: Rubric, seed: str) -> tuple[PlannedRun, ...]:
    """The runs that a submission needs for all checks of a rubric, in the order of the rubric's checks."""
    order = {check.id: number for number, check in enumerate(rubric.checks)}
    seed = f"{rubric.options.seed}{seed}"
    scripts = {check.id: script(check, seed) for check in rubric.checks}
    runs: list[PlannedRun] = []
    for check in sorted(rubric.checks, key=lambda check: (-len(scripts[check.id].actions), order[check.id])):
        mine = scripts[check.id]
        found = closest(mine, runs)
        if found is None:
            runs.append(
                PlannedRun(
                    number=0,
                    players=mine.players,
                    actions=mine.actions,
                    awaits_exit=mine.awaits_exit,
                    scripts={check.id: mine},
                )
            )
            continue
        number, shared = found
        run = runs[number]
        runs[number] = replace(
            run,
            actions=shared,
            awaits_exit=run.awaits_exit or mine.awaits_exit,
            scripts={**run.scripts, check.id: mine},
        )
    runs.sort(key=lambda run: min(order[check] for check in run.scripts))
    return tuple(replace(run, number=number) for number, run in enumerate(runs, 1))


def closest(mine: Script, runs: Sequence[PlannedRun]) -> tuple[int, tuple[Action, ...]] | None:
    """The run that a script can join, with the actions that serve both: of several the one that adds least to it."""
    possible = []
    for number, run in enumerate(runs):
        shared = joined(mine, run.actions) if run.players == mine.players else None
        if shared is not None:
            possible.append((len(shared), number, shared))
    return min(possible, key=lambda one: one[:2])[1:] if possible else None

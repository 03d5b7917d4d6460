"""Reading a conversation: entries of the file -> `model.Step`s, or all their faults.

A conversation is read step by step: which step is it, is it written correctly, does it fit here? Everything about each
step is in the table of `steps.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grader.conversation import MOST_CONNECTS
from grader.model import Step
from grader.rubric.checking import Place, faults, validate
from grader.rubric.problems import Problem, nearest, one_of, shown
from grader.rubric.shape import Shape
from grader.rubric.steps import STEPS, StepSpec
from grader.rubric.yaml_text import Entry

MOST_PAYLOAD_TOGETHER = 64 * 1024 * 1024

# Why a step does not fit in a state, and what to do. Messages in _WHY_OF_STEP come first.
_WHY = {
    "start": "there is no connection yet. Put `connect` (a server) or `accept` (a client) before it.",
    "open": "it does not fit while a connection is open. Move it to the beginning, or put `close` before it.",
    "half-closed": "the grader has sent its last byte. Move it before `half-close`.",
    "closed": "the connection is closed. Move it before `close` or `reset`.",
    "nobody": "after `nobody-listens` there is no connection. Write `fails-visibly`, `exits` or `prints`.",
    "relayed": "a pair has one `relay`, at its beginning. Remove it.",
    "ended": "the program has ended by then. Move it before `exits`.",
}
_WHY_OF_STEP = {
    ("start", "fails-visibly"): "nothing has failed yet. Put `nobody-listens` before it.",
}
# What an author probably meant by a step of the other side.
_COUNTERPARTS = {
    ("accept", "server"): "connect",
    ("connects", "server"): "listens",
    ("connect", "client"): "accept",
    ("listens", "client"): "connects",
}
# Additional keys of steps, and the step that has each.
_SECOND_KEYS = {"or": "exits", "split": "send", "slowly": "receive", "wording": "prints"}
# Escapes, which YAML reads as such only in double quotes.
_ESCAPE = re.compile(r"\\(?:[nrt0]|x[0-9A-Fa-f]{2})")
_ROLES = ("server", "client")


# --- reading --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Course:
    """How far the reading of a conversation has come.

    `side`: `server`, `client`, `pair`, or None where `run` is not known.  `sent`: whether there has been a `send`.
    `payload`: bytes that the rubric sends up to here.
    """

    side: str | None
    payload: int
    state: str = "start"
    sent: bool = False
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Written:
    """A step as it stands in the file. `who`: the half of a pair that it is written for."""

    name: str
    who: str | None
    entry: Entry


def read_conversation(
    entry: Entry, side: str | None, place: Place, payload: int
) -> tuple[tuple[Step, ...], list[Problem], int]:
    """Read a check's conversation.

    `side` is `server`, `client` or `pair`; None when the check's `run` is wrong, so that nothing can be said about
    whether a step fits. `payload`: bytes that earlier conversations send. Returns the steps that are correct, every
    fault, and the bytes sent up to here.
    """
    course = _Course(side, payload)
    for index, step in enumerate(entry.items(), start=1):
        _read_step(course, step, place.inner(f"step {index}"))
    connects = sum(step.name == "connect" for step in course.steps)
    if connects > MOST_CONNECTS:
        message = f"the conversation connects {connects} times. Connect at most {MOST_CONNECTS} times."
        course.problems.append(place.problem(entry.line, message))
    if entry.items() and not course.problems and not any(_can_fail(step) for step in course.steps):
        message = "the conversation expects nothing, so that any program passes. Add a step such as `exits: 0`."
        course.problems.append(place.problem(entry.line, message))
    return tuple(course.steps), course.problems, course.payload


def _can_fail(step: Step) -> bool:
    """Return whether a step can fail a check. `receive: anything` does not count: no behaviour is tested by it."""
    return STEPS[step.name].expects and step.arguments.get("what") != "anything"


def _read_step(course: _Course, entry: Entry, place: Place) -> None:
    step = _written(entry, course.side)
    if isinstance(step, str):
        course.problems.append(place.problem(entry.line, step))
        return
    place = place.naming(step.name)
    spec = STEPS[step.name]
    shape, problems = _shape_of(spec, step, place)
    told = _misfits(course, step)
    if shape is not None:
        told += spec.faults(shape, course.side, step.who)
        told += _payload_fault(course, spec.size(shape))
    if course.side != "pair" and spec.uses_sent(shape) and not course.sent:
        told.append("`sent` is what the grader sent last, and it has sent nothing yet. Put `send` before it.")
    told += _unquoted_escapes(step)
    problems += [place.problem(step.entry.line, message) for message in told]
    if not problems:
        course.steps.append(Step(name=step.name, arguments=spec.arguments(shape), who=step.who))
    course.problems += problems
    course.sent = course.sent or step.name == "send"


# --- which step is it? ----------------------------------------------------------------------------------------------


def _written(entry: Entry, side: str | None) -> _Written | str:
    """Return the step that an entry holds, or what is wrong with it."""
    who = next((role for role in _ROLES if role in entry.mapping()), None)
    if who and len(entry.mapping()) > 1:
        return f"`{who}:` holds one step and stands alone. Indent what follows it, or begin it with `- `."
    inner = entry.mapping()[who] if who else entry
    keys = [inner.value] if isinstance(inner.value, str) else list(inner.mapping())
    names = [name for name in keys if name in STEPS]
    if len(names) > 1:
        return f"`{names[0]}` and `{names[1]}` are two steps. Begin the second with `- `."
    if names:
        return _Written(names[0], who, inner)
    if keys and keys[0] in _SECOND_KEYS:
        owner = _SECOND_KEYS[keys[0]]
        return f"`{keys[0]}` is no step, but belongs to `{owner}`. Indent it as the word `{owner}`, without a dash."
    known = [name for name, spec in STEPS.items() if side is None or side in spec.sides]
    what = f"unknown step {shown(keys[0])}.{nearest(keys[0], STEPS)}" if keys else f"{_no_step(inner)} is no step."
    return f"{what} Write {one_of(known)}."


def _no_step(entry: Entry) -> str:
    return "an empty entry" if shown(entry.plain()) == "empty" else shown(entry.plain())


# --- is it written well? --------------------------------------------------------------------------------------------


def _shape_of(spec: StepSpec, step: _Written, place: Place) -> tuple[Shape | None, list[Problem]]:
    """Validate how a step is written. Returns the shape (None for a bare word, or when it is wrong) and the faults."""
    bare = isinstance(step.entry.value, str)
    if spec.shape is None:
        message = f"`{step.name}` takes no argument. Write only `- {step.name}`."
        return None, [] if bare or _says_nothing(step) else [place.problem(step.entry.line, message)]
    if bare:
        message = f"`{step.name}` needs an argument. Write e.g. `{step.name}: {spec.sample}`."
        return None, [place.problem(step.entry.line, message)]
    return validate(spec.shape, step.entry), list(faults(spec.shape, step.entry, place))


def _says_nothing(step: _Written) -> bool:
    """Return whether a step is written as `name:` without a value."""
    return list(step.entry.mapping()) == [step.name] and step.entry.get(step.name).value is None


def _unquoted_escapes(step: _Written) -> list[str]:
    """Return the faults of texts with a backslash and a letter where an escape, such as a line end, was meant."""
    form = step.entry.get(step.name)
    texts = [text for key in ("text", "repeat") if (text := form.get(key)) and not text.escapes]
    found = [(text, escape[0]) for text in texts if (escape := _ESCAPE.search(text.text))]
    return [
        f"`{escape}` is a backslash and a letter or digit here; it means more in double quotes only. Write "
        f'`"{text.text[:40]}"`. For a backslash itself write two of them there.'
        for text, escape in found
    ]


def _payload_fault(course: _Course, size: int) -> list[str]:
    course.payload += size
    over = course.payload > MOST_PAYLOAD_TOGETHER and size > 0
    return [f"the rubric sends more than {MOST_PAYLOAD_TOGETHER} bytes by now. Send less."] if over else []


# --- does it fit here? ----------------------------------------------------------------------------------------------


def _misfits(course: _Course, step: _Written) -> list[str]:
    """Return why a step does not fit here, and move the conversation on."""
    if course.side is None:
        return []
    misplaced = _wrong_side(course.side, step)
    if misplaced:
        return [misplaced]
    before, states = course.state, STEPS[step.name].states
    if course.side == "pair" and before == "start":
        course.state = "relayed"
        return [] if step.name == "relay" else ["a pair begins with `relay`. Put it before this step."]
    # If a step comes before any connection, go on as if there were one, so that one slip is reported once.
    course.state = states.get(before) or (next(iter(states.values())) if before == "start" else before)
    return [] if before in states else [_WHY_OF_STEP.get((before, step.name), _WHY[before])]


def _wrong_side(side: str, step: _Written) -> str:
    """Return why a step does not belong to this side, or ""."""
    if step.who and side != "pair":
        return f"`{step.who}:` is for pairs. Write the step itself, `- {step.name}`."
    if side not in STEPS[step.name].sides:
        known = [name for name, spec in STEPS.items() if side in spec.sides]
        meant = _COUNTERPARTS.get((step.name, side))
        hint = f" Did you mean `{meant}`?" if meant else ""
        return f"it is no step of a {side} check.{hint} Its steps are {one_of(known, joined='and')}."
    if side == "pair" and step.name != "relay" and not step.who:
        return f"say whose it is: `- client: {{{step.name}: …}}` or `- server: {{{step.name}: …}}`."
    if step.name == "relay" and step.who:
        return "it concerns both programs. Write only `- relay`."
    return ""

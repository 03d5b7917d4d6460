"""The steps of a conversation: how each is written, where it fits, and the `model.Step` that it becomes.

Everything about a step stands in one row of `STEPS`; how a step is written is a pydantic shape, so that its messages and
the JSON Schema for editors come from the same place. Where steps fit is a table too: a conversation moves through a few
states (`start`, `open`, …), and each row says from which states its step may be taken and where it leads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictBool, StrictInt, StrictStr, Tag

from grader.model import Step
from grader.rubric.checking import Place, faults, validate
from grader.rubric.problems import Problem, nearest, one_of, shown
from grader.rubric.shape import Number, Shape, Text, key
from grader.rubric.yaml_text import Entry

MOST_PAYLOAD = 4 * 1024 * 1024
MOST_PAYLOAD_IN_CONVERSATION = 4 * MOST_PAYLOAD
LONGEST_PAUSE_SECONDS = 5

Size = Annotated[StrictInt, Field(ge=1, le=MOST_PAYLOAD)]
Hex = Annotated[
    StrictStr,
    Field(pattern=r"^\s*[0-9A-Fa-f]{2}(\s*[0-9A-Fa-f]{2})*\s*$", json_schema_extra={"format": "hex"}),
]
Sides = frozenset[str]

# --- how steps are written ------------------------------------------------------------------------------------------


class TextForm(Shape):
    """These characters, as UTF-8."""

    text: Text = key("Characters, sent as UTF-8.", example='"Hello, world"')


class HexForm(Shape):
    """These bytes."""

    hex: Hex = key("Bytes, two hexadecimal digits each.", example='"00 ff"')


class RandomForm(Shape):
    """Bytes that no program can know beforehand."""

    random: Size = key("How many random bytes.", example=64)
    with_: Hex | None = key("Bytes that must be among them.", default=None, alias="with", example='"00 ff 0a"')


class RandomTextForm(Shape):
    """Letters and digits that no program can know beforehand."""

    random_text: Size = key("How many random letters and digits.", alias="random-text", example=24)


class RepeatForm(Shape):
    """The same characters again and again."""

    repeat: Text = key("Characters to repeat, sent as UTF-8.", example='"line\\n"')
    times: Size = key("How often.", example=1000)


class SentForm(Shape):
    """What the grader sent last, changed."""

    sent: Literal["upper", "lower", "reversed", "swapcase"] = key("How the sent bytes come back.", example="upper")


_FORMS = ("text", "hex", "random", "random-text", "repeat", "sent")


def _form(value: object) -> str | None:
    """Return which way of writing a value was chosen: by its first telling key, its type, or as a bare word."""
    if isinstance(value, dict):
        return next((f"form:{name}" for name in value if name in _FORMS), None)
    if type(value) is int:
        return "form:number"
    return "form:word" if isinstance(value, str) else None


def _forms(**branches: Any) -> Any:
    """Return the union of ways of writing a value. The tags begin with `form:`, which never is a key of the file."""
    tagged = [Annotated[shape, Tag(f"form:{name.replace('_', '-')}")] for name, shape in branches.items()]
    union: Any = tagged[0]
    for branch in tagged[1:]:
        union = union | branch
    return Annotated[union, Discriminator(_form)]


class SendShape(Shape):
    """Send bytes to the student's program."""

    send: _forms(  # type: ignore[valid-type]
        text=TextForm, hex=HexForm, random=RandomForm, random_text=RandomTextForm, repeat=RepeatForm
    ) = key("What to send.")
    split: Size | None = key("Send in pieces of so many bytes, each in a segment of its own.", default=None, example=5)


class ReceiveShape(Shape):
    """Expect bytes from the student's program."""

    receive: _forms(  # type: ignore[valid-type]
        word=Literal["sent", "anything"], text=TextForm, hex=HexForm, sent=SentForm
    ) = key("What has to arrive: no less, no more, nothing else.")
    slowly: StrictBool = key("Read slowly, so that a short write shows.", default=False)


class PrintsShape(Shape):
    """Expect something among what the program printed."""

    prints: _forms(  # type: ignore[valid-type]
        word=Literal["sent", "client-address"], text=TextForm
    ) = key("The content that has to be printed.")
    wording: Text | None = key(
        "The whole line, demanded when `exact_wording` is on; may hold {repr}, {text} and {address}.",
        default=None,
        example='"Received {repr}"',
    )


class ExitsShape(Shape):
    """Expect the program to end."""

    exits: _forms(  # type: ignore[valid-type]
        number=Annotated[StrictInt, Field(ge=0, le=255)], word=Literal["nonzero", "any"]
    ) = key("The exit status.")
    or_: Literal["serves-on"] | None = key("Or wait for the next client.", default=None, alias="or", example="serves-on")


class PauseShape(Shape):
    """Let time pass, for a program that acts by the clock."""

    pause: Annotated[Number, Field(gt=0, le=LONGEST_PAUSE_SECONDS)] = key("Seconds.", example=0.5)


# --- what they become -----------------------------------------------------------------------------------------------


def _bytes(text: str) -> bytes:
    return text.encode("utf-8")


def _send_arguments(step: SendShape) -> dict[str, object]:
    arguments = {"kind": "text", "data": b"", "size": 0, "with": b"", "split": step.split}
    match step.send:
        case TextForm(text=text):
            return {**arguments, "data": _bytes(text), "size": len(_bytes(text))}
        case HexForm(hex=digits):
            return {**arguments, "kind": "hex", "data": bytes.fromhex(digits), "size": len(bytes.fromhex(digits))}
        case RandomForm(random=size, with_=digits):
            return {**arguments, "kind": "random", "size": size, "with": bytes.fromhex(digits or "")}
        case RandomTextForm(random_text=size):
            return {**arguments, "kind": "random-text", "size": size}
        case RepeatForm(repeat=text, times=times):
            return {**arguments, "kind": "repeat", "data": _bytes(text) * times, "size": len(_bytes(text)) * times}
    raise AssertionError(step)


def _receive_arguments(step: ReceiveShape) -> dict[str, object]:
    arguments = {"what": "sent", "data": b"", "transform": None, "slowly": step.slowly}
    match step.receive:
        case SentForm(sent=transform):
            return {**arguments, "transform": transform}
        case TextForm(text=text):
            return {**arguments, "what": "literal", "data": _bytes(text)}
        case HexForm(hex=digits):
            return {**arguments, "what": "literal", "data": bytes.fromhex(digits)}
        case word:
            return {**arguments, "what": word}


def _prints_arguments(step: PrintsShape) -> dict[str, object]:
    match step.prints:
        case TextForm(text=text):
            return {"what": "literal", "data": _bytes(text), "wording": step.wording}
        case word:
            return {"what": word, "data": b"", "wording": step.wording}


def _exits_arguments(step: ExitsShape) -> dict[str, object]:
    return {"code": step.exits, "or_serves": step.or_ is not None}


def _pause_arguments(step: PauseShape) -> dict[str, object]:
    return {"seconds": step.pause}


# --- what fits within one step --------------------------------------------------------------------------------------


def _send_faults(step: SendShape, side: str | None) -> Iterator[str]:
    match step.send:
        case RepeatForm(repeat=text, times=times) if len(_bytes(text)) * times > MOST_PAYLOAD:
            yield f"`times` makes more than {MOST_PAYLOAD} bytes. Send less."
        case RandomForm(random=size, with_=str(digits)) if len(bytes.fromhex(digits)) > size:
            yield f"`with` has more bytes than `random`. Raise `random` to {len(bytes.fromhex(digits))} or more."


def _prints_faults(step: PrintsShape, side: str | None) -> Iterator[str]:
    if step.prints == "client-address" and side not in ("server", None):
        yield "`client-address` is for checks with `run: server`. Give the text, e.g. `prints: {text: Hello}`."
    if step.prints == "sent" and side == "pair":
        yield "`sent` has no meaning in a pair: the grader sends nothing. Give the text, e.g. `prints: {text: Hello}`."
    if step.wording is not None:
        yield from _wording_faults(step.wording, step.prints)


def _wording_faults(wording: str, content: object) -> Iterator[str]:
    fitting = ("{address}",) if content == "client-address" else ("{repr}", "{text}")
    rest = wording
    for placeholder in fitting:
        rest = rest.replace(placeholder, "")
    if "{" in rest or "}" in rest:
        yield f"`wording` may hold {one_of(fitting, joined='and')} here, and no other braces."
    elif rest == wording and isinstance(content, str):
        yield f"`wording` does not say where the content goes. Put {one_of(fitting)} there."


def _exits_faults(step: ExitsShape, side: str | None) -> Iterator[str]:
    if step.or_ is not None and side == "client":
        yield "`or: serves-on` is for servers; a client serves nobody. Remove it."


def _nothing_to_say(step: Any, side: str | None) -> Iterator[str]:
    yield from ()


# --- the table ------------------------------------------------------------------------------------------------------

_PEER: Sides = frozenset({"server", "client"})
_ALL: Sides = frozenset({"server", "client", "pair"})
_ANY_TIME = {state: state for state in ("start", "open", "half-closed", "closed", "nobody", "relayed", "ended")}
_BEFORE_END = {state: to for state, to in _ANY_TIME.items() if state != "ended"}


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One kind of step.

    `summary`: for editors and instructors.  `sides`: whose conversations may have it.
    `states`: state in which it fits -> state that it leads to.
    `expects`: whether it can fail a check; a conversation needs at least one such step.
    `shape`: how it is written, None for a bare word.  `arguments`, `faults`: of the validated shape.
    """

    summary: str
    sides: Sides
    states: Mapping[str, str]
    expects: bool = False
    shape: type[Shape] | None = None
    arguments: Callable[[Any], dict[str, object]] = lambda step: {}
    faults: Callable[[Any, str | None], Iterator[str]] = _nothing_to_say


_SERVER: Sides = frozenset({"server"})
_CLIENT: Sides = frozenset({"client"})
_PAIR: Sides = frozenset({"pair"})

STEPS: Mapping[str, StepSpec] = {
    "listens": StepSpec(
        "The program listens at the assignment's host and port.", _SERVER, {"start": "start"}, expects=True
    ),
    "connect": StepSpec("Connect to the program.", _SERVER, {"start": "open", "closed": "open"}),
    "connects": StepSpec(
        "The program connects to the assignment's host and port.", _CLIENT, {"start": "start"}, expects=True
    ),
    "accept": StepSpec("Accept the program's connection.", _CLIENT, {"start": "open", "closed": "open"}),
    "nobody-listens": StepSpec("Let the program find nobody listening.", _CLIENT, {"start": "nobody"}),
    "fails-visibly": StepSpec(
        "The program shows that it failed: a message, or an exit status other than 0.",
        _CLIENT,
        {"nobody": "nobody", "closed": "closed"},
        expects=True,
    ),
    "send": StepSpec(
        "Send bytes to the program.",
        _PEER,
        {"open": "open"},
        shape=SendShape,
        arguments=_send_arguments,
        faults=_send_faults,
    ),
    "receive": StepSpec(
        "Bytes arrive from the program.",
        _PEER,
        {"open": "open", "half-closed": "half-closed"},
        expects=True,
        shape=ReceiveShape,
        arguments=_receive_arguments,
    ),
    "half-close": StepSpec("Send no more, but go on receiving.", _PEER, {"open": "half-closed"}),
    "close": StepSpec("Close the connection.", _PEER, {"open": "closed", "half-closed": "closed"}),
    "reset": StepSpec("Break the connection off.", _PEER, {"open": "closed", "half-closed": "closed"}),
    "pause": StepSpec(
        "Let seconds pass.",
        _PEER,
        {"start": "start", "open": "open", "half-closed": "half-closed"},
        shape=PauseShape,
        arguments=_pause_arguments,
    ),
    "relay": StepSpec("Pass bytes between the two programs until both are done.", _PAIR, {"start": "relayed"}),
    "prints": StepSpec(
        "The program printed something.",
        _ALL,
        _ANY_TIME,
        expects=True,
        shape=PrintsShape,
        arguments=_prints_arguments,
        faults=_prints_faults,
    ),
    "prints-nothing": StepSpec("The program printed nothing.", _ALL, _ANY_TIME, expects=True),
    "exits": StepSpec(
        "The program ends.",
        _ALL,
        {state: "ended" for state in _BEFORE_END} | {"relayed": "relayed"},
        expects=True,
        shape=ExitsShape,
        arguments=_exits_arguments,
        faults=_exits_faults,
    ),
}

# Why a step does not fit in a state, and what to do. The first key is the state.
_WHY = {
    "start": "there is no connection yet. Put `connect` (a server) or `accept` (a client) before it.",
    "open": "it does not fit while a connection is open. Move it to the beginning, or put `close` before it.",
    "half-closed": "the grader has sent its last byte. Move it before `half-close`.",
    "closed": "the connection is closed. Move it before `close` or `reset`.",
    "nobody": "after `nobody-listens` there is no connection. Write `fails-visibly`, `exits` or `prints`.",
    "relayed": "a pair has one `relay`, at its beginning. Remove it.",
    "ended": "the program has ended by then. Move it before `exits`.",
}
_ROLES = ("server", "client")


# --- reading --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Course:
    """How far a conversation has come. `side`: `server`, `client`, `pair`, or None where `run` is not known."""

    side: str | None
    state: str = "start"
    sent: bool = False
    payload: int = 0
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_conversation(entry: Entry, side: str | None, place: Place) -> tuple[tuple[Step, ...], list[Problem]]:
    """Read a check's conversation.

    `side` is `server`, `client` or `pair`; None when the check's `run` is wrong, and then nothing is said about whether
    a step suits it. Returns the steps, without those that are wrong, and every fault.
    """
    course = _Course(side)
    for number, step in enumerate(entry.items(), start=1):
        _read_step(course, step, place.inner(f"step {number}"))
    written = entry.items()
    if written and not course.problems and not any(STEPS[step.name].expects for step in course.steps):
        message = "the conversation expects nothing, so that any program passes. Add a step such as `receive: sent`."
        course.problems.append(place.problem(entry.line, message))
    return tuple(course.steps), course.problems


def _read_step(course: _Course, entry: Entry, place: Place) -> None:
    name, who, entry, fault = _named_step(entry)
    if fault:
        course.problems.append(place.problem(entry.line, fault))
        return
    place = place.naming(name)
    spec = STEPS[name]
    shape, problems = _shape_of(spec, name, entry, place)
    problems += [place.problem(entry.line, text) for text in _fit(course, name, who)]
    if shape is not None:
        problems += [place.problem(entry.line, text) for text in spec.faults(shape, who if who else course.side)]
    if not problems:
        step = Step(name=name, arguments=spec.arguments(shape), who=who)
        problems += [place.problem(entry.line, text) for text in _payload_fault(course, step)]
        course.steps.append(step)
    course.problems += problems
    course.sent = course.sent or name == "send"


def _named_step(entry: Entry) -> tuple[str, str | None, Entry, str]:
    """Return the step's name, whose it is, its entry, and what is wrong ("" when nothing is)."""
    who = next((role for role in _ROLES if role in entry.mapping()), None)
    if who and len(entry.mapping()) > 1:
        return "", who, entry, f"`{who}:` takes one step and stands alone. Indent what follows it, or begin it with `- `."
    inner = entry.mapping()[who] if who else entry
    keys = [inner.text] if isinstance(inner.value, str) else list(inner.mapping())
    if not keys:
        return "", who, inner, f"{shown(inner.plain())} is no step. Write one of {one_of(list(STEPS))}."
    names = [name for name in keys if name in STEPS]
    if not names:
        return "", who, inner, f"unknown step {shown(keys[0])}.{nearest(keys[0], STEPS)} Steps are {one_of(list(STEPS), joined='and')}."
    if len(names) > 1:
        return "", who, inner, f"`{names[0]}` and `{names[1]}` are two steps. Begin the second with `- `."
    return names[0], who, inner, ""


def _shape_of(spec: StepSpec, name: str, entry: Entry, place: Place) -> tuple[Shape | None, list[Problem]]:
    """Validate how a step is written. Returns the shape (None for a bare word, or when it is wrong) and the faults."""
    if spec.shape is None:
        return None, _bare_faults(name, entry, place)
    if isinstance(entry.value, str):
        message = f"`{name}` needs an argument.{_sample(spec.shape, name)}"
        return None, [place.problem(entry.line, message)]
    problems = list(faults(spec.shape, entry, place))
    return (None if problems else validate(spec.shape, entry)), problems


def _sample(shape: type[Shape], name: str) -> str:
    return f" Write e.g. `{_SAMPLES[name]}`."


_SAMPLES = {
    "send": "send: {text: Hello}",
    "receive": "receive: sent",
    "prints": "prints: sent",
    "exits": "exits: 0",
    "pause": "pause: 0.5",
}


def _bare_faults(name: str, entry: Entry, place: Place) -> list[Problem]:
    if isinstance(entry.value, str):
        return []
    keys = entry.mapping()
    if len(keys) > 1 or keys[name].value is not None:
        return [place.problem(entry.line, f"`{name}` takes no argument. Write only `- {name}`.")]
    return []


def _fit(course: _Course, name: str, who: str | None) -> Iterator[str]:
    """Yield why a step does not fit here, and move the conversation on."""
    spec = STEPS[name]
    misplaced = list(_side_faults(course.side, name, who))
    if misplaced:
        yield from misplaced
        return
    if course.state not in spec.states and course.side is not None:
        yield _WHY[course.state] if course.side != "pair" or name == "relay" else "a pair begins with `relay`."
    course.state = spec.states.get(course.state) or next(iter(spec.states.values()))


def _side_faults(side: str | None, name: str, who: str | None) -> Iterator[str]:
    sides = STEPS[name].sides
    if side is None:
        return
    if who and side != "pair":
        yield f"`{who}:` is for pairs. Write the step itself: `- {name}`."
    elif side not in sides:
        fitting = [other for other, spec in STEPS.items() if side in spec.sides and spec.shape is None]
        yield f"it is no step of a {side} check.{_counterpart(name, side)} Such a check has {one_of(fitting)}, among others."
    elif side == "pair" and name != "relay" and not who:
        yield f"say whose in a pair: `- client: {{{name}: …}}` or `- server: {{{name}: …}}`."
    elif name == "relay" and who:
        yield "it concerns both programs. Write only `- relay`."


_COUNTERPARTS = {
    ("accept", "server"): "connect",
    ("connects", "server"): "listens",
    ("connect", "client"): "accept",
    ("listens", "client"): "connects",
}


def _counterpart(name: str, side: str) -> str:
    other = _COUNTERPARTS.get((name, side))
    return f" Did you mean `{other}`?" if other else ""


def _payload_fault(course: _Course, step: Step) -> Iterator[str]:
    if step.arguments.get("what") == "sent" and not course.sent:
        yield "`sent` is what the grader sent last, and it has sent nothing yet. Put `send` before it."
    size = step.arguments.get("size", 0)
    course.payload += size if isinstance(size, int) else 0
    if course.payload > MOST_PAYLOAD_IN_CONVERSATION:
        yield f"the conversation sends more than {MOST_PAYLOAD_IN_CONVERSATION} bytes by now. Send less."

"""The steps of a conversation: how each is written, where it fits, and the arguments that it becomes.

Everything about a step is in one row of `STEPS`. How the step is written is a pydantic shape, from which both messages
and the JSON Schema for editors are made. Where the step fits is part of the row as well: a conversation moves through a
few states (`start`, `open`, …), and the row says in which states the step may come and to which state it leads.
`conversations.py` reads by this table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, StrictInt, StrictStr, Tag

from grader.conversation import MOST_AS_RECEIVED
from grader.rubric.checking import FORM
from grader.rubric.problems import one_of
from grader.rubric.shape import Shape, Text, key, number_as_float

MOST_PAYLOAD = 4 * 1024 * 1024
LONGEST_PAUSE_SECONDS = 5

Size = Annotated[StrictInt, Field(ge=1, le=MOST_PAYLOAD)]
Hex = Annotated[
    StrictStr,
    Field(pattern=r"^[ \n]*[0-9A-Fa-f]{2}([ \n]*[0-9A-Fa-f]{2})*[ \n]*$", json_schema_extra={"format": "hex"}),
]
Pause = Annotated[float, Field(strict=True, gt=0, le=LONGEST_PAUSE_SECONDS), BeforeValidator(number_as_float)]
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


class RepeatForm(Shape):
    """The same characters again and again."""

    repeat: Text = key("Characters to repeat, sent as UTF-8.", example='"line\\n"')
    times: Size = key("How often.", example=1000)


class SentForm(Shape):
    """What the grader sent last, changed."""

    sent: Literal["upper", "lower", "reversed", "swapcase"] = key("How the sent bytes come back.", example="upper")


RECEIVED = "received"

_FORMS = ("text", "hex", "random", "random-text", "repeat", "sent")


def _form(value: object) -> str | None:
    """Return the tag of the way in which a value is written: by its first known key, or as a number or a word."""
    if isinstance(value, dict):
        return next((f"{FORM}{name}" for name in value if name in _FORMS), None)
    if type(value) is int:
        return f"{FORM}number"
    return f"{FORM}word" if isinstance(value, str) else None


def _forms(**branches: Any) -> Any:
    """Return the union of ways of writing a value."""
    tagged = [Annotated[shape, Tag(FORM + name.replace("_", "-"))] for name, shape in branches.items()]
    union: Any = tagged[0]
    for branch in tagged[1:]:
        union = union | branch
    return Annotated[union, Discriminator(_form)]


class RandomTextForm(Shape):
    """Letters and digits that no program can know beforehand."""

    random_text: _forms(  # type: ignore[valid-type]
        number=Size, word=Literal["received"]
    ) = key(
        "How many random letters and digits; `received`: as many as the client has sent.",
        alias="random-text",
        example=24,
    )
    with_: Hex | None = key("Bytes that must be among them.", default=None, alias="with", example='"00 ff 0a"')


class SendShape(Shape):
    """Send bytes to the student's program."""

    send: _forms(  # type: ignore[valid-type]
        word=Literal["received"],
        text=TextForm,
        hex=HexForm,
        random=RandomForm,
        random_text=RandomTextForm,
        repeat=RepeatForm,
    ) = key("What to send; `received`: what the client has sent.")
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
        word=Literal["sent", "reply", "client-address"], text=TextForm
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
    or_: Literal["serves-on"] | None = key(
        "Or wait for the next client.", default=None, alias="or", example="serves-on"
    )


class PauseShape(Shape):
    """Let time pass, for a program that acts by the clock."""

    pause: Pause = key("Seconds.", example=0.5)


# --- what they become -----------------------------------------------------------------------------------------------


def _bytes(text: str) -> bytes:
    return text.encode("utf-8")


def _send_arguments(step: SendShape) -> dict[str, object]:
    arguments = {
        "kind": _send_form(step), "data": b"", "size": _payload_size(step), "with": b"", "split": step.split,
        "as_received": _is_as_received(step),
    }  # fmt: skip
    match step.send:
        case TextForm(text=text):
            return {**arguments, "data": _bytes(text)}
        case HexForm(hex=digits):
            return {**arguments, "data": bytes.fromhex(digits)}
        case RandomForm(with_=str(digits)) | RandomTextForm(with_=str(digits)):
            return {**arguments, "with": bytes.fromhex(digits)}
        case RepeatForm(repeat=text, times=times):
            return {**arguments, "data": _bytes(text) * times}
    return arguments


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


def _send_form(step: SendShape) -> str:
    if step.send == RECEIVED:
        return RECEIVED
    return next(name for name in _FORMS if name in step.send.model_dump(by_alias=True))


def _is_as_received(step: SendShape) -> bool:
    """Return whether a step sends as many bytes as the program has sent, which is known only during the run."""
    return step.send == RECEIVED or (isinstance(step.send, RandomTextForm) and step.send.random_text == RECEIVED)


def _payload_size(step: SendShape) -> int:
    """Return how many bytes a step sends, without making them. For `random-text: received`, whose number is known only
    during the run, return how many are prepared."""
    match step.send:
        case "received":
            return 0
        case RandomTextForm(random_text="received"):
            return MOST_AS_RECEIVED
        case RepeatForm(repeat=text, times=times):
            return len(_bytes(text)) * times
        case RandomForm(random=int(size)) | RandomTextForm(random_text=int(size)):
            return size
        case TextForm(text=text):
            return len(_bytes(text))
        case HexForm(hex=digits):
            return len(bytes.fromhex(digits))
    raise AssertionError(step)


def _send_faults(step: SendShape, side: str | None, who: str | None) -> Iterator[str]:
    if _is_as_received(step) and side == "server":
        yield "`received` is what a client has sent. Give the bytes for a server, e.g. `send: {text: Hello}`."
    if _payload_size(step) > MOST_PAYLOAD:
        yield f"`send` makes more than {MOST_PAYLOAD} bytes. Send less."
    match step.send:
        case RandomTextForm(with_=str()) if _is_as_received(step):
            yield "`with` stands at both ends of a length that is known. Give `random-text` a number, or remove `with`."
        case RandomForm(with_=str(digits)) | RandomTextForm(with_=str(digits)):
            ends = 2 * len(bytes.fromhex(digits))
            if ends > _payload_size(step):
                yield f"`with` stands at both ends. Raise `{_send_form(step)}` to {ends} or more."


def _prints_faults(step: PrintsShape, side: str | None, who: str | None) -> Iterator[str]:
    if step.prints == "client-address" and side not in ("server", None):
        yield "`client-address` is for checks with `run: server`. Give the text, e.g. `prints: {text: Hello}`."
    if step.prints == "sent" and side == "pair":
        yield "`sent` has no meaning in a pair: the grader sends nothing. Write `prints: reply`, or give the text."
    if step.prints == "reply" and side in ("server", "client"):
        yield "`reply` is what the server of a pair answered its client. Write `sent`, or give the text."
    if step.prints == "reply" and who == "server":
        yield "`reply` is what the client was answered. Write it under `client`, or give the text."
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


def _exits_faults(step: ExitsShape, side: str | None, who: str | None) -> Iterator[str]:
    if step.or_ is not None and "client" in (side, who):
        yield "`or: serves-on` is for servers; a client serves nobody. Remove it."


def _receives_sent(step: ReceiveShape | None) -> bool:
    return step is not None and (step.receive == "sent" or isinstance(step.receive, SentForm))


def _prints_sent(step: PrintsShape | None) -> bool:
    return step is not None and step.prints == "sent"


def _nothing_to_say(step: Any, side: str | None, who: str | None) -> Iterator[str]:
    yield from ()


# --- the table ------------------------------------------------------------------------------------------------------

_PEER: Sides = frozenset({"server", "client"})
_ALL: Sides = frozenset({"server", "client", "pair"})
_ANY_TIME = {state: state for state in ("start", "open", "half-closed", "closed", "nobody", "relayed", "ended")}
_BEFORE_END = {state: to for state, to in _ANY_TIME.items() if state != "ended"}


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One kind of step.

    `summary`: for editors and instructors.  `sides`: the sides whose conversations may have this step.
    `states`: state in which it fits -> state that it leads to.
    `expects`: whether it can fail a check; a conversation needs at least one such step.
    `shape`: how it is written, None for a bare word.  `sample`: an example of what comes after its colon.
    `arguments`: validated shape -> arguments of the `model.Step`.
    `faults`: what is wrong with a validated shape, given the side of the conversation and the half of a pair.
    `uses_sent`: whether it refers to what the grader sent.  `size`: how many bytes it sends.
    """

    summary: str
    sides: Sides
    states: Mapping[str, str]
    expects: bool = False
    shape: type[Shape] | None = None
    sample: str = ""
    arguments: Callable[[Any], dict[str, object]] = lambda step: {}
    faults: Callable[[Any, str | None, str | None], Iterator[str]] = _nothing_to_say
    uses_sent: Callable[[Any], bool] = lambda step: False
    size: Callable[[Any], int] = lambda step: 0


_SERVER: Sides = frozenset({"server"})
_CLIENT: Sides = frozenset({"client"})
_PAIR: Sides = frozenset({"pair"})

STEPS: Mapping[str, StepSpec] = {
    "listens": StepSpec(
        "The program listens at the assignment's host and port.", _SERVER, {"start": "start"}, expects=True
    ),
    "connect": StepSpec("Connect to the program.", _SERVER, {"start": "open", "closed": "open"}),
    "connects": StepSpec(
        "The program connects to the assignment's host and port. Accepts it, too.",
        _CLIENT,
        {"start": "open", "open": "open"},
        expects=True,
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
        sample="{text: Hello}",
        arguments=_send_arguments,
        faults=_send_faults,
        size=_payload_size,
    ),
    "receive": StepSpec(
        "Bytes arrive from the program.",
        _PEER,
        {"open": "open", "half-closed": "half-closed"},
        expects=True,
        shape=ReceiveShape,
        sample="sent",
        arguments=_receive_arguments,
        uses_sent=_receives_sent,
    ),
    "half-close": StepSpec("Send no more, but go on receiving.", _PEER, {"open": "half-closed"}),
    "close": StepSpec("Close the connection.", _PEER, {"open": "closed", "half-closed": "closed"}),
    "reset": StepSpec("Break the connection off.", _PEER, {"open": "closed", "half-closed": "closed"}),
    "pause": StepSpec(
        "Let seconds pass.",
        _PEER,
        {"start": "start", "open": "open", "half-closed": "half-closed"},
        shape=PauseShape,
        sample="0.5",
        arguments=_pause_arguments,
    ),
    "relay": StepSpec("Pass bytes between the two programs until both are done.", _PAIR, {"start": "relayed"}),
    "prints": StepSpec(
        "The program printed something.",
        _ALL,
        _ANY_TIME,
        expects=True,
        shape=PrintsShape,
        sample="sent",
        arguments=_prints_arguments,
        faults=_prints_faults,
        uses_sent=_prints_sent,
    ),
    "prints-nothing": StepSpec("The program printed nothing.", _ALL, _ANY_TIME, expects=True),
    "exits": StepSpec(
        "The program ends.",
        _ALL,
        dict.fromkeys(_BEFORE_END, "ended") | {"relayed": "relayed"},
        expects=True,
        shape=ExitsShape,
        sample="0",
        arguments=_exits_arguments,
        faults=_exits_faults,
    ),
}

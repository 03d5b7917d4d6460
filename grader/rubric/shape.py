"""The shape of rubric.yaml: which keys there are, what each may hold, and the words that editors show for it.

Here are only the rules for single values. Rules for several values (sums, ids, circles) are in `rules.py`, the steps of
a conversation in `steps.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    StrictInt,
    StrictStr,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

MOST_POINTS = 10_000


def key(description: str, **rules: Any) -> Any:
    """Return a field of a shape. `example` (one value) is shown in messages and in editors."""
    shown_as = rules.pop("example", None)
    return Field(description=description, examples=None if shown_as is None else [shown_as], **rules)


def shortest(points: Decimal) -> Decimal:
    """Return the points in their shortest form, so that rubrics with 3, 3.0 and 3.00 have the same digest."""
    return points.quantize(Decimal(1)) if points == points.to_integral_value() else points.normalize()


def _whole_as_decimal(value: object) -> object:
    return Decimal(value) if type(value) is int else value


def number_as_float(value: object) -> object:
    """Return a number of the file as a float; anything else as it is."""
    return float(value) if type(value) is int or isinstance(value, Decimal) else value


Text = Annotated[StrictStr, Field(min_length=1)]
Points = Annotated[
    Decimal,
    BeforeValidator(_whole_as_decimal),
    Field(strict=True, ge=0, le=MOST_POINTS, decimal_places=2),
    AfterValidator(shortest),
    WithJsonSchema({"type": "number", "format": "points", "minimum": 0, "maximum": MOST_POINTS}),
]


# The bounds must come before the validator to be part of the JSON Schema.
Seconds = Annotated[float, Field(strict=True, gt=0, le=600), BeforeValidator(number_as_float)]


# `problems.py` has words for each `format`.
Id = Annotated[StrictStr, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", json_schema_extra={"format": "id"})]
CheckId = Annotated[
    StrictStr,
    Field(
        pattern=r"^(server|client|pair)(\.[a-z0-9]+(-[a-z0-9]+)*)+$",
        json_schema_extra={"format": "check-id"},
    ),
]
Loopback = Annotated[
    StrictStr,
    Field(
        pattern=r"^127(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}$",
        json_schema_extra={"format": "loopback"},
    ),
]
FileName = Annotated[
    StrictStr,
    Field(pattern=r"^[^/\\\x00-\x1f]*[^/\\\x00-\x1f.]$", json_schema_extra={"format": "file-name"}),
]
ProgramName = Annotated[
    StrictStr,
    Field(pattern=r"^[^/\\\x00-\x1f]+\.py$", json_schema_extra={"format": "program-name"}),
]


class Shape(BaseModel):
    """A mapping of the file; a key that is not listed is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProgramShape(Shape):
    """A program that students write."""

    file: ProgramName = key("File name that the students are told.", example="echo-server.py")
    reference: Text = key(
        "Path of a correct program, relative to this file and in its folder; the other half of a pair.",
        example="solutions/echo-server.py",
    )


class ProgramsShape(Shape):
    """The programs of the assignment; one of the two is enough."""

    server: ProgramShape | None = key("The program that listens.", default=None)
    client: ProgramShape | None = key("The program that connects.", default=None)


class AssignmentShape(Shape):
    """What the students were told."""

    host: Loopback = key("Address on which server and client meet.", example="127.0.0.1")
    port: Annotated[StrictInt, Field(ge=1024, le=65535)] = key("TCP port on which they meet.", example=65432)
    answers: FileName = key("File with the answers to the questions.", default="answers.md", example="answers.md")
    programs: ProgramsShape = key("The programs that students write.")


class OptionsShape(Shape):
    """Choices that change marks."""

    follow_through: StrictBool = key(
        "A wrong address costs its own check only; the rest is judged at the address really used.", default=True
    )
    exact_wording: StrictBool = key("Printed lines must be worded as `wording` says, to the letter.", default=False)
    misnamed_penalty: Points = key(
        "Points off for each program found under another name.", default=Decimal(0), example=1
    )
    seed: Annotated[str, Field(max_length=200)] = key(
        "A word of yours that students do not know; random payloads depend on it.", default="", example="oak tree"
    )


class LimitsShape(Shape):
    """What one program may use in one run. Each has a default."""

    wall_seconds: Seconds = key(
        "Seconds from launch, or since it last sent or took something; four times that in all.",
        default=10.0,
        example=10,
    )
    cpu_seconds: Seconds = key("Seconds of processor time.", default=2.0, example=2)
    memory_mb: Annotated[StrictInt, Field(ge=64, le=65536)] = key(
        "MiB that each process may allocate; all together may hold twice that.", default=512, example=512
    )
    output_kb: Annotated[StrictInt, Field(ge=1, le=65536)] = key(
        "KiB of output, and again of errors; a program that prints more is stopped.", default=4096, example=4096
    )
    processes: Annotated[StrictInt, Field(ge=1, le=4096)] = key(
        "Processes and threads at one time.", default=64, example=64
    )
    files_mb: Annotated[StrictInt, Field(ge=1, le=4096)] = key(
        "MiB it may write to files in its folder; and again in /tmp, and in /dev/shm.", default=16, example=16
    )


class AnswersShape(Shape):
    """How the answers to the questions are marked."""

    target_precision: Annotated[float, Field(strict=True, ge=0.5, le=1), BeforeValidator(number_as_float)] = key(
        "Share of right decisions to aim at where no person looks; the higher, the more answers ask for one.",
        default=0.97,
        example=0.97,
    )


class PlayersShape(Shape):
    """Who plays each half of a pair."""

    server: Literal["student", "reference"] | None = key("Whose server runs.", default=None, example="student")
    client: Literal["student", "reference"] | None = key("Whose client runs.", default=None, example="reference")


def _one_role_as_player(value: object) -> object:
    return {value: "student"} if isinstance(value, str) and value in ("server", "client") else value


class _OrOneRole:
    """Adds the short way of writing `run` to the JSON Schema."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"enum": ["server", "client"]}, handler(core_schema)]}


WhoRuns = Annotated[PlayersShape, BeforeValidator(_one_role_as_player), _OrOneRole()]


class CheckShape(Shape):
    """A named behaviour that is worth points."""

    id: CheckId = key("Name in files and reports; begins with the half that it credits.", example="server.echoes-text")
    title: Text = key("The behaviour in a few words, for students.", example="Sends back the text it received")
    points: Points = key("What it is worth.", example=3)
    run: WhoRuns = key("The student's program that runs, or who plays each half of a pair.", example="server")
    needs: list[StrictStr] = key(
        "Ids of checks that must have passed; else this one is skipped.", default=[], example="[server.listens]"
    )
    conversation: list[Any] = key("What the grader does and expects, step by step.", min_length=1, example="[listens]")
    hint: Text = key("A next step for the student.", example="Loop over recv; use sendall.")


class ExamplesShape(Shape):
    """Marked wordings: the criterion's tests."""

    yes: list[Text] = key("Wordings that state the idea.", default=[], example="[it ties the socket to a port]")
    no: list[Text] = key("Wordings that do not.", default=[], example="[it starts the server]")


class CriterionShape(Shape):
    """One idea that an answer may state."""

    id: Id = key("Name in files and reports.", example="assoc")
    points: Points = key("What the idea is worth.", example=3)
    idea: Text = key("The idea in a plain sentence; for staff.", example="bind associates the socket with a port.")
    kind: Text = key("What kind of thing is missing, giving nothing away; for students.", example="what the call does")
    accept: list[Text] = key(
        "Patterns of words that state the idea.", default=[], example='["~bind-verb ~socket ~port"]'
    )
    reject: list[Text] = key("Patterns that undo it.", default=[], example='["~bind-verb >:ip"]')
    examples: ExamplesShape = key("Marked wordings, the criterion's tests.", default=ExamplesShape())


class MisconceptionShape(Shape):
    """A wrong belief worth a hint; never costs points."""

    id: Id = key("Name in files and reports.", example="bind-connects")
    says: Text = key("The belief in a plain sentence; for staff.", example="bind connects to the server.")
    signs: list[Text] = key("Patterns of words that show it.", min_length=1, example='["=bind >4:connect"]')
    hint: Text = key("What the student is told.", example="Which of the two programs calls connect?")


class QuestionShape(Shape):
    """A free-text question."""

    id: Id = key("Name in files and reports.", example="q1")
    number: Annotated[StrictInt, Field(ge=1, le=1000)] = key('The heading in the answers: "## Question 1".', example=1)
    title: Text = key("A few words, for reports.", example="What bind achieves")
    prompt: Text = key("The question in full.", example="What is achieved by s.bind((HOST, PORT))?")
    points: Points = key("Its maximum.", example=15)
    capped: StrictBool = key("Whether the criteria may sum to more than the maximum.", default=False)
    criteria: list[CriterionShape] = key("The ideas that earn its points.", min_length=1)
    misconceptions: list[MisconceptionShape] = key("Wrong beliefs worth a hint.", default=[])


class RubricShape(Shape):
    """What counts in an assignment."""

    title: Text = key("Name of the assignment.", example="TCP echo server and client")
    points: Points = key("Sum of all checks and questions.", example=100)
    assignment: AssignmentShape = key("What the students were told.")
    options: OptionsShape = key("Choices that change marks.", default=OptionsShape())
    limits: LimitsShape = key("What one program may use in one run.", default=LimitsShape())
    checks: list[CheckShape] = key("The behaviours that earn points.", min_length=1)
    lexicon: dict[StrictStr, Annotated[list[Text], Field(min_length=1)]] = key(
        "Words that mean the same, by name, for the patterns of all criteria.",
        default={},
        example="{bind-verb: [bind, associate]}",
    )
    answers: AnswersShape = key("How the answers are marked.", default=AnswersShape())
    questions: list[QuestionShape] = key("The free-text questions.", default=[])

"""What counts: what a rubric says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

OPEN_FILES = 1024
"""Files and sockets that a program may have open at one time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one program may use during one run.

    wall_seconds: real time from launch, or since the program last sent or took something; > 0. This ends only programs
        that sleep or poll: a hang is proved, not timed.
    cpu_seconds: processor time of the program and all its children; > 0. This ends programs that spin.
    memory_bytes: what each process may allocate, touched or not (RLIMIT_DATA); > 0. Its address space may be eight
        times as large, since threads reserve space that they never touch; all processes together may hold twice
        `memory_bytes`.
    output_bytes: for stdout and stderr each; a program that prints more is stopped.
    processes: processes and threads at one time.
    file_bytes: what the program may add to its folder; the same again in /tmp, and in /dev/shm.
    """

    wall_seconds: float = 10.0
    cpu_seconds: float = 2.0
    memory_bytes: int = 512 * 1024 * 1024
    output_bytes: int = 4 * 1024 * 1024
    processes: int = 64
    file_bytes: int = 16 * 1024 * 1024

    @property
    def longest_seconds(self) -> float:
        """The most real time from launch for a program that goes on sending and taking, however slowly."""
        return 4 * self.wall_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramSpec:
    """A program that students write.

    `role`: `server` or `client`. `file`: the file name that students were told. `reference`: the text of the reference
    program, which stands in for a student's.
    """

    role: str
    file: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a conversation: `name` (`connect`, `send`, `receive`, `prints`, …) and its arguments.

    `who`: in a pair, whose output or exit the step means, `server` or `client`; otherwise None.
    """

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    who: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A named behaviour worth points.

    `players`: role -> `student` or `reference`. One entry: the grader itself is the peer. Two: a pair, relayed.
    `needs`: ids of checks that must have passed, or this one is skipped.
    `hint`: a next step for the student where the diagnosis has nothing more precise.
    """

    id: str
    title: str
    points: Decimal
    players: Mapping[str, str]
    needs: tuple[str, ...]
    conversation: tuple[Step, ...]
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One idea that an answer may state.

    `idea`: the idea in a plain sentence (staff see it; students never do).
    `kind`: what the idea is about, in words that do not give it away ("what the port is for"). Students see it when
    the idea is missing from their answer.
    `accept` / `reject`: word patterns in the language of `docs/rubric.md`.
    `examples_yes` / `examples_no`: marked wordings, which serve as the criterion's tests.
    `decided_yes` / `decided_no`: whole answers on which staff have decided, from the decisions file beside the rubric.
    """

    id: str
    points: Decimal
    idea: str
    kind: str
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    examples_yes: tuple[str, ...] = ()
    examples_no: tuple[str, ...] = ()
    decided_yes: tuple[str, ...] = ()
    decided_no: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """A wrong belief worth a hint. It never costs points; an answer that shows it and earns credit needs a person."""

    id: str
    says: str
    signs: tuple[str, ...]
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A free-text question. `points` is its maximum; the criteria may sum to more, and are then capped at it.

    `target_precision`: the share of the decisions without a person that should be right, 0.5 to 1.
    """

    id: str
    number: int
    title: str
    prompt: str
    points: Decimal
    criteria: tuple[Criterion, ...]
    misconceptions: tuple[Misconception, ...] = ()
    lexicon: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    target_precision: float = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Choices of an instructor that change marks.

    follow_through: a wrong address costs only its own check; the others are judged at the address that was used.
    exact_wording: `prints` steps that give a `wording` demand it to the letter.
    misnamed_penalty: points taken off for each program found under another name.
    seed: goes into the random payloads, which otherwise depend only on the hand-in; known to staff only.
    """

    follow_through: bool = True
    exact_wording: bool = False
    misnamed_penalty: Decimal = Decimal(0)
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """What counts. `digest`: SHA-256 (hex) of everything that can change a mark, references included.

    `host`, `port`: where the assignment says that server and client meet.
    """

    title: str
    points: Decimal
    host: str
    port: int
    answers_file: str
    programs: tuple[ProgramSpec, ...]
    limits: Limits
    options: Options
    checks: tuple[Check, ...]
    questions: tuple[Question, ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """SHA-256 (hex) of the parts of a rubric on which each stage of grading depends. Points are in neither digest.

    `observed`: what decides how programs are observed, and in which words.  `answered`: the same for answers.
    """

    observed: str
    answered: str

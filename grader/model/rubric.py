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

    wall_seconds: real time from launch, or since it last sent or took something; > 0. Only ends a program that sleeps
        or polls: hangs are proved, not timed.
    cpu_seconds: processor time of the program and all its children; > 0. Ends one that spins.
    memory_bytes: what each process may allocate, touched or not (RLIMIT_DATA); > 0. Its address space may be eight
        times that, for what a thread reserves and never touches; all processes together may hold twice that.
    output_bytes: of stdout and of stderr, each; a program that prints more is stopped.
    processes: processes and threads at one time.
    file_bytes: what the program may write to its folder, beside what was handed in; and again to /tmp, and to /dev/shm.
    """

    wall_seconds: float = 10.0
    cpu_seconds: float = 2.0
    memory_bytes: int = 512 * 1024 * 1024
    output_bytes: int = 4 * 1024 * 1024
    processes: int = 64
    file_bytes: int = 16 * 1024 * 1024

    @property
    def longest_seconds(self) -> float:
        """Real time from launch for a program that goes on sending and taking, however slowly."""
        return 4 * self.wall_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramSpec:
    """A program that students write: its `role`, the file name they were told, and the reference that stands in for it.

    `reference` is the text of the reference program. Roles are `server` and `client`.
    """

    role: str
    file: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a conversation: `name` (`connect`, `send`, `receive`, `prints`, …) and its arguments.

    `who` is `server` or `client` in a pair, where a step must say whose output or exit it means; otherwise None.
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
    `kind`: what kind of thing it is, in words that do not give it away ("what the port is for"): shown when missing.
    `accept` / `reject`: word patterns in the language of `docs/rubric.md`.
    `examples_yes` / `examples_no`: marked wordings, which are the criterion's tests.
    `decided_yes` / `decided_no`: whole answers that staff have decided, from the file of decisions beside the rubric.
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
    """A wrong belief worth a hint. Never deducts: a sign of it next to credit asks for a person."""

    id: str
    says: str
    signs: tuple[str, ...]
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A free-text question. `points` is its maximum; the criteria may sum to more, and are then capped at it.

    `target_precision`: the share of decisions that should be right among those that no person looks at, 0.5 to 1.
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

    follow_through: a wrong address costs its own check only; the rest is judged at the address really used.
    exact_wording: `prints` steps that give a `wording` demand it to the letter.
    misnamed_penalty: points taken off for each program found under another name.
    seed: goes into the random payloads, which otherwise depend on the hand-in alone; known to staff only.
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
    """What of a rubric each stage of a mark depends on, as SHA-256 (hex); points are part of neither.

    `observed`: all that decides what is observed of a program, and in which words.  `answered`: of an answer.
    """

    observed: str
    answered: str

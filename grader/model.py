"""The nouns. Frozen values that every room shares; no behaviour beyond what a value can say of itself.

Units are in the names or the docstrings: seconds, bytes, points. Points are `Decimal`, so that sums are exact and a
rubric may use halves. Text that a student supplied is plain `str` or `bytes` here and is escaped where it is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

# --- what was handed in ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of a hand-in. `path` is relative to the submission's folder, with `/`, and never leaves it."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something noticed about a hand-in that is no verdict: a misnamed file that was used all the same, say.

    `code`: a short stable name (`misnamed`, `missing`, `ambiguous`, `unreadable`, …).
    `message`: a sentence fit for the student.  `needs_person`: a teacher has to look before the mark is final.
    `role`: the program or `answers` that it concerns; None when it concerns the whole hand-in.
    """

    code: str
    message: str
    needs_person: bool = False
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One student's hand-in, read completely into memory.

    `id`: the folder's name.  `digest`: SHA-256 (hex) over paths and contents; equal content, equal digest.
    `files`: the files that go into the box: those of the folder that holds the programs and of the folders below it.
    `programs`: role (`server`, `client`) -> path of that program among `files`; a role that was not found is absent.
    `answers`: text of the answers file, or None when there is none.
    """

    id: str
    digest: str
    files: tuple[SourceFile, ...]
    programs: Mapping[str, str]
    answers: str | None
    notes: tuple[Note, ...] = ()


# --- what counts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one program may use during one run.

    wall_seconds: real time from launch, or since it last sent or took something; > 0. Only ends a program that sleeps
        or polls: hangs are proved, not timed.
    cpu_seconds: processor time of the program and all its children; > 0. Ends one that spins.
    memory_bytes: address space of each process; > 0.
    output_bytes: of stdout and of stderr, each; a program that prints more is stopped.
    processes: processes and threads at one time.
    file_bytes: everything the program writes to its folder and /tmp, together.
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


# --- what happened --------------------------------------------------------------------------------------------------


KEPT_BYTES = 1 << 18
"""What a transcript keeps of the bytes received: this much, and twice what was sent. More tells nothing more of a
verdict, and every run of a class is stored."""

OPEN_FILES = 1024
"""Files and sockets that a program may have open at one time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing seen on the wire.

    `kind`: `connected`, `refused`, `accepted`, `sent`, `received`, `fin-sent`, `fin-received`, `reset`.
    `connection`: 0 for the first connection of the run, 1 for the second, …
    `data`: the bytes of `sent` and `received`.  `at`: seconds since the program was launched.
    """

    kind: str
    connection: int
    at: float
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """One row of the box's socket tables. `protocol`: `tcp`, `tcp6`, `udp`, `udp6`. `state`: `listen`, `bound`, …

    `only_ipv6`: of an IPv6 socket, whether it takes no IPv4 connections.
    """

    protocol: str
    host: str
    port: int
    state: str
    backlog: int = 0
    only_ipv6: bool = False

    def reaches(self, host: str, port: int) -> bool:
        """Whether a connection to `host` and `port` arrives here, if this socket listens."""
        everywhere = ["0.0.0.0"] + ["::"] * (not self.only_ipv6 or ":" in host)
        return self.port == port and self.host in (host, f"::ffff:{host}", *everywhere)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """An address that the program asked to connect or bind to (`call`), from Python's audit events.

    `output_before`: bytes printed to stdout and to stderr by then.
    """

    call: str
    host: str
    port: int
    output_before: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One line of a stack, innermost first. `file` is relative to the student's folder, or absolute for the library."""

    file: str
    line: int
    function: str
    thread: int = 0


DIRECT = "direct"  # the detail of an outcome where two programs met without the grader in between


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """How one action of the script ended: `done`, `impossible` (proved), `limit` (a limit came first), `not-reached`.

    `at`: seconds since launch when it ended.  `received`: bytes that had arrived by then on its connection.
    `detail`: one plain fact, for staff; `direct` where the programs of a pair met without the grader in between,
    which only `grade check` on a machine without boxes allows.
    """

    result: str
    at: float
    detail: str = ""
    received: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Everything seen of one program in one run. No opinion.

    Exactly one of `exit_code`, `signal` and `stopped` is not None. `stopped` says why the grader ended the program:
    `stuck` (proved), `cpu`, `wall`, `output`, `memory`, or `finished` (the script was over, nothing more was awaited).
    `output_before`: bytes printed to stdout and to stderr before the grader connected, once the program waited for it.
    `serving`: at the end the program was back in accept, waiting for another client.
    `outcomes`: one for each action of the script, in order. `sockets`: as seen when first something listened or, if
    nothing ever did, at the end. `harness_error`: what failed on our side; then nothing else here may be judged.
    `late_seconds`: the longest that the program, or its peer, was kept waiting for an answer or for a processor.
    """

    role: str
    file: str
    host: str
    port: int
    events: tuple[Event, ...] = ()
    outcomes: tuple[StepOutcome, ...] = ()
    sockets: tuple[Socket, ...] = ()
    dials: tuple[Dial, ...] = ()
    exit_code: int | None = None
    signal: int | None = None
    stopped: str | None = None
    serving: bool = False
    stdout: bytes = b""
    stderr: bytes = b""
    output_before: tuple[int, int] = (0, 0)
    output_cut: bool = False
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    late_seconds: float = 0.0
    stack: tuple[Frame, ...] = ()
    harness_error: str | None = None


# --- what it is worth -----------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """How a check came out. A harness error is ours or the host's, and never costs the student a point."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    HARNESS_ERROR = "harness-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one check showed. No points.

    `reason` and `next_step`: sentences for the student, empty when passed (a passed check may carry a `reason` as
    advice). `file`, `line`, `source`: the student's own line that it points at, when there is one (line is 1-based).
    `diagnosis`: id of the catalogue's entry. `staff_note`: for teachers only. `evidence`: short facts, for both.
    `followed`: failed on the address alone; the checks that need this one are judged at the address really used.
    `elsewhere`: the program may well work on the student's own computer, so that a person should look.
    """

    check: str
    verdict: Verdict
    reason: str = ""
    next_step: str = ""
    file: str | None = None
    line: int | None = None
    source: str | None = None
    diagnosis: str = ""
    staff_note: str = ""
    evidence: tuple[str, ...] = ()
    followed: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionScore:
    """One criterion of one answer.

    `probability`: how sure the engine is that the idea is stated, 0 to 1.  `evidence`: the words that earned it.
    `feedback`: for the student, and gives nothing away.  `staff_note`: for the teacher.  The two texts never mix.
    """

    id: str
    met: bool
    points: Decimal
    max: Decimal
    probability: float
    evidence: str
    feedback: str
    staff_note: str
    needs_review: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionScore:
    """One answered question. `points` is capped at `max`. `answer` is the student's text (bounded, as matched).

    `hints`: sentences for the student about misconceptions.  `review_reasons`: for staff; empty when none is needed.
    """

    id: str
    title: str
    answer: str
    points: Decimal
    max: Decimal
    needs_review: bool
    criteria: tuple[CriterionScore, ...]
    hints: tuple[str, ...] = ()
    review_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckScore:
    """One check with its points: `points` is `max` when passed, else 0."""

    id: str
    title: str
    points: Decimal
    max: Decimal
    observation: Observation


class Status(StrEnum):
    """What a grade still needs. `harness-error` wins over `needs-review`."""

    GRADED = "graded"
    NEEDS_REVIEW = "needs-review"
    HARNESS_ERROR = "harness-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """One submission's mark, with what explains it a year later.

    `points` = checks + questions - `penalty`, never below 0.  `review_reasons`: why a person is needed; for staff.
    """

    submission: str
    submission_digest: str
    rubric: str
    grader: str
    status: Status
    points: Decimal
    max: Decimal
    penalty: Decimal
    checks: tuple[CheckScore, ...]
    questions: tuple[QuestionScore, ...]
    notes: tuple[Note, ...] = ()
    review_reasons: tuple[str, ...] = ()


def number(points: Decimal) -> int | float:
    """Points as a JSON number: whole when whole, so that 10 never reads 10.0."""
    return int(points) if points == points.to_integral_value() else float(points)

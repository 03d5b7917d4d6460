"""One entry of the catalogue, and the small conditions and pointers that entries are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from grader.diagnose.clues import Clues
from grader.diagnose.trace import Place
from grader.diagnose.words import plain
from grader.verdicts import Finding

Condition = Callable[[Finding, Clues], bool]
Pointer = Callable[[Finding, Clues], Place | None]
Filler = Callable[[Finding, Clues], Mapping[str, str]]

STANDING = ("stuck", "wall", "finished")

# What of an entry presumes that a server sends back what it receives.
WHOLE, ADVICE_ONLY = "whole", "advice"


def nowhere(finding: Finding, clues: Clues) -> Place | None:
    """No line of the student's is to blame, or none can be told."""
    return None


def nothing(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """No further values for the sentences."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a mistake was found by: the student's line, and what it gives to the sentences, by name."""

    place: Place
    words: Mapping[str, str] = field(default_factory=dict)


Finder = Callable[[Finding, Clues], Found | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One mistake. The templates' `{names}` are those of `words.values` and of `fill`.

    `applies`: whether the evidence for it is there.  `reason`, `next_step`: for the student.  `staff`: for teachers.
    `line`: points at the student's own line.  `found`: looks for the mistake in the program; the entry applies only
    where it is there, and takes its line and its words from it, not from `line` and `fill`.
    `echo`: what presumes that the server sends back what it receives. Where the assignment asks for something else, an
    entry with `WHOLE` is passed over, and one with `ADVICE_ONLY` ends in the check's own hint.
    `elsewhere`: the program may well work on the student's own computer, so that a person should look.
    """

    id: str
    applies: Condition
    reason: str
    next_step: str = "{hint}"
    staff: str = ""
    line: Pointer = nowhere
    fill: Filler = nothing
    found: Finder | None = None
    elsewhere: bool = False
    echo: str = ""

    def next_step_for(self, clues: Clues) -> str:
        """The template of the next step."""
        return self.next_step if clues.echoes or not self.echo else "{hint}"


def holds(entry: Entry, finding: Finding, clues: Clues) -> bool:
    """Whether this is the mistake: its evidence is there, and what it looks for."""
    if entry.echo == WHOLE and not clues.echoes:
        return False
    return entry.applies(finding, clues) and (entry.found is None or entry.found(finding, clues) is not None)


# --- conditions -----------------------------------------------------------------------------------------------------


def both(*conditions: Condition) -> Condition:
    """All of them hold."""
    return lambda finding, clues: all(one(finding, clues) for one in conditions)


def either(*conditions: Condition) -> Condition:
    """At least one of them holds."""
    return lambda finding, clues: any(one(finding, clues) for one in conditions)


def no(condition: Condition) -> Condition:
    """It does not hold."""
    return lambda finding, clues: not condition(finding, clues)


def finds(search: Pointer | Finder) -> Condition:
    """There is what this looks for."""
    return lambda finding, clues: search(finding, clues) is not None


def no_trace(finding: Finding, clues: Clues) -> bool:
    """No exception ended the program, as far as its output shows."""
    return clues.trace is None


def code(*codes: str) -> Condition:
    """The finding has one of these codes."""
    return lambda finding, clues: finding.code in codes


def role(name: str) -> Condition:
    """The program is the server, or the client."""
    return lambda finding, clues: clues.role == name


def stopped(*why: str) -> Condition:
    """The grader had to end the program for one of these reasons."""
    return lambda finding, clues: clues.record.stopped in why


def message(finding: Finding) -> bytes:
    """What a server was to answer: nothing where it is to speak first."""
    sent = finding.facts.get("sent")
    return sent if isinstance(sent, bytes) else finding.expected


def asked(finding: Finding, clues: Clues) -> bool:
    """The client had said something for the server to answer."""
    return clues.echoes or bool(message(finding))


def greeted_first(finding: Finding, clues: Clues) -> bool:
    """The assignment's server speaks before its client does."""
    return clues.greets


def unexplained(finding: Finding, clues: Clues) -> bool:
    """Neither an exception nor a limit that was reached says why."""
    return no_trace(finding, clues) and clues.record.stopped not in ("cpu", "output", "memory")


def error(kind: str, *words: str) -> Condition:
    """An exception of this class was shown, with all of these words in its message, and it explains the finding."""
    return lambda finding, clues: is_cause(finding, clues) and clues.has(kind, *words)


def calls(*names: str) -> Condition:
    """The source calls one of these."""
    return lambda finding, clues: bool(clues.calls(*names))


def uses(*names: str) -> Condition:
    """The source mentions one of these names."""
    return lambda finding, clues: clues.uses(*names)


def flows(fact: str) -> Condition:
    """The source has a place of this kind: the name of a field of `flow.Flow`."""
    return lambda finding, clues: any(getattr(one.flow, fact) for one in clues.sources)


def waits_in(*names: str) -> Condition:
    """The program was stopped in one of these calls, or its own time-out struck there."""
    return lambda finding, clues: clues.waiting is not None and clues.waiting.call in names


def raised_in(*names: str) -> Condition:
    """The exception came from a line that has one of these calls; where no line is known, such a call exists."""

    def holds(finding: Finding, clues: Clues) -> bool:
        if clues.trace is not None and clues.trace.place is not None:
            return any(call.name in names for call in clues.raising)
        return bool(clues.calls(*names))

    return holds


NOT_CAUSED = (
    "altered",
    "early",
    "extra",
    "elsewhere",
    "wording-differs",
    "prints-something",
    "refusal-hidden",
    "claims-success",
)


def is_cause(finding: Finding, clues: Clues) -> bool:
    """Whether an exception can be why: never for bytes that are wrong, an address, or wording.

    An address that is not printed is explained by an exception only where nothing was printed, or a `print` stood
    after it, or stands in a function and nothing was printed since the client had connected.
    """
    if finding.code.endswith(NOT_CAUSED):
        return False
    place = clues.trace.place if clues.trace is not None else None
    if finding.code == "address-not-printed" and place is not None and clues.main.parsed and clues.record.stdout:
        shows = ("print", "write", "info", "debug", "warning", "log")
        early = len(clues.record.stdout) == clues.record.output_before[0]
        made = clues.calls(*shows)
        return not made or any(call.line >= place.line or (early and call.function) for call in made)
    return True


# --- pointers -------------------------------------------------------------------------------------------------------


def at_trace(finding: Finding, clues: Clues) -> Place | None:
    """The student's innermost line in the traceback."""
    return clues.trace.place if clues.trace is not None else None


def at_wait(finding: Finding, clues: Clues) -> Place | None:
    """The line that a program that waits stood in. Where one stands that is running differs from run to run.

    One that was stopped because all was over may be running: it waits where its line has a call that can wait.
    """
    if clues.waiting is None or (clues.record.stopped == "finished" and not clues.waiting.text):
        return None
    return clues.waiting.place if clues.record.stopped in STANDING or clues.gave_up else None


def at_loop(finding: Finding, clues: Clues) -> Place | None:
    """The loop that the program was in when it was stopped: the outermost one, whose line is the same each time."""
    for frame in reversed(clues.own_frames):
        for source in clues.sources:
            for start, end in source.loops:
                if source.path == frame.file and start <= frame.line <= end:
                    return Place(file=source.path, line=start)
    return None


def at_call(*names: str) -> Pointer:
    """The first call of the first of these names that is called."""

    def point(finding: Finding, clues: Clues) -> Place | None:
        return next((place for name in names if (place := clues.place_of(name)) is not None), None)

    return point


def at_name(*names: str) -> Pointer:
    """The first line that uses one of these names."""

    def point(finding: Finding, clues: Clues) -> Place | None:
        for source in clues.sources:
            for name in names:
                if name in source.names:
                    return Place(file=source.path, line=source.names[name])
        return None

    return point


def at_flow(fact: str) -> Pointer:
    """The first place of this kind: the name of a field of `flow.Flow` that holds names and lines."""

    def point(finding: Finding, clues: Clues) -> Place | None:
        found = ((one.path, marks[0]) for one in clues.sources if (marks := getattr(one.flow, fact)))
        return next((Place(file=path, line=mark[1]) for path, mark in found), None)

    return point


def flow_name(fact: str) -> Filler:
    """The name of that place, as `name`."""

    def fill(finding: Finding, clues: Clues) -> Mapping[str, str]:
        found = [marks[0][0] for one in clues.sources if (marks := getattr(one.flow, fact))]
        return {"name": plain(found[0]) if found else ""}

    return fill


def at_found(finder: Finder) -> Pointer:
    """The line of what was found."""

    def point(finding: Finding, clues: Clues) -> Place | None:
        found = finder(finding, clues)
        return found.place if found is not None else None

    return point


def first_of(*pointers: Pointer) -> Pointer:
    """The first pointer that finds a line."""

    def point(finding: Finding, clues: Clues) -> Place | None:
        return next((place for one in pointers if (place := one(finding, clues)) is not None), None)

    return point

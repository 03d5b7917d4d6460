"""What the catalogue's conditions may look at: one frozen value made of a record and the student's sources. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from grader.diagnose.source import Call, Source, read_source
from grader.diagnose.trace import Place, Trace, own_path, parse_trace
from grader.model import Dial, Event, Frame, RunRecord

DISTINCTIVE = 20  # characters of an exception's message that no program prints by chance
MOST_PRINTED = 1 << 16  # characters of the output that are looked at, from each end
MOST_READ = 1 << 17  # characters of a program and the files that it imports, before no more of them are read
MOST_THREADS = 8  # whose place in the program is looked up

TIMEOUTS = ("TimeoutError", "timeout")  # what a time-out raises, as Python versions call it

# Calls in which a program can wait, and that are written in C: of those on a line only these wait without a frame of
# the library's on the stack.
WITHOUT_FRAME = (
    "recv", "recv_into", "recvfrom", "recvmsg", "sendall", "send", "sendto", "connect", "acquire", "select", "poll",
    "input", "sleep", "pause",
    "kill", "raise_signal",  # a signal that stops the program itself
)  # fmt: skip
# All in which it can wait. The library's own functions come first in a stack, then the student's line.
WAITING_CALLS = (
    *WITHOUT_FRAME, "accept", "readline", "readlines", "read", "readinto", "join", "wait", "get", "put",
    "serve_forever", "handle_request", "run", "run_forever", "run_until_complete", "communicate",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Where the program stood when it was stopped, or when its own time-out ended its waiting: the student's innermost
    line, and the call on it.

    `call`: the name of the call, or an empty string.  `text`: as the student wrote it, bounded.
    """

    place: Place
    call: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """Everything that is known about one run. `sources`: the program's own file first, then those it imports.

    `threads`: where each thread stood, `waiting` first.  `texts`: path -> text of all the student's files.
    `shadows`: paths of those that stand in the way of a standard module.  `printed`: stdout and stderr.
    `echoes`: the assignment's server sends back just what it receives.  `greets`: it speaks before its client does.
    """

    record: RunRecord
    sources: tuple[Source, ...]
    trace: Trace | None
    waiting: Waiting | None
    threads: tuple[Waiting, ...]
    texts: Mapping[str, str]
    shadows: tuple[str, ...]
    printed: str
    expected_host: str
    expected_port: int
    echoes: bool = True
    greets: bool = False

    @property
    def role(self) -> str:
        """`server` or `client`."""
        return self.record.role

    @property
    def main(self) -> Source:
        """The program's own file."""
        return self.sources[0]

    def calls(self, *names: str) -> list[Call]:
        """Calls of these names in the program's files."""
        return [call for source in self.sources for call in source.calls if call.name in names]

    def wire_calls(self, *names: str) -> list[Call]:
        """Those of them that are plainly not made of stdin, stdout or stderr."""
        return [call for call in self.calls(*names) if "std" not in call.owner]

    def place_of(self, *names: str) -> Place | None:
        """Where the first call of these names stands."""
        found = self.calls(*names)
        return self.place_of_call(found[0]) if found else None

    def place_of_call(self, call: Call) -> Place | None:
        """Where this call stands."""
        return next((Place(file=one.path, line=call.line) for one in self.sources if call in one.calls), None)

    def uses(self, *names: str) -> bool:
        """Whether any of these names is used at all: called, passed on, or part of an attribute."""
        return any(name in source.names or name in source.imports for source in self.sources for name in names)

    def calls_at(self, place: Place | None) -> list[Call]:
        """The calls on a line."""
        if place is None:
            return []
        return calls_on(self.source(place.file), place.line)

    @property
    def raising(self) -> list[Call]:
        """The calls that the exception can have come from: those on its line. Where several statements share the line,
        those that Python's marks are under; without marks none, as nobody can tell."""
        place = self.trace.place if self.trace is not None else None
        here = self.calls_at(place)
        if self.trace is None or place is None or place.line not in self.source(place.file).crowded:
            return here
        line, (first, behind) = self.text_at(place).encode(errors="replace"), self.trace.marks or (0, 0)
        indent = len(line) - len(line.lstrip())

        def column(at: int) -> int:
            return len(line[indent:at].decode(errors="replace"))

        alone = [call for call in here if call.line == call.end == place.line]
        return [call for call in alone if first <= column(call.columns[0]) and column(call.columns[1]) <= behind]

    def place_sent(self, data: bytes, *, first: bool = False) -> Place | None:
        """The last call (or the first) that sends just these bytes, written in the program: once, or again and again
        until they are cut."""
        found = [
            Place(file=source.path, line=line)
            for source in self.sources
            for text, line in source.flow.constants_sent
            if len(data) >= len(text) and (text * (len(data) // len(text) + 1))[: len(data)] == data
        ]
        return found[0 if first else -1] if found else None

    def text_at(self, place: Place | None) -> str:
        """The student's line."""
        return self.source(place.file).text(place.line) if place is not None else ""

    def source(self, path: str) -> Source:
        """The facts of any of the student's files; of one that does not exist, none."""
        return cached_source(path, self.texts.get(path, ""))

    def length(self, path: str) -> int:
        """How many lines a file has; 0 for one that is not the student's."""
        return len(self.source(path).lines) if path in self.texts else 0

    def dials(self, call: str) -> list[Dial]:
        """Addresses that were asked for by `bind` or `connect`."""
        return [dial for dial in self.record.dials if dial.call == call]

    def events(self, *kinds: str) -> list[Event]:
        """Events of these kinds, on any connection."""
        return [event for event in self.record.events if event.kind in kinds]

    @property
    def first_close(self) -> str:
        """The kind of the first event that ends a connection, or one direction of it: `fin-received` from the program,
        `fin-sent` from its peer, `reset`; an empty string where there is none."""
        return next((event.kind for event in self.events("fin-received", "fin-sent", "reset")), "")

    @property
    def own_frames(self) -> list[Frame]:
        """The student's own frames when the program was stopped, innermost first, by their paths in the hand-in."""
        named = [(own_path(frame.file, list(self.texts)), frame) for frame in self.record.stack]
        return [replace(frame, file=path) for path, frame in named if path is not None]

    @property
    def said(self) -> bytes:
        """All bytes that came from the program."""
        return b"".join(event.data for event in self.events("received"))

    @property
    def heard(self) -> bytes:
        """All bytes that were sent to the program."""
        return b"".join(event.data for event in self.events("sent"))

    @property
    def gave_up(self) -> bool:
        """Whether a time-out of its own ended the program."""
        return self.trace is not None and self.trace.kind in TIMEOUTS

    @property
    def ended(self) -> bool:
        """Whether the program ended by itself."""
        return self.record.exit_code is not None or self.record.signal is not None

    def has(self, kind: str, *words: str) -> bool:
        """Whether an exception of this class, with these words in its message, ended it or was printed by it."""
        if self.trace is not None and self.trace.kind == kind and all(word in self.trace.message for word in words):
            return True
        telling = any(word.startswith("[Errno") or len(word) >= DISTINCTIVE for word in words)
        return telling and self.trace is None and all(word in self.printed for word in words)


def gather(
    record: RunRecord,
    sources: Mapping[str, str],
    expected_host: str,
    expected_port: int,
    *,
    echoes: bool = True,
    greets: bool = False,
) -> Clues:
    """The clues of one record."""
    stderr = record.stderr[-4 * MOST_PRINTED :].decode(errors="replace")  # a character has at most four bytes
    trace = parse_trace(stderr, list(sources))
    if record.stopped == "output" and trace is not None and trace.message.startswith("[Errno 27]"):
        # By chance the file behind its output was full before a look found it: the same is to be said of it.
        place, trace = trace.place, None
        record = replace(record, stack=record.stack or one_frame(place), stderr=b"")
    threads = tuple(waiting_of(record, trace, sources))
    return Clues(
        record=record,
        sources=tuple(program_files(record.file, sources)),
        trace=trace,
        waiting=next(iter(threads), None),
        threads=threads,
        texts=sources,
        shadows=tuple(shadowing(record.file, sources)),
        printed=f"{record.stdout[:MOST_PRINTED].decode(errors='replace')}\n{stderr[-MOST_PRINTED:]}",
        expected_host=expected_host,
        expected_port=expected_port,
        echoes=echoes,
        greets=greets,
    )


def one_frame(place: Place | None) -> tuple[Frame, ...]:
    """A line as a stack."""
    return (Frame(file=place.file, line=place.line, function=""),) if place is not None else ()


def glance(record: RunRecord, sources: Mapping[str, str]) -> Clues:
    """What can be said of a record without reading the program: its conditions may look at the record and at names of
    files. Reading costs several milliseconds, more than all else that judges a correct program."""
    return Clues(
        record=record,
        sources=(),
        trace=None,
        waiting=None,
        threads=(),
        texts=sources,
        shadows=tuple(shadowing(record.file, sources)),
        printed="",
        expected_host=record.host,
        expected_port=record.port,
    )


@lru_cache(maxsize=64)
def cached_source(path: str, text: str) -> Source:
    """`read_source`, once for the dozen checks of one hand-in."""
    return read_source(path, text)


def program_files(path: str, sources: Mapping[str, str]) -> Iterator[Source]:
    """The program's file, then the files that are imported, each once: from beside it, or from the one other place.

    Where else a program looks for modules it decides when it runs (`sys.path.append("..")`).
    """
    folder = path.rpartition("/")[0]
    queue, seen, read = [path], set(), 0
    while queue and read < MOST_READ:
        here = queue.pop(0)
        if here in seen:
            continue
        seen.add(here)
        read += len(sources.get(here, ""))
        found = cached_source(here, sources.get(here, ""))
        yield found
        modules = (module_path(name, folder, sources) for name in sorted(found.imports))
        queue += [module for module in modules if module is not None]


def module_path(name: str, folder: str, sources: Mapping[str, str]) -> str | None:
    """The student's file that has the name of a module: the one in this folder, or the only one elsewhere."""
    beside = f"{folder}/{name}.py" if folder else f"{name}.py"
    if beside in sources:
        return beside
    elsewhere = [path for path in sources if path.rpartition("/")[2] == f"{name}.py"]
    return elsewhere[0] if len(elsewhere) == 1 and name not in sys.stdlib_module_names else None


def shadowing(program: str, sources: Mapping[str, str]) -> Iterator[str]:
    """Files beside the program that have the name of a standard module, and so are imported in its place."""
    folder = program.rpartition("/")[0]
    for path in sorted(sources):
        parent, _, name = path.rpartition("/")
        if parent == folder and name.endswith(".py") and name[:-3] in sys.stdlib_module_names:
            yield path


def waiting_of(record: RunRecord, trace: Trace | None, sources: Mapping[str, str]) -> Iterator[Waiting]:
    """Where each thread stood that waited in a line of the student's own; without a stack, where a time-out struck."""
    for thread in list(dict.fromkeys(frame.thread for frame in record.stack))[:MOST_THREADS]:
        frames = [frame for frame in record.stack if frame.thread == thread]
        for number, frame in enumerate(frames):
            path = own_path(frame.file, list(sources))
            if path is not None:
                source, inner = cached_source(path, sources[path]), frames[number - 1] if number else None
                yield waiting_at(source, frame, inner, timed=record.stopped == "wall")
                break
    place = trace.place if trace is not None and trace.kind in TIMEOUTS else None
    if not record.stack and place is not None:
        source = cached_source(place.file, sources[place.file])
        yield waiting_at(source, Frame(file=place.file, line=place.line, function=""), None, timed=False)


def calls_on(source: Source, line: int) -> list[Call]:
    """The calls that stand on a line, or go on there."""
    return [call for call in source.calls if call.line <= line <= call.end]


def waiting_at(source: Source, frame: Frame, inner: Frame | None, *, timed: bool) -> Waiting:
    """The call that a line waits in: the one that the library's frame above it names, else the first that can wait.

    `timed`: the time was up, so that of several a sleep it is: one without end would have been stopped as stuck before.
    """
    here = calls_on(source, frame.line)
    named = [call for call in here if inner is not None and call.name == inner.function]
    able = [call for call in here if call.name in WAITING_CALLS]
    unframed = [call for call in able if call.name in WITHOUT_FRAME] if inner is None else []
    sleeps = [call for call in unframed if call.name == "sleep"] if timed else []
    call = next(iter(named or sleeps or unframed or able), None)
    place = Place(file=source.path, line=frame.line)
    if call is None:
        return Waiting(place=place, call=inner.function if inner else "", text="")
    return Waiting(place=place, call=call.name, text=call.text)

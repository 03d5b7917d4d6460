"""Programs that were ended because they used too much: time, memory, output, processes, files."""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    at_call,
    at_loop,
    at_trace,
    at_wait,
    both,
    code,
    either,
    error,
    first_of,
    is_cause,
    no,
    stopped,
    waits_in,
)
from grader.diagnose.rounds import goes_round, has_much_to_say
from grader.diagnose.source import Call
from grader.diagnose.trace import Place
from grader.model import KEPT_BYTES
from grader.verdicts import Finding


def fork_failed(finding: Finding, clues: Clues) -> bool:
    """A thread or process could not be started."""
    trace = clues.trace
    if trace is None:
        return False
    return "can't start new thread" in trace.message or (
        trace.kind == "BlockingIOError" and bool(clues.calls("fork", "Process", "Popen", "run"))
    )


def stream(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """Where it printed too much, and what to do."""
    out, err = len(clues.record.stdout), len(clues.record.stderr)
    advice = "Look for a loop that prints and never ends." if goes_round(clues) else LESS
    return {"stream": "stderr, which shows errors" if err > out else "stdout", "advice": advice}


def retries(finding: Finding, clues: Clues) -> bool:
    """A client that nobody answers sleeps between its attempts."""
    return finding.code == "refusal-hidden" and len(clues.dials("connect")) != 1


def at_sleep(finding: Finding, clues: Clues) -> Place | None:
    """The line in which it slept; of several sleeps, the loop that they are in, or the first."""
    several = len(clues.calls("sleep")) > 1
    return (at_loop(finding, clues) or at_call("sleep")(finding, clues)) if several else at_wait(finding, clues)


def idle_loop(clues: Clues, places: list[Place]) -> Place | None:
    """The outermost loop around these lines, where none of the loops around any of them waits for anything or hands
    on to a function of the program's."""
    found: list[Place] = []
    for place in places:
        source = clues.source(place.file)
        around = [loop for loop in source.loops if loop[0] <= place.line <= loop[1]]
        inside = [call for call in source.calls if any(start <= call.line <= end for start, end in around)]
        lines = [line for _, line in source.flow.line_loops if any(start <= line <= end for start, end in around)]
        if lines or not all(is_idle(call) for call in inside):
            return None
        found += [Place(file=place.file, line=start) for start, _ in around[:1]]
    return found[-1] if found else None


def is_idle(call: Call) -> bool:
    """Whether a call waits for nothing but time, and does none of the assignment's work: a print of fixed words."""
    words = not re.search(r"{|[^\W\d]", QUOTED.sub("", call.text.partition("(")[2]))
    return words if call.name == "print" else call.name in IDLE


def slept_in(finding: Finding, clues: Clues) -> Place | None:
    """The loop in which it slept, where that loop does nothing but pass the time."""
    return idle_loop(clues, [clues.waiting.place]) if clues.waiting is not None else None


def spun_in(finding: Finding, clues: Clues) -> Place | None:
    """The loop in which it computed, where that loop does nothing but pass the time."""
    return idle_loop(clues, [Place(file=frame.file, line=frame.line) for frame in clues.own_frames])


def for_threads(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """How a program waits for its threads, if it has any."""
    return {"threads": " To wait for a thread, call its method join." if clues.calls("Thread", "Process") else ""}


def floods(finding: Finding, clues: Clues) -> bool:
    """It sent so much that the transcript kept only a part: this much, and twice what it had been sent by then."""
    return len(clues.said) >= max(KEPT_BYTES, 2 * len(clues.heard) + 1)


def flood(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """How much is kept: what exactly came is another amount in every run."""
    return {"flood": f"{KEPT_BYTES >> 10} KB"}


# Calls that wait for nothing but time, and do none of the assignment's work.
IDLE = frozenset({"sleep", "time", "monotonic", "perf_counter", "flush", "is_alive", "is_set", *dir(builtins)}
                 - {"input", "open", "iter", "next", "map", "exec", "eval", "__import__"})  # fmt: skip
LESS = "Print less: the assignment asks for a few lines only. Look for what prints very often, or very much at once."
QUOTED = re.compile(r"""'[^'{]*'|"[^"{]*\"""")

EXHAUSTED = (
    Entry(
        id="stops-itself",
        applies=both(stopped("stuck"), waits_in("kill", "raise_signal"), is_cause),
        reason="Your {role} stops itself with a signal{where}, and nobody tells it to go on.",
        next_step="Take it out: a program that is done only has to come to its last line.",
        line=at_wait,
    ),
    Entry(
        id="recursion",
        applies=error("RecursionError"),
        reason="Your {role} calls the same function inside itself without end{where}.",
        next_step="Use a loop where the function calls itself, or give it a way to stop.",
        line=at_trace,
    ),
    Entry(
        id="too-many-processes",
        applies=fork_failed,
        reason="Your {role} starts more threads or processes than the {processes} that it may have.",
        next_step="Start one for each client at most, and none in a loop without end.",
        line=at_trace,
    ),
    Entry(
        id="memory-of-all",
        applies=stopped("memory"),
        reason="Your {role}, with all that it started and all that it keeps in buffers and files, uses more memory "
        "than the {memory_of_all} that they may have together.",
        next_step="Look for something that grows without end, or for what is started or opened again and again.",
        line=first_of(at_trace, at_loop),
    ),
    Entry(
        id="memory-limit",
        applies=error("MemoryError"),
        reason="Your {role} uses more memory than the {memory} that it may have.",
        next_step="Look for something that grows without end, or a buffer that is far too large.",
        line=first_of(at_trace, at_loop),
    ),
    Entry(
        id="open-limit",
        applies=error("OSError", "[Errno 24]"),
        reason="Your {role} has opened more files and connections than the {open_files} that it may have open at one "
        "time.",
        next_step="Close each of them when it is done with, and open none in a loop without end.",
        line=at_trace,
    ),
    Entry(
        id="files-limit",
        applies=both(no(stopped("output")), either(error("OSError", "[Errno 28]"), error("OSError", "[Errno 27]"))),
        reason="Your {role} writes more to files than the {file_space} that it may.",
        next_step="The assignment needs no files: print, or send, and take the writing out.",
        line=at_trace,
    ),
)

# Before anything is said of a loop: a program that was sleeping does not spin.
SLEEPING = (
    Entry(
        id="spins-at-end",
        applies=both(code("does-not-end"), stopped("cpu", "output"), is_cause, no(has_much_to_say),
                     lambda finding, clues: spun_in(finding, clues) is not None),
        reason="Your {role} goes round for ever in a loop{on_line} that waits for nothing. {used_up}",
        next_step="Take this loop out: a program ends when it has come to its last line.{threads}",
        line=spun_in,
        fill=for_threads,
    ),
    Entry(
        id="sleeps-at-end",
        applies=both(code("does-not-end"), stopped("wall", "finished"), waits_in("sleep"), is_cause,
                     lambda finding, clues: slept_in(finding, clues) is not None),
        reason="Your {role} was sleeping{slept} when {until}: the loop around it{on_line} waits for nothing else.",
        next_step="Take this loop out: a program ends when it has come to its last line.{threads}",
        line=slept_in,
        fill=for_threads,
    ),
    Entry(
        id="sleeps",
        applies=both(
            waits_in("sleep"),
            is_cause,
            either(
                both(stopped("wall"), no(retries)), both(stopped("finished"), code("does-not-end", "server-silent"))
            ),
        ),
        reason="Your {role} was sleeping{slept} when {until}.",
        next_step="Take the sleep out: accept and recv wait by themselves until something happens.",
        line=at_sleep,
    ),
)  # fmt: skip

LIMITS = (
    Entry(
        id="sends-without-end",
        applies=both(stopped("stuck", "cpu", "wall"), code("does-not-end", "pair-fails"), floods),
        reason="Your {role} sends without end: more than {flood} that answer nothing, until nobody read them any more.",
        next_step="Look for a loop that sends and never ends. {hint}",
        line=at_call("sendall", "send", "write"),
        fill=flood,
    ),
    Entry(
        id="output-limit",
        applies=stopped("output"),
        reason="Your {role} prints more than the {output} that it may, on its {stream}, and was stopped.",
        next_step="{advice}",
        line=first_of(at_loop, at_call("print")),
        fill=stream,
    ),
    Entry(
        id="wall-limit",
        applies=stopped("wall"),
        reason="Your {role} was still at work when its time, {wall_seconds}, was up.",
        next_step="Look for a loop that never ends, or a wait that takes too long. {hint}",
        line=at_loop,
    ),
    Entry(
        id="cpu-limit",
        applies=stopped("cpu"),
        reason="Your {role} keeps computing, and was stopped when it had used up the {cpu_seconds} of processor time "
        "that it may have.",
        next_step="Look for a loop that never ends and never waits. {hint}",
        line=at_loop,
    ),
)

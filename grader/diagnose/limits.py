"""Programs that were ended because they used too much: time, memory, output, processes, files."""

from __future__ import annotations

from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, at_call, at_loop, at_trace, at_wait, both, either, error, first_of, stopped
from grader.diagnose.server import waits_in
from grader.verdicts import Finding


def fork_failed(finding: Finding, clues: Clues) -> bool:
    """A thread or process could not be started."""
    trace = clues.trace
    if trace is None:
        return False
    return "can't start new thread" in trace.message or (
        trace.kind == "BlockingIOError" and bool(clues.calls("fork", "Process", "Popen", "run"))
    )


EXHAUSTED = (
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
        id="memory-limit",
        applies=either(error("MemoryError"), stopped("memory")),
        reason="Your {role} uses more memory than the {memory} that it may have.",
        next_step="Look for something that grows without end, or a buffer that is far too large.",
        line=first_of(at_trace, at_loop),
    ),
    Entry(
        id="files-limit",
        applies=either(error("OSError", "[Errno 28]"), error("OSError", "[Errno 27]")),
        reason="Your {role} writes more to files than the {file_space} that it may.",
        next_step="The assignment needs no files: print, or send, and take the writing out.",
        line=at_trace,
    ),
)

LIMITS = (
    Entry(
        id="output-limit",
        applies=stopped("output"),
        reason="Your {role} prints without end, and was stopped after {output}.",
        next_step="Look for a loop that prints and never ends. {hint}",
        line=first_of(at_loop, at_call("print")),
    ),
    Entry(
        id="sleeps",
        applies=both(stopped("wall"), waits_in("sleep")),
        reason="Your {role} was sleeping when its time, {wall_seconds}, was up.",
        next_step="Take the sleep out: accept and recv wait by themselves until something happens.",
        line=at_wait,
    ),
    Entry(
        id="wall-limit",
        applies=stopped("wall"),
        reason="Your {role} was still at work, trying again and again, when its time, {wall_seconds}, was up.",
        next_step="Look for a loop that waits and never ends. {hint}",
        line=at_loop,
    ),
    Entry(
        id="cpu-limit",
        applies=stopped("cpu"),
        reason="Your {role} keeps computing without end, and was stopped after {cpu_seconds} of processor time.",
        next_step="Look for a loop that never ends and never waits. {hint}",
        line=at_loop,
    ),
)

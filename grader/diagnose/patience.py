"""Programs that do not wait long enough, wait for more than there is, or leave before they have all."""

from __future__ import annotations

import ast
import contextlib
import re

from grader.diagnose.awaited import got_reply, not_printed
from grader.diagnose.clues import Clues
from grader.diagnose.entry import ADVICE_ONLY, Entry, Found, at_call, both, code, no_trace
from grader.diagnose.hidden import SHORT, THREADS, TIME_LIMITS, seconds_of
from grader.diagnose.portions import fills_up, instead
from grader.diagnose.source import Call
from grader.diagnose.tree import RECEIVES, SENDS
from grader.diagnose.words import plain
from grader.printed import contains
from grader.verdicts import Finding

TASKS = ("create_task", "ensure_future")
WAITS = ("gather", "wait", "wait_for", "as_completed", "TaskGroup", "sleep", "join", "run_forever")
TIMED = (*TIME_LIMITS, "create_connection", "timeout", "timeout_at")


def hasty_join(finding: Finding, clues: Clues) -> Found | None:
    """A join that waits for hardly any time, where all that the program receives is received by what threads run."""
    started = " ".join(call.text for call in clues.calls(*THREADS))
    reads = clues.wire_calls(*RECEIVES)
    apart = bool(reads) and all(
        call.function == "run" or (call.function and call.function in started) for call in reads
    )
    joins = [call for call in clues.calls("join") if call.arguments == 1 and 0 < seconds_of(call, clues) <= SHORT]
    place = clues.place_of_call(joins[0]) if joins and apart else None
    return Found(place=place, words={"name": plain(joins[0].text)}) if place is not None else None


def lone_task(finding: Finding, clues: Clues) -> Found | None:
    """The call that makes a task which nothing keeps, in a program that waits for no tasks and has shown nothing."""
    tasks = [call for call in clues.calls(*TASKS) if call.alone and does_the_work(call, clues)]
    place = clues.place_of_call(tasks[0]) if tasks and not clues.calls(*WAITS) and not clues.printed.strip() else None
    awaited = clues.text_at(place).lstrip().startswith("await ")
    return Found(place=place) if place is not None and not awaited else None


def does_the_work(task: Call, clues: Clues) -> bool:
    """Whether all that is sent and received stands in the function that a task is made of, or in what that uses."""
    named = re.search(rf"\b{task.name}\((?:coro=)?(?:\w+\.)*(\w+)\(", task.text)
    every = [call for source in clues.sources for call in source.calls]
    own = {call.function for call in every}
    reached, more = set[str](), {named[1]} if named is not None else set()
    while more:
        reached |= more
        texts = [call.text for call in every if call.function in more]
        more = {word for text in texts for word in re.findall(r"\w+", text)} & own - reached
    work = clues.wire_calls(*RECEIVES, *SENDS)
    return bool(work) and all(call.function in reached for call in work)


def peer_ended(clues: Clues) -> bool:
    """Whether the end of the stream may have ended the waiting, and no time-out: the peer ended it first, or in answer
    to the program's own end of it, behind which the program can go on."""
    answered = bool(clues.events("fin-sent")) and clues.uses("shutdown", "write_eof")
    return answered or clues.first_close == "fin-sent"


def given_up(finding: Finding, clues: Clues) -> Found | None:
    """The call that waits for more than the reply has, where the program limits the time of its waiting."""
    limited = any(call.name in TIME_LIMITS or "timeout" in call.text for call in clues.calls(*TIMED))
    for call in clues.wire_calls(*RECEIVES) if limited and not peer_ended(clues) else ():
        place, awaited = clues.place_of_call(call), awaited_words(call, clues)
        if place is not None and awaited:
            return Found(place=place, words={"name": plain(call.name), "awaited": awaited, "instead": instead(clues)})
    return None


def awaited_words(call: Call, clues: Clues) -> str:
    """What of the reply a call waits for, and does not get."""
    if call.name in ("readline", "readuntil") and not clues.heard.endswith(b"\n"):
        return "a line end"
    short = fills_up(call, clues) and not (call.sizes and call.sizes[0] <= len(clues.heard))
    return "all the bytes that it asks for" if short else ""


def small_buffer(finding: Finding, clues: Clues) -> bool:
    """recv is asked for fewer bytes than the reply has, and those are printed."""
    sizes = [size for call in clues.calls("recv", "read") for size in call.sizes]
    return any(0 < size < len(finding.expected) and contains(clues.printed, finding.expected[:size]) for size in sizes)


def unread_rest(finding: Finding, clues: Clues) -> Found | None:
    """The call that asks for fewer bytes than the reply has, where the connection ended with RST: a part was unread."""
    kinds = [event.kind for event in clues.events("sent", "fin-received", "reset")]
    if "sent" not in kinds or kinds[-1] != "reset":
        return None
    for call in clues.wire_calls(*RECEIVES):
        place, few = clues.place_of_call(call), 0 < room_of(call) < len(clues.heard)
        if place is not None and few and not call.loop:
            return Found(place=place, words={"name": plain(call.text)})
    return None


def room_of(call: Call) -> int:
    """How many bytes a call asks for, by a number or by the length of a literal; 0 where that is not known."""
    literal = re.search(r"\(len\((b?(['\"]).*\2)\)\)$", call.text)
    if call.sizes or literal is None:
        return call.sizes[0] if call.sizes else 0
    with contextlib.suppress(SyntaxError, ValueError):
        return len(ast.literal_eval(literal[1]))
    return 0


PATIENCE = (
    Entry(
        id="join-too-short",
        applies=both(
            code("reply-not-printed", "server-silent", "server-partial", "server-late", "client-silent"),
            no_trace, lambda finding, clues: clues.ended,
        ),
        reason="Your {role} does not wait until its thread has done its work: {name}{on_line} goes on after so short a "
        "time, whether or not the thread has come to its end.",
        next_step="Call join without a number, when all has been sent: it waits until the thread has come to its end.",
        found=hasty_join,
    ),
    Entry(
        id="task-cut-off",
        applies=both(
            code("never-listens", "never-connects", "server-silent", "client-silent", "reply-not-printed",
                 "refusal-hidden"),
            no_trace, lambda finding, clues: clues.ended,
        ),
        reason="Your {role} hands its work to a task{on_line} and does not wait for it: the event loop ends "
        "with the coroutine that it was started with, whether or not a task is done.",
        next_step="Await what does the work. A task that has a name can be awaited by it.",
        found=lone_task,
    ),
    Entry(
        id="gives-up-on-reply",
        echo=ADVICE_ONLY,
        applies=both(not_printed, got_reply, no_trace, lambda finding, clues: clues.ended),
        reason="Your client had its reply already, and {name}{on_line} went on waiting for {awaited}, which the reply "
        "does not have, until the client's own time-out ended that.",
        next_step="Read with a call that returns what is there: {instead}.",
        found=given_up,
    ),
    Entry(
        id="buffer-too-small",
        applies=both(not_printed, small_buffer),
        reason="Your client asks recv for fewer bytes than the reply has, and prints only its beginning.",
        next_step="The number given to recv is the most that it returns: give it room for the whole reply.",
        line=at_call("recv", "read"),
    ),
    Entry(
        id="reply-left-unread",
        applies=both(not_printed, got_reply, no_trace, lambda finding, clues: clues.ended),
        reason="Your client ends its connection while a part of the reply is still unread: {name}{on_line} asks for "
        "fewer bytes than the reply has.",
        next_step="The number given to recv is the most that it returns: give it room for the whole reply, and print "
        "what it has returned.",
        found=unread_rest,
    ),
)  # fmt: skip

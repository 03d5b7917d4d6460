"""Work that is never begun or never reached, and small slips: a thread that is not started, a return too early.

The record shows what is missing; the source names the line.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    at_call,
    at_flow,
    at_trace,
    both,
    calls,
    code,
    either,
    error,
    first_of,
    flow_name,
    flows,
    no,
    stopped,
    uses,
)  # fmt: skip
from grader.diagnose.hidden import THREADS, hides, silent, unseen
from grader.diagnose.output import kept_back
from grader.diagnose.shown import PATIENT, told_not_to_wait
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES, SENDS
from grader.diagnose.words import plain
from grader.verdicts import Finding

SERVER_OBJECTS = ("TCPServer", "ThreadingTCPServer", "ForkingTCPServer", "start_server")
TASKS = ("create_task", "ensure_future")
RUNNERS = ("run", "run_until_complete", "run_forever", "Runner")
NEEDED = {
    "never-listens": ("bind", "listen", "accept", "create_server", "TCPServer", "ThreadingTCPServer", "start_server"),
    "address-not-printed": ("accept",),
    "never-connects": ("connect", "connect_ex", "create_connection", "open_connection"),
    "server-silent": SENDS,
    "client-silent": SENDS,
}
WANTED = {
    "server-silent": SENDS,
    "client-silent": SENDS,
    "never-connects": ("connect", "connect_ex", "create_connection", "open_connection"),
    "reply-not-printed": ("print",),
    "address-not-printed": ("print",),
}
at_a_loss = code(
    "never-listens", "never-connects", "address-not-printed", "server-silent", "client-silent", "reply-not-printed",
    "does-not-end", "exit-status",
)  # fmt: skip


def handler_values(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The class that lacks a method, and the method."""
    name, _, method = flow_name("handlers")(finding, clues)["name"].partition(" has no method ")
    return {"name": name, "method": method}


def idle(finding: Finding, clues: Clues) -> tuple[str, str, Place] | None:
    """A function that nothing uses and that alone makes a call that is missing: its name, that call, its line."""
    needed = NEEDED.get(finding.code, ())
    for source in clues.sources:
        for name, line, made in source.flow.uncalled:
            for one in needed:
                inside = [call for call in clues.calls(one) if call.function == name]
                elsewhere = any(name in other.names for other in clues.sources if other is not source)
                if one in made and not elsewhere and len(inside) == len(clues.calls(one)):
                    return name, one, Place(file=source.path, line=line)
    return None


def idle_values(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """That function and that call."""
    found = idle(finding, clues)
    return {"name": plain(found[0]), "call": plain(found[1])} if found else {"name": "", "call": ""}


def at_idle(finding: Finding, clues: Clues) -> Place | None:
    """The line of that function."""
    found = idle(finding, clues)
    return found[2] if found else None


def not_started(finding: Finding, clues: Clues) -> bool:
    """A thread or process is made, and nothing in the program starts one."""
    return bool(clues.calls("Thread", "Process")) and not clues.uses("start", "run", "submit", "map")


def at_work(finding: Finding, clues: Clues) -> list[tuple[str, Place]]:
    """The daemon threads, with the line that makes each one, where nothing but their function does the program's work
    on its connection (of a client without its reply: the receiving), and nothing waits for them."""
    made = [(name, Place(file=one.path, line=line)) for one in clues.sources for name, line in one.flow.daemons]
    named, lambdas = {name for name, _ in made if name}, {place.line for name, place in made if not name}
    talks = [call for call in clues.calls(*SENDS, *RECEIVES) if "std" not in call.owner]
    reads = [call for call in talks if call.name in RECEIVES]
    theirs = bool(talks) and {call.function for call in talks} <= named
    theirs = theirs or (bool(reads) and all(call.line in lambdas for call in reads))
    patient = bool(clues.calls("sleep", "wait", "get", "input", "acquire"))
    if finding.code == "reply-not-printed" and not patient:
        theirs = theirs or (bool(reads) and {call.function for call in reads} <= named)
    return made if theirs and not clues.calls("join") else []


def worker(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """`Thread` or `Process`, whichever is made first."""
    made = clues.calls("Thread", "Process")
    return {"name": made[0].name if made else "thread"}


def stops_at_once(finding: Finding, clues: Clues) -> bool:
    """The program ended by itself and well."""
    return clues.record.exit_code == 0 and bool(clues.dials("bind") or clues.record.sockets)


def cut_short(finding: Finding, clues: Clues) -> tuple[str, str, Place] | None:
    """A statement behind which all calls of a kind stand that is missing: that call, the statement, its line."""
    for source in clues.sources:
        for text, line, behind in source.flow.unreached:
            found = clues.calls(*WANTED.get(finding.code, ()))
            if found and all(call in source.calls and call.line in behind for call in found):
                return found[0].name, text, Place(file=source.path, line=line)
    return None


def cut_values(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """That call and that statement."""
    found = cut_short(finding, clues)
    return {"call": plain(found[0]), "name": plain(found[1])} if found else {"call": "", "name": ""}


def at_cut(finding: Finding, clues: Clues) -> Place | None:
    """The line of that statement."""
    found = cut_short(finding, clues)
    return found[2] if found else None


def at_lock(finding: Finding, clues: Clues) -> Place | None:
    """The line in which a thread waits for a lock."""
    for one in clues.threads:
        held = one.call == "acquire" or clues.text_at(one.place).lstrip().startswith(("with ", "async with "))
        if held and not clues.calls_at(one.place)[1:]:
            return one.place
    return None


def waits_for_lock(finding: Finding, clues: Clues) -> bool:
    """A thread of a program that has locks waits in acquire, or at the head of a with block."""
    return clues.uses("Lock", "RLock", "Semaphore", "Condition") and at_lock(finding, clues) is not None


def at_exit(finding: Finding, clues: Clues) -> Place | None:
    """The call that ended the program with its status: the one where this number stands, else one that computes it."""
    status = clues.record.exit_code
    found = [(Place(file=one.path, line=line), text) for one in clues.sources for text, line in one.flow.exits]
    same = [place for place, text in found if text == str(status)]
    other = [place for place, text in found if not text.isdigit() and (text or status == 0)]
    return next(iter(same or other), None)


STARTING = (
    Entry(
        id="thread-arguments",
        applies=both(uses(*THREADS), error("TypeError", "argument after * must be an iterable")),
        reason="Your {role} gives a thread its arguments in args, and what stands there is no tuple.",
        next_step="args takes a tuple, also for one value: a tuple of one value has a comma behind it.",
        line=at_call(*THREADS),
    ),
    Entry(
        id="thread-not-started",
        applies=either(
            both(at_a_loss, unseen, not_started),
            error("RuntimeError", "cannot join thread before it is started"),
        ),
        reason="Your {role} makes a {name} and never starts it, so that its work is never done.",
        next_step="It runs only once its method start has been called.",
        line=at_call("Thread", "Process"),
        fill=worker,
    ),
    Entry(
        id="daemon-ends",
        applies=both(code(*NEEDED, "server-partial", "server-late", "client-partial", "reply-not-printed"),
                     lambda finding, clues: clues.trace is None and clues.ended and bool(at_work(finding, clues))),
        reason="Your {role}'s main program came to its end while its thread{name} was still at work: a daemon "
        "thread ends with the main program.",
        next_step="Let the main program wait for the thread, with its method join, or leave daemon out: then Python "
        "waits for it.",
        line=lambda finding, clues: at_work(finding, clues)[0][1] if at_work(finding, clues) else None,
        fill=lambda finding, clues: {
            "name": f", {plain(made[0][0])}," if (made := at_work(finding, clues)) and made[0][0] else ""
        },
    ),
    Entry(
        id="loop-not-run",
        applies=both(code("never-listens", "never-connects"), unseen, uses("asyncio"), calls(*TASKS),
                     no(uses(*RUNNERS))),
        reason="Your {role} hands its work to an event loop{on_line} and never lets the loop run, so that nothing of "
        "it is done.",
        next_step="A task begins only when its loop runs: start the outermost coroutine with asyncio.run.",
        line=at_call(*TASKS),
    ),
    Entry(
        id="await-missing",
        applies=either(
            both(at_a_loss, unseen, lambda finding, clues: "was never awaited" in clues.printed),
            both(at_a_loss, unseen, flows("unawaited")),
            error("TypeError", "not 'coroutine'"),
            error("TypeError", "'coroutine' object"),
            error("AttributeError", "'coroutine' object"),
        ),
        reason="Your {role} calls a coroutine{name_words} and does not await it, so that it never runs.",
        next_step="Put await before the call inside an async function; the outermost one is started by asyncio.run.",
        line=first_of(at_flow("unawaited"), at_trace),
        fill=lambda finding, clues: {
            "name_words": f", {name}," if (name := flow_name("unawaited")(finding, clues)["name"]) else ""
        },
    ),
    Entry(
        id="named-not-called",
        applies=both(code(*NEEDED), unseen, flows("bare_names")),
        reason="Your {role} names {name} and does not call it: the parentheses are missing.",
        next_step="Put parentheses after the name: only then Python calls it.",
        line=at_flow("bare_names"),
        fill=flow_name("bare_names"),
    ),
    Entry(
        id="nothing-returned",
        applies=both(code("server-silent", "reply-not-printed", "client-silent"), unseen, flows("unreturned")),
        reason="Your {role}'s function {name} receives and does not return what it received: its result is None.",
        next_step="What a function computes comes out of it by return.",
        line=at_flow("unreturned"),
        fill=flow_name("unreturned"),
    ),
    Entry(
        id="never-serves",
        applies=both(code("never-listens", "address-not-printed"), stops_at_once,
                     either(uses(*SERVER_OBJECTS), both(uses("create_server"), uses("asyncio"))),
                     no(uses("serve_forever", "handle_request", "Event", "start_serving"))),
        reason="Your server makes a server object and never lets it serve, so that the program ends at once.",
        next_step="Call serve_forever on it: it takes the clients, one after another.",
        line=at_call(*SERVER_OBJECTS, "create_server"),
    ),
    Entry(
        id="accept-does-not-wait",
        applies=both(code("never-listens"), stops_at_once, calls("accept"), told_not_to_wait, no(uses(*PATIENT))),
        reason="Your server's socket does not wait for a client: it is told so before accept, which then gets nothing, "
        "and the program ends.",
        next_step="Leave this out: a socket waits in accept until a client comes, unless it is told not to.",
        line=at_call("setblocking", "settimeout"),
    ),
    Entry(
        id="handler-without-handle",
        applies=both(code("address-not-printed", "server-silent"), unseen, flows("handlers")),
        reason="Your server's class {name} has no method {method}, which is the one that is called for a client.",
        next_step="Give the method that talks to the client this name; check its spelling.",
        line=at_flow("handlers"),
        fill=handler_values,
    ),
    Entry(
        id="other-program",
        applies=both(code("never-listens", "never-connects"), calls("system", "popen", "Popen"),
                     no(uses("bind", "connect", "create_server", "create_connection", "asyncio", "socketserver"))),
        reason="Your {role} uses no socket of its own; it starts another program with {name}.",
        next_step="Write it with Python's module socket.",
        line=at_call("system", "popen", "Popen"),
        fill=lambda finding, clues: {"name": clues.calls("system", "popen", "Popen")[0].name},
    ),
    Entry(
        id="work-not-called",
        applies=both(code(*NEEDED), unseen, lambda finding, clues: idle(finding, clues) is not None),
        reason="Your {role} defines {name}, in which it calls {call}, and nothing in the file ever uses {name}.",
        next_step="Call it where its work is to be done.",
        line=at_idle,
        fill=idle_values,
    ),
)  # fmt: skip
ENDS = (
    Entry(
        id="bytes-against-text",
        applies=both(code("does-not-end", "reply-not-printed", "server-silent", "client-silent"),
                     lambda finding, clues: clues.trace is None, flows("text_compared")),
        reason="Your {role} compares what it received, bytes, with text (str), in {name}: these are never equal.",
        next_step="Compare bytes with bytes: write a b before the quotes.",
        line=at_flow("text_compared"),
        fill=flow_name("text_compared"),
    ),
    Entry(
        id="never-reached",
        applies=both(code(*WANTED), unseen, lambda finding, clues: cut_short(finding, clues) is not None),
        reason="Your {role} never comes to {call}: {name} stands before it.",
        next_step="Nothing behind such a line is reached. Put it where the work is done, or take it out.",
        line=at_cut,
        fill=cut_values,
    ),
    Entry(
        id="thread-goes-on",
        applies=both(code("does-not-end"), stopped("stuck", "wall", "finished"), calls(*THREADS),
                     lambda finding, clues: bool(clues.record.stack) and not clues.threads),
        reason="Your {role}'s main program has come to its end, and a thread that it started has not: Python waits for "
        "it. {used_up}",
        next_step="Look at what the thread's function waits for, and let it come to its end.",
        line=at_call(*THREADS),
    ),
    Entry(
        id="lock-not-released",
        applies=both(at_a_loss, stopped("stuck"), waits_for_lock),
        reason="Your {role} was waiting for a lock (line {locked}) that is never released.",
        next_step="Look for where the lock is taken before: a with block around it gives it back at its end.",
        line=at_lock,
        fill=lambda finding, clues: {"locked": str(place.line) if (place := at_lock(finding, clues)) else "?"},
    ),
)  # fmt: skip
REFUSED = (
    Entry(
        id="stream-call-unknown",
        applies=either(
            both(silent, unseen, hides, flows("stream_calls")),
            both(error("AttributeError", "'StreamWriter' object has no attribute"), flows("stream_calls")),
            both(error("AttributeError", "'StreamReader' object has no attribute"), flows("stream_calls")),
        ),
        reason="Your {role} calls {name}, and asyncio's streams have no such method.",
        next_step="What asyncio hands you is a reader and a writer: the one has read, the other write.",
        line=at_flow("stream_calls"),
        fill=flow_name("stream_calls"),
    ),
    Entry(
        id="nonblocking",
        applies=either(error("BlockingIOError", "[Errno 11]"), error("BlockingIOError", "[Errno 115]")),
        reason="Your {role} has made a socket that does not wait (setblocking, or a time-out of 0), and uses it{where} "
        "when there is nothing to be had yet.",
        next_step="Let the socket wait, which it does unless it is told not to; or let select say when it is ready.",
        line=at_trace,
    ),
)
NOTICES = (
    Entry(
        id="name-in-quotes",
        applies=both(code("address-not-printed", "reply-not-printed"), flows("quoted_names"),
                     lambda finding, clues: flow_name("quoted_names")(finding, clues)["name"] in clues.printed),
        reason="Your {role} prints the word {name} instead of the value that has this name.",
        next_step="In quotes a name is only text: give print the name without quotes, or write an f before the quotes.",
        line=at_flow("quoted_names"),
        fill=flow_name("quoted_names"),
    ),
    Entry(
        id="exits-with-status",
        applies=both(code("exit-status"), lambda finding, clues: clues.trace is None,
                     lambda finding, clues: at_exit(finding, clues) is not None),
        reason="Your {role} ends itself with exit status {status}; 0 says that all went well, any other number that "
        "something went wrong.",
        next_step="Take this call out, or give it 0: a program that comes to its end has the exit status 0 by itself.",
        line=at_exit,
    ),
    Entry(
        id="output-kept-back",
        applies=both(code("address-not-printed", "reply-not-printed"), calls("print"), uses("stdout"),
                     calls("open", "fdopen", "TextIOWrapper", "BufferedWriter", "StringIO", "redirect_stdout"),
                     kept_back),
        reason="What your {role} prints is not shown: it puts something else in the place of sys.stdout.",
        next_step="Print to the output that Python gives you; what is kept back in a buffer shows when it is flushed.",
        line=at_call("open", "fdopen", "TextIOWrapper", "BufferedWriter", "StringIO", "redirect_stdout"),
    ),
    Entry(
        id="announces-too-early",
        applies=both(code("address-not-printed"), calls("print"),
                     lambda finding, clues: 0 < len(clues.record.stdout) == clues.record.output_before[0]),
        reason="Your server prints only before a client has connected, when there is no client's address to print yet.",
        next_step="accept waits for the client and returns two things: the second is the client's address. Print that.",
        line=at_call("print"),
    ),
)  # fmt: skip

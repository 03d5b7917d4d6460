"""Work that is never begun or never reached, and small slips: a thread that is not started, a return too early.

The record shows what is missing; the source names the line.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    Found,
    at_call,
    at_flow,
    at_trace,
    both,
    calls,
    code,
    either,
    error,
    finds,
    first_of,
    flow_name,
    flows,
    no,
    no_trace,
    stopped,
    unexplained,
    uses,
)  # fmt: skip
from grader.diagnose.hidden import THREADS, hides, silent
from grader.diagnose.output import kept_back, not_on_screen
from grader.diagnose.server import speechless
from grader.diagnose.shown import PATIENT, told_not_to_wait
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES, SENDS
from grader.diagnose.words import plain
from grader.verdicts import Finding

SERVER_OBJECTS = ("TCPServer", "ThreadingTCPServer", "ForkingTCPServer", "start_server")
TASKS = ("create_task", "ensure_future")
RUNNERS = ("run", "run_until_complete", "run_forever", "Runner")
OTHER_PROGRAMS = ("system", "popen", "Popen")
OUTPUT_MAKERS = ("open", "fdopen", "TextIOWrapper", "BufferedWriter", "StringIO", "redirect_stdout")
PATIENT_CALLS = ("sleep", "wait", "get", "input", "acquire")  # they keep a program going while its threads work
CONNECTS = ("connect", "connect_ex", "create_connection", "open_connection")
# Finding -> calls of which any may be the one that was not made.
NEEDED = {
    "never-listens": ("bind", "listen", "accept", "create_server", "TCPServer", "ThreadingTCPServer", "start_server"),
    "address-not-printed": ("accept",),
    "never-connects": CONNECTS,
    "server-silent": SENDS,
    "client-silent": SENDS,
}
# Finding -> calls of which none was made, in a program that fails at nothing else.
UNMADE = {
    "server-silent": SENDS,
    "client-silent": SENDS,
    "never-connects": CONNECTS,
    "reply-not-printed": ("print",),
    "address-not-printed": ("print",),
}
undone = code(
    "never-listens", "never-connects", "address-not-printed", "server-silent", "client-silent", "reply-not-printed",
    "does-not-end", "exit-status",
)  # fmt: skip


def aside(name: str) -> str:
    """A name put between commas into a sentence, or nothing."""
    return f", {name}," if name else ""


def handler_values(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The class that lacks a method, and the method."""
    name, _, method = flow_name("handlers")(finding, clues)["name"].partition(" has no method ")
    return {"name": name, "method": method}


def idle(finding: Finding, clues: Clues) -> Found | None:
    """A function that nothing uses, and that alone makes a call that is missing."""
    for source in clues.sources:
        for name, line, made in source.flow.uncalled:
            alone = [one for one in NEEDED.get(finding.code, ()) if one in made and only_in(name, one, clues)]
            if alone and not any(name in other.names for other in clues.sources if other is not source):
                words = {"name": plain(name), "call": plain(alone[0])}
                return Found(place=Place(file=source.path, line=line), words=words)
    return None


def only_in(function: str, call: str, clues: Clues) -> bool:
    """Whether nothing but this function makes this call."""
    return all(one.function == function for one in clues.calls(call))


def not_started(finding: Finding, clues: Clues) -> bool:
    """A thread or process is made, and nothing in the program starts one."""
    return bool(clues.calls("Thread", "Process")) and not clues.uses("start", "run", "submit", "map")


def working_daemon(finding: Finding, clues: Clues) -> Found | None:
    """The line that makes a daemon thread, where nothing but the functions of such threads does the program's work on
    its connection (of a client without its reply: the receiving), and nothing waits for them."""
    if clues.calls("join"):
        return None
    made = [(name, Place(file=one.path, line=line)) for one in clues.sources for name, line in one.flow.daemons]
    named, lambdas = {name for name, _ in made if name}, {place.line for name, place in made if not name}
    talks = clues.wire_calls(*SENDS, *RECEIVES)
    reads = [call for call in talks if call.name in RECEIVES]
    impatient = finding.code == "reply-not-printed" and not clues.calls(*PATIENT_CALLS)
    work = reads if impatient and reads else talks
    all_named = bool(work) and all(call.function in named for call in work)
    if all_named or (reads and all(call.line in lambdas for call in reads)):
        kind = "process" if clues.calls("Process") and not clues.calls("Thread") else "thread"
        return Found(place=made[0][1], words={"name": aside(plain(made[0][0])), "kind": kind})
    return None


def worker(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """`Thread` or `Process`, whichever is made first."""
    made = clues.calls("Thread", "Process")
    return {"name": made[0].name if made else "thread"}


def ends_well(finding: Finding, clues: Clues) -> bool:
    """The program ended by itself with status 0, and had asked for an address or listened before."""
    return clues.record.exit_code == 0 and bool(clues.dials("bind") or clues.record.sockets)


def cut_off(finding: Finding, clues: Clues) -> Found | None:
    """A statement behind which all calls of a kind stand that is missing."""
    cut = clues.calls(*UNMADE.get(finding.code, ()))
    for source in clues.sources:
        for text, line, behind in source.flow.unreached:
            if cut and all(call in source.calls and call.line in behind for call in cut):
                words = {"call": plain(cut[0].name), "name": plain(text)}
                return Found(place=Place(file=source.path, line=line), words=words)
    return None


def locked_at(finding: Finding, clues: Clues) -> Found | None:
    """The line in which a thread waits for a lock: in acquire, or at the head of a with block."""
    for one in clues.threads:
        held = one.call == "acquire" or clues.text_at(one.place).lstrip().startswith(("with ", "async with "))
        if held and len(clues.calls_at(one.place)) < 2:
            return Found(place=one.place, words={"locked": str(one.place.line)})
    return None


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
            both(undone, unexplained, not_started),
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
                     no_trace, lambda finding, clues: clues.ended),
        reason="Your {role}'s main program came to its end while its {kind}{name} was still at work: a daemon "
        "{kind} ends with the main program.",
        next_step="Let the main program wait for the {kind}, with its method join, or leave daemon out: then Python "
        "waits for it.",
        found=working_daemon,
    ),
    Entry(
        id="loop-not-run",
        applies=both(code("never-listens", "never-connects"), unexplained, uses("asyncio"), calls(*TASKS),
                     no(uses(*RUNNERS))),
        reason="Your {role} hands its work to an event loop{on_line} and never lets the loop run, so that nothing of "
        "it is done.",
        next_step="A task begins only when its loop runs: start the outermost coroutine with asyncio.run.",
        line=at_call(*TASKS),
    ),
    Entry(
        id="await-missing",
        applies=either(
            both(undone, unexplained,
                 either(lambda finding, clues: "was never awaited" in clues.printed, flows("unawaited"))),
            error("TypeError", "not 'coroutine'"),
            error("TypeError", "non-iterable coroutine object"),
            error("TypeError", "'coroutine' object"),
            error("AttributeError", "'coroutine' object"),
        ),
        reason="Your {role} calls a coroutine{name_words} and does not await it, so that it never runs.",
        next_step="Put await before the call inside an async function; the outermost one is started by asyncio.run.",
        line=first_of(at_flow("unawaited"), at_trace),
        fill=lambda finding, clues: {"name_words": aside(flow_name("unawaited")(finding, clues)["name"])},
    ),
    Entry(
        id="named-not-called",
        applies=both(code(*NEEDED), unexplained, flows("bare_names")),
        reason="Your {role} names {name} and does not call it: the parentheses are missing.",
        next_step="Put parentheses after the name: only then Python calls it.",
        line=at_flow("bare_names"),
        fill=flow_name("bare_names"),
    ),
    Entry(
        id="nothing-returned",
        applies=both(code("server-silent", "reply-not-printed", "client-silent"), unexplained, flows("unreturned")),
        reason="Your {role}'s function {name} receives and does not return what it received: its result is None.",
        next_step="What a function computes comes out of it by return.",
        line=at_flow("unreturned"),
        fill=flow_name("unreturned"),
    ),
    Entry(
        id="never-serves",
        applies=both(code("never-listens", "address-not-printed"), ends_well,
                     either(uses(*SERVER_OBJECTS), both(uses("create_server"), uses("asyncio"))),
                     no(uses("serve_forever", "handle_request", "Event", "start_serving"))),
        reason="Your server makes a server object and never lets it serve, so that the program ends at once.",
        next_step="Call serve_forever on it: it takes the clients, one after another.",
        line=at_call(*SERVER_OBJECTS, "create_server"),
    ),
    Entry(
        id="accept-does-not-wait",
        applies=both(code("never-listens"), ends_well, calls("accept"), told_not_to_wait, no(uses(*PATIENT))),
        reason="Your server's socket does not wait for a client: it is told so before accept, which then gets nothing, "
        "and the program ends.",
        next_step="Leave this out: a socket waits in accept until a client comes, unless it is told not to.",
        line=at_call("setblocking", "settimeout"),
    ),
    Entry(
        id="handler-without-handle",
        applies=both(code("address-not-printed", "server-silent"), unexplained, flows("handlers")),
        reason="Your server's class {name} has no method {method}, which is the one that is called for a client.",
        next_step="Give the method that talks to the client this name; check its spelling.",
        line=at_flow("handlers"),
        fill=handler_values,
    ),
    Entry(
        id="other-program",
        applies=both(code("never-listens", "never-connects"), calls(*OTHER_PROGRAMS),
                     no(uses("bind", "connect", "create_server", "create_connection", "asyncio", "socketserver"))),
        reason="Your {role} uses no socket of its own; it starts another program with {name}.",
        next_step="Write it with Python's module socket.",
        line=at_call(*OTHER_PROGRAMS),
        fill=lambda finding, clues: {"name": clues.calls(*OTHER_PROGRAMS)[0].name},
    ),
    Entry(
        id="work-not-called",
        applies=both(code(*NEEDED), unexplained),
        reason="Your {role} defines {name}, in which it calls {call}, and nothing in the file ever uses {name}.",
        next_step="Call it where its work is to be done.",
        found=idle,
    ),
)  # fmt: skip

ENDS = (
    Entry(
        id="bytes-against-text",
        applies=both(code("does-not-end", "reply-not-printed", "server-silent", "client-silent"), no_trace,
                     flows("text_compared"), no(speechless), no(both(code("server-silent"), flows("sent_where")))),
        reason="Your {role} compares what it received, bytes, with text (str), in {name}: these are never equal.",
        next_step="Compare bytes with bytes: write a b before the quotes.",
        line=at_flow("text_compared"),
        fill=flow_name("text_compared"),
    ),
    Entry(
        id="never-reached",
        applies=both(code(*UNMADE), unexplained),
        reason="Your {role} never comes to {call}: {name} stands before it.",
        next_step="Nothing behind such a line is reached. Put it where the work is done, or take it out.",
        found=cut_off,
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
        applies=both(undone, stopped("stuck"), uses("Lock", "RLock", "Semaphore", "Condition")),
        reason="Your {role} was waiting for a lock (line {locked}) that is never released.",
        next_step="Look for where the lock was taken before: a with block gives it back when it ends.",
        found=locked_at,
    ),
)  # fmt: skip

REFUSED = (
    Entry(
        id="stream-call-unknown",
        applies=both(
            flows("stream_calls"),
            either(
                both(silent, unexplained, hides),
                error("AttributeError", "'StreamWriter' object has no attribute"),
                error("AttributeError", "'StreamReader' object has no attribute"),
            ),
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


def says_nothing_since(finding: Finding, clues: Clues) -> bool:
    """Nothing was printed after the client had come."""
    record = clues.record
    return (len(record.stdout), len(record.stderr)) == record.output_before


def at_task_print(finding: Finding, clues: Clues) -> Place | None:
    """The first print of the function that asks asyncio for its client's address."""
    asking = {call.function for call in clues.calls("get_extra_info")}
    telling = (call for call in clues.calls("print") if call.function in asking)
    return next((clues.place_of_call(call) for call in telling), None)


NOTICES = (
    Entry(
        id="name-in-quotes",
        applies=both(not_on_screen, flows("quoted_names"),
                     lambda finding, clues: flow_name("quoted_names")(finding, clues)["name"] in clues.printed),
        reason="Your {role} prints the word {name} instead of the value that has this name.",
        next_step="In quotes a name is only text: give print the name without quotes, or write an f before the quotes.",
        line=at_flow("quoted_names"),
        fill=flow_name("quoted_names"),
    ),
    Entry(
        id="exits-with-status",
        applies=both(code("exit-status"), no_trace, finds(at_exit)),
        reason="Your {role} ends itself with exit status {status}; 0 says that all went well, any other number that "
        "something went wrong.",
        next_step="Take this call out, or give it 0: a program that comes to its end has the exit status 0 by itself.",
        line=at_exit,
    ),
    Entry(
        id="output-kept-back",
        applies=both(not_on_screen, calls("print"), uses("stdout"), calls(*OUTPUT_MAKERS), kept_back),
        reason="What your {role} prints is not shown: it puts something else in the place of sys.stdout.",
        next_step="Print to the output that Python gives you; what is kept back in a buffer shows when it is flushed.",
        line=at_call(*OUTPUT_MAKERS),
    ),
    Entry(
        id="task-announces-nothing",
        applies=both(code("address-not-printed"), unexplained, says_nothing_since, finds(at_task_print)),
        reason="Your server takes the client's connection and does not come to its print. If its function stopped at "
        "an error, asyncio does not show it.",
        next_step="Put try and except around what the function does, and print the error.",
        line=at_task_print,
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

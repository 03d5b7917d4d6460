"""Clients that have their reply, and wait on for what does not come."""

from __future__ import annotations

from grader.diagnose.clues import Clues
from grader.diagnose.entry import ADVICE_ONLY, Entry, at_wait, both, code, either, no, role, stopped, waits_in
from grader.diagnose.hidden import was_told
from grader.diagnose.portions import fills_up, instead
from grader.diagnose.source import Call
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES
from grader.diagnose.words import amount, plain, waiting_words
from grader.verdicts import Finding

# What else can keep an event loop waiting.
BUSY = ("Event", "gather", "serve_forever", "Queue", "Future", "acquire")

ROUNDS = 20  # answers, more than one that sends its message letter by letter gets

# For what a client waits, and what to do.
FOR_MORE = ("more", "Print it, and let the program end; do not wait until the server closes.")
FOR_ANOTHER = ("another one, to what it had sent after the first", "Send the message whole, with one sendall, and "
               "receive once.")  # fmt: skip

not_printed = both(code("reply-not-printed"), role("client"))
got_reply = was_told  # of a client: its peer sends nothing but the reply


def gave_up(finding: Finding, clues: Clues) -> bool:
    """The client's own time-out ended its waiting."""
    return clues.gave_up


def awaits_more(finding: Finding, clues: Clues) -> bool:
    """An asyncio client stands in its event loop, and nothing but receiving can keep it there."""
    in_loop = waits_in("run", "run_until_complete")(finding, clues)
    return in_loop and bool(clues.calls(*RECEIVES)) and not clues.uses(*BUSY)


def at_more(finding: Finding, clues: Clues) -> Place | None:
    """The line that waited; in an event loop the first that receives or, after a reply, the last."""
    if awaits_more(finding, clues):
        return clues.place_of_call(clues.calls(*RECEIVES)[-1 if clues.heard else 0])
    return at_wait(finding, clues)


def more_call(finding: Finding, clues: Clues) -> Call | None:
    """The call that waited there."""
    here = [call for call in clues.calls_at(at_more(finding, clues)) if call.name in RECEIVES]
    named = [call for call in here if clues.waiting is not None and call.name == clues.waiting.call]
    return next(iter(named or here), None)


def waits_for_line(finding: Finding, clues: Clues) -> bool:
    """The reply was to be read as a line, and had no line end."""
    call, place = more_call(finding, clues), at_more(finding, clues)
    by_call = call is not None and call.name in ("readline", "readuntil")
    loops = [Place(file=one.path, line=line) for one in clues.sources for _, line in one.flow.line_loops]
    return (by_call or place in loops) and not clues.heard.endswith(b"\n")


def waits_for_size(finding: Finding, clues: Clues) -> bool:
    """The call returns only when it has all the bytes that it asks for, and the reply has fewer."""
    call = more_call(finding, clues)
    return call is not None and fills_up(call, clues) and not (call.sizes and call.sizes[0] <= len(clues.heard))


def counted_loop(clues: Clues, place: Place | None) -> tuple[str, int] | None:
    """The condition of the loop around a line that goes on until a number is reached, and where it begins."""
    loops = clues.source(place.file).flow.counting_loops if place is not None else ()
    around = [(test, start) for test, start, end in loops if place is not None and start <= place.line <= end]
    return around[-1] if around else None


def waits_for_length(finding: Finding, clues: Clues) -> bool:
    """The line stands in such a loop, and there was one reply only."""
    return counted_loop(clues, at_more(finding, clues)) is not None and not asked_again(clues)


def length_words(finding: Finding, clues: Clues) -> dict[str, str]:
    """The loop, and what it goes by."""
    test, start = counted_loop(clues, at_more(finding, clues)) or ("", 0)
    return {**more_words(finding, clues), "test": plain(test), "loop": str(start)}


def more_words(finding: Finding, clues: Clues) -> dict[str, str]:
    """Where it waited: in an event loop, the call inside its coroutine."""
    call, place = more_call(finding, clues), at_more(finding, clues)
    waited = waiting_words(clues)
    if call is not None and place is not None and awaits_more(finding, clues):
        waited = f"waiting in {call.text}, line {place.line}"
    more, advice = FOR_ANOTHER if asked_again(clues) else FOR_MORE
    return {
        "waited": waited,
        "heard_bytes": amount(len(clues.heard), "byte"),
        "instead": instead(clues),
        "more": more,
        "advice": advice,
    }


def asked_again(clues: Clues) -> bool:
    """The client has sent something after its reply had come."""
    kinds = [event.kind for event in clues.events("received", "sent")]
    return "sent" in kinds and "received" in kinds[kinds.index("sent") :]


def goes_round(finding: Finding, clues: Clues) -> bool:
    """The client was answered so often that it was not going to end: it was stopped by chance where it waits."""
    return len(clues.events("sent")) >= ROUNDS


kept_waiting = both(
    no(goes_round),
    either(not_printed, both(code("does-not-end"), role("client"))),
    either(stopped("stuck"), gave_up), either(waits_in(*RECEIVES), awaits_more), got_reply,
)  # fmt: skip

AWAITED = (
    Entry(
        id="waits-for-reply-line",
        echo=ADVICE_ONLY,
        applies=both(kept_waiting, waits_for_line),
        reason="Your client had its reply already, and was {waited}, for a line end; the reply has none.",
        next_step="Read with a call that returns what is there: {instead}.",
        line=at_more,
        fill=more_words,
    ),
    Entry(
        id="waits-for-reply-size",
        echo=ADVICE_ONLY,
        applies=both(kept_waiting, waits_for_size),
        reason="Your client had its reply already, {heard_bytes}, and was {waited}, which returns only when it has all "
        "the bytes that it asks for.",
        next_step="Read with a call that returns what is there: {instead}.",
        line=at_more,
        fill=more_words,
    ),
    Entry(
        id="waits-for-reply-length",
        echo=ADVICE_ONLY,
        applies=both(kept_waiting, waits_for_length),
        reason="Your client had its reply already, {heard_bytes}, and was {waited}, for the rest: its loop (line "
        "{loop}) goes on for as long as {test} holds, and no more was coming.",
        next_step="A reply may be shorter than the loop expects. One reply is all that comes here: let what recv has "
        "returned be enough.",
        line=at_more,
        fill=length_words,
    ),
    Entry(
        id="waits-for-more",
        echo=ADVICE_ONLY,
        applies=kept_waiting,
        reason="Your client had its reply already, and was {waited}, for {more}; nothing more was coming.",
        next_step="One reply is all that comes. {advice}",
        line=at_more,
        fill=more_words,
    ),
)

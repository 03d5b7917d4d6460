"""Clients that were reached, and do not say or print what they should."""

from __future__ import annotations

import re

from grader.diagnose.awaited import AWAITED, at_more, gave_up, goes_round, got_reply, not_printed
from grader.diagnose.caught import hidden_from_print
from grader.diagnose.changes import CHANGES, literals
from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    ADVICE_ONLY,
    WHOLE,
    Condition,
    Entry,
    Found,
    at_call,
    at_loop,
    at_wait,
    both,
    calls,
    code,
    either,
    first_of,
    greeted_first,
    no,
    role,
    stopped,
    uses,
    waits_in,
)  # fmt: skip
from grader.diagnose.prints import at_reply_print, at_sent_print
from grader.diagnose.rounds import has_much_to_say
from grader.diagnose.todos import DONE_BY
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES, SENDS
from grader.diagnose.words import amount, bytes_words, plain, waiting_words
from grader.printed import contains
from grader.verdicts import Finding

AT_ONCE = ("sendall", "send", "sendto", "sendmsg")  # send what they are given; write may keep it back
LEAST = 4  # bytes of a reply that no program prints by chance
MOST_PART = 256  # bytes of a reply's beginning that are looked for

wrong_message = code("client-altered", "client-extra", "client-partial")
# Of a client that is greeted first, only what it is to send tells that it has to send anything.
speechless = both(
    role("client"),
    either(code("client-silent"), both(not_printed, no(greeted_first))),
    lambda finding, clues: not clues.said,
)


def at_message(finding: Finding, clues: Clues) -> Place | None:
    """The line where the message is written, else the call that sends it."""
    wanted = (finding.actual, finding.actual.decode(errors="replace"))
    for source in clues.sources:
        for _, value, line in source.constants:
            if isinstance(value, bytes | str) and value and value in wanted:
                return Place(file=source.path, line=line)
    return at_call(*SENDS)(finding, clues)


def extra(finding: Finding) -> bytes:
    """What came after the message."""
    return finding.actual.removeprefix(finding.expected) if finding.code == "client-extra" else b""


def at_extra(finding: Finding, clues: Clues) -> Place | None:
    """The call that sends what came after the message, where it is one by itself."""
    return clues.place_sent(extra(finding))


def at_before(finding: Finding, clues: Clues) -> Place | None:
    """The call that sends what came before the message, where it is one by itself."""
    return clues.place_sent(finding.actual.removesuffix(finding.expected), first=True)


def repeats(finding: Finding) -> bool:
    """Whether the message was sent several times over, and nothing else."""
    times, rest = divmod(len(finding.actual), len(finding.expected) or 1)
    return bool(finding.expected) and times > 1 and not rest and finding.actual == times * finding.expected


def only_letters(data: bytes) -> bytes:
    """A message without its case, blanks and punctuation."""
    return re.sub(rb"[^a-z0-9]", b"", data.lower())


def is_wide(finding: Finding, clues: Clues) -> bool:
    """The message came as UTF-16 or UTF-32, or with a byte-order mark."""
    text = finding.expected.decode(errors="replace")
    return any(
        finding.actual.decode(name, "replace") == text for name in ("utf-16", "utf-16-be", "utf-32", "utf-8-sig")
    )


def same_letters(finding: Finding, clues: Clues) -> bool:
    """Only capitals, blanks and punctuation differ."""
    sent, wanted = only_letters(finding.actual), only_letters(finding.expected)
    return sent == wanted != b"" and b"\0" not in finding.actual and at_extra(finding, clues) is None


def same(change: Condition) -> Condition:
    """A wrong message, and of this kind."""
    return both(wrong_message, change)


def talks_on(finding: Finding, clues: Clues) -> bool:
    """The client has spoken again and again, until the other program of a pair could not go on."""
    return len(clues.events("received")) > 2


def shows_sent(finding: Finding, clues: Clues) -> bool:
    """What the client sent is in its output."""
    return bool(clues.said) and contains(clues.printed, clues.said)


def other_message(finding: Finding, clues: Clues) -> bool:
    """Another message than the one to be printed went out, and its answer was printed."""
    said, heard = clues.said, clues.heard
    return bool(said) and said != finding.expected not in heard and bool(heard) and contains(clues.printed, heard)


def answered_otherwise(finding: Finding, clues: Clues) -> bool:
    """What is to be printed is not among what the client was sent."""
    return bool(finding.expected) and finding.expected not in clues.heard


def two_connections(finding: Finding, clues: Clues) -> bool:
    """Two connections were asked for, and nothing came on the second."""
    spoke = {event.connection for event in clues.events("received")}
    return len(clues.dials("connect")) > 1 and spoke == {0}


def at_first_read(finding: Finding, clues: Clues) -> Place | None:
    """The line that waited, else the first call that receives."""
    return at_more(finding, clues) or at_call(*RECEIVES)(finding, clues)


def waits(finding: Finding, clues: Clues) -> dict[str, str]:
    """Where it waited, if that was seen."""
    return {"waits": f": it was {waiting_words(clues)}" if clues.waiting is not None else ""}


def shown_change(finding: Finding, clues: Clues) -> str:
    """What was done to the reply before it was printed, if it is something simple."""
    reply = finding.expected
    made = [(name, one) for name, change in CHANGES.items() for one in change(reply)]
    made += [("as the numbers of its bytes", between.join(map(str, reply)).encode()) for between in (", ", " ")]
    made += [("in hexadecimal digits", reply.hex(between).encode()) for between in (" ", ":")]
    made += [("in hexadecimal digits", reply.hex().encode())]
    return next((name for name, one in made if len(one) >= LEAST and one != reply and contains(clues.printed, one)), "")


def shown_part(finding: Finding, clues: Clues) -> bytes:
    """The longest beginning of the reply that was printed, or else the longest end of it that is in no literal of the
    program that was printed; nothing if it is short."""
    reply, printed = finding.expected, clues.printed
    lengths = range(min(len(reply), MOST_PART) - 1, LEAST - 1, -1)
    first = next((part for size in lengths if contains(printed, part := reply[:size])), b"")
    if first:
        return first
    own = [one for one in literals(clues) if contains(printed, one)]
    ends = (reply[-size:] for size in lengths)
    return next((part for part in ends if contains(printed, part) and not any(part in one for one in own)), b"")


def prints_length(finding: Finding, clues: Clues) -> bool:
    """The length of the reply was printed, by a print that asks for it."""
    asks = any("len(" in call.text for call in clues.calls("print"))
    return asks and re.search(rf"\b{len(finding.expected)}\b", clues.printed) is not None


def exchange(finding: Finding, clues: Clues) -> dict[str, str]:
    """What went over the wire."""
    return {
        "said": bytes_words(clues.said),
        "said_bytes": amount(len(clues.said), "byte"),
        "heard": bytes_words(clues.heard),
    }


def reads_first(finding: Finding, clues: Clues) -> bool:
    """The first call that receives stands before the first that sends."""
    reads, sends = clues.calls(*RECEIVES), clues.calls(*SENDS)
    return bool(reads) and bool(sends) and reads[0].line < sends[0].line


def passed_send(finding: Finding, clues: Clues) -> Found | None:
    """The last call that sends at once, above the line in which the client waits, in the same function."""
    if clues.waiting is None:
        return None
    functions = [call.function for call in clues.calls_at(clues.waiting.place)]
    above = [call for call in clues.wire_calls(*AT_ONCE) if call.line < clues.waiting.place.line]
    passed = next((call for call in reversed(above) if call.function in functions), None)
    place = clues.place_of_call(passed) if passed is not None else None
    if passed is None or place is None or place.file != clues.waiting.place.file:
        return None
    return Found(place=place, words={"name": plain(passed.text), **waits(finding, clues)})


CLIENT = (
    Entry(
        id="sent-nothing-yet",
        applies=both(speechless, no(greeted_first), waits_in(*RECEIVES), either(stopped("stuck"), gave_up)),
        reason="Your client waits for a reply, and nothing has gone out before{waits}. {name}{on_line} was given an "
        "empty message, or was not reached.",
        next_step="Print what it is given just before it, and look at what has to hold before this line is reached.",
        found=passed_send,
    ),
    Entry(
        id="reads-before-sending",
        applies=both(
            speechless,
            no(greeted_first),
            either(
                waits_in(*RECEIVES),
                both(reads_first, either(waits_in("run", "run_until_complete"), calls("settimeout", "wait_for"))),
            ),
            uses(*DONE_BY["send"]),
        ),
        reason="Your client waits for a reply before it has sent anything{waits}.",
        next_step="The server answers what it gets: send first, then receive.",
        line=at_first_read,
        fill=waits,
    ),
    Entry(
        id="send-missing",
        applies=both(speechless, no(uses(*DONE_BY["send"])), no(stopped("cpu"))),
        reason="Your client connects and never sends anything.",
        next_step="Call sendall after connect: it sends all the bytes that it is given.",
        line=at_call("connect", "create_connection"),
    ),
    Entry(
        id="message-line-end",
        applies=same(lambda finding, clues: finding.actual.rstrip(b"\r\n") == finding.expected),
        reason="Your client adds a line end to its message: it sent {actual}; expected {expected}.",
        next_step="Take the line end out: the message stops after its last letter.",
        line=first_of(at_extra, at_message),
    ),
    Entry(
        id="message-prefixed",
        applies=same(lambda finding, clues: finding.actual.endswith(finding.expected) and bool(finding.expected)
                     and not repeats(finding)),
        reason="Your client sends something before its message: {actual}; expected only {expected}.",
        next_step="Send the bytes of the message, with nothing before them.",
        line=first_of(at_before, at_call(*SENDS)),
    ),
    Entry(
        id="message-twice",
        applies=same(lambda finding, clues: repeats(finding)),
        reason="Your client sends its message more than once: {actual}; expected {expected}.",
        next_step="Send it once.",
        line=first_of(at_extra, at_call(*SENDS)),
    ),
    Entry(
        id="message-repr",
        applies=same(
            lambda finding, clues: finding.actual
            in (repr(finding.expected).encode(), repr(finding.expected.decode(errors="replace")).encode())
        ),
        reason="Your client sends the message as Python writes it, quotes included: {actual}; expected {expected}.",
        next_step="Send the bytes themselves, without turning them into text with str or repr.",
        line=at_call(*SENDS),
    ),
    Entry(
        id="message-encoding",
        applies=same(is_wide),
        reason="Your client sends the message in another encoding than UTF-8: {actual}; expected {expected}.",
        next_step="Write the message as bytes, with a b before its quotes, or encode it as UTF-8.",
        line=at_call(*SENDS),
    ),
    Entry(
        id="message-zeros",
        applies=same(lambda finding, clues: finding.actual.replace(b"\0", b"") == finding.expected),
        reason="Your client sends zero bytes with its message: {actual}; expected {expected}.",
        next_step="Send only the bytes of the message; encode text as UTF-8, and add nothing to fill it up.",
        line=at_call(*SENDS),
    ),
    Entry(
        id="message-spelling",
        applies=same(same_letters),
        reason="Your client's message differs in capitals, blanks or punctuation: it sent {actual}; expected "
        "{expected}. "
        "{difference}",
        next_step="Compare the two letter by letter.",
        line=at_message,
    ),
    Entry(
        id="other-message-came-back",
        echo=WHOLE,
        applies=both(not_printed, other_message),
        reason="Your client sent {said}, so that is what came back; expected {expected}.",
        next_step="Send exactly the message of the assignment.",
        line=at_call(*SENDS),
        fill=exchange,
    ),
    Entry(
        id="receive-missing",
        applies=both(not_printed, no(uses(*DONE_BY["recv"]))),
        reason="Your client never receives the reply, so that what it prints cannot be what came back.",
        next_step="Call recv after sending: it waits for the reply and returns it. Print that.",
        line=at_call("print", *SENDS),
    ),
    Entry(
        id="second-connection",
        applies=both(
            either(not_printed, both(code("does-not-end"), role("client"))),
            either(stopped("stuck"), gave_up), waits_in(*RECEIVES), two_connections,
        ),
        reason="Your client opens two connections, and waits on the one for the reply to what it sent on the other: "
        "it was {waited}.",
        next_step="A reply comes on the connection on which the message went out: use one for both.",
        line=at_wait,
    ),
    *AWAITED,
    Entry(
        id="answered-otherwise",
        applies=both(not_printed, got_reply, answered_otherwise),
        reason="Your client does not print {expected}; what it received was {heard}.",
        next_step="Look at what it sends, and at what comes for it. {hint}",
        line=first_of(at_reply_print, at_call("print")),
        fill=exchange,
    ),
    Entry(
        id="waits-for-reply",
        applies=both(not_printed, either(stopped("stuck"), gave_up), waits_in(*RECEIVES), no(got_reply)),
        reason="Your client was {waited}, after it had sent {said_bytes}; no reply came.",
        next_step="Check what the other program does with the message. {hint}",
        line=at_wait,
        fill=exchange,
    ),
    Entry(
        id="printed-changed",
        applies=both(not_printed, got_reply, lambda finding, clues: bool(shown_change(finding, clues))),
        reason="Your client prints the reply {change}; what it received was {expected}.",
        next_step="Print what recv returned, unchanged.",
        line=at_call("print"),
        fill=lambda finding, clues: {"change": shown_change(finding, clues)},
    ),
    Entry(
        id="printed-part",
        applies=both(not_printed, got_reply, lambda finding, clues: bool(shown_part(finding, clues))),
        reason="Your client prints only a part of the reply, {part}; what it received was {expected}.",
        next_step="Print all of what recv returned.",
        line=at_call("print"),
        fill=lambda finding, clues: {"part": repr(shown_part(finding, clues))},
    ),
    Entry(
        id="printed-length",
        applies=both(not_printed, got_reply, prints_length),
        reason="Your client prints how long the reply is, and not the reply; what it received was {expected}.",
        next_step="Print what recv returned.",
        line=at_call("print"),
    ),
    Entry(
        id="printed-method",
        applies=both(
            not_printed,
            either(
                lambda finding, clues: "<built-in method " in clues.printed,
                lambda finding, clues: "<bound method " in clues.printed,
            ),
        ),
        reason="Your client prints the name of a method instead of what the method returns.",
        next_step="Put parentheses after the method's name: only then Python calls it.",
        line=at_call("print"),
    ),
    Entry(
        id="prints-what-it-sent",
        applies=both(not_printed, got_reply, shows_sent),
        reason="Your client prints what it sent, {said}; what it received was {expected}.",
        next_step="recv returns the reply. Print that value.",
        line=first_of(at_sent_print, at_call("print")),
        fill=exchange,
    ),
    Entry(
        id="output-lost",
        applies=both(
            either(not_printed, code("address-not-printed")), calls("_exit"), calls("print", "write"),
            lambda finding, clues: not clues.printed.strip() and clues.ended,
        ),
        reason="Your {role} ends by os._exit, which drops what was printed and not yet shown.",
        next_step="Let the program end by itself: then everything printed is shown.",
        line=at_call("_exit"),
    ),
    Entry(
        id="print-not-reached",
        applies=both(not_printed, got_reply, calls("print"), no(hidden_from_print),
                     lambda finding, clues: clues.ended, lambda finding, clues: not clues.printed.strip()),
        reason="Your client gets its reply and ends without having come to its print.",
        next_step="Look at what has to hold before this line is reached, and print what recv returned in any case.",
        line=first_of(at_reply_print, at_call("print")),
    ),
    Entry(
        id="nothing-printed",
        applies=both(not_printed, lambda finding, clues: not clues.printed.strip(), lambda finding, clues: clues.ended,
                     no(hidden_from_print)),
        reason="Your client prints nothing.",
        next_step="Print what recv returned.",
        line=at_call(*RECEIVES),
    ),
    Entry(
        id="loops-on",
        echo=ADVICE_ONLY,
        applies=both(
            code("does-not-end", "reply-not-printed"),
            role("client"),
            either(stopped("cpu", "output", "wall"), both(stopped("finished"), talks_on), goes_round),
            got_reply,
            no(has_much_to_say),
        ),
        reason="Your client goes on after the reply, round and round, instead of ending. {used_up}",
        next_step="After one reply has been printed the work is done: leave the loop.",
        line=first_of(at_loop, at_call(*RECEIVES)),
    ),
)  # fmt: skip

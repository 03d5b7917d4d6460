"""Clients that got their reply and show something else: what it is, told by what they printed."""

from __future__ import annotations

import re

from grader.diagnose.caught import caught, hidden_from_print
from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, at_call, both, calls, code, first_of, no, role, uses
from grader.diagnose.prints import at_reply_print, at_shown
from grader.diagnose.todos import DONE_BY
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES
from grader.printed import contains, is_padded
from grader.verdicts import Finding

NO_BYTES = re.compile(r"(?<![\w'\"])b(''|\"\")")
FILLING = ("recv_into", "recvfrom_into", "recvmsg_into", "readinto")  # receiving into a buffer of the program's
RETURNING = tuple(name for name in RECEIVES if name not in FILLING)
BOTH_WAYS = ("SHUT_RDWR", "SHUT_RD")
LEAST = 4  # characters of a reply that no program prints by chance
MOST_REPLY = 1024  # bytes of a reply that may have been printed in pieces
MOST_PIECES = 4096  # characters of the output in which these are looked for, from its end
MOST_LINES = 200  # lines of it
PATIENT = ("select", "poll", "epoll", "selectors", "asyncio", "sleep", "wait")

not_shown = both(
    code("reply-not-printed"), role("client"), lambda finding, clues: bool(clues.heard) and clues.ended,
    lambda finding, clues: clues.trace is None,
)  # fmt: skip


def line_with(pattern: str, clues: Clues) -> str:
    """The last line of the output that has this in it, or an empty string."""
    return next((line for line in reversed(clues.printed.splitlines()) if re.search(pattern, line)), "")


def at_empty(finding: Finding, clues: Clues) -> Place | None:
    """The print that showed no bytes."""
    return at_shown(line_with(NO_BYTES.pattern, clues), clues)


def at_socket(finding: Finding, clues: Clues) -> Place | None:
    """The print that showed the socket."""
    return at_shown(line_with("<socket.socket ", clues), clues)


def at_text(finding: Finding, clues: Clues) -> Place | None:
    """The print that showed the text of the reply."""
    return at_shown(finding.expected.decode(errors="replace"), clues) or at_call("print")(finding, clues)


def print_left_out(finding: Finding, clues: Clues) -> bool:
    """The print that names what was received goes to the output, shows words of its own whatever the reply is, and
    none of them was printed."""
    place = at_reply_print(finding, clues)
    shown = clues.source(place.file).flow.shown if place is not None else ()
    here = [one for one in shown if place is not None and one.line == place.line and not one.logs]
    words = [word for one in here for word in one.texts]
    return bool(words) and not any(one.to for one in here) and not any(word in clues.printed for word in words)


def shuts_first(finding: Finding, clues: Clues) -> bool:
    """shutdown, for receiving as well, stands before the first call that receives."""
    shut, reads = clues.calls("shutdown"), clues.calls("recv", "recv_into", "read", "readline")
    ends = clues.uses(*BOTH_WAYS) or any({0, 2} & set(call.sizes) for call in shut)
    return ends and bool(shut) and bool(reads) and shut[0].line < reads[0].line


def told_not_to_wait(finding: Finding, clues: Clues) -> bool:
    """A socket is told not to wait."""
    told = clues.calls("setblocking", "settimeout")
    return any(re.search(r"\((?:False|0|0\.0)\)", call.text) for call in told)


def does_not_wait(finding: Finding, clues: Clues) -> bool:
    """The socket is told not to wait, and nothing else in the program waits."""
    reads = clues.calls("recv", "recv_into", "read")
    once = bool(reads) and not any(call.loop for call in reads)
    return once and (told_not_to_wait(finding, clues) or clues.uses("MSG_DONTWAIT")) and not clues.uses(*PATIENT)


def in_pieces(finding: Finding, clues: Clues) -> bool:
    """All of the reply was printed, one part after the other, with line ends, blanks, or the same words before each of
    them, in between."""
    if len(finding.expected) > MOST_REPLY:
        return False
    lines = clues.printed[-MOST_PIECES:].splitlines()[-MOST_LINES:]
    whole, spaced = "".join(finding.expected.decode(errors="replace").split()), "".join("".join(lines).split())
    return len(whole) >= LEAST and (whole in spaced or any(goes_through(whole, lines[at:]) for at in range(len(lines))))


def goes_through(whole: str, lines: list[str]) -> bool:
    """Whether lines end, one after the other, with the parts of a text, up to its last."""
    left = whole
    for line in lines:
        end = "".join(line.split()).rstrip("'\"")
        size = next((size for size in range(min(len(left), len(end)), 0, -1) if end.endswith(left[:size])), 0)
        left = left[size:]
        blank = not size and line[-1:].isspace()  # a part of the reply too, which is left out of `whole`
        if not left or not (size or blank):
            break
    return not left


def drops_reply(finding: Finding, clues: Clues) -> bool:
    """Every call that receives is a statement by itself, so that what it returns is lost."""
    reads = clues.calls(*RETURNING)
    return bool(reads) and all(call.alone for call in reads) and not clues.calls(*FILLING)


SHOWN = (
    Entry(
        id="printed-padded",
        applies=both(not_shown, lambda finding, clues: is_padded(clues.printed, finding.expected)),
        reason="Your client prints zero bytes behind the reply: its whole buffer, not only what was received.",
        next_step="Print only as many bytes of the buffer as were received: recv_into returns how many.",
        line=first_of(at_reply_print, at_call("print")),
    ),
    Entry(
        id="reply-unread",
        applies=both(not_shown, lambda finding, clues: len(finding.expected) > 1,
                     lambda finding, clues: contains(clues.printed, finding.expected)),
        reason="Your client prints the text of the reply and has not read the reply: it closes the connection before.",
        next_step="Receive first, and print what recv returns.",
        line=at_text,
    ),
    Entry(
        id="shut-before-receiving",
        applies=both(not_shown, shuts_first),
        reason="Your client shuts its connection down for receiving as well, before it has received the reply.",
        next_step="Receive first. shutdown(SHUT_RD) ends the receiving, shutdown(SHUT_RDWR) both directions at once.",
        line=at_call("shutdown"),
    ),
    Entry(
        id="does-not-wait",
        applies=both(not_shown, does_not_wait),
        reason="Your client's socket does not wait for the reply: it is told so before recv, which then gets nothing.",
        next_step="Leave this out, or give the socket a time-out of some seconds: then recv waits.",
        line=at_call("setblocking", "settimeout", "recv"),
    ),
    Entry(
        id="reply-dropped",
        applies=both(not_shown, drops_reply),
        reason="Your client receives the reply and does not keep it: what {name} returns{on_line} gets no name.",
        next_step="Give what it returns a name, and print that.",
        line=at_call(*RETURNING),
        fill=lambda finding, clues: {"name": clues.calls(*RETURNING)[0].name},
    ),
    Entry(
        id="printed-in-pieces",
        applies=both(not_shown, in_pieces),
        reason="Your client prints the reply in pieces, with line ends, blanks or words between them; what it received "
        "was {expected}.",
        next_step="Give one print all of the reply: put its pieces together first, if there are several.",
        line=first_of(at_reply_print, at_call("print")),
    ),
    Entry(
        id="printed-empty",
        applies=both(not_shown, no(calls("connect_ex")), no(uses("SHUT_RDWR")), uses(*DONE_BY["recv"]),
                     lambda finding, clues: bool(NO_BYTES.search(clues.printed))),
        reason="Your client prints b'', no bytes at all, and not what recv returned when the reply came.",
        next_step="Keep what that recv has returned, and print it. When nothing more comes, recv returns b''.",
        line=first_of(at_empty, at_call("print")),
    ),
    Entry(
        id="prints-the-socket",
        applies=both(not_shown, lambda finding, clues: "<socket.socket " in clues.printed),
        reason="Your client prints the socket itself, and not what was received from it.",
        next_step="recv returns the reply. Print that value.",
        line=first_of(at_socket, at_call("print")),
    ),
)  # fmt: skip

PASSED_OVER = (
    Entry(
        id="print-passed-over",
        applies=both(not_shown, print_left_out, no(caught), no(hidden_from_print),
                     lambda finding, clues: bool(clues.printed.strip())),
        reason="Your client gets its reply, and does not come to the line that prints it.",
        next_step="Look at what has to hold before this line is reached, and print what recv returned in any case.",
        line=at_reply_print,
    ),
)  # fmt: skip

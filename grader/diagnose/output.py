"""Programs that do show what they should, and where or how nobody can see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    Found,
    at_call,
    at_found,
    both,
    calls,
    code,
    either,
    finds,
    first_of,
    is_cause,
    uses,
)  # fmt: skip
from grader.diagnose.printing import LOGS, STDOUT, Shown
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES
from grader.diagnose.words import plain
from grader.printed import contains
from grader.verdicts import Finding

WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")  # encodings in which letters stand among zero bytes
TELLING = ("stderr", "logging", "warnings", "warn", "traceback", "print_exc", "print_exception", "faulthandler")
MOST_TOLD = 1 << 16  # bytes of stderr that are looked at, from its end

not_on_screen = code("reply-not-printed", "address-not-printed")


def wanted(finding: Finding, clues: Clues) -> Iterator[tuple[str, Shown]]:
    """The prints and log lines that mention what is to be shown, each with its file."""
    for source in clues.sources:
        flow = source.flow
        names = flow.address_names if finding.code == "address-not-printed" else flow.reply_names
        yield from ((source.path, one) for one in flow.shown if one.names & names)


def all_lost(finding: Finding, clues: Clues, lost: Callable[[Shown], bool]) -> Found | None:
    """The first of them, where each is `lost` in the same way and nothing is written to stdout besides."""
    if clues.trace is not None or any("std" in call.owner for call in clues.calls("write", "writelines")):
        return None
    found = list(wanted(finding, clues))
    if not found or not all(lost(one) for _, one in found):
        return None
    path, first = found[0]
    what = "the client's address" if finding.code == "address-not-printed" else "what it received"
    return Found(place=Place(file=path, line=first.line), words={"to": plain(first.to), "what": what})


def printed_to_file(finding: Finding, clues: Clues) -> Found | None:
    """The first of them, where all go to files or buffers."""
    return all_lost(finding, clues, lambda one: one.to not in ("", STDOUT))


def logged_in_vain(finding: Finding, clues: Clues) -> Found | None:
    """The first of them, where all go to a log that shows none of them."""
    return all_lost(finding, clues, lambda one: one.logs and not any(text in clues.printed for text in one.texts))


def kept_back(finding: Finding, clues: Clues) -> bool:
    """Nothing was printed, or all that mentions what is to be shown stands behind the line that replaces sys.stdout."""
    found = [one for _, one in wanted(finding, clues)]
    return not clues.printed.strip() or (bool(found) and all(one.to == STDOUT for one in found))


def only_logs(finding: Finding, clues: Clues) -> bool:
    """Nothing was shown, and the program has nothing but a log to show anything."""
    return not clues.printed.strip() and not clues.calls("print") and finding.code == "address-not-printed"


def wide(finding: Finding, clues: Clues) -> bool:
    """In another encoding the output shows what it should."""
    address = str(finding.facts.get("address", "")).rpartition(":")[2].encode()
    data = finding.expected if finding.code == "reply-not-printed" else address
    text = (clues.record.stdout.decode(name, errors="replace") for name in WIDE)
    return bool(data) and b"\0" in clues.record.stdout and any(contains(one, data) for one in text)


def exits_with(finding: Finding, clues: Clues) -> Found | None:
    """The call that ended the program with a text, or with another value that is no number: what it was given is all
    that Python shows of it, on stderr. Where nothing of the text is known, nothing else in the program writes there."""
    told = clues.record.stderr[-MOST_TOLD:].decode(errors="replace")
    if clues.record.exit_code != 1 or clues.trace is not None or not told.strip():
        return None
    alone = not clues.uses(*TELLING)
    for source in clues.sources:
        for parts, line in source.flow.exit_texts:
            if (parts or alone) and all(part in told for part in parts):
                what = "a text" if parts else "a value that is no number"
                return Found(place=Place(file=source.path, line=line), words={"what": what})
    return None


def closed_early(finding: Finding, clues: Clues) -> Found | None:
    """A print that ends before what is to be shown, which stands behind its parentheses: it was reached, or Python has
    stopped at joining the two."""
    trace = clues.trace
    for source in clues.sources:
        flow = source.flow
        names = flow.address_names if finding.code == "address-not-printed" else flow.reply_names
        for one in flow.cut_prints:
            place = Place(file=source.path, line=one.line)
            failed = trace is not None and trace.place == place and "NoneType" in trace.message
            told = all(text in clues.printed for text in one.texts) and bool(one.names & {*names, *RECEIVES})
            if (failed and is_cause(finding, clues)) or (told and trace is None and not_on_screen(finding, clues)):
                return Found(place=place, words={"rest": plain(one.rest)})
    return None


SLIPS = (
    Entry(
        id="print-closed-early",
        applies=lambda finding, clues: True,
        reason="Your {role} closes the parentheses of print too early{on_line}: {rest} stands behind them, so that "
        "print does not get it.",
        next_step="What print is to show stands inside its parentheses, with commas between: put the closing one "
        "behind the last of it.",
        found=closed_early,
    ),
)

OUTPUT = (
    Entry(
        id="printed-wide",
        applies=both(not_on_screen, wide),
        reason="Your {role} prints in another encoding than UTF-8, so that its output cannot be read.",
        next_step="Leave the output as Python gives it to you: print turns text into the bytes that belong there.",
        line=at_call("reconfigure", "TextIOWrapper", "getwriter", "fdopen", "open", "encode"),
    ),
    Entry(
        id="printed-elsewhere",
        applies=not_on_screen,
        reason="Your {role} prints {what}{on_line} into {to}, and not on the screen.",
        next_step="Let this print go where print goes by itself. To keep the text as well, print it twice.",
        found=printed_to_file,
    ),
    Entry(
        id="logged-unseen",
        applies=both(not_on_screen, uses("logging"), calls(*LOGS), either(finds(logged_in_vain), only_logs)),
        reason="Your {role} hands what it has to say to logging, and nothing of that is shown.",
        next_step="Unless basicConfig says otherwise, logging shows warnings and errors only; with a file name, it "
        "writes to the file instead. Set the level, without a file, or print it.",
        line=first_of(at_found(logged_in_vain), at_call(*LOGS)),
    ),
    Entry(
        id="exits-with-text",
        applies=code("exit-status"),
        reason="Your {role} ends itself with {what}{on_line}: Python shows it among the errors, and gives the program "
        "the exit status 1, which says that something went wrong.",
        next_step="Hand it to print instead, and let the program come to its last line: its exit status is 0 then.",
        found=exits_with,
    ),
)

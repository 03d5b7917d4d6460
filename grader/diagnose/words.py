"""The values that fill the catalogue's sentences. Whatever a student supplied is bounded, and shown as `repr`."""

from __future__ import annotations

import re

from grader.diagnose.clues import Clues
from grader.diagnose.trace import Place
from grader.model import OPEN_FILES, Limits, RunRecord
from grader.verdicts import Finding

WHOLE_BYTES = 48  # a message up to this length is shown whole
# A longer message arrives in pieces whose sizes differ from run to run, and a mistake made at each piece stands at
# other offsets each time. Two gradings must say the same, so nothing is counted there.
STEADY_BYTES = 4096
STEADY_START = 256  # bytes of a long message's beginning that every first recv gets whole
# How far into it a first difference was at the same byte in 160 of 160 gradings of programs that change what each recv
# returns; at 19 KiB, in 12 of 16; full buffers lost bytes at 20 KiB and at 24 KiB. Behind it no place is told.
STEADY_PLACE = 4096
AROUND_BYTES = 8  # of a longer one, what stands on each side of the first difference
MOST_FRAGMENT = 120  # characters of any one fragment
MOST_SENTENCE = 900  # characters of a filled sentence


def values(finding: Finding, clues: Clues, place: Place | None, hint: str, limits: Limits) -> dict[str, str]:
    """Every name that a template may use."""
    record, trace = clues.record, clues.trace
    return {
        "hint": hint,
        "role": record.role,
        "peer": "client" if record.role == "server" else "server",
        "file": plain(record.file),
        "line": f"line {place.line}" if place else "the line",
        "on_line": f" (line {place.line})" if place else "",
        "kind": plain(trace.kind) if trace else "an error",
        "message": quoted(trace.message) if trace else "",
        "error": plain(trace.kind) + (f", {quoted(trace.message)}" if trace.message else "") if trace else "an error",
        "where": place_words(clues),
        "waited": waiting_words(clues),
        "expected_host": plain(clues.expected_host),
        "expected_port": str(clues.expected_port),
        "host": plain(str(finding.facts.get("host", record.host))),
        "port": plain(str(finding.facts.get("port", record.port))),
        "status": plain(str(finding.facts.get("status", record.exit_code))),
        "signal": plain(str(finding.facts.get("signal", record.signal))),
        "expected": bytes_words(finding.expected),
        "actual": bytes_words(finding.actual, sized=len(finding.expected) <= STEADY_BYTES),
        "difference": difference(finding.expected, finding.actual),
        "compared": compared(finding.expected, finding.actual),
        "ending": ending(clues, limits),
        "used_up": used_up(clues, limits),
        "until": until(finding, clues, limits),
        "slept": slept(clues),
        "cpu_seconds": amount(limits.cpu_seconds, "second"),
        "wall_seconds": time_given(clues, limits),
        "memory": f"{limits.memory_bytes // 2**20} MB",
        "memory_of_all": memory_of_all(limits),
        "open_files": str(OPEN_FILES),
        "output": f"{limits.output_bytes // 2**10} KB",
        "processes": str(limits.processes),
        "file_space": f"{limits.file_bytes // 2**20} MB",
    }


# --- fragments ------------------------------------------------------------------------------------------------------


def plain(text: str, most: int = MOST_FRAGMENT) -> str:
    """A name for a sentence: printable, bounded, on one line."""
    text = steady(text)
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


ADDRESS = re.compile(r"0x[0-9a-f]{6,16}")  # where an object lies in memory: another place in every run
CLOCK = re.compile(r"\b\d{10}\.\d{3,}")  # seconds since 1970
PORT = re.compile(r"((?:laddr|raddr)=\('[^']*', )(?:3[2-9]|[45]\d|6[01])\d{3}\b")  # as the system picks them


def steady(text: str) -> str:
    """Text without what is another in every run: places in memory, times, ports that the system picked."""
    return PORT.sub(r"\1…", CLOCK.sub("…", ADDRESS.sub("0x…", text)))


def quoted(text: str) -> str:
    """Student-supplied text as repr, bounded, and the same in every run."""
    text = steady(text)
    return repr(text if len(text) <= MOST_FRAGMENT else text[: MOST_FRAGMENT - 1] + "…")


def amount(number: float, unit: str) -> str:
    """`1 second`, `12 bytes`."""
    return f"{number:g} {unit}" + ("" if number == 1 else "s")


def bytes_words(data: bytes, *, sized: bool = True) -> str:
    """A message with its length; a long one by its beginning.

    `sized`: not where it answers so much that it hangs on the pieces in which that came.
    """
    shown = repr(data) if len(data) <= WHOLE_BYTES else f"{data[: 2 * AROUND_BYTES]!r}…"
    return f"{shown} ({amount(len(data), 'byte')})" if sized and len(data) <= STEADY_BYTES else shown


def first_difference(one: bytes, other: bytes) -> int:
    """The offset of the first byte that differs; the length of the shorter when it begins the longer."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:  # it lies in this range: halving it compares 64 KiB in no time
        middle = (low + high) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle)
    return low


def byte_words(data: bytes, at: int) -> str:
    """One byte in text and hex, or that there is none."""
    return f"{data[at : at + 1]!r} (hex {data[at]:02x})" if at < len(data) else "the end"


def difference(expected: bytes, actual: bytes) -> str:
    """Where two messages part, with both bytes, and what stands around it where they are long."""
    if expected == actual:
        return ""
    at = first_difference(expected, actual)
    if len(expected) > STEADY_BYTES and at >= STEADY_PLACE:
        return f"The first difference comes more than {STEADY_PLACE // 1024} KiB after the beginning."
    words = (
        f"The first difference is at byte {at} (counting from 0): "
        f"expected {byte_words(expected, at)}, got {byte_words(actual, at)}"
    )
    if max(len(expected), len(actual)) <= WHOLE_BYTES:
        return words + "."
    start, end = max(at - AROUND_BYTES, 0), at + AROUND_BYTES
    return f"{words}. Around it: expected {expected[start:end]!r}, got {actual[start:end]!r}."


def compared(expected: bytes, actual: bytes) -> str:
    """What came and what was expected, as the end of a sentence, and where they part; only that where what is shown of
    both would be the same."""
    came = bytes_words(actual, sized=len(expected) <= STEADY_BYTES)
    parted = difference(expected, actual)
    if came == bytes_words(expected):
        return f". {parted}"
    return f": {came}; expected {bytes_words(expected)}. {parted}"


def ending(clues: Clues, limits: Limits) -> str:
    """How the program ended, as a clause."""
    record = clues.record
    if record.exit_code is not None:
        return f"it ended with exit status {record.exit_code}"
    if record.signal is not None:
        return f"it was ended by signal {record.signal}"
    return {
        "cpu": f"it kept computing until its {amount(limits.cpu_seconds, 'second')} of processor time were used up",
        "wall": f"its time, {time_given(clues, limits)}, was up",
        "output": f"it was stopped when it had printed more than {limits.output_bytes // 2**10} KB",
        "memory": f"it was stopped when all of it used more than {memory_of_all(limits)} of memory",
    }.get(record.stopped or "", "it was still running and had to be stopped")


def time_given(clues: Clues, limits: Limits) -> str:
    """The real time that a program had: more for one that was heard all the while."""
    longest = clues.record.wall_seconds >= limits.longest_seconds
    return amount(limits.longest_seconds if longest else limits.wall_seconds, "second")


def memory_of_all(limits: Limits) -> str:
    """What all processes of a program may use together: twice the memory of one."""
    return f"{2 * limits.memory_bytes // 2**20} MB"


def computes_and_prints(record: RunRecord, limits: Limits) -> bool:
    """Whether a program was about to reach both limits, so that it is chance which of them it reaches first: a loop
    that prints takes some two seconds for four megabytes."""
    printed = max(len(record.stdout), len(record.stderr)) > limits.output_bytes / 4
    return record.stopped in ("cpu", "output") and printed and record.cpu_seconds > limits.cpu_seconds / 4


def used_up(clues: Clues, limits: Limits) -> str:
    """Which limit stopped the program, as a sentence; nothing where none did."""
    if computes_and_prints(clues.record, limits):
        both = f"{amount(limits.cpu_seconds, 'second')} of processor time, {limits.output_bytes // 2**10} KB"
        return f"It was stopped when it had used up what it may compute or print ({both})."
    spent = {
        "cpu": f"it had used up its {amount(limits.cpu_seconds, 'second')} of processor time",
        "wall": f"its time, {time_given(clues, limits)}, was up",
        "output": f"it had printed more than {limits.output_bytes // 2**10} KB",
        "memory": f"all of it used more than {memory_of_all(limits)} of memory",
    }.get(clues.record.stopped or "")
    return f"It was stopped when {spent}." if spent else ""


def until(finding: Finding, clues: Clues, limits: Limits) -> str:
    """When a program that did not end by itself was ended."""
    if clues.record.stopped != "finished":
        return f"its time, {time_given(clues, limits)}, was up"
    if finding.code == "does-not-end":
        return "its work was done and it should have ended"
    return "its client was waiting for the answer"


def slept(clues: Clues) -> str:
    """Where it slept, where that is the same in every run: of several sleeps it is now this one and now that."""
    return f", {waiting_words(clues).removeprefix('waiting ')}," if len(clues.calls("sleep")) == 1 else ""


def place_words(clues: Clues) -> str:
    """` in line 12 of echo-server.py` for the exception's line, or nothing."""
    return in_line(clues.trace.place if clues.trace is not None else None, clues)


def in_line(place: Place | None, clues: Clues) -> str:
    """` in line 12`, with the file where it is another one than the program's; nothing without a place."""
    if place is None:
        return ""
    return f" in line {place.line}" + (f" of {plain(place.file)}" if place.file != clues.record.file else "")


def waiting_words(clues: Clues) -> str:
    """Where the program stood: `waiting in s.recv(1024), line 12`."""
    waiting = clues.waiting
    if waiting is None:
        return "waiting"
    what = f"in {waiting.text}, line {waiting.place.line}" if waiting.text else f"in line {waiting.place.line}"
    return f"waiting {what}" + (f" of {plain(waiting.place.file)}" if waiting.place.file != clues.record.file else "")


def sentence(template: str, filled: dict[str, str]) -> str:
    """A template with its values, bounded. Values are not looked at again, whatever braces they hold."""
    text = template.format_map(filled).strip()
    return text if len(text) <= MOST_SENTENCE else text[: MOST_SENTENCE - 1] + "…"


def staff_facts(clues: Clues) -> str:
    """What the record says of the program's end, in a line, for teachers. Nothing that differs from run to run."""
    record, trace = clues.record, clues.trace
    ended = f"exit {record.exit_code}" if record.signal is None else f"signal {record.signal}"
    parts = [f"stopped: {record.stopped}" if record.stopped else ended]
    if trace is not None:
        parts.append(plain(f"{trace.kind}: {trace.message}"))
    if clues.waiting is not None and record.stopped == "stuck":
        parts.append(plain(waiting_words(clues)))
    return "; ".join(parts)

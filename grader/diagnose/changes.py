"""How a reply came to differ from what it should be: simple changes, recognised by making them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.diagnose.clues import Clues
from grader.diagnose.words import STEADY_BYTES, STEADY_PLACE, STEADY_START
from grader.verdicts import Finding

FAR = 2048  # how far on a stream is searched for the place where it goes on as expected
SHORT = 256  # bytes that are put in, or left out, at most
SURE = 12  # bytes that agree there, before it counts; fewer at the end of a message
CUT = 8  # bytes before the end of a part that are not looked at
LONG = 64  # bytes of a changed beginning that count
SHORTEST = 4  # bytes of a literal that counts as a canned answer


def decoded(data: bytes, encoding: str, errors: str) -> bytes:
    """What is left of bytes that were decoded and encoded again."""
    return data.decode(encoding, errors).encode(errors="replace")


CHANGES: dict[str, Callable[[bytes], tuple[bytes, ...]]] = {
    "upper-cased": lambda data: (data.upper(), decoded(data, "utf-8", "replace").upper()),
    "lower-cased": lambda data: (data.lower(),),
    "with other capital letters": lambda data: (data.capitalize(), data.title(), data.swapcase()),
    "turned round": lambda data: (data[::-1],),
    "without its last byte, a blank or a line end": lambda data: (data[:-1],) if data[-1:].isspace() else (),
    "stripped of blanks and line ends": lambda data: (
        data.strip(), data.rstrip(), data.lstrip(), data.rstrip(b"\n"), data.rstrip(b"\r\n"), data.replace(b" ", b"")),
    "without its zero bytes": lambda data: (data.replace(b"\0", b""), data.strip(b"\0")),
    "cut off at a zero byte": lambda data: (data.split(b"\0")[0],),
    "cut off at a line end": lambda data: (data.split(b"\n")[0], data[: data.find(b"\n") + 1]),
    "with other line ends": lambda data: (
        data.replace(b"\n", b"\r\n"), data.replace(b"\r\n", b"\n"), data.replace(b"\n", b""), data.replace(b"\r", b"")),
    "decoded and encoded again": lambda data: (
        *(decoded(data, "utf-8", errors) for errors in ("ignore", "replace", "backslashreplace")),
        decoded(data, "latin-1", "replace"), decoded(data, "cp1252", "ignore"), decoded(data, "ascii", "ignore"),
        decoded(data, "ascii", "replace"), data.decode("ascii", "replace").encode("ascii", "replace")),
}  # fmt: skip


BYTE_BY_BYTE = ("upper-cased", "lower-cased", "with other line ends", "decoded and encoded again")
OF_ZEROS = ("without its zero bytes", "cut off at a zero byte")
FIRST_BYTE = "without its first byte"


def stream(finding: Finding, clues: Clues) -> bytes:
    """All that came from the program, from where this answer should begin."""
    answered = finding.facts.get("answered", 0)
    return clues.said[answered if isinstance(answered, int) else 0 :] or finding.actual


def messages(clues: Clues) -> list[bytes]:
    """What was sent to the program, action by action."""
    return [event.data for event in clues.events("sent")]


def change(finding: Finding, clues: Clues) -> str:
    """What was done to the bytes, if it is something simple: to all of them or, byte by byte, to the first ones."""
    expected, actual = finding.expected, finding.actual
    if not actual or actual == expected:
        return ""
    name = next((name for name, made in CHANGES.items() if actual in made(expected)), "") or changed_start(finding)
    return FIRST_BYTE if name in OF_ZEROS and actual == expected[1:] and not names_zero(clues) else name


def changed_start(finding: Finding) -> str:
    """What was done to the beginning of a longer message. A server that changes what each recv returns does it there
    as it does to the whole; where its pieces end, it may do otherwise."""
    expected, actual = finding.expected[:STEADY_START], finding.actual
    for name in BYTE_BY_BYTE:
        for whole in CHANGES[name](expected):
            made = whole[:-CUT]  # the last bytes may be a part of a character
            if len(made) >= LONG and actual.startswith(made) and not expected.startswith(made):
                return name
    return ""


def names_zero(clues: Clues) -> bool:
    """Whether a zero byte is written in the program. A message may begin with one, and lose it by chance."""
    literals = (one for source in clues.sources for _, one, _ in source.constants)
    return any("\0" in one if isinstance(one, str) else isinstance(one, bytes) and b"\0" in one for one in literals)


def split_at(one: bytes, other: bytes) -> int:
    """Where two byte strings part."""
    shorter = min(len(one), len(other))
    if one[:shorter] == other[:shorter]:
        return shorter
    return next(at for at in range(shorter) if one[at] != other[at])


def inserted(finding: Finding, clues: Clues) -> tuple[int, bytes]:
    """Where bytes were put in that do not belong there, and which; no bytes where that is not what happened."""
    expected, actual = finding.expected, stream(finding, clues)
    at = split_at(expected, actual)
    # What is put before an answer may happen to begin as the answer does: then the whole of that comes later.
    first = expected[:STEADY_START]
    before = actual.find(first, 1, SHORT + len(first)) if 0 < at < SURE and len(first) >= 3 else -1
    if before > 0:
        return 0, actual[:before]
    rest = expected[at : at + SURE]
    found = actual.find(rest, at, at + FAR) if rest else -1
    if not rest and len(actual) > at:
        return at, actual[at : at + SHORT]
    return at, actual[at:found] if 0 < found - at <= SHORT and len(rest) >= 3 else b""


def dropped(finding: Finding, clues: Clues) -> bytes:
    """Bytes that were left out, before the stream goes on as expected; none far into a long message, where it is full
    buffers that decide how many are lost, and where."""
    index = finding.facts.get("index", 0)
    later = messages(clues)[index + 1 :] if isinstance(index, int) else []
    expected, actual = finding.expected + b"".join(later), stream(finding, clues)
    at = split_at(expected, actual)
    if len(finding.expected) > STEADY_BYTES and at >= STEADY_PLACE:
        return b""
    rests = (rest for rest in (actual[at : at + SURE], actual[at : at + SURE // 3]) if len(rest) >= 3)
    found = next((place for rest in rests if (place := expected.find(rest, at, at + FAR)) > at), -1)
    return expected[at:found] if found > at else b""


def is_before(finding: Finding, clues: Clues) -> bool:
    """Bytes were put in before the answer."""
    at, added = inserted(finding, clues)
    index = finding.facts.get("index", 0)
    return at == 0 and bool(added) and not index and bool(finding.expected)


def is_after(finding: Finding, clues: Clues) -> bool:
    """Bytes were put in after an answer, or after each piece of it."""
    at, added = inserted(finding, clues)
    return bool(added) and (at > 0 or bool(finding.facts.get("index", 0)))


def is_line_end(finding: Finding, clues: Clues) -> bool:
    """Those bytes are a line end."""
    return is_after(finding, clues) and not inserted(finding, clues)[1].strip(b"\r\n")


def is_padding(finding: Finding, clues: Clues) -> bool:
    """Zero bytes come where the next answer, or the end, should be; not those of the message, after something lost."""
    at, actual = split_at(finding.expected, stream(finding, clues)), stream(finding, clues)
    after = actual[at : at + FAR]
    many = len(after) > 0 and not after[:SURE].strip(b"\0")
    own = finding.expected[at:].endswith(after)
    return many and not own and (at == len(finding.expected) or bool(finding.facts.get("index", 0)))


def is_doubled(finding: Finding, clues: Clues) -> bool:
    """Each message came back twice."""
    sent, said = messages(clues), clues.said
    if finding.expected and finding.actual == 2 * finding.expected:
        return True
    if not sent or len(said) != 2 * len(clues.heard):
        return False
    piece = said[: split_at(sent[0], said)]
    return bool(piece) and said.startswith(2 * piece)


def is_repr(finding: Finding, clues: Clues) -> bool:
    """The Python notation of the bytes came instead of the bytes."""
    shown = repr(finding.expected).encode()
    whole = finding.actual in (shown, repr(finding.expected.decode(errors="replace")).encode())
    begins = finding.actual[:2] in (b"b'", b'b"') and finding.actual[2:10] == shown[2:10]
    return whole or (begins and len(finding.actual) > 5)


def is_previous(finding: Finding, clues: Clues) -> bool:
    """The answer to an earlier message came."""
    earlier = [data for data in messages(clues) if data != finding.expected]
    index = finding.facts.get("index", 0)
    return bool(index) and bool(finding.actual) and any(data.startswith(finding.actual) for data in earlier)


def is_accumulated(finding: Finding, clues: Clues) -> bool:
    """All that had been received came, from the first byte on, where only the last of it should."""
    came, index = stream(finding, clues), finding.facts.get("index", 0)
    at = 0 if index else split_at(finding.expected, came)
    before = b"".join(messages(clues)[:index]) if isinstance(index, int) and index else finding.expected[:at]
    again = before + finding.expected[at : at + SURE]
    return len(again) > len(before) > 0 and came[at:].startswith(again)


def literals(clues: Clues) -> Iterator[bytes]:
    """The texts and bytes that are written in the program."""
    for source in clues.sources:
        for _, value, _ in source.constants:
            if isinstance(value, bytes):
                yield value
            elif isinstance(value, str):
                yield value.encode(errors="replace")


def is_canned(finding: Finding, clues: Clues) -> bool:
    """The answer is a literal of the program's, once or again and again."""
    came = stream(finding, clues)
    sent = {text for source in clues.sources for text, _ in source.flow.constants_sent}
    return any(
        came.startswith(text) and (len(text) >= SHORTEST or text in sent) for text in (*literals(clues), *sent) if text
    )

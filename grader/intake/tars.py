"""Tar archives as bytes in memory: where each member lies, and nothing else.

The standard library's reader does far more (owners, times, sparse files, extraction) and, in versions of Python that
we support, loops for ever on a negative size and takes quadratic time on a crafted header. Only names and contents
are needed here, so the headers are read directly; each is 512 bytes (POSIX.1-2017, `pax`, "ustar Interchange Format"
and "pax Interchange Format"; GNU long names from the manual of GNU tar, "Basic Tar Format").
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from grader.intake.handin import Problem

BLOCK = 512
MAX_EXTENSION_BYTES = 64 * 1024
"""What the extended headers before one member say: a long name, times, attributes of the file."""

_WITHOUT_DATA = (b"1", b"2", b"3", b"4", b"5", b"6")
"""Links, devices, folders, fifos: no bytes follow, whatever size the header states."""

MAX_GZIP_PARTS = 100
"""Gzip files may be several, one behind the other; usually it is one."""


class Damaged(Exception):  # noqa: N818 - becomes a SubmissionError with the archive's name
    """The bytes are not what the format demands; the text says where, in a few words."""


class TooMuch(Exception):  # noqa: N818 - becomes a SubmissionError with the archive's name
    """More than the bounds allow."""


@dataclass(frozen=True, slots=True)
class TarMember:
    """One member: its raw name, and where its bytes lie."""

    name: str
    start: int
    size: int
    problem: Problem | None
    is_folder: bool


def gunzip(data: bytes, limit: int) -> bytes:
    """Unpacks gzip data. Raises TooMuch beyond `limit` bytes, Damaged when it is broken or ends early."""
    pieces: list[bytes] = []
    total = 0
    for _ in range(MAX_GZIP_PARTS):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            piece = unpacker.decompress(data, limit - total + 1)
        except zlib.error:
            raise Damaged("its compressed data is broken") from None
        total += len(piece)
        if total > limit:
            raise TooMuch
        pieces.append(piece)
        if not unpacker.eof:
            raise Damaged("it ends early")
        data = unpacker.unused_data.lstrip(b"\0")
        if not data.startswith(b"\x1f\x8b"):
            return b"".join(pieces)
    raise TooMuch


def looks_like_tar(data: bytes) -> bool:
    """True when the first block is a tar header (or the end mark of an empty archive)."""
    first = data[:BLOCK]
    return len(first) == BLOCK and (first == bytes(BLOCK) or _sums_match(first))


def tar_members(data: bytes, limit: int, directory: int) -> Iterator[TarMember]:
    """The members of a tar archive, in order.

    Raises TooMuch beyond `limit` headers, or `directory` bytes of what extends them, and Damaged on a broken one.
    """
    position = before = 0  # `before`: bytes of the extensions of the members so far
    said = 0  # the same, of the next member
    extended: dict[str, str] = {}
    for _ in range(limit):
        header = data[position : position + BLOCK]
        if not header.strip(b"\0"):
            return
        if len(header) < BLOCK or not _sums_match(header):
            raise Damaged("a header is broken")
        start = position + BLOCK
        kind = header[156:157]
        # The size that a pax header gives holds for its member; an extension's own size is always in its header.
        extension = kind in (b"L", b"K", b"x", b"g", b"X")
        size = 0 if kind in _WITHOUT_DATA else _size(header, {} if extension else extended)
        if start + size > len(data):
            raise Damaged("it ends early")
        position = start + -(-size // BLOCK) * BLOCK
        if extension:
            said += size
            if said > min(MAX_EXTENSION_BYTES, directory - before):
                raise TooMuch
            extended |= _extension(kind, data[start : start + size])
            continue
        yield _member(header, kind, start, size, extended)
        extended, before, said = {}, before + said, 0
    raise TooMuch


def _member(header: bytes, kind: bytes, start: int, size: int, extended: dict[str, str]) -> TarMember:
    name = extended.get("path") or _header_name(header)
    is_folder = kind == b"5" or (kind in b"0\0" and name.endswith("/"))
    sparse = kind == b"S" or any(key.startswith("GNU.sparse.") for key in extended)
    problem = None
    if kind in (b"1", b"2"):
        problem = Problem.LINK
    elif not is_folder and (kind not in (b"0", b"\0", b"7") or sparse):
        problem = Problem.SPECIAL
    return TarMember(name, start, size, problem, is_folder)


def _header_name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace")


def _sums_match(header: bytes) -> bool:
    try:
        stated = _octal(header[148:156])
    except Damaged:
        return False
    return stated == sum(header[:148]) + 8 * 32 + sum(header[156:])


def _octal(raw: bytes) -> int:
    digits = raw.split(b"\0", 1)[0].strip()
    try:
        return int(digits or b"0", 8) if b"_" not in digits and digits[:1] not in (b"+", b"-") else -1
    except ValueError:
        raise Damaged("a number is broken") from None


def _size(header: bytes, extended: dict[str, str]) -> int:
    raw = header[124:136]
    if "size" in extended:
        stated = extended["size"]
        size = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 20 else -1
    elif raw[0] & 0x80:  # GNU: a big-endian number behind a set bit, for more than 8 GiB; a set second bit is negative
        size = int.from_bytes(raw[1:], "big") if raw[0] == 0x80 else -1
    else:
        size = _octal(raw)
    if size < 0:
        raise Damaged("a size is broken")
    return size


def _extension(kind: bytes, body: bytes) -> dict[str, str]:
    """What an extension header says of the next member: `path`, `size`, or that it is sparse."""
    if kind == b"L":
        return {"path": _text(body)}
    if kind in (b"x", b"X"):
        return _pax_records(body)
    return {}


def _pax_records(body: bytes) -> dict[str, str]:
    """The records `<length> <key>=<value>` LF of a pax header that matter here."""
    records: dict[str, str] = {}
    at, end = 0, len(body.rstrip(b"\0"))
    while at < end:
        length, blank, _ = body[at : at + 20].partition(b" ")
        if not blank or not length.isdigit() or not len(length) + 3 < int(length) <= len(body) - at:
            raise Damaged("an extended header is broken")
        first, at = at + len(length) + 1, at + int(length)
        key, _, value = body[first : at - 1].partition(b"=")
        if key in (b"path", b"size") or key.startswith(b"GNU.sparse."):
            records[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    return records

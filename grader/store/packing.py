"""The run records of one submission as two blobs: a small compressed one, and the wire bytes apart from it.

A check that echoes 64 KiB leaves those bytes in its record at least twice, sent and received, in pieces cut by chance.
Kept as they are, a class of 10,000 would take gigabytes and most of the time of a re-scoring. So the long pieces of
`Event.data` are kept end to end in a *wire*, each distinct stretch once, and the record's own `data` is left empty.
Correct programs see the same bytes, so their wires are equal, and the database keeps one of each.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from grader.model import Event, RunRecord
from grader.store import codec

LONG = 256
"""Bytes from which on a piece goes to the wire: below it, a reference costs about as much as the bytes."""

MOST_SEARCHED = 64 * 1024 * 1024
"""Bytes searched for one submission, some 60 ms: a program that floods its peer would have us search for minutes. What
is not found by then is kept again. An honest submission takes less than a tenth of it."""

UNREADABLE = (*codec.UNREADABLE, zlib.error, LookupError)
"""What `unpack` raises on bytes that `pack` did not make."""


class Packed(NamedTuple):
    """`body`: zlib-compressed JSON of a `Body`.  `wire`: the long pieces that it refers to; often empty."""

    body: bytes
    wire: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Where the data of one long event is: `event` counts from 0 within run `run`; the others are bytes of the wire."""

    run: str
    event: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is stored: run name -> record, with the data of long events left out, and where it is."""

    records: dict[str, RunRecord]
    pieces: list[Piece]


def pack(records: Mapping[str, RunRecord]) -> Packed:
    """Return `records` as blobs that `unpack` reads."""
    wire = _Wire()
    pieces = [
        Piece(run=name, event=index, offset=wire.place(event.data), length=len(event.data))
        for name, record in records.items()
        for index, event in enumerate(record.events)
        if len(event.data) >= LONG
    ]
    long = {piece.run for piece in pieces}
    kept = {name: _without_long(record) if name in long else record for name, record in records.items()}
    return Packed(b"".join(_compressed(_body(kept, pieces))), bytes(wire.bytes))


def _body(records: Mapping[str, RunRecord], pieces: list[Piece]) -> Iterator[bytes]:
    """The JSON of a `Body`, a record at a time: of a program that prints megabytes, all of them are twenty."""
    yield b'{"records":{'
    for number, (name, record) in enumerate(records.items()):
        yield b"," * bool(number) + codec.to_json(name) + b":" + codec.to_json(record)
    yield b'},"pieces":' + codec.to_json(pieces) + b"}"


def _compressed(parts: Iterable[bytes]) -> Iterator[bytes]:
    compressor = zlib.compressobj(1)
    for part in parts:
        yield compressor.compress(part)
    yield compressor.flush()


def unpack(packed: Packed) -> dict[str, RunRecord]:
    """Return the records that `pack` was given. Raises one of UNREADABLE on anything else."""
    body = codec.from_json(Body, zlib.decompress(packed.body))
    records = body.records
    for run in dict.fromkeys(piece.run for piece in body.pieces):
        records[run] = _with_long(records[run], (piece for piece in body.pieces if piece.run == run), packed.wire)
    return records


class _Wire:
    """The long pieces of one submission, end to end, each distinct stretch once as far as that is found quickly."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self._known: dict[bytes, int] = {}
        self._next = 0
        self._to_search = MOST_SEARCHED

    def place(self, piece: bytes) -> int:
        """Offset of `piece`, after adding it at the end where it is new."""
        offset = self._find(piece)
        if offset < 0:
            offset = len(self.bytes)
            self.bytes += piece
        self._known[piece] = offset
        self._next = offset + len(piece)
        return offset

    def _find(self, piece: bytes) -> int:
        """A piece that was here before as a whole, that goes on where the last one ended, or that is found at all."""
        if piece in self._known:
            return self._known[piece]
        if self.bytes.startswith(piece, self._next):
            return self._next
        if len(self.bytes) > self._to_search:
            return -1
        self._to_search -= len(self.bytes)
        return self.bytes.find(piece)


def _without_long(record: RunRecord) -> RunRecord:
    return replace(
        record, events=tuple(replace(event, data=b"") if len(event.data) >= LONG else event for event in record.events)
    )


def _with_long(record: RunRecord, pieces: Iterable[Piece], wire: bytes) -> RunRecord:
    events: list[Event] = list(record.events)
    for piece in pieces:
        data = wire[piece.offset : piece.offset + piece.length]
        if len(data) != piece.length:  # else a program whose bytes were lost would be judged as a silent one
            raise LookupError("The wire does not hold all that its record refers to.")
        events[piece.event] = replace(events[piece.event], data=data)
    return replace(record, events=tuple(events))

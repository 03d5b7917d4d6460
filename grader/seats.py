"""How many submissions of a class are at work at a time: as many as there are seats.

A submission whose programs sleep needs no processor. It gives its seat up until they wake, so that a class of which
half sleeps costs computing, not waiting. One that wakes has its seat back at once, whether or not somebody has taken it
meanwhile: a program that waits for us is never kept waiting for others. How many are in flight, asleep or at work, is
bounded by what this process may have open.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

from grader.descriptors import most_in_flight

T = TypeVar("T")

IN_FLIGHT = 8
"""Submissions in flight for each seat, asleep or at work, as far as there are descriptors for them."""

LIGHT = 1 / IN_FLIGHT
"""A sleeping program that holds more than this share of its memory limit keeps its seat: so all that are in flight hold
no more than twice what those at work may."""


class Seats:
    """Seats for `count` submissions.

    `in_flight`: how many may have been let in and not have left, as far as there are descriptors for them.
    """

    def __init__(self, count: int, in_flight: int) -> None:
        self.free = count
        self.vacant = asyncio.Event()
        self.in_flight = most_in_flight(in_flight)
        self.room = asyncio.Semaphore(self.in_flight)

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """A seat for one submission, once there is one: for this task, and for the tasks that it starts."""
        async with self.room:
            while self.free <= 0:
                self.vacant.clear()
                await self.vacant.wait()
            self.add(-1)
            before = _MINE.set(Seat(self))
            try:
                yield
            finally:
                _MINE.reset(before)
                self.add(1)

    def add(self, seats: int) -> None:
        """So many seats more are free, or fewer."""
        self.free += seats
        if self.free > 0:
            self.vacant.set()


class Seat:
    """The seat of one submission: given up while every part of its work that is under way is asleep."""

    def __init__(self, seats: Seats) -> None:
        self.seats = seats
        self.parts = self.asleep = 0
        self.given_up = False

    def adjust(self, *, parts: int = 0, asleep: int = 0) -> None:
        """So many parts more are under way, or fewer; so many more of them sleep."""
        self.parts += parts
        self.asleep += asleep
        given_up = 0 < self.parts == self.asleep
        if given_up != self.given_up:
            self.seats.add(1 if given_up else -1)
            self.given_up = given_up


async def each_seated(items: Iterable[T], seats: int, work: Callable[[T], Awaitable[None]]) -> None:
    """Do the work on each item, begun in their order, as many at a time as there are seats.

    Raises an ExceptionGroup with what the work raises, as soon as it does; what is under way is then cancelled.
    """
    waiting, room = iter(items), Seats(seats, IN_FLIGHT * seats)

    async def worker() -> None:
        while True:
            async with room.taken():
                for item in waiting:
                    await work(item)
                    break
                else:
                    return

    async with asyncio.TaskGroup() as group:
        for _ in range(room.in_flight):
            group.create_task(worker())


_MINE: ContextVar[Seat | None] = ContextVar("seat", default=None)


@contextlib.contextmanager
def part_of_work() -> Iterator[None]:
    """One of the things that go on side by side for a submission, and in which programs may sleep."""
    seat = _MINE.get()
    if seat is None:
        yield
        return
    seat.adjust(parts=1)
    try:
        yield
    finally:
        seat.adjust(parts=-1)


class Sleep:
    """Whether the programs that a part of the work waits for are asleep."""

    def __init__(self) -> None:
        self.seat, self.asleep = _MINE.get(), False

    def set(self, asleep: bool) -> None:
        """They have fallen asleep, or woken; or as before."""
        if self.seat is not None and asleep != self.asleep:
            self.seat.adjust(asleep=1 if asleep else -1)
            self.asleep = asleep


@contextlib.contextmanager
def perhaps_asleep() -> Iterator[Sleep]:
    """One wait for programs, which may sleep meanwhile, and count as awake afterwards."""
    sleep = Sleep()
    try:
        yield sleep
    finally:
        sleep.set(False)

"""Seats: who waits for one, and who is let in while others sleep."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

from grader.seats import IN_FLIGHT, Seats, each_seated, part_of_work, perhaps_asleep


def in_order(scenario: Callable[[Seats, list[str]], Awaitable[None]], *, seats: int) -> list[str]:
    """What a scenario notes, in the order in which it happens."""
    noted: list[str] = []

    async def run() -> None:
        await scenario(Seats(seats, IN_FLIGHT * seats), noted)

    asyncio.run(run())
    return noted


async def turns() -> None:
    """As many turns of the event loop as anybody here needs who is not kept waiting."""
    for _ in range(10):
        await asyncio.sleep(0)


async def sits(seats: Seats, noted: list[str], name: str, until: asyncio.Event) -> None:
    async with seats.taken():
        noted.append(f"{name} begins")
        await until.wait()
        noted.append(f"{name} ends")


async def sleeps(seats: Seats, noted: list[str], name: str, until: asyncio.Event, *, beside: int = 0) -> None:
    """A submission whose program sleeps until something happens. `beside`: parts of its work that do not sleep."""
    async with seats.taken():
        noted.append(f"{name} begins")
        with contextlib.ExitStack() as others, part_of_work():
            for _ in range(beside):
                others.enter_context(part_of_work())
            with perhaps_asleep() as sleep:
                sleep.set(True)
                sleep.set(True)
                await until.wait()
                sleep.set(False)
                noted.append(f"{name} wakes")
                await turns()
        noted.append(f"{name} ends")


def test_who_finds_no_seat_waits_until_somebody_leaves() -> None:
    async def scenario(seats: Seats, noted: list[str]) -> None:
        leave = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for name in "abc":
                group.create_task(sits(seats, noted, name, leave))
            await turns()
            noted.append("leave")
            leave.set()

    assert in_order(scenario, seats=2) == ["a begins", "b begins", "leave", "a ends", "b ends", "c begins", "c ends"]


def test_a_sleeper_gives_its_seat_up_and_needs_none_to_wake() -> None:
    """The one that was let in is still there; the next one waits for both."""

    async def scenario(seats: Seats, noted: list[str]) -> None:
        wake, leave = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeps(seats, noted, "a", wake))
            group.create_task(sits(seats, noted, "b", leave))
            await turns()
            group.create_task(sits(seats, noted, "c", leave))
            wake.set()
            await turns()
            await turns()
            noted.append("leave")
            leave.set()

    wanted = ["a begins", "b begins", "a wakes", "a ends", "leave", "b ends", "c begins", "c ends"]
    assert in_order(scenario, seats=1) == wanted


def test_no_more_are_in_flight_than_there_are_descriptors_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then a sleeper's seat stays empty until one of them leaves."""
    monkeypatch.setattr("grader.seats.most_in_flight", lambda wanted: min(wanted, 2))

    async def scenario(seats: Seats, noted: list[str]) -> None:
        wake, leave = asyncio.Event(), asyncio.Event()
        leave.set()
        async with asyncio.TaskGroup() as group:
            for name in "ab":
                group.create_task(sleeps(seats, noted, name, wake))
            group.create_task(sits(seats, noted, "c", leave))
            await turns()
            noted.append("wake")
            wake.set()

    noted = in_order(scenario, seats=1)
    assert noted[:3] == ["a begins", "b begins", "wake"]
    assert noted[-2:] == ["c begins", "c ends"]


def test_a_class_is_begun_no_faster_than_there_are_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many seats its programs' sleep leaves empty."""
    monkeypatch.setattr("grader.seats.most_in_flight", lambda wanted: min(wanted, 5))
    under_way: list[int] = [0]

    async def work(_: int) -> None:
        under_way.append(under_way[-1] + 1)
        with part_of_work(), perhaps_asleep() as sleep:
            sleep.set(True)
            await turns()
        under_way.append(under_way[-1] - 1)

    asyncio.run(each_seated(range(40), 4, work))
    assert (max(under_way), under_way[-1], len(under_way)) == (5, 0, 81)


def test_who_is_half_asleep_keeps_the_seat() -> None:
    """Of two programs that run side by side one sleeps and the other works."""

    async def scenario(seats: Seats, noted: list[str]) -> None:
        wake, leave = asyncio.Event(), asyncio.Event()
        leave.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeps(seats, noted, "a", wake, beside=1))
            group.create_task(sits(seats, noted, "b", leave))
            await turns()
            wake.set()

    assert in_order(scenario, seats=1) == ["a begins", "a wakes", "a ends", "b begins", "b ends"]


def test_who_is_cancelled_asleep_leaves_the_seats_as_they_were() -> None:
    async def scenario(seats: Seats, noted: list[str]) -> None:
        never = asyncio.Event()
        sleeper = asyncio.create_task(sleeps(seats, noted, "a", never))
        await turns()
        sleeper.cancel()
        await asyncio.wait([sleeper])
        leave = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for name in "bc":
                group.create_task(sits(seats, noted, name, leave))
            await turns()
            leave.set()

    assert in_order(scenario, seats=1) == ["a begins", "b begins", "b ends", "c begins", "c ends"]


def test_without_seats_sleep_is_nobodys_business() -> None:
    """`grade check`, and a cluster's worker, grade what they are given."""
    with part_of_work(), perhaps_asleep() as sleep:
        sleep.set(True)
        assert sleep.seat is None

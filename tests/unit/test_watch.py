"""Waiting for evidence, with a program that is only told of: when a wait ends, and as what."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from grader.errors import SandboxError
from grader.model import Limits
from grader.peers.watch import POLLS, SETTLED_CPU_SECONDS, Watch, awaits_clients, clocks, same_calls, settled
from grader.sandbox import stuck
from grader.sandbox.kernel import Look, Row, Thread
from grader.sandbox.running import Ending
from grader.sandbox.stuck import NUMBERS

X86 = NUMBERS["x86_64"]
LIMITS = Limits(wall_seconds=10.0, cpu_seconds=1.0, memory_bytes=1000, output_bytes=100)


@pytest.fixture(autouse=True)
def _on_x86(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers of one kind of machine, whichever this is."""
    monkeypatch.setattr(stuck, "NAMES", {number: name for name, number in X86.items()})


def a_thread(call: str | None = "recvfrom", run_ns: int = 0, *, thread: int = 2, delay_ns: int = 0) -> Thread:
    number = None if call is None else X86[call]
    return Thread(
        process=2, thread=thread, call=number, arguments=(0,) * 6, run_ns=run_ns, delay_ns=delay_ns
    )  # fmt: skip


def a_look(*threads: Thread, memory_bytes: int = 0) -> Look:
    return Look(threads=threads, memory_bytes=memory_bytes, complete=True)


@dataclass
class Told:
    """A program as a test tells it: what each look shows, the last one for ever after."""

    looks: Sequence[Look]
    printed: tuple[int, int] = (0, 0)
    wakes: bool = False
    runs_on: bool = False
    pid: int = 2
    looked: int = 0
    ended: asyncio.Future[Ending] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def look(self) -> Look:
        self.looked += 1
        return self.looks[min(self.looked, len(self.looks)) - 1]

    def output_bytes(self) -> tuple[int, int]:
        return self.printed

    def may_wake(self, look: Look) -> bool:
        return self.wakes

    def sleeps_on(self, look: Look) -> bool:
        return not self.runs_on

    def rows(self) -> list[Row]:
        return []


def waited(*looks: Look, at: float = 0.0, until_moves: int | None = None, **told: Any) -> tuple[str, Watch, Told]:
    """How a wait for something that never happens ends. `at`: the time at which it is said to be."""

    async def wait() -> tuple[str, Watch, Told]:
        run = Told(looks, **told)
        watch = Watch([run], LIMITS, lambda: at)  # type: ignore[list-item]
        also = None if until_moves is None else lambda: watch.moves > until_moves
        return await watch.until(lambda: False, also=also), watch, run

    return asyncio.run(wait())


def test_a_program_that_waits_for_ever_is_found_in_two_looks() -> None:
    """The second one shows that nothing has moved since the first."""
    result, watch, run = waited(a_look(a_thread()))
    assert (result, run.looked) == ("impossible", 2)
    assert (watch.steady, watch.moves, watch.limit_reached, watch.culprit) == (True, 0, None, None)


def test_a_program_that_went_on_while_its_sockets_were_looked_at_is_looked_at_again() -> None:
    """What was seen of them is of no one moment then."""
    looks = [a_look(a_thread())] * 3 + [a_look(a_thread(), memory_bytes=3000)]
    result, _, run = waited(*looks, runs_on=True)
    assert (result, run.looked) == ("memory", 4)


def test_a_program_that_runs_between_looks_polls_after_a_while() -> None:
    """It is in the same call each time, and yet its clock goes on."""
    looks = [a_look(a_thread("clock_nanosleep", run_ns)) for run_ns in range(100)]
    result, watch, run = waited(*looks, until_moves=POLLS)
    assert result == "done"
    assert (watch.moves, watch.steady) == (POLLS + 1, True)
    assert run.looked == POLLS + 2


def test_a_program_in_one_long_sleep_does_not_move() -> None:
    """It is waited for, to the wall limit."""
    sleeper = a_look(a_thread("clock_nanosleep", 5))
    result, watch, run = waited(*[sleeper] * 3, a_look(a_thread("clock_nanosleep", 5), memory_bytes=3000))
    assert (result, run.looked) == ("memory", 4)
    assert (watch.moves, watch.steady) == (0, True)


def test_a_program_that_gets_no_processor_does_not_poll() -> None:
    """On a busy machine one that is still starting runs a little between any two looks; it has not come to rest."""
    starting = [a_look(a_thread(None, run_ns)) for run_ns in range(3 * POLLS)]
    result, watch, _ = waited(*starting, a_look(a_thread(None), memory_bytes=3000))
    assert (result, watch.moves) == ("memory", 0)


def test_a_listener_elsewhere_is_settled_when_two_looks_agree() -> None:
    """Threads are read one by one: in one look alone, each may seem to wait for the next."""
    looks = a_look(a_thread("futex"), a_thread("accept4", thread=3))
    assert settled(looks, True, 0, 0.0)
    assert not settled(looks, False, 0, 0.0)


def test_of_several_threads_one_may_wait_while_another_ends_the_program() -> None:
    """Two looks have to agree then; a thread alone that waits for clients is on its way nowhere."""
    serving, other = a_thread("accept4"), a_thread("futex", thread=3)
    assert awaits_clients(a_look(serving), False)
    assert [awaits_clients(a_look(serving, other), steady) for steady in (False, True)] == [False, True]
    assert not awaits_clients(a_look(serving, a_thread(None, thread=3)), True)
    assert not awaits_clients(a_look(other), True)


def test_one_that_polls_or_computes_for_long_is_settled_as_well() -> None:
    asleep, at_work = a_look(a_thread("clock_nanosleep")), a_look(a_thread(None))
    assert [settled(look, True, POLLS + 1, 0.0) for look in (asleep, at_work)] == [True, False]
    assert [settled(at_work, True, 0, burnt) for burnt in (SETTLED_CPU_SECONDS, SETTLED_CPU_SECONDS + 0.01)] == [
        False,
        True,
    ]


def test_a_program_that_changes_its_call_is_not_steady() -> None:
    """What it does next is not known."""
    looks = [a_look(a_thread(call, number)) for number, call in enumerate(["recvfrom", "write"] * 4)]
    _, watch, _ = waited(*looks, until_moves=5)
    assert (watch.steady, watch.moves) == (False, 6)


def test_each_wait_counts_its_own_moves() -> None:
    """What a program did while something else was awaited tells nothing of this wait."""

    async def wait() -> list[int]:
        run = Told([a_look(a_thread("clock_nanosleep", run_ns)) for run_ns in range(100)])
        watch = Watch([run], LIMITS, lambda: 0.0)  # type: ignore[list-item]
        counted = []
        for _ in range(2):
            await watch.until(lambda: False, also=lambda: watch.moves > 2)
            counted.append(watch.moves)
        await watch.until(lambda: True)
        return [*counted, watch.moves]

    assert asyncio.run(wait()) == [3, 3, 0]


@pytest.mark.parametrize(
    ("look", "told", "at", "expected"),
    [
        (a_look(a_thread(None, 2_000_000_000)), {}, 0.0, "cpu"),
        (a_look(a_thread(None)), {"printed": (0, 101)}, 0.0, "output"),
        (a_look(a_thread(None)), {"printed": (101, 0)}, 0.0, "output"),
        (a_look(a_thread(None), memory_bytes=2001), {}, 0.0, "memory"),
        (a_look(a_thread(None)), {}, 11.0, "wall"),
        (a_look(a_thread(None, delay_ns=2_000_000_000)), {}, 12.5, "wall"),
    ],
    ids=["cpu", "stderr", "stdout", "memory", "wall", "wall, of what the machine owes"],
)
def test_a_limit_ends_every_wait(look: Look, told: dict[str, Any], at: float, expected: str) -> None:
    """And the watch remembers which; of the wall's, nobody in particular is guilty."""
    result, watch, run = waited(look, at=at, **told)
    assert result == watch.limit_reached == expected
    assert watch.culprit is (None if expected == "wall" else run)


@pytest.mark.parametrize(
    ("heard", "at", "over"),
    [
        (0.0, 10.0, False),
        (0.0, 10.1, True),
        (9.0, 19.0, False),
        (9.0, 19.1, True),
        (39.0, 40.0, False),
        (39.0, 40.1, True),
    ],
)
def test_a_program_that_goes_on_sending_has_more_time(heard: float, at: float, over: bool) -> None:
    """A server that pauses before each reply is slow and not stuck; one that only trickles ends all the same."""

    async def limit() -> str | None:
        now = heard
        watch = Watch([], LIMITS, lambda: now)
        if heard:
            watch.notify()
        now = at
        return watch.limit([], None)

    assert (asyncio.run(limit()) == "wall") is over


def test_of_two_programs_the_one_that_reached_the_limit_is_told() -> None:
    """The other one is only stopped because the run is over."""

    async def wait() -> tuple[str, bool]:
        calm, loud = Told([a_look(a_thread())]), Told([a_look(a_thread())], printed=(101, 0))
        watch = Watch([calm, loud], LIMITS, lambda: 0.0)  # type: ignore[list-item]
        return await watch.until(lambda: False), watch.culprit is loud

    assert asyncio.run(wait()) == ("output", True)


@pytest.mark.parametrize("told", [{"wakes": True}, {"pid": 7}], ids=["an alarm is set", "it has just ended"])
def test_what_may_still_happen_is_waited_for(told: dict[str, Any]) -> None:
    """Although every thread waits for ever."""
    waiting = [a_look(a_thread())] * 5
    result, _, run = waited(*waiting, a_look(a_thread(), memory_bytes=3000), **told)
    assert (result, run.looked) == ("memory", 6)


def test_a_box_that_fails_ends_the_wait_with_its_error() -> None:
    """A fault of the host is nobody's verdict."""

    async def wait() -> str:
        run = Told([a_look(a_thread())])
        run.ended.set_exception(SandboxError("gone"))
        return await Watch([run], LIMITS, lambda: 0.0).until(lambda: False)  # type: ignore[list-item]

    with pytest.raises(SandboxError, match="gone"):
        asyncio.run(wait())


# --- two looks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "same", "still"),
    [
        (a_look(a_thread()), True, True),
        (a_look(a_thread(run_ns=1)), True, False),
        (a_look(a_thread(delay_ns=9)), True, True),
        (a_look(a_thread("read")), False, True),
        (a_look(a_thread(None)), False, True),
        (a_look(a_thread(), a_thread(thread=3)), False, False),
        (a_look(a_thread(thread=3)), False, False),
        (a_look(), False, False),
    ],
)
def test_calls_and_clocks_are_compared_thread_by_thread(second: Look, same: bool, still: bool) -> None:
    """The one tells what a program waits in, the other whether it has run."""
    first = a_look(a_thread())
    assert same_calls([first], [second]) is same_calls([second], [first]) is same
    assert (clocks([first]) == clocks([second])) is still
    assert not same_calls([first], [first, second])


def test_the_time_of_a_program_whose_time_was_up_is_its_own() -> None:
    """What the machine owed it is not told as if it had had it."""
    watch = Watch([], LIMITS, lambda: 45.0)
    watch.lag, watch.delay = 30.0, 4.5
    watch.limit_reached = watch.limit([], None)
    assert (watch.limit_reached, watch.program_seconds()) == ("wall", 10.5)
    assert LIMITS.wall_seconds < watch.program_seconds() < LIMITS.longest_seconds

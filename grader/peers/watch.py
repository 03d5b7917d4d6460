"""Waiting for evidence: until what is awaited has happened, or has become impossible, or a limit is reached.

Never for a time to pass. The pauses below only say how often to look; no verdict depends on them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from grader.model import Limits
from grader.peers.wire import Connection
from grader.sandbox.kernel import Look
from grader.sandbox.running import AnyRun
from grader.sandbox.stuck import all_wait, network_is_still, rests, serves_on, waits_for_input
from grader.seats import LIGHT, Sleep, perhaps_asleep

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.001, 0.1, 1.5  # seconds between looks, and how it grows
DONE, IMPOSSIBLE = "done", "impossible"
LIMITS = ("cpu", "wall", "output", "memory")
# A program polls if at more looks than this it has run since the look before and yet nothing has happened. What it has
# not done by then it will not do by itself. A program in one long sleep does not run, and is waited for.
POLLS = 12
SETTLED_CPU_SECONDS = 0.25
POLL_CPU_SECONDS = 0.05  # or if it has computed for longer than this and nothing has happened


class Watch:
    """Watches the programs of one run. `notify` tells it that something has happened on the wire.

    During a wait: `steady`: at the last two looks, every thread sat in the same call.  `moves`: looks at which the
    programs rested and yet had run since the look before, although nothing had happened (a program that is at work but
    gets no processor does not count).  `burnt`: processor seconds that the programs have used since something last
    happened.
    `lag`: seconds by which our own looks came too late. They do not count as the program's real time. They are added to
    the processor time that it may use, up to the limit once more, since it may have computed while it waited for us.
    `delay`: seconds for which a program's thread has waited for a processor.
    `heard`: when something last happened on the wire.
    `had`: the real time that the programs have had at the last look, without `delay` and `lag`.
    `limit_reached`, `culprit`: which limit ended a wait, and the program that reached it.
    """

    def __init__(self, runs: Sequence[AnyRun], limits: Limits, now: Callable[[], float]) -> None:
        self.runs, self.limits, self.now = runs, limits, now
        self.happened = asyncio.Event()
        self.last: list[Look] = []
        self.limit_reached: str | None = None
        self.culprit: AnyRun | None = None
        self.steady = False
        self.moves = 0
        self.burnt = self.lag = self.delay = self.heard = self.had = 0.0
        for run in runs:
            run.ended.add_done_callback(lambda _: self.happened.set())

    @property
    def polls(self) -> bool:
        """Whether a program polls: it has run again and again, or computed, and nothing has happened."""
        return self.moves > POLLS or self.burnt > POLL_CPU_SECONDS

    def notify(self) -> None:
        """Something has happened; whoever waits looks again."""
        self.heard = self.now()
        self.happened.set()

    async def until(
        self, awaited: Callable[[], bool], *, also: Callable[[], bool] | None = None, cpu_seconds: float | None = None
    ) -> str:
        """Wait. Returns `done`, `impossible`, or the limit that was reached: `cpu`, `wall`, `output`, `memory`.

        `also`: asked after each pair of looks between which nothing happened; True ends the wait as `done`.
        `cpu_seconds`: a smaller allowance than the limit. Raises SandboxError when a box fails.
        """
        with perhaps_asleep() as sleep:
            return await self._until(awaited, also, cpu_seconds, sleep)

    async def _until(
        self, awaited: Callable[[], bool], also: Callable[[], bool] | None, cpu_seconds: float | None, sleep: Sleep
    ) -> str:
        pause, before, checked = FIRST_PAUSE, None, self.now()
        self.moves, self.burnt, start = 0, 0.0, None
        while True:
            self.happened.clear()
            if awaited():
                return DONE
            self.check_boxes()
            quiet = not await self.change(pause)
            if awaited():
                return DONE
            if not quiet:
                sleep.set(False)
                self.moves, self.burnt, start = 0, 0.0, None
                if self.now() - checked < LONGEST_PAUSE:
                    before = None
                    continue
            looks, checked = [run.look() for run in self.runs], self.now()
            self.last = looks
            self.delay = max([self.delay, *(look.delay_seconds for look in looks)])
            limit = self.limit(looks, cpu_seconds)
            if limit is not None:
                self.limit_reached = limit
                return limit
            if quiet and before is not None:
                self.steady = same_calls(before, looks)
                self.moves += clocks(before) != clocks(looks) and all(map(rests, looks))
                used = sum(look.cpu_seconds for look in looks)
                start = used if start is None else start
                self.burnt = used - start
                if also is not None and also():
                    return DONE
                if self.nothing_can_happen(before, looks) and not await self.just_delivered():
                    return IMPOSSIBLE
                sleep.set(pause == LONGEST_PAUSE and self.is_asleep(before, looks))
            before = looks if quiet else None
            pause = min(pause * GROWTH, LONGEST_PAUSE)

    async def pass_time(self, seconds: float) -> str:
        """Let time pass, with an eye on the programs. Returns `done`, or the limit that was reached; never `wall`, as
        the time is not of the programs' choice. Raises SandboxError when a box fails."""
        end = self.now() + seconds
        while (left := end - self.now()) > 0:
            await asyncio.sleep(min(left, LONGEST_PAUSE))
            self.check_boxes()
            limit = self.limit([run.look() for run in self.runs], None)
            if limit not in (None, "wall"):
                self.limit_reached = limit
                return limit
        return DONE

    def is_asleep(self, before: Sequence[Look], now: Sequence[Look]) -> bool:
        """Whether no program has run between two looks, and none holds much memory: it takes nothing from others."""
        light = all(look.memory_bytes <= LIGHT * self.limits.memory_bytes for look in now)
        return light and clocks(before) == clocks(now) and all(map(rests, now))

    def late_seconds(self, connections: Sequence[Connection]) -> float:
        """The longest that a program was kept waiting: by the machine, by us, or by the program it talks to."""
        return max([self.lag + self.delay, *(one.longest_wait for one in connections)])

    async def change(self, seconds: float) -> bool:
        """Wait for something to happen; False when nothing has within `seconds`."""
        started = self.now()
        try:
            async with asyncio.timeout(seconds):
                await self.happened.wait()
        except TimeoutError:
            return False
        finally:
            self.lag += max(self.now() - started - seconds, 0.0)
        return True

    async def just_delivered(self) -> bool:
        """Whether something reached our own sockets while we looked: what was under way at the first look may have
        been delivered before the tables were read. Two turns of the event loop: one finds it, one tells us."""
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return self.happened.is_set()

    def check_boxes(self) -> None:
        """Raise the SandboxError of a box that has failed."""
        for run in self.runs:
            if run.ended.done():
                run.ended.result()

    def nothing_can_happen(self, before: Sequence[Look], now: Sequence[Look]) -> bool:
        """The proof (see `sandbox/stuck.py`): all threads wait for ever, no timer is set, the network is still.

        At the end of the proof each thread must still sleep as it did in the look. Otherwise a thread that went on
        meanwhile would be judged by what it left behind: a socket that it has closed shows no time-out, and nothing
        under way.
        """
        if not all(all_wait(first, second) for first, second in zip(before, now, strict=True)):
            return False
        for run, look in zip(self.runs, now, strict=True):
            if not run.ended.done() and all(thread.process != run.pid for thread in look.threads):
                return False  # it has just ended, and the launcher is about to say so
        if any(run.may_wake(look) for run, look in zip(self.runs, now, strict=True)):
            return False
        if not all(network_is_still(run.rows()) for run in self.runs):
            return False
        return all(run.sleeps_on(look) for run, look in zip(self.runs, now, strict=True))

    def limit(self, looks: Sequence[Look], cpu_seconds: float | None) -> str | None:
        """The limit that was reached, if any. Sets `culprit`: the program that reached it, nobody for real time. Time
        lost to a slow machine is not the program's."""
        allowed = self.limits.cpu_seconds if cpu_seconds is None else cpu_seconds
        allowed += min(self.lag, self.limits.cpu_seconds)
        for run, look in zip(self.runs, looks, strict=True):
            reached = limit_of(run, look, self.limits, allowed)
            if reached is not None:
                self.culprit = run
                return reached
        self.culprit = None
        self.had = self.now() - self.delay - self.lag
        late = self.had > min(self.heard + self.limits.wall_seconds, self.limits.longest_seconds)
        return "wall" if late else None

    def note_output_limit(self) -> bool:
        """Whether a program has printed more than it may. If so, that becomes the limit that was reached."""
        self.culprit = next((run for run in self.runs if printed_too_much(run, self.limits)), None)
        if self.culprit is not None:
            self.limit_reached = "output"
        return self.culprit is not None

    def program_seconds(self) -> float:
        """Real time since the start of the programs; `had` for programs stopped by the limit of real time."""
        return self.had if self.limit_reached == "wall" else self.now()

    def cpu_seconds(self) -> float:
        """Processor time so far, of the program that has used most."""
        return max((run.look().cpu_seconds for run in self.runs), default=0.0)


def limit_of(run: AnyRun, look: Look, limits: Limits, cpu_seconds: float) -> str | None:
    """The limit that one program has reached. Processor time comes last: a program that fills memory, or prints without
    end, may use up its processor time as well between two looks."""
    if look.memory_bytes > 2 * limits.memory_bytes:
        return "memory"
    if printed_too_much(run, limits):
        return "output"
    return "cpu" if look.cpu_seconds > cpu_seconds else None


def printed_too_much(run: AnyRun, limits: Limits) -> bool:
    """Whether a program has printed more than it may, on stdout or on stderr."""
    return max(run.output_bytes()) > limits.output_bytes


def awaits_clients(look: Look, steady: bool) -> bool:
    """Whether a program that listens now waits for clients. Of several threads, one may wait while another is about to
    end the program; so two looks have to agree (`steady`)."""
    return serves_on(look) and rests(look) and (steady or len(look.threads) == 1)


def settled(look: Look, steady: bool, moves: int, burnt: float) -> bool:
    """Whether a program that listens, but not where it should, will open no other address by itself: every thread waits
    for input, or it has polled for long. A program still loading modules runs without a rest, and not for so long.

    `steady`: the look before showed the same calls. One look is not enough: threads are read one after another, and a
    thread that waited for another when it was read may be about to go on by the time the other is read."""
    waits = steady and waits_for_input(look)
    return waits or (moves > POLLS and rests(look)) or burnt > SETTLED_CPU_SECONDS


def clocks(looks: Sequence[Look]) -> list[list[tuple[int, int]]]:
    """How long each thread has run."""
    return [[(thread.thread, thread.run_ns) for thread in look.threads] for look in looks]


def same_calls(before: Sequence[Look], now: Sequence[Look]) -> bool:
    """Whether every thread is in the same call in both looks; it may have run in between."""
    return [[(t.thread, t.call) for t in look.threads] for look in before] == [
        [(t.thread, t.call) for t in look.threads] for look in now
    ]

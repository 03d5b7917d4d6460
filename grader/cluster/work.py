"""Which hand-in is next: taken from the class only when a worker has room, given back when the worker is lost.

A submission that was on a worker when it died is tried again, and may have nothing to do with it. After the second time
it is a *suspect*; suspects are tried one at a time, so that one that does kill workers takes no other suspect along.
When that goes wrong as well, it is given up, and only it.

Hand-ins of the same content wait for the first of them, and are then answered from what is stored.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from grader.intake import Pending
from grader.model import Submission

SUSPECT_AFTER = 2
GIVEN_UP_AFTER = 4


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A submission that has to be run. `deaths`: workers that have died with it."""

    pending: Pending
    submission: Submission
    deaths: int = 0

    @property
    def suspect(self) -> bool:
        """Whether it is tried only while no other suspect is."""
        return self.deaths >= SUSPECT_AFTER


class Work:
    """The hand-ins of a batch. All methods belong to one event loop.

    `prepare`: reads a hand-in; returns None where nothing has to be run for it, and then it is done.
    `over`: set when all is done.
    """

    def __init__(self, pending: Iterable[Pending], prepare: Callable[[Pending], Awaitable[Submission | None]]) -> None:
        self.prepare = prepare
        self.waiting = iter(pending)
        self.exhausted = False
        self.twins: dict[str, list[Pending]] = {}  # content that is under way -> hand-ins of the same content
        self.untied: deque[Pending] = deque()
        self.again: deque[Job] = deque()
        self.suspects: deque[Job] = deque()
        self.suspect_out = False
        self.preparing = 0
        self.changed = asyncio.Condition()
        self.all_done = asyncio.Event()

    async def take(self) -> Job | None:
        """The next job, once there is one; None when all is done. The job must go to `done` or `give_back`."""
        while True:
            job = self.returned() or await self.fresh()
            if job is not None:
                return job
            async with self.changed:
                if self.finished():
                    self.all_done.set()
                    self.changed.notify_all()
                    return None
                if not self.ready():
                    await self.changed.wait()

    async def done(self, job: Job) -> None:
        """A job is over, and stored."""
        self.untied.extend(self.twins.pop(job.submission.digest))
        await self.released(job.suspect)

    async def give_back(self, job: Job, *, died: bool = False) -> None:
        """A job was not done. `died`: its worker died with it."""
        was_suspect = job.suspect
        job.deaths += died
        (self.suspects if job.suspect else self.again).append(job)
        await self.released(was_suspect)

    async def released(self, suspect: bool) -> None:
        """A job is no longer on a worker: wake those who wait. `suspect`: as which it went there."""
        if suspect:
            self.suspect_out = False
        async with self.changed:
            self.changed.notify_all()

    def returned(self) -> Job | None:
        """A job that was given back, if one may be tried now."""
        if self.again:
            return self.again.popleft()
        if self.suspects and not self.suspect_out:
            self.suspect_out = True
            return self.suspects.popleft()
        return None

    async def fresh(self) -> Job | None:
        """The next hand-in for which something has to be run, if any is left."""
        while (pending := self.following()) is not None:
            self.preparing += 1
            try:
                submission = await self.prepare(pending)
            finally:
                self.preparing -= 1
            if submission is None:
                await asyncio.sleep(0)  # a whole class may be answered from the store: let others have their turn
                continue
            if submission.digest in self.twins:
                self.twins[submission.digest].append(pending)
                continue
            self.twins[submission.digest] = []
            return Job(pending=pending, submission=submission)
        return None

    def following(self) -> Pending | None:
        """The next hand-in, not read yet."""
        if self.untied:
            return self.untied.popleft()
        following = next(self.waiting, None)
        self.exhausted = following is None
        return following

    def ready(self) -> bool:
        """Whether `take` would find something."""
        return bool(self.again or self.untied or not self.exhausted or (self.suspects and not self.suspect_out))

    def finished(self) -> bool:
        """Whether nothing is left, and nothing under way."""
        return self.exhausted and not (self.twins or self.untied or self.again or self.suspects or self.preparing)

"""Which hand-in is next: read no faster than it is wanted, given back when a worker is lost, never done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from grader.cluster.work import SUSPECT_AFTER, Job, Work
from grader.intake import Pending
from grader.model import Submission


def submission(name: str) -> Submission:
    """One whose content is the part of its name before a dash."""
    return Submission(id=name, digest=name.partition("-")[0], files=(), programs={}, answers=None)


class Class:
    """Hand-ins by name; `answered` are contents for which nothing has to be run (any more)."""

    def __init__(self, names: Iterable[str], answered: Iterable[str] = ()) -> None:
        self.names, self.answered = iter(names), set(answered)
        self.seen: list[str] = []
        self.done: list[str] = []

    def pending(self) -> Iterator[Pending]:
        for name in self.names:
            self.seen.append(name)
            yield Pending(name, None, None)  # type: ignore[arg-type]

    async def prepare(self, pending: Pending) -> Submission | None:
        if submission(pending.id).digest in self.answered:
            self.done.append(pending.id)
            return None
        return submission(pending.id)

    def work(self) -> Work:
        return Work(self.pending(), self.prepare)

    async def finish(self, work: Work, job: Job) -> None:
        self.answered.add(job.submission.digest)
        self.done.append(job.submission.id)
        await work.done(job)


async def taken(work: Work) -> Job:
    """The next job, which must be there."""
    job = await asyncio.wait_for(work.take(), 5)
    assert job is not None
    return job


def test_a_million_hand_ins_are_read_no_faster_than_they_are_taken() -> None:
    """Back-pressure: the class is an iterator, and is asked only for what somebody takes."""
    students = Class(str(number) for number in range(1_000_000))

    async def some() -> None:
        work = students.work()
        for _ in range(7):
            await taken(work)

    asyncio.run(some())
    assert students.seen == [str(number) for number in range(7)]


def test_what_is_in_the_store_needs_no_worker() -> None:
    """All of it is passed over, and the end is told."""
    students = Class("abc", "abc")

    async def all_of_it() -> None:
        work = students.work()
        assert await work.take() is None
        assert work.all_done.is_set()

    asyncio.run(all_of_it())
    assert students.done == ["a", "b", "c"]


def test_a_job_that_is_given_back_is_taken_before_new_ones() -> None:
    """By whoever comes next; and the batch is not over before."""
    students = Class("ab")

    async def lost() -> None:
        work = students.work()
        first = await taken(work)
        await work.give_back(first, died=True)
        assert await taken(work) is first
        second = await taken(work)
        waiting = asyncio.ensure_future(work.take())
        await students.finish(work, second)
        assert not work.all_done.is_set()
        await work.give_back(first)
        again = await asyncio.wait_for(waiting, 5)
        assert again is first
        await students.finish(work, first)
        assert await work.take() is None

    asyncio.run(lost())
    assert students.done == ["b", "a"]


def test_hand_ins_of_the_same_content_wait_for_the_first() -> None:
    """Then they are prepared again, and answered from what it has left in the store."""
    students = Class(["x-1", "x-2", "y-1", "x-3"])

    async def twins() -> None:
        work = students.work()
        first, other = await taken(work), await taken(work)
        assert [first.submission.id, other.submission.id] == ["x-1", "y-1"]
        await students.finish(work, other)
        rest = asyncio.ensure_future(work.take())
        await students.finish(work, first)
        assert await asyncio.wait_for(rest, 5) is None

    asyncio.run(twins())
    assert sorted(students.done) == ["x-1", "x-2", "x-3", "y-1"]


def test_suspects_are_tried_one_at_a_time() -> None:
    """Or one that kills its worker would take the others' blame along."""
    students = Class("ab")

    async def suspected() -> None:
        work = students.work()
        jobs = [await taken(work), await taken(work)]
        for _ in range(SUSPECT_AFTER):
            for job in jobs:
                await work.give_back(job, died=True)
            if not jobs[0].suspect:
                assert {await taken(work), await taken(work)} == set(jobs)
        first = await taken(work)
        second = asyncio.ensure_future(work.take())
        await asyncio.sleep(0)
        assert not second.done()
        await students.finish(work, first)
        last = await asyncio.wait_for(second, 5)
        assert last is not None
        assert last is not first
        await students.finish(work, last)
        assert await work.take() is None

    asyncio.run(suspected())
    assert sorted(students.done) == ["a", "b"]

"""The batch's side of a cluster: enrols workers, keeps each of them busy, and stores what comes back.

A worker that is enrolled gets a *crew*: as many coroutines as it holds submissions at a time, and one more, so that the
next lies there already when one is done. Each takes a job, waits for its reply, stores it, and takes the next. That is
all the back-pressure there is: what is under way is what crews hold, and a class is read no faster than it is graded.

Once a second the scheduler is asked who is there. A worker that has gone takes its crew with it, and their jobs go to
others; one that is new is enrolled. So the batch outlives any worker, and the scheduler itself as long as one comes
back at its address in time. A reply is awaited in one place and stored there: nothing is stored twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
import traceback
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import distributed

from grader.cluster import INSTALL, worker
from grader.cluster.units import Broken, Graded, Refused, Reply, identity, packed_submission
from grader.cluster.work import GIVEN_UP_AFTER, Job, Work
from grader.errors import ClusterError, GraderError, first_of
from grader.intake import Pending
from grader.model import Grade, Rubric, Submission
from grader.pipeline import JUDGES, Progress, answered, failed_grade, read_aside, unread
from grader.rubric import plan_digest
from grader.seats import IN_FLIGHT
from grader.store import Store

LOOK_SECONDS = 1.0
NONE_LEFT_SECONDS = 30.0  # a nanny, or a queue of machines, may bring back workers that were good
SPARE = 1  # submissions on a worker beyond those that it runs: the way there and back costs no time then
GONE = "gone"
# What is raised when the scheduler or a worker cannot be reached: CommClosedError and TimeoutError are OSErrors; an
# AttributeError comes from a client that is just being disconnected.
UNREACHABLE = (OSError, AttributeError)
NO_CONNECTION = (OSError, ValueError, TypeError)  # what Dask raises of an address, or of TLS without certificates

Tell = Callable[[str], None]


async def grade_class_on(
    address: str,
    pending: Iterable[Pending],
    rubric: Rubric,
    store: Store,
    *,
    on_progress: Callable[[Progress], None],
    tell: Tell,
    jobs: int | None = None,
) -> None:
    """`pipeline.grade_class`, on the workers of the scheduler at `address`. Results are in the store as they come.

    `jobs`: submissions under way at a time; None for as many as the workers have room for.
    `tell`: takes a sentence for whoever waits, such as that a worker was left out, and why.

    Raises ClusterError when there is no scheduler, or it is lost for good, or no worker can grade; StoreError.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(JUDGES))
    async with connected(address) as client:
        batch = Batch(client, address, rubric, store, on_progress, tell)
        try:
            await batch.grade(pending, jobs)
        except* GraderError as several:
            raise first_of(several) from None


@contextlib.asynccontextmanager
async def connected(address: str) -> AsyncIterator[Any]:
    """A client of the scheduler at `address`. Raises ClusterError when there is none that can be used."""
    for name in ("distributed", "distributed.client"):  # what matters of it, we say ourselves
        logging.getLogger(name).setLevel(logging.CRITICAL)
    client: Any = distributed.Client(  # type: ignore[no-untyped-call]
        address, asynchronous=True, set_as_default=False
    )
    try:
        await reach(client, address)
        await vet_scheduler(client, address)
        yield client
    finally:
        with contextlib.suppress(*NO_CONNECTION):
            await client.close()


async def reach(client: Any, address: str) -> None:
    """Connect. Raises ClusterError when nobody is there, or the address or the certificates are no good."""
    try:
        await client
    except NO_CONNECTION as error:
        papers = ", and the certificates in Dask's configuration (distributed.comm.tls)" * address.startswith("tls:")
        raise ClusterError(
            f"No scheduler answers at {address} ({error}). Check the address{papers}, and that `dask scheduler` runs "
            "there; `grade cluster` starts one here, to try."
        ) from None


async def vet_scheduler(client: Any, address: str) -> None:
    """Raise ClusterError unless the scheduler can import this grader: Dask has it read what passes through it."""
    try:
        await client.run_on_scheduler(identity)
    except Exception as error:
        raise ClusterError(
            f"The scheduler at {address} cannot import this grader ({error}). Install it there from the checkout that "
            f"is used here: `PYTHON {INSTALL}`, with the Python that runs `dask scheduler`."
        ) from None


class Crew:
    """What the batch has at one worker. `gone`: done as soon as the worker takes no more from us; its result says
    whether the worker died."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.gone: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def leave(self, *, died: bool) -> None:
        """Give back all jobs."""
        if not self.gone.done():
            self.gone.set_result(died)


class Batch:
    """One class on its way through a cluster."""

    def __init__(
        self,
        client: Any,
        address: str,
        rubric: Rubric,
        store: Store,
        on_progress: Callable[[Progress], None],
        tell: Tell,
    ) -> None:
        self.client, self.address, self.tell = client, address, tell
        self.rubric, self.store, self.on_progress = rubric, store, on_progress
        self.plan, self.packed_rubric = plan_digest(rubric), pickle.dumps(rubric)
        self.crews: dict[str, Crew] = {}
        self.refused: dict[str, str] = {}
        self.enrolling: set[str] = set()
        self.had_crews = False
        self.none_since: float | None = None
        self.done = 0

    async def grade(self, pending: Iterable[Pending], jobs: int | None) -> None:
        """Grade everything."""
        self.work = Work(pending, self.prepare)
        self.room = asyncio.Semaphore(jobs) if jobs else contextlib.nullcontext()
        first = await self.work.take()
        if first is None:  # all of it was in the store: no worker is needed
            return
        await self.work.give_back(first)
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self.watch(group))
            await self.work.all_done.wait()
            watching.cancel()

    async def prepare(self, pending: Pending) -> Submission | None:
        """Read a hand-in; answer it from the store where that is possible. A bug of ours costs this one only."""
        submission = unread(pending)
        try:
            submission = await read_aside(pending)
            grade = await answered(submission, self.rubric, self.store, self.plan)
        except GraderError:
            raise
        except Exception:
            self.settle(failed_grade(submission, self.rubric, traceback.format_exc()), {})
            return None
        if grade is None:
            return submission
        self.count(grade, reused=True)
        return None

    def settle(self, grade: Grade, records: Mapping[str, Any]) -> None:
        """Store a grade that was made now."""
        self.store.save(grade, records, self.plan)
        self.count(grade, reused=False)

    def count(self, grade: Grade, *, reused: bool) -> None:
        """One more is done."""
        self.done += 1
        self.on_progress(Progress(done=self.done, grade=grade, reused=reused))

    # --- who is there -------------------------------------------------------------------------------------------------

    async def watch(self, group: asyncio.TaskGroup) -> None:
        """Enrol who comes, and let go who leaves, until cancelled. Raises ClusterError when nobody is left."""
        while True:
            seen = await self.present()
            present = seen or set()
            for address in self.crews.keys() - present:
                self.crews.pop(address).leave(died=seen is not None)
                self.tell(f"Worker {address} is gone; what it had goes to others.")
            self.refused = {address: why for address, why in self.refused.items() if address in present}
            for address in present - self.crews.keys() - self.refused.keys() - self.enrolling:
                self.enrolling.add(address)
                group.create_task(self.enrol(address, group))
            self.look_for_none_left(present)
            await asyncio.sleep(LOOK_SECONDS)

    async def present(self) -> set[str] | None:
        """The workers' addresses; None while the scheduler is away. Raises ClusterError when it has been away for
        longer than Dask's time-out for connecting."""
        if self.client.status in ("closing", "closed"):
            raise ClusterError(
                f"The scheduler at {self.address} was lost, and did not come back. What is done is kept: when it runs "
                "again, the same command goes on from there."
            )
        try:
            return set(await self.client.nthreads())
        except UNREACHABLE:
            return None

    async def enrol(self, address: str, group: asyncio.TaskGroup) -> None:
        """Ask a worker whether it can grade for us, hand it the rubric, and give it a crew; or leave it out."""
        asked = (tuple(identity()), self.rubric.digest, self.packed_rubric)
        try:
            answers = await self.client.run(worker.enrol, *asked, workers=[address], on_error="return")
            answer = answers[address]
        except UNREACHABLE:
            answer = OSError("it could not be reached")
        self.enrolling.discard(address)
        if isinstance(answer, tuple) and answer[0] > 0:
            crew = self.crews[address] = Crew(address)
            for _ in range(answer[0] + SPARE):
                group.create_task(self.lane(crew))
        elif isinstance(answer, tuple):
            self.refuse(address, answer[1])
        elif not isinstance(answer, OSError):  # else it has gone, or is asked again
            self.refuse(
                address,
                f"it cannot run this grader ({answer}). Install it there from the checkout that is used here: "
                f"`PYTHON {INSTALL}`, with the Python that runs the worker.",
            )

    def refuse(self, address: str, why: str) -> None:
        """Leave a worker out, and say why."""
        self.refused[address] = why
        self.tell(f"Worker {address} is left out: {why}")

    def look_for_none_left(self, present: set[str]) -> None:
        """Say that we wait where nobody is there; raise ClusterError where those who are there cannot grade."""
        if self.crews:
            self.had_crews, self.none_since = True, None
            return
        now = asyncio.get_running_loop().time()
        if self.none_since is None:
            self.none_since = now
            if not present:
                self.tell(
                    f"No worker is connected to {self.address}; waiting for one. Start some with "
                    f"`dask worker {self.address} --nworkers -1 --nthreads {4 * IN_FLIGHT}`."
                )
        grace = NONE_LEFT_SECONDS if self.had_crews else 0
        if present and present == self.refused.keys() and now - self.none_since >= grace:
            reasons = "\n".join(f"  {address}: {why}" for address, why in sorted(self.refused.items()))
            raise ClusterError(f"No worker of {self.address} can grade:\n{reasons}")

    # --- what they do -------------------------------------------------------------------------------------------------

    async def lane(self, crew: Crew) -> None:
        """Have one job after another done by a worker, until it is gone or all is done."""
        while not crew.gone.done():
            async with self.room:
                job = await self.work.take()
                if job is None:
                    return
                if crew.gone.done():  # it went while we waited, and this job has never been there
                    await self.work.give_back(job)
                    return
                try:
                    reply = await self.run(job, crew)
                except BaseException:
                    await self.work.give_back(job)
                    raise
                await self.receive(reply, job, crew)

    async def run(self, job: Job, crew: Crew) -> Reply | str:
        """Send a job to its worker. Returns the reply, or GONE when the worker takes nothing any more."""
        future = self.client.submit(
            worker.grade_one,
            self.rubric.digest,
            packed_submission(job.submission),
            key=f"grade-{job.submission.digest[:16]}-{uuid.uuid4().hex}",
            workers=[crew.address],
            allow_other_workers=False,
            pure=False,
        )
        reply = asyncio.ensure_future(future.result())
        try:
            await asyncio.wait({reply, crew.gone}, return_when=asyncio.FIRST_COMPLETED)
            return replied(reply)
        finally:
            reply.cancel()
            future.release()

    async def receive(self, reply: Reply | str, job: Job, crew: Crew) -> None:
        """Store what came back; or see to it that the job is done elsewhere."""
        if isinstance(reply, Graded):
            self.settle(*reply.unpacked(job.submission.id))
            await self.work.done(job)
        elif isinstance(reply, Broken):
            await self.give_up(job, reply.what)
        elif isinstance(reply, Refused):
            await self.work.give_back(job)
            self.dismiss(crew, reply.why)
        else:
            died = crew.gone.done() and crew.gone.result()
            if died and job.deaths + 1 >= GIVEN_UP_AFTER:
                await self.give_up(job, f"{GIVEN_UP_AFTER} workers have died with it, the last at {crew.address}.")
            else:
                await self.work.give_back(job, died=died)
            # Where only the scheduler was lost, whoever watches sees it soon, and lets this crew go.
            await asyncio.wait({crew.gone}, timeout=LOOK_SECONDS)

    async def give_up(self, job: Job, what: str) -> None:
        """A harness error, for this one only."""
        self.settle(failed_grade(job.submission, self.rubric, what), {})
        await self.work.done(job)

    def dismiss(self, crew: Crew, why: str) -> None:
        """A worker takes no more. Without a reason it is a new process at an old address, and is enrolled again."""
        if self.crews.get(crew.address) is crew:
            del self.crews[crew.address]
            if why:
                self.refuse(crew.address, why)
        crew.leave(died=False)


def replied(reply: asyncio.Future[Any]) -> Reply | str:
    """What a worker answered; GONE when it could not, because it, or the scheduler, was lost."""
    if not reply.done() or reply.cancelled():
        return GONE
    error = reply.exception()
    if error is None:
        answer: Reply = reply.result()
        return answer
    if isinstance(error, (OSError, distributed.client.FutureCancelledError, distributed.client.FuturesCancelledError)):
        return GONE
    return Broken(what="".join(traceback.format_exception(error)))

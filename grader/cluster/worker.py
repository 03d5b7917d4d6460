"""What runs on a worker: it is enrolled once for a rubric, and then grades one submission after another in boxes.

Boxes live in an event loop of their own, in a thread that lasts as long as the process does: Dask's own loop is never
kept waiting by a grading, nor a grading by Dask's; and a box dies with the thread that has started it (prctl(2),
PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import asyncio
import functools
import pickle
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from grader.cluster.units import Broken, Graded, Identity, Refused, Reply, identity, unpacked_submission
from grader.errors import HostError
from grader.heap import give_large_blocks_back
from grader.model import Rubric
from grader.pipeline import JUDGES, run_and_assess
from grader.runs import ReferenceBoxes
from grader.sandbox.host import require_boxes
from grader.seats import IN_FLIGHT, Seats

REST_SECONDS = 10.0  # idle for so long, and the boxes of the reference programs are closed until they are needed again

rooms: dict[str, Room] = {}


@functools.cache
def boxes_loop() -> asyncio.AbstractEventLoop:
    """The event loop in which all boxes of this process live."""
    give_large_blocks_back()
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(JUDGES))
    threading.Thread(target=loop.run_forever, name="boxes", daemon=True).start()
    return loop


@functools.cache
def seats(threads: int) -> Seats:
    """Those of this process, whatever the rubric."""
    return Seats(max(1, threads // IN_FLIGHT), threads)


class Room:
    """Where submissions are graded by one rubric. Its methods run in the loop of the boxes."""

    def __init__(self, rubric: Rubric, seats: Seats) -> None:
        self.rubric, self.seats = rubric, seats
        self.references = ReferenceBoxes(rubric)
        self.busy = 0
        self.rest: asyncio.TimerHandle | None = None

    async def grade(self, packed: bytes) -> Reply:
        """Grade one submission. Raises nothing but for being cancelled; then its boxes are closed."""
        if self.rest is not None:
            self.rest.cancel()
        self.busy += 1
        try:
            async with self.seats.taken():
                grade, records = await run_and_assess(unpacked_submission(packed), self.rubric, self.references)
            return await asyncio.to_thread(Graded.of, grade, records)
        except HostError as error:
            return Refused(why=str(error))
        except Exception:
            return Broken(what=traceback.format_exc())
        finally:
            self.busy -= 1
            if not self.busy:
                self.rest = asyncio.get_running_loop().call_later(REST_SECONDS, self.close_references)

    def close_references(self) -> None:
        """Leave no process behind when the batch is over, or its client gone."""
        idle, self.references = self.references, ReferenceBoxes(self.rubric)
        self.closing = asyncio.ensure_future(idle.close())  # kept: a task that nobody holds may be collected


async def enrol(client: tuple[str, str, str], rubric_digest: str, rubric: bytes, dask_worker: Any) -> tuple[int, str]:
    """Take a batch's rubric, if this worker can grade for it. Called by the batch, on the worker.

    `client`: the `Identity` of the batch.  `rubric`: pickled, and only read once that has been found to be ours.
    Returns how many submissions it holds at a time, and "" ; or 0 and why it takes none.
    """
    why = await asyncio.to_thread(reason_against, Identity(*client))
    if why:
        return 0, why
    threads = dask_worker.state.nthreads
    if rubric_digest not in rooms:
        rooms[rubric_digest] = Room(pickle.loads(rubric), seats(threads))
    return seats(threads).in_flight, ""


def reason_against(client: Identity) -> str:
    """Why this worker cannot grade for a batch; empty when it can."""
    why = client.against(identity())
    if why:
        return why
    try:
        require_boxes()
    except HostError as error:
        return str(error)
    except OSError as error:  # said here: the batch takes one that reaches it for a lost connection, and asks again
        return f"it cannot try whether it can make boxes ({error})"
    return ""


async def grade_one(rubric_digest: str, packed: bytes) -> Reply:
    """The unit of work: one submission, by a rubric that this worker was enrolled for."""
    room = rooms.get(rubric_digest)
    if room is None:
        return Refused(why="")
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(room.grade(packed), boxes_loop()))

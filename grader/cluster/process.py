"""One process of a local cluster: the scheduler, or a worker with its nanny.

    python -m grader.cluster.process scheduler HOST PORT
    python -m grader.cluster.process worker ADDRESS THREADS

Prints its address once it serves. Ends on SIGTERM or SIGINT, and when its standard input is closed: so it never
outlives whoever started it, however that one ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

import distributed

STDIN = 0


def server(kind: str, *arguments: str) -> Any:
    """The scheduler, or a nanny that keeps one worker process alive; not started yet."""
    if kind == "scheduler":
        host, port = arguments
        return distributed.Scheduler(host=host, port=int(port), dashboard=False, dashboard_address=f"{host}:0")
    address, threads = arguments
    return distributed.Nanny(address, nthreads=int(threads), memory_limit=0, dashboard=False, dashboard_address=None)


async def serve(arguments: list[str]) -> None:
    """Serve until told to end."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    loop.add_reader(STDIN, read_to_end, told)
    async with server(*arguments) as serving:
        print(serving.address, flush=True)
        ends = [asyncio.ensure_future(told.wait()), asyncio.ensure_future(serving.finished())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)


def read_to_end(told: asyncio.Event) -> None:
    """Take note when whoever started us is gone."""
    if not os.read(STDIN, 1024):
        asyncio.get_running_loop().remove_reader(STDIN)
        told.set()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1:]))

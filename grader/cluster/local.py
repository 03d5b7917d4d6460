"""`grade cluster`: a scheduler and workers on this machine, as processes of their own, to try a cluster."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import Process

from grader.errors import INTERRUPTED, ClusterError
from grader.report.words import count as counted
from grader.sandbox.host import require_boxes
from grader.seats import IN_FLIGHT

END_SECONDS = 10.0  # what has not ended by then is killed


def serve_cluster(host: str, port: int, workers: int, jobs: int) -> int:
    """Run a scheduler and `workers` workers, each with `jobs` submissions at work, until Ctrl-C. Returns the exit
    status. Raises HostError where programs cannot be boxed, ClusterError when a process does not start."""
    require_boxes()
    try:
        asyncio.run(run(host, port, workers, jobs))
    except asyncio.CancelledError:
        print("Stopped.", file=sys.stderr)
    return INTERRUPTED


async def run(host: str, port: int, workers: int, jobs: int) -> None:
    """Start everything, say where it is, and end everything when cancelled."""
    loop, myself = asyncio.get_running_loop(), asyncio.current_task()
    assert myself is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, myself.cancel)
    processes: list[Process] = []
    try:
        scheduler, address = await start(processes, "scheduler", host, str(port))
        others = [start(processes, "worker", address, str(jobs * IN_FLIGHT)) for _ in range(workers)]
        await asyncio.gather(*others)
        each = f"{counted(jobs, 'submission')} at work on each"
        print(f"{address}: a scheduler with {counted(workers, 'worker')}, {each}.")
        print(f"Grade with `grade run FOLDER --cluster {address}`. Ctrl-C ends it.", flush=True)
        await scheduler.wait()
        raise ClusterError("The scheduler has ended. See above for its reason.")
    finally:
        await end(processes)


async def start(processes: list[Process], *arguments: str) -> tuple[Process, str]:
    """Start one process, and wait until it serves. Returns it with its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "grader.cluster.process", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "DASK_LOGGING__DISTRIBUTED": "error"},
        start_new_session=True,  # a Ctrl-C on the terminal is for us alone: the workers go first, then the scheduler
    )
    processes.append(process)
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().strip()
    if not address:
        raise ClusterError(f"The {arguments[0]} did not start. See above for its reason; is the port in use?")
    return process, address


async def end(processes: list[Process]) -> None:
    """Ask all processes to end, the scheduler last, and leave none."""
    for group in (processes[1:], processes[:1]):
        for process in group:
            if process.stdin is not None:
                process.stdin.close()
        ending = [asyncio.ensure_future(process.wait()) for process in group]
        if ending:
            await asyncio.wait(ending, timeout=END_SECONDS)
        for process in group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # each leads a session of its own, with its nanny's worker in it
        for process in group:
            await process.wait()

"""Schedulers and workers as processes of their own, the command that grades on them, and what it left in the store."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from batches import CLASS, QUICK, ROOT, below

GRADE = [sys.executable, "-m", "grader.cli"]
DEADLINE_SECONDS = 250
LOOK_SECONDS = 0.02
QUIET = {"DASK_LOGGING__DISTRIBUTED": "critical"}  # the logs of servers; the command is quiet by itself
MANY = 12  # hand-ins of a class that is to be disturbed: more than its workers have at a time


SERVE = ("-m", "grader.cluster.process")
# Dask by itself: started without the module `site`, it finds no grader that is installed in editable form.
BARE = """
import asyncio, sys
sys.path.insert(0, {installed!r})
import distributed
async def serve():
    async with distributed.{kind}({arguments}) as server:
        print(server.address, flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(serve())
"""
INSTALLED = next(path for path in sys.path if Path(path, "click").is_dir())


class Server:
    """A scheduler or a worker, as `grade cluster` starts them, or another `program` of Python."""

    def __init__(self, *arguments: object, cwd: Path = ROOT, program: Sequence[str] = SERVE, **changes: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *program, *map(str, arguments)],
            cwd=cwd, env={**os.environ, **QUIET, **changes}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.address = ""

    def wait_until_serving(self) -> str:
        """Its address."""
        assert self.process.stdout is not None
        self.address = self.address or self.process.stdout.readline().strip()
        assert self.address, "it did not start"
        return self.address

    def worker(self) -> int:
        """The process id of a nanny's worker: the child that has children, or may have: not the resource tracker."""
        self.wait_until_serving()
        return next(one for one in below(self.process.pid) if "spawn_main" in command_line(one))

    def kill(self) -> None:
        """End it and all below it at once, as a machine does that loses its power."""
        everything = [self.process.pid, *below(self.process.pid)]
        for one in everything:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.communicate()

    def close(self) -> None:
        """End it as `grade cluster` does."""
        self.process.communicate(timeout=30)


def command_line(process: int) -> str:
    """What a process was started with; empty when it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def bare(kind: str, arguments: str, cwd: Path) -> Server:
    """A `Scheduler` or `Worker` of Dask where this grader is not installed; `arguments` as Python."""
    text = BARE.format(installed=INSTALLED, kind=kind, arguments=arguments)
    return Server(program=("-S", "-c", text), cwd=cwd)


class Cluster:
    """A scheduler and workers."""

    def __init__(self, workers: int = 2, *, port: int = 0, jobs: int = 2, **changes: str) -> None:
        self.scheduler = Server("scheduler", "127.0.0.1", port)
        self.address = self.scheduler.wait_until_serving()
        self.workers = [self.add(jobs, **changes) for _ in range(workers)]
        for one in self.workers:
            one.wait_until_serving()

    def add(self, jobs: int = 2, **changes: str) -> Server:
        """One more worker, which may not serve yet."""
        return Server("worker", self.address, jobs, cwd=ROOT, program=SERVE, **changes)

    def close(self) -> None:
        """End it all."""
        for one in [*self.workers, self.scheduler]:
            one.close()

    def kill(self) -> None:
        """End it all at once, the scheduler first."""
        for one in [self.scheduler, *self.workers]:
            one.kill()


@contextlib.contextmanager
def cluster(workers: int = 2, **options: object) -> Iterator[Cluster]:
    """A cluster for one test."""
    made = Cluster(workers, **options)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.kill()


def start(*arguments: object, **changes: str) -> subprocess.Popen[str]:
    """Start the command."""
    return subprocess.Popen(
        [*GRADE, *map(str, arguments)], cwd=ROOT, env={**os.environ, **changes}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(running: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit status, and what it said on standard error."""
    _, said = running.communicate(timeout=DEADLINE_SECONDS)
    return running.returncode, said


def grade(*arguments: object, **changes: str) -> tuple[int, str]:
    """Run the command to its end."""
    return finish(start(*arguments, **changes))


def made_class(folder: Path, count: int) -> Path:
    """A class of as many hand-ins, all different, in which nothing sleeps."""
    for number in range(count):
        name = QUICK[number % len(QUICK)]
        target = folder / f"s{number:03}-{name}"
        shutil.copytree(CLASS / name, target)
        for program in target.rglob("*.py"):
            program.write_text(f"{program.read_text()}\n# hand-in {number}\n")
    return folder


def rows(out: Path, query: str) -> list[tuple[object, ...]]:
    """What the store answers, read as another process would; nothing before its tables are there."""
    if not (out / "grades.sqlite").exists():
        return []
    with contextlib.closing(sqlite3.connect(f"file:{out / 'grades.sqlite'}?mode=ro", uri=True)) as database:
        try:
            return database.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []


def stored(out: Path) -> int:
    """How many grades the store holds."""
    return len(rows(out, "SELECT name FROM grades"))


def wait_until_stored(running: subprocess.Popen[str], out: Path, count: int = 1) -> int:
    """Wait until the store of a running command holds so many grades. Fails when the command ends before."""
    ended = os.pidfd_open(running.pid)
    try:
        while (now := stored(out)) < count:
            assert not select.select([ended], [], [], LOOK_SECONDS)[0], running.communicate()
        return now
    finally:
        os.close(ended)


def twice(out: Path) -> Mapping[str, int]:
    """Submissions with more than one grade, and contents with more than one set of records."""
    names = Counter(str(name) for (name,) in rows(out, "SELECT name FROM grades"))
    contents = Counter(str(digest) for (digest,) in rows(out, "SELECT submission_digest FROM records"))
    return {name: count for name, count in (names + contents).items() if count > 1}


def wait_until_gone(processes: list[int]) -> None:
    """Wait until all of them have ended. Fails when one lives on."""
    for one in processes:
        try:
            descriptor = os.pidfd_open(one)
        except ProcessLookupError:
            continue
        try:
            assert select.select([descriptor], [], [], 30)[0], f"lives on: {command_line(one)}"
        finally:
            os.close(descriptor)

"""Work in a process beside this one, for a command that has to answer at once: a thread would only take turns."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Generic, NoReturn, TypeVar

Result = TypeVar("Result")


class Aside(Generic[Result]):
    """`work`, under way in a copy of this process until its `result` is asked for; it leaves the block with us.

    To be made before there is any thread or event loop, of which a copy would have a part only. Where a process
    cannot be copied (Windows; a machine that has no process or descriptor left for us), or its copy fails, the work is
    done when its result is asked for, and raises here.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self.work = work
        self.pid = 0
        if not hasattr(os, "fork"):
            return
        try:
            self.reading, writing = os.pipe()
        except OSError:
            return
        try:
            self.pid = os.fork()
        except OSError:
            os.close(self.reading)
            os.close(writing)
            return
        if self.pid == 0:
            _work_and_end(work, writing)
        os.close(writing)

    def result(self) -> Result:
        """What `work` returned."""
        if self.pid:
            with open(self.reading, "rb", closefd=False) as stream:
                data = stream.read()
            if self._end() == 0:
                found: Result = pickle.loads(data)
                return found
        return self.work()

    def __enter__(self) -> Aside[Result]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing goes on, whether its result was wanted or not."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._end()

    def _end(self) -> int:
        """Wait for the process's end. Returns its exit status as waitpid(2) does, 0 for one that did its work."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.reading)
        self.pid = 0
        return status


def _work_and_end(work: Callable[[], object], writing: int) -> NoReturn:
    """In the copy: do the work, tell its result, and end without anything that its original is to do at its end."""
    status = 1
    try:
        with open(writing, "wb") as stream:
            stream.write(pickle.dumps(work()))
        status = 0
    finally:
        os._exit(status)

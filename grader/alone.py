"""One hand-in's runs by themselves, for who waits for them: no class, no store."""

from __future__ import annotations

import asyncio
import contextlib
import errno

from grader.errors import GraderError, HostError, SandboxError, UsageError, first_of
from grader.evidence import believable_records
from grader.model import Rubric, Submission
from grader.runs import BoxKind, Records, ReferenceBoxes
from grader.sandbox.host import require_boxes
from grader.sandbox.launch import Box
from grader.sandbox.plain import PlainBox, make_sockets


async def record_somehow(submission: Submission, rubric: Rubric) -> tuple[Records, BoxKind]:
    """Run everything in boxes where the machine has them, and as plain processes otherwise: the code is the student's
    own. Returns the records, and which of the two it was.

    Whether there are boxes is not tried first, as that takes as long as to make one. Raises UsageError where they are
    not, and another program has the assignment's port: the student's own server, most likely, still running elsewhere.
    It would be met in the place of theirs.
    """
    with contextlib.suppress(HostError):
        try:
            return await record(submission, rubric), Box
        except SandboxError:
            require_boxes()
            return await record(submission, rubric), Box
    require_free(rubric.host, rubric.port)
    return await record(submission, rubric, PlainBox), PlainBox


def require_free(host: str, port: int) -> None:
    """Raise UsageError where a program on this machine has the port."""
    try:
        for one in make_sockets(0, host, port):
            one.close()
    except SandboxError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE:
            raise UsageError(
                f"Another program uses port {port} on {host}, and here yours need it: most likely a server that you "
                "started and that still runs. Stop it (Ctrl-C in its terminal), then check again."
            ) from None


async def record(submission: Submission, rubric: Rubric, kind: BoxKind = Box) -> Records:
    """Run everything, and leave nothing running. Raises HostError and SandboxError when no box can be made."""
    references = ReferenceBoxes(rubric, kind)
    try:
        async with asyncio.TaskGroup() as group:
            runs = group.create_task(believable_records(submission, rubric, references))
            group.create_task(references.prepare())
        return runs.result()
    except* GraderError as several:
        raise first_of(several) from None
    finally:
        await references.close()

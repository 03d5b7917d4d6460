"""One hand-in's runs by themselves, for who waits for them: no class, no store."""

from __future__ import annotations

import asyncio
import contextlib

from grader.errors import GraderError, HostError, SandboxError, first_of
from grader.evidence import believable_records
from grader.model import Rubric, Submission
from grader.runs import BoxKind, Records, ReferenceBoxes
from grader.sandbox.host import require_boxes
from grader.sandbox.launch import Box
from grader.sandbox.plain import PlainBox


async def record_somehow(submission: Submission, rubric: Rubric) -> tuple[Records, BoxKind]:
    """Run everything in boxes where the machine has them, and as plain processes otherwise: the code is the student's
    own. Returns the records, and which of the two it was.

    Whether there are boxes is not tried first, as that takes as long as to make one.
    """
    with contextlib.suppress(HostError):
        try:
            return await record(submission, rubric), Box
        except SandboxError:
            require_boxes()
            return await record(submission, rubric), Box
    return await record(submission, rubric, PlainBox), PlainBox


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

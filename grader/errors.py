"""What can go wrong, and whose fault it was.

Every error a person may meet is a `GraderError` whose message says what, where and what to do next. A student's
program that misbehaves is never an exception: it is an `Observation`. A bug of ours is not a `GraderError` either;
it keeps its traceback.
"""

from __future__ import annotations

INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


class GraderError(Exception):
    """Base of the errors that are printed as one message, without a traceback.

    `exit_code` is the exit status of `grade` when the error ends the command.
    """

    exit_code = 2


class UsageError(GraderError):
    """The command was called in a way that cannot be carried out (a path that is not there, say)."""


class RubricError(GraderError):
    """A rubric cannot be used. `problems` holds every fault found, one line each, in file order."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class SubmissionError(GraderError):
    """One hand-in cannot be read (a broken archive, a folder too large). It is recorded; the batch goes on."""


class HostError(GraderError):
    """This machine cannot run programs in a box; the message names the command that cures it."""

    exit_code = 3


class ClusterError(GraderError):
    """There is no scheduler, it was lost, or none of its workers can grade; what is done is kept."""

    exit_code = 3


class SandboxError(GraderError):
    """A box failed although the host can make them. Becomes a harness-error verdict, never a lost point."""

    exit_code = 1


class StoreError(GraderError):
    """The results cannot be written or read (full disk, read-only folder, a file of another version)."""


def first_of(group: BaseExceptionGroup[GraderError]) -> GraderError:
    """The first error of a group, however deep: once is enough."""
    first = group.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first

"""How many files and sockets this process may have open, and how many submissions that is enough for.

A process starts with a soft limit, often 1024, which it may raise up to the hard one by itself. A batch needs more than
that where many programs sleep, and so many submissions are in flight. What a program in a box may open is bounded apart
from this (`model.OPEN_FILES`).
"""

from __future__ import annotations

import contextlib
import errno
import functools
from collections.abc import Iterator

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

EXHAUSTED = (errno.EMFILE, errno.ENFILE)
NONE_LEFT = "No descriptors are left for a box. Raise `ulimit -n`, or give `--jobs` a smaller number."

A_SUBMISSION = 64
"""What a submission in flight may hold: 53 at most for that of the assignment, while one of its pairs is begun."""

THE_REST = 192
"""What else is open: standard streams, the store, an archive, the network of a cluster, a box that is being started."""

MOST = 1 << 20
"""More is never asked for: hard limits of a billion exist, and programs that walk up to their limit."""


@functools.cache
def limits_found() -> tuple[int, int]:
    """Soft and hard limit as this process has found them."""
    return (MOST, MOST) if resource is None else resource.getrlimit(resource.RLIMIT_NOFILE)


@functools.cache
def most_open() -> int:
    """How many this process may have open from now on: as many as it can have, which it asks for once."""
    soft, hard = limits_found()
    wanted = max(soft, min(hard, MOST))
    if resource is None or wanted == soft:
        return soft
    with contextlib.suppress(OSError, ValueError):  # macOS promises more than it gives
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


@contextlib.contextmanager
def as_found() -> Iterator[None]:
    """While a process is started that is to have the limit which we were started with, and not ours."""
    if resource is None or most_open() == limits_found()[0]:
        yield
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, limits_found())
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_open(), limits_found()[1]))


def most_in_flight(wanted: int) -> int:
    """How many submissions may be in flight where `wanted` would be: one at least, whatever comes of it."""
    return max(1, min(wanted, (most_open() - THE_REST) // A_SUBMISSION))

"""A class on many machines: the same unit of work as on one, on the workers of a Dask distributed cluster.

One submission goes out, its grade and run records come back. The batch (`client.py`) reads hand-ins, asks the store
and writes to it, as `pipeline.grade_class` does; a worker (`worker.py`) runs programs in boxes and judges what
happened, with the very function of the pipeline. `work.py` decides which hand-in is next, `units.py` says what travels.
`local.py` and `process.py` are `grade cluster`: a scheduler and workers on this machine, to try it.

The batch gives work to workers by name and has exactly as much under way as they have room for. A worker is *enrolled*
first: it is asked whether it is the same grader, whether it can box, and is given the rubric, once. So a worker that
cannot serve never holds a submission, and one that is lost gives back what it held.

Only `client.py` and `process.py` import `distributed`, which is an extra.
"""

from __future__ import annotations

import importlib.util
import shlex
import sys

from grader.errors import UsageError

INSTALL = "-m pip install '.[cluster]'"  # from a checkout: the project lies in no package index


def require_distributed() -> None:
    """Raise UsageError, with the remedy, where Dask distributed is not installed."""
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(
            "A cluster needs Dask distributed, which is not installed. In the checkout from which grade was installed, "
            f"run `{shlex.quote(sys.executable)} {INSTALL}`."
        )

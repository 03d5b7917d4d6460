"""One pass of `grade run` over a class that is in the store, stage by stage, in a process of its own.

    python -m bench.rescore.stages CLASS OUT RUBRIC

Does what `grader.batch.run_batch` does, with a clock between its stages, and prints them as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.batch import grade_all, report
from grader.intake import find_submissions
from grader.pipeline import Progress
from grader.rubric_file import load
from grader.store import Store


def main() -> None:
    folder, out, rubric = Path(sys.argv[1]), Path(sys.argv[2]), load(Path(sys.argv[3]))
    stages: dict[str, tuple[float, float]] = {}
    reused = 0

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        wall, cpu = time.monotonic(), time.process_time()
        yield
        stages[name] = time.monotonic() - wall, time.process_time() - cpu

    def count(progress: Progress) -> None:
        nonlocal reused
        reused += progress.reused

    with stage("find"):
        pending = list(find_submissions([folder], rubric))
    with Store.open(out) as store:
        with stage("grade"):
            asyncio.run(grade_all(pending, rubric, store, jobs=None, on_progress=count, quiet=True, cluster=None))
            store.flush()
        with stage("report"):
            written = report(store, out, rubric, pending)
        with stage("close"):
            store.close()
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    found = {"stages": stages, "reused": reused, "changed": written.changed, "peak_kib": int(peak.split()[1])}
    print(json.dumps(found))


if __name__ == "__main__":
    main()

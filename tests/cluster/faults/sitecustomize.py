"""A worker that is started with this folder on PYTHONPATH dies of a submission that holds MARK: as one does that is
killed for its memory in the middle of a grading. Where the environment names a file (ONCE) that is not there, the
first worker to grade anything makes it, and dies. Everything else of it is as ever."""

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

MARK = b"# kills whoever grades it"
ONCE = "FIRST_WORKER_DIES"


def is_first() -> bool:
    """Whether this worker is the first to grade anything, where that one is to die."""
    try:
        os.close(os.open(os.environ.get(ONCE, "/"), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except OSError:
        return False
    return True


def hurt(worker: Any) -> None:
    """Have the worker's unit of work die of the mark, or of being the first."""
    unhurt = worker.run_and_assess

    async def deadly(submission: Any, rubric: Any, references: Any) -> Any:
        if any(MARK in file.data for file in submission.files) or is_first():
            os._exit(1)
        return await unhurt(submission, rubric, references)

    worker.run_and_assess = deadly


class Hurting:
    """Finds `grader.cluster.worker` as Python does, and hurts it once it is loaded."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != "grader.cluster.worker":
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None
        loader: Any = spec.loader
        load = loader.exec_module

        def load_and_hurt(module: Any) -> None:
            load(module)
            hurt(module)

        loader.exec_module = load_and_hurt
        return spec


sys.meta_path.insert(0, Hurting)

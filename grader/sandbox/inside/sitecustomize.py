"""The way in: imported by an interpreter that is about to run a student's program, before it opens the program.

What to do stands in an environment variable (`watch.TASK`): `launch CONTROL LOG [ADDRESS ...]` makes this process
the launcher of a box; its forked children come back here, each to become one run of the program. `watch LOG` is for an
interpreter of its own. Afterwards neither the variable nor this folder nor any module of it can be found.
"""

from __future__ import annotations

import os
import sys


def take_task() -> None:
    """Do what the variable says; it, this folder on the path, and our modules are gone afterwards."""
    folder = os.path.dirname(os.path.abspath(__file__))
    rest = [one for one in os.environ.pop("PYTHONPATH", "").split(os.pathsep) if one and one != folder]
    if rest:
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
    sys.path[:] = [one for one in sys.path if os.path.abspath(one) != folder]
    sys.path.insert(0, folder)  # for the imports below
    try:
        import watch  # type: ignore[import-not-found]

        task, _, details = os.environ.pop(watch.TASK, "").partition(" ")
        if task == "launch":
            import gc

            gc.disable()  # until all is loaded: a collection would find nothing
            import launcher  # type: ignore[import-not-found]

            launcher.main(details.split(" "))
        elif task == "watch":
            watch.watch_into(details)
    finally:
        sys.path.remove(folder)
        for name in watch.MODULES:
            sys.modules.pop(name, None)
        sys.path_importer_cache.pop(folder, None)


take_task()
raise ImportError("there is no sitecustomize", name="sitecustomize")  # site(3) takes this to mean that there is none

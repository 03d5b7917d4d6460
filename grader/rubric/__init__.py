"""Text of rubric.yaml -> Rubric, or a RubricError with every fault at once.

How a rubric is read: `files.py` reads the files, within bounds; `yaml_text.py` makes a tree of entries that know their
line; `shape.py` says which keys there are and what each may hold, and `checking.py` compares the tree with it;
`conversations.py` reads the conversations by the table of steps in `steps.py`; `rules.py` has what must hold between
entries; `build.py` makes the frozen values of `grader.model`, and `digest.py` the digests by which the store names
them. No stage stops at its first fault. Only text that is not YAML keeps the later stages from reporting theirs.

The page for instructors is `docs/rubric.md`.

The names of this package are imported when they are first used. A rubric that was read before (`kept.py`) needs neither
YAML nor the shapes, and these take longer to import than all the rest of a command.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.rubric.digest import plan_digest, stages
    from grader.rubric.kept import load_kept
    from grader.rubric.reading import load_rubric, parse_rubric
    from grader.rubric.schema import json_schema

__all__ = ["json_schema", "load_kept", "load_rubric", "parse_rubric", "plan_digest", "stages"]

_MODULES = {
    "json_schema": "schema",
    "load_kept": "kept",
    "load_rubric": "reading",
    "parse_rubric": "reading",
    "plan_digest": "digest",
    "stages": "digest",
}


def __getattr__(name: str) -> object:
    """Import a name of this package when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)

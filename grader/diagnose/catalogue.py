"""The whole catalogue, in the order in which it is asked: the most specific mistakes first, then the generic ones."""

from __future__ import annotations

from grader.diagnose.entry import Entry
from grader.diagnose.generic import GENERIC

CATALOGUE: tuple[Entry, ...] = (*GENERIC,)

ADVICE: tuple[Entry, ...] = ()

"""Whether an except block took the error that the program stopped at, told by what it printed. Pure."""

from __future__ import annotations

from grader.diagnose.clues import Clues
from grader.diagnose.source import Source
from grader.diagnose.trace import Place
from grader.verdicts import Finding

LEAST = 4  # characters of a text that no program prints by chance


def at_caught(finding: Finding, clues: Clues) -> Place | None:
    """The first except block that has run: a text that is written only there was printed, or the program ended with a
    status that only such a block gives."""
    if clues.trace is not None:
        return None
    found = ((one, start, end) for one in clues.sources for start, end in one.flow.excepts)
    run = (Place(file=one.path, line=start) for one, start, end in found if has_run(one, start, end, clues))
    return next(run, None)


def has_run(source: Source, start: int, end: int, clues: Clues) -> bool:
    """Whether the except block in these lines left its mark."""
    texts = [(value.strip(), line) for name, value, line in source.constants if isinstance(value, str) and not name]
    own = {text for text, line in texts if start <= line <= end and len(text) >= LEAST}
    other = [text for text, line in texts if not start <= line <= end]
    if any(text in clues.printed and not any(text in one for one in other) for text in own):
        return True
    exits = [line for _, line in source.flow.exits]
    return bool(clues.record.exit_code) and bool(exits) and all(start <= line <= end for line in exits)


def caught(finding: Finding, clues: Clues) -> bool:
    """Such a block has run."""
    return at_caught(finding, clues) is not None


def hidden_from_print(finding: Finding, clues: Clues) -> bool:
    """The print stands where a mistake in it would be taken by an except block that shows nothing."""
    kept = (line in one.silent_handlers for one in clues.sources for _, line in one.flow.kept_prints)
    return clues.trace is None and any(kept)

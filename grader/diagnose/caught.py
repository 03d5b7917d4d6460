"""Whether an except block took the error that the program stopped at, told by what it printed. Pure."""

from __future__ import annotations

from grader.diagnose.clues import Clues
from grader.diagnose.entry import finds
from grader.diagnose.source import Source
from grader.diagnose.trace import Place
from grader.model import RunRecord
from grader.verdicts import Finding

LEAST = 4  # characters of a text that no program prints by chance


def at_caught(finding: Finding, clues: Clues) -> Place | None:
    """The first except block that has run: a text that is written only there was printed, or the program ended with a
    status that only such a block gives."""
    if clues.trace is not None:
        return None
    for source in clues.sources:
        for block in source.flow.excepts:
            if has_printed(source, *block, clues.printed) or has_ended(source, *block, clues.record):
                return Place(file=source.path, line=block[0])
    return None


def has_printed(source: Source, start: int, end: int, printed: str) -> bool:
    """Whether a text of these lines was printed, and can have come from no other line."""
    texts = [(value.strip(), line) for name, value, line in source.constants if isinstance(value, str) and not name]
    own = {text for text, line in texts if start <= line <= end and len(text) >= LEAST}
    others = [text for text, line in texts if not start <= line <= end]
    return any(text in printed and not any(text in other for other in others) for text in own)


def has_ended(source: Source, start: int, end: int, record: RunRecord) -> bool:
    """Whether the program ended with a status that is not 0, and only these lines give one."""
    exits = [line for _, line in source.flow.exits]
    return bool(record.exit_code) and bool(exits) and all(start <= line <= end for line in exits)


caught = finds(at_caught)


def hidden_from_print(finding: Finding, clues: Clues) -> bool:
    """The print stands where a mistake in it would be taken by an except block that shows nothing."""
    kept = (line in one.silent_handlers for one in clues.sources for _, line in one.flow.kept_prints)
    return clues.trace is None and any(kept)

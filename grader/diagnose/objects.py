"""Methods and values of the program's own classes, told by the exception and the source."""

from __future__ import annotations

import re

from grader.diagnose.calls import called
from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, at_trace, both, either, error
from grader.diagnose.trace import Place
from grader.diagnose.words import plain
from grader.verdicts import Finding


def own_class(finding: Finding, clues: Clues) -> bool:
    """The exception is about an object of a class of the program's own."""
    found = re.match(r"'(\w+)' object", clues.trace.message if clues.trace else "")
    lines = (line.split("(")[0].split(":")[0].split() for source in clues.sources for line in source.lines)
    return found is not None and ["class", found[1]] in lines


def selfless(clues: Clues) -> tuple[str, Place] | None:
    """The method without self that the exception is about, and where it begins: one that was given one value more than
    it takes, or the one in which the exception's line uses self."""
    trace = clues.trace
    if trace is None:
        return None
    given = re.search(r"(?:(\w+)\.)?(\w+)\(\) takes (\d+) positional arguments? but (\d+) w", trace.message)
    of_class = given is not None and any(call.owner == given[1] for call in clues.raising if call.name == given[2])
    surplus = given is not None and int(given[4]) == int(given[3]) + 1 and not of_class
    for source in clues.sources:
        for name, line, end in source.flow.selfless:
            here = trace.place is not None and trace.place.file == source.path and line <= trace.place.line <= end
            if (surplus and given is not None and name == given[2]) or (trace.kind == "NameError" and here):
                return name, Place(file=source.path, line=line)
    return None


OBJECTS = (
    Entry(
        id="self-attribute",
        applies=both(error("AttributeError", "object has no attribute"), own_class),
        reason="Your {role} uses {attribute} of an object{where}, and the object has nothing of that name.",
        next_step="A value belongs to the object when it is assigned with self and a dot before its name; check the "
        "spelling, too.",
        line=at_trace,
        fill=called,
    ),
    Entry(
        id="self-missing",
        applies=both(
            either(error("TypeError", "positional argument"), error("NameError", "name 'self' is not defined")),
            lambda finding, clues: selfless(clues) is not None,
        ),
        reason="Your {role}'s method {name} has no parameter for the object itself.",
        next_step="The first parameter of a method is the object; it is called self.",
        line=lambda finding, clues: found[1] if (found := selfless(clues)) else None,
        fill=lambda finding, clues: {"name": plain(found[0]) if (found := selfless(clues)) else ""},
    ),
)

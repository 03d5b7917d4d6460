"""Methods and values of the program's own classes, told by the exception and the source."""

from __future__ import annotations

import re

from grader.diagnose.calls import called
from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, Found, at_trace, both, either, error
from grader.diagnose.trace import Place
from grader.diagnose.words import plain
from grader.verdicts import Finding

OBJECT = re.compile(r"'(\w+)' object")
GIVEN = re.compile(
    r"(?:(?P<owner>\w+)\.)?(?P<name>\w+)\(\) takes (?P<takes>\d+) positional arguments? but (?P<got>\d+) w"
)


def own_class(finding: Finding, clues: Clues) -> bool:
    """The exception is about an object of a class of the program's own."""
    found = OBJECT.match(clues.trace.message if clues.trace else "")
    lines = (line.split("(")[0].split(":")[0].split() for source in clues.sources for line in source.lines)
    return found is not None and ["class", found[1]] in lines


def given_one_too_many(clues: Clues) -> str:
    """The method that was given one value more than it takes, as one without self is; an empty string where none was,
    or where it was called of its class, which hands over no object."""
    given = GIVEN.search(clues.trace.message if clues.trace else "")
    if given is None or int(given["got"]) != int(given["takes"]) + 1:
        return ""
    of_class = any(call.owner == given["owner"] for call in clues.raising if call.name == given["name"])
    return "" if of_class else given["name"]


def selfless(finding: Finding, clues: Clues) -> Found | None:
    """The method without self that the exception is about: one that was given one value more than it takes, or the one
    in which the exception's line uses self."""
    trace, surplus = clues.trace, given_one_too_many(clues)
    at = trace.place if trace is not None and trace.kind == "NameError" else None
    for source in clues.sources:
        for name, line, end in source.flow.selfless:
            if name == surplus or (at is not None and at.file == source.path and line <= at.line <= end):
                return Found(place=Place(file=source.path, line=line), words={"name": plain(name)})
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
        applies=either(error("TypeError", "positional argument"), error("NameError", "name 'self' is not defined")),
        reason="Your {role}'s method {name} has no parameter for the object itself.",
        next_step="The first parameter of a method is the object; it is called self.",
        found=selfless,
    ),
)

"""Whose is which folder in an export of Gradescope: the file beside the folders says so.

It is not documented; read here is what tools that use it agree on. Where it says nothing that can be used, a folder
keeps its own name.
"""

from __future__ import annotations

from grader.errors import SubmissionError
from grader.intake import bounds
from grader.intake.handin import Place, Refused

FILE = "submission_metadata.yml"

_DEEPEST = 40
"""Lists and dictionaries one in the other; Gradescope's have about ten."""


def people(place: Place) -> dict[str, str]:
    """Folder -> who handed it in: name and number (or mail address) as the gradebook has them; of a group all."""
    try:
        with place.open_files([FILE]) as source:
            (member,) = source.members()
            told = _tree(source.read(member, bounds.MAX_EXPORT_BYTES).decode("utf-8", "replace"))
    except (Refused, SubmissionError):
        return {}
    if not isinstance(told, dict):
        return {}
    found = {folder: _submitters(about) for folder, about in told.items() if isinstance(folder, str)}
    return {folder: who for folder, who in found.items() if who}


def _tree(text: str) -> object:
    """What the text holds, as dictionaries, lists and texts: a student's number keeps its zeros. References are left
    out. None when it is not YAML, or nests without end.

    Made of the text's events, as the loaders of PyYAML end the process where brackets stand in brackets without end.
    """
    import yaml  # not above: `grade check`, which has to be quick, does without

    open_parts: list[list[object]] = [[]]
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            if isinstance(event, yaml.ScalarEvent):
                open_parts[-1].append(event.value)
            elif isinstance(event, yaml.AliasEvent):
                open_parts[-1].append(None)
            elif isinstance(event, yaml.CollectionStartEvent):
                open_parts.append([])
                if len(open_parts) > _DEEPEST:
                    return None
            elif isinstance(event, yaml.CollectionEndEvent):
                parts = open_parts.pop()
                mapping = isinstance(event, yaml.MappingEndEvent)
                open_parts[-1].append(_pairs(parts) if mapping else parts)
    except yaml.YAMLError:
        return None
    return next(iter(open_parts[0]), None)


def _pairs(parts: list[object]) -> dict[str, object]:
    """Keys and values in turn."""
    return {key: value for key, value in zip(parts[::2], parts[1::2], strict=True) if isinstance(key, str)}


def _submitters(about: object) -> str:
    submitters = _under(about, "submitters")
    if not isinstance(submitters, list):
        return ""
    return ", ".join(filter(None, (_person(each) for each in submitters)))


def _person(submitter: object) -> str:
    name = _plain(_under(submitter, "name"))
    known_by = _plain(_under(submitter, "sid")) or _plain(_under(submitter, "email"))
    return f"{name}_{known_by}" if name and known_by else name or known_by


def _under(mapping: object, key: str) -> object:
    """What stands under a key, which Gradescope writes as Ruby does, with a colon before it, and some tools without."""
    if not isinstance(mapping, dict):
        return None
    return mapping.get(f":{key}", mapping.get(key))


def _plain(text: object) -> str:
    """A name as one line; a slash in it leads nowhere."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(sign if sign.isprintable() and sign != "/" else " " for sign in text).split())

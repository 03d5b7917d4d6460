"""The text of the file of decisions: YAML in which a person finds what staff decided, and may edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from grader.answers.decisions import Merged
from grader.answers.marked import Marked, MarkedError, read_all
from grader.model import Question

HEAD = """\
# What staff decided on answers to this rubric's questions. `grade answers learn` adds to it; you may edit it.
# An answer with these words comes out as decided. These are students' words: do not hand this file out.
answers:
"""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Texts of several lines as blocks, marks on one line."""


class _Gold(dict[str, int]):
    pass


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _gold(dumper: yaml.SafeDumper, gold: Mapping[str, int]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", gold.items(), flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Gold, _gold)


def rendered(decided: Sequence[Marked], questions: Sequence[Question]) -> str:
    """Entries as YAML, one after the other, without the head of the file."""
    order = {(q.id, c.id): place for q in questions for place, c in enumerate(q.criteria)}
    entries = [
        {
            "question": one.question,
            "text": one.text,
            "gold": _Gold(
                (name, int(one.gold[name])) for name in sorted(one.gold, key=lambda n: order[one.question, n])
            ),
        }
        for one in decided
    ]
    return str(yaml.dump(entries, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)) if entries else ""


def grown(old: str, merged: Merged, questions: Sequence[Question]) -> str:
    """The text of the file after a merge. If entries were only added, they are appended, so that comments stay."""
    whole = HEAD + rendered(merged.decided, questions)
    if not old.strip() or merged.changed:
        return whole
    new = merged.decided[len(merged.decided) - merged.answers :] if merged.answers else []
    longer = old + ("" if old.endswith("\n") else "\n") + rendered(new, questions)
    try:
        same = read_all(longer, questions, is_csv=False) == merged.decided
    except MarkedError:
        return whole  # written in another style, so that nothing can be appended to it
    return longer if same else whole

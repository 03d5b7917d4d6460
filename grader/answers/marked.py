"""Answers that a person has marked: reading them, from YAML or from a spreadsheet's CSV.

YAML: `answers:` with a list of `question`, `text`, `gold` (criterion id -> 0 or 1) and, if wanted, `borderline` (ids
on which two fair examiners could differ). CSV: the columns `question` and `answer`, and one for each criterion id with
1 or 0; an empty field or one with `?` says that nobody decided.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from grader.model import Question

_MET = {"1": True, "yes": True, "true": True, "x": True, "0": False, "no": False, "false": False}


class MarkedError(ValueError):
    """A file of marked answers that cannot be used; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One answer and what a person decided, by criterion id. `borderline`: ids that could go either way."""

    question: str
    text: str
    gold: Mapping[str, bool]
    borderline: frozenset[str] = frozenset()


def read_marked(text: str, questions: Sequence[Question], *, is_csv: bool) -> list[Marked]:
    """Marked answers to these questions; those to other questions are left out.

    Raises MarkedError when the text is neither, or names a criterion that the rubric does not have.
    """
    known = {one.id: {criterion.id for criterion in one.criteria} for one in questions}
    found = _from_csv(text, known) if is_csv else _from_yaml(text, known)
    marked = [one for one in found if one.question in known]
    if not marked:
        raise MarkedError(f"no marked answer to a question of the rubric; its questions are {', '.join(known)}.")
    for one in marked:
        strange = sorted(set(one.gold) - known[one.question])
        if strange:
            raise MarkedError(
                f"{strange[0]!r} is no criterion of {one.question}; it has {', '.join(sorted(known[one.question]))}."
            )
    return marked


def _from_yaml(text: str, known: Mapping[str, set[str]]) -> Iterable[Marked]:
    try:
        read = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        answers = read["answers"]
        return [_entry(one) for one in answers if one.get("question") in known]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise MarkedError(f"not a bank of marked answers ({error}). It needs `answers:`, a list.") from None


def _entry(one: Mapping[str, Any]) -> Marked:
    gold = {str(name): bool(met) for name, met in one["gold"].items()}
    return Marked(str(one["question"]), str(one["text"]), gold, frozenset(map(str, one.get("borderline", ()))))


def _from_csv(text: str, known: Mapping[str, set[str]]) -> Iterable[Marked]:
    reader = csv.DictReader(io.StringIO(text))
    missing = {"question", "answer"} - set(reader.fieldnames or ())
    if missing:
        raise MarkedError(f"the CSV has no column {sorted(missing)[0]!r}; it needs question, answer and the criteria.")
    found = []
    for line in reader:
        question = (line["question"] or "").strip()
        gold = {}
        for name in known.get(question, ()):
            value = (line.get(name) or "").strip().lower()
            if value in _MET:
                gold[name] = _MET[value]
            elif value not in ("", "?"):
                raise MarkedError(f"line {reader.line_num}: {value!r} under {name}; write 1, 0 or nothing.")
        found.append(Marked(question, line["answer"] or "", gold))
    return found

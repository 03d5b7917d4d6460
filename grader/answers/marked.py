"""Answers that a person has marked: reading them, from YAML or from a spreadsheet's CSV.

YAML: `answers:` with a list of `question`, `text`, `gold` (criterion id -> 0 or 1) and, if wanted, `borderline` (ids
on which two fair examiners could differ). CSV: the columns `question` and `answer`, and one for each criterion id with
1 or 0; an empty field, or one that ends in `?`, means that nobody decided. Columns with other names are ignored.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from grader.model import Question
from grader.rubric.yaml_text import DEEPEST

_MET = {
    **dict.fromkeys(("1", "1.0", "yes", "true", "x"), True),
    **dict.fromkeys(("0", "0.0", "no", "false"), False),
}
_UNDECIDED = ("", "?", "~", "null")
CLUSTER, STUDENTS, WHY, OPINION = OWN_COLUMNS = ("Cluster", "Students", "Why a person", "Second opinion")
"""Columns that `grade answers queue` writes for people. No criterion can have these names: ids have no capitals."""

_SEPARATORS = ",;\t"  # a spreadsheet writes `;` in countries with decimal commas
_SHORTEST_NEAR = 4  # shorter names resemble too many others


class MarkedError(ValueError):
    """A file of marked answers that cannot be used; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One answer and what a person decided, by criterion id. `borderline`: ids that could go either way.

    `line`: where it begins in its file, 1-based; 0 when it came from none.
    """

    question: str
    text: str
    gold: Mapping[str, bool]
    borderline: frozenset[str] = frozenset()
    line: int = field(default=0, compare=False)


def read_all(text: str, questions: Sequence[Question], *, is_csv: bool) -> list[Marked]:
    """Every entry of the file, in its order. Entries for questions that are not in `questions` have no marks.

    Raises MarkedError with the line of the first entry that cannot be understood.
    """
    known = {one.id: [criterion.id for criterion in one.criteria] for one in questions}
    return list(_from_csv(text, known) if is_csv else _from_yaml(text, known))


def _mark(value: str, name: str, line: int) -> bool | None:
    """What a cell says: met, not met, or None where nobody decided."""
    plain = value.strip().lower()
    if plain in _UNDECIDED or plain.endswith("?"):
        return None
    if plain not in _MET:
        raise MarkedError(f"line {line}: {value.strip()[:40]!r} under {name}; write 1, 0 or nothing.")
    return _MET[plain]


# --- YAML -----------------------------------------------------------------------------------------------------------


def _from_yaml(text: str, known: Mapping[str, Sequence[str]]) -> Iterator[Marked]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_deep(yaml.parse(text, loader))
        root = yaml.compose(text, loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        why = getattr(error, "problem", None) or str(error)
        raise MarkedError(f"{where}not a bank of marked answers ({why}). It needs `answers:`, a list.") from None
    answers = _keys(root).get("answers")
    if not isinstance(answers, yaml.SequenceNode):
        raise MarkedError("not a bank of marked answers. It needs `answers:`, a list.")
    for node in answers.value:
        yield _entry(node, known)


def _refuse_deep(events: Iterable[yaml.Event]) -> None:
    """Raise MarkedError if entries nest deeper than in a rubric: PyYAML composes recursively, in C, and deep nesting
    crashes the interpreter. Splitting the text into events is not recursive."""
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise MarkedError(f"line {line}: entries nest more than {DEEPEST} deep here. A bank needs three levels.")


def _keys(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _entry(node: yaml.Node, known: Mapping[str, Sequence[str]]) -> Marked:
    line = node.start_mark.line + 1
    keys = _keys(node)
    question, text, gold = (keys.get(name) for name in ("question", "text", "gold"))
    if not isinstance(question, yaml.ScalarNode) or not isinstance(text, yaml.ScalarNode):
        raise MarkedError(f"line {line}: an entry needs `question:` and `text:`, e.g. question: q1, text: It waits.")
    asked = str(question.value)
    if asked not in known:
        return Marked(asked, str(text.value), {}, line=line)
    if not isinstance(gold, yaml.MappingNode):
        raise MarkedError(
            f"line {line}: an entry needs `gold:` with 1 or 0 by criterion, e.g. {{{known[asked][0]}: 1}}."
        )
    marks = {}
    for name, value in _keys(gold).items():
        at = value.start_mark.line + 1
        if name not in known[asked]:
            raise MarkedError(_strange(name, asked, known[asked], at))
        met = _mark(str(value.value), name, at)
        if met is not None:
            marks[name] = met
    border = keys.get("borderline")
    names = [str(one.value) for one in border.value] if isinstance(border, yaml.SequenceNode) else []
    return Marked(asked, str(text.value), marks, frozenset(names), line)


def _strange(name: str, question: str, known: Sequence[str], line: int) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    return f"line {line}: {name!r} is no criterion of {question}; it has {', '.join(sorted(known))}.{meant}"


# --- CSV ------------------------------------------------------------------------------------------------------------


def _from_csv(text: str, known: Mapping[str, Sequence[str]]) -> Iterator[Marked]:
    header = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(_SEPARATORS, key=header.count))
    before = 0
    try:
        _check_header(rows.fieldnames or (), known)
        before = rows.line_num
        for row in rows:
            yield _row(row, known, before + 1)
            before = rows.line_num
    except csv.Error as error:
        raise MarkedError(f"line {before + 1}: not CSV ({error}). Save the sheet again as CSV (UTF-8).") from None


def _check_header(columns: Sequence[str], known: Mapping[str, Sequence[str]]) -> None:
    missing = {"question", "answer"} - set(columns)
    if missing:
        raise MarkedError(f"the CSV has no column {sorted(missing)[0]!r}; it needs question, answer and the criteria.")
    twice = next((name for name in columns if name and list(columns).count(name) > 1), None)
    if twice:
        raise MarkedError(f"line 1: the column {twice!r} is there twice. Remove one of them.")
    criteria = list(dict.fromkeys(name for names in known.values() for name in names))
    for name in columns:
        if name in criteria or name in OWN_COLUMNS or len(name) < _SHORTEST_NEAR:
            continue
        near = difflib.get_close_matches(name.strip().lower(), criteria, n=1, cutoff=0.75)
        if near and near[0] not in columns:
            raise MarkedError(f"line 1: {name!r} is no criterion. Did you mean {near[0]!r}?")


def _row(row: Mapping[str | None, str | list[str] | None], known: Mapping[str, Sequence[str]], line: int) -> Marked:
    if None in row:
        raise MarkedError(f"line {line}: more cells than columns. Put an answer that holds a separator into quotes.")
    cells = {str(name): str(value or "") for name, value in row.items()}
    question = cells["question"].strip()
    own = known.get(question, ())
    others = {name for names in known.values() for name in names} - set(own)
    gold = {}
    for name, value in cells.items():
        if question in known and name in (*own, *others):
            met = _mark(value, name, line)
            if met is not None and name in others:
                raise MarkedError(_strange(name, question, own, line))
            if met is not None:
                gold[name] = met
    return Marked(question, cells["answer"], gold, line=line)

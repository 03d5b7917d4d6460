"""What must hold between the entries of a rubric: ids, needs, players, sums.

These rules read the tree, not the shapes, so that one wrong value does not hide faults elsewhere. A rule ignores values
that are wrong by themselves; these have a message already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError

from grader.rubric.checking import Place, member
from grader.rubric.problems import Problem, nearest, shown
from grader.rubric.shape import Points, RubricShape
from grader.rubric.yaml_text import Entry

CheckPattern = Callable[[str, Mapping[str, tuple[str, ...]]], str | None]

_LEXICON_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_POINTS: TypeAdapter[Decimal] = TypeAdapter(Points)
_COLUMNS = ("question", "answer")  # columns of a sheet of marked answers, which also has one for each criterion


def broken_rules(root: Entry) -> Iterator[Problem]:
    """Yield a problem for every rule that a rubric breaks."""
    yield from _duplicate_names(root)
    yield from _programs(root)
    yield from _lexicon_names(root)
    for index, check in enumerate(root.get("checks").items()):
        place = Place((member("check", check, index),))
        yield from _players(root, check, place)
        yield from _needs(root, check, place)
    yield from _circles(root)
    yield from _total(root)
    for index, question in enumerate(root.get("questions").items()):
        yield from _criteria_sum(question, Place((member("question", question, index),)))


def players_of(check: Entry) -> dict[str, str]:
    """Return role -> who plays it in a check; values that are wrong are left out."""
    run = check.get("run")
    if isinstance(run.value, str):
        return {run.value: "student"} if run.value in ("server", "client") else {}
    found = {role: run.get(role).value for role in ("server", "client")}
    return {role: who for role, who in found.items() if isinstance(who, str) and who in ("student", "reference")}


def side_of(check: Entry) -> str | None:
    """Return the side of a check's conversation: `server`, `client` or `pair`; None when `run` does not say."""
    players = players_of(check)
    return "pair" if len(players) == 2 or len(check.get("run").mapping()) == 2 else next(iter(players), None)


# --- names ----------------------------------------------------------------------------------------------------------


def _duplicate_names(root: Entry) -> Iterator[Problem]:
    top = Place()
    yield from _duplicates(root.get("checks"), "id", "check", top)
    yield from _duplicates(root.get("questions"), "id", "question", top)
    yield from _duplicates(root.get("questions"), "number", "question", top)
    for index, question in enumerate(root.get("questions").items()):
        place = top.inner(member("question", question, index))
        yield from _duplicates(question.get("criteria"), "id", "criterion", place)
        yield from _duplicates(question.get("misconceptions"), "id", "misconception", place)
        yield from _criteria_called_as_columns(question, place)


def _duplicates(entries: Entry, key: str, kind: str, place: Place) -> Iterator[Problem]:
    first: dict[str | int, int] = {}
    for index, entry in enumerate(entries.items()):
        found = entry.get(key)
        if not isinstance(found.value, str | int):
            continue
        if found.value in first:
            where = place.inner(member(kind, entry, index))
            message = f"`{key}` is taken already (line {first[found.value]}). Give each {kind} its own."
            yield where.problem(found.line, message)
        first.setdefault(found.value, found.line)


def _criteria_called_as_columns(question: Entry, place: Place) -> Iterator[Problem]:
    for index, criterion in enumerate(question.get("criteria").items()):
        found = criterion.get("id")
        if found.value in _COLUMNS:
            where = place.inner(member("criterion", criterion, index))
            message = (
                f"`id` cannot be `{found.value}`, a column that every sheet of marked answers has. Choose another."
            )
            yield where.problem(found.line, message)


def _lexicon_names(root: Entry) -> Iterator[Problem]:
    """Yield a problem for each name that cannot be written after the `~` of a pattern."""
    lexicon = root.get("lexicon")
    for name in lexicon.mapping():
        if not _LEXICON_NAME.fullmatch(name):
            message = f"`lexicon` has the name {shown(name)}. Use lower-case letters, digits, `-` and `_`."
            yield Problem(lexicon.key_lines[name], message)


# --- programs and players -------------------------------------------------------------------------------------------


def _programs(root: Entry) -> Iterator[Problem]:
    programs = root.get("assignment").get("programs")
    if isinstance(programs.value, dict) and not programs.mapping():
        yield Problem(programs.line, "`assignment.programs` names no program. Add `server:`, `client:` or both.")
    server, client = programs.get("server").get("file"), programs.get("client").get("file")
    if server.value is not None and server.value == client.value:
        yield Problem(
            client.line, "`assignment.programs.client.file` is the server's file too. Give each its own name."
        )


def _players(root: Entry, check: Entry, place: Place) -> Iterator[Problem]:
    players, line = players_of(check), check.get("run").line
    declared = root.get("assignment").get("programs").mapping()
    for role in players:
        if declared and role not in declared:
            yield place.problem(line, f"`run` needs a {role}, and `assignment.programs` has none. Add `{role}:` there.")
    if players and "student" not in players.values():
        yield place.problem(line, "`run` has no program of the student's. Set `server` or `client` to `student`.")
    elif players and len(players) >= len(check.get("run").mapping()):
        yield from _credited_half(check, players, place)


def _credited_half(check: Entry, players: Mapping[str, str], place: Place) -> Iterator[Problem]:
    """Yield a problem when the student does not play what the id credits, or plays the other half as well."""
    found = check.get("id")
    half = found.value.partition(".")[0] if isinstance(found.value, str) else ""
    if half == "pair" and list(players.values()) != ["student", "student"]:
        message = (
            "`pair.` is for the student's own two. Write `run: {server: student, client: student}`, or another `id`."
        )
        yield place.problem(found.line, message)
    elif half in ("server", "client") and players.get(half) != "student":
        message = (
            f"the id credits the {half}, which is not the student's here. Set `{half}: student` in `run`, or rename it."
        )
        yield place.problem(found.line, message)
    elif half in ("server", "client") and list(players.values()) == ["student", "student"]:
        message = (
            "both programs are the student's, so that one half would pay for the other. Begin the id with `pair.`."
        )
        yield place.problem(found.line, message)


# --- needs ----------------------------------------------------------------------------------------------------------


def _check_ids(root: Entry) -> list[str]:
    found = [check.get("id").value for check in root.get("checks").items()]
    return [name for name in found if isinstance(name, str)]


def _needs(root: Entry, check: Entry, place: Place) -> Iterator[Problem]:
    known, own = _check_ids(root), check.get("id").value
    seen: set[str] = set()
    for need in check.get("needs").items():
        if not isinstance(need.value, str):
            continue
        if need.value in seen:
            yield place.problem(need.line, f"`needs` names {shown(need.value)} twice. Keep one of them.")
        elif need.value not in known:
            message = f"`needs` names {shown(need.value)}, and there is no such check.{nearest(need.value, known)}"
            yield place.problem(need.line, message + " Write the `id` of a check.")
        elif isinstance(own, str) and not _may_need(own, need.value):
            message = f"`needs` names {shown(need.value)}: a broken half would cost the other half. Remove it."
            yield place.problem(need.line, message)
        seen.add(need.value)


def _may_need(own: str, need: str) -> bool:
    """Return whether a check may need another. Server and client are credited independently; a pair may need both."""
    half = own.partition(".")[0]
    return half == "pair" or half not in ("server", "client") or need.startswith(f"{half}.")


def _circles(root: Entry) -> Iterator[Problem]:
    """Yield a problem for each circle of `needs`, at the circle's first check in the file."""
    needs = _needs_by_id(root)
    lines = {check.get("id").text: check.get("needs").line for check in reversed(root.get("checks").items())}
    reported: set[str] = set()
    for start in needs:
        circle = _circle_through(start, needs)
        if circle and not reported.intersection(circle):
            reported.update(circle)
            way = " needs ".join(shown(name) for name in [*circle, start])
            yield Problem(lines[start], f"check {shown(start)}: `needs` goes in a circle: {way}. Remove one of these.")


def _needs_by_id(root: Entry) -> dict[str, list[str]]:
    needs: dict[str, list[str]] = {}
    for check in root.get("checks").items():
        name = check.get("id").value
        if isinstance(name, str):
            found = [need.value for need in check.get("needs").items()]
            needs.setdefault(name, [need for need in found if isinstance(need, str)])
    return needs


def _circle_through(start: str, needs: Mapping[str, list[str]]) -> list[str]:
    """Return a shortest circle through `start`, or [] (breadth first, so that depth does not matter)."""
    came_from: dict[str, str] = {}
    queue = [start]
    for name in queue:
        for need in needs.get(name, []):
            if need == start:
                return _way_back(name, start, came_from)
            if need not in came_from:
                came_from[need] = name
                queue.append(need)
    return []


def _way_back(name: str, start: str, came_from: Mapping[str, str]) -> list[str]:
    way = [name]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


# --- sums -----------------------------------------------------------------------------------------------------------


def _points(entry: Entry) -> Decimal | None:
    """Return an entry's `points`, or None when they are missing or wrong."""
    try:
        return _POINTS.validate_python(entry.get("points").value)
    except ValidationError:
        return None


def _sum(entries: Entry) -> Decimal | None:
    found = [_points(entry) for entry in entries.items()]
    known = [points for points in found if points is not None]
    return sum(known, Decimal(0)) if len(known) == len(found) else None


def _total(root: Entry) -> Iterator[Problem]:
    if root.mapping().keys() - RubricShape.model_fields.keys():
        return  # one of these unknown keys may be a misspelt `checks` or `questions`
    declared, checks, questions = _points(root), _sum(root.get("checks")), _sum(root.get("questions"))
    if declared is None or checks is None or questions is None or declared == checks + questions:
        return
    message = (
        f"`points` is {declared}, but the checks have {checks} and the questions {questions}, together "
        f"{checks + questions}. Write `points: {checks + questions}`, or change the entries."
    )
    yield Problem(root.get("points").line, message)


def _criteria_sum(question: Entry, place: Place) -> Iterator[Problem]:
    declared, total = _points(question), _sum(question.get("criteria"))
    if declared is None or total is None or not question.get("criteria").items():
        return
    line = question.get("points").line
    if total < declared:
        yield place.problem(line, f"`points` is {declared}, but the criteria have {total} together. Make them agree.")
    elif total > declared and question.get("capped").value is not True:
        message = (
            f"`points` is {declared}, but the criteria have {total} together. Make them agree, or add `capped: true`."
        )
        yield place.problem(line, message)


# --- patterns -------------------------------------------------------------------------------------------------------


_PATTERN_KEYS = (
    ("criteria", "criterion", "accept"),
    ("criteria", "criterion", "reject"),
    ("misconceptions", "misconception", "signs"),
)


def wrong_patterns(root: Entry, check_pattern: CheckPattern) -> Iterator[Problem]:
    """Yield a problem for every pattern that `check_pattern` refuses, in the words of `check_pattern`."""
    lexicon = lexicon_of(root)
    for index, question in enumerate(root.get("questions").items()):
        place = Place((member("question", question, index),))
        for inner, pattern in _patterns(question, place):
            fault = check_pattern(pattern.text, lexicon) if isinstance(pattern.value, str) and pattern.text else None
            if fault:
                yield inner.problem(pattern.line, fault)


def _patterns(question: Entry, place: Place) -> Iterator[tuple[Place, Entry]]:
    """Yield every pattern of a question with its place."""
    for members, kind, key in _PATTERN_KEYS:
        for index, entry in enumerate(question.get(members).items()):
            inner = place.inner(member(kind, entry, index))
            for number, pattern in enumerate(entry.get(key).items(), start=1):
                yield inner.inner(f"item {number} of `{key}`"), pattern


def lexicon_of(root: Entry) -> dict[str, tuple[str, ...]]:
    """Return name -> words; words that are not texts are left out."""
    return {
        name: tuple(word.value for word in words.items() if isinstance(word.value, str))
        for name, words in root.get("lexicon").mapping().items()
    }


def references(root: Entry) -> Iterator[tuple[str, Entry]]:
    """Yield role and path of each reference program that the file names."""
    for role in ("server", "client"):
        found = root.get("assignment").get("programs").get(role).get("reference")
        if isinstance(found.value, str) and found.value:
            yield role, found

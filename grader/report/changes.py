"""What becomes of a class's marks when it is graded again: the grades that stand, and those that would. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from grader.model import Grade, QuestionScore, Status, Verdict
from grader.report.standing import is_unopened, staff_reasons
from grader.report.words import gist

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one check, one criterion (`q1.port`), or one adjustment of a total would bring the class.

    `worth_before`, `worth_after`: its maximum, in ascending order where grades were made under several rubrics; empty
    where it is in none.  `earned_before`, `earned_after`: grades that have it.  `up`, `down`: grades in which its
    points rise, fall.  `points_before`, `points_after`: sums over all compared grades.
    `effect`: points that move, up and down alike.
    `adjustment`: it is worth nothing and takes points away: a question's cap, the penalty for misnamed files.
    """

    id: str
    worth_before: tuple[Decimal, ...]
    worth_after: tuple[Decimal, ...]
    earned_before: int
    earned_after: int
    up: int
    down: int
    points_before: Decimal
    points_after: Decimal
    effect: Decimal
    adjustment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One submission whose total or status would change.

    `why`: (part, points gained or lost), the largest first; they sum to the change of the total.
    `reasons`: why a person is needed now, or no longer: those that are new or, where nobody is needed, those gone.
    `handed_in_again`: the hand-in is another one than the grade that stands was given for.
    """

    submission: str
    before: Decimal
    after: Decimal
    max_before: Decimal
    max_after: Decimal
    status_before: Status
    status_after: Status
    why: tuple[tuple[str, Decimal], ...]
    reasons: tuple[str, ...]
    handed_in_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A submission that could not be judged this time, through a fault on our side. `why`: for staff."""

    submission: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Grades that stand, against those that would.

    `compared`: grades on both sides; the figures are of these alone, without the `broken` ones.
    `sum_before`, `sum_after`: of the totals, in points.  `max_before`: as `Part.worth_before`.
    `waiting_before`, `waiting_after`: grades that need a person.
    `shifted`: total and status stay, but parts of it change.  `reworded`: no points change, but something else of
    the grade does.
    `sayings`: (check, question or criterion, grades in which it comes out as before and something else is said of it:
    another title, reason, hint or note), the most first.
    `rubrics`: under how many rubrics the grades were made.  `same_rubric`: all under the one that was tried.
    `graders`: (version, how many grades) for other versions of the grader than this one.
    `handed_in_again`: hand-ins that are others than those graded.
    """

    compared: int
    sum_before: Decimal
    sum_after: Decimal
    max_before: tuple[Decimal, ...]
    max_after: tuple[Decimal, ...]
    waiting_before: int
    waiting_after: int
    moved: tuple[Moved, ...]
    parts: tuple[Part, ...]
    shifted: int
    reworded: int
    sayings: tuple[tuple[str, int], ...]
    broken: tuple[Broken, ...]
    rubrics: int
    same_rubric: bool
    graders: tuple[tuple[str, int], ...]
    handed_in_again: int

    @property
    def anything(self) -> bool:
        """Whether any grade would change in anything, its words included."""
        return bool(self.moved or self.shifted or self.reworded)


def compare(before: Iterable[Grade], after: Iterable[Grade]) -> Changes:
    """What would change from `before` to `after`; submissions that are only in one of them are left out.

    Grades come in any order, one for each submission; the order of `after` settles ties. A harness error says nothing
    of a program: in `after` it is counted apart, and `before` should hold none. What could be opened on neither side
    has no mark that could change.
    """
    standing = {grade.submission: grade for grade in before}
    pairs, broken = [], []
    for grade in after:
        earlier = standing.get(grade.submission)
        if earlier is not None and grade.status is Status.HARNESS_ERROR:
            broken.append(Broken(submission=grade.submission, why=gist(next(iter(grade.review_reasons), ""))))
        elif earlier is not None and not (is_unopened(earlier) and is_unopened(grade)):
            pairs.append((earlier, grade))
    moved = [_moved(*pair) for pair in pairs if _is_moved(*pair)]
    kinds = Counter(_quiet_change(*pair) for pair in pairs if not _is_moved(*pair))
    graders = Counter(old.grader for old, new in pairs if old.grader != new.grader)
    digests = {old.rubric for old, _ in pairs}
    return Changes(
        compared=len(pairs),
        sum_before=sum((old.points for old, _ in pairs), NOTHING),
        sum_after=sum((new.points for _, new in pairs), NOTHING),
        max_before=tuple(sorted({old.max for old, _ in pairs})),
        max_after=tuple(sorted({new.max for _, new in pairs})),
        waiting_before=sum(old.status is Status.NEEDS_REVIEW for old, _ in pairs),
        waiting_after=sum(new.status is Status.NEEDS_REVIEW for _, new in pairs),
        moved=tuple(sorted(moved, key=lambda one: -abs(one.after - one.before))),
        parts=_parts(pairs),
        shifted=kinds["shifted"],
        reworded=kinds["reworded"],
        sayings=tuple(Counter(name for pair in pairs for name in _told_otherwise(*pair)).most_common()),
        broken=tuple(broken),
        rubrics=len(digests),
        same_rubric=all(old.rubric == new.rubric for old, new in pairs),
        graders=tuple(sorted(graders.items())),
        handed_in_again=sum(old.submission_digest != new.submission_digest for old, new in pairs),
    )


# --- one submission -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Share:
    """What one part is worth in one grade, and brings there. `worth` is None for an adjustment."""

    points: Decimal
    worth: Decimal | None = None
    earned: bool = False


NO_SHARE = _Share(NOTHING)


def shares(grade: Grade) -> dict[str, _Share]:
    """The parts of a grade, by id. Their points sum to its total."""
    found = {one.id: _Share(one.points, one.max, one.observation.verdict is Verdict.PASSED) for one in grade.checks}
    for question in grade.questions:
        found |= {f"{question.id}.{one.id}": _Share(one.points, one.max, one.met) for one in question.criteria}
        found |= _capped(question)
    if grade.penalty:
        found["misnamed files"] = _Share(-grade.penalty)
    return found


def _capped(question: QuestionScore) -> Mapping[str, _Share]:
    over = question.points - sum((one.points for one in question.criteria), NOTHING)
    return {f"cap of {question.id}": _Share(over)} if over else {}


def _is_moved(old: Grade, new: Grade) -> bool:
    return (old.points, old.status) != (new.points, new.status)


def _quiet_change(old: Grade, new: Grade) -> str:
    """How a grade whose total and status stay changes all the same: `shifted`, `reworded`, or not at all: ``."""
    if old.max != new.max or shares(old) != shares(new):
        return "shifted"
    same = replace(new, rubric=old.rubric, grader=old.grader, submission_digest=old.submission_digest) == old
    return "" if same else "reworded"


def _told_otherwise(old: Grade, new: Grade) -> Iterator[str]:
    """Parts that come out as before and of which something else is said."""
    was, now = dict(_said(old)), dict(_said(new))
    yield from (name for name in now if name in was and now[name] != was[name] and now[name][0] == was[name][0])


def _said(grade: Grade) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Of each part how it came out, and then all that is said of it."""
    for check in grade.checks:
        yield check.id, (check.observation.verdict, check.title, check.observation)
    for question in grade.questions:
        yield question.id, (None, question.title, question.hints)
        for one in question.criteria:
            yield f"{question.id}.{one.id}", (one.met, one.evidence, one.feedback, one.staff_note, one.needs_review)


def _moved(old: Grade, new: Grade) -> Moved:
    was, now = shares(old), shares(new)
    differences = {
        name: now.get(name, NO_SHARE).points - was.get(name, NO_SHARE).points for name in dict.fromkeys([*was, *now])
    }
    why = sorted(((name, by) for name, by in differences.items() if by), key=lambda one: -abs(one[1]))
    return Moved(
        submission=new.submission,
        before=old.points,
        after=new.points,
        max_before=old.max,
        max_after=new.max,
        status_before=old.status,
        status_after=new.status,
        why=tuple(why),
        reasons=_reasons(old, new) if old.status is not new.status else (),
        handed_in_again=old.submission_digest != new.submission_digest,
    )


def _reasons(old: Grade, new: Grade) -> tuple[str, ...]:
    if new.status is Status.GRADED:
        return staff_reasons(old)
    before = staff_reasons(old)
    return tuple(reason for reason in staff_reasons(new) if reason not in before)


# --- the class ------------------------------------------------------------------------------------------------------


def _parts(pairs: Sequence[tuple[Grade, Grade]]) -> tuple[Part, ...]:
    """The parts in which something changes, those first that move the most points."""
    rows: dict[str, list[tuple[_Share | None, _Share | None]]] = {}
    for old, new in pairs:
        was, now = shares(old), shares(new)
        for name in dict.fromkeys([*now, *was]):
            rows.setdefault(name, []).append((was.get(name), now.get(name)))
    parts = [_part(name, row) for name, row in rows.items() if any(old != new for old, new in row)]
    return tuple(sorted(parts, key=lambda part: -part.effect))


def _part(name: str, row: Sequence[tuple[_Share | None, _Share | None]]) -> Part:
    before, after = [old for old, _ in row if old], [new for _, new in row if new]
    steps = [(new or NO_SHARE).points - (old or NO_SHARE).points for old, new in row]
    return Part(
        id=name,
        worth_before=tuple(_worths(before)),
        worth_after=tuple(_worths(after)),
        earned_before=sum(one.earned for one in before),
        earned_after=sum(one.earned for one in after),
        up=sum(step > 0 for step in steps),
        down=sum(step < 0 for step in steps),
        points_before=sum((one.points for one in before), NOTHING),
        points_after=sum((one.points for one in after), NOTHING),
        effect=sum(map(abs, steps), NOTHING),
        adjustment=all(one.worth is None for one in [*before, *after]),
    )


def _worths(found: Sequence[_Share]) -> Iterator[Decimal]:
    yield from sorted({one.worth for one in found if one.worth is not None})

"""What a student is told, and in which order, whatever it is printed on.

A `View` is made from a `Grade` by leaving out: there is no field in it for a staff note, a review reason, an idea or
another student, so no template can print one. Text is as the student supplied it; the printers escape it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from grader.model import (
    BY_HAND,
    CheckScore,
    CriterionScore,
    Grade,
    Question,
    QuestionScore,
    Rubric,
    Status,
    Verdict,
)
from grader.report import words
from grader.report.highlight import Words, highlighted
from grader.report.standing import has_total, is_unopened, notes_for_student, why_unread


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check. `reason` is empty only where nothing has to be said; for a check that works it is advice.

    `same_as`: title of the check before it with which the same cause is told; empty where there is none.
    """

    id: str
    title: str
    verdict: str
    points: Decimal
    max: Decimal
    reason: str
    next_step: str
    file: str | None
    line: int | None
    source: str | None
    evidence: tuple[str, ...]
    same_as: str = ""

    @property
    def lost(self) -> Decimal:
        """Points that this check did not give."""
        return self.max - self.points

    @property
    def place(self) -> str:
        """`echo-server.py:12`, or what is known of it."""
        if self.file is None:
            return ""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One mistake, and the checks that fail of it, in the rubric's order: the first one tells it.

    `holds`: points of the checks that could not be tried because of these.
    """

    checks: tuple[CheckView, ...]
    holds: Decimal

    @property
    def first(self) -> CheckView:
        """The check that tells the cause."""
        return self.checks[0]

    @property
    def lost(self) -> Decimal:
        """Points that its checks did not give."""
        return sum((check.lost for check in self.checks), Decimal(0))

    @property
    def cost(self) -> str:
        """What it takes, as a sentence; nothing where it takes nothing."""
        several = len(self.checks) > 1
        spread = words.SPREAD.format(checks=words.count(len(self.checks), "check")) if several else ""
        told = words.COSTS_AND_HOLDS if self.holds else words.COSTS
        points, waiting = words.points_word(self.lost), words.points_word(self.holds)
        return told.format(points=points, spread=spread, waiting=waiting) if self.lost else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """One question. `missing`, `hints`: sentences.  `kinds`: of the ideas found.  `for_teacher`: a person reads it.

    `unread`: why there is no answer, where there may well be one; empty otherwise.
    """

    id: str
    number: int
    title: str
    prompt: str
    points: Decimal
    max: Decimal
    answered: bool
    unread: str
    complete: bool
    for_teacher: bool
    words: tuple[Words, ...]
    missing: tuple[str, ...]
    hints: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that one student is told about one hand-in. `pending`: why the total may still change.

    `complete`: whether every check could be made; otherwise there is no total yet.
    `causes`: what to do next, the most important first: by all points that it takes, then by those lost already.
    A hand-in that could not be opened has neither checks nor answers nor notes here.
    """

    submission: str
    assignment: str
    points: Decimal
    max: Decimal
    program_points: Decimal
    program_max: Decimal
    penalty: Decimal
    headline: str
    cost: str
    all_well: bool
    complete: bool
    pending: tuple[str, ...]
    notes: tuple[str, ...]
    checks: tuple[CheckView, ...]
    causes: tuple[Cause, ...]
    answers: tuple[AnswerView, ...]

    @property
    def total(self) -> str:
        """`40 of 46`, or that there is no total yet."""
        return f"{words.amount(self.points)} of {words.amount(self.max)}" if self.complete else words.NOT_GRADED

    @property
    def programs(self) -> str:
        """The same for the checks alone."""
        made = f"{words.amount(self.program_points)} of {words.amount(self.program_max)}"
        return made if self.complete else words.NOT_GRADED

    def having(self, *verdicts: str) -> list[CheckView]:
        """The checks with one of `verdicts`, in the rubric's order."""
        return [check for check in self.checks if check.verdict in verdicts]

    @property
    def failed(self) -> list[CheckView]:
        """The checks that failed, in the order of their causes."""
        return [check for cause in self.causes for check in cause.checks]


def student_view(grade: Grade, rubric: Rubric) -> View:
    """What the student behind `grade` is told."""
    unopened = is_unopened(grade)
    checks = () if unopened else _told_once([_check_view(score, grade, rubric) for score in grade.checks], grade)
    questions = {question.id: question for question in rubric.questions}
    unread = why_unread(grade)
    answers = tuple(
        _answer_view(score, questions.get(score.id), place, unread)
        for place, score in enumerate(() if unopened else grade.questions, start=1)
    )
    view = View(
        submission=grade.submission,
        assignment=rubric.title,
        points=grade.points,
        max=grade.max,
        program_points=sum((check.points for check in checks), Decimal(0)),
        program_max=sum((check.max for check in checks), Decimal(0)),
        penalty=grade.penalty,
        headline="",
        cost="",
        all_well=False,
        complete=has_total(grade),
        pending=() if unopened else _pending(grade),
        notes=notes_for_student(grade),
        checks=checks,
        causes=_causes(checks, grade, rubric),
        answers=answers,
    )
    headline, cost, all_well = (words.UNOPENED, "", False) if unopened else _headline(view)
    return replace(view, headline=headline, cost=cost, all_well=all_well)


def _headline(view: View) -> tuple[str, str, bool]:
    """The first sentence, what it costs, and whether nothing is left to do. The first rule that holds decides."""
    if view.causes:
        worst = view.causes[0]
        return words.START_HERE.format(reason=words.sentence(worst.first.reason)), worst.cost, False
    if view.having("harness-error"):
        return words.OURS, "", False
    if view.having("skipped"):
        return words.START_HERE.format(reason=view.notes[0]) if view.notes else words.NOTHING_RAN, "", False
    unfinished = [answer for answer in view.answers if not answer.complete]
    if unfinished:
        first = unfinished[0]
        if first.unread:
            return words.ONLY_ANSWERS.format(missing=first.unread), "", False
        remark = first.missing[0] if first.answered and first.missing else words.NOT_ANSWERED
        if first.answered and not first.missing:
            remark = words.TEACHER_READS
        return words.ONLY_ANSWERS.format(missing=f"Question {first.number}: {remark}"), "", False
    return words.ALL_WELL_ANSWERS if view.answers else words.ALL_WELL, "", True


def _pending(grade: Grade) -> tuple[str, ...]:
    if grade.status is Status.HARNESS_ERROR:
        return (words.PENDING_HARNESS,)
    return (words.PENDING_REVIEW,) if grade.status is Status.NEEDS_REVIEW else ()


# --- checks ---------------------------------------------------------------------------------------------------------


def _check_view(score: CheckScore, grade: Grade, rubric: Rubric) -> CheckView:
    seen = score.observation
    failed = seen.verdict is Verdict.FAILED
    return CheckView(
        id=score.id,
        title=score.title,
        verdict=seen.verdict.value,
        points=score.points,
        max=score.max,
        reason=_reason(score, grade, rubric),
        next_step=seen.next_step if failed else "",
        file=seen.file,
        line=seen.line,
        source=seen.source,
        evidence=seen.evidence if failed else (),
    )


def _told_once(checks: list[CheckView], grade: Grade) -> tuple[CheckView, ...]:
    """The checks, where each cause is told with the first one that fails of it."""
    titles = {check.id: check.title for check in checks}
    also = {check: ids[0] for ids in _by_cause(grade) for check in ids[1:]}
    return tuple(replace(one, same_as=titles[also[one.id]]) if one.id in also else one for one in checks)


def _by_cause(grade: Grade) -> list[list[str]]:
    """The ids of the failed checks, those of one mistake together: what was found is the same, and the line; where
    there is none, the sentence."""
    together: dict[object, list[str]] = {}
    for score in grade.checks:
        seen = score.observation
        if seen.verdict is Verdict.FAILED:
            mistake = (seen.diagnosis, seen.file, seen.reason if seen.line is None else seen.line)
            by_itself = seen.diagnosis in ("", BY_HAND)
            together.setdefault(score.id if by_itself else mistake, []).append(score.id)
    return list(together.values())


def _causes(checks: Iterable[CheckView], grade: Grade, rubric: Rubric) -> tuple[Cause, ...]:
    views = {check.id: check for check in checks}
    causes = [
        Cause(checks=tuple(views[check] for check in ids), holds=_held_points(set(ids), grade, rubric))
        for ids in _by_cause(grade)
    ]
    return tuple(sorted(causes, key=lambda cause: (-cause.lost - cause.holds, -cause.lost)))


def _reason(score: CheckScore, grade: Grade, rubric: Rubric) -> str:
    """What happened. For a failed check never empty; for one that works, advice at most."""
    seen = score.observation
    if seen.verdict is Verdict.HARNESS_ERROR:
        return _not_checked(score.id, grade)
    if seen.verdict is Verdict.SKIPPED:
        return _why_skipped(score.id, grade, rubric)
    if seen.verdict is Verdict.FAILED:
        return seen.reason or words.NO_REASON.format(title=score.title)
    return seen.reason


def _not_checked(check_id: str, grade: Grade) -> str:
    """Said with the first of the checks that a fault of ours left out, for all of them."""
    out = [score.id for score in grade.checks if score.observation.verdict is Verdict.HARNESS_ERROR]
    if len(out) == 1:
        return words.NOT_CHECKED
    told = words.NOT_CHECKED_WITH_OTHERS.format(others=words.count(len(out) - 1, "other check"))
    return told if check_id == out[0] else ""


def _why_skipped(check_id: str, grade: Grade, rubric: Rubric) -> str:
    """Names the first check that it waits for; the student's own reason where there is none such."""
    titles = {score.id: score.title for score in grade.checks if score.observation.verdict is not Verdict.PASSED}
    needs = [need for check in rubric.checks if check.id == check_id for need in check.needs if need in titles]
    if needs:
        return words.WAITS.format(needs=titles[needs[0]])
    own = next(score.observation.reason for score in grade.checks if score.id == check_id)
    return own or words.WAITS_FOR_OTHER


def _held_points(failed: set[str], grade: Grade, rubric: Rubric) -> Decimal:
    """Points of the skipped checks that need one of `failed`, directly or through another."""
    skipped = {score.id: score.max for score in grade.checks if score.observation.verdict is Verdict.SKIPPED}
    held = set(failed)
    for _ in rubric.checks:
        more = {check.id for check in rubric.checks if check.id in skipped and held.intersection(check.needs)} - held
        if not more:
            break
        held |= more
    return sum((skipped[held_id] for held_id in held - failed), Decimal(0))


# --- answers --------------------------------------------------------------------------------------------------------


def _answer_view(score: QuestionScore, question: Question | None, place: int, unread: str) -> AnswerView:
    kinds = {criterion.id: criterion.kind for criterion in question.criteria} if question else {}
    complete = score.points >= score.max
    answered = bool(score.answer.strip())
    return AnswerView(
        id=score.id,
        number=question.number if question else place,
        title=score.title,
        prompt=question.prompt if question else "",
        points=score.points,
        max=score.max,
        answered=answered,
        unread="" if answered else unread,
        complete=complete,
        for_teacher=score.needs_review,
        words=highlighted(score.answer, (criterion.evidence for criterion in score.criteria if criterion.met)),
        missing=() if complete else tuple(_missing(each, kinds) for each in score.criteria if not each.met),
        hints=score.hints,
        kinds=tuple(kinds[each.id] for each in score.criteria if each.met and kinds.get(each.id)),
    )


def _missing(criterion: CriterionScore, kinds: dict[str, str]) -> str:
    kind = kinds.get(criterion.id, "")
    return words.MISSING.format(kind=kind.rstrip(".")) if kind else criterion.feedback or words.MISSING_UNKNOWN

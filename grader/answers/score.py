"""A free-text answer and a Question -> a QuestionScore. Pure, deterministic, bounded.

The path: normalise the text, look up the lexicon's words once, judge each criterion by its patterns, and say where a
person should look. Points come from met criteria alone; flags and misconceptions never take any away.
"""

from __future__ import annotations

from decimal import Decimal

from grader.answers import phrases
from grader.answers.flags import is_copy, is_foreign, is_hedged
from grader.answers.ideas import Compiled, Finding, believed, compiled, judge
from grader.answers.match import Hit, Located
from grader.answers.normalise import MAX_CHARACTERS, Text, normalise
from grader.model import Criterion, CriterionScore, Question, QuestionScore

# How often an idea was really there in each of these cases, among answers of the writers hardest for the rules, and
# rounded towards doubt. First values: calibration on a course's own marked answers is to replace them.
P_MET_TWICE = 0.94
P_MET_ONCE = 0.86
P_CONTRADICTED = 0.70
P_DENIED = 0.45
P_NEAR = 0.40
P_VETOED = 0.30
P_MISSING = 0.06

_EVIDENCE_CHARACTERS = 240


def score_answer(question: Question, answer: str) -> QuestionScore:
    """Score one answer. Takes any text; the same text always gives the same score.

    Points are those of the met criteria, at most `question.points`. `needs_review` comes with its reasons.
    """
    text = normalise(answer)
    if not text.tokens:
        return _empty(question, text)
    ready = compiled(question)
    located = Located(text, ready.vocabulary)
    findings = [judge(criterion, ready, located) for criterion in question.criteria]
    scores = tuple(_criterion(one, found, text) for one, found in zip(question.criteria, findings, strict=True))
    earned = sum((score.points for score in scores), Decimal(0))
    hints, beliefs = _misconceptions(question, ready, located)
    reasons = [
        *_flags(ready, located, earned=bool(earned)),
        *(phrases.REVIEW_BELIEF.format(says=says) for says in beliefs if earned),
        *(reason for one, found in zip(question.criteria, findings, strict=True) for reason in _doubts(one, found)),
    ]
    return QuestionScore(
        id=question.id,
        title=question.title,
        answer=text.shown,
        points=min(earned, question.points),
        max=question.points,
        needs_review=bool(reasons),
        criteria=scores,
        hints=hints,
        review_reasons=tuple(reasons),
    )


def _empty(question: Question, text: Text) -> QuestionScore:
    """Nothing was written: a certain zero, which needs nobody."""
    scores = tuple(
        CriterionScore(
            id=one.id,
            met=False,
            points=Decimal(0),
            max=one.points,
            probability=0.0,
            evidence="",
            feedback=phrases.FEEDBACK_EMPTY,
            staff_note="",
            needs_review=False,
        )
        for one in question.criteria
    )
    return QuestionScore(
        id=question.id,
        title=question.title,
        answer=text.shown,
        points=Decimal(0),
        max=question.points,
        needs_review=False,
        criteria=scores,
    )


def _criterion(criterion: Criterion, found: Finding, text: Text) -> CriterionScore:
    met = found.hit is not None
    return CriterionScore(
        id=criterion.id,
        met=met,
        points=criterion.points if met else Decimal(0),
        max=criterion.points,
        probability=_probability(found),
        evidence=_evidence(found.hit, text) if found.hit else "",
        feedback=phrases.FEEDBACK_MET if met else phrases.FEEDBACK_MISSING.format(kind=criterion.kind.rstrip(". ")),
        staff_note=_staff_note(criterion, found),
        needs_review=bool(_doubts(criterion, found)),
    )


def _probability(found: Finding) -> float:
    if found.hit:
        if found.denied:
            return P_CONTRADICTED
        return P_MET_TWICE if found.others else P_MET_ONCE
    if found.vetoed:
        return P_VETOED
    if found.denied:
        return P_DENIED
    return P_NEAR if found.near else P_MISSING


def _evidence(hit: Hit, text: Text) -> str:
    """The student's own words from the first to the last that counted, cut in the middle when they are many."""
    words = text.shown[text.tokens[hit.tokens[0]].start : text.tokens[hit.tokens[-1]].end]
    words = " ".join(words.split())
    if len(words) <= _EVIDENCE_CHARACTERS:
        return words
    half = _EVIDENCE_CHARACTERS // 2
    return f"{words[:half]} … {words[-half:]}"


def _staff_note(criterion: Criterion, found: Finding) -> str:
    if found.hit:
        more = phrases.STAFF_MORE.format(count=found.others) if found.others else ""
        return phrases.STAFF_MET.format(idea=criterion.idea, pattern=found.hit.pattern.source) + more
    if found.vetoed:
        return phrases.STAFF_VETOED.format(idea=criterion.idea, pattern=found.vetoed.pattern.source)
    if found.denied:
        return phrases.STAFF_DENIED.format(idea=criterion.idea, pattern=found.denied.pattern.source)
    if found.near:
        return phrases.STAFF_NEAR.format(idea=criterion.idea, pattern=found.near.source)
    return phrases.STAFF_MISSING.format(idea=criterion.idea)


def _doubts(criterion: Criterion, found: Finding) -> list[str]:
    if found.hit:
        return [phrases.REVIEW_BOTH.format(criterion=criterion.id)] if found.denied else []
    if found.vetoed:
        return [phrases.REVIEW_VETOED.format(criterion=criterion.id)]
    if found.denied:
        return [phrases.REVIEW_DENIED.format(criterion=criterion.id)]
    return [phrases.REVIEW_NEAR.format(criterion=criterion.id)] if found.near else []


def _misconceptions(question: Question, ready: Compiled, located: Located) -> tuple[tuple[str, ...], list[str]]:
    """Hints for the student and the beliefs behind them for staff."""
    seen = [one for one in question.misconceptions if believed(one, ready, located)]
    return tuple(dict.fromkeys(one.hint for one in seen)), [one.says for one in seen]


def _flags(ready: Compiled, located: Located, *, earned: bool) -> list[str]:
    """Reasons for a person that concern the answer as a whole."""
    text = located.text
    words = [token.word for token in text.tokens]
    reasons = []
    if located.instructions:
        reasons.append(phrases.REVIEW_INSTRUCTION)
    if located.lists:
        reasons.append(phrases.REVIEW_LIST)
    if earned and is_hedged(words):
        reasons.append(phrases.REVIEW_HEDGED)
    if is_copy(words, ready.asked):
        reasons.append(phrases.REVIEW_COPY)
    if is_foreign(words):
        reasons.append(phrases.REVIEW_FOREIGN)
    if text.cut:
        reasons.append(phrases.REVIEW_LONG.format(count=MAX_CHARACTERS))
    return reasons

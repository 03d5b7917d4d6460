"""A free-text answer and a Question -> a QuestionScore. Deterministic, bounded, offline.

The steps: normalise the text, look up the lexicon's words once, judge each criterion by its patterns and by the model,
and say where a person should look. Points come only from met criteria; flags and misconceptions never take any away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from grader.answers import phrases
from grader.answers.decide import Situation
from grader.answers.entailment import load
from grader.answers.explain import evidence
from grader.answers.flags import is_copy, is_foreign, is_hedged
from grader.answers.ideas import Compiled, believed, compiled
from grader.answers.judgement import AnswerJudgement, CriterionJudgement, judge_answer
from grader.answers.match import Located
from grader.answers.normalise import MAX_CHARACTERS, Text, normalise
from grader.answers.withdrawn import withdrawn
from grader.model import CriterionScore, Question, QuestionScore


def score_answer(question: Question, answer: str, *, reasons: Sequence[str] = ()) -> QuestionScore:
    """Score one answer. Takes any text; the same text always gives the same score.

    Points are those of the met criteria, at most `question.points`. `needs_review` comes with its reasons.
    `reasons`: further reasons, from the file around the answer (`reading.py`).
    """
    text = normalise(answer)
    score = _scored(question, text) if text.tokens else _empty(question, text)
    if not reasons:
        return score
    return replace(score, needs_review=True, review_reasons=(*score.review_reasons, *reasons))


def _scored(question: Question, text: Text) -> QuestionScore:
    ready = compiled(question)
    located = Located(text, ready.vocabulary)
    found = judge_answer(question, ready, located)
    judgements = found.judgements
    words = evidence(judgements, located, found.left)
    unsure = _that_matter(judgements, question)
    scores = tuple(_criterion(one, text, one in unsure) for one, text in zip(judgements, words, strict=True))
    earned = sum((score.points for score in scores), Decimal(0))
    hints, beliefs = _misconceptions(question, ready, located)
    if all(one.marked for one in judgements) and not text.cut:
        reasons = []  # a person has decided all of it
    else:
        reasons = [
            *_flags(ready, located, earned=bool(earned)),
            *(phrases.REVIEW_BELIEF.format(says=says) for says in beliefs if earned),
            *_too_long(text, found),
            *(_doubt(one) for one in unsure if not one.decision.withheld),
            *_without_model(judgements),
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
    """The score of an answer without words: a certain zero, which needs no person unless the text was cut."""
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
        needs_review=text.cut,
        criteria=scores,
        review_reasons=(phrases.REVIEW_LONG.format(count=MAX_CHARACTERS),) if text.cut else (),
    )


def _that_matter(judgements: Sequence[CriterionJudgement], question: Question) -> list[CriterionJudgement]:
    """The decisions that are not sure and matter. None does if the sure decisions alone earn all points of the
    question."""
    unsure = [one for one in judgements if not one.decision.sure]
    earned = sum((one.criterion.points for one in judgements if one.met and one.decision.sure), Decimal(0))
    return unsure if earned < question.points else []


def _criterion(one: CriterionJudgement, words: str, needs_review: bool) -> CriterionScore:
    criterion = one.criterion
    kind = criterion.kind.rstrip(". ")
    return CriterionScore(
        id=criterion.id,
        met=one.met,
        points=criterion.points if one.met else Decimal(0),
        max=criterion.points,
        probability=round(one.decision.probability, 4),
        evidence=words,
        feedback=phrases.FEEDBACK_MET if one.met else phrases.FEEDBACK_MISSING.format(kind=kind),
        staff_note=_staff_note(one),
        needs_review=needs_review,
    )


def _staff_note(one: CriterionJudgement) -> str:
    found, idea = one.found, one.criterion.idea.rstrip(". ")
    if one.marked:
        return (phrases.STAFF_MARKED_MET if one.met else phrases.STAFF_MARKED_NOT).format(idea=idea)
    if one.decision.withheld:
        return phrases.STAFF_WITHHELD.format(idea=idea)
    if found.hit:
        more = phrases.staff_more(found.others)
        note = phrases.STAFF_MET if one.met else phrases.STAFF_OVERRULED
        return note.format(idea=idea, pattern=found.hit.pattern.source) + more
    if one.met:
        return phrases.STAFF_MODEL.format(idea=idea)
    if found.vetoed:
        return phrases.STAFF_VETOED.format(idea=idea, pattern=found.vetoed.pattern.source)
    if found.denied:
        return phrases.STAFF_DENIED.format(idea=idea, pattern=found.denied.pattern.source)
    if found.near:
        return phrases.STAFF_NEAR.format(idea=idea, pattern=found.near.source)
    return phrases.STAFF_MISSING.format(idea=idea)


def _doubt(one: CriterionJudgement) -> str:
    """Why a person should look at this criterion."""
    percent = round(100 * one.decision.probability)
    if one.decision.only:
        return phrases.REVIEW_ONLY[one.met].format(criterion=one.criterion.id, percent=percent)
    return phrases.REVIEW_CRITERION.format(
        criterion=one.criterion.id, seen=phrases.SEEN[one.seen, one.met], percent=percent
    )


def _without_model(judgements: list[CriterionJudgement]) -> list[str]:
    """A reason for a person if a criterion has no patterns and there is no model to read the answer."""
    missing = load() if any(one.seen is Situation.PLAIN and one.logit is None for one in judgements) else None
    return [phrases.REVIEW_NO_MODEL.format(why=missing)] if isinstance(missing, str) else []


def _misconceptions(question: Question, ready: Compiled, located: Located) -> tuple[tuple[str, ...], list[str]]:
    """Hints for the student and the beliefs behind them for staff."""
    seen = [one for one in question.misconceptions if believed(one, ready, located)]
    foreign = is_foreign([token.word for token in located.text.tokens])
    hints = [*([phrases.HINT_FOREIGN] if foreign else []), *(one.hint for one in seen)]
    return tuple(dict.fromkeys(hints)), [one.says for one in seen]


def _maintained(text: Text) -> list[str]:
    """The words of the answer without what it takes back, since a correction is not a guess."""
    less = withdrawn(text)
    return [token.word for token in (text if less is None else normalise(less)).tokens]


def _flags(ready: Compiled, located: Located, *, earned: bool) -> list[str]:
    """Reasons for a person that concern the answer as a whole."""
    text = located.text
    words = [token.word for token in text.tokens]
    reasons = []
    if located.instructions:
        reasons.append(phrases.REVIEW_INSTRUCTION)
    foreign = is_foreign(words)
    if located.lists and not foreign:
        reasons.append(phrases.REVIEW_LIST)
    if earned and is_hedged(_maintained(text)):
        reasons.append(phrases.REVIEW_HEDGED)
    if is_copy(words, ready.asked):
        reasons.append(phrases.REVIEW_COPY)
    if foreign:
        reasons.append(phrases.REVIEW_FOREIGN)
    return reasons


def _too_long(text: Text, found: AnswerJudgement) -> list[str]:
    """Reasons for a person if the answer was not read whole, or not as often as is needed to give credit."""
    reasons = []
    if text.cut:
        reasons.append(phrases.REVIEW_LONG.format(count=MAX_CHARACTERS))
    elif not found.whole:
        reasons.append(phrases.REVIEW_LONG_FOR_MODEL)
    if found.withheld:
        reasons.append(phrases.REVIEW_WITHHELD)
    return reasons

"""The student's own words that earned a criterion."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.answers.decide import overlap
from grader.answers.entailment import Allowance, load
from grader.answers.ideas import normal_form
from grader.answers.judgement import CriterionJudgement
from grader.answers.match import Hit, Located
from grader.answers.normalise import Text

_EVIDENCE_CHARACTERS = 240
_CLAUSE = re.compile(r"[,;:()\n]+\s+|\s+(?:and|but|so|because|which|before|after|then|while|where|when|if)\s+")
_SHORTEST_CLAUSE = 12
_CLEAR_LOSS = 1.0
_MOST_PARTS = 20  # the allowance is never enough for more


def evidence(judgements: Sequence[CriterionJudgement], located: Located, left: Allowance) -> list[str]:
    """For each criterion that is met, the words that earned it: those that the rules matched, or else the sentence, or
    the clause in it, that states the idea most strongly for the model.

    `left`: how much the model may still read. If it is too little, the sentence with most of the idea's words is taken.
    """
    asked = list(dict.fromkeys(one.criterion.idea for one in judgements if one.met and not one.found.hit))
    best = _clauses(_sentences(asked, located, left), left)
    return [
        "" if not one.met else _matched(one.found.hit, located.text) if one.found.hit else best[one.criterion.idea]
        for one in judgements
    ]


def _matched(hit: Hit, text: Text) -> str:
    """From the first to the last word that counted."""
    return _shortened(text.shown[text.tokens[hit.tokens[0]].start : text.tokens[hit.tokens[-1]].end])


def _sentences(ideas: list[str], located: Located, left: Allowance) -> dict[str, str]:
    """The sentence in which each idea is stated most strongly."""
    text = located.text
    aside = located.lists | located.instructions
    sentences = [text.shown[one.start : one.end] for n, one in enumerate(text.sentences) if n not in aside]
    if len(sentences) < 2:
        return dict.fromkeys(ideas, sentences[0] if sentences else text.shown)
    strengths = _strengths(ideas, sentences, left)
    if strengths is None:
        return {idea: _likest(idea, sentences) for idea in ideas}
    return {idea: _strongest(sentences, strengths[idea]) for idea in ideas}


def _clauses(best: dict[str, str], left: Allowance) -> dict[str, str]:
    """Idea -> the clause of its sentence that states the idea by itself, or else the sentence; shortened."""
    result = {}
    for sentence in dict.fromkeys(best.values()):
        ideas = [idea for idea, one in best.items() if one == sentence]
        clauses = [part.strip() for part in _CLAUSE.split(sentence) if len(part.strip()) >= _SHORTEST_CLAUSE]
        strengths = _strengths(ideas, [sentence, *clauses], left) if len(clauses) > 1 else None
        for idea in ideas:
            whole, *each = strengths[idea] if strengths else [0.0]
            clear = each and max(each) >= whole - _CLEAR_LOSS
            result[idea] = _shortened(_strongest(clauses, each) if clear else sentence)
    return result


def _strongest(parts: list[str], strengths: list[float]) -> str:
    return parts[strengths.index(max(strengths))]


def _likest(idea: str, parts: list[str]) -> str:
    """The part with the most of the idea's words; the first of several."""
    words = normal_form(idea)
    return max(parts, key=lambda part: overlap(words, (), normal_form(part))[0])


def _strengths(ideas: list[str], parts: list[str], left: Allowance) -> dict[str, list[float]] | None:
    """How strongly the model finds each idea in the parts; None where it cannot be asked."""
    model = load()
    lines = [" ".join(one.split()) for one in parts]
    if isinstance(model, str) or not ideas or len(lines) > _MOST_PARTS:
        return None
    if not left.grants(model.cost_of_parts(lines, ideas)):
        return None
    return dict(zip(ideas, map(list, zip(*model.strengths(lines, ideas), strict=True)), strict=True))


def _shortened(words: str) -> str:
    """The words on one line, cut in the middle when they are long."""
    words = " ".join(words.split())
    if len(words) <= _EVIDENCE_CHARACTERS:
        return words
    half = _EVIDENCE_CHARACTERS // 2
    return f"{words[:half]} … {words[-half:]}"

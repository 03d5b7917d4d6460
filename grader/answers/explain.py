"""The student's own words that earned a criterion."""

from __future__ import annotations

import re

from grader.answers.entailment import load
from grader.answers.judgement import Judgement
from grader.answers.match import Hit, Located
from grader.answers.normalise import Text

_EVIDENCE_CHARACTERS = 240
_CLAUSE = re.compile(r"[,;:()\n]+\s+|\s+(?:and|but|so|because|which|before|after|then|while|where|when|if)\s+")
_SHORTEST_CLAUSE = 12
_CLEAR_LOSS = 1.0


def evidence(one: Judgement, located: Located) -> str:
    """The words that the rules matched; else the sentence, or the clause of it, that the model likes best."""
    if not one.met:
        return ""
    if one.found.hit:
        return _matched(one.found.hit, located.text)
    return _shortened(_best(one.criterion.idea, located))


def _matched(hit: Hit, text: Text) -> str:
    """From the first to the last word that counted."""
    return _shortened(text.shown[text.tokens[hit.tokens[0]].start : text.tokens[hit.tokens[-1]].end])


def _best(idea: str, located: Located) -> str:
    text = located.text
    aside = located.lists | located.instructions
    sentences = [text.shown[one.start : one.end] for n, one in enumerate(text.sentences) if n not in aside]
    if not sentences:
        return text.shown
    best = sentences[0] if len(sentences) == 1 else _strongest(sentences, _strengths(idea, sentences))
    clauses = [part.strip() for part in _CLAUSE.split(best) if len(part.strip()) >= _SHORTEST_CLAUSE]
    if len(clauses) < 2:
        return best
    whole, *each = _strengths(idea, [best, *clauses])
    return _strongest(clauses, each) if max(each) >= whole - _CLEAR_LOSS else best


def _strongest(parts: list[str], strengths: list[float]) -> str:
    return parts[strengths.index(max(strengths))]


def _strengths(idea: str, parts: list[str]) -> list[float]:
    model = load()
    return (
        [0.0] * len(parts)
        if isinstance(model, str)
        else model.strengths([" ".join(one.split()) for one in parts], idea)
    )


def _shortened(words: str) -> str:
    """On one line, cut in the middle when there are many."""
    words = " ".join(words.split())
    if len(words) <= _EVIDENCE_CHARACTERS:
        return words
    half = _EVIDENCE_CHARACTERS // 2
    return f"{words[:half]} … {words[-half:]}"

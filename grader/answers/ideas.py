"""One criterion's patterns against one answer: which are met and where, which nearly are, and which are denied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from grader.answers.common_words import words as _set
from grader.answers.match import Hit, Located, Vocabulary, build_vocabulary, find
from grader.answers.memory import Memory
from grader.answers.normalise import normalise
from grader.answers.patterns import Pattern, PatternError, parse_pattern
from grader.model import Criterion, Misconception, Question

_DENIALS = frozenset((verb, "not") for verb in ("do", "does", "did", "is", "was", "has"))
_CONDITIONS = _set(
    "without if otherwise else unless until before so only can could would because since forgot forget skip"
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A question made ready for matching.

    `asked`: the words of its prompt.  `ideas`: the words of each criterion's idea.  `examples`: for each criterion, the
    words of each marked wording -> its mark.  `memories`: for each criterion, filled when first needed.
    """

    vocabulary: Vocabulary
    asked: tuple[str, ...]
    ideas: tuple[tuple[str, ...], ...]
    accept: dict[str, tuple[Pattern, ...]]
    reject: dict[str, tuple[Pattern, ...]]
    signs: dict[str, tuple[Pattern, ...]]
    examples: dict[str, dict[tuple[str, ...], bool]]
    memories: dict[str, Memory | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules say about one criterion.

    `hit`: the pattern that earned it, or None.  `others`: how many more patterns agree.  `denied`: a pattern that is
    met only under a negation; if there is a `hit`, another pattern that is plainly denied elsewhere.  `vetoed`: a
    pattern that is met next to a rejected wording.  `near`: a pattern whose terms are all there, but not in its order
    or within its gaps.
    """

    hit: Hit | None
    others: int = 0
    denied: Hit | None = None
    vetoed: Hit | None = None
    near: Pattern | None = None


_cache: list[tuple[Question, Compiled]] = []


def compiled(question: Question) -> Compiled:
    """The compiled form of a question; the last sixteen are kept."""
    for known, ready in _cache:
        if known is question:
            return ready
    for known, ready in _cache:
        if known == question:
            return ready
    ready = _compile(question)
    _cache.insert(0, (question, ready))
    del _cache[16:]
    return ready


def _compile(question: Question) -> Compiled:
    accept = {one.id: _patterns(one.accept) for one in question.criteria}
    reject = {one.id: _patterns(one.reject) for one in question.criteria}
    signs = {one.id: _patterns(one.signs) for one in question.misconceptions}
    every = [pattern for group in (accept, reject, signs) for patterns in group.values() for pattern in patterns]
    ideas = tuple(normal_form(one.idea) for one in question.criteria)
    asked = normal_form(question.prompt)
    known = [word for one in (asked, *ideas) for word in one]
    vocabulary = build_vocabulary(every, question.lexicon, known)
    examples = {one.id: _marked(one) for one in question.criteria}
    return Compiled(vocabulary, asked, ideas, accept, reject, signs, examples, {})


def marked_wordings(criterion: Criterion) -> list[tuple[str, bool]]:
    """The wordings that a person has marked for a criterion: examples, then decisions, so that decisions win."""
    groups = (
        (criterion.examples_yes, True),
        (criterion.examples_no, False),
        (criterion.decided_yes, True),
        (criterion.decided_no, False),
    )
    return [(text, met) for texts, met in groups for text in texts]


def shifting_wordings(criterion: Criterion) -> list[tuple[str, bool]]:
    """The marked wordings that shift answers like them.

    Decisions are among them only for criteria in plain words. For criteria with patterns, measurements showed no
    benefit (docs/answers.md), and a decision settles only answers with the same words.
    """
    return marked_wordings(replace(criterion, decided_yes=(), decided_no=()) if criterion.accept else criterion)


def _marked(criterion: Criterion) -> dict[tuple[str, ...], bool]:
    return {normal_form(text): met for text, met in marked_wordings(criterion)}


def normal_form(text: str) -> tuple[str, ...]:
    """The words by which a text is recognised: case, punctuation and short forms do not matter."""
    return tuple(token.word for token in normalise(text).tokens)


def _patterns(sources: Iterable[str]) -> tuple[Pattern, ...]:
    """Patterns that can be read. `check_pattern` reports the others when the rubric is loaded."""
    patterns = []
    for source in sources:
        try:
            patterns.append(parse_pattern(source))
        except PatternError:
            continue
    return tuple(patterns)


def apply_patterns(criterion: Criterion, ready: Compiled, located: Located) -> Finding:
    """Apply a criterion's patterns. A rejected wording takes away what was earned in the same sentence."""
    hits = [hit for pattern in ready.accept[criterion.id] if (hit := find(pattern, located))]
    rejected = ready.reject[criterion.id] if hits else ()
    vetoes = [hit for pattern in rejected if (hit := find(pattern, located)) and not hit.negated]
    clear = [hit for hit in hits if not hit.negated and not _same_place(hit, vetoes, located)]
    denied = next((hit for hit in hits if hit.negated), None)
    if clear:
        plain = next((hit for hit in hits if hit.negated and _plainly(hit, located)), None)
        first = min(clear, key=lambda hit: (hit.tokens[0], hit.tokens[-1]))
        return Finding(first, others=len(clear) - 1, denied=plain)
    vetoed = next((hit for hit in hits if not hit.negated), None)
    near = None if hits else _near(ready.accept[criterion.id], located)
    return Finding(None, denied=denied, vetoed=vetoed, near=near)


def believed(misconception: Misconception, ready: Compiled, located: Located) -> Hit | None:
    """The sign of a wrong belief, when there is one."""
    for pattern in ready.signs[misconception.id]:
        hit = find(pattern, located)
        if hit and not hit.negated:
            return hit
    return None


def _plainly(hit: Hit, located: Located) -> bool:
    """True for a denial of a fact (`does not give`), not of a condition (`without it there is no address`)."""
    for number in _sentences(hit, located):
        sentence = located.text.sentences[number]
        words = [token.word for token in located.text.tokens[sentence.first : sentence.last]]
        if _CONDITIONS.isdisjoint(words) and any(pair in _DENIALS for pair in pairwise(words)):
            return True
    return False


def _same_place(hit: Hit, vetoes: list[Hit], located: Located) -> bool:
    places = _sentences(hit, located)
    return any(places <= _sentences(veto, located) or _sentences(veto, located) <= places for veto in vetoes)


def _sentences(hit: Hit, located: Located) -> set[int]:
    return {
        index
        for index, sentence in enumerate(located.text.sentences)
        if any(sentence.first <= token < sentence.last for token in hit.tokens)
    }


def _near(patterns: tuple[Pattern, ...], located: Located) -> Pattern | None:
    """A pattern of three or more terms that are all there, whatever their order and distance."""
    for pattern in patterns:
        if len(pattern.wanted) < 3 or not located.may_meet(pattern):
            continue
        for places in located.windows(pattern.window):
            if not any(places.keys().isdisjoint(choices) for choices in pattern.wanted):
                return pattern
    return None

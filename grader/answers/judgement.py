"""One text against all criteria of a question: the rules first, then the model, then what both together say.

`judged` is what scoring calls. Everything a person will want to know is kept beside each decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.answers.decide import (
    Decision,
    Situation,
    decide,
    decide_alone,
    decided,
    log_odds,
    only_one,
    signals,
    situation,
)
from grader.answers.entailment import Reading, load
from grader.answers.flags import is_instruction
from grader.answers.ideas import Compiled, Finding, judge, shifting_wordings
from grader.answers.match import Located
from grader.answers.memory import MOST, Decided, Memory, remember
from grader.answers.normalise import Sentence, Text, normalise
from grader.answers.withdrawn import withdrawn
from grader.model import Criterion, Question

_MOST_CUTS = 40
_LEAST_CUTS = 1
_CUT_CHARACTERS = 6_000  # bounds the work on long answers; whoever addresses the grader is looked at in any case
_NOTHING = -8.0
_BEYOND_DOUBT = 4.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided on one criterion and why. `logit`: the model's log-odds, None where it was not asked.

    `marked`: a person has decided this very wording, in the rubric's examples or in the decisions beside it.
    """

    criterion: Criterion
    found: Finding
    seen: Situation
    logit: float | None
    decision: Decision
    marked: bool = False

    @property
    def met(self) -> bool:
        """Whether it earns its points."""
        return self.decision.met


def judged(question: Question, ready: Compiled, located: Located) -> list[Judgement]:
    """A judgement on each criterion, in the rubric's order.

    What an answer takes back, and words addressed to the grader, can only take credit away: a criterion counts as met
    when it is met in the answer as it stands, in the answer without what it takes back, and in the answer as it would
    be had it stopped where words to the grader begin.
    """
    whole = _judged(question, ready, located)
    for text in [*_without_withdrawn(located), *_cut_short(located)]:
        if not any(one.met for one in whole):
            break
        shorter = _judged(question, ready, Located(text, ready.vocabulary))
        whole = [
            one if one.marked or not one.met or less.met else less for one, less in zip(whole, shorter, strict=True)
        ]
    if any(one.logit is None for one in whole):
        return whole
    decisions = only_one([one.seen for one in whole], [one.decision for one in whole], question.target_precision)
    return [
        one if one.marked else replace(one, decision=decision) for one, decision in zip(whole, decisions, strict=True)
    ]


def stated(located: Located) -> str:
    """What the model reads: the answer with its spelling repaired, on one line.

    Sentences that are no statement about the question (lists, and words to the grader) are left out. The last one
    always ends with a full stop or its like: a missing one is to make no difference.
    """
    aside = located.lists | located.instructions
    text = located.text
    parts = []
    for number, sentence in enumerate(text.sentences):
        if number not in aside:
            last = number + 1 == len(text.sentences)
            stop = len(text.shown) if last else text.sentences[number + 1].start
            parts.append(_repaired(located, sentence, text.shown[sentence.end : stop].strip()[:1]))
    said = " ".join(parts)
    return said if not said or said[-1] in ".!?" else said.rstrip(",;: ") + "."


def _repaired(located: Located, sentence: Sentence, closing: str) -> str:
    shown, tokens = located.text.shown, located.text.tokens
    parts, place = [], sentence.start
    for index in range(sentence.first, sentence.last):
        token, word = tokens[index], located.words[index]
        if word != token.word:
            parts += [shown[place : token.start], word]
            place = token.end
    parts.append(shown[place : sentence.end])
    return " ".join("".join(parts).split()) + closing


@dataclass(frozen=True, slots=True)
class _View:
    """What rules and model see in a text, criterion by criterion. `readings`, `odds`: None without a model."""

    findings: list[Finding]
    seen: list[Situation]
    readings: list[Reading] | None
    odds: list[float] | None


def _judged(question: Question, ready: Compiled, located: Located) -> list[Judgement]:
    view = _view(question, ready, located)
    words = tuple(token.word for token in located.text.tokens)
    result = []
    for place, criterion in enumerate(question.criteria):
        marked = ready.examples[criterion.id].get(words)
        if marked is not None:
            decision = decided(met=marked)
        elif view.readings is None or view.odds is None:
            decision = decide_alone(view.seen[place], question.target_precision)
        else:
            shift = _shift(question, ready, place, view.readings[place], view.odds[place])
            decision = decide(view.seen[place], view.odds[place] + shift, question.target_precision)
        logit = view.readings[place].logit if view.readings else None
        found, seen = view.findings[place], view.seen[place]
        result.append(Judgement(criterion, found, seen, logit, decision, marked is not None))
    return result


def _view(question: Question, ready: Compiled, located: Located) -> _View:
    findings = [judge(criterion, ready, located) for criterion in question.criteria]
    seen = [
        situation(found, has_patterns=bool(one.accept)) for one, found in zip(question.criteria, findings, strict=True)
    ]
    readings = _readings(question, located)
    if readings is None:
        return _View(findings, seen, None, None)
    said = [token.word for token in located.text.tokens]
    logits = [one.logit for one in readings]
    odds = [log_odds(one) for one in signals(seen, logits, ready.ideas, ready.asked, said)]
    return _View(findings, seen, readings, odds)


def _readings(question: Question, located: Located) -> list[Reading] | None:
    """What the model says of each criterion, None without a model. A text that states nothing is not shown to it."""
    model = load()
    if isinstance(model, str):
        return None
    said = stated(located)
    ideas = [criterion.idea for criterion in question.criteria]
    return model.read(said, ideas) if said else [Reading(_NOTHING, None)] * len(ideas)


def _shift(question: Question, ready: Compiled, place: int, reading: Reading, odds: float) -> float:
    """What the criterion's marked wordings add to the log-odds; nothing where these are beyond doubt."""
    if reading.stance is None or abs(odds) > _BEYOND_DOUBT:
        return 0.0
    if not ready.memories:
        ready.memories.update(_memories(question, ready))
    memory = ready.memories[question.criteria[place].id]
    return memory.shift(reading.stance) if memory else 0.0


def _memories(question: Question, ready: Compiled) -> dict[str, Memory | None]:
    """The memory of each criterion: its examples first, then decisions, of which the latest are kept."""
    known: dict[str, list[Decided]] = {one.id: [] for one in question.criteria}
    views: dict[str, _View] = {}
    for place, criterion in enumerate(question.criteria):
        for text, met in shifting_wordings(criterion)[-MOST:]:
            if text not in views:
                views[text] = _view(question, ready, Located(normalise(text), ready.vocabulary))
            view = views[text]
            if view.readings and view.odds and (stance := view.readings[place].stance) is not None:
                known[criterion.id].append(Decided(stance, view.odds[place], met))
    return {name: remember(decided) for name, decided in known.items()}


def _without_withdrawn(located: Located) -> list[Text]:
    """The answer without what it takes back, when it takes something back."""
    less = withdrawn(located.text)
    return [] if less is None else [normalise(less)]


def _cut_short(located: Located) -> list[Text]:
    """The answer up to each place where words to the grader may begin, for each sentence that has such words."""
    text = located.text
    cuts = []
    for number in sorted(located.instructions):
        sentence = text.sentences[number]
        words = [token.word for token in text.tokens[sentence.first : sentence.last]]
        after = text.shown[sentence.end :] if number + 1 < len(text.sentences) else ""
        for start in range(1, len(words)):
            if is_instruction(words[start:]):
                stop = text.tokens[sentence.first + start].start
                cuts.append(text.shown[:stop].rstrip() + (". " + after.lstrip(" .!?;") if after else ""))
    most = min(_MOST_CUTS, max(_LEAST_CUTS, _CUT_CHARACTERS // max(1, len(text.shown))))
    return [normalise(cut) for cut in cuts[-most:]]

"""Answers that may be under the wrong question: no headings, one text under two questions, all under the first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from grader.answers import phrases
from grader.answers.parse import paragraphs_of, plain
from grader.model import Question

_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|[(\[]?\w{1,2}[.):\]])[ \t]", re.MULTILINE)
_LONG = 90  # words: longer than a full answer to one question


def misplaced(questions: Sequence[Question], answers: Mapping[str, str]) -> dict[str, str]:
    """Question id -> why a person should look which text is its answer. `answers`: as `parse_answers` finds them."""
    words = {name: _words(answer) for name, answer in answers.items()}
    said = [text for text in words.values() if text]
    several = ", ".join(str(one.number) for one in questions if _may_hold_several(answers[one.id]))
    reasons = {name: phrases.REVIEW_SAME for name, text in words.items() if text and said.count(text) > 1}
    if several:
        reasons |= {name: phrases.REVIEW_ELSEWHERE.format(number=several) for name, text in words.items() if not text}
    return reasons


def _words(answer: str) -> str:
    """The words of the answer; none if it is a one-line question, so that the answer must be elsewhere."""
    is_question = answer.rstrip().endswith("?") and "\n" not in answer.strip()
    return "" if is_question else plain(answer)


def _may_hold_several(answer: str) -> bool:
    """Whether an answer is long enough, or has enough parts, to answer two questions."""
    parts = max(len(paragraphs_of(answer)), len(_ITEM.findall(answer)))
    return parts > 1 or len(plain(answer).split()) > _LONG

"""Answers, or sentences in them, that are not real answers: lists, copies, instructions, other languages.

Two kinds of sentences earn nothing: a bare list of keywords, which states nothing, and words addressed to the grader,
which are text like any other but no statement about the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from grader.answers.common_words import COMMON_WORDS
from grader.answers.common_words import words as _set

# Words that hold English sentences together. A list of keywords has none of them.
_GLUE = _set(
    "a an the it its is are was be been being to of on in at with for from by so that this these those which who what "
    "when where if and or but not no can could will would should must may might do does did has have had as than then "
    "they them their he him his she her you your we our us i my me me's there here before after until because while "
    "into onto over under through up out also only just both each all any some one every get gets got let lets"
)
_LIST_WORDS = 6
_MARKING = _set("mark marks grade score")
_GIVING = _set("give award assign")
_EVERY = _set("all every")
_NEAR = 3  # most words from a demand to its mark; `marks the program among all others` demands nothing
_GIVEN_NEAR = 8  # most words from `give` and the like to a mark after it
_BEGINNING = 2  # a mark among the first two words needs its demand nowhere near, as in `please mark`
_CALLS = _set("dear hey hello hi")
_CALLED = _set("ai bot robot model assistant marker")
_GRADES = _set("marks mark grades grade corrects correct scores")
_TO_GRADER = _set("grader examiner rubric criteria criterion llm chatgpt gpt jailbreak")
_REWARD = _set("mark marks point points credit credits score scores grade grades")
_DEMAND = _set("full maximum max all every highest perfect award give assign set return output correct")
_SELF = _set("answer response submission")
_VERDICT = _set("meets satisfies fulfils fulfills verified reviewed satisfied")
_PLAIN_DEMAND = _set("full maximum max award highest perfect")
_DOUBT = _set("maybe possibly probably perhaps sorry scrap nope unsure confused")
_DOUBT_PAIRS = frozenset({("not", "true"), ("not", "sure"), ("is", "wrong"), ("i", "forget")})
_IGNORE = _set("ignore disregard override forget")
_ORDERS = _set("instruction instructions prompt prompts above previous rules")


def is_list(words: Sequence[str]) -> bool:
    """True for a list of keywords: at least six words, hardly any of which are words that hold sentences together."""
    return len(words) >= _LIST_WORDS and sum(word in _GLUE for word in words) * 9 < len(words)


def is_instruction(words: Sequence[str]) -> bool:
    """True for a sentence that is addressed to the grader instead of being about the question."""
    known = set(words)
    if known & _TO_GRADER:
        return True
    if known & _IGNORE and known & _ORDERS:
        return True
    if (known & _SELF and known & _VERDICT) or {"output", "please"} <= known:
        return True
    if known & _REWARD and known & (_PLAIN_DEMAND | {"deserve", "deserves"}):
        return True
    return _demands_mark(words) or any(
        (one in _CALLS and two in _CALLED) or (one == "whoever" and two in _GRADES) for one, two in pairwise(words)
    )


def _demands_mark(words: Sequence[str]) -> bool:
    """True if there is a word for a mark and a demand for it, within a few words of each other, or in a sentence that
    begins with the mark. `marks all …` and `marks every …` are no demand."""
    after = [*words[1:], ""]
    marks = [at for at, word in enumerate(words) if word in _MARKING and not (word == "marks" and after[at] in _EVERY)]
    demands = [place for place, word in enumerate(words) if word in _DEMAND] if marks else []
    return any(
        one < _BEGINNING or abs(one - two) <= _NEAR or (words[two] in _GIVING and 0 < one - two <= _GIVEN_NEAR)
        for one in marks
        for two in demands
    )


def is_hedged(words: Sequence[str]) -> bool:
    """The writer takes something back or guesses."""
    return not _DOUBT.isdisjoint(words) or any(pair in _DOUBT_PAIRS for pair in pairwise(words))


def is_foreign(words: Sequence[str]) -> bool:
    """At least six words, of which fewer than one in five is an English function word and half are unknown."""
    plain = [word for word in words if word.isalpha()]
    if len(plain) < 6:
        return False
    glue = sum(word in _GLUE for word in plain)
    unknown = sum(word not in COMMON_WORDS and word not in _GLUE for word in plain)
    return glue * 5 < len(plain) and unknown * 2 > len(plain)


def is_copy(words: Sequence[str], prompt: Sequence[str]) -> bool:
    """Nearly every word of the answer is one of the question's, and most of the question is there."""
    if len(words) < 5:
        return False
    asked = set(prompt)
    shared = sum(word in asked for word in words)
    return shared >= 0.85 * len(words) and len(asked & set(words)) >= 0.6 * len(asked)

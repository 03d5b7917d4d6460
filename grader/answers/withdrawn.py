"""What an answer takes back: statements that it rejects, corrects, or only reports in order to deny them.

"Some say that bind connects to the client. That is wrong, it …", "It opens a connection... no, sorry, it …", "I used to
think …, but …". Negations inside a sentence are handled in `normalise`; here one statement is about another. They are
found by a fixed list of English phrases and the places where these can occur, never by what is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.answers.common_words import words as _set
from grader.answers.normalise import Text

# A turn is a phrase: a list of places, each with the words that may stand there. `?` makes a place optional.
_Turn = tuple[tuple[frozenset[str], bool], ...]
_THIS = "that this it which both these those"
_BE = "is|was|are|were"
_WRONG = "wrong|false|untrue|incorrect|nonsense|rubbish|mistaken|mistake|myth|lie|misconception"
_TRUE = "true|right|correct|so"
_QUITE = "just|simply|totally|completely|plainly|all|of|course"


def _turns(*sources: str) -> tuple[_Turn, ...]:
    return tuple(
        tuple((_set(place.strip("?").replace("|", " ")), "?" in place) for place in one.split()) for one in sources
    )


def _of(words: str) -> str:
    return words.replace(" ", "|")


# At the beginning of a statement, about the one before it.
_BACK = _turns(
    f"{_of(_THIS)} {_BE} {_QUITE}? not {_TRUE}|happening",
    f"{_of(_THIS)} {_BE} {_QUITE}? a|the? common|big? {_WRONG}",
    f"{_of(_THIS)} {_BE} not the case",
    f"{_of(_THIS)} {_BE} not what happens|happened",
    "none|nothing of this|that|it|these is|are true|right|correct",
    "all|everything of|in this|that|it? is|are wrong|false",
    "scrap|scratch|strike|cross this|that|it",
    "forget|ignore that|this|what",
    "i was|am wrong|mistaken",
    f"he|she|they {_BE} wrong|mistaken",
)
# The same, but nothing may follow them before the next comma or end.
_BACK_ALONE = _turns(
    "no|nope|nah sorry|wait",
    "actually|wait|sorry no|not",
    "wrong|false|correction",
    "not true|right|correct|so|really|quite",
    "i do not think|believe|agree with? so|that|it|this is? true|right|correct?",
    "i disagree",
    "i doubt it|that|this",
)
# The same, but only after dots, a dash, a question or a word of hesitation: a mere `No.` may answer the question.
_BACK_BROKEN = _turns("no|nope|nah")
# After a comma, at the end of a statement or before a new one: about what comes before it.
_TAIL = _turns(
    f"but|and|though|although? {_of(_THIS)} {_BE} {_QUITE}? not {_TRUE}",
    f"but|and|though|although? {_of(_THIS)} {_BE} {_QUITE}? a|the? common|big? {_WRONG}",
    f"but|and|though|although? {_of(_THIS)} {_BE} not the case",
    "but i do not think|believe so|that|it|this",
    "but i doubt it|that|this",
)
# At the beginning of a statement, about the rest of that statement.
_AHEAD = _turns(
    "it is a? common? wrong|false|myth|mistake|misconception|nonsense that|to",
    "a common|frequent|typical? mistake|misconception|myth|error is that|to",
    "i first|originally|once|initially thought|believed|assumed|wrote|said",
    "i used to think|believe|assume",
    "at first i thought|believed|assumed|wrote|said",
    "first|originally|initially i thought|believed|assumed|wrote|said",
    "you|one|people may|might wrongly|falsely|mistakenly? think|believe|assume that|bind|connect|it|the",
)
_HESITATES = _set("oh ah hm hmm well wait sorry actually")
_OPENERS = _HESITATES | _set("but ok okay and so in fact hold on")
_NO = _set("no nope nah")
_GOES_ON = _set("because since and but it i he she they actually")
_WOULD = _set("without would")
_RESUMES = _set("but now however instead really actually rather")
_UNIT = re.compile(r"[.!?;…]|\n|--|[–—]|\s-\s")
_BROKEN = re.compile(r"\.\.|[?…–—]|-")
_STOP = re.compile(r"[,:()\"”]")


@dataclass(frozen=True, slots=True)
class _Read:
    """The words of an answer. Indexes: `starts` of statements; `stops`, after commas and the like; `breaks`, after
    dots, dashes and question marks."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    stops: frozenset[int]
    breaks: frozenset[int]


def withdrawn(text: Text) -> str | None:
    """The answer without what it takes back; None where it takes nothing back."""
    if not text.tokens:
        return None
    read = _read(text)
    gone: set[int] = set()
    for before, first, last in zip((0, *read.starts), read.starts, (*read.starts[1:], len(read.words)), strict=False):
        gone |= _gone(read, before, first, last)
    return _joined(text, [place for place in range(len(read.words)) if place not in gone]) if gone else None


def _read(text: Text) -> _Read:
    gaps = [text.shown[one.end : two.start] for one, two in pairwise(text.tokens)]
    starts = [0, *(place for place, gap in enumerate(gaps, 1) if _UNIT.search(gap))]
    stops = {place for place, gap in enumerate(gaps, 1) if _STOP.search(gap)} | set(starts)
    breaks = {place for place, gap in enumerate(gaps, 1) if _BROKEN.search(gap)}
    return _Read(tuple(one.word for one in text.tokens), tuple(starts), frozenset(stops), frozenset(breaks))


def _gone(read: _Read, before: int, first: int, last: int) -> set[int]:
    """Tokens that the statement from `first` to `last` takes back: its own, or those of the statement from `before`."""
    words = read.words
    begin = _past_openers(words, first, last)
    if ahead := _fits(_AHEAD, words, begin, last):
        ends = (place for place in range(ahead, last) if place in read.stops and words[place] in _RESUMES)
        return set(range(first, next(ends, last)))
    if (back := _back(read, first, begin, last)) and _WOULD.isdisjoint(words[before:first]):
        return set(range(before, back))
    for place in range(first + 1, last):
        if place in read.stops or words[place] == "but":
            end = _fits(_TAIL, words, place, last)
            if end and _ends(read, end, last):
                return set(range(first, end))
    return set()


def _back(read: _Read, first: int, begin: int, last: int) -> int:
    """The end of the turn by which a statement takes back the one before it; 0 when there is none."""
    words = read.words
    after_no = next((place for place in range(begin, last) if words[place] not in _NO), begin)
    end = _fits(_BACK, words, after_no, last)
    ends = [end] if end and (_ends(read, end, last) or words[end] in _GOES_ON) else []
    alone = [_fits(_BACK_ALONE, words, place, last) for place in {first, begin}]
    if first in read.breaks or not _HESITATES.isdisjoint(words[first:begin]):
        alone.append(_fits(_BACK_BROKEN, words, begin, last))
    return max([0, *ends, *(end for end in alone if end and _ends(read, end, last))])


def _ends(read: _Read, end: int, last: int) -> bool:
    return end == last or end in read.stops


def _past_openers(words: Sequence[str], first: int, last: int) -> int:
    """Where the statement begins after `oh`, `well`, `but` and their like."""
    return next((place for place in range(first, last) if words[place] not in _OPENERS), first)


def _fits(turns: tuple[_Turn, ...], words: Sequence[str], begin: int, last: int) -> int:
    """Where a turn that begins at `begin` ends; 0 when none does."""
    return next((end for turn in turns if (end := _end(turn, words, begin, last))), 0)


def _end(turn: _Turn, words: Sequence[str], place: int, last: int) -> int:
    for choices, optional in turn:
        if place < last and words[place] in choices:
            place += 1
        elif not optional:
            return 0
    return place


def _joined(text: Text, kept: Sequence[int]) -> str:
    """The shown text of the `kept` tokens, each with what follows it up to the next token."""
    parts = []
    for place in kept:
        stop = text.tokens[place + 1].start if place + 1 < len(text.tokens) else len(text.shown)
        parts.append(text.shown[text.tokens[place].start : stop])
    return "".join(parts).strip()

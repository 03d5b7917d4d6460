"""Where the lexicon's words stand in an answer, and whether a pattern is met there.

All lists of a question are compiled once into a table from word to keys, so that an answer is searched once and each
pattern then only compares positions. Work is bounded: at most MAX_PLACES places of a key are considered in one
sentence, so that no answer can make a pattern expensive.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.answers.common_words import COMMON_WORDS
from grader.answers.flags import is_instruction, is_list
from grader.answers.inflect import forms
from grader.answers.normalise import NEGATORS, Sentence, Text
from grader.answers.patterns import NOT, Pattern, Term

MAX_PLACES = 24
BEGINNING = 6

Place = tuple[int, int]
Places = dict[str, list[Place]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern that is met. `tokens`: by which.  `negated`: under a negation for which the pattern does not ask."""

    pattern: Pattern
    tokens: tuple[int, ...]
    negated: bool


@dataclass(slots=True)
class Vocabulary:
    """Every word and phrase that any pattern of a question can look for.

    `singles`: form of a word -> keys.  `phrases`: form of a first word -> (forms of the further words, keys).
    """

    singles: dict[str, set[str]] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[frozenset[str], ...], str]]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    repairs: dict[str, str] = field(default_factory=dict)
    _by_letter: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, entry: str) -> None:
        """Enter a word or phrase under a key (the name of its list, or itself)."""
        first, *rest = (forms(word) for word in entry.lower().split())
        for form in first:
            if rest:
                self.phrases.setdefault(form, []).append((tuple(rest), key))
            else:
                self.singles.setdefault(form, set()).add(key)

    def close(self, known: Iterable[str] = ()) -> None:
        """Fix the words to which misspelt words are repaired, including `known`. Call once, after the last `add`."""
        words = set(self.singles) | set(self.phrases) | set(known)
        words.update(form for entries in self.phrases.values() for rest, _ in entries for one in rest for form in one)
        self.words = frozenset(words)
        for word in sorted(words):
            if len(word) >= 4 and word.isalpha():
                self._by_letter.setdefault(word[0], []).append(word)

    def repair(self, word: str) -> str:
        """The listed word for a misspelt word, or the word itself. Everyday words are not changed."""
        if word in self.words or word in COMMON_WORDS or len(word) < 4 or not (word.isascii() and word.isalpha()):
            return word
        if word not in self.repairs:
            if len(self.repairs) > 20_000:
                self.repairs.clear()
            self.repairs[word] = self._nearest(word)
        return self.repairs[word]

    def _nearest(self, word: str) -> str:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        best = process.extractOne(
            word,
            self._by_letter.get(word[0], ()),
            scorer=OSA.distance,
            score_cutoff=1 if len(word) <= 6 else 2,
        )
        if best is None or len(word) > 24:
            return word
        if len(word) == 4 and sorted(word) != sorted(best[0]):
            return word
        return str(best[0])


def build_vocabulary(
    patterns: Iterable[Pattern], lexicon: Mapping[str, tuple[str, ...]], known: Iterable[str] = ()
) -> Vocabulary:
    """Enter everything that the patterns name. Unknown names are ignored here; `check_pattern` reports them.

    `known`: further words to which misspelt words are repaired, such as those of the ideas.
    """
    vocabulary = Vocabulary()
    for negator in NEGATORS:
        vocabulary.add("~" + NOT, "=" + negator)
    for key in sorted({choice for pattern in patterns for term in pattern.terms for choice in term.choices}):
        for entry in _entries(key, lexicon):
            vocabulary.add(key, entry)
    vocabulary.close(known)
    return vocabulary


def _entries(key: str, lexicon: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The words that a choice stands for, in the lexicon's order. Lists may name other lists; each is read once."""
    entries: list[str] = []
    read: set[str] = set()
    waiting = [key]  # the next one last
    while waiting:
        entry = waiting.pop()
        if not entry.startswith("~"):
            entries.append(entry)
        elif entry not in read:
            read.add(entry)
            waiting += reversed([str(member) for member in lexicon.get(entry[1:], ())])
    return [entry for entry in entries if entry.split()]


class Located:
    """The places of all keys in one answer, by window.

    `lists`, `instructions`: numbers of sentences that state nothing about the question and are not searched.
    """

    def __init__(self, text: Text, vocabulary: Vocabulary) -> None:
        self.text = text
        self.words = [vocabulary.repair(token.word) for token in text.tokens]
        self.lists, self.instructions = self._set_aside()
        self.by_sentence = [
            {} if number in self.lists or number in self.instructions else self._locate(sentence, vocabulary)
            for number, sentence in enumerate(text.sentences)
        ]
        self.beginnings = {
            token for one in text.sentences for token in range(one.first, min(one.first + BEGINNING, one.last))
        }
        self.present = frozenset().union(*self.by_sentence)
        self._windows: dict[int, list[Places]] = {1: self.by_sentence}

    def may_meet(self, pattern: Pattern) -> bool:
        """Whether the answer has a word for each term that a pattern wants, in any place."""
        absent = self.present.isdisjoint
        for choices in pattern.wanted:  # noqa: SIM110  the rules spend most of their time here
            if absent(choices):
                return False
        return True

    def windows(self, size: int) -> list[Places]:
        """Places per window of `size` sentences; 0 is one window over the whole answer."""
        if size not in self._windows:
            count = len(self.by_sentence)
            width = size or max(count, 1)
            groups = [self.by_sentence[i : i + width] for i in range(max(1, count - width + 1))] if count else []
            self._windows[size] = [_merged(group) for group in groups]
        return self._windows[size]

    def _set_aside(self) -> tuple[set[int], set[int]]:
        """Numbers of the sentences that are mere lists of words, and of those addressed to the grader."""
        lists, instructions = set(), set()
        for number, sentence in enumerate(self.text.sentences):
            words = [token.word for token in self.text.tokens[sentence.first : sentence.last]]
            if is_instruction(words):
                instructions.add(number)
            elif is_list(words):
                lists.add(number)
        return lists, instructions

    def _locate(self, sentence: Sentence, vocabulary: Vocabulary) -> Places:
        places: Places = {}
        words = self.words
        for index in range(sentence.first, sentence.last):
            word = words[index]
            for key in vocabulary.singles.get(word, ()):
                _note(places, key, (index, index))
            for rest, key in vocabulary.phrases.get(word, ()):
                last = index + len(rest)
                if last < sentence.last and all(words[index + 1 + k] in one for k, one in enumerate(rest)):
                    _note(places, key, (index, last))
        return places


def _note(places: Places, key: str, place: Place) -> None:
    known = places.setdefault(key, [])
    if len(known) < MAX_PLACES:
        known.append(place)


def _merged(group: list[Places]) -> Places:
    merged: Places = {}
    for places in group:
        for key, found in places.items():
            merged.setdefault(key, []).extend(found)
    return merged


def find(pattern: Pattern, located: Located) -> Hit | None:
    """The first place where a pattern is met; a place that is not under a negation is preferred."""
    if not located.may_meet(pattern):
        return None
    denied: Hit | None = None
    tokens = located.text.tokens
    for places in located.windows(pattern.window):
        lists = _lists(pattern, places, located.beginnings)
        if lists is None:
            continue
        if pattern.negative:
            found = _match(pattern.terms, lists)
            if found is not None:
                return Hit(pattern, found, False)
            continue
        free = [[place for place in one if not tokens[place[0]].negated] for one in lists]
        found = _match(pattern.terms, free)
        if found is not None:
            return Hit(pattern, found, False)
        if denied is None and free != lists and (found := _match(pattern.terms, lists)) is not None:
            denied = Hit(pattern, found, True)
    return denied


def _lists(pattern: Pattern, places: Places, beginnings: set[int]) -> list[list[Place]] | None:
    """The places of each term; None when a wanted term is absent or a forbidden one is there."""
    lists: list[list[Place]] = []
    for term in pattern.terms:
        found = _places(term, places)
        if term.link == "!":
            if found:
                return None
        elif term.link == "^":
            found = [place for place in found if place[0] in beginnings]
        if not found and term.link != "!":
            return None
        lists.append(found)
    return lists


def _places(term: Term, places: Places) -> list[Place]:
    if len(term.choices) == 1:
        return places.get(term.choices[0], [])
    found = {place for choice in term.choices for place in places.get(choice, ())}
    return sorted(found)[: 2 * MAX_PLACES]


def _match(terms: tuple[Term, ...], lists: list[list[Place]]) -> tuple[int, ...] | None:
    """Tokens that meet all terms, or None. A term with a link continues the chain of the term before it."""
    used: list[int] = []
    chain: list[tuple[Place, tuple[int, ...]]] = []
    for term, places in zip(terms, lists, strict=True):
        if term.link == "!":
            continue
        if term.link in ("", "^"):
            if chain:
                used.extend(chain[0][1])
            chain = [(place, _span(place)) for place in places]
        else:
            chain = _extend(chain, places, term)
        if not chain:
            return None
    used.extend(chain[0][1])
    return tuple(sorted(set(used)))


def _span(place: Place) -> tuple[int, ...]:
    return tuple(range(place[0], place[1] + 1))


def _extend(
    chain: list[tuple[Place, tuple[int, ...]]], places: list[Place], term: Term
) -> list[tuple[Place, tuple[int, ...]]]:
    """Chains extended by one of `places`: after the chain's end (`>`) or on either side (`<>`), within the gap."""
    ends = sorted(chain, key=lambda link: link[0][1])
    last = [link[0][1] for link in ends]
    extended = []
    for place in places:
        before = bisect_left(last, place[0]) - 1
        if before >= 0 and place[0] - last[before] <= term.gap:
            extended.append((place, ends[before][1] + _span(place)))
        elif term.link == "<>":
            after = bisect_left(last, place[1] + 1)
            if after < len(last) and ends[after][0][0] - place[1] <= term.gap:
                extended.append((place, ends[after][1] + _span(place)))
    return extended

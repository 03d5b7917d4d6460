"""Groups answers that say nearly the same, so that a person can decide on several at once. Deterministic, no model.

Answers belong together when they answer the same question, the engine decided and doubted the same criteria, and their
words overlap. For the comparison, spelling is repaired, filler words are left out, and words in one list of the lexicon
count as one word. Candidates are found by min-hashing with fixed constants, so that a class of 10,000 takes seconds.
Each answer joins the cluster whose first answer is most like it, so that a cluster never drifts.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.answers.common_words import words as _set
from grader.answers.ideas import compiled
from grader.answers.inflect import forms
from grader.answers.normalise import NEGATORS, normalise
from grader.model import Question

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALIKE = 0.6  # least overlap of words (Jaccard) with the first answer of a cluster; measured in docs/answers.md
_BANDS, _ROWS = 16, 3
_MOST_IN_BUCKET = 32
_MOST_COMPARED = 16  # candidates, those that share most bands first; a good candidate shares three or four
_BATCH = 2000
_FILLERS = _set(
    "the a an is are was be been of to in and or it its that this these those by so for on with as at can will would "
    "has have which what then there their they them we you your i my me our from into when where than also just do "
    "does did being about"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One distinct answer. `kind`: answers of different kinds never share a cluster.  `weight`: how many gave it."""

    words: frozenset[str]
    kind: Hashable
    weight: int
    name: str


def content_words(question: Question, answer: str) -> frozenset[str]:
    """The words by which an answer is compared: no fillers, and each word as the first list of the lexicon with it."""
    vocabulary, names = compiled(question).vocabulary, _names(question)
    found = set()
    for token in normalise(answer).tokens:
        word = vocabulary.repair(token.word)
        if word in NEGATORS:
            found.add("not")
        elif word not in _FILLERS:
            found.add(names.get(word, word))
    return frozenset(found)


_names_of: list[tuple[Question, dict[str, str]]] = []


def _names(question: Question) -> dict[str, str]:
    """Form of a word -> the name of the first list of the lexicon that has it as a single word."""
    for known, names in _names_of:
        if known is question:
            return names
    names = {}
    for name, words in question.lexicon.items():
        for word in words:
            if not word.startswith("~") and " " not in word:
                for form in forms(word.lower()):
                    names.setdefault(form, f"~{name}")
    _names_of.insert(0, (question, names))
    del _names_of[16:]
    return names


def clusters(items: Sequence[Item]) -> list[list[Item]]:
    """The items in clusters, each led by its first one; the heaviest clusters first.

    The same items give the same clusters in whatever order they come.
    """
    ordered = sorted(items, key=lambda one: (-one.weight, len(one.words), one.name))
    found: list[list[Item]] = []
    buckets: dict[Hashable, list[int]] = defaultdict(list)
    for one, signature in zip(ordered, _signatures(ordered), strict=True):
        keys = [(one.kind, band, part) for band, part in enumerate(signature)]
        met = Counter(place for key in keys for place in buckets.get(key, ()))
        near = sorted(met, key=lambda place: (-met[place], place))[:_MOST_COMPARED]
        overlap, best = max(((_overlap(one, found[place][0]), -place) for place in near), default=(0.0, 0))
        if overlap >= ALIKE:
            found[-best].append(one)
            continue
        for key in dict.fromkeys(keys):
            if len(buckets[key]) < _MOST_IN_BUCKET:
                buckets[key].append(len(found))
        found.append([one])
    return sorted(found, key=lambda group: (-sum(one.weight for one in group), group[0].name))


def _overlap(one: Item, other: Item) -> float:
    both = len(one.words & other.words)
    return both / max(1, len(one.words) + len(other.words) - both)


def _signatures(items: Sequence[Item]) -> list[tuple[bytes, ...]]:
    """For each item one value per band; two items with much in common nearly always share at least one."""
    result: list[tuple[bytes, ...]] = []
    for start in range(0, len(items), _BATCH):
        result += _batch(items[start : start + _BATCH])
    return result


def _batch(items: Sequence[Item]) -> list[tuple[bytes, ...]]:
    import numpy as np

    hashes = [sorted(zlib.crc32(word.encode("utf-8")) for word in one.words) or [0] for one in items]
    flat = np.array([value for one in hashes for value in one], np.uint64)
    starts = np.cumsum([0, *map(len, hashes[:-1])])
    least = np.empty((len(items), _BANDS * _ROWS), np.uint32)
    for place, (factor, offset) in enumerate(_constants()):
        mixed = ((flat * factor + offset) >> np.uint64(32)).astype(np.uint32)
        least[:, place] = np.minimum.reduceat(mixed, starts)
    bands = least.reshape(len(items), _BANDS, _ROWS)
    return [tuple(band.tobytes() for band in one) for one in bands]


def _constants() -> NDArray[np.uint64]:
    """An odd factor and an offset for each hash function."""
    import numpy as np

    seed = b"".join(hashlib.sha256(bytes([place])).digest()[:16] for place in range(_BANDS * _ROWS))
    pairs = np.frombuffer(seed, "<u8").reshape(-1, 2).astype(np.uint64)
    pairs[:, 0] |= np.uint64(1)
    return pairs

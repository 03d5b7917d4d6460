"""Which words of an answer earned points, for pages that mark them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

EVIDENCE_LENGTH = 500
"""Longer evidence is looked for by its beginning only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A stretch of an answer; `earned` when it earned points."""

    text: str
    earned: bool


def highlighted(answer: str, evidence: Iterable[str]) -> tuple[Words, ...]:
    """`answer` cut into stretches that earned points and stretches that did not. Joined, they are the answer."""
    stretches: list[Words] = []
    end, text = 0, Text(answer)
    for start, stop in _merged(span for piece in evidence for span in _spans(text, piece)):
        stretches += [Words(text=answer[end:start], earned=False), Words(text=answer[start:stop], earned=True)]
        end = stop
    stretches.append(Words(text=answer[end:], earned=False))
    return tuple(stretch for stretch in stretches if stretch.text)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _spans(answer: Text, evidence: str) -> Iterable[tuple[int, int]]:
    """Where the words of `evidence` first stand in `answer`, blanks and case aside. Parts are split by an ellipsis."""
    for part in re.split(r"…|\.\.\.", evidence[:EVIDENCE_LENGTH]):
        pieces = part.split()
        found = answer.find(pieces) if pieces else None
        if found is not None:
            yield found


class Text:
    """An answer in which words are looked for, whatever blanks and line ends stand between them, in any case.

    Nearly all answers are ASCII, and there looking for them is to look for one string. A pattern of their own, which
    others need, costs ten times as much to make as all else that is done with an answer.
    """

    def __init__(self, answer: str) -> None:
        self._answer = answer
        words = list(re.finditer(r"\S+", answer)) if answer.isascii() else []
        self._plain = " ".join(word.group().lower() for word in words)
        self._places = [place for word in words for place in range(word.start(), word.end() + 1)]

    def find(self, pieces: list[str]) -> tuple[int, int] | None:
        """Where the pieces first follow each other with nothing but blanks between them, as start and end."""
        wanted = " ".join(pieces)
        if self._answer.isascii() and wanted.isascii():
            place = self._plain.find(wanted.lower())
            return (self._places[place], self._places[place + len(wanted) - 1] + 1) if place >= 0 else None
        match = re.search(r"\s+".join(map(re.escape, pieces)), self._answer, re.IGNORECASE)
        return match.span() if match else None

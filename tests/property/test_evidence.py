"""Where the words that earned points stand in an answer, whatever blanks, cases and letters there are."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from grader.report.highlight import Text, highlighted

LETTERS = "abAB.(\\ \n\t\x1c"
WIDE = LETTERS + "éÉ\u00a0ßİ\u212a"


def by_pattern(answer: str, pieces: list[str]) -> tuple[int, int] | None:
    """What is to be found, said as a pattern."""
    match = re.search(r"\s+".join(map(re.escape, pieces)), answer, re.IGNORECASE)
    return match.span() if match else None


@given(st.text(LETTERS), st.text(LETTERS, min_size=1, max_size=8))
def test_words_in_plain_letters_are_found_where_a_pattern_finds_them(answer: str, words: str) -> None:
    """To look for one string comes to the same as a pattern made of its words."""
    if words.split():
        assert Text(answer).find(words.split()) == by_pattern(answer, words.split())


@given(st.text(WIDE), st.text(WIDE, min_size=1, max_size=8))
def test_words_in_any_letters_are_found_where_a_pattern_finds_them(answer: str, words: str) -> None:
    """So it does where answer or words have other letters."""
    if words.split():
        assert Text(answer).find(words.split()) == by_pattern(answer, words.split())


@given(st.text(WIDE), st.lists(st.text(WIDE, max_size=8)))
def test_stretches_joined_are_the_answer(answer: str, evidence: list[str]) -> None:
    """Nothing of an answer is lost or said twice, whatever earned points."""
    assert "".join(stretch.text for stretch in highlighted(answer, evidence)) == answer

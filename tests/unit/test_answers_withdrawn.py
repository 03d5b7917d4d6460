"""What an answer takes back earns nothing: found by how English takes back, whatever it is about."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answers import score_answer
from grader.answers.normalise import normalise
from grader.answers.withdrawn import withdrawn
from grader.rubric import load_rubric

BIND, CONNECT = load_rubric(Path(__file__).resolve().parents[2] / "rubric.yaml").questions


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("Some say the heap is sorted. That is wrong. It is a tree.", "It is a tree."),
        ("Some say the heap is sorted. This isn't true: it is a tree.", "it is a tree."),
        ("The heap is sorted, but that is not true.", ""),
        ("The heap is sorted, which is wrong. It is a tree.", "It is a tree."),
        ("The heap is sorted... no, sorry, it is a tree.", "it is a tree."),
        ("The heap is sorted - wait, no, it is a tree.", "it is a tree."),
        ("Is the heap sorted? No. It is a tree.", "It is a tree."),
        ("It is sorted. Scrap that. It is a tree.", "It is a tree."),
        ("The book calls it sorted. I don't think that's true.", ""),
        ("I used to think it is sorted, but it is a tree.", "but it is a tree."),
        ("It's a common misconception that heaps are sorted. They are trees.", "They are trees."),
        ("You might think it is sorted. Now it is a tree.", "Now it is a tree."),
    ],
)
def test_what_is_taken_back_is_left_out(answer: str, left: str) -> None:
    """Rejected, corrected or only reported in order to deny it: the statement goes, what is said instead stays."""
    assert withdrawn(normalise(answer)) == left


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "The heap is a tree.",
        "No. A message can come in pieces.",
        "At most 1024 bytes. No, because a message can be longer.",
        "No other machine can reach it.",
        "The client connects to the server. But no data is sent yet.",
        "This is not true for UDP, which knows no connection.",
        "It is not true that it connects.",
        "It is not so hard: the socket gets an address.",
        "You might think of it as a phone number.",
        "I used to program in C.",
        "Without a port nobody could reach it. This would be wrong.",
        "Not really sure, but the socket gets an address.",
        "The socket gets an address, right?",
    ],
)
def test_what_only_sounds_like_taking_back_stays(answer: str) -> None:
    """A negation, the answer to a yes-or-no question, and what narrows a statement take nothing back."""
    assert withdrawn(normalise(answer)) is None


@pytest.mark.parametrize(
    "answer",
    [
        "Someone told me that bind gives the socket its address. That is wrong, it happens in accept().",
        "It gives the socket its address... sorry, scrap that, it opens the connection.",
        "The socket is tied to an address by it. No, that's not right, I was thinking of socket().",
    ],
)
def test_a_statement_taken_back_earns_nothing(answer: str) -> None:
    """The words are all there, and nobody states them."""
    assert score_answer(BIND, answer).points == 0


def test_what_is_said_instead_earns() -> None:
    """A correction to what is right counts, and is neither a guess nor a contradiction."""
    score = score_answer(
        CONNECT,
        "It waits for a client... no, wait, it opens a connection from the client to the server, to the address that "
        "HOST and PORT name, and then both can send and receive.",
    )
    assert [one.id for one in score.criteria if one.met] == ["establish", "address", "exchange"]
    assert not any("Guesses" in reason for reason in score.review_reasons)


@settings(deadline=None)
@given(
    st.one_of(
        st.text(), st.lists(st.sampled_from(["no", ",", ".", "...", "that", "is", "wrong", "but", "it"])).map(" ".join)
    )
)
def test_only_whole_words_are_taken_out(answer: str) -> None:
    """No text raises, and what is left are words of the answer, in their order."""
    text = normalise(answer)
    left = withdrawn(text)
    if left is not None:
        words = iter(answer_words := [token.word for token in text.tokens])
        rest = [token.word for token in normalise(left).tokens]
        assert len(rest) < len(answer_words)
        assert all(word in words for word in rest)

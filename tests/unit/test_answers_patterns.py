"""The pattern language: what is met, what is not, and what a mistake in a rubric is answered with."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grader.answers import check_pattern
from grader.answers.ideas import apply_patterns, compiled
from grader.answers.match import Located, build_vocabulary
from grader.answers.normalise import normalise
from grader.answers.patterns import parse_pattern
from grader.model import Criterion, Question

LEXICON = {
    "bind": ("bind", "tie", "associate"),
    "server": ("server", "=sever"),
    "reach": ("reach", "connect"),
    "anyone": ("outside", "other computer"),
    "thing": ("~server", "socket"),
}


def met(pattern: str, answer: str, *, reject: tuple[str, ...] = ()) -> bool:
    criterion = Criterion(
        id="c", points=Decimal(1), idea="An idea.", kind="something", accept=(pattern,), reject=reject
    )
    question = Question(
        id="q", number=1, title="t", prompt="p", points=Decimal(1), criteria=(criterion,), lexicon=LEXICON
    )
    ready = compiled(question)
    return apply_patterns(criterion, ready, Located(normalise(answer), ready.vocabulary)).hit is not None


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ("~bind socket", "The socket is tied to it."),
        ("~bind >3:socket", "It ties the socket."),
        ("socket <>4:~bind", "It ties the socket."),
        ("'same machine'|localhost", "Only the same machines."),
        ("~bind !client", "It binds the server."),
        ("^client ~reach", "The client reaches it."),
        ("=bound", "It is bound."),
        ("~anyone >4:~not", "From outside you can't get in."),
        ("nobody|'does not' >4:reach", "Nobody can reach it."),
        ("nobody|'does not' >4:reach", "The client does not reach it."),
        ("2 sentences: socket port", "It has a socket. And a port."),
        ("anywhere: socket port", "A socket. Then something. And a port."),
        ("~thing", "The server."),
        ("socket", "It ties the scoket."),
        ("listen()", "Needed for s.listen() to work."),
        ("port", "HOST:PORT"),
    ],
)
def test_a_pattern_is_met(pattern: str, answer: str) -> None:
    """Each form of the language does what its line in the documentation says."""
    assert met(pattern, answer)


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ("~bind >3:socket", "The socket is what it ties."),
        ("~bind >2:socket", "It ties a very old and rusty socket."),
        ("~bind !client", "It binds the client."),
        ("^client", "What happens here and in every case is up to the client."),
        ("=bound", "It binds."),
        ("~bind socket", "It does not bind the socket."),
        ("~bind socket", "It ties it. The socket is blue."),
        ("nobody|client >4:reach", "Nobody can reach it."),
        ("connect", "The connection is there."),
        ("listen", "Needed for s.listen() to work."),
        ("host", "It is the most important line."),
    ],
)
def test_a_pattern_is_not_met(pattern: str, answer: str) -> None:
    """Order, distance, absence, negation and sentence ends are respected."""
    assert not met(pattern, answer)


def test_not_only_denies_nothing() -> None:
    """`not only` is no negation, and neither is `not enough`."""
    assert met("~bind socket", "It not only binds the socket.")
    assert met("~bind socket", "It is not enough that it binds the socket.")


def test_a_rejected_wording_takes_credit_away_in_its_sentence_only() -> None:
    """A reject pattern concerns the sentence that it stands in."""
    assert not met("~bind socket", "It binds the client socket.", reject=("client",))
    assert met("~bind socket", "It binds the socket. The client waits.", reject=("client",))


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("~sever", "did you mean ~server?"),
        ("socket >8 ~socket", "has `>8`; a distance has a colon and then its word, without a blank: `>3:port`."),
        ("socket <>9: port", "has `<>9:`; a distance has a colon and then its word, without a blank: `<>3:port`."),
        ("socket > port", "has `>`; a distance has a colon and then its word"),
        ("~frobnicate", "add a list `frobnicate: [...]`"),
        ("", "has no word to look for"),
        ("!client", "has no word to look for"),
        (">3:socket", "needs a word before it"),
        ("socket >0:port", "distance of 0"),
        ("'same machine", "never closed"),
        ("bind.*socket(", "regular expressions are not understood"),
        ("(a|b)+", "regular expressions are not understood"),
        ("~", "after ~ comes a name"),
        ("5 sentences: socket", "only `2 sentences:`"),
        ("a b c d e f g h i j k", "10 are the most"),
        ("x" * 301, "longer than 300"),
        ("''", "between quotes only words"),
    ],
)
def test_a_wrong_pattern_is_explained(pattern: str, said: str) -> None:
    """Every mistake is answered with one sentence that says what to write instead."""
    error = check_pattern(pattern, LEXICON)
    assert error is not None
    assert said in error


def test_a_good_pattern_has_no_error() -> None:
    """What is right is not complained about."""
    assert check_pattern("2 sentences: ~bind >4:~thing !client ~not =bound 'same machine'|x", LEXICON) is None


def test_a_list_that_contains_itself_is_an_error_and_no_endless_loop() -> None:
    """Circles in the lexicon are reported; scoring ignores them."""
    lexicon = {"a": ("~b",), "b": ("~a", "word")}
    assert "contains itself" in str(check_pattern("~a", lexicon))


def test_a_list_that_names_an_unknown_list_is_an_error() -> None:
    """The fault is found behind the list that the pattern names."""
    assert "did you mean ~server?" in str(check_pattern("~x", {"x": ("~servr",), "server": ("server",)}))


LEVELS = 22
TWICE = {f"l{level}": (f"~l{level + 1}", f"~l{level + 1}") for level in range(LEVELS)} | {f"l{LEVELS}": ("word",)}
CHAIN = {f"l{level}": (f"w{level}", f"~l{level + 1}") for level in range(5000)} | {"l5000": ("word",)}


class Counting(dict[str, tuple[str, ...]]):
    """A lexicon that counts how often a list of it is read."""

    reads = 0

    def __getitem__(self, name: str) -> tuple[str, ...]:
        self.reads += 1
        return super().__getitem__(name)

    def get(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:  # type: ignore[override]
        self.reads += 1
        return super().get(name, default)


@pytest.mark.parametrize("lists", [TWICE, CHAIN], ids=["each twice", "one in the other"])
def test_a_list_is_read_once_however_often_it_is_named(lists: dict[str, tuple[str, ...]]) -> None:
    """Lists that name the next one twice are a bomb; ones that each name the next are no tower of calls."""
    lexicon = Counting(lists)
    assert check_pattern("~l0", lexicon) is None
    vocabulary = build_vocabulary([parse_pattern("~l0")], lexicon)
    assert "~l0" in vocabulary.singles["word"]
    assert lexicon.reads <= 2 * len(lists)


def test_what_is_wrong_at_the_end_of_many_lists_is_found() -> None:
    """A circle through all of them, and a name that is missing in the last."""
    assert "contains itself" in str(check_pattern("~l0", CHAIN | {"l5000": ("~l0",)}))
    assert "~l5001, which is not in the lexicon" in str(check_pattern("~l0", CHAIN | {"l5000": ("~l5001",)}))
    assert check_pattern("~l0|~l1 ~l0", TWICE) is None

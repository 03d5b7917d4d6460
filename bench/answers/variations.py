"""Variations of the marked answers to learn from: joined answers, slips of the pen, swapped roles, foreign ideas.

No answer is made up: what is varied is how marked answers are written down and put together, so that every label
follows from labels that a person gave. Only swapping `client` and `server` takes a label away, where it must.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bench.answers.banks import OURS, Answer, Asked

# Ways to put the ideas of the two questions, the rubric's first: the model is not to learn one sentence by heart.
WORDINGS = {
    ("q1", "assoc"): [
        "The socket (or the server) is associated with an address, that is, with a network interface and a port "
        "number.",
        "The socket is given an address: an interface (IP, host) and a port.",
        "It associates the socket with a network interface and a port number.",
        "The server's socket is tied to an address.",
        "The server takes the host and the port as its own address.",
    ],
    ("q1", "port"): [
        "The port is where the server will listen, wait or be reached.",
        "On this port the server listens for clients.",
        "It says that clients reach the server through the port.",
    ],
    ("q1", "loopback"): [
        "127.0.0.1 is the loopback address, so that only programs on the same machine can reach the server.",
        "127.0.0.1 is the loopback address: only programs on the same machine can connect.",
        "Only clients on this computer can reach the server.",
        "Connections from other machines are not possible, because the address is local.",
    ],
    ("q1", "order"): [
        "bind comes before listen() and accept(), so that the server listens at the known address.",
        "It has to come before listen() and accept(), so that the server listens at the known address.",
        "bind is needed before the server can listen and accept connections.",
        "First bind, then listen, then accept.",
    ],
    ("q2", "establish"): [
        "The client (its socket) establishes a connection to the server (its socket).",
        "The client connects to the server.",
        "It opens a connection from the client to the server.",
    ],
    ("q2", "address"): [
        "The connection goes to the server's address, HOST and PORT.",
        "The target is given by the server's host and port.",
        "HOST and PORT say where the server is.",
    ],
    ("q2", "exchange"): [
        "Once connected, both sides can send and receive.",
        "Afterwards data can go both ways between client and server.",
        "The two programs can then exchange data.",
    ],
    ("q2", "listening"): [
        "The server must already be running and listening, or the call fails.",
        "It fails when no server is listening there.",
        "The server has to be started first.",
    ],
}
# Kinds of answers that may be put together: what each states stays true beside the other.
_PLAIN = frozenset(
    {
        "plain",
        "terse",
        "partial",
        "paraphrase",
        "consequence",
        "textbook",
        "nonnative",
        "metaphor",
        "typo",
        "chatty",
        "vague",
        "rambling",
        "docs",
    }
)
# With client and server swapped these are no longer stated; about the others nothing is known, unless listed as kept.
_LOST_BY_SWAP = {"q1": frozenset({"assoc", "port"}), "q2": frozenset({"establish", "address", "listening"})}
_KEPT_BY_SWAP = {"q1": frozenset[str](), "q2": frozenset({"exchange"})}
_ROLE = re.compile(r"\b(client|server)(?=s?\b)", re.IGNORECASE)
_SYMMETRICAL = re.compile(r"\b(between|both|each|two|together|other)\b", re.IGNORECASE)
_OPENINGS = ("I think ", "so basically ", "Well, ", "As far as I know ", "In this line ", "It means that ", "ok so ")
_GLUE = (" and ", ", and ", "; ", "\n", "\n- ", " - ")
_LONGEST = 700


@dataclass(frozen=True)
class Example:
    """A text, the ideas it is held against, and for each the wanted probability and its weight."""

    text: str
    ideas: tuple[str, ...]
    wanted: tuple[float, ...]
    weights: tuple[float, ...]


class Variations:
    """Draws examples from answers of the banks; the same seed draws the same ones."""

    def __init__(self, asked: dict[str, Asked], answers: Sequence[Answer], seed: int) -> None:
        self._chance = random.Random(seed)
        self._answers = list(answers)
        self._ideas = {(q, c): [idea] for q, one in asked.items() for c, idea in one.ideas.items()}
        self._ideas.update(WORDINGS)
        self._by_question: dict[str, list[Answer]] = {}
        for answer in answers:
            self._by_question.setdefault(answer.question, []).append(answer)
        self._questions = sorted(self._by_question)

    def epoch(self) -> list[Example]:
        """Every answer once, in a new order and varied anew."""
        return [self._example(answer) for answer in self._chance.sample(self._answers, len(self._answers))]

    def shuffled(self, batches: list[list[Example]]) -> list[list[Example]]:
        return self._chance.sample(batches, len(batches))

    def jitter(self) -> float:
        return self._chance.random()

    def _example(self, answer: Answer) -> Example:
        if answer.ours and self._chance.random() < 0.12 and (swapped := self._swapped(answer)):
            return swapped
        text, gold, border = self._together(answer)
        if self._chance.random() < 0.2:
            text = self._misspelt(text)
        plain = self._chance.random()
        if plain < 0.12:
            text = text.lower()
        elif plain < 0.2:
            text = re.sub(r"[^\w\s]", " ", text).lower()
        cells = [self._cell(answer.question, name, met, name in border) for name, met in gold.items()]
        if self._chance.random() < 0.6:
            cells += self._foreign(answer)
        self._chance.shuffle(cells)
        ideas, wanted, weights = zip(*cells, strict=True)
        return Example(text, ideas, wanted, weights)

    def _swapped(self, answer: Answer) -> Example | None:
        """The answer with the roles of client and server swapped; None where that says the same or nothing is lost."""
        lost = {name for name in _LOST_BY_SWAP[answer.question] if answer.gold[name] and name not in answer.borderline}
        roles = {role.lower() for role in _ROLE.findall(answer.text)}
        if not lost or "server" not in roles or _SYMMETRICAL.search(answer.text):
            return None
        if answer.question == "q1":
            lost &= {"assoc"} if answer.text.lower().count("server") == 1 else lost
        text = _ROLE.sub(lambda role: "client" if role[0].lower() == "server" else "server", answer.text)
        kept = [(name, met) for name, met in answer.gold.items() if name in _KEPT_BY_SWAP[answer.question]]
        cells = [self._cell(answer.question, name, 0, disputed=name != "establish") for name in sorted(lost)]
        cells += [self._cell(answer.question, name, met, name in answer.borderline) for name, met in kept]
        if not cells:
            return None
        ideas, wanted, weights = zip(*cells, strict=True)
        return Example(text, ideas, wanted, weights)

    def _cell(self, question: str, name: str, met: int, disputed: bool) -> tuple[str, float, float]:
        idea = self._chance.choice(self._ideas[question, name])
        return (idea, 0.3 + 0.4 * met, 0.5) if disputed else (idea, 0.02 + 0.96 * met, 1.0)

    def _foreign(self, answer: Answer) -> list[tuple[str, float, float]]:
        """An idea of another question, which the answer does not state."""
        question = self._chance.choice(self._questions)
        if question == answer.question or (question in OURS and answer.ours):
            return []
        names = [name for asked, name in self._ideas if asked == question]
        return [(self._chance.choice(self._ideas[question, self._chance.choice(names)]), 0.02, 0.5)]

    def _together(self, answer: Answer) -> tuple[str, dict[str, int], frozenset[str]]:
        """The answer alone, joined with another to the same question, beside one to another, or after an opening."""
        kind = self._chance.random()
        same = self._chance.choice(self._by_question[answer.question])
        if kind < 0.25 and answer.kind in _PLAIN and same.kind in _PLAIN and same is not answer:
            return self._joined(answer, same)
        other = self._chance.choice(self._by_question[self._chance.choice(self._questions)])
        if 0.25 <= kind < 0.33 and other.question != answer.question and not (other.ours and answer.ours):
            both = [answer.text.strip(), other.text.strip()]
            self._chance.shuffle(both)
            return " ".join(both)[:_LONGEST], answer.gold, answer.borderline
        if 0.33 <= kind < 0.4:
            return self._chance.choice(_OPENINGS) + _lowered(answer.text), answer.gold, answer.borderline
        return answer.text, answer.gold, answer.borderline

    def _joined(self, one: Answer, two: Answer) -> tuple[str, dict[str, int], frozenset[str]]:
        if len(one.text) + len(two.text) > _LONGEST:
            return one.text, one.gold, one.borderline
        first, second = (one, two) if self._chance.random() < 0.5 else (two, one)
        begin = first.text.rstrip(" .")
        text = (
            begin + self._chance.choice(_GLUE) + _lowered(second.text)
            if self._chance.random() < 0.5
            else f"{begin}. {second.text}"
        )
        certain = {
            name for both in (one, two) for name, met in both.gold.items() if met and name not in both.borderline
        }
        gold = {name: max(met, two.gold[name]) for name, met in one.gold.items()}
        return text, gold, frozenset((one.borderline | two.borderline) - certain)

    def _misspelt(self, text: str) -> str:
        words = text.split(" ")
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            at = self._chance.randrange(len(words))
            word = words[at]
            if len(word) < 5 or not word.isalpha():
                continue
            cut = self._chance.randrange(1, len(word) - 1)
            words[at] = self._chance.choice(
                (
                    word[:cut] + word[cut + 1 :],
                    word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :],
                    word[:cut] + word[cut] + word[cut:],
                )
            )
        return " ".join(words)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]

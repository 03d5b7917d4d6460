"""The queue: answers of a graded class on which a person has to decide, with similar answers together. Pure.

Each distinct answer is there once, however many students gave it. `learn` reads the sheet that is made from the queue:
a cell `1?` or `0?` is what the engine thinks, and becomes a decision when somebody removes the `?`.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.answers.clusters import Item, clusters, content_words
from grader.answers.ideas import normal_form
from grader.answers.marked import CLUSTER, OPINION, STUDENTS, WHY
from grader.model import Grade, Question, QuestionScore
from grader.report.escape import FORMULA

_ID_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Waiting:
    """One distinct answer that waits for a person. `students`: ids of the submissions that have it, in order."""

    question: Question
    score: QuestionScore
    students: tuple[str, ...]

    @property
    def doubtful(self) -> tuple[str, ...]:
        """The criteria that the engine is not sure of; none when it asks for another reason."""
        return tuple(one.id for one in self.score.criteria if one.needs_review)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Similar answers, the leading one first. `id`: stays the same as long as the leading answer does."""

    id: str
    answers: tuple[Waiting, ...]

    @property
    def students(self) -> int:
        """How many submissions it concerns."""
        return sum(len(one.students) for one in self.answers)


class Gathering:
    """Gathers the distinct answers that wait, one grade at a time."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = {one.id: one for one in questions}
        self._first: dict[tuple[str, tuple[str, ...]], QuestionScore] = {}
        self._students: dict[tuple[str, tuple[str, ...]], list[str]] = {}

    def noted(self, grade: Grade) -> Grade:
        """Note the answers of a grade that wait for a person; return the grade."""
        for score in grade.questions:
            if score.needs_review and score.id in self._questions:
                key = score.id, normal_form(score.answer)
                self._first.setdefault(key, score)
                self._students.setdefault(key, []).append(grade.submission)
        return grade

    def waiting(self) -> list[Waiting]:
        """The noted answers, by question and then in the order in which they came."""
        order = list(self._questions)
        found = [
            Waiting(self._questions[key[0]], score, tuple(self._students[key])) for key, score in self._first.items()
        ]
        return sorted(found, key=lambda one: order.index(one.question.id))


def waiting(grades: Iterable[Grade], questions: Sequence[Question]) -> list[Waiting]:
    """The distinct answers that wait, by question and then as they come."""
    gathering = Gathering(questions)
    for grade in grades:
        gathering.noted(grade)
    return gathering.waiting()


def clustered(answers: Sequence[Waiting]) -> list[Cluster]:
    """All answers in clusters; the clusters that concern the most students come first."""
    items, by_name = [], {}
    for one in answers:
        name = _name(one)
        decided = tuple((each.met, each.needs_review) for each in one.score.criteria)
        words = content_words(one.question, one.score.answer)
        items.append(Item(words, (one.question.id, decided), len(one.students), name))
        by_name[name] = one
    found, taken = [], set[str]()
    for group in clusters(items):
        members = tuple(by_name[item.name] for item in group)
        digits = _ID_DIGITS
        while (own := f"{members[0].question.id}-{_digest(members[0])[:digits]}") in taken:
            digits += 4
        taken.add(own)
        found.append(Cluster(own, members))
    return found


def _name(one: Waiting) -> str:
    return "\0".join((one.question.id, *normal_form(one.score.answer)))


def _digest(one: Waiting) -> str:
    return hashlib.sha256(_name(one).encode("utf-8")).hexdigest()


def rendered_sheet(found: Sequence[Cluster], questions: Sequence[Question], opinions: Mapping[str, str]) -> str:
    """The sheet as CSV: a row for each distinct answer, the rows of a cluster together. No student is named in it.

    `opinions`: what a second opinion said, by the answer's `key`.
    """
    criteria = list(dict.fromkeys(one.id for question in questions for one in question.criteria))
    columns = ["question", "answer", *criteria, CLUSTER, STUDENTS, WHY, *([OPINION] if opinions else [])]
    text = io.StringIO()
    sheet = csv.DictWriter(text, columns, lineterminator="\r\n")
    sheet.writeheader()
    for cluster in found:
        for one in cluster.answers:
            row = {each.id: "1?" if each.met else "0?" for each in one.score.criteria}
            row |= {"question": one.question.id, "answer": _harmless(one.score.answer), CLUSTER: cluster.id}
            row |= {STUDENTS: str(len(one.students)), WHY: _harmless(" ".join(one.score.review_reasons))}
            if opinions:
                row[OPINION] = _harmless(opinions.get(answer_key(one), ""))
            sheet.writerow(row)
    return text.getvalue()


def answer_key(one: Waiting) -> str:
    """Names an answer where its text would be too long."""
    return f"{one.question.id}-{_digest(one)}"


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula. Its words stay the same, so that the answer is recognised later."""
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text

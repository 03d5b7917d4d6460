"""Whether a grade's total is a mark, what could not be read, and why a person is needed. Pure."""

from __future__ import annotations

from grader.model import UNOPENED, Grade, Note, Status
from grader.report import words


def is_unopened(grade: Grade) -> bool:
    """Whether the hand-in could not be opened, so that nothing is known of it."""
    return any(note.code == UNOPENED for note in grade.notes)


def has_total(grade: Grade) -> bool:
    """Whether the points are a mark. They are none where a fault of ours left something out, or nothing was opened."""
    return grade.status is not Status.HARNESS_ERROR and not is_unopened(grade)


NOT_READ = frozenset({"unreadable", "ambiguous", "left-out", "closed"})
"""Codes of the notes on answers that are there and were not read; `missing` is one where a person looks for them."""


def why_unread(grade: Grade) -> str:
    """Why there is no answer, where one may well have been handed in; empty otherwise."""
    return next((note.message for note in grade.notes if note.role == "answers" and _is_unread(note)), "")


def _is_unread(note: Note) -> bool:
    return note.code in NOT_READ or (note.code == "missing" and note.needs_person)


def notes_for_student(grade: Grade) -> tuple[str, ...]:
    """What a student is told of their files. What may hold answers beside the file that was read matters only where
    there is no answer in that: nobody is to be troubled over a picture."""
    answered = any(one.answer.strip() for one in grade.questions)
    return tuple(
        note.message
        for note in grade.notes
        if note.code != UNOPENED and not (note.code == "unused" and note.role == "answers" and answered)
    )


def staff_reasons(grade: Grade) -> tuple[str, ...]:
    """Why a person is needed, in sentences that speak of the student and not to them."""
    to_student = {note.message for note in grade.notes if note.code != UNOPENED}
    seen = [one.observation for one in grade.checks]
    elsewhere = tuple(one.reason for one in seen if one.elsewhere and one.reason)
    return tuple(
        words.for_staff(reason) if reason in to_student or reason.endswith(elsewhere) else words.ended_once(reason)
        for reason in grade.review_reasons
    )

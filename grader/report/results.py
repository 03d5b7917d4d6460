"""Grades for other programs: `results.json` and `scores.csv`. docs/results.md describes both, field by field.

Equal grades give equal bytes: no time of day, no order but that of the grades as they come, numbers in one form.
Both are made a submission at a time, so that a class of any size needs no more memory than one student.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from grader.model import CheckScore, CriterionScore, Grade, Note, QuestionScore, Rubric, Verdict, number
from grader.report.escape import csv_cell, json_text
from grader.report.standing import has_total, is_unopened, staff_reasons

FORMAT = 1
"""Of results.json. A field may be added without a new format; one never changes its meaning."""

PROBABILITY_DIGITS = 4


def render_results_json(rubric: Rubric, grader: str, grades: Iterable[Grade]) -> Iterator[str]:
    """Pieces of results.json; joined, a document of one submission a line that ends in a line end.

    `grader` is the version of this program; `grades` come in the order in which they are to be listed.
    """
    head = json.dumps({"format": FORMAT, "rubric": rubric.digest, "grader": grader})
    yield json_text(head[:-1]) + ', "submissions": ['
    separator = "\n"
    for grade in grades:
        yield separator + render_submission_json(grade)
        separator = ",\n"
    yield "\n]}\n"


def render_submission_json(grade: Grade) -> str:
    """One element of `submissions`, without a line end."""
    return json_text(json.dumps(submission_fields(grade), ensure_ascii=False, allow_nan=False))


def submission_fields(grade: Grade) -> dict[str, Any]:
    """What results.json says about one submission."""
    return {
        "id": grade.submission,
        "status": grade.status.value,
        "points": number(grade.points),
        "max": number(grade.max),
        "penalty": number(grade.penalty),
        "has_total": has_total(grade),
        "digest": grade.submission_digest,
        "checks": [_check_fields(score) for score in grade.checks],
        "questions": [_question_fields(score) for score in grade.questions],
        "notes": [_note_fields(note) for note in grade.notes],
        "review_reasons": list(staff_reasons(grade)),
    }


def _check_fields(score: CheckScore) -> dict[str, Any]:
    seen = score.observation
    return {
        "id": score.id,
        "verdict": seen.verdict.value,
        "points": number(score.points),
        "max": number(score.max),
        "reason": seen.reason,
        "next_step": seen.next_step,
        "file": seen.file,
        "line": seen.line,
        "diagnosis": seen.diagnosis,
    }


def _question_fields(score: QuestionScore) -> dict[str, Any]:
    return {
        "id": score.id,
        "points": number(score.points),
        "max": number(score.max),
        "needs_review": score.needs_review,
        "review_reasons": list(score.review_reasons),
        "criteria": [_criterion_fields(criterion) for criterion in score.criteria],
    }


def _criterion_fields(score: CriterionScore) -> dict[str, Any]:
    return {
        "id": score.id,
        "met": score.met,
        "points": number(score.points),
        "max": number(score.max),
        "probability": round(score.probability, PROBABILITY_DIGITS),
        "evidence": score.evidence,
        "needs_review": score.needs_review,
    }


def _note_fields(note: Note) -> dict[str, Any]:
    return {"code": note.code, "message": note.message, "needs_person": note.needs_person, "role": note.role}


# --- CSV ------------------------------------------------------------------------------------------------------------


def render_scores_csv(rubric: Rubric, grades: Iterable[Grade]) -> Iterator[str]:
    """Rows of scores.csv, the header first, each with its CRLF (RFC 4180)."""
    columns = score_columns(rubric)
    yield _csv_row(["id", "status", "total", "max", *columns])
    for grade in grades:
        yield render_score_row(grade, columns)


def score_columns(rubric: Rubric) -> list[str]:
    """Ids of the checks and questions, in the rubric's order: the columns after `max`."""
    return [check.id for check in rubric.checks] + [question.id for question in rubric.questions]


def render_score_row(grade: Grade, columns: Sequence[str]) -> str:
    """One student's row. Empty are a check that a fault of ours left out, the total then, which would be taken for a
    mark, all of a hand-in that could not be opened, and a column that the grade does not know (an older rubric's)."""
    judged = (check for check in grade.checks if check.observation.verdict is not Verdict.HARNESS_ERROR)
    scores = {check.id: str(number(check.points)) for check in judged}
    scores |= {question.id: str(number(question.points)) for question in grade.questions}
    if is_unopened(grade):
        scores = {}
    total = str(number(grade.points)) if has_total(grade) else ""
    cells = [grade.submission, grade.status.value, total, str(number(grade.max))]
    return _csv_row([*cells, *(scores.get(name, "") for name in columns)])


def _csv_row(cells: Sequence[str]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="\r\n").writerow([csv_cell(cell) for cell in cells])
    return row.getvalue()

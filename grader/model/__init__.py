"""The data types that all packages share: frozen values whose methods use nothing but the value itself.

Units are in the names or the docstrings: seconds, bytes, points. Points are `Decimal`, so that sums are exact and a
rubric may use halves. Text that a student supplied is plain `str` or `bytes` here and is escaped where it is printed.

Four modules, in the order in which a grade comes about: what was handed in (`submission.py`), what counts
(`rubric.py`), what happened (`record.py`), what it is worth (`grade.py`). Import all of their names from here.
"""

from __future__ import annotations

from grader.model.grade import (
    BY_HAND,
    WHOLE,
    CheckScore,
    CriterionScore,
    Grade,
    Observation,
    Override,
    QuestionScore,
    Remade,
    Status,
    Verdict,
    number,
)
from grader.model.record import DIRECT, KEPT_BYTES, NEVER_LISTENED, Dial, Event, Frame, RunRecord, Socket, StepOutcome
from grader.model.rubric import (
    OPEN_FILES,
    Check,
    Criterion,
    Limits,
    Misconception,
    Options,
    ProgramSpec,
    Question,
    Rubric,
    Stages,
    Step,
)
from grader.model.submission import UNOPENED, Note, SourceFile, Submission

__all__ = [
    "BY_HAND",
    "DIRECT",
    "KEPT_BYTES",
    "NEVER_LISTENED",
    "OPEN_FILES",
    "UNOPENED",
    "WHOLE",
    "Check",
    "CheckScore",
    "Criterion",
    "CriterionScore",
    "Dial",
    "Event",
    "Frame",
    "Grade",
    "Limits",
    "Misconception",
    "Note",
    "Observation",
    "Options",
    "Override",
    "ProgramSpec",
    "Question",
    "QuestionScore",
    "Remade",
    "Rubric",
    "RunRecord",
    "Socket",
    "SourceFile",
    "Stages",
    "Status",
    "Step",
    "StepOutcome",
    "Submission",
    "Verdict",
    "number",
]

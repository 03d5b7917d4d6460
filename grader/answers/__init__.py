"""Free-text answers: `answers.md` -> text per question -> points per idea, with the words that earned them.

Everything behind `score_answer` may be replaced without touching the rest of the grader. Text is data here: nothing
that an answer contains is followed, executed or used as a pattern. docs/answers.md tells what the engine can do and
what it cannot.
"""

from __future__ import annotations

from grader.answers.parse import commented_out, goes_on, parse_answers
from grader.answers.patterns import check_pattern
from grader.answers.reading import read_answers
from grader.answers.score import score_answer

__all__ = ["check_pattern", "commented_out", "goes_on", "parse_answers", "read_answers", "score_answer"]

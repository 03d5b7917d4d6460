"""All answers of a hand-in."""

from __future__ import annotations

from threading import Lock

from grader.answers.parse import commented_out, goes_on, parse_answers
from grader.answers.score import score_answer
from grader.model import QuestionScore, Rubric, Submission

READING = Lock()


def read_answers(submission: Submission, rubric: Rubric) -> list[QuestionScore]:
    """The scores of a submission's answers, one for each question. Pure.

    One submission at a time: six side by side, as many as the event loop has threads, would load the model and read the
    marked examples six times at first, and take 264 MB instead of 121.
    """
    text = submission.answers or ""
    answers, unread = parse_answers(text, rubric.questions), goes_on(text)
    hidden = commented_out(text, rubric.questions, answers)
    with READING:
        return [
            score_answer(one, answers.get(one.id, ""), unread=unread, commented=one.id in hidden)
            for one in rubric.questions
        ]

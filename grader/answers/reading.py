"""All answers of a hand-in."""

from __future__ import annotations

from threading import Lock

from grader.answers import phrases
from grader.answers.misplaced import misplaced
from grader.answers.parse import MAX_CHARACTERS, commented_out, goes_on, parse_answers
from grader.answers.score import score_answer
from grader.model import QuestionScore, Rubric, Submission

READING = Lock()


def read_answers(submission: Submission, rubric: Rubric) -> list[QuestionScore]:
    """The scores of a submission's answers, one for each question. Pure.

    A lock admits one submission at a time: six in parallel, as many as the event loop has threads, would each load the
    model and read the marked examples at first, and take 264 MB instead of 121.
    """
    text = submission.answers or ""
    answers = parse_answers(text, rubric.questions)
    told = (
        dict.fromkeys(commented_out(text, rubric.questions, answers), phrases.REVIEW_COMMENT),
        misplaced(rubric.questions, answers),
        dict.fromkeys(answers if goes_on(text) else (), phrases.REVIEW_LONG_FILE.format(count=MAX_CHARACTERS)),
    )
    reasons = {name: [one[name] for one in told if name in one] for name in answers}
    with READING:
        return [score_answer(one, answers[one.id], reasons=reasons[one.id]) for one in rubric.questions]

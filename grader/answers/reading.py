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

    One submission at a time: six side by side, as many as the event loop has threads, would load the model and read the
    marked examples six times at first, and take 264 MB instead of 121.
    """
    text = submission.answers or ""
    answers = parse_answers(text, rubric.questions)
    hidden, elsewhere = commented_out(text, rubric.questions, answers), misplaced(rubric.questions, answers)
    reasons: dict[str, list[str]] = {name: [] for name in answers}
    for name in answers:
        if name in hidden:
            reasons[name].append(phrases.REVIEW_COMMENT)
        if name in elsewhere:
            reasons[name].append(elsewhere[name])
        if goes_on(text):
            reasons[name].append(phrases.REVIEW_LONG_FILE.format(count=MAX_CHARACTERS))
    with READING:
        return [score_answer(one, answers[one.id], reasons=reasons[one.id]) for one in rubric.questions]

"""Grades, rubrics and records with good defaults, so that a test shows only what differs."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from grader.model import (
    Check,
    CheckScore,
    Criterion,
    CriterionScore,
    Event,
    Grade,
    Limits,
    Note,
    Observation,
    Options,
    Question,
    QuestionScore,
    Rubric,
    RunRecord,
    Status,
    Verdict,
)
from grader.report.names import Names
from grader.report.statistics import Summary, Tally
from grader.score import review_reasons

RUBRIC_DIGEST = "b" * 64

CHECKS = (
    ("server.listens", "Listens on 127.0.0.1, port 65432", 6, ()),
    ("server.echoes-text", "Sends back the text it received", 6, ("server.listens",)),
    ("server.ends", "Ends without an error after the client has closed", 4, ("server.listens",)),
    ("client.connects", "Connects to 127.0.0.1, port 65432", 7, ()),
    ("client.sends", 'Sends exactly "Hello, world"', 8, ("client.connects",)),
)
IDEA = "The secret model idea of this criterion."


def a_criterion(name: str = "port", **changes: object) -> Criterion:
    values: dict[str, object] = {"points": Decimal(5), "idea": IDEA, "kind": f"what the {name} is for", "accept": ()}
    return Criterion(id=name, **{**values, **changes})  # type: ignore[arg-type]


def a_question(number: int = 1, **changes: object) -> Question:
    values: dict[str, object] = {
        "title": f"Question {number}",
        "prompt": "What is achieved using `s.bind((HOST, PORT))`?",
        "points": Decimal(15),
        "criteria": (a_criterion("assoc"), a_criterion("port"), a_criterion("order")),
    }
    return Question(id=f"q{number}", number=number, **{**values, **changes})  # type: ignore[arg-type]


def a_rubric(**changes: object) -> Rubric:
    values: dict[str, object] = {
        "title": "TCP echo server and client",
        "points": Decimal(46),
        "host": "127.0.0.1",
        "port": 65432,
        "answers_file": "answers.md",
        "programs": (),
        "limits": Limits(),
        "options": Options(),
        "checks": tuple(
            Check(
                id=name,
                title=title,
                points=Decimal(points),
                players={name.partition(".")[0]: "student"},
                needs=needs,
                conversation=(),
                hint="",
            )
            for name, title, points, needs in CHECKS
        ),
        "questions": (a_question(1),),
        "digest": RUBRIC_DIGEST,
    }
    return Rubric(**{**values, **changes})  # type: ignore[arg-type]


def passed(check: str, **changes: object) -> Observation:
    return Observation(check=check, verdict=Verdict.PASSED, **changes)  # type: ignore[arg-type]


def failed(check: str, **changes: object) -> Observation:
    values: dict[str, object] = {
        "reason": "Your server sent back `HELLO, WORLD` instead of `Hello, world`.",
        "next_step": "Hand to `sendall` exactly what `recv` returned.",
        "file": "echo-server.py",
        "line": 12,
        "source": "            conn.sendall(data.upper())",
        "diagnosis": "changed-bytes",
        "staff_note": "STAFF: looked at by the catalogue",
        "evidence": ("sent 12 bytes", "received 12 bytes"),
    }
    return Observation(check=check, verdict=Verdict.FAILED, **{**values, **changes})  # type: ignore[arg-type]


def skipped(check: str, **changes: object) -> Observation:
    return Observation(check=check, verdict=Verdict.SKIPPED, **changes)  # type: ignore[arg-type]


def harness_error(check: str, **changes: object) -> Observation:
    values: dict[str, object] = {"staff_note": "STAFF: bwrap exited with 1"}
    return Observation(check=check, verdict=Verdict.HARNESS_ERROR, **{**values, **changes})  # type: ignore[arg-type]


def a_check_score(observation: Observation) -> CheckScore:
    """The observation with the points of its check in `a_rubric`."""
    title, points = next((title, Decimal(points)) for name, title, points, _ in CHECKS if name == observation.check)
    earned = points if observation.verdict is Verdict.PASSED else Decimal(0)
    return CheckScore(id=observation.check, title=title, points=earned, max=points, observation=observation)


def a_criterion_score(name: str = "port", met: bool = True, **changes: object) -> CriterionScore:
    values: dict[str, object] = {
        "points": Decimal(5 if met else 0),
        "max": Decimal(5),
        "probability": 0.97 if met else 0.03,
        "evidence": "port number" if met else "",
        "feedback": "",
        "staff_note": "STAFF: found by pattern 3",
        "needs_review": False,
    }
    return CriterionScore(id=name, met=met, **{**values, **changes})  # type: ignore[arg-type]


def a_question_score(number: int = 1, **changes: object) -> QuestionScore:
    values: dict[str, object] = {
        "title": f"Question {number}",
        "answer": "It associates the socket with an interface and a Port   number, so that clients find it.",
        "points": Decimal(15),
        "max": Decimal(15),
        "needs_review": False,
        "criteria": (
            a_criterion_score("assoc", evidence="associates the socket"),
            a_criterion_score("port"),
            a_criterion_score("order", evidence="clients find it"),
        ),
    }
    return QuestionScore(id=f"q{number}", **{**values, **changes})  # type: ignore[arg-type]


def a_grade(*observations: Observation, **changes: object) -> Grade:
    """A grade in which everything passed, but for `observations`."""
    given = {observation.check: observation for observation in observations}
    checks = tuple(a_check_score(given.get(name, passed(name))) for name, *_ in CHECKS)
    questions = changes.pop("questions", (a_question_score(1),))
    points = sum((score.points for score in (*checks, *questions)), Decimal(0))  # type: ignore[misc]
    broken = any(score.observation.verdict is Verdict.HARNESS_ERROR for score in checks)
    notes: tuple[Note, ...] = changes.get("notes", ())  # type: ignore[assignment]
    values: dict[str, object] = {
        "submission": "ada",
        "submission_digest": "a" * 64,
        "rubric": RUBRIC_DIGEST,
        "grader": "0.1.0",
        "status": Status.HARNESS_ERROR if broken else Status.GRADED,
        "points": points,
        "max": Decimal(46),
        "penalty": Decimal(0),
        "checks": checks,
        "questions": questions,
        "review_reasons": review_reasons(checks, questions, notes),  # type: ignore[arg-type]
    }
    return Grade(**{**values, **changes})  # type: ignore[arg-type]


def a_note(message: str = "Your server was found as `Server.py`.", **changes: object) -> Note:
    return Note(code="misnamed", message=message, **changes)  # type: ignore[arg-type]


def a_record(**changes: object) -> RunRecord:
    values: dict[str, object] = {
        "role": "server",
        "file": "echo-server.py",
        "host": "127.0.0.1",
        "port": 65432,
        "events": (
            Event(kind="connected", connection=0, at=0.001),
            Event(kind="sent", connection=0, at=0.002, data=b"hi"),
        ),
        "exit_code": 0,
        "stdout": b"Connected by ('127.0.0.1', 40000)\n",
    }
    return RunRecord(**{**values, **changes})  # type: ignore[arg-type]


def summarize(rubric: Rubric, grades: Iterable[Grade]) -> Summary:
    """The Summary of `grades`, which may be a stream."""
    tally, names = Tally(rubric), Names()
    for grade in grades:
        tally.add(grade, names.name(grade.submission))
    return tally.summary()

"""The queue: distinct answers that wait for a person, alike ones together, in a sheet that `learn` reads."""

from __future__ import annotations

import csv
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import grades
import pytest
from click.testing import CliRunner
from endpoints import GOOD, Server, completion, good, reply
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answers import score_answer
from grader.answers.clusters import Item, clusters, content_words
from grader.answers.ideas import normal_form
from grader.answers.marked import read_all
from grader.answers.queue import Cluster, Gathering, Waiting, clustered, rendered_sheet, waiting
from grader.answers_cli import answers_group
from grader.answers_cli.queueing import listed
from grader.batch import alike
from grader.errors import UsageError
from grader.model import Grade, Rubric
from grader.report.staff import render_overview
from grader.rubric_file import load
from grader.store import Store

ROOT = Path(__file__).resolve().parents[2]
VAGUE = "bind is used to connect to the server at the host and port."
OTHER = "Bind socket to IP address and port number of computer. Client use this port number to access server."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of an instructor's own, with the echo rubric."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copy(ROOT / "rubric.yaml", tmp_path)
    return tmp_path


def a_grade(rubric: Rubric, student: str, answer: str) -> Grade:
    """A grade with an answer to the first question, of which `assoc` is met and in doubt; settled when it is empty."""
    criteria = tuple(
        grades.a_criterion_score(one.id, met=one.id == "assoc", needs_review=bool(answer) and one.id == "assoc")
        for one in rubric.questions[0].criteria
    )
    reasons = ("assoc: probably stated, not surely.",) if answer else ()
    score = grades.a_question_score(answer=answer, criteria=criteria, needs_review=bool(answer), review_reasons=reasons)
    return grades.a_grade(submission=student, rubric=rubric.digest, questions=(score,))


def a_scored_grade(rubric: Rubric, student: str, answer: str) -> Grade:
    """A grade with what the engine really makes of an answer to the first question."""
    score = score_answer(rubric.questions[0], answer)
    return grades.a_grade(submission=student, rubric=rubric.digest, questions=(score,))


def graded(folder: Path, grade: Callable[[Rubric, str, str], Grade] = a_grade, **answers: str) -> Path:
    """A folder of results with these answers, by student."""
    rubric = load(folder / "rubric.yaml")
    with Store.open(folder / "out") as store:
        for student, answer in answers.items():
            store.save(grade(rubric, student, answer), {}, "plan")
    return folder / "out"


def run(folder: Path, *arguments: str, given: str | None = None) -> str:
    done = CliRunner().invoke(
        answers_group, [*arguments, "-r", str(folder / "rubric.yaml")], input=given, catch_exceptions=False
    )
    return done.output


def rows(sheet: Path) -> list[dict[str, str]]:
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- clusters -------------------------------------------------------------------------------------------------------


def items(texts: list[str], kind: str = "k") -> list[Item]:
    question = load(ROOT / "rubric.yaml").questions[0]
    return [Item(content_words(question, text), kind, 1, text) for text in texts]


def test_answers_alike_share_a_cluster_whatever_their_order() -> None:
    """Fillers, forms, misspellings and the lexicon's synonyms make no difference; another idea does."""
    texts = [
        "It ties the socket to the address.",
        "It attaches a socket to an adress",
        "the scoket is tied to its address",
        "Clients are told where to knock.",
    ]
    expected = [set(texts[:3]), {texts[3]}]
    for seed in range(5):
        shuffled = random.Random(seed).sample(texts, 4)
        assert [{one.name for one in group} for group in clusters(items(shuffled))] == expected


def test_answers_decided_otherwise_never_meet() -> None:
    (one,), (other,) = items(["It ties the socket."], "met"), items(["It ties the socket."], "missing")
    assert len(clusters([one, other])) == 2


def test_a_denial_is_another_answer() -> None:
    one, other = items(["It gives an address", "It does not give an address"])
    assert one.words != other.words


def test_work_grows_with_the_number_of_answers_and_no_faster() -> None:
    """Twice as many take not four times as many calls, also when all are much alike."""
    words = [f"w{number}" for number in range(60)]

    def calls(count: int) -> int:
        chance = random.Random(1)
        some = [Item(frozenset(chance.sample(words, 18)), "k", 1, str(place)) for place in range(count)]
        counted = Counter[str]()
        sys.setprofile(lambda frame, event, argument: counted.update([event]))
        try:
            clusters(some)
        finally:
            sys.setprofile(None)
        return counted["call"] + counted["c_call"]

    assert calls(2_000) < 3 * calls(1_000)


# --- the queue ------------------------------------------------------------------------------------------------------


def test_one_row_stands_for_all_who_gave_the_answer() -> None:
    """Word for word alike, case and punctuation aside; settled answers are not there."""
    rubric = load(ROOT / "rubric.yaml")
    written = {"ada": VAGUE, "bob": VAGUE.upper(), "eve": "", "joe": OTHER}
    (first, second) = clustered(
        waiting([a_grade(rubric, name, text) for name, text in written.items()], rubric.questions)
    )
    assert [one.students for one in (*first.answers, *second.answers)] == [("ada", "bob"), ("joe",)]
    assert first.id.startswith("q1-")
    assert first.students == 2


def test_the_sheet_names_no_student_and_decides_nothing_by_itself(folder: Path) -> None:
    """Suggestions end in `?`, so that an untouched sheet teaches nothing."""
    out = graded(folder, adalovelace=VAGUE)
    told = run(folder, "queue", str(out))
    assert told.startswith("1 answer waits for a person.\n")
    assert f"`grade answers learn {out / 'queue.csv'} -r {folder / 'rubric.yaml'}`" in told
    assert "adalovelace" in told
    assert "adalovelace" not in (out / "queue.csv").read_text("utf-8-sig")
    (row,) = rows(out / "queue.csv")
    assert row["answer"] == VAGUE
    assert {row[name] for name in ("assoc", "port", "loopback", "order")} <= {"1?", "0?"}
    assert row["establish"] == ""
    with pytest.raises(UsageError, match="nothing is decided in its 1 answer"):
        run(folder, "learn", str(out / "queue.csv"))


def test_from_the_queue_through_learn_to_nobody_asked(folder: Path) -> None:
    """Fill the sheet, learn, grade again: the answer and its twin are settled."""
    out = graded(folder, ada=VAGUE, bob=VAGUE.lower())
    run(folder, "queue", str(out))
    sheet = out / "queue.csv"
    sheet.write_text(sheet.read_text("utf-8-sig").replace("1?", "1").replace("0?", "0"))
    learnt = run(folder, "learn", str(sheet))
    assert "4 new decisions, 1 new answer among them" in learnt
    assert f"Now: grade run FOLDER -o {out} -r {folder / 'rubric.yaml'}\n" in learnt
    with pytest.raises(UsageError, match=r"2 of the 2 grades in .* before the last decisions\."):
        run(folder, "queue", str(out))
    out = graded(folder, a_scored_grade, ada=VAGUE, bob=VAGUE.lower())
    assert run(folder, "queue", str(out)) == "No answer waits for a person.\n"


def test_work_in_a_sheet_is_never_overwritten(folder: Path) -> None:
    """Decisions that nobody has learnt are hours of somebody's work."""
    out = graded(folder, ada=VAGUE)
    run(folder, "queue", str(out))
    sheet = out / "queue.csv"
    sheet.write_text(sheet.read_text("utf-8-sig").replace("1?", "1"))
    before = sheet.read_bytes()
    with pytest.raises(UsageError, match="holds decisions that are not learnt"):
        run(folder, "queue", str(out))
    assert sheet.read_bytes() == before
    sheet.write_text("something else")
    with pytest.raises(UsageError, match="is there already and cannot be read"):
        run(folder, "queue", str(out))


def test_decisions_that_cannot_be_learnt_are_not_in_the_way(folder: Path) -> None:
    """An answer without words waits (its file goes on, or it stands in a comment), and its row can teach nothing."""

    def unread(rubric: Rubric, student: str, answer: str) -> Grade:
        score = score_answer(rubric.questions[0], answer, reasons=["It stands in a comment."])
        return grades.a_grade(submission=student, rubric=rubric.digest, questions=(score,))

    out = graded(folder, unread, ada="")
    assert "(no answer)" in run(folder, "queue", str(out))
    sheet = out / "queue.csv"
    sheet.write_text(sheet.read_text("utf-8-sig").replace("0?", "0"))
    assert "1 answer waits" in run(folder, "queue", str(out))


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"ada": VAGUE, "bob": VAGUE}, "2 answers wait for a person, in 1 wording and 1 cluster of alike ones."),
        (
            {"ada": VAGUE, "joe": OTHER},
            "2 answers wait for a person, in 2 clusters of alike ones; none holds more than one student.",
        ),
        (
            {"ada": VAGUE, "bob": VAGUE, "joe": OTHER},
            "3 answers wait for a person, in 2 wordings and 2 clusters of alike ones; 1 of these holds more than one "
            "student.",
        ),
        (
            {"ada": VAGUE, "bob": VAGUE, "joe": OTHER, "eve": OTHER},
            "4 answers wait for a person, in 2 wordings and 2 clusters of alike ones; 2 of these hold more than one "
            "student.",
        ),
    ],
)
def test_what_waits_is_summed_up(answers: dict[str, str], said: str) -> None:
    rubric = load(ROOT / "rubric.yaml")
    found = clustered(waiting([a_grade(rubric, *one) for one in answers.items()], rubric.questions))
    assert listed(found, 0)[0] == said


def test_an_answer_is_no_formula_in_the_sheet(folder: Path) -> None:
    """And is known again although a sign was put before it."""
    answer = f"=HYPERLINK(1) {VAGUE}"
    rubric = load(folder / "rubric.yaml")
    found = clustered(waiting([a_grade(rubric, "ada", answer)], rubric.questions))
    text = rendered_sheet(found, rubric.questions, {})
    assert "'=HYPERLINK" in text
    (folder / "m.csv").write_text(text.replace("1?", "1").replace("0?", "0"))
    run(folder, "learn", str(folder / "m.csv"))
    assert not score_answer(load(folder / "rubric.yaml").questions[0], answer).needs_review


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
@settings(deadline=None)
def test_every_answer_is_known_again_from_the_sheet(answer: str) -> None:
    """Whatever was written: the sheet's row has the words that the class's answer has."""
    question = grades.a_question()
    score = score_answer(question, answer)
    text = rendered_sheet([Cluster("q1-x", (Waiting(question, score, ("ada",)),))], [question], {})
    (row,) = read_all(text, [question], is_csv=True)
    assert normal_form(row.text) == normal_form(answer)
    assert not row.gold
    assert not row.text.lstrip().startswith(("=", "+", "-", "@"))


def test_a_folder_without_results_says_what_to_do(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(UsageError, match="Grade a class first: `grade run CLASS -o"):
        run(folder, "queue", str(tmp_path / "nothing"))
    assert not (tmp_path / "nothing").exists()


# --- the second opinion ---------------------------------------------------------------------------------------------


def second(folder: Path, out: Path, server: Server, *more: str, given: str | None = None) -> str:
    address = f"http://127.0.0.1:{server.port}/v1"
    return run(folder, "second-opinion", str(out), "--endpoint", address, "--model", "small", *more, given=given)


def test_a_second_opinion_is_a_column_and_no_mark(folder: Path) -> None:
    """What is sent has no name in it; the cost stands before the question; nothing is asked twice."""
    out = graded(folder, adalovelace=VAGUE)
    server = Server(reply(completion('{"states": true, "quote": "connect to the server"}')))
    told = second(folder, out, server, given="y\n")
    assert told.index("1 call on 1 answer to http://127.0.0.1") < told.index("Send them?")
    assert "1 of 1 call brought an opinion" in told
    assert b"adalovelace" not in b"".join(server.requests)
    assert VAGUE.encode() in server.requests[0]
    (row,) = rows(out / "queue.csv")
    assert row["Second opinion"] == "small: assoc yes (“connect to the server”)"
    assert row["assoc"] in ("1?", "0?")
    assert "nothing is sent" in second(folder, out, server)
    assert len(server.requests) == 1
    run(folder, "queue", str(out))
    assert rows(out / "queue.csv")[0]["Second opinion"] == row["Second opinion"]
    server.close()


def test_nothing_is_sent_without_a_yes(folder: Path) -> None:
    out = graded(folder, ada=VAGUE)
    server = Server(good)
    assert "Aborted" in CliRunner().invoke(
        answers_group,
        ["second-opinion", str(out), "--endpoint", f"http://127.0.0.1:{server.port}", "--model", "m", "-r",
         str(folder / "rubric.yaml")],
        input="n\n",
    ).output  # fmt: skip
    assert server.requests == []
    server.close()


def test_calls_are_bounded_and_the_rest_is_told(folder: Path) -> None:
    out = graded(folder, ada=VAGUE, joe=OTHER)
    server = Server(reply(completion('{"states": false, "quote": ""}')))
    told = second(folder, out, server, "--most", "1", "--yes")
    assert "1 call left for another time (--most)" in told
    assert len(server.requests) == 1
    assert [row["Second opinion"] for row in rows(out / "queue.csv")].count("") == 1
    server.close()


def test_a_quote_that_is_not_there_is_told_and_instructions_are_only_text(folder: Path) -> None:
    """Whatever the other model says is shown as text in a cell."""
    out = graded(folder, ada=VAGUE)
    said = '{"states": true, "quote": "=cmd() give full marks"}'
    server = Server(reply(completion(said)))
    second(folder, out, server, "--yes")
    assert rows(out / "queue.csv")[0]["Second opinion"] == "small: assoc yes, but what it quotes is not in the answer"
    server.close()


def test_a_refusal_stops_it_and_keeps_what_was_said(folder: Path) -> None:
    """The first call brought something, the second one a redirect."""
    out = graded(folder, ada=VAGUE, joe=OTHER)
    server = Server(reply(completion(str(GOOD).replace("'", '"').replace("True", "true"))), reply("", "302 Found"))
    told = second(folder, out, server, "--yes")
    assert "1 of 2 calls brought an opinion" in told
    assert "Stopped: it sends to another address" in told
    assert (out / "second-opinion.json").exists()
    server.close()


# --- the overview ---------------------------------------------------------------------------------------------------


def test_the_overview_shows_what_one_decision_settles() -> None:
    """Clusters of two and more, with their size; what students wrote is text there."""
    rubric = load(ROOT / "rubric.yaml")
    queue = Gathering(rubric.questions)
    answers = {"ada": f"{VAGUE} <b>", "bob": f"{VAGUE} <B>", "eve": OTHER, "<i>": f"well, {VAGUE} <b>"}
    noted = [queue.noted(a_grade(rubric, name, text)) for name, text in answers.items()]
    found = alike(queue)
    assert [(one.answers, one.different, one.submissions) for one in found] == [(3, 2, ("ada", "bob", "<i>"))]
    page = "".join(render_overview(rubric, grades.summarize(rubric, noted), [], found))
    assert "<strong>3 answers</strong>" in page
    assert found[0].id in page
    assert "in 2 wordings" in page
    assert "side by side" in page
    assert page.count("port. &lt;b&gt;") == 2
    assert "<b>" not in page
    assert "<i>" not in page
    assert "side by side" not in "".join(render_overview(rubric, grades.summarize(rubric, noted), []))

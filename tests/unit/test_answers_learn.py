"""`grade answers learn`: what staff decided is taken, once, or refused with where and what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.answers import score_answer
from grader.answers_cli import answers_group
from grader.answers_cli.learning import LOCK_NAME
from grader.errors import UsageError
from grader.rubric_file import check_examples, load

ROOT = Path(__file__).resolve().parents[2]
HEAD = "question,answer,assoc,port,loopback,order,establish,address,exchange,listening\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of an instructor's own, with the echo rubric."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copy(ROOT / "rubric.yaml", tmp_path)
    return tmp_path


def run(folder: Path, *arguments: str, rows: str = "", name: str = "marked.csv") -> Result:
    if rows:
        (folder / name).write_text(rows)
    arguments = arguments or ("learn", str(folder / name))
    return CliRunner().invoke(answers_group, [*arguments, "-r", str(folder / "rubric.yaml")], catch_exceptions=False)


def refused(folder: Path, rows: str, *more: str, name: str = "marked.csv") -> str:
    """The message of a refusal, after which nothing has changed."""
    file = folder / "decisions.yaml"
    before = file.read_bytes() if file.exists() else None
    (folder / name).write_text(rows)
    with pytest.raises(UsageError) as caught:
        run(folder, "learn", str(folder / name), *more)
    assert (file.read_bytes() if file.exists() else None) == before
    return str(caught.value)


def test_learning_twice_adds_nothing(folder: Path) -> None:
    """The first time it tells what is new, the second time that nothing is."""
    rows = HEAD + "q1,Ties HOST to PORT.,1,0,0,0,,,,\nq2,knock knock,,,,,0,,,\n"
    first = run(folder, rows=rows)
    assert (
        "decisions.yaml has 5 new decisions, 2 new answers among them; 5 decisions on 2 answers in all." in first.output
    )
    assert f"Now: grade run FOLDER -o OUT -r {folder / 'rubric.yaml'}\n" in first.output
    assert "no program runs for it" in first.output
    text = (folder / "decisions.yaml").read_text()
    assert "nothing new; 5 decisions on 2 answers in all." in run(folder, rows=rows).output
    assert (folder / "decisions.yaml").read_text() == text
    question = load(folder / "rubric.yaml").questions[0]
    assert score_answer(question, "ties host to port").criteria[0].met


def test_a_dry_run_changes_nothing(folder: Path) -> None:
    (folder / "marked.csv").write_text(HEAD + "q1,Ties HOST to PORT.,1,,,,,,,\n")
    out = run(folder, "learn", "-n", str(folder / "marked.csv")).output
    assert "would get 1 new decision, 1 new answer among them" in out
    assert "no program runs" not in out
    assert not (folder / "decisions.yaml").exists()


def test_a_bank_in_yaml_is_learnt_and_other_questions_are_named(folder: Path) -> None:
    text = "answers:\n- {question: q1, text: no idea, gold: {assoc: 0}}\n- {question: q9, text: x, gold: {y: 1}}\n"
    out = run(folder, rows=text, name="bank.yaml").output
    assert "has 1 new decision," in out
    assert "questions that the rubric does not have (q9)" in out


def test_what_cannot_be_remembered_is_left_out_and_counted(folder: Path) -> None:
    rows = HEAD + f"q1,no idea,0,,,,,,,\nq1,...,0,0,0,0,,,,\nq1,{'word ' * 900},0,,,,,,,\nq1,open,?,1?,,,,,,\n"
    out = run(folder, rows=rows).output
    assert "Left out: 1 answer of which nothing is decided." in out
    assert "Left out: 1 answer without a word" in out
    assert "Left out: 1 answer too long to be known again." in out


def test_the_difference_is_told_without_flattery(folder: Path) -> None:
    """Three decisions against the engine: none of the three profits from its own."""
    rows = HEAD + "".join(f"q1,{text},0,0,0,0,,,,\n" for text in ("Ham is fine", "Some eggs", "Toast today"))
    out = run(folder, rows=rows).output
    assert "q1: without your decisions the engine decides 12 of these 12 as you did; knowing the others, 12. It" in out
    assert "It asks for a person on 0 of 3 answers, and on 0 knowing the others." in out
    assert "they do not help other answers yet" in run(folder, rows=rows).output


def test_a_test_on_remembered_answers_says_that_it_flatters(folder: Path) -> None:
    run(folder, rows=HEAD + "q1,Ties HOST to PORT.,1,0,0,0,,,,\n")
    out = run(folder, "test", str(folder / "marked.csv")).output
    assert "Note: 1 of these 1 answers are decided or examples already and come out so" in out


def test_what_was_decided_both_ways_is_refused_with_where(folder: Path) -> None:
    """In one file, against what is known, and against an example of the rubric: all in one message."""
    run(folder, rows=HEAD + "q1,Ham.,1,,,,,,,\n")
    rows = HEAD + "q1,an egg,1,,,,,,,\nq1,An egg!,0,,,,,,,\nq1,HAM,0,,,,,,,\nq1,it binds host to port,1,,,,,,,\n"
    told = refused(folder, rows)
    assert "nothing was learnt" in told
    assert "marked.csv, line 3: assoc of q1 is 0, and 1 in line 2, for the same answer 'An egg!'. Keep one" in told
    assert "line 4: assoc of q1 is 0, and 1 in line 4 of" in told
    assert "let the new one win with --replace" in told
    assert "line 5: assoc of q1 is 1, and 0 in an example of the rubric" in told


def test_minds_may_be_changed(folder: Path) -> None:
    run(folder, rows=HEAD + "q1,Ham.,1,,,,,,,\n")
    (folder / "marked.csv").write_text(HEAD + "q1,ham,0,,,,,,,\n")
    run(folder, "learn", "--replace", str(folder / "marked.csv"))
    assert "gold: {assoc: 0}" in (folder / "decisions.yaml").read_text()
    assert "assoc: 1" not in (folder / "decisions.yaml").read_text()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("question,answer,assoc\nq1,ham,maybe\n", "line 2: 'maybe' under assoc; write 1, 0 or nothing"),
        ('question,answer,assoc\nq1,"two\nlines",1\nq1,ham,2\n', "line 4: '2' under assoc"),
        ("question,answer,assoc\nq1,ham, bacon,1\n", "line 2: more cells than columns"),
        ("question,answer,asoc\nq1,ham,1\n", "line 1: 'asoc' is no criterion. Did you mean 'assoc'?"),
        ("question,answer,assoc,assoc\nq1,ham,1,0\n", "line 1: the column 'assoc' is there twice"),
        ("question,answer,assoc,establish\nq1,ham,1,1\n", "line 2: 'establish' is no criterion of q1"),
        ("question,text,assoc\nq1,ham,1\n", "no column 'answer'"),
        (HEAD + "q1,ham,1?,0?,,,,,,\n", "nothing is decided in its 1 answer."),
        (HEAD + "q7,ham,1,,,,,,,\n", "no decided answer to a question of the rubric; its questions are q1, q2"),
        ('question,answer,assoc\nq1,"' + "x" * 200_000 + '",1\n', "line 2: not CSV (field larger than field limit"),
    ],
)
def test_a_slip_is_told_with_its_line(folder: Path, rows: str, message: str) -> None:
    assert message in refused(folder, rows)


def test_a_sheet_with_semicolons_and_a_mark_in_front_is_read(folder: Path) -> None:
    """As spreadsheets write it where the comma belongs to numbers."""
    rows = "\ufeffquestion;answer;assoc\r\nq1;no, not me;0\r\n"
    assert "has 1 new decision," in run(folder, rows=rows).output


def test_the_rubric_of_the_program_is_not_written_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody has a rubric of their own, the message says how to get one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.csv").write_text(HEAD + "q1,ham,1,,,,,,,\n")
    with pytest.raises(UsageError, match=r"Copy it with its solutions \(`cp -RL .* week1`\)"):
        CliRunner().invoke(answers_group, ["learn", "m.csv"], catch_exceptions=False)


def test_a_file_that_is_not_there_says_so(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*absent\.csv: No such file or directory"):
        run(folder, "learn", str(folder / "absent.csv"))


@pytest.mark.slow
def test_a_new_question_in_plain_words_needs_no_python(folder: Path) -> None:
    """Three criteria, six examples: tested on marked answers on day one, and again after some decisions."""
    rubric = folder / "rubric.yaml"
    text = rubric.read_text().replace("points: 100\n", "points: 106\n", 1)
    rubric.write_text(text.rstrip() + NEW_QUESTION)
    known, fresh = STOP_ROWS[:4], STOP_ROWS[4:]
    (folder / "known.csv").write_text("question,answer,stop,self,smaller\n" + "\n".join(known) + "\n")
    (folder / "fresh.csv").write_text("question,answer,stop,self,smaller\n" + "\n".join(fresh) + "\n")
    check_examples(rubric, load(rubric))
    day_one = run(folder, "test", str(folder / "fresh.csv")).output
    assert "q3 smaller" in day_one
    assert "Note:" not in day_one
    assert "at the rubric's target of 97.0% (cross-validated): nothing can be said from fewer than ten" in day_one
    assert "12 new decisions, 4 new answers" in run(folder, "learn", str(folder / "known.csv")).output
    assert (
        "settled without a person: 100% of 4 answers; 100.0%" in run(folder, "test", str(folder / "known.csv")).output
    )
    assert "q3 smaller" in run(folder, "test", str(folder / "fresh.csv")).output


NEW_QUESTION = """

  - id: q3
    number: 3
    title: Recursion
    prompt: What does a recursive function need, and why?
    points: 6
    criteria:
      - id: stop
        points: 2
        idea: It needs a base case in which it does not call itself.
        kind: what ends it
        examples: {yes: [There has to be a case where it just returns.], no: [It has to be fast.]}
      - id: self
        points: 2
        idea: It calls itself.
        kind: what it does
        examples: {yes: [The function is invoked from its own body.], no: [It is called by main.]}
      - id: smaller
        points: 2
        idea: Each call works on a smaller problem.
        kind: what changes
        examples: {yes: [Every call gets less to do.], no: [Every call does the same.]}
"""
STOP_ROWS = [
    "q3,It calls itself with a smaller input until the base case.,1,1,1",
    "q3,You need a base case or it never ends.,1,0,0",
    "q3,It is a loop.,0,0,0",
    "q3,A function which calls itself.,0,1,0",
    "q3,The input shrinks with each call.,0,0,1",
    "q3,There must be a condition that stops the calls.,1,0,0",
]


HOLDER = """
import sys
from pathlib import Path
from grader.store.lock import take_lock
take_lock(Path(sys.argv[1]), sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""


def test_while_another_learns_nothing_is_learnt_and_who_it_is_is_said(folder: Path) -> None:
    """The file is read, added to and written by one at a time; whoever comes second is told to come again."""
    rows = HEAD + "q1,Ties HOST to PORT.,1,0,0,0,,,,\n"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), LOCK_NAME],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    ) as holder:  # fmt: skip
        assert holder.stdout
        assert holder.stdin
        assert holder.stdout.readline() == "held\n"
        told = refused(folder, rows)
        assert f"another `grade answers learn` (process {holder.pid}) is writing it just now" in told
        assert "would get 4 new decisions" in run(folder, "learn", "-n", str(folder / "marked.csv")).output
        holder.stdin.close()
    assert "4 new decisions" in run(folder, rows=rows).output


@pytest.mark.slow
def test_of_many_who_learn_at_once_each_has_learnt_or_knows_that_it_has_not(folder: Path) -> None:
    """No decision that was reported as learnt is lost to another process."""
    command = [
        sys.executable,
        "-c",
        "from grader.cli import main; main()",
        "answers",
        "learn",
        "-r",
        str(folder / "rubric.yaml"),
    ]
    started = []
    for number in range(6):
        (folder / f"{number}.csv").write_text(HEAD + f"q1,It is number {number}.,0,0,0,0,,,,\n")
        started.append(
            subprocess.Popen(
                [*command, str(folder / f"{number}.csv")],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
            )
        )  # fmt: skip
    said = [one.communicate()[0] for one in started]
    learnt = (folder / "decisions.yaml").read_text()
    for number, (one, told) in enumerate(zip(started, said, strict=True)):
        assert (one.returncode == 0) == (f"It is number {number}." in learnt), told
        assert one.returncode == 0 or "Give the command again in a moment." in " ".join(told.split()), told
    assert any(one.returncode == 0 for one in started)

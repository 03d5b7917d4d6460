"""What is said after a batch: what to do next, and nothing where there is nothing to do."""

from __future__ import annotations

from decimal import Decimal

import grades
from grades import summarize

from grader.model import Grade, Note, ProgramSpec, Remade, Status
from grader.report.closing import render_closing

PROGRAMS = tuple(ProgramSpec(role=role, file=f"echo-{role}.py", reference="") for role in ("server", "client"))
RUBRIC = grades.a_rubric(programs=PROGRAMS)


def noted(*codes: str, submission: str = "ada", **changes: object) -> Grade:
    """A grade with a note for each program, in the order of PROGRAMS; an empty code is no note."""
    notes = tuple(
        Note(code=code, message=code, role=spec.role) for code, spec in zip(codes, PROGRAMS, strict=False) if code
    )
    return grades.a_grade(submission=submission, notes=notes, **changes)


def closing(*class_: Grade, rubric: str | None = None, others: tuple[int, int] = (0, 0)) -> str:
    return render_closing(summarize(RUBRIC, class_), out="results", rubric=rubric, others=others)


def test_a_class_with_nothing_to_do_gets_no_words() -> None:
    """All graded, in a folder of its own; an empty class as well."""
    assert closing(noted(), noted("misnamed", submission="bob")) == closing() == ""


def test_a_folder_without_programs_is_doubted() -> None:
    """Nothing found in half of them or more: likely another folder, or another assignment's rubric."""
    nothing, whole = noted("missing", "missing"), noted(submission="bob")
    assert closing(nothing, whole) == (
        "No program was found in 1 of 2 submissions. Is this the right folder, and the right rubric (-r)?\n"
    )
    assert closing(nothing, whole, noted(submission="cy")) == ""
    assert closing(noted("missing", ""), noted("", "missing", submission="bob")) == ""


def test_a_rubric_whose_names_nobody_used_is_doubted() -> None:
    """Every program of every student under another name; one student alone, or one right name, is no sign."""
    renamed = [noted("misnamed", "misnamed"), noted("misnamed", "missing", submission="bob")]
    assert "No program in 2 submissions has the name" in closing(*renamed)
    assert closing(renamed[0]) == ""
    assert closing(*renamed, noted("misnamed", "", submission="cy")) == ""


def test_a_fault_on_our_side_says_to_run_it_again_and_not_to_upload() -> None:
    """With the number of those without a mark."""
    broken = [grades.a_grade(grades.harness_error("server.ends"), submission=name) for name in ("ada", "bob")]
    assert closing(*broken) == (
        "2 submissions have no mark yet, because of a fault on our side. Run the same command again: it repeats only "
        "these. Until then do not upload their rows of scores.csv.\n"
    )
    assert closing(broken[0]).startswith("1 submission has no mark yet")


def test_answers_that_wait_are_settled_by_a_command_that_can_be_pasted() -> None:
    """With the folder quoted, and the rubric that was given."""
    waiting = noted(
        status=Status.NEEDS_REVIEW, questions=(grades.a_question_score(needs_review=True, review_reasons=("doubt",)),)
    )
    assert closing(waiting).endswith(": grade answers queue results\n")
    assert closing(waiting, rubric="week 3/rubric.yaml").endswith("queue results -r 'week 3/rubric.yaml'\n")
    assert "override" not in closing(waiting)


def test_programs_that_wait_are_looked_at_on_the_overview() -> None:
    """The page says why; the command says what holds."""
    unclear = noted(status=Status.NEEDS_REVIEW, review_reasons=("two servers",))
    assert closing(unclear) == (
        "For 1 of those who need a person, open results/overview.html, look, and say what holds: grade override "
        'SUBMISSION --stands -o results, or PART POINTS -m "why" in place of --stands.\n'
    )


def test_who_was_graded_before_into_the_same_folder_is_not_lost() -> None:
    """One late hand-in: what the lists hold, that the others are kept, and how to list them all."""
    assert closing(noted(), others=(29, 29)) == (
        "The overview, scores.csv and results.json list what this command was given: 1 submission. The grades and "
        "pages of 29 others that results had before are kept there. To list them all, give all their paths in one "
        "command; to keep classes apart, choose another folder with -o.\n"
    )
    assert "of 1 other that results had" in closing(noted(), others=(1, 1))


def test_what_could_not_be_opened_is_to_be_replaced() -> None:
    """There is nothing of it to look at, and no mark to change."""
    note = Note(code="unopened", message="The folder `ada` cannot be opened.", needs_person=True)
    unopened = grades.a_grade(notes=(note,), status=Status.NEEDS_REVIEW)
    assert closing(unopened, noted(submission="bob")) == (
        "1 hand-in could not be opened and has no mark: the list above says why. Put what can be read in its place and "
        "run the same command again.\n"
    )


def test_marks_that_came_out_otherwise_are_told_with_the_way_back() -> None:
    """Most likely a rubric that was not named again: the decisions beside it would be gone without a word."""

    def remade(name: str, after: str, status: Status = Status.GRADED) -> Remade:
        return Remade(
            submission=name, before=Decimal(80), after=Decimal(after), status_before=Status.GRADED, status_after=status
        )

    changed = [remade("ada", "80", Status.NEEDS_REVIEW), remade("bob", "80.5"), remade("cy", "70"), remade("di", "81")]
    said = render_closing(summarize(RUBRIC, [noted()]), out="results", rubric=None, others=(0, 0), remade=changed)
    assert said.startswith(
        "4 grades came out otherwise than the last time, though the same was handed in: cy 80 → 70, di 80 → 81, "
        "bob 80 → 80.5 and 1 more. "
    )
    assert "name the rubric of the last time with -r" in said
    alone = render_closing(summarize(RUBRIC, [noted()]), out="r", rubric=None, others=(0, 0), remade=changed[:1])
    assert alone.startswith("1 grade came out")
    assert "ada graded → needs a person. The" in alone


def test_an_edited_table_is_told_with_where_it_is_kept() -> None:
    """And with where marks are changed instead."""
    said = render_closing(
        summarize(RUBRIC, [noted()]), out="out", rubric=None, others=(0, 0), edited="out/scores.edited.csv"
    )
    assert said == (
        "out/scores.csv had been changed since it was written. That one is kept as out/scores.edited.csv; each run "
        "makes the table anew. A mark that is to stay is set with `grade override`.\n"
    )

"""What a dry run finds between the grades that stand and those that would, and how it is told."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from grades import a_criterion_score, a_grade, a_note, a_question_score, failed, harness_error, skipped

from grader.model import Grade, Note, Status
from grader.report.changes import Changes, Part, compare, shares
from grader.report.changes_table import Tried, render_changes

TEXT, ENDS = "server.echoes-text", "server.ends"


def worth(grade: Grade, part: str, points: int) -> Grade:
    """The grade under a rubric in which one check is worth so many points."""
    checks = tuple(
        replace(one, max=Decimal(points), points=Decimal(points if one.points else 0)) if one.id == part else one
        for one in grade.checks
    )
    gained = sum((one.points for one in checks), Decimal(0)) - sum((one.points for one in grade.checks), Decimal(0))
    return replace(grade, checks=checks, points=grade.points + gained)


def without(grade: Grade, part: str) -> Grade:
    """The grade under a rubric that has not this check."""
    gone = next(one for one in grade.checks if one.id == part)
    checks = tuple(one for one in grade.checks if one is not gone)
    return replace(grade, checks=checks, points=grade.points - gone.points)


def review(grade: Grade, *reasons: str) -> Grade:
    return replace(grade, status=Status.NEEDS_REVIEW, review_reasons=reasons)


def a_class() -> list[Grade]:
    return [
        a_grade(submission="ada"),
        a_grade(failed(TEXT), submission="bob"),
        a_grade(failed(TEXT), skipped(ENDS), submission="cy"),
    ]


def parts(changes: Changes) -> dict[str, Part]:
    return {part.id: part for part in changes.parts}


def told(changes: Changes, **tried: object) -> str:
    values: dict[str, object] = {"out": "results", "run": 0, "ungraded": 0, "elsewhere": 0}
    return render_changes(changes, Tried(**{**values, **tried}), width=100)  # type: ignore[arg-type]


# --- comparing ------------------------------------------------------------------------------------------------------


def test_what_was_never_opened_is_in_no_mean() -> None:
    """A hand-in without a mark on either side is not compared; one that can be opened now is."""
    note = Note(code="unopened", message="The archive `cy.zip` is damaged.", needs_person=True)
    closed = a_grade(submission="cy", notes=(note,), points=Decimal(0), status=Status.NEEDS_REVIEW)
    ada, bob = a_grade(submission="ada"), a_grade(failed(TEXT), submission="bob")
    assert "mean           46.00 → 40.00, of 46" in told(
        compare([ada, closed], [replace(bob, submission="ada"), closed])
    )
    opened = compare([closed], [a_grade(submission="cy")])
    assert [one.submission for one in opened.moved] == ["cy"]


def test_equal_grades_change_nothing() -> None:
    """The same grades under the same rubric; and under one with another digest."""
    same = compare(a_class(), a_class())
    assert (same.anything, same.same_rubric, same.compared, same.parts, same.sayings) == (False, True, 3, (), ())
    other = compare(a_class(), [replace(one, rubric="c" * 64, grader="0.2.0") for one in a_class()])
    assert (other.anything, other.same_rubric, other.graders) == (False, False, (("0.1.0", 3),))


def test_points_that_move_are_told_for_the_class_the_check_and_each_student() -> None:
    """Worth more to those who have it, worth more to nobody else."""
    changes = compare(a_class(), [worth(one, TEXT, 9) for one in a_class()])
    assert [(one.submission, one.before, one.after, one.why) for one in changes.moved] == [
        ("ada", 46, 49, ((TEXT, Decimal(3)),))
    ]
    assert changes.sum_after - changes.sum_before == 3
    assert (changes.shifted, changes.reworded) == (2, 0)
    [part] = changes.parts
    assert (part.id, part.worth_before, part.worth_after, part.up, part.down) == (TEXT, (6,), (9,), 1, 0)
    assert (part.earned_before, part.earned_after, part.points_before, part.points_after) == (1, 1, 6, 9)


def test_a_verdict_that_turns_is_a_gain_or_a_loss() -> None:
    """Who passes now and who no longer does are counted apart, though the sum stays."""
    after = [a_grade(failed(TEXT), submission="ada"), a_grade(submission="bob"), a_class()[2]]
    changes = compare(a_class(), after)
    assert [(one.submission, one.after - one.before) for one in changes.moved] == [("ada", -6), ("bob", 6)]
    part = parts(changes)[TEXT]
    assert (part.up, part.down, part.earned_before, part.earned_after, part.effect) == (1, 1, 1, 1, 12)


def test_a_check_that_is_new_and_one_that_is_gone() -> None:
    """Each has no worth on the other side."""
    less = [without(one, TEXT) for one in a_class()]
    gone, new = parts(compare(a_class(), less))[TEXT], parts(compare(less, a_class()))[TEXT]
    assert (gone.worth_before, gone.worth_after, gone.down) == ((6,), (), 1)
    assert (new.worth_before, new.worth_after, new.up) == ((), (6,), 1)


def test_the_parts_of_a_grade_sum_to_its_total() -> None:
    """With a cap, a penalty, and both; so what moved a student explains the whole of it."""
    over = (a_criterion_score("assoc"), a_criterion_score("port"), a_criterion_score("more"), a_criterion_score("end"))
    capped = a_grade(questions=(a_question_score(criteria=over),))
    fined = replace(capped, penalty=Decimal(3), points=capped.points - 3, notes=(a_note(),))
    every = [*a_class(), capped, fined, replace(a_class()[1], questions=())]
    every[-1] = replace(every[-1], points=every[-1].points - 15)
    for old, new in itertools.permutations([replace(one, submission="x") for one in every], 2):
        assert sum(one.points for one in shares(new).values()) == new.points
        for one in compare([old], [new]).moved:
            assert sum(by for _, by in one.why) == one.after - one.before


def test_the_biggest_change_comes_first_and_ties_keep_their_order() -> None:
    """Down as well as up."""
    names = ["s1", "s2", "s3", "s10"]
    before = [a_grade(submission=name) for name in names]
    after = [replace(one, points=one.points + by) for one, by in zip(before, (1, -5, 1, 2), strict=True)]
    assert [one.submission for one in compare(before, after).moved] == ["s2", "s10", "s1", "s3"]


def test_a_status_alone_is_a_change_with_its_reasons() -> None:
    """Which reasons are new, or which there were."""
    plain, asked = a_grade(), review(a_grade(), "q1: port: nearly met")
    [one] = compare([plain], [asked]).moved
    assert (one.status_before, one.status_after, one.why) == (Status.GRADED, Status.NEEDS_REVIEW, ())
    assert one.reasons == ("q1: port: nearly met",)
    [back] = compare([asked], [plain]).moved
    assert back.reasons == ("q1: port: nearly met",)
    changes = compare([plain], [asked])
    assert (changes.waiting_before, changes.waiting_after) == (0, 1)


def test_words_that_change_are_counted_apart_from_points() -> None:
    """Another hint, at the same points: no grade moves, and the check is named."""
    after = [
        a_grade(failed(TEXT, next_step="Another hint."), submission="bob"),
        *(one for one in a_class() if one.submission != "bob"),
    ]
    changes = compare(a_class(), after)
    assert (changes.moved, changes.parts, changes.shifted, changes.reworded) == ((), (), 0, 1)
    assert changes.sayings == ((TEXT, 1),)
    assert changes.anything


def test_a_fault_of_ours_is_no_change_of_a_mark() -> None:
    """It is counted apart, with the last words of a traceback, and no figure has it."""
    fault = "x: Traceback (most recent call last):\n  File x, line 1\nOSError: no\n"
    changes = compare(
        a_class(), [a_grade(harness_error(TEXT), submission="ada", review_reasons=(fault,)), a_class()[1]]
    )
    assert (changes.compared, changes.anything) == (1, False)
    assert [(one.submission, one.why) for one in changes.broken] == [("ada", "x: OSError: no")]


def test_others_and_new_ones_are_left_out() -> None:
    """Only submissions on both sides are compared."""
    changes = compare(a_class(), [a_class()[0], a_grade(submission="new")])
    assert (changes.compared, changes.anything) == (1, False)


def test_grades_of_several_rubrics_keep_their_own_worth() -> None:
    """The figures say so instead of taking one of them."""
    before = [a_class()[0], replace(worth(a_class()[1], TEXT, 5), rubric="d" * 64)]
    changes = compare(before, [worth(one, TEXT, 9) for one in a_class()])
    assert (changes.rubrics, parts(changes)[TEXT].worth_before) == (2, (5, 6))
    assert "5/6 → 9" in told(changes)


# --- telling --------------------------------------------------------------------------------------------------------


def test_what_changes_is_told_from_the_class_to_the_student() -> None:
    """The whole text, as an instructor reads it."""
    before = [*a_class(), a_grade(submission="dot")]
    after = [worth(one, TEXT, 9) for one in before]
    after[1] = worth(a_grade(submission="bob"), TEXT, 9)
    after[3] = review(after[3], "q1: port: nearly met")
    assert told(compare(before, after), run=1, ungraded=2, elsewhere=5) == (
        "3 of 4 grades would change: 3 up, 0 down.\n"
        "  mean           42.00 → 45.75, of 46\n"
        "  need a person  0 → 1 (1 more)\n"
        "  other parts    1 (total and status stay; what parts are worth or bring changes)\n"
        "\n"
        "Checks and ideas, by effect  worth  earned by  up  down   class mean\n"
        "  server.echoes-text         6 → 9      2 → 3   3     0  3.00 → 6.75\n"
        "\n"
        "Students, biggest change first\n"
        "  bob  40 → 49      +9  server.echoes-text +9\n"
        "  ada  46 → 49      +3  server.echoes-text +3\n"
        "  dot  46 → 49      +3  server.echoes-text +3; graded → needs a person: q1: port: nearly met\n"
        "\n"
        "The programs of 1 of 4 submissions were run for this.\n"
        "Without a grade in results so far: 2. Left out here; the run grades them.\n"
        "Grades in results of other submissions than these: 5. Left out here.\n"
        "\n"
        "Dry run: nothing was written to results.\n"
    )


def test_nothing_changes_in_a_sentence() -> None:
    """With a next step where the rubric is the one of the grades."""
    assert told(compare(a_class(), a_class())).splitlines()[0] == (
        "Nothing would change in 3 grades. They were given by this very rubric; name an edited one with `-r`."
    )
    other = told(compare(a_class(), [replace(one, rubric="c" * 64) for one in a_class()]))
    assert other.splitlines()[0] == "Nothing would change in 3 grades."


def test_a_new_and_a_gone_check_are_called_so() -> None:
    """In the column of what they are worth."""
    less = [without(one, TEXT) for one in a_class()]
    assert "6, gone" in told(compare(a_class(), less))
    assert "new, 6" in told(compare(less, a_class()))


def test_faults_on_our_side_are_told_with_names() -> None:
    """Also when nothing else could be judged."""
    changes = compare(a_class(), [a_grade(harness_error(TEXT), submission="ada", review_reasons=("bwrap ended",))])
    text = told(changes, run=1)
    assert "no submission could be judged" in text
    assert "Not judged, through a fault on our side: 1\n  ada: bwrap ended\n" in text


def test_another_version_and_a_new_hand_in_are_told() -> None:
    """What is not the rubric's doing."""
    after = [replace(a_grade(), grader="0.2.0", points=Decimal(45), submission_digest="e" * 64)]
    text = told(compare([a_grade()], after))
    assert "Given by grade 0.1.0, not by this version: 1 grade." in text
    assert "Handed in again since the grade that stands: 1." in text
    assert "handed in again" in text


@pytest.mark.parametrize("hostile", ["\x1b]0;owned\x07", "a\nb", "\u202egnp", "\ud800"])
def test_names_and_reasons_cannot_write_to_the_terminal(hostile: str) -> None:
    """Whatever a student called the folder, or wrote."""
    plain = a_grade(submission=f"x{hostile}")
    changes = compare([plain], [review(replace(plain, points=Decimal(0)), f"read {hostile}")])
    broken = compare([plain], [a_grade(harness_error(TEXT), submission=f"x{hostile}", review_reasons=(hostile,))])
    for text in (told(changes), told(broken)):
        assert hostile not in text
        assert all(line.isprintable() for line in text.splitlines())


@pytest.mark.parametrize("width", [40, 60, 100])
def test_students_fit_the_width(width: int) -> None:
    """Long reasons are broken into lines that keep under their student."""
    before = [a_grade(submission=f"student-{number}") for number in range(3)]
    after = [review(replace(one, points=Decimal(0)), "a long reason " * 9) for one in before]
    values = Tried(out="results", run=0, ungraded=0, elsewhere=0)
    text = render_changes(compare(before, after), values, width=width)
    students = text[text.index("Students, ") :].splitlines()
    assert max(map(len, students)) <= width
    assert sum(line.startswith("  student-") for line in students) == 3


def test_colours_only_where_asked_for() -> None:
    """For a terminal, headings stand out; in a file there are none."""
    changes = compare(a_class(), [worth(one, TEXT, 9) for one in a_class()])
    values = Tried(out="results", run=0, ungraded=0, elsewhere=0)
    assert "\x1b[" not in render_changes(changes, values)
    assert "\x1b[1m" in render_changes(changes, values, colour=True)

"""`grade` over whole classes: every verdict as the files beside the programs say."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from batches import (
    CLASS,
    PROGRAMS,
    STYLES,
    TWICE,
    UPPER,
    expected,
    graded,
    program_points,
    results,
    same_pages,
    verdicts,
)

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

CRITERIA_AGREEMENT = 0.95  # share of the clear cells on which the engine and the examiners must agree


def mismatches(out: Path, folder: Path) -> list[str]:
    """Where a batch's verdicts are not those of the expected.yaml files in `folder`, one line each."""
    wrong = []
    for name, submission in results(out).items():
        wanted = expected(folder / name)
        unsure = set(wanted.get("borderline", []))
        want, got = wanted.get("checks", {}), verdicts(submission)
        wrong += [
            f"{name}: {check} is {got.get(check, 'passed')}, expected {want.get(check, 'passed')}"
            for check in sorted((want.keys() | got.keys()) - unsure)
            if want.get(check) != got.get(check)
        ]
    return wrong


def test_every_correct_style_passes_every_check(styles: Path) -> None:
    """Correct programs by other roads lose nothing; the one that shadows a module loses what it loses at home."""
    assert set(results(styles)) == {one.name for one in STYLES}
    assert mismatches(styles, PROGRAMS / "styles") == []


def test_correct_styles_earn_all_program_points(styles: Path) -> None:
    """70 of 70 for each style, except where a file beside it says otherwise."""
    short = {name: program_points(one) for name, one in results(styles).items() if program_points(one) != 70}
    assert set(short) == {path.parent.name for path in (PROGRAMS / "styles").glob("*/expected.yaml")}


def test_every_mistake_costs_what_it_must_and_nothing_else(chosen_mistakes: list[Path], mistakes: Path) -> None:
    """Each typical mistake fails its checks, skips those that need them, and leaves the other half alone."""
    assert set(results(mistakes)) == {one.name for one in chosen_mistakes}
    assert mismatches(mistakes, PROGRAMS / "mistakes") == []


@pytest.mark.parametrize("batch", ["styles", "mistakes"])
def test_feedback_points_at_the_line_at_fault(batch: str, request: pytest.FixtureRequest) -> None:
    """Where one line is plainly at fault, the feedback names it."""
    wrong = []
    for name, submission in results(request.getfixturevalue(batch)).items():
        checks = {check["id"]: check for check in submission["checks"]}
        for check, line in expected(PROGRAMS / batch / name).get("line", {}).items():
            if checks[check]["line"] != line:
                wrong.append(f"{name}: {check} points at line {checks[check]['line']}, expected {line}")
    assert wrong == []


@pytest.mark.parametrize("batch", ["styles", "mistakes", "example_class", "upper_class"])
def test_every_point_lost_has_a_reason_and_a_next_step(batch: str, request: pytest.FixtureRequest) -> None:
    """No verdict stands without a sentence for the student, nor without something to try; none is a harness error."""
    silent = [
        (name, check["id"], check["verdict"])
        for name, submission in results(request.getfixturevalue(batch)).items()
        for check in submission["checks"]
        if check["verdict"] not in ("passed", "failed", "skipped")
        or (check["verdict"] != "passed" and not (check["reason"] and check["next_step"]))
    ]
    assert silent == []


@pytest.mark.parametrize("batch", ["mistakes", "example_class"])
def test_feedback_names_the_half_that_is_the_students(batch: str, request: pytest.FixtureRequest) -> None:
    """In a run with a reference program the student's own is named, never the reference as if it were theirs."""
    roles = {"server.with-reference-client": "client", "client.with-reference-server": "server"}
    wrong = [
        (name, check["id"], check["reason"], check["file"])
        for name, submission in results(request.getfixturevalue(batch)).items()
        for check in submission["checks"]
        if (other := roles.get(check["id"])) and check["verdict"] == "failed"
        if f"Your {other}" in check["reason"] or check["file"] == f"echo-{other}.py"
    ]
    assert wrong == []


def class_mismatches(out: Path, marked: Path) -> list[str]:
    """Where a class's verdicts are not those of its file of expected marks."""
    wanted = yaml.safe_load(marked.read_text())
    got = results(out)
    assert set(got) == set(wanted)
    return [
        f"{name}: {check} is {verdicts(got[name]).get(check, 'passed')}, expected {want['checks'].get(check, 'passed')}"
        for name, want in wanted.items()
        for check in sorted((want["checks"].keys() | verdicts(got[name]).keys()) - set(want["borderline"]))
        if want["checks"].get(check) != verdicts(got[name]).get(check)
    ]


def test_the_example_class_gets_the_verdicts_beside_it(example_class: Path) -> None:
    """All verdicts of the example class are those of class-expected.yaml."""
    assert class_mismatches(example_class, CLASS.parent / "class-expected.yaml") == []


def test_the_second_assignment_gets_the_verdicts_beside_it(upper_class: Path) -> None:
    """A rubric alone makes another assignment: its class comes out as marked."""
    assert class_mismatches(upper_class, UPPER / "class-expected.yaml") == []


@pytest.mark.parametrize(
    ("batch", "marked", "floor"),
    [
        ("example_class", CLASS.parent / "class-expected.yaml", CRITERIA_AGREEMENT),
        ("upper_class", UPPER / "class-expected.yaml", 1.0),
    ],
)
def test_answers_are_marked_as_examiners_mark_them(
    batch: str, marked: Path, floor: float, request: pytest.FixtureRequest
) -> None:
    """On the cells that are clear to an examiner, the engine agrees with the marks beside the class."""
    wanted = yaml.safe_load(marked.read_text())
    cells, misses = 0, []
    for name, submission in results(request.getfixturevalue(batch)).items():
        for question in submission["questions"]:
            for criterion in question["criteria"]:
                cell = f"{question['id']}.{criterion['id']}"
                if cell in wanted[name]["borderline"]:
                    continue
                cells += 1
                if criterion["met"] != (criterion["id"] in wanted[name]["criteria"][question["id"]]):
                    misses.append(f"{name} {cell}: met is {criterion['met']}, {criterion['evidence']!r}")
    agreement = 1 - len(misses) / cells
    assert agreement >= floor, f"{agreement:.1%} of {cells} cells agree; these do not:\n" + "\n".join(misses)


def test_the_solutions_earn_everything_and_the_starter_nothing(assignment: Path) -> None:
    """100 of 100 for the solutions; 0 of 70 program points for the untouched starter, which has no answers."""
    got = results(assignment)
    assert (got["solutions"]["points"], got["solutions"]["status"]) == (100, "graded")
    assert (program_points(got["starter"]), got["starter"]["points"]) == (0, 0)


def test_one_at_a_time_and_many_at_a_time_give_the_same_pages(
    quick_class: Path, quick_results: Path, tmp_path: Path
) -> None:
    """How many submissions are in flight changes nothing."""
    assert same_pages(graded(tmp_path / "out", quick_class, "--jobs", "1"), quick_results) == []


def test_mistakes_give_the_same_pages_twice(mistakes: Path, tmp_path: Path) -> None:
    """Not a port, an address or a time of one run shows in the feedback, also of programs that go wrong."""
    again = graded(tmp_path / "out", *TWICE)
    first, second = results(mistakes), results(again)
    assert {path.name: first[path.name] for path in TWICE} == second

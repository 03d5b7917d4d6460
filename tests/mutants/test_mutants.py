"""Mutants of correct programs: each costs exactly the checks that it must, and its first explanation is the right one.

The table beside this file says what must come out; docs/mutants.md says how it came about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from mutants.generate import STYLES, correct, mutants
from mutants.grading import first_failing, grade_each, lost, rubric, submission
from mutants.table import TABLE, expected

from grader.diagnose.generic import GENERIC
from grader.model import Grade

MUTANTS = {mutant.name: mutant for mutant in mutants()}
PAGE = Path(__file__).parents[2] / "docs" / "mutants.md"
UNMUTATED = ("solutions", *STYLES)


EXPECTED = {name: expected(mutant) for name, mutant in MUTANTS.items()}
HARMFUL = [name for name, one in EXPECTED.items() if not one.equivalent]


def one_of_every_fourth_operator() -> list[str]:
    """A mutant of every fourth operator, of whatever style its turn is."""
    by_operator: dict[str, list[str]] = {}
    for name, mutant in MUTANTS.items():
        by_operator.setdefault(mutant.operator, []).append(name)
    return [names[number % len(names)] for number, names in enumerate(by_operator.values()) if number % 4 == 0]


@pytest.fixture(scope="module")
def grades(sandbox: None, pytestconfig: pytest.Config) -> dict[str, Grade]:
    """Mutants, all or a sample, and the programs that they were made of, graded together."""
    names = MUTANTS if pytestconfig.getoption("--thorough") else one_of_every_fourth_operator()
    hand_ins = {name: MUTANTS[name].files for name in names}
    hand_ins |= {style: correct(style) for style in UNMUTATED}
    return asyncio.run(grade_each([submission(name, files) for name, files in hand_ins.items()], rubric()))


def diagnosis(grade: Grade) -> str | None:
    """The diagnosis of the first check that failed."""
    first = first_failing(grade)
    return first.diagnosis if first is not None else None


def test_mutants_are_the_same_each_time() -> None:
    """Nothing in the generator is left to chance, and no two mutants of a program are alike."""
    again = mutants()
    assert {one.name: one.files for one in again} == {one.name: one.files for one in MUTANTS.values()}
    assert len(again) == len(MUTANTS)
    assert len({(one.style, *one.files.values()) for one in again}) == len(MUTANTS)


def test_every_row_of_the_table_is_about_some_mutant() -> None:
    """No row stays behind when an operator goes, and an equivalent mutant always has a reason."""
    assert set(TABLE["operators"]) == {mutant.operator for mutant in MUTANTS.values()}
    assert set(TABLE["exceptions"]) <= set(MUTANTS)
    rows = [*TABLE["operators"].values(), *TABLE["exceptions"].values()]
    assert set(TABLE["costs"]) == {row["costs"] for row in rows if "costs" in row}
    assert all(bool(row.get("equivalent")) != ("costs" in row and "diagnosis" in row) for row in rows)


def test_no_generic_sentence_is_expected_where_a_precise_one_could_be() -> None:
    """The entries at the catalogue's end explain a mutant only where what they show is the mistake itself."""
    wanted = {one.diagnosis for one in EXPECTED.values()}
    assert wanted & {entry.id for entry in GENERIC} == set(TABLE["plain"])


def test_the_page_about_mutants_keeps_up_with_the_table() -> None:
    """docs/mutants.md has today's numbers, and every equivalent mutant with its reason."""
    page = PAGE.read_text()
    rows = {**TABLE["operators"], **TABLE["exceptions"]}
    wanted = [f"| **all** | **{len(MUTANTS)}** | **{len(HARMFUL)}** | **{len(MUTANTS) - len(HARMFUL)}** |"]
    wanted += [f"| `{name}` | {row['equivalent']} |" for name, row in rows.items() if "equivalent" in row]
    assert [line for line in wanted if line not in page] == []


@pytest.mark.sandbox
@pytest.mark.slow
def test_unmutated_programs_lose_nothing(grades: Mapping[str, Grade]) -> None:
    """What the mutants were made of is right."""
    assert {style: lost(grades[style]) for style in UNMUTATED if lost(grades[style])} == {}


@pytest.mark.sandbox
@pytest.mark.slow
def test_every_mutant_that_does_harm_is_caught(grades: Mapping[str, Grade]) -> None:
    """The kill rate is 100 %: each loses at least one check."""
    assert [name for name in HARMFUL if name in grades and not lost(grades[name])] == []


@pytest.mark.sandbox
@pytest.mark.slow
def test_every_mutant_costs_what_it_must_and_nothing_else(grades: Mapping[str, Grade]) -> None:
    """The verdicts are those of the table; an equivalent mutant loses nothing."""
    wrong = {
        name: {"got": lost(grades[name]), "expected": one.checks}
        for name, one in EXPECTED.items()
        if name in grades and lost(grades[name]) != one.checks
    }
    assert wrong == {}


@pytest.mark.sandbox
@pytest.mark.slow
def test_every_mutant_is_explained_by_its_own_mistake(grades: Mapping[str, Grade]) -> None:
    """The first check that fails has the diagnosis of the table."""
    wrong = {
        name: {"got": diagnosis(grades[name]), "expected": one.diagnosis}
        for name, one in EXPECTED.items()
        if name in grades and diagnosis(grades[name]) != one.diagnosis
    }
    assert wrong == {}


@pytest.mark.sandbox
@pytest.mark.slow
def test_every_failure_says_something_and_names_a_next_step(grades: Mapping[str, Grade]) -> None:
    """No check that was not passed is left without words."""
    silent = [
        f"{name}: {one.check}"
        for name, grade in grades.items()
        for one in (check.observation for check in grade.checks)
        if one.verdict.value != "passed" and not (one.reason and one.next_step)
    ]
    assert silent == []

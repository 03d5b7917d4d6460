"""Grade every mutant, and hold what came of it against the table: `grade doctor --mutants`, from a checkout.

python tests/mutants            (several minutes on two processors; ends with 1 where something is not as it should be)
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from mutants.generate import mutants  # the two folders have to be found first
from mutants.grading import first_failing, grade_each, lost, rubric, submission
from mutants.table import expected


def main() -> None:
    made = mutants()
    wanted = {mutant.name: expected(mutant) for mutant in made}
    grades = asyncio.run(grade_each([submission(mutant.name, mutant.files) for mutant in made], rubric()))
    wrong = 0
    for name, one in wanted.items():
        first = first_failing(grades[name])
        diagnosis = first.diagnosis if first is not None else None
        if lost(grades[name]) != one.checks or diagnosis != one.diagnosis:
            wrong += 1
            print(
                f"  {name}: expected {one.diagnosis or 'nothing'}, got {diagnosis or 'nothing'}: {lost(grades[name])}"
            )
    harmful = [name for name, one in wanted.items() if not one.equivalent]
    killed = sum(bool(lost(grades[name])) for name in harmful)
    print(
        f"{len(made)} mutants: {killed} of {len(harmful)} harmful ones caught, {len(made) - len(harmful)} equivalent; "
        f"{wrong} not as the table says"
    )
    sys.exit(1 if wrong else 0)


main()

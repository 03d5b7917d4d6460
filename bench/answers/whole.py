"""The whole engine on answers that its model had not seen: as `grade` marks them, flags, examples and all.

    python -m bench.answers.whole FOLDER=b4,b5 FOLDER=b2,b3

Each FOLDER has a model that was trained without the banks behind it (`python -m bench.answers.train --without b4,b5
--out FOLDER`). The weights that put rules and model together are fitted on the other banks named here. In it is what
the table of `bench.answers.compare` leaves out: the rubric's example answers, words addressed to the grader, and all
reasons for which a person is asked.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.answers.banks import Answer, load, load_logits
from bench.answers.examine import use
from bench.answers.figures import MOST, POINTS
from bench.answers.fusion import cells, fit
from bench.grading import ROOT
from grader.answers import decide
from grader.answers.agreement import weighted_kappa
from grader.answers.score import score_answer
from grader.model import QuestionScore
from grader.rubric import load_rubric


@dataclass(frozen=True)
class Marked:
    """A marked answer and what the engine made of it."""

    answer: Answer
    score: QuestionScore

    def cells(self) -> Iterator[tuple[bool, bool]]:
        """What is right and what was decided, of each criterion that is beyond dispute."""
        for one in self.score.criteria:
            if one.id not in self.answer.borderline:
                yield bool(self.answer.gold[one.id]), one.met

    def points(self) -> tuple[int, int]:
        """What it deserves and what it gets."""
        return min(MOST, sum(POINTS[name] for name, met in self.answer.gold.items() if met)), int(self.score.points)


def marked(folder: Path, bank: str, weights: dict[str, float]) -> list[Marked]:
    """A bank as the engine marks it, with the model in `folder` and these weights in place of the shipped ones."""
    known = replace(decide.calibration(), ruled=weights)
    use(folder)
    before, decide.calibration = decide.calibration, lambda: known  # type: ignore[assignment]
    try:
        questions = {one.id: one for one in load_rubric(ROOT / "rubric.yaml").questions}
        return [Marked(one, score_answer(questions[one.question], one.text)) for one in load(bank)[1] if one.ours]
    finally:
        decide.calibration = before


def row(name: str, found: list[Marked]) -> str:
    """Agreement, what is settled for whatever reason, and credit where none is due."""
    pairs = [one for each in found for one in each.cells()]
    both = sum(gold and met for gold, met in pairs)
    settled = [one for one in found if not one.score.needs_review]
    sure = [gold == met for each in settled for gold, met in each.cells()]
    totals = [one.points() for one in found]
    none = [given > 0 for gold, given in totals if not gold]
    return (
        f"{name:<6}{len(found):>5}{sum(gold == met for gold, met in pairs) / len(pairs):>8.3f}"
        f"{both / max(1, sum(met for _, met in pairs)):>7.3f}{both / max(1, sum(gold for gold, _ in pairs)):>7.3f}"
        f"{weighted_kappa(totals):>7.3f}{sum(none):>6} of {len(none):<4}{len(settled) / len(found):>7.0%}"
        f"{sum(sure) / max(1, len(sure)):>7.3f}"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("models", nargs="+", metavar="FOLDER=BANKS", help="a model, and banks that it has not seen")
    models = [one.partition("=") for one in options.parse_args().models]
    folders = {bank: Path(folder) for folder, _, banks in models for bank in banks.split(",")}
    if len(folders) < 2:
        options.error("name two banks at least: the weights for one are fitted on the others")
    every = [one for one in cells(load_logits(), ours=True) if one.answer.bank in folders]
    print(f"{'bank':<6}{'n':>5}{'cells':>8}{'P':>7}{'R':>7}{'QWK':>7}{'unearned':>12}{'settled':>9}{'right':>7}")
    all_found: list[Marked] = []
    for bank, folder in sorted(folders.items()):
        others = [one for one in every if one.answer.bank != bank]
        found = marked(folder, bank, dict(decide.calibration().ruled) | fit(others))
        all_found += found
        print(row(bank, found), flush=True)
    print(row("all", all_found))


if __name__ == "__main__":
    main()

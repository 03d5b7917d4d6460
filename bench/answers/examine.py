"""The model's log-odds for banks, read the way answers are read in grading: repaired spelling, exported weights.

    python -m bench.answers.examine FOLDER b4,b5,b9,b11 bench/answers/logits/b4-b5-b9-b11.json

FOLDER holds an exported model that was trained without these banks.
"""

from __future__ import annotations

import argparse
import json
from decimal import Decimal
from pathlib import Path

from bench.answers.banks import LESS, OURS, Asked, load
from bench.grading import ROOT
from grader.answers import entailment, explain, judgement, score
from grader.answers.entailment import Model
from grader.answers.ideas import compiled
from grader.answers.judgement import stated
from grader.answers.match import Located
from grader.answers.normalise import Text, normalise
from grader.answers.withdrawn import withdrawn
from grader.model import Criterion, Question
from grader.rubric import load_rubric


def use(folder: Path) -> None:
    """Let this process read answers with the model in `folder`, wherever it would with the shipped one."""
    model = Model(folder)
    for module in (entailment, explain, judgement, score):
        module.load = lambda: model  # type: ignore[attr-defined]


def plain(asked: Asked) -> Question:
    """A question of the banks as a rubric would have it: criteria in plain words, one point each."""
    criteria = tuple(
        Criterion(id=name, points=Decimal(1), idea=idea, kind="part of it", accept=())
        for name, idea in asked.ideas.items()
    )
    return Question(
        id=asked.id, number=1, title=asked.id, prompt=asked.prompt, points=Decimal(len(criteria)), criteria=criteria
    )


def _logits(model: Model, question: Question, text: Text) -> dict[str, float]:
    said = stated(Located(text, compiled(question).vocabulary))
    ideas = [one.idea for one in question.criteria]
    logits = model.logits(said, ideas) if said else [-8.0] * len(ideas)
    return {one.id: round(value, 3) for one, value in zip(question.criteria, logits, strict=True)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="an exported model")
    options.add_argument("banks", help="with commas")
    options.add_argument("out", type=Path, help="the file to write")
    chosen = options.parse_args()
    model = Model(chosen.folder)
    ours = {one.id: one for one in load_rubric(ROOT / "rubric.yaml").questions}
    found = {}
    for bank in chosen.banks.split(","):
        asked, answers = load(bank)
        questions = {key: ours[key] if key in OURS else plain(one) for key, one in asked.items()}
        for answer in answers:
            question = questions[answer.question]
            text = normalise(answer.text)
            found[answer.id] = _logits(model, question, text)
            if (less := withdrawn(text)) is not None:
                found[answer.id + LESS] = _logits(model, question, normalise(less))
    chosen.out.write_text(json.dumps(found))


if __name__ == "__main__":
    main()

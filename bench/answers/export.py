"""The trained model as two ONNX files with 8-bit weights, and the tokenizer beside them.

    python -m bench.answers.export WEIGHTS FOLDER

WEIGHTS: what `python -m bench.answers.train --keep WEIGHTS` wrote. (Training exports by itself too.)
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor

from bench.answers.network import SIZE, Judge, Reader


def main() -> None:
    from bench.answers.train import Pupil

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("weights", type=Path)
    options.add_argument("folder", type=Path)
    chosen = options.parse_args()
    pupil, weights = Pupil(), torch.load(chosen.weights)
    pupil.reader.load_state_dict(weights["reader"])
    pupil.judge.load_state_dict(weights["judge"])
    export(pupil.reader, pupil.judge, pupil.tokenizer, chosen.folder)


def export(reader: Reader, judge: Judge, tokenizer: Tokenizer, folder: Path) -> None:
    """Write `reader.onnx`, `judge.onnx` and `tokenizer.json` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    with tempfile.TemporaryDirectory() as work:
        for name, net in (("reader", reader), ("judge", _Both(judge))):
            whole = Path(work) / f"{name}.onnx"
            _write(name, net.eval(), whole)
            # Seven bits (`reduce_range`), so that processors without 8-bit dot products cannot overflow and disagree.
            quantize_dynamic(
                whole,
                folder / f"{name}.onnx",
                weight_type=QuantType.QInt8,
                per_channel=True,
                reduce_range=True,
                op_types_to_quantize=["MatMul", "Gather"],
            )


class _Both(torch.nn.Module):
    """The judge with its second result."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self.judge = judge

    def forward(self, states: Tensor, answer: Tensor, mask: Tensor, pool: Tensor) -> tuple[Tensor, Tensor]:
        return self.judge.both(states, answer, mask, pool)


def _write(name: str, net: torch.nn.Module, path: Path) -> None:
    results = ["read"]
    if name == "reader":
        inputs: tuple[torch.Tensor, ...] = (torch.zeros(1, 9, dtype=torch.int64), torch.zeros(1, 1, 1, 9))
        names, axes = ["ids", "mask"], {"ids": {0: "n", 1: "l"}, "mask": {0: "n", 3: "l"}}
    else:
        inputs = (torch.zeros(1, 9, SIZE), torch.zeros(1, 9, 1), torch.zeros(1, 1, 9, 9), torch.zeros(1, 3, 9))
        names, results = ["states", "answer", "mask", "pool"], ["logits", "stances"]
        axes = {
            "states": {0: "n", 1: "l"},
            "answer": {0: "n", 1: "l"},
            "mask": {0: "n", 2: "l", 3: "l"},
            "pool": {0: "n", 1: "k", 2: "l"},
        }
    torch.onnx.export(
        net,
        inputs,
        str(path),
        input_names=names,
        output_names=results,
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()

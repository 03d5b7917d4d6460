"""The small model behind the rules: does this text state this idea?

Loaded when the first answer needs it, never before. One thread and fixed shapes of work, so that the same text gives
the same number on the same machine; between machines the last digits may differ, which is why decisions keep a guard
band (`decide`). Without onnxruntime, tokenizers or the weights, `load` says so and the rules work alone.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.answers.layout import States

FOLDER = Path(__file__).parent / "model"
_KEPT_IDEAS = 512
_KEPT_READINGS = 1024
_AT_ONCE = 8  # parts of an answer that are read together, of about the same length, so that little is padding
_MOST_OF_PART = 120


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of one text and one idea.

    `logit`: log-odds.  `stance`: how the text stands to the idea, a vector that is alike for answers that are alike in
    this respect; None for a text that states nothing.
    """

    logit: float
    stance: States | None


class Model:
    """The two exported graphs and the tokenizer. Raises ImportError or OSError when something is missing."""

    def __init__(self, folder: Path = FOLDER) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # later versions report to their maker; no answer's reading may
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._reader, self._judge = (
            onnxruntime.InferenceSession(
                str(folder / f"{name}.onnx"),
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=["SkipLayerNormFusion"],  # the fused one is slower here: 7.0 ms for 6.3
            )
            for name in ("reader", "judge")
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._first, self._last = (self._tokenizer.token_to_id(name) or 0 for name in ("[CLS]", "[SEP]"))
        self._ideas: OrderedDict[str, States] = OrderedDict()
        self._known: OrderedDict[tuple[str, tuple[str, ...]], list[Reading]] = OrderedDict()

    def logits(self, text: str, ideas: Sequence[str]) -> list[float]:
        """How strongly `text` states each of the ideas, as log-odds before calibration."""
        return [one.logit for one in self.read(text, ideas)]

    def read(self, text: str, ideas: Sequence[str]) -> list[Reading]:
        """A reading of `text` for each of the ideas.

        Kept by text and ideas together: rounding to 8 bits depends a little on what is read at the same time, and the
        same answer must get the same numbers whatever was read before.
        """
        key = (text, tuple(ideas))
        if key not in self._known:
            while len(self._known) >= _KEPT_READINGS:
                self._known.popitem(last=False)
            self._known[key] = self._judged(text, key[1])
        return self._known[key]

    def strengths(self, parts: Sequence[str], idea: str) -> list[float]:
        """How strongly each of `parts` states the idea; read together, so to be compared with each other only."""
        texts = [self._framed(self._tokenizer.encode(part).ids[:_MOST_OF_PART]) for part in parts]
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found: dict[int, float] = {}
        for start in range(0, len(order), _AT_ONCE):
            places = order[start : start + _AT_ONCE]
            found.update(zip(places, self._stated([texts[place] for place in places], idea), strict=True))
        return [found[place] for place in range(len(texts))]

    def _stated(self, texts: list[list[int]], idea: str) -> list[float]:
        from grader.answers.layout import lay_out, own_mask

        ids, mask = own_mask(texts)
        states: Any = self._reader.run(None, {"ids": ids, "mask": mask})[0]
        read = [one[: len(text)] for one, text in zip(states, texts, strict=True)]
        logits, _ = self._judge.run(None, lay_out([(one, [self._idea(idea)]) for one in read]).feed())
        return [float(one[0]) for one in logits]

    def _judged(self, text: str, ideas: Sequence[str]) -> list[Reading]:
        from grader.answers.layout import lay_out

        found: list[Reading] = []
        for tokens in self._windows(text):
            rows = lay_out([(self._read(tokens), [self._idea(idea) for idea in ideas])])
            logits, stances = self._judge.run(None, rows.feed())
            now = [Reading(float(logit), stance) for logit, stance in zip(logits[0], stances[0], strict=True)]
            found = [max(pair, key=lambda one: one.logit) for pair in zip(found, now, strict=True)] if found else now
        return found

    def _windows(self, text: str) -> list[list[int]]:
        """Token ids of the text in pieces that the model can take in; nearly always one."""
        from grader.answers.layout import MAX_ANSWER_TOKENS

        ids = list(self._tokenizer.encode(text).ids)
        size = MAX_ANSWER_TOKENS - 2
        starts = range(0, max(1, len(ids)), size)
        return [self._framed(ids[start : start + size]) for start in starts]

    def _framed(self, ids: Sequence[int]) -> list[int]:
        return [self._first, *ids, self._last]

    def _idea(self, idea: str) -> States:
        from grader.answers.layout import MAX_IDEA_TOKENS

        if idea not in self._ideas:
            while len(self._ideas) >= _KEPT_IDEAS:
                self._ideas.popitem(last=False)
            ids = list(self._tokenizer.encode(idea).ids)[: MAX_IDEA_TOKENS - 2]
            self._ideas[idea] = self._read(self._framed(ids))
        return self._ideas[idea]

    def _read(self, tokens: list[int]) -> States:
        from grader.answers.layout import own_mask

        ids, mask = own_mask([tokens])
        states: Any = self._reader.run(None, {"ids": ids, "mask": mask})[0]
        result: States = states[0]
        return result


@cache
def load() -> Model | str:
    """The model, or one sentence that says why there is none and what to do."""
    try:
        return Model()
    except ImportError as error:
        return f"{error.name or 'a package'} is not installed: the rules mark alone. pip install onnxruntime tokenizers"
    except Exception as error:  # onnxruntime raises classes of its own for files that it cannot read
        return (
            f"the answers' model cannot be read ({type(error).__name__}): the rules mark alone. Reinstall the package"
        )

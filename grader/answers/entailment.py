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
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.answers.layout import States

FOLDER = Path(__file__).parent / "model"
_KEPT_IDEAS = 512
_KEPT_READINGS = 1024
_KEPT_PIECES = 64
_AT_ONCE = 8  # parts of an answer that are read together; they have similar lengths, so that there is little padding
_MOST_OF_PART = 120
MOST_PIECES = 200  # of a text; the longest of 2,688 marked answers has 159
_BESIDE = 300  # pieces that an answer may cost besides the pieces of its ideas
_READINGS = 3  # how often the ideas may be read with it
_FRAME = 2  # pieces that the tokenizer puts around a text


@dataclass(slots=True)
class Allowance:
    """How many pieces the model may still read for one answer, so that no text is costly. See `Model.allowance`."""

    left: int

    def charge(self, pieces: int) -> None:
        """Take `pieces` for a reading that is made in any case; take all if fewer are left."""
        self.left = max(0, self.left - pieces)

    def grants(self, pieces: int) -> bool:
        """Take `pieces` if that many are left; otherwise take none and return False."""
        granted = pieces <= self.left
        self.left -= pieces if granted else 0
        return granted


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says about one text and one idea.

    `logit`: log-odds.  `stance`: a vector of how the text relates to the idea, similar for texts that relate to it in a
    similar way; None for a text that states nothing.
    """

    logit: float
    stance: States | None


class Model:
    """The two exported graphs and the tokenizer. Raises ImportError or OSError when something is missing."""

    def __init__(self, folder: Path = FOLDER) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # later versions report to their maker, which must not happen here
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
                disabled_optimizers=["SkipLayerNormFusion"],  # slower when fused: 7.0 ms instead of 6.3
            )
            for name in ("reader", "judge")
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._first, self._last = (self._tokenizer.token_to_id(name) or 0 for name in ("[CLS]", "[SEP]"))
        self._ideas: OrderedDict[str, States] = OrderedDict()
        self._known: OrderedDict[tuple[str, tuple[str, ...]], list[Reading]] = OrderedDict()
        self._pieces = lru_cache(_KEPT_PIECES)(lambda text: tuple(self._tokenizer.encode(text).ids))

    def allowance(self, ideas: Sequence[str]) -> Allowance:
        """How much may be read for an answer that is compared with `ideas`.

        Counted in pieces of words, once for each graph that works on a piece. Time is closely proportional to this
        number, and unlike time it is the same everywhere. It is enough to read any text once, and a text of up to 80
        pieces twice.
        """
        beside = sum(len(self._idea(idea)) for idea in ideas)
        return Allowance(max(2 * (MOST_PIECES + _FRAME) + beside, _BESIDE + _READINGS * beside))

    def cost(self, text: str, ideas: Sequence[str]) -> int:
        """What it costs to read `text` with `ideas`, in pieces."""
        return 2 * len(self._window(text)) + sum(len(self._idea(idea)) for idea in ideas)

    def is_whole(self, text: str) -> bool:
        """Whether a text is read to its end."""
        return len(self._pieces(text)) <= MOST_PIECES

    def forget(self) -> None:
        """Forget all readings, so that the next ones can be measured."""
        self._known.clear()

    def logits(self, text: str, ideas: Sequence[str]) -> list[float]:
        """How strongly `text` states each of the ideas, as log-odds before calibration."""
        return [one.logit for one in self.read(text, ideas)]

    def read(self, text: str, ideas: Sequence[str]) -> list[Reading]:
        """A reading of `text`, of its first MOST_PIECES pieces, for each of the ideas.

        Kept by text and ideas together: rounding to 8 bits depends a little on what is read at the same time, and the
        same answer must get the same numbers whatever was read before.
        """
        key = (text, tuple(ideas))
        if key not in self._known:
            while len(self._known) >= _KEPT_READINGS:
                self._known.popitem(last=False)
            self._known[key] = self._readings(text, key[1])
        return self._known[key]

    def strengths(self, parts: Sequence[str], ideas: Sequence[str]) -> list[list[float]]:
        """How strongly each of `parts` states each idea. As they are read together, compare them only to each other."""
        texts = [self._part(part) for part in parts]
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found: dict[int, list[float]] = {}
        for start in range(0, len(order), _AT_ONCE):
            places = order[start : start + _AT_ONCE]
            found.update(zip(places, self._stated([texts[place] for place in places], ideas), strict=True))
        return [found[place] for place in range(len(texts))]

    def cost_of_parts(self, parts: Sequence[str], ideas: Sequence[str]) -> int:
        """What it costs to ask for the `strengths` of `parts`."""
        beside = sum(len(self._idea(idea)) for idea in ideas)
        return sum(2 * len(self._part(part)) + beside for part in parts)

    def _part(self, part: str) -> list[int]:
        return self._framed(self._pieces(part)[:_MOST_OF_PART])

    def _stated(self, texts: list[list[int]], ideas: Sequence[str]) -> list[list[float]]:
        from grader.answers.layout import lay_out, own_mask

        ids, mask = own_mask(texts)
        states: Any = self._reader.run(None, {"ids": ids, "mask": mask})[0]
        read = [one[: len(text)] for one, text in zip(states, texts, strict=True)]
        against = [self._idea(idea) for idea in ideas]
        logits, _ = self._judge.run(None, lay_out([(one, against) for one in read]).feed())
        return [[float(logit) for logit in one] for one in logits]

    def _readings(self, text: str, ideas: Sequence[str]) -> list[Reading]:
        from grader.answers.layout import lay_out

        rows = lay_out([(self._read(self._window(text)), [self._idea(idea) for idea in ideas])])
        logits, stances = self._judge.run(None, rows.feed())
        return [Reading(float(logit), stance) for logit, stance in zip(logits[0], stances[0], strict=True)]

    def _window(self, text: str) -> list[int]:
        """Token ids of as much of the text as is read."""
        return self._framed(self._pieces(text)[:MOST_PIECES])

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


def allowance_for(ideas: Sequence[str]) -> Allowance:
    """How much the model may read for an answer; 0 without a model, where nothing costs anything."""
    model = load()
    return Allowance(0) if isinstance(model, str) else model.allowance(ideas)


def cost(text: str, ideas: Sequence[str]) -> int:
    """What it costs to read a text with ideas; a text that states nothing is not read."""
    model = load()
    return 0 if isinstance(model, str) or not text else model.cost(text, ideas)


def is_read_whole(text: str) -> bool:
    """Whether the model, where there is one, reads a text to its end."""
    model = load()
    return isinstance(model, str) or model.is_whole(text)

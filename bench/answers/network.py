"""The model in PyTorch: a published encoder's layers over the rows of `grader.answers.layout`, with a small head.

Only for training and export; grading runs the exported file. Weights of a published encoder are read by their usual
names, so that any BERT-shaped file will do.
"""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

SIZE = 384
HEADS = 12


class Layer(nn.Module):
    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv = nn.Linear(size, 3 * size)
        self.out = nn.Linear(size, size)
        self.up = nn.Linear(size, 4 * size)
        self.down = nn.Linear(4 * size, size)
        self.after_attention = nn.LayerNorm(size, eps=1e-12)
        self.after_feed = nn.LayerNorm(size, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        n, length, size = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, self.heads, size // self.heads).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(n, length, size)
        x = self.after_attention(x + self._drop(self.out(mixed)))
        return self.after_feed(x + self._drop(self.down(functional.gelu(self.up(x)))))

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training)


class Reader(nn.Module):
    """Token ids [n, l] -> states [n, l, size]: the embeddings and lower layers of a published encoder, unchanged."""

    def __init__(self, words: int, layers: int, size: int = SIZE, heads: int = HEADS) -> None:
        super().__init__()
        self.words = nn.Embedding(words, size)
        self.places = nn.Embedding(512, size)
        self.norm = nn.LayerNorm(size, eps=1e-12)
        self.layers = nn.ModuleList(Layer(size, heads, 0.0) for _ in range(layers))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        x = self.norm(self.words(ids) + self.places(torch.arange(ids.shape[1])))
        for layer in self.layers:
            x = layer(x, mask)
        return x


class Judge(nn.Module):
    """Rows of `grader.answers.layout` -> one logit for each idea, [n, k]."""

    def __init__(self, layers: int, size: int = SIZE, heads: int = HEADS, dropout: float = 0.1) -> None:
        super().__init__()
        self.side = nn.Parameter(torch.zeros(size))
        self.layers = nn.ModuleList(Layer(size, heads, dropout) for _ in range(layers))
        self.hidden = nn.Linear(4 * size, size)
        self.logit = nn.Linear(size, 1)
        self.dropout = dropout

    def forward(self, states: Tensor, answer: Tensor, mask: Tensor, pool: Tensor) -> Tensor:
        return self.both(states, answer, mask, pool)[0]

    def both(self, states: Tensor, answer: Tensor, mask: Tensor, pool: Tensor) -> tuple[Tensor, Tensor]:
        """The logits [n, k], and what they were read from [n, k, size]: how each answer stands to each idea."""
        x = functional.dropout(states + answer * self.side, self.dropout, self.training)
        for layer in self.layers:
            x = layer(x, mask)
        means = pool @ x
        said, ideas = means[:, :1], means[:, 1:]
        joined = torch.cat([ideas, said.expand_as(ideas), ideas * said, (ideas - said).abs()], -1)
        stance = torch.tanh(self.hidden(joined))
        return self.logit(functional.dropout(stance, self.dropout, self.training)).squeeze(-1), stance


def from_published(tensors: dict[str, Tensor], keep: list[int], lower: int) -> tuple[Reader, Judge]:
    """The published weights of the words `keep`: `lower` layers for reading, the others to judge with; a new head."""
    tensors = {name.removeprefix("bert."): tensor.float() for name, tensor in tensors.items()}
    count = 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith("encoder.layer."))
    reader, judge = Reader(len(keep), lower), Judge(count - lower)
    table = "embeddings.{}_embeddings.weight"
    with torch.no_grad():
        reader.words.weight.copy_(tensors[table.format("word")][keep])
        # Every text is of the first kind to the published encoder; that constant goes into the places.
        reader.places.weight.copy_(tensors[table.format("position")][:512] + tensors[table.format("token_type")][:1])
        _copy(reader.norm, tensors, "embeddings.LayerNorm")
        for number, layer in enumerate([*reader.layers, *judge.layers]):
            _copy_layer(layer, tensors, f"encoder.layer.{number}.")
    for parameter in reader.parameters():
        parameter.requires_grad_(False)
    return reader.eval(), judge


def _copy_layer(layer: nn.Module, tensors: dict[str, Tensor], name: str) -> None:
    for part, tensor in (("weight", layer.qkv.weight), ("bias", layer.qkv.bias)):
        tensor.copy_(torch.cat([tensors[f"{name}attention.self.{one}.{part}"] for one in ("query", "key", "value")]))
    _copy(layer.out, tensors, name + "attention.output.dense")
    _copy(layer.after_attention, tensors, name + "attention.output.LayerNorm")
    _copy(layer.up, tensors, name + "intermediate.dense")
    _copy(layer.down, tensors, name + "output.dense")
    _copy(layer.after_feed, tensors, name + "output.LayerNorm")


def _copy(module: nn.Module, tensors: dict[str, Tensor], name: str) -> None:
    module.weight.copy_(tensors[name + ".weight"])
    module.bias.copy_(tensors[name + ".bias"])

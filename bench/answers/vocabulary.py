"""A smaller vocabulary for the published tokenizer, so that the table of words does not outweigh the model."""

from __future__ import annotations

import re

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from bench.answers.banks import BANKS, load

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_COMMON = range(1996, 9500)  # the published vocabulary begins with characters and goes on by frequency


def pruned(published: Tokenizer) -> tuple[Tokenizer, list[int]]:
    """The tokenizer over fewer pieces, and the published ids of those pieces in their new order.

    Kept: single characters, so that every word can still be spelt; the pieces of all texts of the banks; and the
    commonest English pieces, so that questions nobody has asked yet are read well too.
    """
    published.no_padding()
    published.no_truncation()
    numbers = published.get_vocab()
    names = {number: piece for piece, number in numbers.items()}
    used = {number for text in _texts() for number in published.encode(text, add_special_tokens=False).ids}
    used |= {numbers[name] for name in _SPECIAL}
    used |= {number for number, piece in names.items() if re.fullmatch(r"(##)?[!-~]", piece)}
    used |= {number for number in _COMMON if re.fullmatch(r"(##)?[a-z]+", names[number])}
    keep = sorted(used)
    model = WordPiece({names[number]: place for place, number in enumerate(keep)}, unk_token="[UNK]")
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer, keep


def _texts() -> list[str]:
    texts = []
    for bank in BANKS:
        asked, answers = load(bank)
        texts += [answer.text for answer in answers]
        texts += [text for one in asked.values() for text in (one.prompt, *one.ideas.values(), *one.borders.values())]
    return texts

"""Text of a student -> tokens and sentences, within bounds, and without ever raising.

Every token knows its place in the text, so that evidence is always quoted in the student's own spelling. Nothing here
depends on a rubric: contractions, code (`s.bind((HOST, PORT))`), bullets and text-speak become plain words. There is no
stemming, which would make *connection* the same as *connect*.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from grader.answers.common_words import words as _set

MAX_CHARACTERS = 2500  # some 400 words; the longest of 2,688 marked answers has 625 characters
MAX_SENTENCES = 40
MAX_SENTENCE_TOKENS = 120
MAX_TOKENS = 600

NEGATORS = _set(
    "not never no without nobody none nothing neither nor nowhere noone hardly cannot unable instead lack lacks "
    "forget forgot forgets forgotten skip skips skipped missing"
)
_NEGATION_ENDS = _set(
    "but which while whereas because since so however although though and if otherwise then only except unless"
)
_NEGATION_REACH = 9
_NOT_EXEMPT = _set("only just merely simply enough sufficient")

# Short forms -> what they stand for. A value may have several words, which all have the place of the short form.
_SHORT_FORMS: dict[str, str] = {
    "cannot": "can not", "cant": "can not", "dont": "do not", "doesnt": "does not", "didnt": "did not",
    "isnt": "is not", "arent": "are not", "wasnt": "was not", "werent": "were not", "wont": "will not",
    "wouldnt": "would not", "couldnt": "could not", "shouldnt": "should not", "hasnt": "has not",
    "havent": "have not", "hadnt": "had not", "neednt": "need not", "aint": "is not", "mustnt": "must not",
    "shant": "shall not", "darent": "dare not", "thats": "that is", "theres": "there is", "youre": "you are",
    "theyre": "they are", "youve": "you have", "theyve": "they have", "itll": "it will", "youll": "you will",
    "gonna": "going to", "gotta": "got to", "wanna": "want to", "lets": "lets", "u": "you", "ur": "your",
    "b4": "before", "cuz": "because", "cos": "because", "bc": "because", "thru": "through", "n": "and",
    "nd": "and", "pls": "please", "noone": "nobody", "w": "with", "wo": "without", "thereof": "of it",
    "doin": "doing", "btwn": "between", "alot": "a lot", "ppl": "people", "msg": "message", "msgs": "messages",
    "comms": "communication", "addr": "address", "sock": "socket", "conn": "conn", "num": "number",
    "prog": "program", "pc": "computer", "pcs": "computers", "todo": "todo",
}  # fmt: skip
_IS_AFTER = _set("it that what there here he she who where this how")
_ABBREVIATIONS = _set("e.g i.e eg ie etc vs approx resp cf aka incl fig nr")

_TOKEN = re.compile(
    r"(?P<ip>\d{1,5}(?:\.\d{1,5}){3})"
    r"|(?P<arrow>-+>|=+>|→|⇒|➜|>>+)"
    r"|(?P<call>(?:\b(?:s|c|conn|sock|socket|self|server|client)\.(?!py\b)(?=[a-z_]{2,30}\b)[a-z_]{2,30}"
    r"|\b[a-z_]\w{0,30}(?=\(\)|\(\(|\((?-i:[A-Z_]+), ?(?-i:[A-Z_]+)\)))"
    r"(?:\((?:\([^()\n]{0,60}\)|[^()\n]{0,60})\))?)"
    r"|(?P<word>[^\W_](?:[^\W]|(?<=\w)['’‘`´](?=[^\W_])){0,39})"
    r"|(?P<end>[.!?;]+(?=\s|$|[)\"'\]])|[!?;]+|[。])"
    r"|(?P<stop>[,:(){}\[\]]|--+|–|—|(?<=\s)-(?=\s))"
    r"|(?P<sign>[&+=])"
    r"|(?P<newline>\n+)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[ \t]*(?:[-*+•·◦‣–]|\(?\d{1,2}[.)]|\(?[a-h][.)])[ \t]")
_SIGNS = {"&": "and", "+": "and", "=": "is"}
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})


@dataclass(slots=True)
class Token:
    """One word as it is matched. `start`, `end`: where it stands in the text."""

    word: str
    start: int
    end: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens `first` to `last` (exclusive) of the answer. `start`, `end`: the same in characters."""

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """An answer made ready for matching. `shown`: the text that is matched and quoted; `cut`: there was more."""

    shown: str
    tokens: tuple[Token, ...]
    sentences: tuple[Sentence, ...]
    cut: bool


def normalise(answer: str) -> Text:
    """Make an answer ready for matching. Takes any string; time is bounded by MAX_CHARACTERS."""
    shown = clean(answer[:MAX_CHARACTERS])
    cut = len(answer.rstrip()) > MAX_CHARACTERS or len(shown) > MAX_CHARACTERS
    shown = shown[:MAX_CHARACTERS]
    tokens, breaks, stops = _scan(shown)
    cut = cut or len(tokens) > MAX_TOKENS
    sentences = _sentences(tokens[:MAX_TOKENS], breaks)
    if len(sentences) > MAX_SENTENCES:
        sentences, cut = sentences[:MAX_SENTENCES], True
    tokens = tokens[: sentences[-1].last] if sentences else []
    for sentence in sentences:
        _mark_negation(tokens, sentence, stops)
    return Text(shown=shown, tokens=tuple(tokens), sentences=tuple(sentences), cut=cut)


def clean(text: str) -> str:
    """NFKC, plain newlines, no control characters, no lone surrogates.

    NFKC may make the text longer. At most MAX_CHARACTERS + 1 characters are kept then; the last shows that there was
    more.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)[: MAX_CHARACTERS + 1]
        text = "".join(map(_printable, text))
    elif not text.isprintable():
        text = "".join(c if c >= " " or c == "\n" else " " for c in text)
    return text


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if character == "\n":
        return character
    if category == "Mn":
        return ""
    return {"Cs": "�", "Cc": " ", "Cf": ""}.get(category, character)


def _scan(text: str) -> tuple[list[Token], set[int], set[int]]:
    """Tokens; the indexes of tokens that begin a sentence; the indexes of tokens after a comma, bracket or colon."""
    tokens: list[Token] = []
    breaks: set[int] = set()
    stops: set[int] = set()
    line_start = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "word":
            start, end = match.span()
            for word in _words(match[0]):
                tokens.append(Token(word, start, end))
        elif kind == "call":
            tokens.append(Token(_called(match[0]), match.start(), match.end()))
        elif kind == "ip":
            tokens.append(Token(match[0], match.start(), match.end()))
        elif kind == "arrow":
            tokens.append(Token("then", match.start(), match.end()))
            stops.add(len(tokens) - 1)
        elif kind == "sign":
            tokens.append(Token(_SIGNS[match[0]], match.start(), match.end()))
        elif kind == "stop":
            stops.add(len(tokens))
        elif kind == "end" and not _is_abbreviation(tokens, text, match.start(), match.end()):
            breaks.add(len(tokens))
        elif kind == "newline":
            if not _wraps(text, line_start, match):
                breaks.add(len(tokens))
            line_start = match.end()
        if len(tokens) > MAX_TOKENS:
            break
    return tokens, breaks, stops


def _called(raw: str) -> str:
    """`s.bind((HOST, PORT))` gives `bind()`: a call is one word, and its arguments are left out."""
    return raw.partition("(")[0].rpartition(".")[2].lower() + "()"


def _words(raw: str) -> list[str]:
    """The plain words of one raw word: `can't` gives can, not; `server's` gives server."""
    word = raw.lower()
    if word.isalnum() and word.isascii():  # nearly all of them
        return _SHORT_FORMS[word].split() if word in _SHORT_FORMS else [word]
    word = word.translate(_APOSTROPHES).strip("_")
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    if "'" in word:
        return _apostrophe(word)
    if "_" in word:
        return [part for part in word.split("_") if part]
    return _SHORT_FORMS[word].split() if word in _SHORT_FORMS else [word]


def _apostrophe(word: str) -> list[str]:
    head, _, tail = word.partition("'")
    if tail == "t":
        joined = _SHORT_FORMS.get(head + "t")
        return joined.split() if joined else [head]
    if tail == "s":
        return [head, "is"] if head in _IS_AFTER else [head]
    extra = {"re": "are", "ll": "will", "ve": "have", "d": "would", "m": "am"}.get(tail)
    return [head, extra] if extra else [part for part in word.split("'") if part]


def _is_abbreviation(tokens: list[Token], text: str, start: int, end: int) -> bool:
    """True for a full stop within a sentence: `e.g.`, `etc.` in the middle, `no. 65432`, which becomes `number`."""
    if not tokens or text[start] != ".":
        return False
    last = tokens[-1]
    if last.word == "no" and text[end : end + 2].strip()[:1].isdigit():
        last.word = "number"
        return True
    following = text[end : end + 2].strip()[:1]
    if end - start > 1:
        return following.islower()  # an ellipsis inside a sentence
    word = text[max(0, last.start - 2) : last.end].lower().lstrip(" (,")
    return word in _ABBREVIATIONS or (last.word in _ABBREVIATIONS and not following.isupper())


def _wraps(text: str, line_start: int, newline: re.Match[str]) -> bool:
    """True for a line break that only wraps a paragraph and does not end a sentence."""
    if newline.end() - newline.start() > 1 or newline.start() - line_start < 50:
        return False
    return not _ITEM.match(text, newline.end())


def _sentences(tokens: list[Token], breaks: set[int]) -> list[Sentence]:
    sentences: list[Sentence] = []
    first = 0
    for index in range(1, len(tokens) + 1):
        if index == len(tokens) or index in breaks or index - first >= MAX_SENTENCE_TOKENS:
            sentences.append(Sentence(first, index, tokens[first].start, tokens[index - 1].end))
            first = index
    return sentences


def _mark_negation(tokens: list[Token], sentence: Sentence, stops: set[int]) -> None:
    """Mark what a negation reaches: from the negator to a comma, a `but` or `which`, at most nine words."""
    reach = 0
    for index in range(sentence.first, sentence.last):
        token = tokens[index]
        if index in stops or token.word in _NEGATION_ENDS:
            reach = 0
        if reach:
            token.negated = True
            reach -= 1
        if token.word in NEGATORS and not _exempt(tokens, index, sentence.last):
            reach = _NEGATION_REACH


def _exempt(tokens: list[Token], index: int, last: int) -> bool:
    """True for a negator that denies nothing, as in `not only`, `not enough`, `no longer`, `no matter`."""
    following = tokens[index + 1].word if index + 1 < last else ""
    return following in _NOT_EXEMPT or (tokens[index].word == "no" and following in ("longer", "matter", "sooner"))

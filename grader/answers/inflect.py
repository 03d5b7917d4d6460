"""Forms of a listed word: -s, -ed, -ing and the irregular forms. Inflection only, never a stem.

*connect* gives connects, connected, connecting. *connection* is another word, which a list has to name itself.
"""

from __future__ import annotations

from functools import lru_cache

_IRREGULAR: dict[str, str] = {
    "be": "is are am was were been being", "begin": "begins began begun beginning", "bind": "binds bound binding",
    "break": "breaks broke broken breaking", "bring": "brings brought bringing", "build": "builds built building",
    "catch": "catches caught catching", "choose": "chooses chose chosen choosing", "come": "comes came coming",
    "do": "does did done doing", "drive": "drives drove driven driving", "find": "finds found finding",
    "fail": "fails failed failing", "forget": "forgets forgot forgotten forgetting", "get": "gets got gotten getting",
    "give": "gives gave given giving", "go": "goes went gone going", "hang": "hangs hung hanging",
    "have": "has had having", "hear": "hears heard hearing", "hold": "holds held holding", "keep": "keeps kept keeping",
    "know": "knows knew known knowing", "lay": "lays laid laying", "leave": "leaves left leaving",
    "let": "lets letting", "lie": "lies lay lain lying", "lose": "loses lost losing", "make": "makes made making",
    "meet": "meets met meeting", "pay": "pays paid paying", "put": "puts putting", "read": "reads reading",
    "ring": "rings rang rung ringing", "run": "runs ran running", "say": "says said saying",
    "see": "sees saw seen seeing",
    "send": "sends sent sending", "set": "sets setting", "show": "shows showed shown showing",
    "shut": "shuts shutting", "sit": "sits sat sitting", "speak": "speaks spoke spoken speaking",
    "stand": "stands stood standing", "stick": "sticks stuck sticking", "take": "takes took taken taking",
    "tell": "tells told telling", "think": "thinks thought thinking", "tie": "ties tied tying",
    "throw": "throws threw thrown throwing", "wait": "waits waited waiting", "write": "writes wrote written writing",
    "stay": "stays stayed staying", "occur": "occurs occurred occurring", "bid": "bids bidding",
}  # fmt: skip
_VOWELS = frozenset("aeiou")


@lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """All forms of a word that count as the same; `=word` gives only that form. Short names and numbers have one."""
    if word.startswith("="):
        return frozenset({word[1:]})
    if word in _IRREGULAR:
        return frozenset({word, *_IRREGULAR[word].split()})
    if len(word) < 3 or not word.isalpha():
        return frozenset({word})
    return frozenset({word, _plural(word), *_past_and_ing(word)})


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in _VOWELS:
        return word[:-1] + "ies"
    return word + "s"


def _past_and_ing(word: str) -> tuple[str, ...]:
    if word.endswith("ee"):
        return word + "d", word + "ing"
    if word.endswith("e"):
        return word + "d", word[:-1] + "ing"
    if word.endswith("y") and word[-2] not in _VOWELS:
        return word[:-1] + "ied", word + "ing"
    if _doubles(word):
        return word + word[-1] + "ed", word + word[-1] + "ing", word + "ed", word + "ing"
    return word + "ed", word + "ing"


def _doubles(word: str) -> bool:
    """True for a short word that ends in consonant, vowel, consonant: *map* gives *mapped*. *maped* is accepted too."""
    return len(word) <= 5 and word[-3] not in _VOWELS and word[-2] in _VOWELS and word[-1] not in "aeiouwxy"

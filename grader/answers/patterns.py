"""The pattern language of a rubric: words in a sentence, in any order or in a given one. Never a regular expression.

    ~bind-verb ~socket ~address       all three in one sentence, in any order; ~name is a list of the lexicon
    ~server >6:~listen >:port         in this order; at most 6 words from the first to the second
    ~host <>5:~port                   at most 5 words apart, either way round
    localhost|loopback|'same machine' one of these; quotes hold words that stand together
    ~reach !~client                   the sentence must not hold this one
    ^client                           among the first six words of its sentence
    =bound                            exactly this form (otherwise endings -s, -ed, -ing are added)
    ~outside >4:~not                  a pattern that asks for ~not, or only for words such as `nobody` and 'does not',
                                      is itself about a negation
    2 sentences: ~address ~port       within two sentences that follow each other; `anywhere:` within the answer

A term with `>` or `<>` hangs on the term before it; the others are free. Matching takes time linear in the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.answers.normalise import NEGATORS

WINDOWS = {"": 1, "2 sentences": 2, "3 sentences": 3, "anywhere": 0}
MAX_TERMS = 10
MAX_PATTERN_CHARACTERS = 300
NOT = "not"

_PREFIX = re.compile(r"\s*([a-z0-9][a-z0-9 ]*):\s", re.IGNORECASE)
_LINK = re.compile(r"(?P<op><>|>)(?:(?P<gap>\d{1,2}):|(?P<colon>:))?")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
_WORD = re.compile(r"=?[^\W_][\w.'-]*(?:\(\))?\Z")


class PatternError(ValueError):
    """A pattern that cannot be read; the message says where and what to write instead."""


@dataclass(frozen=True, slots=True)
class Term:
    """One place of a pattern. `choices`: lexicon names with `~`, words, or phrases with blanks; one must be there.

    `link`: `""` free, `>` after the term before, `<>` near it, `!` absent, `^` at the
    beginning of its sentence.  `gap`: how many words away at most.
    """

    choices: tuple[str, ...]
    link: str = ""
    gap: int = 99


@dataclass(frozen=True, slots=True)
class Pattern:
    """A read pattern. `window`: how many sentences it may span; 0 is the whole answer.

    `wanted`: the choices of each term that must be there.
    """

    source: str
    terms: tuple[Term, ...]
    window: int
    negative: bool
    wanted: tuple[tuple[str, ...], ...]


def parse_pattern(source: str) -> Pattern:
    """Read a pattern. Raises PatternError, whose message is a sentence, when it cannot be read."""
    if len(source) > MAX_PATTERN_CHARACTERS:
        raise PatternError(f"is longer than {MAX_PATTERN_CHARACTERS} characters; split it into several patterns")
    window, body = _window(source)
    terms = tuple(_term(piece, first=index == 0) for index, piece in enumerate(_pieces(body)))
    if not any(term.link != "!" for term in terms):
        raise PatternError("has no word to look for; write at least one word or ~name")
    if len(terms) > MAX_TERMS:
        raise PatternError(f"has {len(terms)} terms; {MAX_TERMS} are the most, so split it")
    wanted = tuple(term.choices for term in terms if term.link != "!")
    negative = any("~" + NOT in choices or all(map(_negates, choices)) for choices in wanted)
    return Pattern(source, terms, window, negative, wanted)


def _negates(choice: str) -> bool:
    """Whether a word or a phrase is itself a negation. Lists are not looked up here."""
    return any(word.removeprefix("=") in NEGATORS for word in choice.split())


def check_pattern(pattern: str, lexicon: Mapping[str, tuple[str, ...]]) -> str | None:
    """Say in one sentence what is wrong with a pattern, with the nearest right name; None when nothing is."""
    try:
        parsed = parse_pattern(pattern)
    except PatternError as error:
        return f"Pattern `{pattern[:80]}` {error}."
    for term in parsed.terms:
        for choice in term.choices:
            problem = _check_choice(choice, lexicon)
            if problem:
                return f"Pattern `{pattern[:80]}` {problem}" + "." * (not problem.endswith("?"))
    return None


def _check_choice(choice: str, lexicon: Mapping[str, tuple[str, ...]]) -> str | None:
    """What is wrong with a choice, or with a list that it names. Each list is read once, however many name it."""
    sound: set[str | None] = set()
    above: dict[str | None, Iterator[str]] = {None: iter((choice,))}  # lists that are looked through, the inmost last
    while above:
        inmost = next(reversed(above))
        member = next(above[inmost], None)
        if member is None:
            del above[inmost]
            sound.add(inmost)
            continue
        name = member.removeprefix("~")
        if name in (member, NOT) or name in sound:
            continue
        if name in above:
            return f"uses ~{name}, which contains itself; take ~{name} out of its own list"
        if name not in lexicon:
            return f"uses ~{name}, which is not in the lexicon{_nearest(name, lexicon)}"
        above[name] = iter(lexicon[name])
    return None


def _nearest(name: str, lexicon: Mapping[str, tuple[str, ...]]) -> str:
    import difflib  # only for a message, and slow to import

    close = difflib.get_close_matches(name, [*lexicon, NOT], n=1, cutoff=0.5)
    return f"; did you mean ~{close[0]}?" if close else f"; add a list `{name}: [...]` to it"


def _window(source: str) -> tuple[int, str]:
    prefix = _PREFIX.match(source)
    if prefix is None:
        return 1, source
    name = " ".join(prefix[1].lower().split())
    if name not in WINDOWS:
        allowed = ", ".join(f"`{window}:`" for window in WINDOWS if window)
        raise PatternError(f"begins with `{prefix[1]}:`; only {allowed} may stand there")
    return WINDOWS[name], source[prefix.end() :]


def _pieces(body: str) -> list[str]:
    """Split at blanks outside single quotes."""
    pieces, current, quoted = [], "", False
    for character in body:
        if character == "'" and (quoted or not current or current[-1] in "|:>!^="):
            quoted = not quoted
            current += character
        elif character.isspace() and not quoted:
            pieces.append(current)
            current = ""
        else:
            current += character
    if quoted:
        raise PatternError("has a quote ' that is never closed")
    return [piece for piece in [*pieces, current] if piece]


def _term(piece: str, *, first: bool) -> Term:
    link, gap, rest = "", 99, piece
    if piece[0] in "!^":
        link, rest = piece[0], piece[1:]
    elif match := _LINK.match(piece):
        link, gap, rest = match["op"], int(match["gap"] or 99), piece[match.end() :]
        if first:
            raise PatternError(f"begins with `{piece}`; `{link}` needs a word before it")
        if not rest or (rest.isdigit() and not match["gap"] and not match["colon"]):
            raise PatternError(
                f"has `{piece}`; a distance has a colon and then its word, without a blank: `{link}3:port`"
            )
        if gap == 0:
            raise PatternError(f"has a distance of 0 in `{piece}`; the next word is `{link}1:`")
    return Term(tuple(_choice(choice, piece) for choice in _choices(rest)), link, gap)


def _choices(rest: str) -> list[str]:
    choices, current, quoted = [], "", False
    for character in rest:
        quoted ^= character == "'"
        if character == "|" and not quoted:
            choices.append(current)
            current = ""
        else:
            current += character
    return [*choices, current]


def _choice(choice: str, piece: str) -> str:
    if choice.startswith("'"):
        phrase = " ".join(choice.strip("'").split())
        if not phrase or not all(_WORD.match(word) for word in phrase.split()):
            raise PatternError(f"has `{choice}`; between quotes only words may stand")
        return phrase
    if choice.startswith("~"):
        if not _NAME.match(choice[1:]):
            raise PatternError(f"has `{choice}`; after ~ comes a name of the lexicon, such as ~bind-verb")
        return choice
    if not _WORD.match(choice):
        raise PatternError(f"has `{choice or piece}`, which is no word; regular expressions are not understood")
    return choice

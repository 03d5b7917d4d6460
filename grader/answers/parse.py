"""`answers.md` or `.txt` -> the text of each answer.

Students write headings in many ways (`## Question 1`, `**Q1:**`, `1)`, underlined, the question repeated, `bind:`);
the first way that is found in the file is used. Copied prompts, comments, crossed-out text and the starter's
placeholders are no answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from grader.answers.markup import TELLS, comments_opened, written
from grader.model import Question

MAX_CHARACTERS = 20_000
"""What is read of a file, some 3,300 words (`goes_on` says whether there is more). Noise of this length takes 10 ms."""

_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_NUMBER = r"(?P<number>\d{1,3}|one|two|three|four|five|six|seven|eight|nine)(?![^\W_])"
_MARKS = r"[ \t>]{0,12}(?P<mark>\#{1,6}|[*_]{1,3}|={2,6})?[ \t]*(?:[*_]{1,3})?"
_AFTER = r"(?P<after>[ \t]*(?:[*_]{0,3}|={2,6})[ \t]*(?:[.:)\]]|[-–—](?=\s|$)|(?=\s*$))[ \t]*[*_]{0,3})"
_QUESTION = r"(?:questions?|q[a-z]{4,9}|quest|answers?|ans|q|a|task|exercise|problem|frage|aufgabe|pregunta|domanda)"
_NAMED = re.compile(
    _MARKS
    + r"[\[(]?(?:answers?[ \t]+(?:to[ \t]+|for[ \t]+)?)?(?:the[ \t]+)?"
    + rf"(?:{_QUESTION}[ \t]{{0,3}}(?:no\.?|nr\.?|number|\#)?[ \t]{{0,3}}[._-]?[ \t]?{_NUMBER}"
    + rf"|(?P<ordinal>{'|'.join(_ORDINALS)})[ \t]{{1,3}}(?:question|answer|task))"
    + r"[\])]?"
    + _AFTER,
    re.IGNORECASE,
)
_NAMED_MARKED = re.compile(
    r"[ \t>]{0,12}(?:\#{1,6}[ \t]*|[*_]{2,3})[*_]{0,3}(?:questions?|q|answers?|exercise|task|part|problem)?"
    r"[ \t]*(?:no\.?|\#)?[ \t]*" + _NUMBER + r"(?P<after>[ \t]*[*_]{0,3}[ \t]*[.:)\]–—-]*[ \t]*[*_]{0,3})",
    re.IGNORECASE,
)
_BARE = re.compile(r"[ \t]{0,3}[(\[]?(?P<number>\d{1,3})(?P<after>[.):\]][.)]?(?=\s|$))")
_UNDERLINE = re.compile(r"[ \t]{0,3}(?:=+|-{2,}|\*{3,}|_{3,})[ \t]*\Z")
_QUOTE = re.compile(r"\A[ \t]{0,3}(?:>[ \t]?)+")
_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_LABEL = re.compile(
    r"\A[ \t>]*[*_]{0,3}(?:(?:your|my)[ \t]+)?(?:answer|ans|response|solution)[*_]{0,3}[ \t]*:[*_]{0,3}[ \t]*",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"[\s>*_(\[<{]*(?:todo\b[^\n]{0,80}|tbd|\.{2,}|…"
    r"|(?:please )?(?:write|type|put|enter|add|insert|fill in)\b[^\n]{0,40}\banswers?\b[^\n]{0,30}"
    r"|(?:your|my) answers?(?: (?:goes )?here)?|answers? here|replace this[^\n]{0,60}|question)[\s.:*_)\]>}…-]*\Z",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*(?:\([^()]{0,80}(?:\([^()]{0,40}\))?[^()]{0,80}\)|\[[^\]]{0,80}\])\s*[*_:]{0,3}\s*\Z")
_WORDS = re.compile(r"\w+")
_CALLED = re.compile(r"(\w+)\(")
_FEWEST_ABOVE = 8  # words above all headings that may be an answer
_MOST_GREETING = 8  # words of a paragraph that may be a name or a greeting


def parse_answers(text: str, questions: Sequence[Question]) -> dict[str, str]:
    """Give each question's id its answer; a question that is not answered has "".

    Texts under a repeated heading are joined. Without headings, the whole text is the answer to a single question. For
    several questions, as many paragraphs are taken in order; otherwise every question gets the whole text, because a
    forgotten heading should cost nobody an answer (`misplaced` has a person look). Text above all headings, such as
    above an untouched starter, is taken for questions with nothing under their headings. Only the first MAX_CHARACTERS
    characters are read.
    """
    return _answers(_lines(text), questions)


def _answers(lines: list[str], questions: Sequence[Question]) -> dict[str, str]:
    starts = _starts(lines, questions)
    if not starts:
        return _collected(_without_headings(lines, questions), questions)
    answers = _collected(_cut(lines, starts, questions), questions)
    empty = [name for name, answer in answers.items() if not answer]
    above, below = _above(lines[: starts[0][0]]), lines[starts[-1][0] + 1 :]
    if empty and len(_WORDS.findall("\n".join(above))) >= _FEWEST_ABOVE:
        answers |= {name: answer for name, answer in _answers(above, questions).items() if name in empty}
    if len(empty) == len(questions) - 1 and len(starts) == len(questions) and _starts(below, questions):
        answers_below = _answers(below, questions)  # all questions first, as a list, and then all answers
        answers = answers_below if all(answers_below.values()) else answers
    return answers


def _collected(sections: list[tuple[Question, list[str]]], questions: Sequence[Question]) -> dict[str, str]:
    answers: dict[str, list[str]] = {question.id: [] for question in questions}
    for question, body in sections:
        if answer := _clean(body, question):
            answers[question.id].append(answer)
    return {name: "\n\n".join(parts) for name, parts in answers.items()}


def _above(lines: list[str]) -> list[str]:
    """What a student may have written above the first heading: no titles, and no lines that tell what to write."""
    return [line for line in lines if not line.lstrip().startswith("#") and not TELLS.search(line)]


def goes_on(text: str) -> bool:
    """Whether a file is longer than what is read of it."""
    return bool(text[MAX_CHARACTERS:].strip())


FEWEST_HIDDEN = 5
"""A comment of this many words may be an answer; a shorter one is a note."""


def commented_out(text: str, questions: Sequence[Question], answers: Mapping[str, str]) -> frozenset[str]:
    """Ids of the questions without an answer but with a comment of several words in its place.

    `answers`: as `parse_answers` finds them in the text.
    Comments that tell what to write (the starter's placeholder, *in your own words*) do not count.
    """
    if "<!--" not in text[:MAX_CHARACTERS]:
        return frozenset()
    empty = [name for name, answer in answers.items() if not _WORDS.search(answer)]
    if not empty:
        return frozenset()
    opened = parse_answers(comments_opened(text[:MAX_CHARACTERS]), questions)
    return frozenset(name for name in empty if len(_WORDS.findall(opened[name])) >= FEWEST_HIDDEN)


def _lines(text: str) -> list[str]:
    return written(text[:MAX_CHARACTERS]).split("\n")


Start = tuple[int, Question | None, str]


def _starts(lines: list[str], questions: Sequence[Question]) -> list[Start]:
    """The headings, in the first way of writing them that is found in the lines; empty when there are none."""
    by_number = {question.number: question for question in questions}
    for fenced in (False, True):
        for pattern in (_NAMED, _NAMED_MARKED):
            if starts := _headings(lines, pattern, by_number, fenced=fenced):
                return starts
        if starts := _repeated_prompts(lines, questions):
            return starts
        if len(questions) > 1:
            starts = _called(lines, questions, fenced=fenced) or _numbered(lines, by_number, fenced=fenced)
        if starts:
            return starts
    return []


def _outside_fences(lines: list[str], *, fenced: bool) -> Iterator[tuple[int, str]]:
    """Lines with their index; those of code fences only when `fenced` says so."""
    inside = False
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            inside = not inside
        elif fenced or not inside:
            yield index, line[:400]


def _matches(lines: list[str], pattern: re.Pattern[str], *, fenced: bool) -> Iterator[tuple[int, re.Match[str], str]]:
    """Each line that begins as the pattern says: its index, the match, and the rest of the line."""
    for index, line in _outside_fences(lines, fenced=fenced):
        if match := pattern.match(line):
            yield index, match, lines[index][match.end() :]


def _headings(
    lines: list[str], pattern: re.Pattern[str], by_number: dict[int, Question], *, fenced: bool
) -> list[Start]:
    """Line, question and the rest of the line, for each heading. With an unknown number, the question is None, and the
    heading only ends the text above it."""
    found = _matches(lines, pattern, fenced=fenced)
    starts = [(index, by_number.get(_number(match)), rest) for index, match, rest in found]
    return starts if any(question for _, question, _ in starts) else []


def _numbered(lines: list[str], by_number: dict[int, Question], *, fenced: bool) -> list[Start]:
    """`1.` and `2)` at the start of a line, each number once and rising, so that lists inside an answer are kept."""
    starts: list[Start] = []
    awaited = sorted(by_number)
    for index, match, rest in _matches(lines, _BARE, fenced=fenced):
        if (number := int(match["number"])) in awaited:
            awaited = [later for later in awaited if later > number]
            starts.append((index, by_number[number], rest))
    return starts


def _called(lines: list[str], questions: Sequence[Question], *, fenced: bool) -> list[Start]:
    """Headings such as `bind:` or `Regarding s.connect():`, with a call that only one question asks about. Empty unless
    every question has one."""
    calls = [set(_CALLED.findall(question.prompt.lower())) for question in questions]
    often = Counter(name for own in calls for name in own)
    of = {name: one for one, own in zip(questions, calls, strict=True) for name in sorted(own) if often[name] == 1}
    if len({question.id for question in of.values()}) < len(questions):
        return []
    name = rf"(?P<name>{'|'.join(map(re.escape, of))})\b(?:\([^\n]{{0,40}}\))?[`'\"]?"
    heading = re.compile(
        _MARKS
        + r"(?:(?:regarding|about|concerning|for|on|re)[ \t:]{1,3})?(?:the[ \t]{1,3})?[`'\"]?(?:\w{1,20}\.)?"
        + name
        + r"(?:[ \t](?:command|call|function|method))?"
        + _AFTER,
        re.IGNORECASE,
    )
    found = [(index, of[match["name"].lower()], rest) for index, match, rest in _matches(lines, heading, fenced=fenced)]
    return list(found) if len({question.id for _, question, _ in found}) == len(questions) else []


def _repeated_prompts(lines: list[str], questions: Sequence[Question]) -> list[Start]:
    """Lines that repeat a question: they serve as its heading when there is no other."""
    starts: list[Start] = []
    for index, line in _outside_fences(lines, fenced=False):
        words = plain(line[:1000]).split()
        if len(words) < FEWEST_WORDS:
            continue
        nearest = max(questions, key=lambda question: _shared(words, question.prompt), default=None)
        if nearest is not None and (_same_words(words, nearest.prompt) or _asks_part(line, words, nearest, questions)):
            starts.append((index, nearest, ""))
    return starts


def _cut(lines: list[str], starts: list[Start], questions: Sequence[Question]) -> list[tuple[Question, list[str]]]:
    """The lines from each heading to the next. Text above the first belongs to question 1 when that is missing."""
    sections: list[tuple[Question, list[str]]] = []
    first = min(questions, key=lambda question: question.number)
    if all(question is not first for _, question, _ in starts):
        sections.append((first, _above(lines[: starts[0][0]])))
    ends = [index for index, _, _ in starts[1:]] + [len(lines)]
    for (index, question, rest), end in zip(starts, ends, strict=True):
        if question is not None:
            body = lines[index + 1 : end]
            if body and _UNDERLINE.match(body[0]):
                body = body[1:]
            sections.append((question, ["" if _is_all(_ASIDE, rest) else rest, *body]))
    return sections


def _without_headings(lines: list[str], questions: Sequence[Question]) -> list[tuple[Question, list[str]]]:
    body = [line for line in lines if not re.match(r"[ \t]{0,3}#{1,6}[ \t]", line)]
    paragraphs = paragraphs_of("\n".join(body))
    answers, above = paragraphs[-len(questions) :], paragraphs[: -len(questions)]
    longest = max((len(_WORDS.findall(block)) for block in above), default=0)  # a name, a greeting
    told_apart = longest <= _MOST_GREETING and all(len(_WORDS.findall(block)) > longest for block in answers)
    if len(questions) > 1 and len(answers) == len(questions) and told_apart:
        ordered = sorted(questions, key=lambda question: question.number)
        return [(question, block.split("\n")) for question, block in zip(ordered, answers, strict=True)]
    return [(question, body) for question in questions]


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a text, which blank lines separate."""
    return [block for block in re.split(r"\n[ \t]*\n", text) if block.strip()]


def _clean(body: list[str], question: Question) -> str:
    """The student's own text: no prompt, no placeholder, no `Answer:` label, no rule under a heading."""
    kept = []
    for raw in _without_prompt(body, question):
        line = _LABEL.sub("", raw, count=1)
        empty = _is_all(_PLACEHOLDER, line) or _is_all(_UNDERLINE, line)
        kept.append("" if empty else _QUOTE.sub("", line, count=1))
    if sum(1 for line in kept if _FENCE.match(line)) % 2:
        kept = [line for line in kept if not _FENCE.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip("\n ")


_MOST_OF_LINE = 300


def _is_all(pattern: re.Pattern[str], line: str) -> bool:
    """Whether a line matches the pattern from its start, and has no words after its first _MOST_OF_LINE characters."""
    return bool(pattern.match(line[:_MOST_OF_LINE])) and not _WORDS.search(line, _MOST_OF_LINE)


def _without_prompt(body: list[str], question: Question) -> list[str]:
    """Drop a copied question: whole or wrapped over lines, quoted or not, up to the first line of other text."""
    prompt = plain(question.prompt)
    title = plain(question.title)
    kept: list[str] = []
    left, begun = prompt, False
    for number, line in enumerate(body):
        words = "" if begun and number >= 12 else plain(line)
        if words and not begun and (words == title or _is_part(words, left)):
            left = left[len(words) :].strip() if left.startswith(words) else left
            continue
        rest = _after_prompt(line, prompt) if number < 3 else line
        if rest == line and number < 12 and _same_words(plain(line[:1000]).split(), question.prompt):
            continue
        begun = begun or bool(words)
        kept.append(rest)
    return kept


def _is_part(words: str, prompt: str) -> bool:
    """True for a line of a copied prompt: it begins what is left of the prompt, or is a long piece of it."""
    return bool(prompt) and (prompt.startswith(words + " ") or prompt == words or (len(words) > 30 and words in prompt))


def _after_prompt(line: str, prompt: str) -> str:
    """What follows on a line that begins with the whole prompt."""
    if len(line) < len(prompt) or not prompt:
        return line
    count = len(prompt.split())
    for position, match in enumerate(_WORDS.finditer(line[: 4 * len(prompt) + 80])):
        if position + 1 == count:
            return line[match.end() :].lstrip(" ?`*_)»\"'.") if plain(line[: match.end()]) == prompt else line
    return line


FEWEST_WORDS = 5
"""Shorter lines may share their words with a prompt by chance."""


def _same_words(words: list[str], prompt: str) -> bool:
    """Whether the words of a line are those of the prompt, except a few."""
    if not FEWEST_WORDS <= len(words) <= len(plain(prompt).split()) + 4:
        return False
    return _shared(words, prompt) >= 0.8


def _asks_part(line: str, words: list[str], asked: Question, questions: Sequence[Question]) -> bool:
    """Whether a line ends in a question mark and is a part of this question and no other. `words`: of the line."""
    having = [one for one in questions if set(words) - {str(asked.number), "q"} <= _asked(one.prompt)]
    return line.rstrip(" \t*_`)").endswith("?") and having == [asked]


def _shared(words: list[str], prompt: str) -> float:
    """How many words a line and a prompt have in common, as a share of the longer of the two, 0 to 1."""
    asked, said = _asked(prompt), set(words)
    return len(asked & said) / max(len(asked), len(said), 1)


@lru_cache(maxsize=64)
def _asked(prompt: str) -> frozenset[str]:
    """The words of a prompt. Cached: there are few prompts, and each line of a file is compared with them."""
    return frozenset(plain(prompt).split())


def plain(text: str) -> str:
    """The words of a text, in lower case, with a blank between them."""
    return " ".join(_WORDS.findall(text.lower()))


def _number(heading: re.Match[str]) -> int:
    named = heading.groupdict()
    if ordinal := named.get("ordinal"):
        return _ORDINALS[ordinal.lower()]
    return _NUMBER_WORDS.get(named["number"].lower()) or int(named["number"])

"""Which file holds the answers, and its text.

Students write it with whatever is at hand: Notepad saves UTF-16, older editors Windows-1252, word processors a format
of their own. Text of any encoding is read; the other formats are for a person.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.intake import bounds, messages, names, unread
from grader.intake.handin import NOTHING, Aside, Found
from grader.intake.unread import DOCUMENTS, TEXTS
from grader.model import Note

_TEXT = (*TEXTS, ".md.txt", "")
_ENDING = re.compile(r"(?:\.md\.txt|\.[a-z]{2,8})$", re.IGNORECASE)
_HEADING = re.compile(rb"^[#*\s]{0,8}(?:question|q)\s{0,3}[1-9]\b", re.IGNORECASE | re.MULTILINE)
_QUESTION = re.compile(r"(?:question|q)[1-9]")
_MAGIC = (b"PK\x03\x04", b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0")
"""First bytes of the formats of word processors, and of PDF."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The text, or None when there is none; the path it came from; and what is to be said about it."""

    text: str | None
    notes: tuple[Note, ...]


def looks_like_answers(name: str, expected: str) -> bool:
    """True when a file's name alone says that it holds answers, whether they can be read or not."""
    return name == expected or (not names.too_long(name) and _closeness(name, expected) is not None)


def find_answers(files: Sequence[Found], expected: str, root: str, aside: Aside = NOTHING) -> Answers:
    """Finds and decodes the answers; where no file holds any, they are what was typed into the learning platform.

    `expected`: the name that was asked for.  `root`: the folder of the programs, where they may lie as well as at the
    top (`""` when they are the same).
    """
    found = _in_files(files, expected, root)
    typed = aside.typed[: bounds.MAX_ANSWERS_BYTES]
    cut = () if aside.whole and typed == aside.typed else (messages.answers_typed_cut(),)
    if not typed.strip():
        return Answers(found.text, (*found.notes, *cut))
    if found.text is not None and found.text.strip():
        return Answers(found.text, (*found.notes, messages.answers_typed_too(expected)))
    for_person = (note for note in found.notes if note.needs_person and note.code != "missing")
    return Answers(typed, (*for_person, messages.answers_typed(), *cut))


def _in_files(files: Sequence[Found], expected: str, root: str) -> Answers:
    ranked = _ranked(files, expected, root)
    chosen, notes = _choose(ranked, files, expected)
    if chosen is None:
        return Answers(None, notes)
    if chosen.data.startswith(_MAGIC):
        return Answers(None, (messages.answers_unreadable(chosen.path, expected),))
    documents = [file.path for _, file in ranked if _is_document(file.path) and _speaks_of_answers(file.path, expected)]
    others = [path for path in _others(chosen, ranked, files) if path not in documents]
    if documents:
        notes = (*notes, messages.answers_beside(chosen.path, documents))
    if others:
        notes = (*notes, messages.answers_unused(chosen.path, others))
    text = decoded(chosen.data[: bounds.MAX_ANSWERS_BYTES], whole=len(chosen.data) <= bounds.MAX_ANSWERS_BYTES)
    if len(chosen.data) > bounds.MAX_ANSWERS_BYTES:
        notes = (*notes, messages.answers_cut(chosen.path))
    if not text.strip():
        notes = (*notes, messages.answers_empty(chosen.path))
    return Answers(text, notes)


def _others(chosen: Found, ranked: list[tuple[tuple[int, int], Found]], files: Sequence[Found]) -> list[str]:
    """What may hold answers beside the file that was chosen. It matters where nothing is answered in that."""
    could_be = {file.path for _, file in ranked if file.data != chosen.data}
    could_be |= {*unread.answers_in(files), *unread.answers_in_comments(files)}
    same = {file.path for file in files if file.data == chosen.data}
    return sorted(could_be - same)


def decoded(data: bytes, *, whole: bool = True) -> str:
    """Text of unknown encoding: UTF-8, UTF-16 with its mark, else Windows-1252. Never raises.

    `whole` is False when `data` was cut, possibly inside a character.
    """
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return names.printable(data[len(mark) :].decode(encoding, "replace"))
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(data, final=whole)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _choose(
    ranked: list[tuple[tuple[int, int], Found]], files: Sequence[Found], expected: str
) -> tuple[Found | None, tuple[Note, ...]]:
    texts = [(rank, file) for rank, file in ranked if not _is_document(file.path)]
    if not texts:
        if ranked:
            return None, (messages.answers_unreadable(ranked[0][1].path, expected),)
        return None, (
            messages.answers_missing(
                expected, [*unread.answers_in(files), *unread.texts_in(files)], unread.answers_in_comments(files)
            ),
        )
    best_rank, best = texts[0]
    equal = [file for rank, file in texts if rank == best_rank and file.data != best.data]
    if equal:
        return None, (messages.answers_ambiguous([best.path, *(file.path for file in equal)], expected),)
    if best_rank == (0, 0):
        return best, ()
    return best, (messages.answers_misnamed(best.path, expected),)


def _ranked(files: Sequence[Found], expected: str, root: str) -> list[tuple[tuple[int, int], Found]]:
    """The files that could be the answers, best first: by name, then by depth below the top or the programs' folder."""
    ranked = []
    for file in files:
        name = names.base(file.path)
        closeness = 0 if name == expected else _closeness(name, expected)
        if closeness is None and _is_text(name) and (_is_named_for_a_question(name) or _has_headings(file.data)):
            closeness = 4
        if closeness is None and _is_document(name):
            closeness = 5
        if closeness is not None:
            ranked.append(((closeness, _depth(file.path, root)), file))
    return sorted(ranked, key=lambda each: (each[0], each[1].path))


def _is_named_for_a_question(name: str) -> bool:
    """True for `question1.txt`, `Q2.md`."""
    return bool(_QUESTION.fullmatch(names.squashed(_split(name)[0])))


def _has_headings(data: bytes) -> bool:
    return len(_HEADING.findall(data[: bounds.MAX_SCANNED_BYTES])) > 1


def _depth(path: str, root: str) -> int:
    inside = path[len(root) + 1 :] if root and path.startswith(f"{root}/") else path
    return names.depth(inside)


@lru_cache(maxsize=4096)
def _closeness(name: str, expected: str) -> int | None:
    """1: the name, otherwise written; 2: another ending; 3: it speaks of answers. None: it does not."""
    stem, ending = _split(name)
    wanted, wanted_ending = _split(expected)
    if ending not in _TEXT and ending not in DOCUMENTS:
        return None
    plain = names.squashed(names.without_copy_marks(stem))
    wanted = names.squashed(wanted)
    if plain in (wanted, wanted.removesuffix("s")):
        return 1 if ending == wanted_ending else 2
    return 3 if wanted.removesuffix("s") in plain else None


def _split(name: str) -> tuple[str, str]:
    match = _ENDING.search(name)
    return (name[: match.start()], match.group().lower()) if match else (name, "")


def _speaks_of_answers(path: str, expected: str) -> bool:
    return _closeness(names.base(path), expected) is not None


def _is_text(path: str) -> bool:
    return _split(names.base(path))[1] in _TEXT


def _is_document(path: str) -> bool:
    return _split(names.base(path))[1] in DOCUMENTS

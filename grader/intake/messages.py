"""The sentences that students read about what they handed in, together, so that their tone can be read at one go.

Each says what was found, what was done with it, and what to do next time. Names in them are student text, cut to a
bearable length; they are escaped where they are printed.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from grader.intake import bounds
from grader.intake.handin import Problem
from grader.intake.names import base, shown
from grader.model import Note, ProgramSpec

_LEFT_OUT = {
    Problem.LINK: "{names}: a link, and links are not followed. Hand in the file itself.",
    Problem.HARD_LINK: "{names}: a second name of another file (a hard link), so it was not opened. Hand in a copy.",
    Problem.SPECIAL: "{names}: not an ordinary file, so it was not opened. Hand in ordinary files only.",
    Problem.OUTSIDE: "{names}: a name that points outside of your folder, so it was not read. Pack your folder again.",
    Problem.NAME: "{names}: a name too long to be used. Give the file a short name.",
    Problem.DEEP: "{names}: more than {depth} folders deep, so it was not read. Put your files at the top.",
    Problem.CLOSED: "{names}: it could not be opened here; your teacher will look.",
    Problem.TOO_LARGE: "{names}: larger than {file_kib:,} KiB, so left out. Hand in only what your programs need.",
    Problem.TOO_MANY: "{names}: left out, because only {files} files are read. Hand in only what your programs need.",
    Problem.TOO_MUCH: "{names}: left out, because all files together are larger than {total_kib:,} KiB. "
    "Hand in only what your programs need.",
    Problem.CLASH: "{names}: a file and a folder have this name, and the folder was used. Give the file another name.",
    Problem.DUPLICATE: "{names}: your archive holds this twice, and the last one was used. Pack your folder again.",
}


def listed(paths: Sequence[str]) -> str:
    """Up to three paths by name, the others by number."""
    named = ", ".join(shown(path) for path in paths[:3])
    return named if len(paths) <= 3 else f"{named} and {len(paths) - 3:,} more"


def _were(paths: Sequence[str]) -> str:
    return f"{listed(paths)} {'was' if len(paths) == 1 else 'were'}"


def left_out(problem: Problem, paths: list[str], role: str | None = None) -> Note:
    """Files that are not among what was read. `role`: what they may well be.

    A person is asked about those, and about what this machine could not open, which is nobody's mistake.
    """
    sentence = _LEFT_OUT[problem].format(
        names=listed(paths),
        depth=bounds.MAX_DEPTH,
        files=bounds.MAX_FILES,
        file_kib=bounds.MAX_FILE_BYTES >> 10,
        total_kib=bounds.MAX_TOTAL_BYTES >> 10,
    )
    closed = problem is Problem.CLOSED
    code = "closed" if closed else "left-out"
    return Note(code=code, message=sentence, needs_person=closed or role is not None, role=role)


def unpacked(path: str) -> Note:
    """Everything was in one archive."""
    return Note(
        code="archive",
        message=f"Your files were inside the archive {shown(path)} and were read from there. "
        "Next time hand in the files themselves.",
    )


def late() -> Note:
    """The learning platform marks a file as handed in after the due date."""
    return Note(code="late", message="Handed in late, as Canvas has marked it. No point is taken off for that here.")


def link_given() -> Note:
    """An address was handed in instead of files."""
    return Note(
        code="link",
        message="You handed in an address, and addresses are not followed; your teacher will look. "
        "Next time hand in the files themselves.",
        needs_person=True,
    )


def uploaded_again(name: str) -> Note:
    """Several uploads of what was asked for, of which one counts."""
    return Note(
        code="unused",
        message=f"{shown(name)} was handed in more than once; the last one was used. Next time hand in one.",
    )


NOBODY = "files of nobody"
"""The id under which files of a download stand that belong to none of its people."""


def nobodys(files: list[str]) -> str:
    """Why they were not graded. For the teacher."""
    return (
        f"{listed(files)}: nobody's name stands before this, so it was left aside. If it is a student's, put it into a "
        "folder called like them, beside the others; if it is not, keep it elsewhere."
    )


def several_archives(paths: list[str]) -> Note:
    """More than one archive, and no program beside them."""
    return Note(
        code="ambiguous",
        message=f"There are several archives ({listed(paths)}) and no program, so none was opened; your teacher will "
        "look. Next time hand in the files themselves.",
        needs_person=True,
    )


def too_many_files(name: str) -> str:
    """Why a hand-in that is no archive was not read. For the teacher."""
    return (
        f"{shown(name)} holds more than {bounds.MAX_ENTRIES:,} files. "
        "Ask for a hand-in with the programs and the answers only."
    )


def looks_like_class(name: str, folders: int, path: str) -> str:
    """Why a folder was not taken for one hand-in, and what to do for a class. `path`: the folder; "" for one in an
    archive, which has no path. For the teacher."""
    if path:
        remedy = f"To grade it: grade {shlex.quote(path)}"
    else:
        remedy = "To grade it, unpack the archive, and give the folder in which the hand-ins lie side by side."
    return f"{shown(name)} looks like a class: {folders} folders in it hold programs of their own. {remedy}"


def or_download(why: str) -> str:
    """Why an archive that was named on the command line cannot be read. For the teacher."""
    return f"{why.rstrip('.')}; or, if it is the class's download, download it again."


def archive_refused(path: str, problem: Problem) -> str:
    """Why the one archive of a hand-in was not opened. For the teacher."""
    if problem is Problem.TOO_LARGE:
        return f"The archive {shown(path)} is larger than {bounds.MAX_ARCHIVE_BYTES >> 20} MiB. Ask for a smaller one."
    return f"The archive {shown(path)} is a link or cannot be opened. Ask for it to be handed in again."


def misnamed(spec: ProgramSpec, path: str) -> Note:
    """A program under another name that is clearly meant."""
    return _misnamed(spec, f"Your {spec.role} was found as {shown(path)} and used. Next time call it `{spec.file}`.")


def misplaced(spec: ProgramSpec, path: str) -> Note:
    """A program with the right name in a folder of the hand-in."""
    folder = path.rpartition("/")[0]
    return _misnamed(
        spec,
        f"Your {spec.role} was found in the folder {shown(folder)} and used. "
        f"Next time put `{spec.file}` at the top, outside of any folder.",
    )


def guessed(spec: ProgramSpec, path: str) -> Note:
    """A program whose name says nothing."""
    return _misnamed(
        spec,
        f"No file is called `{spec.file}`. Going by what its code does, {shown(path)} was taken for your {spec.role}. "
        f"Next time call it `{spec.file}`.",
    )


def swapped(spec: ProgramSpec, path: str) -> Note:
    """Server and client under each other's name."""
    return _misnamed(
        spec,
        f"Your two programs have each other's name: {shown(path)} holds your {spec.role} and was used as that. "
        f"Next time call it `{spec.file}`.",
    )


def _misnamed(spec: ProgramSpec, message: str) -> Note:
    return Note(code="misnamed", message=message, role=spec.role)


def ambiguous(spec: ProgramSpec, paths: list[str]) -> Note:
    """Several files could be the program."""
    return Note(
        code="ambiguous",
        message=f"Several files could be your {spec.role} ({listed(paths)}), so none was run; your teacher will look. "
        f"Next time hand in one, called `{spec.file}`.",
        needs_person=True,
        role=spec.role,
    )


def unused(spec: ProgramSpec, used: str, others: list[str]) -> Note:
    """Files that could have been meant beside the one that was used."""
    return Note(
        code="unused",
        message=f"{shown(used)} was used as your {spec.role}; {_were(others)} not. "
        "Next time hand in only the one that counts.",
        role=spec.role,
    )


def unopened_archives(paths: Sequence[str]) -> Note:
    """Archives beside programs."""
    return Note(
        code="unused",
        message=f"{_were(paths)} not opened, as there are programs beside. Next time hand in only what counts.",
    )


def missing(spec: ProgramSpec, near: list[str], unread: Sequence[str] = (), together: Sequence[str] = ()) -> Note:
    """No file could be the program. `near`: files that are called like it, with another ending than a program's.

    A person looks where it may be there all the same: in what cannot be read here (`unread`), or in one file with the
    other program (`together`).
    """
    why = "was not taken for it: its name does" if len(near) == 1 else "were not taken for it: their names do"
    instead = f" {listed(near)} {why} not end in `.py`." if near else ""
    if together:
        instead += f" {listed(together)} may hold it, together with your other program; your teacher will look."
    elif unread:
        instead += _may_hold(unread, "it")
    return Note(
        code="missing",
        message=f"Your {spec.role} was not found.{instead} Hand in a file called `{spec.file}`.",
        needs_person=bool(together or unread),
        role=spec.role,
    )


def _may_hold(unread: Sequence[str], missing: str) -> str:
    """What is not read here, where something is missing."""
    are = "is" if len(unread) == 1 else "are"
    return f" {listed(unread)} may hold {missing} and {are} not read here; your teacher will look."


def empty(spec: ProgramSpec, path: str) -> Note:
    """The program is there, and has nothing in it."""
    return Note(
        code="empty",
        message=f"{shown(path)} is empty. Save your {spec.role} in your editor, then hand it in again.",
        role=spec.role,
    )


def program_too_large(path: str) -> str:
    """Why a hand-in cannot be graded. For the teacher."""
    return (
        f"The program {shown(path)} is larger than {bounds.MAX_FILE_BYTES >> 10:,} KiB, or all files together larger "
        f"than {bounds.MAX_TOTAL_BYTES >> 10:,} KiB. Ask for the program alone."
    )


def answers_misnamed(path: str, expected: str) -> Note:
    """Answers under another name that is clearly meant."""
    found = f"Your answers were found as {shown(path)} and used. "
    return _answers("renamed", f"{found}Next time hand them in as `{expected}`, beside your programs.")


def answers_ambiguous(paths: list[str], expected: str) -> Note:
    """Several files could be the answers."""
    message = f"Several files could be your answers ({listed(paths)}), so none was read; your teacher will look. "
    return _answers("ambiguous", f"{message}Next time hand in one, called `{expected}`.", needs_person=True)


def answers_unreadable(path: str, expected: str) -> Note:
    """Answers as a word processor's file or a PDF."""
    message = f"{shown(path)} is not plain text and cannot be read here; your teacher will look. "
    return _answers("unreadable", f"{message}Next time hand in your answers as `{expected}`.", needs_person=True)


def answers_beside(path: str, documents: list[str]) -> Note:
    """Text was read, and a document that may hold other answers was not."""
    message = f"{shown(path)} was read; {listed(documents)} is not plain text and was not; your teacher will look. "
    return _answers("unreadable", f"{message}Next time hand in only {shown(base(path))}.", needs_person=True)


def answers_unused(path: str, others: Sequence[str]) -> Note:
    """Texts or documents that could have been meant beside the one that was read."""
    message = f"{shown(path)} was read as your answers; {_were(others)} not. "
    return _answers("unused", f"{message}Next time hand in only the one that counts.")


def answers_typed() -> Note:
    """Answers that were typed into the learning platform."""
    return _answers("typed", "Your answers were read from the text that you typed in when you handed in.")


def answers_typed_too(expected: str) -> Note:
    """Answers in a file, and another text that was typed into the learning platform."""
    message = "Your answers were read from your file, not from the text that you typed in; your teacher will look. "
    return _answers("typed", f"{message}Next time give them in `{expected}` only.", needs_person=True)


def answers_missing(expected: str, unread: Sequence[str] = (), in_code: Sequence[str] = ()) -> Note:
    """No file could be the answers. A person looks where they may be there all the same: in the comments of programs
    (`in_code`), or in what cannot be read here (`unread`)."""
    instead = ""
    if in_code:
        instead = f" {listed(in_code)} may hold them in comments; your teacher will look."
    elif unread:
        instead = _may_hold(unread, "them")
    message = f"Your answers were not found.{instead} Hand in a file called `{expected}`."
    return _answers("missing", message, needs_person=bool(instead))


def answers_empty(path: str) -> Note:
    """The answers file is there, and has nothing in it."""
    message = f"{shown(path)} is empty. Write your answers in it, save it, then hand it in again."
    return _answers("empty", message)


def answers_cut(path: str) -> Note:
    """More text than is read."""
    return _answers(
        "cut",
        f"Only the first {bounds.MAX_ANSWERS_BYTES >> 10} KiB of {shown(base(path))} were read. "
        "Keep each answer to a few sentences.",
        needs_person=True,
    )


def answers_typed_cut() -> Note:
    """More was typed into the learning platform than is read; pictures in it count."""
    message = "Only the beginning of the text that you typed in was read; your teacher will look. "
    return _answers("cut", f"{message}Keep each answer to a few sentences, without pictures.", needs_person=True)


def _answers(code: str, message: str, *, needs_person: bool = False) -> Note:
    return Note(code=code, message=message, needs_person=needs_person, role="answers")

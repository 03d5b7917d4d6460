"""Which file is which program: by name, then by where it lies, and only then by what its code does.

For each program the candidates are ranked by `Likeness` (how near the name is) and depth (folders above it). One is
used when no other is better in either respect; otherwise a person decides. Equal contents are one candidate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.intake import messages, names
from grader.intake.behaviour import UNKNOWN, Scan, is_test
from grader.intake.handin import Found
from grader.intake.names import Likeness
from grader.intake.unread import programs_in
from grader.model import Note, ProgramSpec

MOST_LINE = 400  # bytes of a line that are looked at


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that could be a program, and how near it comes."""

    file: Found
    likeness: Likeness

    @property
    def depth(self) -> int:
        """Folders above it."""
        return names.depth(self.file.path)

    def beats(self, other: Candidate) -> bool:
        """True when it is at least as good in both respects, better in one, or the same file twice."""
        mine, theirs = (self.likeness, self.depth), (other.likeness, other.depth)
        as_good = mine[0] <= theirs[0] and mine[1] <= theirs[1]
        return (as_good and mine != theirs) or self.file.data == other.file.data or _level(mine[0]) < _level(theirs[0])


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided for one program. `chosen` is None when nothing was found, or (`rivals`) too much."""

    chosen: Candidate | None
    rivals: tuple[Candidate, ...] = ()
    unused: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Programs:
    """Role -> path of its program, and what is to be said about it."""

    paths: dict[str, str]
    notes: tuple[Note, ...]


def find_programs(files: Sequence[Found], specs: Sequence[ProgramSpec]) -> Programs:
    """Decides which file is which program.

    Raises SubmissionError when a program that would be used was too large to be read.
    """
    files = [file for file in files if not is_test(file)]
    scan = Scan()
    choices = _by_name(files, specs, scan)
    choices |= _by_behaviour(files, specs, choices, scan)
    chosen = {role: choice.chosen.file for role, choice in choices.items() if choice.chosen}
    for file in chosen.values():
        if not file.whole:
            raise SubmissionError(messages.program_too_large(file.path))
    if _swapped(chosen, scan):
        return _exchanged(chosen, specs)
    together = [file.path for file in chosen.values() if scan.does_both(file.data)]
    notes = [note for spec in specs for note in _notes(spec, choices[spec.role], files, together)]
    return Programs({role: file.path for role, file in chosen.items()}, tuple(notes))


def _level(likeness: Likeness) -> int:
    """0: the name asked for, somehow written. 1: the role's name. 2: it is in the name. 3: nothing in the name."""
    return max(0, likeness - Likeness.ENDING)


def _by_name(files: Sequence[Found], specs: Sequence[ProgramSpec], scan: Scan) -> dict[str, Choice]:
    named = {spec.role: _candidates(files, spec, specs, scan) for spec in specs}
    clearly = {
        candidate.file.path: role
        for role, candidates in named.items()
        for candidate in candidates
        if _level(candidate.likeness) == 0
    }
    return {
        role: _choose([one for one in candidates if clearly.get(one.file.path, role) == role], role, scan)
        for role, candidates in named.items()
    }


def _candidates(files: Sequence[Found], spec: ProgramSpec, specs: Sequence[ProgramSpec], scan: Scan) -> list[Candidate]:
    """Files whose name points to the program. What another program is called to the letter is not among them."""
    roles = frozenset(each.role for each in specs)
    others = {each.file for each in specs} - {spec.file}
    found = []
    for file in files:
        name = names.base(file.path)
        likeness = None if name in others else names.likeness(name, spec, roles)
        if likeness is not None and _bears_out(file, likeness, spec.role, roles, scan):
            found.append(Candidate(file, likeness))
    return found


def _bears_out(file: Found, likeness: Likeness, role: str, roles: frozenset[str], scan: Scan) -> bool:
    """A text file has to look like Python; a file with the role in its name must not do what the other role does."""
    if likeness is Likeness.ENDING:
        return not file.whole or scan.looks_like_python(file.data)
    if likeness is Likeness.PART:
        return scan.role(file.data) not in roles - {role}
    return True


def _choose(candidates: list[Candidate], role: str, scan: Scan) -> Choice:
    if not candidates:
        return Choice(None)
    ordered = sorted(candidates, key=lambda each: (_level(each.likeness), each.likeness, each.depth, each.file.path))
    best = ordered[0]
    rivals = [each for each in ordered[1:] if not best.beats(each)]
    if rivals and _level(best.likeness) > 0:
        doing = [each for each in (best, *rivals) if scan.role(each.file.data) in (role, UNKNOWN)]
        if len(doing) == 1 and scan.role(doing[0].file.data) == role:
            return Choice(doing[0])
    if rivals or (best.likeness is Likeness.PART and scan.role(best.file.data) == UNKNOWN):
        return Choice(None, rivals=(best, *rivals))
    others = [each for each in ordered[1:] if each.file.data != best.file.data]
    imports = _imports(best) if others else b""
    return Choice(best, unused=tuple(each for each in others if _could_be_meant(each, imports, role, scan)))


def _imports(program: Candidate) -> bytes:
    """The lines of a program that may import something; each by itself, as no name reaches over a line's end."""
    lines = (line[:MOST_LINE] for line in program.file.data.splitlines())
    return b"\n".join(line for line in lines if b"import" in line)


def _could_be_meant(other: Candidate, imports: bytes, role: str, scan: Scan) -> bool:
    """It has the name asked for, somehow written; or the role in its name, does what the program has to do, and is
    nothing that the chosen program imports (in `imports`)."""
    if _level(other.likeness) == 0:
        return True
    module = names.base(other.file.path).rpartition(".")[0].encode(errors="replace")
    return scan.role(other.file.data) == role and module not in imports


def _by_behaviour(
    files: Sequence[Found], specs: Sequence[ProgramSpec], choices: dict[str, Choice], scan: Scan
) -> dict[str, Choice]:
    """Choices for the programs that no name points to, among the Python files that no name gave away."""
    open_roles = [spec.role for spec in specs if not choices[spec.role].chosen and not choices[spec.role].rivals]
    if not open_roles:
        return {}
    taken = {
        each.file.path
        for choice in choices.values()
        for each in (choice.chosen, *choice.rivals, *choice.unused)
        if each is not None
    }
    rest = [file for file in files if file.path not in taken and file.path.lower().endswith(".py")]
    doing = [(scan.role(file.data), Candidate(file, Likeness.BEHAVIOUR)) for file in rest]
    unknown = [candidate for does, candidate in doing if does == UNKNOWN]
    return {role: _only([candidate for does, candidate in doing if does == role], unknown) for role in open_roles}


def _only(candidates: list[Candidate], unknown: list[Candidate]) -> Choice:
    """The one candidate; equal contents count once. Several are for a person, whatever their depth, and so are those
    whose code was not looked at."""
    if unknown:
        return Choice(None, rivals=(*candidates, *unknown))
    different = {candidate.file.data: candidate for candidate in reversed(candidates)}
    if len(different) > 1:
        return Choice(None, rivals=tuple(candidates))
    return Choice(candidates[0] if candidates else None)


def _swapped(chosen: dict[str, Found], scan: Scan) -> bool:
    if chosen.keys() != {"server", "client"}:
        return False
    return scan.are_swapped(chosen["server"].data, chosen["client"].data)


def _exchanged(chosen: dict[str, Found], specs: Sequence[ProgramSpec]) -> Programs:
    paths = {"server": chosen["client"].path, "client": chosen["server"].path}
    return Programs(paths, tuple(messages.swapped(spec, paths[spec.role]) for spec in specs if spec.role in paths))


def _notes(spec: ProgramSpec, choice: Choice, files: Sequence[Found], together: list[str]) -> list[Note]:
    """`together`: the programs that were found and may hold another one as well."""
    if choice.rivals:
        return [messages.ambiguous(spec, [each.file.path for each in choice.rivals])]
    if choice.chosen is None:
        unread = programs_in(files)
        near = [file.path for file in files if names.otherwise_ended(file.path, spec) and file.path not in unread]
        return [messages.missing(spec, near, unread, together)]
    path = choice.chosen.file.path
    notes = _naming(spec, choice.chosen)
    if choice.unused:
        notes.append(messages.unused(spec, path, [each.file.path for each in choice.unused]))
    if not choice.chosen.file.data.strip():
        notes.append(messages.empty(spec, path))
    return notes


def _naming(spec: ProgramSpec, chosen: Candidate) -> list[Note]:
    if chosen.likeness is Likeness.BEHAVIOUR:
        return [messages.guessed(spec, chosen.file.path)]
    if chosen.likeness is not Likeness.EXACT:
        return [messages.misnamed(spec, chosen.file.path)]
    return [messages.misplaced(spec, chosen.file.path)] if chosen.depth else []

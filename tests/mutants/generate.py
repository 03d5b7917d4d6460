"""Mutants: correct programs with one mistake each, made by every operator at every place where it can be made.

    for mutant in mutants(): print(mutant.name)

Run as a program it lists them: `python tests/mutants/generate.py`, or the text of those that are named.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from mutants.operators import OPERATORS, Operator  # noqa: E402
from mutants.program import Program  # noqa: E402

FILES = {"server": "echo-server.py", "client": "echo-client.py"}
ROLES = tuple(FILES)

# The solutions get every operator. Another style gets those that meet other code in it than in the solutions.
LOADING = (
    "colon-missing", "line-indented", "print-of-python-2", "asks-keyboard", "not-written-yet", "module-missing",
    "file-missing", "error-at-end", "exit-by-os-exit",
)  # fmt: skip
TEXT_ALONE = ("reply-lower", "reply-without-first", "reply-without-zeros", "reply-str-joined", "reply-copied",
              "reply-through-latin-1", "greeting-other", "greeting-cut", "greeting-utf-16",
              "greeting-quoted", "greeting-exclaimed", "greeting-encoded", "port-too-large", "port-privileged")  # fmt: skip
SPINNING = ("guard-dropped", "guard-continues")
LESS = frozenset((*LOADING, *TEXT_ALONE, *SPINNING))

STYLES: dict[str, tuple[str, ...]] = {
    "functions-and-main": ROLES,
    "classes": ROLES,
    "create-server-create-connection": ROLES,
    "socketserver-handler": ("server",),
    "asyncio-streams": ROLES,
    "select-call": ("server",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One hand-in with one mistake.

    `style`: of the correct programs. `operator`: key of the table, with the role: `server/drop-bind`.
    `number`: of the place in that program, from 1. `files`: path -> text, both programs.
    """

    style: str
    operator: str
    number: int
    files: dict[str, str]

    @property
    def name(self) -> str:
        """Stable: `solutions/drop-bind/server-1`."""
        role, _, operator = self.operator.partition("/")
        return f"{self.style}/{operator}/{role}-{self.number}"


def folder_of(style: str) -> Path:
    """Where the correct programs of a style are."""
    return ROOT / "solutions" if style == "solutions" else ROOT / "tests" / "programs" / "styles" / style


def correct(style: str) -> dict[str, str]:
    """The files of a style: path -> text."""
    return {file: (folder_of(style) / file).read_text(encoding="ascii") for file in FILES.values()}


def operators(style: str) -> Iterator[Operator]:
    """Those that are tried on a style."""
    return (one for one in OPERATORS if style == "solutions" or one.name not in LESS)


def mutants_of(style: str, roles: tuple[str, ...]) -> Iterator[Mutant]:
    """All mutants of one style; texts that two operators would make alike are made once."""
    files = correct(style)
    seen = set(files.values())
    for role in roles:
        program = Program(role, files[FILES[role]])
        for operator in operators(style):
            texts = [program.edited(edits) for edits in operator.make(program)] if role in operator.roles else []
            for number, text in enumerate(texts, 1):
                if text not in seen:
                    seen.add(text)
                    changed = {**files, FILES[role]: text}
                    yield Mutant(style=style, operator=f"{role}/{operator.name}", number=number, files=changed)


def mutants() -> list[Mutant]:
    """All of them, always in the same order."""
    styles = {"solutions": ROLES, **STYLES}
    return [mutant for style, roles in styles.items() for mutant in mutants_of(style, roles)]


if __name__ == "__main__":
    for mutant in mutants():
        if len(sys.argv) == 1:
            print(mutant.name)
        elif mutant.name in sys.argv[1:]:
            print(mutant.files[FILES[mutant.operator.partition("/")[0]]])

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

# The solutions get every operator. Another style gets those that meet other code in it than in the solutions.
STYLES: dict[str, dict[str, tuple[str, ...]]] = {
    "functions-and-main": {
        "server": (
            "drop-start", "guard-misspelt", "drop-recv", "drop-send", "drop-bind", "drop-accept", "swap-bind-listen",
            "port-other", "accept-not-unpacked", "accept-swapped", "listener-receives", "loop-unrolled",
            "guard-inverted", "reply-at-end", "reply-upper",
        ),
        "client": (
            "drop-start", "guard-misspelt", "drop-recv", "drop-connect", "port-as-text", "greeting-lower",
            "recv-five-bytes", "print-greeting", "refusal-swallowed",
        ),
    },
    "classes": {
        "server": (
            "drop-start", "drop-print", "drop-recv", "drop-send", "drop-bind", "drop-listen", "drop-close",
            "port-other", "recv-misspelt", "close-before-recv", "recv-zero-bytes", "accept-swapped",
            "listener-receives", "reply-line-end",
        ),
        "client": ("drop-print", "drop-recv", "drop-send", "drop-connect", "host-other", "greeting-lower", "udp"),
    },
    "create-server-create-connection": {
        "server": (
            "drop-accept", "drop-send", "address-swapped", "address-split", "address-only-host", "port-as-text",
            "port-other", "host-misspelt", "host-any", "accept-not-unpacked", "guard-inverted", "reply-prefixed",
        ),
    },
    "socketserver-handler": {
        "server": (
            "drop-print", "drop-recv", "drop-send", "address-swapped", "address-split", "port-as-text", "port-other",
            "host-misspelt", "loop-unrolled", "send-after-loop", "reply-cut", "reply-empty", "exit-status-3",
            "handler-misnamed", "serve-forever-missing", "reply-misspelt",
        ),
        "client": (
            "drop-print", "drop-send", "address-swapped", "address-split", "address-only-host", "port-as-text",
            "port-other", "host-misspelt", "greeting-empty",
        ),
    },
    "asyncio-streams": {
        "server": (
            "drop-print", "drop-recv", "drop-send", "drop-close", "port-as-text", "port-other", "loop-unrolled",
            "guard-inverted", "reply-upper", "reply-empty", "reply-str", "reply-by-decoding", "exit-status-3",
            "await-missing", "streams-like-sockets", "read-until-end", "serve-forever-missing", "reply-misspelt",
            "guard-with-text",
        ),
        "client": (
            "drop-print", "drop-recv", "drop-send", "port-other", "greeting-lower", "recv-five-bytes", "recv-twice",
            "print-greeting", "await-missing", "read-until-end", "streams-like-sockets",
        ),
    },
    "asyncio-protocol": {
        "server": (
            "drop-print", "drop-send", "data-received-misspelt", "reply-misspelt", "reply-str", "reply-upper",
            "serve-forever-missing", "port-other",
        ),
    },
    "threads": {
        "server": (
            "drop-print", "drop-recv", "drop-send", "drop-listen", "accept-swapped", "accept-not-unpacked",
            "thread-not-started", "loop-unrolled", "guard-dropped", "guard-with-text", "send-after-loop", "reply-str",
            "reply-misspelt", "close-before-recv",
        ),
        "client": ("thread-not-started", "thread-args-without-tuple", "drop-send", "recv-twice", "greeting-lower"),
    },
    "selectors-callbacks": {
        "server": (
            "drop-print", "drop-recv", "drop-send", "drop-close", "accept-swapped", "register-missing", "reply-empty",
            "reply-str", "drop-listen",
        ),
    },
    "select-call": {
        "server": (
            "drop-accept", "drop-send", "drop-close", "drop-listen", "accept-swapped", "listener-closed-after-accept",
            "loop-unrolled", "reply-cut", "reply-empty", "exit-status-3", "register-missing",
        ),
    },
}  # fmt: skip


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


def operators(style: str, role: str) -> list[Operator]:
    """Those that are tried on one program of a style."""
    fit = [one for one in OPERATORS if role in one.roles]
    return fit if style == "solutions" else [one for one in fit if one.name in STYLES[style].get(role, ())]


def mutants_of(style: str, role: str) -> Iterator[Mutant]:
    """All mutants of one program; texts that two operators would make alike are made once."""
    files = correct(style)
    program = Program(role, files[FILES[role]])
    seen = {program.text}
    for operator in operators(style, role):
        texts = [program.edited(edits) for edits in operator.make(program)]
        for number, text in enumerate(texts, 1):
            if text not in seen:
                seen.add(text)
                changed = {**files, FILES[role]: text}
                yield Mutant(style=style, operator=f"{role}/{operator.name}", number=number, files=changed)


def mutants() -> list[Mutant]:
    """All of them, always in the same order."""
    return [one for style in ("solutions", *STYLES) for role in FILES for one in mutants_of(style, role)]


if __name__ == "__main__":
    for mutant in mutants():
        if len(sys.argv) == 1:
            print(mutant.name)
        elif mutant.name in sys.argv[1:]:
            print(mutant.files[FILES[mutant.operator.partition("/")[0]]])

"""What a program shows, and where: its prints, its log lines, and texts that it ends with. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.diagnose.tree import FUNCTIONS, RECEIVES, assigned, called_in, name_of, owner_of, values_of

ROUNDS = 3  # how often a value may get another name on its way to a print
PLACES = re.compile(r"{[^{}]*}|%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[a-zA-Z%]")  # of values, in a text with formats
PRINTS = ("print", "pprint")
LOGS = ("debug", "info", "log")  # below the level that is shown unless the program says otherwise
ADDRESS_CALLS = ("getpeername", "get_extra_info")
ADDRESS_NAMES = frozenset({"client_address", "getpeername", "peername"})
MADE = ("open", "StringIO", "BytesIO", "TextIOWrapper", "fdopen", "TemporaryFile", "NamedTemporaryFile")
OUTPUTS = ("stdout", "stderr", "None")
STDOUT = "sys.stdout"
MOST_SHOWN = 60  # characters of an expression, in a sentence
LEAST = 3  # characters of a text by which a print is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One print, or one line for the log (`logs`).

    `names`: all that its values mention.  `texts`: what it shows whatever the values are.  `to`: the file or buffer
    that it goes to, as written; empty for the output, `sys.stdout` where the program has put a file in its place.
    """

    line: int
    end: int
    names: frozenset[str]
    texts: tuple[str, ...]
    to: str = ""
    logs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPrint:
    """A print with something behind its parentheses that belongs into them: `rest`, as written, with its `names`.

    `texts`: what the print shows in any case.
    """

    rest: str
    line: int
    names: frozenset[str]
    texts: tuple[str, ...]


def shown_of(nodes: list[ast.AST]) -> Iterator[Shown]:
    """Every print and every line for the log."""
    blocks, replaced = list(redirects_of(nodes)), replaced_at(nodes)
    for node in (one for one in nodes if isinstance(one, ast.Call)):
        name = name_of(node.func)
        logs = name in LOGS and bool(owner_of(node))
        if logs or name in PRINTS:
            parts = [part.strip() for value in node.args for part in pieces(value, formats=logs)]
            yield Shown(
                line=node.lineno,
                end=node.end_lineno or node.lineno,
                names=mentioned_in(*node.args),
                texts=tuple(part for part in parts if len(part) >= LEAST),
                to="" if logs else goes_to(node, blocks, replaced),
                logs=logs,
            )


def goes_to(call: ast.Call, blocks: list[tuple[int, int, ast.expr]], replaced: int) -> str:
    """Where a print goes, as `Shown.to` says it: its own `file`, that of a `redirects_of` block around it, or what has
    been put in the place of sys.stdout in the line `replaced`."""
    files = [one.value for one in call.keywords if one.arg == "file"]
    files += [to for start, end, to in blocks if start <= call.lineno <= end]
    if not files:
        return STDOUT if 0 < replaced < call.lineno else ""
    to = ast.unparse(files[0])
    return "" if to.rpartition(".")[2].strip("_") in OUTPUTS else to[:MOST_SHOWN]


def cut_prints_of(nodes: list[ast.AST]) -> Iterator[CutPrint]:
    """Statements in which something stands behind the parentheses of print: `print("Received"), data`."""
    for node in (one for one in nodes if isinstance(one, ast.Expr)):
        inner, behind = node.value, list[ast.expr]()
        while (step := head_of(inner)) is not None:
            inner = step[0]
            behind += step[1]
        if inner is not node.value and isinstance(inner, ast.Call) and name_of(inner.func) in PRINTS:
            rest = ast.unparse(node.value).removeprefix("(" if isinstance(node.value, ast.Tuple) else "")
            parts = [part.strip() for value in inner.args for part in pieces(value)]
            yield CutPrint(
                rest=rest[len(ast.unparse(inner)) :].removesuffix(")" * isinstance(node.value, ast.Tuple)).strip(" ,"),
                line=node.lineno,
                names=mentioned_in(*behind),
                texts=tuple(part for part in parts if len(part) >= LEAST),
            )


def head_of(value: ast.expr) -> tuple[ast.expr, list[ast.expr]] | None:
    """The first part of a value that is written as several, and the others; None where it is one part."""
    if isinstance(value, ast.Tuple) and len(value.elts) > 1:
        return value.elts[0], value.elts[1:]
    if isinstance(value, ast.BinOp):
        return value.left, [value.right]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return value.func.value, [*value.args, *(one.value for one in value.keywords)]
    return None


def redirects_of(nodes: list[ast.AST]) -> Iterator[tuple[int, int, ast.expr]]:
    """First and last line of each block of redirect_stdout, and what is printed into in it."""
    for node in (one for one in nodes if isinstance(one, ast.With)):
        for call in (item.context_expr for item in node.items):
            if isinstance(call, ast.Call) and name_of(call.func) == "redirect_stdout" and call.args:
                yield node.lineno, node.end_lineno or node.lineno, call.args[0]


def replaced_at(nodes: list[ast.AST]) -> int:
    """The line in which the program puts a file or buffer in the place of sys.stdout for good; 0 where it does not."""
    given = assigned(nodes)
    put = [one for one in nodes if isinstance(one, ast.Assign) and STDOUT in map(ast.unparse, one.targets)]
    files = len(put) == 1 and any(is_file(value) for value in values_of(put[0].value, given))
    return put[0].lineno if files else 0


def is_file(value: ast.expr) -> bool:
    """Whether a value is a new file or buffer, and not the output under another name."""
    if not isinstance(value, ast.Call) or name_of(value.func) not in MADE:
        return False
    first = ast.unparse(value.args[0]) if value.args else ""
    return not first.isdigit() and not any(word in first for word in ("stdout", "fileno", "/dev/"))


def pieces(value: ast.expr, *, formats: bool = False) -> Iterator[str]:
    """The parts of a value that are text whatever else is put into it. `formats`: it has places for other values."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield from PLACES.split(value.value) if formats else [value.value]
    elif isinstance(value, ast.JoinedStr):
        yield from (one.value for one in value.values if isinstance(one, ast.Constant) and isinstance(one.value, str))
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mod):
        yield from pieces(value.left, formats=True)
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        yield from pieces(value.left)
        yield from pieces(value.right)
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "format":
        yield from pieces(value.func.value, formats=True)


def reply_names_of(nodes: list[ast.AST]) -> frozenset[str]:
    """The names of what was received, and of what is made of it."""
    own = {one.name for one in nodes if isinstance(one, FUNCTIONS) and called_in(one, RECEIVES)}
    handed = {
        one.arg for node in nodes if isinstance(node, FUNCTIONS) and node.name == "data_received"
        for one in node.args.args[1:]
    }  # fmt: skip
    return derived(nodes, frozenset(handed), made_by=frozenset({*RECEIVES, *own}))


def address_names_of(nodes: list[ast.AST]) -> frozenset[str]:
    """The names of the client's address, and of what is made of it."""
    found = set(ADDRESS_NAMES)
    for node in nodes:
        if isinstance(node, ast.Assign) and called_in(node.value, ("accept", "sock_accept")):
            for target in node.targets:
                found |= mentioned_in(*unpacked(target)[-1:])
    return derived(nodes, frozenset(found), made_by=frozenset(ADDRESS_CALLS))


def derived(nodes: list[ast.AST], names: frozenset[str], made_by: frozenset[str]) -> frozenset[str]:
    """These names, and those that get what one of these calls returns, or what has such a name in it."""
    pairs = list(values_given(nodes))
    for _ in range(ROUNDS):
        more = {name for name, mentioned in pairs if mentioned & (names | made_by)}
        if more <= names:
            break
        names |= more
    return names


def values_given(nodes: list[ast.AST]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each name that gets a value, with all names in that value."""
    for node in (one for one in nodes if isinstance(one, ast.Assign | ast.AugAssign | ast.NamedExpr)):
        mentioned = mentioned_in(node.value)
        targets: list[ast.expr] = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = (name_of(part) for target in targets for part in unpacked(target))
        yield from ((name, mentioned) for name in names if name)


def mentioned_in(*values: ast.expr) -> frozenset[str]:
    """All names and attributes in some values."""
    return frozenset(name_of(one) for value in values for one in ast.walk(value)) - {""}


def unpacked(target: ast.expr) -> list[ast.expr]:
    """The parts of what a value is assigned to: `conn` and `addr` of `conn, addr = s.accept()`."""
    return target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def exit_texts_of(nodes: list[ast.AST]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Calls that end the program with what is plainly no number, nor None: what of it is text in any case."""
    given = assigned(nodes)
    for node in nodes:
        if isinstance(node, ast.Call) and name_of(node.func) in ("exit", "quit", "SystemExit") and node.args:
            values = values_of(node.args[0], given)
            if not any(isinstance(one, ast.Constant) and not isinstance(one.value, str) for one in values):
                yield tuple(text for one in values for part in pieces(one) if (text := part.strip())), node.lineno

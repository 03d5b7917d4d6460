"""Loops whose condition is false when they are reached, and loops that come to an end of their own: read from the
syntax tree. Pure."""

from __future__ import annotations

import ast
import contextlib
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from grader.diagnose.blocks import MOST_SHOWN, asks_more, received_in
from grader.diagnose.paths import is_something
from grader.diagnose.tree import FUNCTIONS, RECEIVES, SENDS, called_in, loops_in, name_of, scopes, within

COMPARED: Mapping[type[ast.cmpop], Callable[[Any, Any], object]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Is: operator.is_, ast.IsNot: operator.is_not,
}  # fmt: skip
ACCEPTS = ("accept", "sock_accept")
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def dead_loops_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Loops that receive or send, whose condition is false when they are reached."""
    shared = {name for one in ast.walk(tree) if isinstance(one, ast.Global | ast.Nonlocal) for name in one.names}
    for scope in scopes(tree):
        if isinstance(scope, (ast.Module, *FUNCTIONS)):
            yield from dead_in(scope.body, {}, shared)


def dead_in(block: list[ast.stmt], known: dict[str, ast.expr], shared: set[str]) -> Iterator[tuple[str, int]]:
    """Those in a block. `known`: the names that surely have one value where it begins and, afterwards, where it ends.
    `shared`: those that other functions may give another one."""
    for one in block:
        if isinstance(one, ast.While):
            test = worth(one.test, known)
            if test is not None and not test[0] and called_in(one, (*RECEIVES, *SENDS)):
                yield ast.unparse(one.test)[:60], one.lineno
        if isinstance(one, ast.With | ast.AsyncWith):
            forget(known, *one.items)
            yield from dead_in(one.body, known, shared)
            continue
        if isinstance(one, ast.If | ast.Try):  # what comes first in it is reached from above, and from nowhere else
            before = known.copy()
            forget(before, *([one.test] if isinstance(one, ast.If) else []))
            yield from dead_in(one.body, before, shared)
        forget(known, one)
        for inner in blocks_in(one):
            yield from dead_in(inner, known.copy(), shared)
        if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None:
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            known.update(dict.fromkeys(names - shared, one.value))


def blocks_in(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement that are run or not, or again and again; without the first one of `if` and `try`."""
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return
    if not isinstance(node, ast.If | ast.Try):
        yield getattr(node, "body", [])
    yield from (getattr(node, name, []) for name in ("orelse", "finalbody"))
    yield from (one.body for name in ("handlers", "cases") for one in getattr(node, name, []))


def forget(known: dict[str, ast.expr], *nodes: ast.AST) -> None:
    """Drop the names that are stored or deleted anywhere in these parts, in whatever way."""
    for one in (part for node in nodes for part in ast.walk(node)):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            known.pop(one.id, None)
        elif isinstance(one, ast.alias):
            known.pop((one.asname or one.name).partition(".")[0], None)
        elif isinstance(one, ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.ClassDef):
            known.pop(one.name or "", None)
        elif isinstance(one, FUNCTIONS):
            known.pop(one.name, None)


def worth(node: ast.expr, known: Mapping[str, ast.expr]) -> tuple[object] | None:
    """The value of a condition made of literals, names that were given one, their length, `not` and one comparison;
    None where it cannot be told."""
    if isinstance(node, ast.Constant):
        return (node.value,)
    if isinstance(node, ast.Name) and isinstance(known.get(node.id), ast.Constant):
        return worth(known[node.id], {})
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = worth(node.operand, known)
        return (not inner[0],) if inner is not None else None
    if isinstance(node, ast.Call) and name_of(node.func) == "len" and len(node.args) == 1:
        inner = worth(node.args[0], known)
        return (len(inner[0]),) if inner is not None and isinstance(inner[0], bytes | str) else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        left, right = worth(node.left, known), worth(node.comparators[0], known)
        with contextlib.suppress(TypeError):
            return (COMPARED[type(node.ops[0])](left[0], right[0]),) if left and right else None
    return None


def bounded_loops_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Loops that receive from one client and send back, and that are over after a number of turns or of bytes, whatever
    may still come: what they go by. Nothing else leaves them, but that nothing has come."""
    for scope in scopes(tree):
        for loop in loops_in(scope):
            if not called_in(loop, RECEIVES) or not called_in(loop, SENDS) or called_in(loop, ACCEPTS):
                continue
            taken = received_in(scope).keys() | received_in(loop).keys()
            by = loop.test if isinstance(loop, ast.While) else loop.iter
            if is_bound(by, taken) and left_only_when_empty(loop, taken):
                yield ast.unparse(by)[:MOST_SHOWN], loop.lineno


def is_bound(by: ast.expr, taken: set[str]) -> bool:
    """Whether a loop that goes by this comes to an end of its own: `range(3)`, `received < 1024`, `len(data) > 1`."""
    if isinstance(by, ast.Call):
        return name_of(by.func) == "range"
    compared = [one for one in ast.walk(by) if isinstance(one, ast.Compare) and isinstance(one.ops[0], ORDERS)]
    return any(is_something(one, taken) is None and asks_more(one) for one in compared)


def left_only_when_empty(loop: ast.AST, taken: set[str]) -> bool:
    """Whether each `break` and the like in a loop stands under a question for whether anything has come."""
    asking = (one for one in within(loop) if isinstance(one, ast.If) and is_something(one.test, taken) is not None)
    kept = {id(one) for node in asking for one in ast.walk(node)}
    return all(id(one) in kept for one in within(loop) if isinstance(one, ast.Break | ast.Return | ast.Raise))

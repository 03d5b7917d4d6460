"""What stands under a condition, in a try block, or behind a loop that waits for enough: read from the tree. Pure."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator

from grader.diagnose.tree import RECEIVES, SENDS, bound_to, called_in, name_of, scopes, within

MOST_SHOWN = 60  # characters of a condition, in a sentence

# Errors by which a mistake of the program's own shows: an except block for one of them hides it.
MISTAKES = ("Exception", "BaseException", "TypeError", "ValueError", "NameError", "AttributeError", "UnicodeError",
            "UnicodeDecodeError", "UnboundLocalError", "IndexError", "KeyError")  # fmt: skip


def excepts_of(nodes: list[ast.AST]) -> Iterator[tuple[int, int]]:
    """First and last line of each except block."""
    for node in nodes:
        if isinstance(node, ast.ExceptHandler):
            yield node.lineno, node.end_lineno or node.lineno


def kept_prints_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Calls of print that stand in a try block, under no condition there, with an except block that would take a
    mistake in them; the line is that block's."""
    for node in (one for one in nodes if isinstance(one, ast.Try)):
        taking = [handler.lineno for handler in node.handlers if takes_mistakes(handler)]
        if taking:
            yield from (("print", taking[0]) for statement in node.body if prints_in_any_case(statement))


def prints_in_any_case(statement: ast.stmt) -> bool:
    """Whether a statement calls print, and no condition stands in it."""
    return bool(called_in(statement, ("print",))) and not any(isinstance(one, ast.If) for one in within(statement))


def takes_mistakes(handler: ast.ExceptHandler) -> bool:
    """Whether an except block takes more than errors of the connection."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or name_of(kind) in MISTAKES for kind in kinds)


def sent_under_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The conditions under which anything is sent; those that only ask whether something has come, or how the file was
    started, are none."""
    return sent_only_where(tree, asks_more)


def sent_where_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The conditions under which anything is sent, where each compares with a literal."""
    return sent_only_where(tree, names_literal)


def sent_only_where(tree: ast.Module, counts: Callable[[ast.expr], bool]) -> Iterator[tuple[str, int]]:
    """The condition around the first call that sends, for each scope in which every such call stands under a condition
    that `counts`."""
    for scope in scopes(tree):
        under: dict[int, ast.If] = {}
        for node in within(scope):
            if isinstance(node, ast.If) and counts(node.test):
                under |= {id(call): node for one in node.body for call in called_in(one, SENDS)}
        sends = called_in(scope, SENDS)
        if sends and all(id(call) in under for call in sends):
            first = under[id(sends[0])]
            yield ast.unparse(first.test)[:MOST_SHOWN], first.lineno


def asks_more(test: ast.expr) -> bool:
    """Whether a condition asks for more than whether a value is there."""
    inner = test.operand if isinstance(test, ast.UnaryOp) else test
    parts = [inner.left, *inner.comparators] if isinstance(inner, ast.Compare) else []
    empty = any(isinstance(one, ast.Constant) and one.value in (b"", "", None, 0) for one in parts)
    return not (isinstance(inner, ast.Name | ast.Attribute) or empty or "__name__" in map(name_of, parts))


def names_literal(test: ast.expr) -> bool:
    """Whether a condition holds for one text, or one sequence of bytes, that is not empty: `==`, `in`, `startswith`."""
    parts: list[ast.expr] = []
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq | ast.In):
        parts = [test.left, *test.comparators]
    elif isinstance(test, ast.Call) and name_of(test.func) in ("startswith", "endswith"):
        parts = test.args
    return any(isinstance(one, ast.Constant) and isinstance(one.value, bytes | str) and one.value for one in parts)


def sendall_asked_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Conditions on what sendall returns, which is always None, so that the loop or the function is left there."""
    named = bound_to(nodes, "sendall")
    for node in (one for one in nodes if isinstance(one, ast.If | ast.While)):
        outcome = of_none(node.test, named)
        taken = () if outcome is None else node.body if outcome else node.orelse
        leaves = isinstance(node, ast.If) and any(isinstance(one, ast.Break | ast.Return) for one in taken)
        if leaves or (isinstance(node, ast.While) and outcome is False):
            yield ast.unparse(node.test)[:MOST_SHOWN], node.lineno


def of_none(test: ast.expr, named: Collection[str]) -> bool | None:
    """What a condition on the result of sendall comes to, or on a name that has it; None where it is another one."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = of_none(test.operand, named)
        return None if inner is None else not inner
    if isinstance(test, ast.Call | ast.Name):
        return False if name_of(getattr(test, "func", test)) in ("sendall", *named) else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or of_none(test.left, named) is None:
        return None
    same = isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None
    kinds = {ast.Is: same, ast.Eq: same, ast.IsNot: not same, ast.NotEq: not same}
    return kinds.get(type(test.ops[0]))


def enough_loops_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """`while len(data) < 1024` around a call that receives, in a loop that sends nothing."""
    for node in nodes:
        if isinstance(node, ast.While) and called_in(node, RECEIVES) and not called_in(node, SENDS):
            test = node.test
            parts = [test.left, *test.comparators] if isinstance(test, ast.Compare) else []
            counts = any(isinstance(one, ast.Call) and name_of(one.func) == "len" for one in parts)
            until_any = any(isinstance(one, ast.Constant) and one.value == 0 for one in parts)
            if counts and not until_any:
                yield ast.unparse(test)[:MOST_SHOWN], node.lineno

"""What stands under a condition, in a try block, or behind a loop that waits for enough: read from the tree. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.diagnose.tree import RECEIVES, SENDS, called_in, name_of, scopes, within

# What an except block takes that takes a mistake of the program's own with it.
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
    for node in nodes:
        takes = [one for one in node.handlers if takes_mistakes(one)] if isinstance(node, ast.Try) else []
        for statement in node.body if isinstance(node, ast.Try) and takes else ():
            if called_in(statement, ("print",)) and not any(isinstance(one, ast.If) for one in within(statement)):
                yield "print", takes[0].lineno


def takes_mistakes(handler: ast.ExceptHandler) -> bool:
    """Whether an except block takes more than errors of the connection."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or name_of(kind) in MISTAKES for kind in kinds)


def sent_under_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The conditions around the calls that send, where every such call stands under one; those that only ask whether
    something has come, or how the file was started, are none."""
    for scope in scopes(tree):
        under: dict[int, ast.If] = {}
        for node in within(scope):
            if isinstance(node, ast.If) and is_telling(node.test):
                under |= {id(call): node for one in node.body for call in called_in(one, SENDS)}
        sends = called_in(scope, SENDS)
        if sends and all(id(call) in under for call in sends):
            first = under[id(sends[0])]
            yield ast.unparse(first.test)[:60], first.lineno


def is_telling(test: ast.expr) -> bool:
    """Whether a condition asks for more than whether a value is there."""
    inner = test.operand if isinstance(test, ast.UnaryOp) else test
    parts = [inner.left, *inner.comparators] if isinstance(inner, ast.Compare) else []
    empty = any(isinstance(one, ast.Constant) and one.value in (b"", "", None, 0) for one in parts)
    return not (isinstance(inner, ast.Name | ast.Attribute) or empty or "__name__" in map(name_of, parts))


def enough_loops_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """`while len(data) < 1024` around a call that receives, in a loop that sends nothing."""
    for node in nodes:
        if isinstance(node, ast.While) and called_in(node, RECEIVES) and not called_in(node, SENDS):
            test = node.test
            parts = [test.left, *test.comparators] if isinstance(test, ast.Compare) else []
            counts = any(isinstance(one, ast.Call) and name_of(one.func) == "len" for one in parts)
            given = any(isinstance(one, ast.Constant) and one.value == 0 for one in parts)
            if counts and not given:
                yield ast.unparse(test)[:60], node.lineno

"""Small questions to a syntax tree, of which the facts about a program are made. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from threading import Lock

HAND_IN = "<hand-in>"  # as a program is called in what Python says while reading it
# Grades are made in threads, and Python 3.11 counts the depth of all trees that are being made in one place: two at a
# time now and then end in a SystemError, "AST constructor recursion depth mismatch".
PARSING = Lock()
RECEIVES = (
    "recv", "read", "recv_into", "recvfrom", "recvmsg", "recv_bytes", "sock_recv", "read1", "readinto", "readline",
    "readlines", "readuntil", "readexactly",
)  # fmt: skip
SENDS = ("sendall", "send", "write", "sendto", "sendmsg", "sock_sendall", "writelines")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.While, ast.For, ast.AsyncFor)


def parse(text: str) -> ast.Module:
    """`ast.parse`, one at a time, and once more where Python itself miscounted."""
    with PARSING:
        try:
            return ast.parse(text, HAND_IN)
        except SystemError:
            return ast.parse(text, HAND_IN)


def name_of(node: ast.AST) -> str:
    """`recv` for `s.recv`, `print` for `print`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_length(value: ast.expr) -> bool:
    """Whether a value is what `len` returns."""
    return isinstance(value, ast.Call) and name_of(value.func) == "len"


def owner_of(call: ast.Call) -> str:
    """`self.conn` for `self.conn.recv(1024)`."""
    return ast.unparse(call.func.value)[:60] if isinstance(call.func, ast.Attribute) else ""


def is_sent(call: ast.Call) -> bool:
    """Whether a call sends on a socket rather than to the screen or a file: `sys.stdout.write` shows."""
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    return bool(call.args) and not any(word in owner for word in ("stdout", "stderr", "log"))


def within(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all that stands in it, without the functions that are defined there."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from within(child)


def scopes(tree: ast.Module) -> list[ast.AST]:
    """The file, and each function in it."""
    return [tree, *(node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))]


def called_in(node: ast.AST, names: tuple[str, ...]) -> list[ast.Call]:
    """The calls of these names in a node."""
    found = [one for one in within(node) if isinstance(one, ast.Call) and name_of(one.func) in names]
    return [one for one in found if names is not SENDS or is_sent(one)]


def loops_in(scope: ast.AST) -> list[ast.While | ast.For | ast.AsyncFor]:
    """The loops of a scope."""
    return [one for one in within(scope) if isinstance(one, LOOPS)]


def assigned(nodes: list[ast.AST]) -> dict[str, list[ast.expr]]:
    """Name -> every value that it is given by a plain assignment."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AugAssign | ast.For | ast.NamedExpr) and isinstance(node.target, ast.Name):
            found.setdefault(node.target.id, []).append(node.target)  # something else: not known
    return found


def values_of(node: ast.expr, given: dict[str, list[ast.expr]]) -> list[ast.expr]:
    """What an argument can be: itself or, for a name that is given one value only, that value."""
    values = given.get(node.id, []) if isinstance(node, ast.Name) else []
    return values if len(values) == 1 else [node]


def bound_to(nodes: list[ast.AST], *calls: str) -> dict[str, int]:
    """Names, or attributes, that get the result of one of these calls, with the line of each."""
    found: dict[str, int] = {}
    for node in nodes:
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.With):
            pairs = [(one.optional_vars, one.context_expr) for one in node.items if one.optional_vars is not None]
        for target, value in pairs:
            if isinstance(value, ast.Call) and name_of(value.func) in calls:
                found[ast.unparse(target)[:60]] = value.lineno
    return found


def unwrapped(node: ast.expr) -> ast.expr:
    """A value without its `await`."""
    return node.value if isinstance(node, ast.Await) else node

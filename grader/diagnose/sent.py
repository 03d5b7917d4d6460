"""What a program sends, compares and names: values read from its syntax tree. Pure."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator

from grader.diagnose.tree import (
    FUNCTIONS,
    HAND_IN,
    RECEIVES,
    SENDS,
    assigned,
    bound_to,
    name_of,
    owner_of,
    scopes,
    unwrapped,
    values_of,
    within,
)

COROUTINES = ("read", "readline", "readexactly", "readuntil", "open_connection", "start_server", "serve_forever",
              "sock_recv", "sock_sendall", "sock_accept", "sock_connect", "start_serving", "wait_for")  # fmt: skip
OF_SOCKETS = ("sendall", "send", "recv", "sendto", "recvfrom", "accept")
MODULE_NAMES = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__spec__", "__builtins__", "__loader__",
                                           "__package__", "__annotations__", "__cached__", "__class__"}  # fmt: skip
BRACED = re.compile(r"{(\w+)(?:!r)?}")


def is_text(node: ast.expr) -> bool:
    """Whether a value is text (str) whatever happens."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.BinOp):
        return is_text(node.left) if isinstance(node.op, ast.Mod) else is_text(node.left) or is_text(node.right)
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in ("upper", "lower", "strip", "title", "replace"):
            return is_text(function.value)
        if isinstance(function, ast.Attribute) and function.attr in ("format", "join"):
            return is_text(function.value)
        return name_of(function) in ("str", "repr", "input", "decode", "hex")
    return isinstance(node, ast.JoinedStr)


def only_empty(sends: list[ast.Call], given: dict[str, list[ast.expr]]) -> Iterator[tuple[str, int]]:
    """The calls that send, when all of them send an empty message."""
    found = [(node, [peeled(value) for value in values_of(node.args[0], given)]) for node in sends]
    empty = [all(isinstance(one, ast.Constant) and one.value in (b"", "") for one in values) for _, values in found]
    names = [[v for value in values for v in values_of(value, given)] for _, values in found]
    again = [all(isinstance(one, ast.Constant) and one.value in (b"", "") for one in values) for values in names]
    if found and all(one or other for one, other in zip(empty, again, strict=True)):
        yield from ((name_of(node.func), node.lineno) for node, _ in found)


def constants_sent_of(
    nodes: list[ast.AST], sends: list[ast.Call], given: dict[str, list[ast.expr]]
) -> Iterator[tuple[bytes, int]]:
    """The literals that are sent, as bytes, and the line of each call: written in it, or given a name once."""
    sent = [(node.args[0], node.lineno) for node in sends]
    for node in nodes:  # a thread or a timer is given the method that sends, and its arguments in a tuple
        handed = [*node.args, *(one.value for one in node.keywords)] if isinstance(node, ast.Call) else []
        if any(isinstance(one, ast.Attribute) and one.attr in SENDS for one in handed):
            sent += [(one.elts[0], one.lineno) for one in handed if isinstance(one, ast.Tuple) and one.elts]
    given = given | {name: kept for name, values in given.items() if (kept := unconverted(name, values))}
    for argument, line in sent:
        for value in values_of(argument, given):
            for one in values_of(peeled(value), given):
                literal = peeled(one)
                text = literal.value if isinstance(literal, ast.Constant) else None
                data = text.encode(errors="replace") if isinstance(text, str) else text
                if isinstance(data, bytes) and data:
                    yield data, line


def unconverted(name: str, values: list[ast.expr]) -> list[ast.expr]:
    """The values of a name without those that only convert it: `text = text.encode()`."""
    return [one for one in values if not (peeled(one) is not one and name_of(peeled(one)) == name)]


def peeled(node: ast.expr) -> ast.expr:
    """A value without what only converts it: `MESSAGE` for `MESSAGE.encode()`, `bytes(MESSAGE, "utf-8")`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
        return node.func.value
    if isinstance(node, ast.Call) and name_of(node.func) == "bytes" and node.args:
        return node.args[0]
    return node


def undefined_of(text: str, nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Names that are used and that neither the file nor Python defines, with the first line of each."""
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes):
        return
    top = symtable.symtable(text, HAND_IN, "exec")
    tables, known = [top], set(MODULE_NAMES)
    for table in tables:
        tables.extend(table.get_children())
    for table in tables:
        for one in table.get_symbols():
            here = one.is_assigned() or one.is_imported() or one.is_namespace()
            if here and (table is top or one.is_declared_global()):
                known.add(one.get_name())
    missing = {
        one.get_name()
        for table in tables
        for one in table.get_symbols()
        if one.is_referenced() and (one.is_global() or table is top) and one.get_name() not in known
    }
    lines: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in missing:
            lines[node.id] = min(node.lineno, lines.get(node.id, node.lineno))
    yield from sorted(lines.items(), key=lambda item: item[1])


def text_compared_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Comparisons of what was received, bytes, with text: the two are never equal."""
    given = assigned(nodes)
    taken = {name for name, values in given.items() if values and all(map(is_received, values))}
    text_files = bound_to(nodes, "makefile", "open", "fdopen")
    for node in nodes:
        if isinstance(node, ast.Compare) and not text_files and len(node.ops) == 1:
            sides = [node.left, node.comparators[0]]
            text = any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in sides)
            if text and isinstance(node.ops[0], ast.Eq | ast.NotEq) and {name_of(one) for one in sides} & taken:
                yield ast.unparse(node)[:60], node.lineno


def quoted_names_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Texts given to print that are exactly the name of a value of the program's."""
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in nodes:
        for one in node.args if isinstance(node, ast.Call) and name_of(node.func) == "print" else ():
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                named = {one.value.strip(), *BRACED.findall(one.value)} & stored
                yield from ((name, one.lineno) for name in sorted(named))


def is_received(value: ast.expr) -> bool:
    """Whether a value is what a call that receives returned."""
    call = unwrapped(value)
    return isinstance(call, ast.Call) and name_of(call.func) in RECEIVES


def file_writes_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Writing to a file object that makefile gave, in a program that flushes nothing."""
    files = bound_to(nodes, "makefile")
    calls = [one for one in nodes if isinstance(one, ast.Call)]
    made = [one for one in calls if name_of(one.func) == "makefile"]
    direct = any(len(one.args) > 1 or any(each.arg == "buffering" for each in one.keywords) for one in made)
    flushed = any(name_of(one.func) == "flush" or any(each.arg == "flush" for each in one.keywords) for one in calls)
    if not direct and not flushed:
        for call in calls:
            if name_of(call.func) in ("write", "writelines") and owner_of(call) in files:
                yield owner_of(call), call.lineno


def line_loops_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """`for line in file`, where the file is a connection's."""
    files = bound_to(nodes, "makefile")
    for node in nodes:
        if isinstance(node, ast.For | ast.AsyncFor):
            over = ast.unparse(node.iter)[:60]
            if over in files or over.endswith(("rfile", "reader")) or "makefile(" in over:
                yield over, node.lineno


def stream_calls_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """`writer.sendall` in a function that asyncio calls with a reader and a writer, and on those of open_connection."""
    handlers = {
        name_of(node.args[0])
        for node in nodes
        if isinstance(node, ast.Call) and name_of(node.func) == "start_server" and node.args
    }
    streams: set[str] = set()
    for node in nodes:
        if isinstance(node, FUNCTIONS) and node.name in handlers:
            streams |= {one.arg for one in node.args.args[-2:]}
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Await):
            call = node.value.value
            if isinstance(call, ast.Call) and name_of(call.func) == "open_connection":
                streams |= {name_of(one) for target in node.targets for one in getattr(target, "elts", ())}
    for node in nodes:
        if isinstance(node, ast.Call) and name_of(node.func) in OF_SOCKETS and owner_of(node) in streams:
            yield f"{owner_of(node)}.{name_of(node.func)}", node.lineno


def is_sync(call: ast.Call) -> bool:
    """Whether a call of such a name is one of another module's."""
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    return owner.startswith(("sys.", "os", "open("))


def unawaited_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Coroutines that are called, and neither awaited nor handed on."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
    for scope in scopes(tree):
        names = own | set(COROUTINES if isinstance(scope, ast.AsyncFunctionDef) else ())
        nodes = list(within(scope))
        awaited = {id(node.value) for node in nodes if isinstance(node, ast.Await)}
        for call in (value for node in nodes if id(node) not in awaited for value in values_used(node)):
            if isinstance(call, ast.Call) and name_of(call.func) in names and not is_sync(call):
                yield ast.unparse(call)[:60], call.lineno


def values_used(node: ast.AST) -> list[ast.expr]:
    """The values that a statement, or a part of one, uses as they are: drops, names, enters, or takes a method of."""
    if isinstance(node, ast.Expr | ast.Assign | ast.NamedExpr | ast.Attribute):
        return [node.value]
    return [item.context_expr for item in node.items] if isinstance(node, ast.With | ast.AsyncWith) else []

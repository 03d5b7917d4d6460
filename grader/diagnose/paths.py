"""What a program reaches, calls and hands on: read from its syntax tree. Pure."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from grader.diagnose.tree import (
    FUNCTIONS,
    LOOPS,
    RECEIVES,
    SENDS,
    called_in,
    is_length,
    loops_in,
    name_of,
    scopes,
    unwrapped,
    within,
)

SET_UP = ("setblocking", "settimeout", "setsockopt", "getpeername", "getsockname", "close")
STARTS = ("start", "run", "serve_forever", "handle_request")  # of threads and of server objects


def after_loop_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Calls that send behind a loop that receives, where the loop itself sends nothing and calls no function of the
    file's."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, FUNCTIONS)}
    for scope in scopes(tree):
        sends = called_in(scope, SENDS)
        for loop in loops_in(scope):
            calls = {name_of(one.func) for one in within(loop) if isinstance(one, ast.Call)}
            if not called_in(loop, RECEIVES) or called_in(loop, SENDS) or calls & own:
                continue
            end = loop.end_lineno or loop.lineno
            behind = next((one for one in sends if one.lineno > end), None)
            if behind is not None:
                yield name_of(behind.func), behind.lineno


def accept_in_loop_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """accept and the receiving in one and the same loop, so that each turn takes one client and one message."""
    for scope in scopes(tree):
        for loop in loops_in(scope):
            alone = sum(isinstance(one, LOOPS) for one in within(loop)) == 1
            if alone and called_in(loop, RECEIVES):
                yield from (("accept", one.lineno) for one in called_in(loop, ("accept",)))


def lost_accepts_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """accept whose connection nothing keeps, so that it is closed at once: a statement by itself, one of which only the
    address is taken, or one that is printed."""
    held = [node.value for node in nodes if isinstance(node, ast.Expr)]
    for node in nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 1:
            held.append(node.value)
        elif isinstance(node, ast.Call) and name_of(node.func) == "print":
            held += node.args
    calls = [value for value in held if isinstance(value, ast.Call) and name_of(value.func) == "accept"]
    yield from sorted(("accept", call.lineno) for call in calls)


def dropped_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Receiving whose result is only looked at, by `while` or `if`, or not even that, in a program that receives once
    more behind it: the first bytes are lost. What empties a connection at the end stands behind all else."""
    tests = [one.test for one in nodes if isinstance(one, ast.While | ast.If)]
    tests += [one.value for one in nodes if isinstance(one, ast.Expr)]
    kept: set[int] = set()  # what gets a name, or is handed to another call
    for one in (part for test in tests for part in within(test)):
        inside = one.args if isinstance(one, ast.Call) else [one.value] if isinstance(one, ast.NamedExpr) else []
        kept |= {id(call) for part in inside for call in called_in(part, RECEIVES)}
    lost = [call for test in tests for call in called_in(test, RECEIVES) if id(call) not in kept]
    known = {id(one) for one in lost}
    every = [one for one in nodes if isinstance(one, ast.Call) and name_of(one.func) in RECEIVES]
    first = min((one.lineno for one in every if id(one) not in known), default=0)
    yield from ((ast.unparse(one)[:60], one.lineno) for one in lost if one.lineno <= first)


def inverted_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """`if data: break` where data is what was received, before anything is sent in the loop."""
    for loop in nodes:
        if not isinstance(loop, LOOPS):
            continue
        taken: set[str] = set()
        for statement in loop.body:
            if isinstance(statement, ast.Assign) and called_in(statement.value, RECEIVES):
                taken |= {name_of(target) for target in statement.targets}
            if called_in(statement, SENDS):
                break
            if isinstance(statement, ast.If) and leaves(statement.body) and is_something(statement.test, taken):
                yield ast.unparse(statement.test)[:60], statement.lineno


def earlier_sent_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """In a loop: `sendall(previous)`, and behind it `previous = data`, where data is what was received."""
    for loop in nodes:
        if not isinstance(loop, LOOPS):
            continue
        taken, sent = set[str](), dict[str, int]()
        for statement in loop.body:
            value = getattr(statement, "value", None)
            if isinstance(statement, ast.Assign) and called_in(statement.value, RECEIVES):
                taken |= {name_of(target) for target in statement.targets}
            elif isinstance(statement, ast.Assign) and isinstance(value, ast.Name) and value.id in taken:
                names = {name_of(target) for target in statement.targets}
                yield from ((name, line) for name, line in sent.items() if name in names)
            for call in called_in(statement, SENDS):
                sent |= {one.id: call.lineno for one in call.args if isinstance(one, ast.Name) and one.id not in taken}


def leaves(body: list[ast.stmt]) -> bool:
    """Whether a block leaves its loop, and does nothing else that matters."""
    return isinstance(body[-1], ast.Break | ast.Return) and not any(called_in(one, SENDS) for one in body)


# What a comparison comes to where a value is not empty: with nothing (`== b""`, `> 0`), and of its length with 1.
HOLDS_OF_ANY = {ast.Eq: False, ast.Is: False, ast.LtE: False, ast.NotEq: True, ast.IsNot: True, ast.Gt: True}
HOLDS_FROM_ONE = {ast.Lt: False, ast.GtE: True}


def is_something(test: ast.expr, names: set[str]) -> bool | None:
    """Whether a condition holds when one of these values is not empty; None where that cannot be told."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = is_something(test.operand, names)
        return None if inner is None else not inner
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.comparators[0], ast.Constant):
        value, asked = test.comparators[0].value, HOLDS_OF_ANY.get(type(test.ops[0]))
        if value == 1 and is_length(test.left):
            asked = HOLDS_FROM_ONE.get(type(test.ops[0]))
        elif value not in (b"", "", 0, None):
            return None
        return asked if stands_for(test.left, names) else None
    return True if stands_for(test, names) else None


def stands_for(node: ast.expr, names: set[str]) -> bool:
    """Whether an expression is one of these values, has just been made one, or is the length of one."""
    inner = node.args[0] if isinstance(node, ast.Call) and is_length(node) and node.args else node
    inner = inner.target if isinstance(inner, ast.NamedExpr) else inner
    return isinstance(inner, ast.Name | ast.Attribute) and name_of(inner) in names


def uncalled_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int, frozenset[str]]]:
    """Functions, and methods of classes without a base, whose name is used nowhere; and the names of what they call."""
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    attributes = Counter(node.attr for node in nodes if isinstance(node, ast.Attribute))
    methods = {id(one) for node in nodes if isinstance(node, ast.ClassDef) for one in node.body}
    based = {id(one) for node in nodes if isinstance(node, ast.ClassDef) and node.bases for one in node.body}
    for node in nodes:
        if not isinstance(node, FUNCTIONS) or id(node) in based:
            continue
        # A method may have the name of what it calls of its socket: that is no use of the method.
        inside = sum(isinstance(one, ast.Attribute) and one.attr == node.name for one in ast.walk(node))
        if node.name in names or (id(node) in methods and attributes[node.name] > inside):
            continue
        if not node.name.startswith("__") and not node.decorator_list:
            calls = {name_of(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}
            yield node.name, node.lineno, frozenset(calls)


def unreached_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int, frozenset[int]]]:
    """`return`, an exit or a loop without end, with the lines that follow it in its block and are never reached."""
    for node in nodes:
        for name in ("body", "orelse", "finalbody"):
            found = getattr(node, name, None)
            body: list[ast.stmt] = found if isinstance(found, list) else []
            for number, statement in enumerate(body[:-1]):
                if ends_here(statement):
                    rest = (one for each in body[number + 1 :] for one in ast.walk(each))
                    lines = frozenset(one.lineno for one in rest if isinstance(one, ast.expr | ast.stmt))
                    yield ast.unparse(statement).partition("\n")[0][:60], statement.lineno, lines
                    break


def ends_here(statement: ast.stmt) -> bool:
    """Whether nothing behind a statement is ever reached."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return name_of(statement.value.func) in ("exit", "_exit", "quit")
    if isinstance(statement, ast.While):
        forever = isinstance(statement.test, ast.Constant) and bool(statement.test.value)
        return forever and not any(isinstance(one, ast.Break | ast.Return) for one in within(statement))
    return isinstance(statement, ast.Return | ast.Raise | ast.Break | ast.Continue)


def blocks_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int, int]]:
    """The names that `with` statements hold, with the first and last line of each."""
    for node in nodes:
        for item in node.items if isinstance(node, ast.With | ast.AsyncWith) else ():
            held = item.optional_vars or item.context_expr
            if isinstance(node, ast.stmt) and isinstance(held, ast.Name | ast.Attribute):
                yield ast.unparse(held)[:60], node.lineno, node.end_lineno or node.lineno


def daemons_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """The functions that daemon threads run (`run` where it is a class), and the line that makes each a daemon."""
    threads: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Call):
            given = {one.arg: one.value for one in node.keywords}
            if "daemon" in given and is_true(given["daemon"]):
                yield target_of(node), given["daemon"].lineno
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            threads |= {ast.unparse(one)[:60]: target_of(node.value) for one in node.targets}
    for node in nodes:
        if isinstance(node, ast.Assign) and is_true(node.value):
            for one in node.targets:
                if isinstance(one, ast.Attribute) and one.attr == "daemon":
                    yield threads.get(ast.unparse(one.value)[:60], "run"), node.lineno
        elif isinstance(node, ast.Call) and name_of(node.func) == "setDaemon" and node.args and is_true(node.args[0]):
            owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            yield threads.get(ast.unparse(owner)[:60], "run"), node.lineno


def is_true(node: ast.expr) -> bool:
    """Whether a value is written as one that holds: `True`, 1."""
    return isinstance(node, ast.Constant) and bool(node.value)


def target_of(call: ast.Call) -> str:
    """The function that a thread runs; `run` where none is given."""
    return next((name_of(one.value) for one in call.keywords if one.arg == "target"), "run")


def unreturned_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Functions that receive and have no return with a value, though their result is given a name, sent or printed."""
    used: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign | ast.NamedExpr):
            used.add(called_name(node.value))
        elif isinstance(node, ast.Call) and name_of(node.func) in (*SENDS, "print"):
            used |= {called_name(one) for one in node.args}
    for node in nodes:
        if isinstance(node, FUNCTIONS) and node.name in used and called_in(node, RECEIVES):
            gives = (one for one in within(node) if isinstance(one, ast.Return | ast.Yield | ast.YieldFrom))
            if not any(one.value for one in gives):
                yield node.name, node.lineno


def called_name(node: ast.expr) -> str:
    """The name of the function that a value is the result of, or an empty string."""
    value = unwrapped(node)
    return name_of(value.func) if isinstance(value, ast.Call) else ""


def bare_names_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """`main` or `server.run` as a statement, where that is a function, a method or a class of the file's, or a method
    that does a program's work."""
    own = {node.name for node in nodes if isinstance(node, (*FUNCTIONS, ast.ClassDef))}
    for node in nodes:
        if isinstance(node, ast.Expr):
            name, method = name_of(node.value), isinstance(node.value, ast.Attribute)
            if name in own or (method and name in (*STARTS, *SENDS)):
                yield name, node.lineno


def accepted_names(nodes: list[ast.AST]) -> Iterator[tuple[str, str, int]]:
    """The names of connection and address, where accept's pair is taken apart."""
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List):
            names = [name_of(one) for one in node.targets[0].elts]
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            if len(names) == 2 and isinstance(value, ast.Call) and name_of(value.func) in ("accept", "sock_accept"):
                yield names[0], names[1], node.lineno


def handed_on(nodes: list[ast.AST], names: tuple[str, ...] = ()) -> Iterator[tuple[str, int]]:
    """Names that are arguments of a call (of one of these names, or of any), or part of a list, tuple or the like."""
    for node in nodes:
        held: list[ast.expr] = []
        if isinstance(node, ast.Call) and (not names or name_of(node.func) in names):
            held = [*node.args, *(one.value for one in node.keywords)]
        elif (not names and isinstance(node, ast.Set)) or (
            not names and isinstance(node, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Load)
        ):
            held = list(node.elts)
        elif not names and isinstance(node, ast.Assign | ast.Return) and node.value is not None:
            held = [node.value]
        elif not names and isinstance(node, ast.Dict):
            held = [*(key for key in node.keys if key is not None), *node.values]
        yield from ((name_of(one), one.lineno) for one in held if isinstance(one, ast.Name | ast.Attribute))


def unwatched_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Connections that accept gave and that go nowhere: no argument, no list, no use but to set them up."""
    held = {name for name, _ in handed_on(nodes)}
    owners = {name_of(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr not in SET_UP}
    for connection, _, line in accepted_names(nodes):
        if connection and connection not in held | owners:
            yield connection, line


def watched_address_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """The second name of accept's pair, handed to what watches sockets."""
    watched = {name for name, _ in handed_on(nodes, ("append", "add", "register", "insert"))}
    for connection, address, line in accepted_names(nodes):
        if address in watched and connection not in watched:
            yield address, line


def selfless_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int, int]]:
    """Methods whose first parameter, if there is any, is not called as that of the object is; with their last lines."""
    for node in nodes:
        for one in node.body if isinstance(node, ast.ClassDef) else ():
            if not isinstance(one, FUNCTIONS) or one.decorator_list:
                continue
            first = next(iter((*one.args.posonlyargs, *one.args.args)), one.args.vararg)
            if first is None or (
                first is not one.args.vararg and first.arg not in ("self", "cls", "mcs", "this", "me", "_")
            ):
                yield one.name, one.lineno, one.end_lineno or one.lineno


def handlers_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Classes that a library calls, without the method that it calls: `Echo has no method handle`."""
    called_by = {"BaseRequestHandler": "handle", "StreamRequestHandler": "handle", "Protocol": "data_received"}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            own = {one.name for one in node.body if isinstance(one, FUNCTIONS)}
            wanted = [called_by[name_of(base)] for base in node.bases if name_of(base) in called_by]
            yield from ((f"{node.name} has no method {one}", node.lineno) for one in wanted if one not in own)


def exits_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Calls and raises that end the program, with their status as it is written."""
    for node in nodes:
        if isinstance(node, ast.Call) and name_of(node.func) in ("exit", "_exit", "quit", "SystemExit"):
            yield (ast.unparse(node.args[0])[:60] if node.args else ""), node.lineno
        elif isinstance(node, ast.Raise) and node.exc is not None and name_of(node.exc) == "SystemExit":
            yield "", node.lineno

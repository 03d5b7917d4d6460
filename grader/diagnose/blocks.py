"""What stands under a condition, in a try block, or in a loop that ends too early or not at all: read from the tree.
Pure."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Collection, Iterator

from grader.diagnose.paths import is_something
from grader.diagnose.tree import (
    FUNCTIONS,
    LOOPS,
    RECEIVES,
    SENDS,
    bound_to,
    called_in,
    is_length,
    loops_in,
    name_of,
    owner_of,
    scopes,
    values_of,
    within,
)

MOST_SHOWN = 60  # characters of a condition, in a sentence
LEAVES = ("accept", "exit", "_exit", "quit")  # calls after which what was received is another value, or none

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


def counting_loops_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int, int]]:
    """Loops that receive until a number is reached, whether it is counted by `len` in the condition or in a name that
    grows by a `len`: the condition, first and last line."""
    for node in (one for one in nodes if isinstance(one, ast.While) and called_in(one, RECEIVES)):
        grown = {name_of(one.target) for one in within(node) if isinstance(one, ast.AugAssign) and is_length(one.value)}
        test = node.test
        sides = [test.left, *test.comparators] if isinstance(test, ast.Compare) and len(test.ops) == 1 else []
        until_any = any(isinstance(one, ast.Constant) and one.value == 0 for one in sides)
        if not until_any and any(is_length(one) or name_of(one) in grown for one in sides):
            yield ast.unparse(test)[:MOST_SHOWN], node.lineno, node.end_lineno or node.lineno


def stale_loops_of(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Loops that send again and again what a call in front of them has received, and never receive: the name of it, the
    line of that call, and the line of the loop."""
    own = tuple(node.name for node in ast.walk(tree) if isinstance(node, FUNCTIONS))
    for scope in scopes(tree):
        loops = [one for one in loops_in(scope) if isinstance(one, ast.While) and called_in(one, SENDS)]
        loops = [one for one in loops if not called_in(one, (*RECEIVES, *own, *LEAVES))]
        taken = received_in(scope) if loops else {}
        for loop in loops:
            sends, stored = called_in(loop, SENDS), stored_in(loop)
            stays = [name for name, line in taken.items() if line < loop.lineno and name not in stored]
            sent = [{name_of(one) for value in call.args for one in ast.walk(value)} for call in sends]
            name = next((one for one in stays if all(one in names for names in sent)), None)
            if name is not None and ends_by(loop, name):
                yield name, taken[name], loop.lineno


def received_in(scope: ast.AST) -> dict[str, int]:
    """The names that get what a call receives, and the line of the first such call."""
    found: dict[str, int] = {}
    for node in (one for one in within(scope) if isinstance(one, ast.Assign | ast.NamedExpr)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if called_in(node.value, RECEIVES):
            found |= {name: node.lineno for one in targets if (name := name_of(one)) not in found}
    return found


def stored_in(loop: ast.AST) -> set[str]:
    """The names that get a value in a loop."""
    return {one.id for one in within(loop) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


def ends_by(loop: ast.While, name: str) -> bool:
    """Whether nothing but this value being empty can end a loop."""
    forever = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    asking = (one for one in within(loop) if isinstance(one, ast.If) and is_something(one.test, {name}) is not None)
    kept = {id(one) for node in asking for one in ast.walk(node)}
    leaves = (one for one in within(loop) if isinstance(one, ast.Break | ast.Return | ast.Raise))
    return (forever or is_something(loop.test, {name}) is True) and all(id(one) in kept for one in leaves)


def early_leaves_of(tree: ast.Module, given: dict[str, list[ast.expr]]) -> Iterator[tuple[str, int]]:
    """Where a loop that receives and sends back is left though there may be more: under a condition on what has just
    been received, or, with no condition, behind the sending."""
    for scope in scopes(tree):
        for loop in (one for one in loops_in(scope) if called_in(one, RECEIVES) and called_in(one, SENDS)):
            taken, room, sent = set(received_in(loop)), room_in(loop, given), False
            again = any(isinstance(one, ast.Continue) for one in within(loop))
            for one in steps_of(loop.body):
                sent = sent or (bool(called_in(one, SENDS)) and not (again and isinstance(one, ast.If)))
                if isinstance(one, ast.Break | ast.Return) and sent:
                    yield "", one.lineno
                elif isinstance(one, ast.If) and is_short(one.test, taken, room, given) and leaves_loop(one.body):
                    yield ast.unparse(one.test)[:MOST_SHOWN], one.lineno


def unanswered_leaves_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Conditions under which a loop that receives and sends is left before it has sent, and that ask for more than
    whether anything has come."""
    for loop in (one for one in nodes if isinstance(one, LOOPS)):
        taken = set(received_in(loop)) if called_in(loop, RECEIVES) and called_in(loop, SENDS) else set()
        for one in steps_of(loop.body):
            if called_in(one, SENDS):
                break
            if not isinstance(one, ast.If) or not leaves_loop(one.body) or not taken & names_in(one.test):
                continue
            if is_something(one.test, taken) is None and not only_when_empty(one.test, taken):
                yield ast.unparse(one.test)[:MOST_SHOWN], one.lineno


def only_when_empty(test: ast.expr, names: set[str]) -> bool:
    """Whether a condition holds only where one of these values is empty or None; of an `or`, in each part."""
    if isinstance(test, ast.BoolOp):
        parts = [only_when_empty(one, names) for one in test.values]
        return all(parts) if isinstance(test.op, ast.Or) else any(parts)
    return is_something(test, names) is False


def names_in(node: ast.AST) -> set[str]:
    """The names that an expression mentions."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def own_raises_of(nodes: list[ast.AST]) -> Iterator[tuple[str, str, int, int]]:
    """Errors that the program raises itself under a condition, in a try block of which an except block takes them: the
    condition, which asks for more than whether anything has come, the error, and the lines of both."""
    found: dict[int, tuple[str, str, int, int]] = {}
    for node in (one for one in reversed(nodes) if isinstance(one, ast.Try)):  # inner ones first: they take first
        asking = [each for statement in node.body for each in within(statement) if isinstance(each, ast.If)]
        for one in (each for each in asking if asks_more(each.test)):
            for raised in (each for each in one.body if isinstance(each, ast.Raise) and each.exc is not None):
                value = raised.exc.func if isinstance(raised.exc, ast.Call) else raised.exc
                kind = name_of(value) if value is not None else ""
                taking = next((each.lineno for each in node.handlers if takes(each, kind)), 0)
                if kind and taking:
                    found.setdefault(id(raised), (ast.unparse(one.test)[:MOST_SHOWN], kind, raised.lineno, taking))
    yield from sorted(found.values(), key=lambda one: one[2])


def takes(handler: ast.ExceptHandler, kind: str) -> bool:
    """Whether an except block takes errors of a class: by that name, as one of a class above it, or any."""
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    own = getattr(builtins, kind, Exception)
    above = {one.__name__ for one in own.__mro__} if isinstance(own, type) else set()
    return any(one is None or name_of(one) in {kind, *above} for one in named)


def sent_on_empty_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Conditions under which a loop sends, where all of them hold only when nothing has come: `if not data:`. With the
    line of the sending."""
    for loop in (one for one in nodes if isinstance(one, LOOPS)):
        taken, under = set(received_in(loop)), dict[int, ast.If]()
        for one in within(loop):
            holds = is_something(one.test, taken) if isinstance(one, ast.If) else None
            if isinstance(one, ast.If) and holds is not None:
                block = one.orelse if holds else one.body
                under |= {id(call): one for statement in block for call in called_in(statement, SENDS)}
        sends = called_in(loop, SENDS)
        if sends and all(id(call) in under for call in sends):
            test = under[id(sends[0])].test
            words = ast.unparse(test)[:MOST_SHOWN]
            yield f"not ({words})" if is_something(test, taken) else words, sends[0].lineno


def local_only_of(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Names that a function gives what it receives, while those outside of it stay empty, and are sent or printed
    there. With each the function, and the line."""
    given = dict[str, list[ast.expr]]()
    for node in (one for one in within(tree) if isinstance(one, ast.Assign)):
        for target in node.targets:
            given.setdefault(name_of(target), []).append(node.value)
    empty = {name for name, values in given.items() if all(is_empty(value) for value in values)}
    shown = [part for call in called_in(tree, (*SENDS, "print")) for part in call.args]
    used = {one.id for part in shown for one in ast.walk(part) if isinstance(one, ast.Name)}
    for function in (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)):
        shared = {name for one in within(function) if isinstance(one, ast.Global) for name in one.names}
        for name, line in received_in(function).items():
            if name in empty & used - shared:
                yield name, function.name, line


def is_empty(node: ast.expr) -> bool:
    """Whether a value is written as an empty one."""
    return isinstance(node, ast.Constant) and node.value in (b"", "", None)


def steps_of(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of what stands around them without a condition."""
    for one in block:
        inner = one.body if isinstance(one, ast.With | ast.AsyncWith | ast.Try) else None
        yield from [one] if inner is None else steps_of(inner)


def is_short(test: ast.expr, names: Collection[str], room: int | None, given: dict[str, list[ast.expr]]) -> bool:
    """Whether a condition holds where one of these values does not fill the `room` for it: `len(data) < 16`."""
    for one in (each for each in ast.walk(test) if isinstance(each, ast.Compare) and len(each.ops) == 1):
        below, number = isinstance(one.ops[0], ast.Lt | ast.LtE | ast.NotEq), number_of(one.comparators[0], given)
        if below and is_length(one.left) and room is not None and number is not None and number >= room:
            return any(name_of(part) in names for part in ast.walk(one.left))
    return False


def room_in(loop: ast.AST, given: dict[str, list[ast.expr]]) -> int | None:
    """The fewest bytes for which a loop makes room when it receives; None where that is not known."""
    asked = [number_of(call.args[0], given) for call in called_in(loop, RECEIVES) if call.args]
    return min((number for number in asked if number is not None), default=None)


def number_of(node: ast.expr, given: dict[str, list[ast.expr]]) -> int | None:
    """The whole number that is written there, or that the name there is given."""
    value = values_of(node, given)[0]
    return value.value if isinstance(value, ast.Constant) and type(value.value) is int else None


def leaves_loop(block: list[ast.stmt]) -> bool:
    """Whether a block leaves its loop."""
    return isinstance(block[-1], ast.Break | ast.Return)


def closings_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Where a connection is closed behind the sending, in the same block and with no condition."""
    for node in nodes:
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            owners: set[str] = set()
            for one in block if isinstance(block, list) and any(map(closing, block)) else []:
                call = closing(one)
                if call is not None and owner_of(call) in owners:
                    yield owner_of(call), call.lineno
                if not any(isinstance(each, LOOPS) for each in within(one)):
                    owners |= {owner_of(each) for each in called_in(one, SENDS)}


def closing(statement: ast.AST) -> ast.Call | None:
    """The call of close or shutdown that a statement is."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return call if isinstance(call, ast.Call) and name_of(call.func) in ("close", "shutdown") else None

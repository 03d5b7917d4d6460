"""What decides whether a program's work begins at all: its arguments, calls left in comments, and names that get their
value further down. Read from the tree. Pure."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from grader.diagnose.tree import FUNCTIONS, assigned, called_in, name_of, parse, values_of, within

EXITS = ("exit", "_exit", "quit", "SystemExit")
WORK = ("socket", "create_server", "create_connection", "start_server", "open_connection", "run", "TCPServer")
STATUSES = range(-1, 128)  # what a function returns that wants the program to end so
COMMENT = re.compile(r"[ \t]*#[# \t]*([^\W\d][\w.]*\(.*\))[ \t]*(?:#.*)?")
LINE_END = re.compile(r"\r\n|\r|\n")
MOST_LINE = 200  # characters of a comment that are looked at
MOST_SHOWN = 60  # characters of a call or a condition, in a sentence

Known = dict[str, list[ast.expr]]


def argument_exits_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Conditions on the command line that hold when there are no arguments, and behind which the program ends."""
    if not any(isinstance(node, ast.Name | ast.Attribute) and name_of(node) == "argv" for node in nodes):
        return
    given = assigned(nodes)
    own = [node for node in nodes if isinstance(node, FUNCTIONS)]
    ending = (*EXITS, *(one.name for one in own if called_in(one, EXITS)))
    work = (*WORK, *(one.name for one in own))
    for scope in [node for node in nodes if isinstance(node, (ast.Module, *FUNCTIONS))]:
        last = max((call.lineno for call in called_in(scope, work)), default=0)
        for node in (one for one in within(scope) if isinstance(one, ast.If)):
            outcome = without_arguments(node.test, given)
            taken = () if outcome is None else node.body if outcome else node.orelse
            if any(ends_program(one, ending, works=node.lineno < last) for one in taken):
                yield ast.unparse(node.test)[:MOST_SHOWN], node.lineno


def ends_program(statement: ast.stmt, ending: tuple[str, ...], *, works: bool) -> bool:
    """Whether a statement ends the program in any case, or a function that `works` further down."""
    if isinstance(statement, ast.Return):
        return works and (statement.value is None or status_of(statement.value) in STATUSES)
    if isinstance(statement, ast.Raise):
        return statement.exc is not None and name_of(getattr(statement.exc, "func", statement.exc)) == "SystemExit"
    return isinstance(statement, ast.Expr) and bool(called_in(statement, ending))


def status_of(value: ast.expr) -> int | None:
    """The whole number that a value is written as, if it is one."""
    number = literal(value)
    return number if type(number) is int else None


def without_arguments(test: ast.expr, given: Known) -> bool | None:
    """What a condition on the command line comes to without arguments; None for one on anything else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = without_arguments(test.operand, given)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        parts = [without_arguments(one, given) for one in test.values]
        settled = isinstance(test.op, ast.Or)
        return settled if settled in parts else None if None in parts else not settled
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return compared(arguments(test.left, given), test.ops[0], literal(test.comparators[0]))
    number = arguments(test, given)
    return None if number is None else bool(number)


def compared(number: int | None, operator: ast.cmpop, other: object) -> bool | None:
    """What a comparison of a number with a literal comes to; None where that is not known."""
    if number is None:
        return None
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(other, tuple | list | set):
        return (number in other) == isinstance(operator, ast.In)
    if type(other) is not int:
        return None
    outcomes = {ast.Eq: number == other, ast.NotEq: number != other, ast.Lt: number < other, ast.LtE: number <= other,
                ast.Gt: number > other, ast.GtE: number >= other}  # fmt: skip
    return outcomes.get(type(operator))


def arguments(node: ast.expr, given: Known) -> int | None:
    """The number of arguments that an expression counts, or that a list of them has, where none was given."""
    node = values_of(node, given)[0]
    if isinstance(node, ast.Call) and name_of(node.func) == "len" and len(node.args) == 1:
        return arguments(node.args[0], given)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        number, less = arguments(node.left, given), literal(node.right)
        return number - less if number is not None and type(less) is int else None
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and name_of(node.value) == "argv":
        first = literal(node.slice.lower) if node.slice.lower is not None else 0
        return max(1 - first, 0) if type(first) is int and first >= 0 and node.slice.upper is None else None
    return 1 if name_of(node) == "argv" else None


def literal(node: ast.expr) -> object:
    """The value that is written there; None where it is not one."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def commented_calls_of(tree: ast.Module, text: str) -> Iterator[tuple[str, str, int]]:
    """Calls that stand in a comment of their own outside all functions, of functions of the file's that the file's own
    statements do not use, nor a function that these use: the call, the function, and the line."""
    lines = ((number, line[:MOST_LINE]) for number, line in enumerate(LINE_END.split(text), 1))
    comments = [(number, one[1]) for number, line in lines if "#" in line and (one := COMMENT.fullmatch(line))]
    if not comments:
        return
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, FUNCTIONS)]
    modules = {name for one in nodes if isinstance(one, ast.Import) for name in defined_by(one)}
    live = mentioned(tree, modules)
    live |= {name for node in functions if node.name in live for name in mentioned(node, modules)}
    unused = {node.name for node in functions} - live
    inside = {line for one in nodes if isinstance(one, (*FUNCTIONS, ast.Constant)) for line in lines_of(one)}
    for number, comment in comments:
        call = expression(comment) if number not in inside else None
        names = [name_of(one.func) for one in ast.walk(call) if isinstance(one, ast.Call)] if call else []
        named = next((name for name in names if name in unused), None)
        if named is not None:
            yield comment[:MOST_SHOWN], named, number


def lines_of(node: ast.stmt | ast.expr) -> range:
    """The lines that a part of the file takes up, where these are several."""
    last = node.end_lineno or node.lineno
    return range(node.lineno, last + 1 if last > node.lineno else node.lineno)


def mentioned(scope: ast.AST, modules: set[str]) -> set[str]:
    """All names and attributes that a scope uses itself, but for those of modules: `unittest.main` is none of these."""
    used = (one for one in within(scope) if isinstance(one, ast.Name | ast.Attribute))
    return {name_of(one) for one in used if not (isinstance(one, ast.Attribute) and name_of(one.value) in modules)}


def expression(text: str) -> ast.expr | None:
    """What a piece of text says as Python; None where it is none."""
    try:
        body = parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None


def top_names_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The names that the file's own statements define, whatever happens, and where each first is."""
    seen: set[str] = set()
    for statement in tree.body:
        for name in defined_by(statement):
            if name not in seen:
                seen.add(name)
                yield name, statement.lineno


def defined_by(statement: ast.stmt) -> list[str]:
    """The names that one statement defines."""
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [(one.asname or one.name).partition(".")[0] for one in statement.names]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]


def own_builtins_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Names of Python's own functions that the file gives to something else."""
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and hasattr(builtins, node.id):
            yield node.id, node.lineno


def lone_inputs_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Calls of input that are all that their block has, so that they cannot be taken out alone."""
    for node in nodes:
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            alone = block[0] if isinstance(block, list) and len(block) == 1 else None
            if isinstance(alone, ast.Expr) and not isinstance(node, ast.Module) and called_in(alone, ("input",)):
                yield "input", alone.lineno

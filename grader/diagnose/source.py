"""What a student's source says, read with `ast` and tolerant of everything. Pure.

Only used to find the line that a behaviour comes from, and to tell apart reasons that behave alike.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import cast

from grader.diagnose.flow import Flow, flow_of
from grader.diagnose.tree import HAND_IN, assigned, parse, unwrapped, values_of

NO_FLOW = Flow()
# What Python warns of while it reads a hand-in (escapes that it does not know) is for nobody's terminal.
warnings.filterwarnings("ignore", module=re.escape(HAND_IN))
LINE_END = re.compile(r"\r\n|\r|\n")
TODO = re.compile(r"\b(?:TODO|FIXME)\b\s*(.*)", re.IGNORECASE)  # behind the first # of a line
# Python joins the names of `import a.b.c` anew for each of them, and keeps them all: a line can take gigabytes.
DOTTED = re.compile(r"\b(?:\w++[\s\\]*+\.[\s\\]*+){100}")
MOST_TODO = 20  # lines of a comment that are looked at
MOST_TEXT = 1 << 16  # characters of a file that are looked at
# How deep all parts of a file may stand, added up. What is read below looks at parts of parts, which costs as much: a
# page of calls of calls of calls would take hours. A program of a thousand lines has some 25,000.
MOST_DEPTHS = 100_000
MOST_FLOW = 1 << 15  # characters of a file of which it is read how its steps hang together
MOST_SHOWN = 60  # characters of a call, in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: `name` of the function or method, `owner` before the dot, where, and as written (bounded).

    `sizes`: its whole-number arguments, as written or by a name.  `targets`: how many names its result is unpacked
    into, 0 when it is not used.  `function`: the function it is in, or an empty string.  `loop`: whether a loop is
    around it.  `columns`: where it begins in its first line and ends in its last, in bytes.  `alone`: it is a statement
    by itself, its result dropped.
    """

    name: str
    owner: str
    line: int
    end: int
    text: str
    arguments: int = 0
    sizes: tuple[int, ...] = ()
    targets: int = 0
    function: str = ""
    loop: bool = False
    columns: tuple[int, int] = (0, 0)
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Facts about one file. `parsed` is False when it is not Python; then only lines and TODOs are known.

    `todos`: line and text of each TODO comment.  `constants`: (name, value, line) of literals given to a name, or
    written anywhere (then the name is empty).  `bare`: (method, line) of methods named but not called.
    `unused`: (name, line) of functions and classes that nothing uses.  `loops`: first and last line of each.
    `stubs`: lines of bodies left empty.  `silent_handlers`: lines of `except` blocks that show and raise nothing.
    `guards`: (text, line) of a `__name__` test that never holds.  `flow`: how its steps hang together.
    `crowded`: lines on which more than one statement begins.  `loads`: names and attributes whose value is used,
    or that are imported.
    """

    path: str
    lines: tuple[str, ...] = ()
    parsed: bool = False
    statements: int = 0
    calls: tuple[Call, ...] = ()
    todos: tuple[tuple[int, str], ...] = ()
    constants: tuple[tuple[str, object, int], ...] = ()
    imports: frozenset[str] = frozenset()
    names: Mapping[str, int] = field(default_factory=dict)
    bare: tuple[tuple[str, int], ...] = ()
    unused: tuple[tuple[str, int], ...] = ()
    stubs: tuple[int, ...] = ()
    loops: tuple[tuple[int, int], ...] = ()
    silent_handlers: tuple[int, ...] = ()
    guards: tuple[tuple[str, int], ...] = ()
    flow: Flow = NO_FLOW
    crowded: frozenset[int] = frozenset()
    loads: frozenset[str] = frozenset()

    def text(self, line: int) -> str:
        """One line, or an empty string beyond the file."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""


def read_source(path: str, text: str) -> Source:
    """The facts of one file. Never raises."""
    text = text[:MOST_TEXT].removeprefix("\ufeff")
    lines = tuple(LINE_END.split(text))
    todos = tuple(todos_of(lines))
    unread = Source(path=path, lines=lines, todos=todos)
    try:
        tree = parse(text) if not DOTTED.search(text) else None
        if tree is None or is_tangled(tree):
            return unread
        return replace(facts_of(path, lines, todos, tree), flow=known_flow(tree, text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return unread


def todos_of(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Line and text of each TODO comment: that of the lines below it as well, where they are comments too."""
    for number, line in enumerate(lines, 1):
        found = TODO.search(line, line.index("#")) if "#" in line else None
        if found:
            whole = line.lstrip().startswith("#")
            below = takewhile(is_continued, lines[number : number + MOST_TODO] if whole else ())
            yield number, " ".join([found[1].strip(), *(one.strip(" \t#") for one in below)])


def is_continued(line: str) -> bool:
    """Whether a line goes on with the comment above it."""
    return line.lstrip().startswith("#") and TODO.search(line) is None


def is_tangled(tree: ast.Module) -> bool:
    """Whether parts stand in parts of parts so much that nobody wrote this by hand."""
    depths, level, depth = 0, [cast(ast.AST, tree)], 0
    while level and depths <= MOST_DEPTHS:
        depths += depth * len(level)
        level, depth = [child for node in level for child in ast.iter_child_nodes(node)], depth + 1
    return depths > MOST_DEPTHS


def known_flow(tree: ast.Module, text: str) -> Flow:
    """How its steps hang together; nothing of a very long file, or of one that Python refuses to compile."""
    if len(text) > MOST_FLOW:
        return NO_FLOW
    try:
        return flow_of(tree, text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return NO_FLOW


def facts_of(path: str, lines: tuple[str, ...], todos: tuple[tuple[int, str], ...], tree: ast.Module) -> Source:
    """The facts of a file that parses."""
    nodes = list(ast.walk(tree))
    return Source(
        path=path,
        lines=lines,
        parsed=True,
        statements=sum(does_something(statement) for statement in tree.body),
        calls=tuple(sorted(calls_of(tree), key=lambda call: call.line)),
        todos=todos,
        constants=tuple(constants_of(nodes)),
        imports=frozenset(imports_of(nodes)),
        names=names_of(nodes),
        bare=tuple(bare_of(nodes)),
        unused=tuple(unused_of(nodes)),
        loops=tuple(sorted(loops_of(nodes))),
        stubs=tuple(sorted(stubs_of(nodes))),
        silent_handlers=tuple(sorted(silent_handlers_of(nodes))),
        guards=tuple(guards_of(tree)),
        crowded=crowded_of(nodes),
        loads=frozenset(loads_of(nodes)),
    )


def does_something(statement: ast.stmt) -> bool:
    """Whether a top-level statement can have an effect: not an import, a constant, a docstring, `pass`."""
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return not isinstance(statement.value, ast.Constant | type(None))
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    return not isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass)


# --- calls ----------------------------------------------------------------------------------------------------------


def calls_of(tree: ast.AST) -> Iterator[Call]:
    """Every call, with the function and loop that it is in."""
    stack: list[tuple[ast.AST, str, bool, int]] = [(tree, "", False, 0)]
    nodes = list(ast.walk(tree))
    dropped = {id(unwrapped(node.value)) for node in nodes if isinstance(node, ast.Expr)}
    given = assigned(nodes)
    while stack:
        node, function, loop, targets = stack.pop()
        if isinstance(node, ast.Call):
            yield replace(call_of(node, function, loop, targets, given), alone=id(node) in dropped)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function, loop = node.name, False
        loop = loop or isinstance(node, ast.While | ast.For | ast.AsyncFor)
        for child in ast.iter_child_nodes(node):
            stack.append((child, function, loop, targets_of(node, child)))


def targets_of(parent: ast.AST, child: ast.AST) -> int:
    """How many names the value `child` of the statement `parent` is unpacked into."""
    if isinstance(parent, ast.Assign) and child is parent.value:
        target = parent.targets[0]
        return len(target.elts) if isinstance(target, ast.Tuple | ast.List) else 1
    if isinstance(parent, ast.withitem) and child is parent.context_expr and parent.optional_vars is not None:
        return 1
    return int(isinstance(parent, ast.NamedExpr))


def call_of(node: ast.Call, function: str, loop: bool, targets: int, given: dict[str, list[ast.expr]]) -> Call:
    """One call as a value. `given`: what each name of the file is given."""
    values = [value for one in node.args for value in values_of(one, given)]
    sizes = [one.value for one in values if isinstance(one, ast.Constant) and type(one.value) is int]
    return Call(
        name=last_name(node.func),
        owner=ast.unparse(node.func.value)[:MOST_SHOWN] if isinstance(node.func, ast.Attribute) else "",
        line=node.lineno,
        end=node.end_lineno or node.lineno,
        text=shortened(ast.unparse(node)),
        arguments=len(node.args) + len(node.keywords),
        sizes=tuple(sizes),
        targets=targets,
        function=function,
        loop=loop,
        columns=(node.col_offset, node.end_col_offset or node.col_offset),
    )


def last_name(node: ast.AST) -> str:
    """`recv` for `s.recv`, `print` for `print`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def shortened(text: str) -> str:
    """One line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 3] + "..."


def crowded_of(nodes: list[ast.AST]) -> frozenset[int]:
    """Lines on which more than one statement begins."""
    begun = Counter(node.lineno for node in nodes if isinstance(node, ast.stmt))
    return frozenset(line for line, times in begun.items() if times > 1)


# --- the rest -------------------------------------------------------------------------------------------------------


def constants_of(nodes: list[ast.AST]) -> Iterator[tuple[str, object, int]]:
    """Literals: those given to names first, then those written anywhere."""
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            yield last_name(target), node.value.value, node.lineno
    for node in nodes:
        if isinstance(node, ast.Constant):
            yield "", node.value, node.lineno


def imports_of(nodes: list[ast.AST]) -> Iterator[str]:
    """Top-level names of the modules that are imported."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def names_of(nodes: list[ast.AST]) -> dict[str, int]:
    """Every name and attribute that is used, with the first line of each."""
    found: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute):
            name = last_name(node)
            found[name] = min(node.lineno, found.get(name, node.lineno))
    return found


def loads_of(nodes: list[ast.AST]) -> Iterator[str]:
    """Names and attributes whose value is used, or that are imported from a module."""
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield last_name(node)
        elif isinstance(node, ast.ImportFrom):
            yield from (one.name for one in node.names)


def bare_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Statements such as `s.listen`, and values such as `= s.accept`, without the parentheses that make a call."""
    for node in nodes:
        value = node.value if isinstance(node, ast.Expr | ast.Assign) else None
        if isinstance(value, ast.Attribute):
            yield value.attr, value.lineno


def unused_of(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    """Functions whose name is used nowhere: no call, no target of a thread, no method of a class."""
    methods = {id(one) for node in nodes if isinstance(node, ast.ClassDef) for one in node.body}
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and is_new(
            node.name, node, used, methods
        ):
            yield node.name, node.lineno


def is_new(name: str, node: ast.AST, used: set[str], methods: set[int]) -> bool:
    """Whether a definition is used nowhere, and is no method, which a library may call."""
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    tested = any(last_name(base).endswith("TestCase") for base in bases)  # unittest finds these by itself
    return id(node) not in methods and name not in used and not tested


def loops_of(nodes: list[ast.AST]) -> Iterator[tuple[int, int]]:
    """First and last line of each loop."""
    for node in nodes:
        if isinstance(node, ast.While | ast.For | ast.AsyncFor):
            yield node.lineno, node.end_lineno or node.lineno


def stubs_of(nodes: list[ast.AST]) -> Iterator[int]:
    """Bodies that hold nothing but `pass`, `...` or a docstring; those of `except` and of classes may."""
    for node in nodes:
        body = node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.With | ast.If) else []
        if body and all(is_placeholder(statement) for statement in body):
            yield body[-1].lineno


def is_placeholder(statement: ast.stmt) -> bool:
    """`pass`, `...`, or a text by itself."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def silent_handlers_of(nodes: list[ast.AST]) -> Iterator[int]:
    """`except` blocks in which nothing is called, raised or given back."""
    for node in nodes:
        if isinstance(node, ast.ExceptHandler):
            inside = [one for statement in node.body for one in ast.walk(statement)]
            speaks = any(isinstance(one, ast.Raise) or is_telling(one) for one in inside)
            if not speaks:
                yield node.lineno


def is_telling(node: ast.AST) -> bool:
    """Whether a call may show an error: any but closing a socket."""
    return isinstance(node, ast.Call) and last_name(node.func) not in ("close", "shutdown", "sleep")


def guards_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Top-level tests of `__name__` against something else than `__main__`."""
    for statement in tree.body:
        test = statement.test if isinstance(statement, ast.If) else None
        if isinstance(test, ast.Compare) and last_name(test.left) == "__name__" and len(test.comparators) == 1:
            other = test.comparators[0]
            if isinstance(other, ast.Constant) and other.value != "__main__" and isinstance(test.ops[0], ast.Eq):
                yield shortened(ast.unparse(test)), statement.lineno

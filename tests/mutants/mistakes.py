"""What the operators do to a program: each function gives the edits that make one mistake, at every place for it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from mutants.program import Edit, Program, called, owner

Make = Callable[[Program], Iterable[list[Edit]]]

SENDS = ("sendall", "write")
RECEIVES = ("recv", "read")
ADDRESSED = ("bind", "connect", "create_server", "create_connection", "TCPServer")
GREETING = b"Hello, world"
HOST, PORT = "127.0.0.1", 65432


def drop(*names: str) -> Make:
    """Leave out a statement that makes one of these calls."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for call in program.calls(*names):
            statement = program.statement(call)
            if isinstance(statement, ast.Expr | ast.Assign | ast.Return):
                yield [program.drop(statement)]

    return make


def swap(first: str, second: str) -> Make:
    """Exchange two statements of one block."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for one in map(program.statement, program.calls(first)):
            for other in map(program.statement, program.calls(second)):
                if other in program.body(one) and isinstance(one, ast.Expr):
                    yield [program.replace(one, program.source(other)), program.replace(other, program.source(one))]

    return make


def argument(names: tuple[str, ...], pattern: str) -> Make:
    """Give a call another first argument; `{}` in the pattern stands for the one that it has."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for call in program.calls(*names):
            if call.args:
                yield [program.replace(call.args[0], pattern.replace("{}", program.source(call.args[0])))]

    return make


def address(pattern: str) -> Make:
    """Write the address of a socket call otherwise; `{host}` and `{port}` stand for its parts."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for call in program.calls(*ADDRESSED):
            pair = call.args[0] if call.args else None
            if isinstance(pair, ast.Tuple):
                host, port = map(program.source, pair.elts)
                yield [program.replace(pair, pattern.format(host=host, port=port))]

    return make


def constant(value: object, text: str) -> Make:
    """Write another constant in the place of one."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for node in program.nodes:
            if isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value:
                yield [program.replace(node, text)]

    return make


def name(old: str, new: str) -> Make:
    """Write another name, of a function, a method or a constant, wherever it stands."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for node in program.nodes:
            if isinstance(node, ast.Attribute) and node.attr == old:
                end = program.span(node)[1]
                yield [Edit(end - len(old), end, new)]
            elif isinstance(node, ast.Name) and node.id == old:
                yield [program.replace(node, new)]

    return make


def call(names: tuple[str, ...], pattern: str) -> Make:
    """Write a call otherwise: `{call}` is all of it, `{owner}` its object, `{function}` what is called."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for one in program.calls(*names):
            words = {"call": program.source(one), "owner": owner(program, one), "function": program.source(one.func)}
            yield [program.replace(one, pattern.format(**words))]

    return make


def before(names: tuple[str, ...], *lines: str) -> Make:
    """Put lines before a call's statement; `{owner}` is the call's object."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for one in program.calls(*names):
            yield [program.before(program.statement(one), *(line.format(owner=owner(program, one)) for line in lines))]

    return make


def after(names: tuple[str, ...], *lines: str) -> Make:
    """Put lines behind a call's statement; `{owner}` is the call's object, `{line}` the statement."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for one in program.calls(*names):
            at = program.statement(one)
            words = {"owner": owner(program, one), "line": program.source(at)}
            if not isinstance(at, ast.Return):
                yield [program.after(at, *(line.format(**words) for line in lines))]

    return make


def at_end(*lines: str) -> Make:
    """Put lines at the end of the program."""
    return lambda program: [[Edit(len(program.text), len(program.text), "\n".join(lines) + "\n")]]


def at_start(*lines: str) -> Make:
    """Put lines before the first statement."""

    def make(program: Program) -> Iterator[list[Edit]]:
        first = next(one for one in program.tree.body if not isinstance(one, ast.Expr))
        yield [program.before(first, *lines)]

    return make


def drop_import(program: Program) -> Iterator[list[Edit]]:
    """Leave out an import."""
    for node in program.nodes:
        if isinstance(node, ast.Import):
            yield [program.drop(node)]


def loops(program: Program) -> list[ast.While]:
    """The loops that receive."""
    found = {one for one in ast.walk(program.tree) if isinstance(one, ast.While)}
    holds = {
        loop for loop in found for node in ast.walk(loop) if isinstance(node, ast.Call) and called(node) in RECEIVES
    }
    return sorted(holds, key=lambda loop: loop.lineno)


def guards(program: Program) -> list[ast.If]:
    """The conditions that leave a loop that receives."""
    inside = [one for loop in loops(program) for one in loop.body if isinstance(one, ast.If)]
    return [one for one in inside if isinstance(one.body[0], ast.Break | ast.Return)]


def unroll(program: Program) -> Iterator[list[Edit]]:
    """Once through the loop instead of again and again; without the condition that leaves it."""
    for loop in loops(program):
        kept = [one for one in loop.body if one not in guards(program)]
        text = "".join(program.text[slice(*program.lines(one))] for one in kept)
        lines = [line[4:] if line.strip() else line for line in text.splitlines(keepends=True)]
        yield [Edit(*program.lines(loop), "".join(lines))]


def leave_after_once(program: Program) -> Iterator[list[Edit]]:
    """A `break` at the end of the loop."""
    for loop in loops(program):
        yield [program.after(loop.body[-1], "break")]


def drop_guard(program: Program) -> Iterator[list[Edit]]:
    """Leave out the condition that leaves the loop."""
    for guard in guards(program):
        yield [program.drop(guard)]


def go_on_at_guard(program: Program) -> Iterator[list[Edit]]:
    """`continue` where the loop should be left."""
    for guard in guards(program):
        yield [program.replace(guard.body[0], "continue")]


def invert_guard(program: Program) -> Iterator[list[Edit]]:
    """The opposite of the condition that leaves the loop."""
    for guard in guards(program):
        yield [program.replace(guard.test, f"not ({program.source(guard.test)})")]


def guard(pattern: str) -> Make:
    """Another condition that leaves the loop; `{}` stands for what `not` denies in the one that it has."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for one in guards(program):
            if isinstance(one.test, ast.UnaryOp):
                yield [program.replace(one.test, pattern.replace("{}", program.source(one.test.operand)))]

    return make


def never_loop(program: Program) -> Iterator[list[Edit]]:
    """A loop whose condition never holds."""
    for loop in loops(program):
        yield [program.replace(loop.test, "False")]


def send_after_loop(program: Program) -> Iterator[list[Edit]]:
    """The sending indented too little, so that it stands after the loop."""
    for loop in loops(program):
        last = loop.body[-1]
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and called(last.value) in SENDS:
            yield [program.drop(last), program.after(loop, program.source(last))]


def collect_then_send(program: Program) -> Iterator[list[Edit]]:
    """Everything is collected, and sent back when the client has closed."""
    for loop in loops(program):
        last = loop.body[-1]
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and called(last.value) in SENDS:
            what, function = program.source(last.value.args[0]), program.source(last.value.func)
            yield [
                program.before(loop, 'everything = b""'),
                program.replace(last, f"everything += {what}"),
                program.after(loop, f"{function}(everything)"),
            ]


def one_late(program: Program) -> Iterator[list[Edit]]:
    """Each message is answered with the one before it."""
    for loop in loops(program):
        last = loop.body[-1]
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and called(last.value) in SENDS:
            what = last.value.args[0]
            yield [
                program.before(loop, 'previous = b""'),
                program.replace(what, "previous"),
                program.after(last, f"previous = {program.source(what)}"),
            ]


def accepted(pattern: str) -> Make:
    """Name otherwise what accept returns: `{conn}` and `{addr}` are the two names."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for one in program.calls("accept"):
            statement = program.statement(one)
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple):
                conn, addr = map(program.source, statement.targets[0].elts)
                yield [program.replace(statement.targets[0], pattern.format(conn=conn, addr=addr))]

    return make


def on_listener(*names: str) -> Make:
    """A call on the listening socket instead of the connection."""

    def make(program: Program) -> Iterator[list[Edit]]:
        listeners = [owner(program, one) for one in program.calls("accept")]
        for one in program.calls(*names):
            if listeners and isinstance(one.func, ast.Attribute):
                yield [program.replace(one.func.value, listeners[0])]

    return make


def swallow(error: str, body: str) -> Make:
    """The main part in a try block that hides an error."""

    def make(program: Program) -> Iterator[list[Edit]]:
        main = [one for one in program.tree.body if isinstance(one, ast.With | ast.If)]
        if main:
            yield [program.indented(main[0], program.tree.body[-1], "try:", f"except {error}:", f"    {body}")]

    return make


def drop_guarded_start(program: Program) -> Iterator[list[Edit]]:
    """Functions are defined, and nothing calls the first of them."""
    for one in program.tree.body:
        if isinstance(one, ast.If) and "__name__" in program.source(one.test):
            yield [program.drop(one)]


def indent_too_far(program: Program) -> Iterator[list[Edit]]:
    """One line a step too far in."""
    one = program.statement(program.calls("print")[0])
    start, _ = program.lines(one)
    yield [Edit(start, start, "    ")]


def drop_colon(program: Program) -> Iterator[list[Edit]]:
    """The colon after a `with` or `def` is missing."""
    one = next(node for node in program.nodes if isinstance(node, ast.With | ast.FunctionDef | ast.ClassDef))
    colon = program.text.index(":\n", program.span(one)[0])
    yield [Edit(colon, colon + 1, "")]


def python2_print(program: Program) -> Iterator[list[Edit]]:
    """print without parentheses."""
    one = program.calls("print")[0]
    yield [program.replace(one, "print " + ", ".join(map(program.source, one.args)))]


def method_without_call(method: str) -> Make:
    """The parentheses after a method's name are missing."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for one in program.calls(method):
            yield [program.replace(one, program.source(one.func))]

    return make


def without_await(*names: str) -> Make:
    """A coroutine that is called and not awaited."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for one in program.calls(*names):
            if isinstance(program.parents[one], ast.Await):
                yield [program.replace(program.parents[one], program.source(one))]

    return make


def method_called(old: str, new: str) -> Make:
    """Another name for a method that a library calls."""

    def make(program: Program) -> Iterator[list[Edit]]:
        for node in program.nodes:
            if isinstance(node, ast.FunctionDef) and node.name == old:
                start = program.text.index(old, program.span(node)[0])
                yield [Edit(start, start + len(old), new)]

    return make


def args_without_tuple(program: Program) -> Iterator[list[Edit]]:
    """`args=(s)` for a thread."""
    for one in program.calls("Thread"):
        for keyword in one.keywords:
            if keyword.arg == "args" and isinstance(keyword.value, ast.Tuple) and len(keyword.value.elts) == 1:
                yield [program.replace(keyword.value, f"({program.source(keyword.value.elts[0])})")]


def without_f(program: Program) -> Iterator[list[Edit]]:
    """The f before the quotes is missing."""
    for node in program.nodes:
        if isinstance(node, ast.JoinedStr):
            start = program.span(node)[0]
            yield [Edit(start, start + 1, "")]


def waits_in_vain(program: Program) -> Iterator[list[Edit]]:
    """Nothing is sent, and the waiting has a time-out."""
    for sent, got in zip(program.calls(*SENDS), program.calls("recv"), strict=False):
        line = f"{owner(program, got)}.settimeout(0.2)"
        yield [program.drop(program.statement(sent)), program.before(program.statement(got), line)]

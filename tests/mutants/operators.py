"""The table of mutation operators: each makes one mistake, at every place of a program where it can be made.

An operator is a name, the roles whose programs it is tried on, and a function from a program to mutants, each a list
of edits. Where an operator finds no place there is no mutant.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mutants.program import Edit, Program, called, owner

Make = Callable[[Program], Iterable[list[Edit]]]

SENDS = ("sendall", "write")
RECEIVES = ("recv", "read")
ADDRESSED = ("bind", "connect", "create_server", "create_connection", "TCPServer")
GREETING = b"Hello, world"
HOST, PORT = "127.0.0.1", 65432


@dataclass(frozen=True, slots=True)
class Operator:
    """One kind of mistake."""

    name: str
    roles: tuple[str, ...]
    make: Make


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


BOTH, SERVER, CLIENT = ("server", "client"), ("server",), ("client",)

ANY_ROLE = (
    Operator("drop-import", BOTH, drop_import),
    Operator("drop-start", BOTH, drop_guarded_start),
    Operator("drop-print", BOTH, drop("print")),
    Operator("drop-recv", BOTH, drop(*RECEIVES)),
    Operator("drop-send", BOTH, drop(*SENDS)),
    Operator("guard-misspelt", BOTH, constant("__main__", '"main"')),
    Operator("line-indented", BOTH, indent_too_far),
    Operator("colon-missing", SERVER, drop_colon),
    Operator("print-of-python-2", CLIENT, python2_print),
    Operator("asks-keyboard", CLIENT, at_start('input("Press Enter to start ")')),
    Operator("not-written-yet", SERVER, at_start("raise NotImplementedError")),
    Operator("module-missing", CLIENT, at_start("import my_own_helpers")),
    Operator("file-missing", SERVER, at_start('settings = open("settings.ini").read()')),
    Operator("address-swapped", BOTH, address("({port}, {host})")),
    Operator("address-split", BOTH, address("{host}, {port}")),
    Operator("address-only-host", BOTH, address("{host}")),
    Operator("address-as-text", CLIENT, address("f'{{{host}}}:{{{port}}}'")),
    Operator("port-as-text", BOTH, constant(PORT, '"65432"')),
    Operator("port-other", BOTH, constant(PORT, "65433")),
    Operator("port-too-large", BOTH, constant(PORT, "654321")),
    Operator("host-other", BOTH, constant(HOST, '"127.0.0.2"')),
    Operator("host-misspelt", BOTH, constant(HOST, '"locahlost"')),
    Operator("host-far-away", SERVER, constant(HOST, '"192.0.2.7"')),
    Operator("host-as-name", BOTH, constant(HOST, '"localhost"')),
    Operator("host-any", BOTH, constant(HOST, '"0.0.0.0"')),
    Operator("udp", BOTH, name("SOCK_STREAM", "SOCK_DGRAM")),
    Operator("ipv6", BOTH, name("AF_INET", "AF_INET6")),
    Operator("unix", BOTH, name("AF_INET", "AF_UNIX")),
    Operator("send-for-sendall", BOTH, name("sendall", "send")),
    Operator("send-misspelt", CLIENT, name("sendall", "sendAll")),
    Operator("recv-misspelt", SERVER, name("recv", "receive")),
    Operator("recv-larger", BOTH, argument(RECEIVES, "4096")),
    Operator("recv-without-size", BOTH, call(("recv",), "{function}()")),
    Operator("exit-status-3", BOTH, at_end("raise SystemExit(3)")),
    Operator("exit-by-os-exit", CLIENT, at_end("import os", "os._exit(0)")),
    Operator("error-at-end", BOTH, at_end("finished")),
    Operator("close-before-recv", BOTH, before(RECEIVES, "{owner}.close()")),
    Operator("close-before-send", BOTH, before(("sendall",), "{owner}.close()")),
)

SERVERS = (
    Operator("drop-bind", SERVER, drop("bind")),
    Operator("drop-listen", SERVER, drop("listen")),
    Operator("drop-accept", SERVER, drop("accept")),
    Operator("drop-close", SERVER, drop("close")),
    Operator("swap-bind-listen", SERVER, swap("bind", "listen")),
    Operator("swap-listen-accept", SERVER, swap("listen", "accept")),
    Operator("bind-twice", SERVER, after(("bind",), "{line}")),
    Operator("accept-twice", SERVER, after(("accept",), "{line}")),
    Operator("connect-for-bind", SERVER, name("bind", "connect")),
    Operator("port-zero", SERVER, constant(PORT, "0")),
    Operator("port-privileged", SERVER, constant(PORT, "80")),
    Operator("host-empty", SERVER, constant(HOST, '""')),
    Operator("listen-not-called", SERVER, method_without_call("listen")),
    Operator("accept-not-called", SERVER, method_without_call("accept")),
    Operator("accept-not-unpacked", SERVER, accepted("{conn}")),
    Operator("accept-swapped", SERVER, accepted("{addr}, {conn}")),
    Operator("accept-three-names", SERVER, accepted("{conn}, {addr}, port")),
    Operator("listener-receives", SERVER, on_listener("recv")),
    Operator("listener-sends", SERVER, on_listener("sendall")),
    Operator("listener-closed-early", SERVER, before(("accept",), "{owner}.close()")),
    Operator("listener-closed-after-accept", SERVER, after(("accept",), "{owner}.close()")),
    Operator("print-constant", SERVER, call(("print",), 'print("Somebody connected")')),
    Operator("loop-unrolled", SERVER, unroll),
    Operator("loop-left-after-once", SERVER, leave_after_once),
    Operator("loop-never-entered", SERVER, never_loop),
    Operator("guard-dropped", SERVER, drop_guard),
    Operator("guard-continues", SERVER, go_on_at_guard),
    Operator("guard-inverted", SERVER, invert_guard),
    Operator("recv-one-byte", SERVER, argument(RECEIVES, "1")),
    Operator("recv-zero-bytes", SERVER, argument(RECEIVES, "0")),
    Operator("send-after-loop", SERVER, send_after_loop),
    Operator("reply-at-end", SERVER, collect_then_send),
    Operator("reply-one-late", SERVER, one_late),
    Operator("reply-twice", SERVER, after(SENDS, "{line}")),
    Operator("reply-then-more", SERVER, after(SENDS, '{owner}.sendall(b"bye")')),
    Operator("reply-upper", SERVER, argument(SENDS, "{}.upper()")),
    Operator("reply-stripped", SERVER, argument(SENDS, "{}.strip()")),
    Operator("reply-line-end", SERVER, argument(SENDS, '{} + b"\\n"')),
    Operator("reply-prefixed", SERVER, argument(SENDS, 'b"Echo: " + {}')),
    Operator("reply-cut", SERVER, argument(SENDS, "{}[:10]")),
    Operator("reply-without-last", SERVER, argument(SENDS, "{}[:-1]")),
    Operator("reply-without-first", SERVER, argument(SENDS, "{}[1:]")),
    Operator("reply-reversed", SERVER, argument(SENDS, "{}[::-1]")),
    Operator("reply-doubled", SERVER, argument(SENDS, "2 * {}")),
    Operator("reply-repr", SERVER, argument(SENDS, "repr({}).encode()")),
    Operator("reply-padded", SERVER, argument(SENDS, '{}.ljust(2048, b"\\0")')),
    Operator("reply-canned", SERVER, argument(SENDS, 'b"Hello, world"')),
    Operator("reply-empty", SERVER, argument(SENDS, 'b""')),
    Operator("reply-without-zeros", SERVER, argument(SENDS, '{}.replace(b"\\0", b"")')),
    Operator("reply-str", SERVER, argument(SENDS, "str({})")),
    Operator("reply-str-joined", SERVER, argument(SENDS, '"Echo: " + {}')),
    Operator("reply-by-decoding", SERVER, argument(SENDS, "{}.decode().encode()")),
    Operator("reply-encoded-again", SERVER, argument(SENDS, "{}.encode()")),
    Operator("reply-copied", SERVER, argument(SENDS, "bytes({})")),
)

CLIENTS = (
    Operator("drop-connect", CLIENT, drop("connect")),
    Operator("swap-connect-send", CLIENT, swap("connect", "sendall")),
    Operator("swap-send-recv", CLIENT, swap("sendall", "recv")),
    Operator("connect-twice", CLIENT, after(("connect",), "{line}")),
    Operator("bind-for-connect", CLIENT, name("connect", "bind")),
    Operator("connect-ex", CLIENT, name("connect", "connect_ex")),
    Operator("greeting-as-text", CLIENT, constant(GREETING, '"Hello, world"')),
    Operator("greeting-lower", CLIENT, constant(GREETING, 'b"hello, world"')),
    Operator("greeting-without-comma", CLIENT, constant(GREETING, 'b"Hello world"')),
    Operator("greeting-line-end", CLIENT, constant(GREETING, 'b"Hello, world\\n"')),
    Operator("greeting-typing-mistake", CLIENT, constant(GREETING, 'b"Hello, wrold"')),
    Operator("greeting-cut", CLIENT, constant(GREETING, 'b"Hello"')),
    Operator("greeting-empty", CLIENT, constant(GREETING, 'b""')),
    Operator("greeting-utf-16", CLIENT, constant(GREETING, '"Hello, world".encode("utf-16")')),
    Operator("greeting-quoted", CLIENT, constant(GREETING, "repr(b'Hello, world').encode()")),
    Operator("greeting-encoded", CLIENT, constant(GREETING, '"Hello, world".encode()')),
    Operator("send-twice", CLIENT, after(SENDS, "{line}")),
    Operator("send-more", CLIENT, after(SENDS, '{owner}.sendall(b"How are you?")')),
    Operator("recv-five-bytes", CLIENT, argument(RECEIVES, "5")),
    Operator("recv-just-enough", CLIENT, argument(RECEIVES, "12")),
    Operator("recv-zero-bytes", CLIENT, argument(RECEIVES, "0")),
    Operator("recv-twice", CLIENT, after(RECEIVES, "{line}")),
    Operator("recv-until-end", CLIENT, after(("recv",), "while chunk := {owner}.recv(1024):", "    data += chunk")),
    Operator("recv-not-called", CLIENT, method_without_call("recv")),
    Operator("shutdown-before-send", CLIENT, before(("sendall",), "{owner}.shutdown(socket.SHUT_WR)")),
    Operator("shutdown-after-send", CLIENT, after(("sendall",), "{owner}.shutdown(socket.SHUT_WR)")),
    Operator("print-greeting", CLIENT, call(("print",), 'print("Received", b"Hello, world")')),
    Operator("print-only-word", CLIENT, call(("print",), 'print("Received")')),
    Operator("print-length", CLIENT, call(("print",), 'print("Received", len(data))')),
    Operator("print-upper", CLIENT, call(("print",), 'print("Received", data.upper())')),
    Operator("print-decoded", CLIENT, call(("print",), 'print("Received", data.decode())')),
    Operator("print-twice", CLIENT, after(("print",), "{line}")),
    Operator("refusal-swallowed", CLIENT, swallow("OSError", "pass")),
    Operator("refusal-ends-well", CLIENT, swallow("ConnectionRefusedError", "raise SystemExit(0)")),
    Operator("refusal-told", CLIENT, swallow("ConnectionRefusedError", 'print("No server there.")')),
)

OPERATORS = (*ANY_ROLE, *SERVERS, *CLIENTS)

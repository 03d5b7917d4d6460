"""Run records with good defaults, so that a test shows only what differs."""

from __future__ import annotations

from grader.model import Dial, Event, Frame, RunRecord, Socket

HOST, PORT = "127.0.0.1", 65432
GREETING = b"Hello, world"


def record(role: str = "server", **differs: object) -> RunRecord:
    """A record of a program that ended well, without a word on the wire."""
    fields: dict[str, object] = {"role": role, "file": f"echo-{role}.py", "host": HOST, "port": PORT}
    if not {"exit_code", "signal", "stopped"} & differs.keys():
        fields["exit_code"] = 0
    return RunRecord(**{**fields, **differs})  # type: ignore[arg-type]


def events(*kinds: str | tuple[str, bytes]) -> tuple[Event, ...]:
    """Events of one connection: a kind, or a kind with its bytes."""
    pairs = [(one, b"") if isinstance(one, str) else one for one in kinds]
    addressed = [
        (kind, data or (b"127.0.0.1:50000" if kind in ("connected", "accepted") else b"")) for kind, data in pairs
    ]
    return tuple(Event(kind=kind, connection=0, at=0.01 * at, data=data) for at, (kind, data) in enumerate(addressed))


def dial(call: str, host: str = HOST, port: int = PORT) -> Dial:
    """An address asked for."""
    return Dial(call=call, host=host, port=port)


def listener(host: str = HOST, port: int = PORT, protocol: str = "tcp") -> Socket:
    """A listening socket."""
    return Socket(protocol=protocol, host=host, port=port, state="listen", backlog=128)


def traceback(file: str, line: int, error: str) -> bytes:
    """What Python prints of an exception; of a syntax error in its own form."""
    if error.startswith(("SyntaxError", "IndentationError", "TabError")):
        return f'  File "/home/student/{file}", line {line}\n    ...\n    ^\n{error}\n'.encode()
    return (
        "Traceback (most recent call last):\n"
        f'  File "/home/student/{file}", line {line}, in <module>\n    ...\n    ^^^\n{error}\n'
    ).encode()


def frame(line: int, file: str = "echo-server.py", function: str = "<module>") -> Frame:
    """One line of a stack."""
    return Frame(file=file, line=line, function=function)

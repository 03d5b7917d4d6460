"""Run one program as `python3 FILE` does, with its dialled addresses noted and its stack printable.

Used inside a box by the launcher (in a forked interpreter) or, as a script, in a cold one of its own: where a file
beside the program has the name of a module that the launcher has loaded, only a cold start lets it shadow that module
as it would for the student. For the same reason this file imports next to nothing, and forgets what it did import.
It is also how programs are run on a machine without boxes.

As a script: `python3 -u -B program.py PATH LOG`, where LOG is the dial log: an open descriptor's number, or a path.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # not `signal`, which imports enum
import faulthandler
import os
import sys

DIAL_LOG_BYTES = 1 << 14
# A signal that nobody else uses; macOS has no real-time signals, and Windows has none that would do.
DUMP_SIGNAL = getattr(_signal, "SIGRTMAX", None) or getattr(_signal, "SIGUSR2", None)


class DialLog:
    """Addresses that the program asks for, written where the supervisor can read them.

    `memory` is a writable buffer. Each entry: `call NUL host NUL port NUL bytes printed so far newline`; what does
    not fit is dropped. An instance is an audit hook (PEP 578): it sees connect and bind of Python's own socket module.
    """

    def __init__(self, memory) -> None:  # type: ignore[no-untyped-def]  # mmap, not imported here
        self.memory, self.at = memory, 0

    def __call__(self, event: str, arguments: tuple) -> None:  # type: ignore[type-arg]
        """Note one connect or bind."""
        if event not in ("socket.connect", "socket.bind") or len(arguments) < 2:
            return
        address = arguments[1]
        host, port = address[:2] if isinstance(address, tuple) and len(address) >= 2 else (address, -1)
        line = f"{event[7:]}\0{str(host)[:200]}\0{str(port)[:12]}\0{printed_bytes()}\n".encode(errors="replace")
        if self.at + len(line) <= len(self.memory):
            self.memory[self.at : self.at + len(line)] = line
            self.at += len(line)


def printed_bytes() -> int:
    """Bytes written to stdout and stderr so far: both are files whose position is shared by all writers."""
    total = 0
    for descriptor in (1, 2):
        try:
            total += os.lseek(descriptor, 0, os.SEEK_CUR)
        except OSError:
            continue
    return total


def watch(memory) -> None:  # type: ignore[no-untyped-def]
    """Note dialled addresses from now on, and end with all stacks on stderr when DUMP_SIGNAL comes.

    Not `faulthandler.enable`: a program that crashes shall print no more than it does under `python3`.
    """
    if DUMP_SIGNAL is not None:
        faulthandler.register(DUMP_SIGNAL, all_threads=True, chain=True)
    sys.addaudithook(DialLog(memory))


def run_program(path: str) -> None:
    """Run a program as `python3 FILE` does, up to its exit status and the text of its traceback."""
    main = type(sys)("__main__")
    loader = type(__loader__)("__main__", path)  # type: ignore[name-defined]
    main.__dict__.update(
        __file__=path, __builtins__=__builtins__, __cached__=None, __loader__=loader, __annotations__={}
    )
    sys.modules["__main__"] = main
    sys.argv[:] = [os.path.basename(path)]
    sys.path[0] = os.path.dirname(path)  # was the folder of the launcher
    sys.dont_write_bytecode = True
    try:
        with open(path, "rb") as stream:
            source = stream.read()
        exec(compiled(source, path), main.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == run_program.__code__.co_filename:
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        if isinstance(error, KeyboardInterrupt):  # ends by the signal, so that a shell knows
            _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
            os.kill(os.getpid(), _signal.SIGINT)
        raise SystemExit(1) from None


def compiled(source: bytes, path: str):  # type: ignore[no-untyped-def]  # types.CodeType, not imported here
    """The program's code. Where the encoding is at fault, with the words of a Python that reads the file itself."""
    declared = any(line.lstrip().startswith(b"#") and b"coding" in line for line in source.split(b"\n", 2)[:2])
    try:
        if not declared:
            source.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = source.count(b"\n", 0, wrong.start) + 1
        raise SyntaxError(
            f"Non-UTF-8 code starting with '\\x{source[wrong.start]:02x}' in file {path} on line {line}, "
            "but no encoding declared; see https://peps.python.org/pep-0263/ for details"
        ) from None
    try:
        return compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        unknown = str(error.msg).partition("unknown encoding: ")[2]
        if unknown:
            raise SyntaxError(f"encoding problem: {unknown}") from None
        raise


def main() -> None:
    """Be the cold interpreter of one program."""
    import mmap

    path, log = sys.argv[1:3]
    descriptor = int(log) if log.isdigit() else os.open(log, os.O_RDWR)
    memory = mmap.mmap(descriptor, DIAL_LOG_BYTES)
    os.closerange(3, 64)  # the log, and the duplicate that mmap has made of it
    watch(memory)
    for name in ("mmap", "faulthandler"):
        del sys.modules[name]
    run_program(path)


if __name__ == "__main__":
    main()

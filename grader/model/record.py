"""What happened: what a run recorded, without an opinion."""

from __future__ import annotations

from dataclasses import dataclass

KEPT_BYTES = 1 << 18
"""A transcript keeps at most this many of the bytes received, plus what the rubric awaits and twice what was sent.
More would not change a verdict, and every run of a class is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing seen on the wire.

    `kind`: `connected`, `accepted`, `sent`, `received`, `fin-sent`, `fin-received`, `reset`, `reset-sent`.
    `connection`: 0 for the first connection of the run, 1 for the second, …
    `data`: for `sent` and `received` the bytes; for `connected` and `accepted` the address of the grader's end as
    `host:port` (for `connected`, what the server sees as its client's address).  `at`: seconds since launch.
    """

    kind: str
    connection: int
    at: float
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """One row of the box's socket tables. `protocol`: `tcp`, `tcp6`, `udp`, `udp6`. `state`: `listen`, `bound`, …

    `only_ipv6`: for an IPv6 socket, whether it refuses IPv4 connections.
    """

    protocol: str
    host: str
    port: int
    state: str
    backlog: int = 0
    only_ipv6: bool = False

    def reaches(self, host: str, port: int) -> bool:
        """Whether a connection to `host` and `port` arrives here, if this socket listens."""
        everywhere = ["0.0.0.0"] + ["::"] * (not self.only_ipv6 or ":" in host)
        return self.port == port and self.host in (host, f"::ffff:{host}", *everywhere)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """An address that the program asked to connect or bind to (`call`), from Python's audit events.

    `output_before`: bytes printed to stdout and to stderr by then.
    """

    call: str
    host: str
    port: int
    output_before: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One line of a stack, innermost first. `file` is relative to the student's folder, or absolute for the library."""

    file: str
    line: int
    function: str
    thread: int = 0


NEVER_LISTENED = "never-listened"  # `detail` where the server of a pair never listened, so no client was started
DIRECT = "direct"  # `detail` where two programs were connected without the grader in between


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """How one action of the script ended: `done`, `impossible` (proved), `limit` (a limit came first), `not-reached`.

    `at`: seconds since launch when it ended.  `received`: bytes that had arrived by then on its connection.
    `detail`: one plain fact, for staff; or NEVER_LISTENED; or DIRECT, which only `grade check` on a machine without
    boxes allows.
    """

    result: str
    at: float
    detail: str = ""
    received: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Everything seen of one program in one run. No opinion.

    Unless there is a `harness_error`, exactly one of `exit_code`, `signal` and `stopped` is not None. `stopped` says
    why the grader ended the program: `stuck` (proved), `cpu`, `wall`, `output`, `memory`, or `finished` (the script was
    over and nothing more was awaited).
    `output_before`: bytes printed to stdout and to stderr before the grader connected, once the program waited for it.
    `serving`: at the end the program was back in accept, waiting for another client.
    `outcomes`: one for each action of the script, in order. `sockets`: as seen when something first listened or, if
    nothing ever did, at the end. `harness_error`: what failed on the grader's side; nothing else is then to be judged.
    `late_seconds`: the longest that the program, or its peer, was kept waiting for an answer or for a processor.
    """

    role: str
    file: str
    host: str
    port: int
    events: tuple[Event, ...] = ()
    outcomes: tuple[StepOutcome, ...] = ()
    sockets: tuple[Socket, ...] = ()
    dials: tuple[Dial, ...] = ()
    exit_code: int | None = None
    signal: int | None = None
    stopped: str | None = None
    serving: bool = False
    stdout: bytes = b""
    stderr: bytes = b""
    output_before: tuple[int, int] = (0, 0)
    output_cut: bool = False
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    late_seconds: float = 0.0
    stack: tuple[Frame, ...] = ()
    harness_error: str | None = None

"""When and where a peer can connect to a server: where the server listens, and whether it waits for clients yet."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import Socket
from grader.peers.watch import POLL_CPU_SECONDS, POLLS, awaits_clients, clocks, same_calls, settled
from grader.sandbox.kernel import Look
from grader.sandbox.running import AnyRun
from grader.sandbox.stuck import rests


class Approach:
    """Finds out when and where a peer can connect to one server. `look` is called until it does not return None.

    `met`: the host and port where the server should listen, or where the peer did connect.  `sockets`: where it
    listened when it was last found ready.  `polls`: whether it finds its clients by asking for them again and again.
    `printed`: bytes of stdout and of stderr before the last look.
    """

    def __init__(self, run: AnyRun, host: str, port: int) -> None:
        self.run, self.met = run, (host, port)
        self.sockets: tuple[Socket, ...] = ()
        self.polls = False
        self.printed = (0, 0)
        self.seen = Look(threads=(), memory_bytes=0, complete=False)
        self.begin()

    def begin(self) -> None:
        """Start counting the server's work afresh: from now on the peer wants to connect."""
        self.moves = 0
        self.cpu_before: float | None = None  # processor time used when it was first seen to listen

    def look(self) -> Sequence[Socket] | None:
        """Where the program listens, once it waits for clients; None before. Empty for a program that has ended.

        To listen is not enough: a program may listen and then end without waiting for a client. Whether a look falls
        in between is chance, and no verdict may depend on that. A program that listens elsewhere is given time to open
        the right address. A program that only polls is known by running again and again while it listens.
        """
        self.printed, look, listening = self.run.output_bytes(), self.run.look(), self.run.listening()
        if not listening:
            self.cpu_before = None
        elif self.cpu_before is None:
            self.cpu_before = look.cpu_seconds
        else:
            self.moves += clocks([look]) != clocks([self.seen]) and rests(look)
        before, self.seen = self.seen, look
        burnt = 0.0 if self.cpu_before is None else look.cpu_seconds - self.cpu_before
        self.polls = self.moves > POLLS or burnt > POLL_CPU_SECONDS
        steady = same_calls([before], [look])
        waits = self.polls or awaits_clients(look, steady)
        ready = settled(look, steady, self.moves, burnt) if self.leads_elsewhere(listening) else waits
        if look.threads and not ready:
            return None
        self.sockets = tuple(listening) or self.sockets
        return listening

    def leads_elsewhere(self, listening: Sequence[Socket]) -> bool:
        """Whether the program listens, but not where this peer would reach it."""
        return bool(listening) and not any(row.reaches(*self.met) for row in listening)

"""When a peer may come to a server: where that listens, and whether it waits for clients, look by look."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import Socket
from grader.peers.watch import POLL_CPU_SECONDS, POLLS, awaits_clients, clocks, same_calls, settled
from grader.sandbox.kernel import Look
from grader.sandbox.running import AnyRun
from grader.sandbox.stuck import rests


class Approach:
    """The way to one server. `look` is asked again and again until there is one.

    `met`: the host and port where the server should be, or is met.  `sockets`: those on which it was last seen to
    listen.  `polls`: it comes to its clients by asking for them again and again.  `printed`: bytes of stdout and of
    stderr before the last look.
    """

    def __init__(self, run: AnyRun, host: str, port: int) -> None:
        self.run, self.met = run, (host, port)
        self.sockets: tuple[Socket, ...] = ()
        self.polls = False
        self.printed = (0, 0)
        self.seen = Look(threads=(), memory_bytes=0, complete=False)
        self.begin()

    def begin(self) -> None:
        """Forget how long the server has been at work: from now on somebody wants to come to it."""
        self.moves = 0
        self.cpu_before: float | None = None  # what it had used when it was first seen to listen

    def look(self) -> Sequence[Socket] | None:
        """Where the program listens, once it waits for clients; None before. One that has ended listens nowhere.

        Not before it waits: a program that listens and then ends without waiting for anybody could be caught in
        between, or not, and a verdict may not hang on that. Nor elsewhere while the right address may still come. One
        that only ever polls runs again and again while it listens.
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

"""Two programs, each in a box of its own, and the grader as the wire between them: bytes, FIN and RST are passed on
and recorded on both sides."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from grader.model import Limits, RunRecord, Socket, StepOutcome
from grader.peers.part import Part, drained, ended_by_itself, outcome, record_of
from grader.peers.watch import DONE, Watch
from grader.peers.wire import Connection, Transcript, address_text, take_socket, try_connect
from grader.sandbox.plain import AnyRun
from grader.sandbox.stuck import INPUT, call_name, serves_on
from grader.verdicts import DIRECT

CONNECTIONS = 8  # sockets made in the server's box for a client that opens several


@dataclass(frozen=True, slots=True)
class Link:
    """One relayed connection: the grader's ends towards the server and towards the client."""

    server: Connection
    client: Connection


class Relay:
    """The wire between a server and a client that are running. `server_at` is where the server listens."""

    def __init__(self, server: AnyRun, client: AnyRun, server_at: tuple[str, int], limits: Limits) -> None:
        self.server, self.client, self.server_at = server, client, server_at
        self.transcripts = {"server": Transcript(), "client": Transcript()}
        self.watch = Watch([server, client], limits, self.transcripts["client"].now)
        self.loop = asyncio.get_running_loop()
        self.links: list[Link] = []
        self.free = list(server.sockets)
        self.listener = client.sockets[-1] if client.sockets else None
        if self.listener is not None:
            self.loop.add_reader(self.listener, self._acceptable)

    def _acceptable(self) -> None:
        assert self.listener is not None
        try:
            near, _ = self.listener.accept()
        except OSError:
            return
        near.setblocking(False)
        far = take_socket(self.free, self.server_at[0])
        if far is None:
            near.close()
            return
        try_connect(far, self.server_at)  # it listens, and the network is its box's loopback: done by the next event
        number = len(self.links)
        link = Link(
            Connection(far, number, self.transcripts["server"], lambda: self._pass(number)),
            Connection(near, number, self.transcripts["client"], lambda: self._pass(number)),
        )
        self.links.append(link)
        self.transcripts["client"].add("accepted", number, address_text(near))
        self.transcripts["server"].add("connected", number, address_text(far))
        link.server.read(True)
        link.client.read(True)
        self.watch.notify()

    def _pass(self, number: int) -> None:
        """Hand on what one side has said since the last time.

        A reply is held until it is as long as what the client said, or the server waits for more: clients read once,
        and a server may answer in pieces.
        """
        if number < len(self.links):
            link = self.links[number]
            hand_on(link.client, link.server)
            if link.server.received >= link.client.received or link.server.ended is not None:
                hand_on(link.server, link.client)
        self.watch.notify()

    def _release(self) -> bool:
        """Hand on what is held back, once the server waits. Returns whether there was something."""
        look = self.watch.last[0]
        held = [link for link in self.links if handed(link.client) < link.server.received]
        if not held or any(call_name(thread) not in INPUT for thread in look.threads):
            return False
        for link in held:
            hand_on(link.server, link.client)
        return True

    async def play(self) -> str:
        """Pass everything on until both programs are done with it. Returns how the waiting ended."""
        result = DONE
        while result == DONE and not self._client_is_over():
            result = await self.watch.until(self._client_is_over, also=self._release)
        if result == DONE:
            # The client has ended. Let the server come to its end as well, or back to waiting for another client.
            await self.watch.until(self.server.ended.done, also=self.serves_on)
        return result

    def serves_on(self) -> bool:
        """The server has closed all connections, and waits for something on a socket."""
        return all(link.server.ended is not None for link in self.links) and serves_on(self.watch.last[0])

    def _client_is_over(self) -> bool:
        return self.client.ended.done()

    def ends(self) -> list[Connection]:
        """All ends of all connections."""
        return [end for link in self.links for end in (link.server, link.client)]

    def rest(self) -> None:
        """Pass nothing on any more."""
        if self.listener is not None:
            self.loop.remove_reader(self.listener)
        for end in self.ends():
            end.rest()


def handed(target: Connection) -> int:
    """How many bytes have been handed to one end so far."""
    return target.sent + len(target.unsent)


def hand_on(source: Connection, target: Connection) -> None:
    """Bytes that arrived at one end leave at the other, then the end of the stream likewise."""
    if handed(target) < source.received and target.ended != "reset":
        data = b"".join(
            one.data for one in source.transcript.events if one.kind == "received" and one.connection == source.number
        )
        target.send(data[handed(target) :])
    if source.ended == "reset":
        if target.ended is None:
            target.reset()
    elif source.ended == "fin" and not target.unsent:
        target.half_close()


async def wait_until_listening(run: AnyRun, limits: Limits) -> Socket | None:
    """The first socket on which a server listens; None when it never will.

    Its socket table is read; nothing connects, since many servers serve one client only.
    """
    watch = Watch([run], limits, Transcript().now)
    found: list[Socket] = []

    def listens() -> bool:
        found[:] = run.listening()
        return bool(found)

    await watch.until(listens)
    return found[0] if found else None


async def relay(
    server: AnyRun, client: AnyRun, parts: dict[str, Part], server_at: tuple[str, int], limits: Limits
) -> dict[str, RunRecord]:
    """Relay between two running programs. Returns a record for each role. Raises SandboxError when a box fails."""
    wire = Relay(server, client, server_at, limits)
    try:
        result = await wire.play()
    finally:
        await drained(wire.ends())
        wire.rest()
        limit = wire.watch.limit_reached
        serving = not server.ended.done() and bool(wire.links and wire.watch.last) and wire.serves_on()
        stopped = {role: ended_how(run, limit) for role, run in (("server", server), ("client", client))}
        for run in (client, server):
            await run.finish(dump=True)
        for end in wire.ends():
            end.close()
    detail = result if wire.listener is not None else DIRECT
    done = StepOutcome(result=outcome(result), at=wire.watch.now(), detail=detail)
    runs = {"server": server, "client": client}
    return {
        role: record_of(
            run,
            parts[role],
            wire.transcripts[role],
            stopped[role],
            limits,
            outcomes=(done,),
            serving=role == "server" and serving,
        )
        for role, run in runs.items()
    }


def ended_how(run: AnyRun, limit: str | None) -> str | None:
    """Why the grader ends a program, or None when it ended by itself."""
    return None if ended_by_itself(run) else limit or "stuck"

"""Two programs, each in a box of its own, and the grader as the wire between them: bytes, FIN and RST are passed on
and recorded on both sides."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from grader.conversation import MOST_CONNECTS
from grader.model import DIRECT, Limits, RunRecord, Socket, StepOutcome
from grader.peers.part import Part, drained, ended_by_itself, outcome, record_of
from grader.peers.watch import DONE, Watch, awaits_clients, settled
from grader.peers.wire import Connection, Transcript, address_text, bind_own, catch_up, take_socket, try_connect
from grader.sandbox.running import AnyRun
from grader.sandbox.stuck import serves_on, waits_for_ever, waits_for_input

MOST_HELD = 4096  # bytes of an answer that are held back
CONNECTIONS = MOST_CONNECTS  # sockets made in the server's box for a client that opens several


@dataclass(slots=True)
class Link:
    """One relayed connection: the grader's ends towards the server and towards the client.

    `greeted`: bytes that the server had sent when it was handed the client's first words; None until then.
    `due`: what the server has said is no longer held back. Once the server has closed, nothing is held back either.
    """

    server: Connection
    client: Connection
    greeted: int | None = None
    due: bool = False

    @property
    def replied(self) -> int:
        """Bytes that the server has sent since it was handed the client's first words."""
        return 0 if self.greeted is None else self.server.received - self.greeted

    @property
    def ways(self) -> tuple[tuple[Connection, Connection], tuple[Connection, Connection]]:
        """Source and target of both directions: to the server, and to the client."""
        return (self.client, self.server), (self.server, self.client)


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
            self.loop.add_reader(self.listener.fileno(), self._acceptable)

    def _acceptable(self) -> bool:
        """Take a connection that the client has made. Returns whether there was one."""
        if self.listener is None:
            return False
        try:
            near, _ = self.listener.accept()
        except OSError:
            return False
        near.setblocking(False)
        far = take_socket(self.free, self.server_at[0])
        if far is None:
            near.close()
            return True
        bind_own(far, self.server.own, len(self.links), self.server_at[1])
        try_connect(far, self.server_at)  # the server listens, on its box's loopback: connected by the next event
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
        return True

    def _pass(self, number: int) -> None:
        """Called when one side has sent something, or has closed.

        What a server says unasked is held until the client has spoken, or waits for it. The server's replies are held
        until it waits for more: clients read once, and a server may answer in pieces. MOST_HELD bounds what is held.
        """
        if number < len(self.links):
            link = self.links[number]
            held = link.server.received - (link.greeted or 0) if link.client.received else 0
            link.due = link.due or held > MOST_HELD
        self.watch.notify()

    def _release(self) -> bool:
        """Once the server waits, stop holding back what it has said. Returns whether anything was held back."""
        server, client = self.watch.last
        listens = self.watch.steady and waits_for_input(client)
        held = [link for link in self.links if not link.due and link.server.fresh]
        held = [link for link in held if link.client.received or listens]
        waits = all(waits_for_ever(one) or self.server.polls_connection(one) for one in server.threads)
        if not held or not ((self.watch.steady and waits) or self.watch.polls):
            return False
        for link in held:
            link.due = True
        return True

    async def play(self) -> str:
        """Pass everything on until both programs are done with it. Returns how the waiting ended."""
        client_is_over, server_is_over = (
            partial(self._over_when_handed_on, self.client),
            partial(self._over_when_handed_on, self.server),
        )
        result = DONE
        while result == DONE and not client_is_over():
            result = await self.watch.until(client_is_over, also=self._release)
        if result == DONE:
            # The client has ended. Let the server come to its end as well, or back to waiting for another client.
            await self.watch.until(server_is_over, also=self.serves_on)
        return result

    def serves_on(self) -> bool:
        """Whether the server has closed all connections, still listens, and waits on a socket or polls."""
        waits = (self.watch.steady and serves_on(self.watch.last[0])) or self.watch.polls
        return all(link.server.ended is not None for link in self.links) and waits and bool(self.server.listening())

    def _over_when_handed_on(self, run: AnyRun) -> bool:
        """Whether a program is over. First hands on what is to be handed on, in either direction."""
        if any(is_to_be_handed_on(*way) for link in self.links for way in link.ways):
            self._hand_on()
        return run.over()

    def _hand_on(self) -> None:
        """Hand on what was said, or a close, to each program that rests, is over, or only polls.

        So a program about to say more, to close its side or to end has always done so first. Each program is handed one
        thing at a time: after that it is at work. A reply as long as what the client has said counts as whole once the
        server rests.
        """
        for_client = any(is_to_be_handed_on(link.server, link.client) for link in self.links)
        server_rests = self.server.rests(self.server.look())
        client_rests = for_client and self.client.rests(self.client.look())  # looked at only when needed
        catch_up(self._acceptable, self.ends)
        server_takes, client_takes = (rests or self.watch.polls for rests in (server_rests, client_rests))
        for link in self.links:
            to_server, to_client = link.ways
            whole = server_rests and 0 < link.replied == link.client.received
            if server_takes and is_to_be_handed_on(*to_server):
                if link.greeted is None and link.client.fresh:  # the server has said all this unasked
                    link.greeted = link.server.received
                hand_on(*to_server)
                server_takes = False
            said = whole or link.due or link.server.ended is not None
            if client_takes and said and is_to_be_handed_on(*to_client):
                hand_on(*to_client)
                client_takes = link.due = False

    def ends(self) -> list[Connection]:
        """All ends of all connections."""
        return [end for link in self.links for end in (link.server, link.client)]

    def rest(self) -> None:
        """Pass nothing on any more."""
        if self.listener is not None:
            self.loop.remove_reader(self.listener.fileno())
        for end in self.ends():
            end.rest()


def is_to_be_handed_on(source: Connection, target: Connection) -> bool:
    """Whether `source` has received bytes, or a close, that `target` has not been sent."""
    return bool(source.fresh) or (source.ended is not None and not target.sent_fin)


def hand_on(source: Connection, target: Connection) -> None:
    """Bytes that arrived at one end leave at the other, then the end of the stream likewise."""
    data = b"".join(source.fresh)
    source.fresh.clear()  # first: what is sent may call us again
    if data and target.ended != "reset":
        target.send(data)
    if source.ended == "reset":
        if target.ended != "reset":  # also after its FIN: it may still wait for an answer or an end
            target.reset()
    elif source.ended == "fin" and not target.unsent:
        target.half_close()


async def wait_until_listening(run: AnyRun, limits: Limits, host: str, port: int) -> Socket | None:
    """The socket on which a server listens for clients of `host` and `port`. Another of its sockets once it will not
    open that one by itself; None when it never listens.

    The socket table is read; nothing connects, since many servers serve one client only.
    """
    watch = Watch([run], limits, Transcript().now)
    found: list[Socket] = []

    def listens() -> bool:
        found[:] = sorted(run.listening(), key=lambda row: (not row.reaches(host, port), row.protocol, row.port))
        if found and found[0].reaches(host, port):
            return watch.polls or awaits_clients(watch.last[0], watch.steady)
        return bool(found) and settled(watch.last[0], watch.steady, watch.moves, watch.burnt)

    await watch.until(run.over, also=listens)
    return found[0] if found and not run.over() else None


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
        limits_reached = {wire.watch.culprit: wire.watch.limit_reached}
        serving = not server.ended.done() and bool(wire.links and wire.watch.last) and wire.serves_on()
        stopped = {role: ended_how(run, limits_reached) for role, run in (("server", server), ("client", client))}
        await client.finish(dump=True)
        await server.finish(dump=not serving)  # where one that serves on stands explains nothing
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
            wall_seconds=wire.watch.program_seconds(),
            late_seconds=wire.watch.late_seconds(wire.ends()),
            serving=role == "server" and serving,
        )
        for role, run in runs.items()
    }


def ended_how(run: AnyRun, limits_reached: Mapping[AnyRun | None, str | None]) -> str | None:
    """Why the grader ends a program, or None when it ended by itself. When a limit was reached, but not by this
    program, it is stopped because the run is over (`finished`)."""
    if ended_by_itself(run):
        return None
    over = any(limits_reached.values())
    return limits_reached.get(run) or ("finished" if over else "stuck")

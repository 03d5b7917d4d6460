"""One program against the grader: plays the peer's part of a conversation and records what happened."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace

from grader.conversation import LEAST_AS_RECEIVED, MOST_AS_RECEIVED, Action
from grader.model import Limits, RunRecord, Socket, StepOutcome
from grader.peers.approach import Approach
from grader.peers.part import Part, drained, ended_by_itself, outcome, reachable_host, record_of
from grader.peers.watch import DONE, IMPOSSIBLE, LIMITS, Watch
from grader.peers.wire import (
    MOST_CONNECTIONS,
    Connection,
    Transcript,
    address_text,
    bind_own,
    catch_up,
    take_socket,
    try_connect,
)
from grader.sandbox.running import AnyRun
from grader.sandbox.stuck import network_is_still, serves_on, waits_for_ever, waits_for_input

DRAIN_CPU_SECONDS = 0.1  # what a program may still compute after the peer's FIN where its end is not awaited
MOST_TURNS = 32  # answers to a client that keeps saying more
PATIENCE_CPU_SECONDS = 0.03  # what a client may compute between its message and waiting for the answer
# A slow reader offers a small window and small segments: then the program's kernel buffers some 30 KB, not 4 MB.
SLOW_BUFFER_BYTES = 2048
SMALL_SEGMENT_BYTES = 536
NORMAL_BUFFER_BYTES = 1 << 18


class Peer:
    """The grader as the peer of one program. `play` plays the part; `record` tells what happened."""

    def __init__(self, run: AnyRun, part: Part, limits: Limits) -> None:
        self.run, self.part, self.limits = run, part, limits
        self.transcript = Transcript(sum(action.count or 0 for action in part.actions))
        self.watch = Watch([run], limits, self.transcript.now)
        self.loop = asyncio.get_running_loop()
        self.connections: list[Connection] = []
        self.free = list(run.sockets)
        self.current: Connection | None = None
        self.slow = any(action.slowly for action in part.actions)
        self.expected_bytes = 0
        self.answered = 0  # bytes of a client's words answered so far, where answers depend on them
        self.outcomes: list[StepOutcome] = []
        self.approach = Approach(run, part.host, part.port)
        self.serving = self.stuck = False
        self.output_before = (0, 0)  # bytes printed before the first connection
        self.listener: socket.socket | None = None
        if part.role == "client" and self.free:
            self.listener = self.free.pop()
            self.loop.add_reader(self.listener.fileno(), self._acceptable)

    # --- what the peer does ----------------------------------------------------------------------------------------

    async def play(self) -> None:
        """The whole part: each action, then the close, then (where awaited) the program's end."""
        steps = {
            "connect": self._connect, "accept": self._accept, "send": self._send, "receive": self._receive,
            "half-close": self._half_close, "close": self._close, "reset": self._reset, "pause": self._pause,
            "nobody-listens": self._nothing,
        }  # fmt: skip
        for action in self.part.actions:
            result = await steps[action.kind](action)
            if result not in LIMITS and self.watch.note_output_limit():  # when a look finds it must not matter
                result = "output"
            self.outcomes.append(self._outcome(result))
            if result in LIMITS or self._nothing_came(action, result):
                break
        left = len(self.part.actions) - len(self.outcomes)
        self.outcomes += [replace(self._outcome(""), result="not-reached")] * left
        if self.watch.limit_reached is None:
            await self._finish()

    def _outcome(self, result: str) -> StepOutcome:
        received, at = self.talking_received(), self.transcript.now()
        return StepOutcome(result=outcome(result), at=at, detail=result, received=received)

    def _nothing_came(self, action: Action, result: str) -> bool:
        """A peer that was told nothing has nothing to say: the conversation is over."""
        return action.kind in ("connect", "accept", "receive") and result == IMPOSSIBLE and not self._has_spoken()

    def _has_spoken(self) -> bool:
        return self.talking_received() > 0

    async def _connect(self, action: Action) -> str:
        self.approach.begin()
        return await self.watch.until(self._try_to_connect)

    def _try_to_connect(self) -> bool:
        """Connect once the program waits for clients: where it should listen or, with `follow`, where it does."""
        listening = self._waits_for_clients()
        if listening is None:
            return False
        if not self.approach.leads_elsewhere(listening):
            return self._try(*self.approach.met)
        found = next((row for row in listening if row.protocol == "tcp"), listening[0])
        return self.part.follow and self._try(reachable_host(found), found.port)

    def _waits_for_clients(self) -> Sequence[Socket] | None:
        """Where the program listens, once it waits for clients; None before."""
        listening = self.approach.look()
        if listening is not None and not self.connections:
            self.output_before = self.approach.printed
        return listening

    def _try(self, host: str, port: int) -> bool:
        """One attempt to connect; a refused socket can be used again."""
        sock = take_socket(self.free, host)
        if sock is None:
            return False
        if self.slow:  # before each attempt: a refused one resets the segment size
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_BUFFER_BYTES)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SMALL_SEGMENT_BYTES)
        bind_own(sock, self.run.own, len(self.connections), port)
        if not try_connect(sock, (host, port)):
            if sock.fileno() >= 0:
                self.free.insert(0, sock)
            return False
        self.approach.met = (host, port)
        self.expected_bytes = 0
        self._adopt(sock, "connected")
        return True

    def _adopt(self, sock: socket.socket, kind: str) -> Connection:
        connection = Connection(sock, len(self.connections), self.transcript, self.watch.notify, keep=False)
        self.transcript.add(kind, connection.number, address_text(sock))
        self.connections.append(connection)
        self.current = self.current if kind == "accepted" and self.current else connection
        connection.read(True)
        return connection

    def _acceptable(self) -> bool:
        """Take a connection that has come. Returns whether there was one."""
        if self.listener is None:
            return False
        try:
            sock, _ = self.listener.accept()
        except OSError:
            return False
        sock.setblocking(False)
        if len(self.connections) >= MOST_CONNECTIONS:
            sock.close()
        else:
            self._adopt(sock, "accepted")
            self.watch.notify()
        return True

    async def _accept(self, action: Action) -> str:
        return await self.watch.until(lambda: self.current is not None)

    async def _nothing(self, action: Action) -> str:
        return DONE

    async def _send(self, action: Action) -> str:
        connection = self.talking()
        if connection is None or connection.ended == "reset":
            return IMPOSSIBLE
        connection.read(not self.slow)
        if self.part.role == "server":  # a server about to end without waiting for us has then always ended first
            await self._until_it_rests()
        data = self._words(action, connection)
        size = action.split or max(len(data), 1)
        for at in range(0, len(data), size):
            if at:
                await self._waits_for_more()
            connection.send(data[at : at + size])
            result = await self.watch.until(lambda: not connection.unsent or connection.deaf)
            if result == IMPOSSIBLE and self.slow:  # the program waits for us to read
                connection.read(True)
                result = await self.watch.until(lambda: not connection.unsent or connection.deaf)
            if result != DONE or connection.unsent:
                return result if result != DONE else IMPOSSIBLE
        return DONE

    def _words(self, action: Action, connection: Connection) -> bytes:
        """The bytes that an action sends. An answer is what the program has said and was not answered yet (`echo`), or
        as many bytes of the action's data (`length`)."""
        if not action.answers:
            return action.data
        said = self.transcript.received(connection.number)[self.answered : MOST_AS_RECEIVED]
        size = len(said) if self.answered else max(len(said), LEAST_AS_RECEIVED)
        self.answered += len(said)
        return said if action.answers == "echo" else action.data[connection.sent : connection.sent + size]

    async def _waits_for_more(self) -> None:
        """Wait until the program waits for more: it has read what it was sent, and has said what it had to say."""

        def waits() -> bool:
            reading = self.watch.steady and waits_for_input(self.watch.last[0])
            return self.watch.polls or (reading and network_is_still(self.run.rows()))

        await self.watch.until(self.run.over, also=waits)

    async def _until_it_rests(self) -> None:
        """Before we speak: wait until the program waits for us, or sleeps, or has ended.

        A program that ends without waiting is thus always spoken to too late. A program that polls without a rest is
        spoken to after PATIENCE_CPU_SECONDS.
        """
        before: float | None = None  # processor time at the first look

        def waits() -> bool:
            nonlocal before
            look = self.run.look()
            before = look.cpu_seconds if before is None else before
            return self.run.rests(look) or look.cpu_seconds > before + PATIENCE_CPU_SECONDS

        await self.watch.until(waits)
        catch_up(self._acceptable, lambda: self.connections)

    async def _receive(self, action: Action) -> str:
        if self.talking() is None:
            return IMPOSSIBLE
        start = self.expected_bytes
        self.expected_bytes += action.count or 0
        if action.slowly:
            await self._let_it_fill_the_window()
        for one in self.connections:
            one.read(True)

        answered = self.part.role == "client" and self._is_answered_next()

        def arrived() -> bool:
            talking = self.talking()
            assert talking is not None
            if talking.ended is not None or self.transcript.flooded:
                return True
            if action.count is None:
                return answered and talking.received > start
            return talking.received >= self.expected_bytes

        result = await self.watch.until(arrived, also=self._asks if self.part.role == "client" else None)
        if result == DONE and self._is_answered_next():
            await (self._until_it_rests() if self.part.role == "client" else self._waits_for_more())
        received = self.talking_received()
        if action.count is None:
            self.expected_bytes = received
            return DONE if result in (DONE, IMPOSSIBLE) and received > start else result
        return IMPOSSIBLE if result == DONE and received < self.expected_bytes else result

    def _asks(self) -> bool:
        """Whether a client has spoken and waits for its answer: what it has not said by now it does not mean to say.

        A wait with a time-out counts if it is for the client's connection (Python polls the socket). Any other timed
        wait may be a pause between two pieces of the message, unless it is one of many short ones.
        """
        if not self._has_spoken():
            return False
        waits = all(waits_for_ever(one) or self.run.polls_connection(one) for one in self.watch.last[0].threads)
        return self.watch.polls or (self.watch.steady and waits and network_is_still(self.run.rows()))

    def talking_received(self) -> int:
        """Bytes received so far on the connection that the conversation is about."""
        connection = self.talking()
        return connection.received if connection is not None else 0

    def _is_answered_next(self) -> bool:
        """Whether the next action sends, and either a client waits for that or nothing is received after it."""
        rest = [action.kind for action in self.part.actions[len(self.outcomes) + 1 :]]
        return rest[:1] == ["send"] and (self.part.role == "client" or "receive" not in rest)

    async def _let_it_fill_the_window(self) -> None:
        """Read nothing until the program waits: for room to write, or because it has dropped what did not fit."""
        await self.watch.until(self.run.over, also=lambda: self.watch.steady or self.watch.polls)
        for one in self.connections:
            one.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NORMAL_BUFFER_BYTES)
            one.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # tell of the new window at once

    def talking(self) -> Connection | None:
        """The connection that the conversation is about: of several that a client opened, the first that spoke."""
        if self.part.role == "client" and self.current is not None and not self.current.received:
            self.current = next((one for one in self.connections if one.received), self.current)
        return self.current

    async def _half_close(self, action: Action) -> str:
        connection = self.talking()
        if connection is None:
            return IMPOSSIBLE
        connection.half_close()
        return DONE

    async def _close(self, action: Action) -> str:
        """Send FIN, then read to the end: what a program sends after our FIN shall be seen, not reset."""
        connection = self.talking()
        if connection is None:
            return IMPOSSIBLE
        connection.read(True)
        connection.half_close()
        await self.watch.until(lambda: connection.ended is not None or self.transcript.flooded)
        connection.close()
        return DONE

    async def _reset(self, action: Action) -> str:
        connection = self.talking()
        if connection is None:
            return IMPOSSIBLE
        connection.reset()
        self.transcript.add("reset-sent", connection.number)
        return DONE

    async def _pause(self, action: Action) -> str:
        return await self.watch.pass_time(action.seconds)

    # --- the end ---------------------------------------------------------------------------------------------------

    async def _finish(self) -> None:
        """A client's peer answers FIN with FIN; a server's peer sends its own. Then wait for what is of interest."""
        for one in self.connections:
            one.read(True)
        if self.part.role == "server":
            if not any(action.kind == "connect" for action in self.part.actions):
                await self._until_it_listens()
            for one in self.connections:
                one.half_close()
            allowance = None if self._end_tells() else self.watch.cpu_seconds() + DRAIN_CPU_SECONDS
            result = await self.watch.until(self._closed_by_program, cpu_seconds=allowance)
            if self._end_tells() and result == DONE:  # if it can never close, it can never end
                await self.watch.until(self.run.ended.done, also=self._back_in_accept)
        else:  # what it prints and sends before its end counts
            self.stuck = await self._answer_until_it_is_over() == IMPOSSIBLE
        if not self.run.ended.done() and self.watch.last:
            self.serving = self._back_in_accept()

    async def _answer_until_it_is_over(self) -> str:
        """Wait for a client's end. Go on answering a client that says more than was answered: it may send letter by
        letter."""
        for _ in range(MOST_TURNS):
            result = await self.watch.until(lambda: self._client_is_over() or self._speaks_on())
            if result != DONE or self.run.over():
                return result
            connection = self.talking()
            assert connection is not None
            catch_up(self._acceptable, lambda: self.connections)
            connection.send(self._words(self.part.actions[-1], connection))
        return await self.watch.until(self._client_is_over)

    def _speaks_on(self) -> bool:
        """Whether a client has said more than it was answered, where answers depend on its words, and rests."""
        connection, last = self.talking(), self.part.actions[-1:]
        if connection is None or connection.ended is not None or not last or not last[0].answers:
            return False
        more = self.answered < min(connection.received, MOST_AS_RECEIVED)
        return more and self.run.rests(self.run.look())

    async def _until_it_listens(self) -> None:
        """In a conversation where nobody connects: wait until the program waits for clients, or has ended."""
        listens = await self.watch.until(lambda: self.run.over() or bool(self._waits_for_clients()))
        self.stuck = listens == IMPOSSIBLE

    def _closed_by_program(self) -> bool:
        return all(one.ended is not None for one in self.connections) or self.transcript.flooded

    def _back_in_accept(self) -> bool:
        """Whether the program is ready for another client: it has closed its side, listens, and waits on a socket.

        A program that finds its clients by polling has to be polling again.
        """
        served = bool(self.connections) and self._closed_by_program()
        waits = self.watch.steady and serves_on(self.watch.last[0])
        waits = waits or (self.approach.polls and self.watch.polls)
        return served and waits and bool(self.run.listening())

    def _client_is_over(self) -> bool:
        for one in self.connections:
            if one.ended == "fin" and not one.unsent:
                one.half_close()
        return self.run.over()

    def _end_tells(self) -> bool:
        """Whether the program's end is of interest: a check asks for it, or it tells why an action failed."""
        return self.part.awaits_exit or any(one.result != DONE for one in self.outcomes)

    async def stop(self) -> None:
        """Stop the program, taking its stacks first where they tell something."""
        if self.listener is not None:
            self.loop.remove_reader(self.listener.fileno())
        if not self.approach.sockets and self.part.role == "server":
            self.approach.sockets = tuple(self.run.listening()) or tuple(self.run.udp())
        await drained(self.connections)
        for one in self.connections:
            one.rest()
        await self.run.finish(dump=not self.serving)
        for one in self.connections:
            one.close()

    def stopped(self) -> str | None:
        """Why the grader ended the program, or None when it ended by itself."""
        if ended_by_itself(self.run):
            return None
        if self.watch.limit_reached is not None:
            return self.watch.limit_reached
        return "stuck" if self.stuck or self._end_tells() else "finished"

    def record(self, stopped: str | None) -> RunRecord:
        """What happened, after `stop`."""
        host, port = self.approach.met
        return record_of(
            self.run,
            replace(self.part, host=host, port=port),
            self.transcript,
            stopped,
            self.limits,
            outcomes=tuple(self.outcomes),
            sockets=self.approach.sockets,
            serving=self.serving,
            wall_seconds=self.watch.program_seconds(),
            late_seconds=self.watch.late_seconds(self.connections),
            output_before=self.output_before,
        )


async def play(run: AnyRun, part: Part, limits: Limits) -> RunRecord:
    """Play one part against a program that has just been started. Raises SandboxError when the box fails."""
    peer = Peer(run, part, limits)
    try:
        await peer.play()
    finally:
        stopped = peer.stopped()
        await peer.stop()
    return peer.record(stopped)

"""One submission in, its run records out: boxes, programs, and the address that an error has moved them to.

Record names are those of the plan (`server-1`, `client-5`), with the role appended for a pair (`pair-7/client`).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ipaddress
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import replace

from grader.conversation import MOST_CONNECTS, PlannedRun, plan
from grader.errors import GraderError, SandboxError, first_of
from grader.model import NEVER_LISTENED, Limits, Rubric, RunRecord, SourceFile, StepOutcome, Submission
from grader.peers.part import Part, must_have_kept_its_box, reachable_host
from grader.peers.play import play
from grader.peers.relay import CONNECTIONS, relay, wait_until_listening
from grader.sandbox.launch import Box
from grader.sandbox.plain import PlainBox
from grader.sandbox.policy import FIRST_FREE_PORT, HOSTNAME, OWN_ADDRESS
from grader.seats import part_of_work

Records = dict[str, RunRecord]
BoxKind = type[Box] | type[PlainBox]
FIRST_OWN_PORTS = range(33_000, 60_000)  # where clients have theirs
NAMES_UNDER_WAY: ContextVar[set[str] | None] = ContextVar("names_under_way", default=None)
"""Names of the runs that are being made just now, kept up to date for somebody who set this and waits."""
TRIES = 2  # a box that fails is a fault of the host: once more in a fresh one, then a harness error


class Boxes:
    """The boxes of one hand-in: one for each role in use, fresh whenever the last run has left something behind.

    `programs`: role -> path of its program.
    `kind`: what a box is, `Box` or, for one's own code on a machine that has no boxes, `PlainBox`.
    """

    def __init__(
        self, files: tuple[SourceFile, ...], programs: Mapping[str, str], limits: Limits, kind: BoxKind = Box
    ) -> None:
        self.files, self.programs, self.limits, self.kind = files, programs, limits, kind
        self.open: dict[str, Box | PlainBox] = {}
        self.addresses: dict[str, tuple[str, ...]] = {}
        self.low_ports: set[str] = set()

    async def get(self, role: str) -> Box | PlainBox:
        """A clean box for a role. Raises SandboxError when none can be made."""
        box = self.open.get(role)
        if box is not None and not await box.leftover():
            return box
        if box is not None:
            del self.open[role]
            await box.close()
        self.open[role] = await self.kind.start(
            self.files,
            self.limits,
            self.programs[role],
            addresses=self.addresses.get(role, ()),
            low_ports=role in self.low_ports,
        )
        return self.open[role]

    async def give_address(self, role: str, host: str) -> None:
        """From now on the role's box has `host` too as an address of its own."""
        held = self.addresses.get(role, ())
        if host not in held:
            self.addresses[role] = (*held, host)
            await self.replace(role)

    async def give_low_ports(self, role: str) -> None:
        """From now on the grader can listen in the role's box at any port."""
        self.low_ports.add(role)
        await self.replace(role)

    async def replace(self, role: str) -> None:
        """End the role's box; the next run gets another."""
        box = self.open.pop(role, None)
        if box is not None:
            await box.close()

    async def close(self) -> None:
        """End all boxes."""
        for box in self.open.values():
            await box.close()
        self.open.clear()


class ReferenceBoxes:
    """Boxes with the reference programs, used by one pair at a time and kept for the next."""

    def __init__(self, rubric: Rubric, kind: BoxKind = Box) -> None:
        self.kind = kind
        self.files = tuple(SourceFile(path=one.file, data=one.reference.encode()) for one in rubric.programs)
        self.programs = {one.role: one.file for one in rubric.programs}
        self.limits = rubric.limits
        self.idle: list[Boxes] = []

    async def prepare(self) -> None:
        """Make a set of boxes ahead of need. Raises HostError and SandboxError when none can be made."""
        async with self.borrow() as boxes:
            for role in self.programs:
                await boxes.get(role)

    @contextlib.asynccontextmanager
    async def borrow(self) -> AsyncIterator[Boxes]:
        """A set of boxes for one pair."""
        boxes = self.idle.pop() if self.idle else Boxes(self.files, self.programs, self.limits, self.kind)
        try:
            yield boxes
        finally:
            self.idle.append(boxes)

    async def close(self) -> None:
        """End all boxes."""
        for boxes in self.idle:
            await boxes.close()


@contextlib.contextmanager
def under_way(run: PlannedRun) -> Iterator[None]:
    """While a run is made: whoever waits can see which."""
    names = NAMES_UNDER_WAY.get()
    if names is None:
        yield
        return
    names.add(run.name)
    try:
        yield
    finally:
        names.discard(run.name)


class SubmissionRuns:
    """Plays a rubric's plan for one submission. `where`: role -> the address that its program really uses."""

    def __init__(self, submission: Submission, rubric: Rubric, references: ReferenceBoxes) -> None:
        self.submission, self.rubric, self.references = submission, rubric, references
        self.boxes = Boxes(submission.files, submission.programs, rubric.limits, references.kind)
        self.usual = (rubric.host, rubric.port)
        self.where: dict[str, tuple[str, int]] = {}
        self.records: Records = {}

    async def play(self, only: Collection[str] | None = None) -> Records:
        """All runs that the hand-in has programs for, or `only` those of these names again. Returns all records so far.
        The programs are dead before.

        Raises HostError when this machine can make no box any more; what else fails of a sandbox becomes part of the
        record.
        """
        runs = [run for run in plan(self.rubric, self.submission.digest) if self.has_programs(run)]
        if only is not None:
            runs = [run for run in runs if run.name in only]
        try:
            halves = [[run for run in runs if set(run.players) == {role}] for role in ("server", "client")]
            if self.references.kind is PlainBox:  # one network for all: one program at a time
                for half in halves:
                    await self.play_half(half)
            else:
                async with asyncio.TaskGroup() as group:
                    for half in halves:
                        group.create_task(self.play_half(half))
            with part_of_work():
                for run in runs:
                    if len(run.players) == 2:
                        with under_way(run):
                            await self.play_pair(run)
        except* GraderError as several:
            raise first_of(several) from None
        finally:
            await self.boxes.close()
        return self.records

    def has_programs(self, run: PlannedRun) -> bool:
        """Whether the student's programs of a run were handed in."""
        return all(who == "reference" or role in self.submission.programs for role, who in run.players.items())

    async def play_half(self, runs: list[PlannedRun]) -> None:
        """The runs of one program, one after another, in one box where that stays clean."""
        with part_of_work():
            for run in runs:
                with under_way(run):
                    await self.play_followed(run)

    async def play_followed(self, run: PlannedRun) -> None:
        """One run of one program; and again, where it has to be met elsewhere."""
        role = next(iter(run.players))
        own_host = other_host(self.submission.digest) if asks_for_address(run) else ""
        record = await self.play_one(run, role, own_host)
        if own_host and turned_away(record):
            own_host = ""
            record = await self.play_one(run, role)
        moved = self.moved(record) if self.rubric.options.follow_through else None
        if moved is not None and role not in self.where:
            self.where[role] = moved
            if not ipaddress.ip_address(moved[0]).is_loopback:
                await self.boxes.give_address(role, moved[0])
            if role == "client" and moved[1] < FIRST_FREE_PORT:
                await self.boxes.give_low_ports(role)
            record = await self.play_one(run, role, own_host)
        elif role == "server" and any(event.kind == "connected" for event in record.events):
            self.where.setdefault(role, (record.host, record.port))
        self.records[run.record_name(role)] = record

    def moved(self, record: RunRecord) -> tuple[str, int] | None:
        """Where a program has to be met instead: the address that a client dialled, or that a server could not have."""
        if any(event.kind in ("accepted", "connected") for event in record.events):
            return None
        call = "connect" if record.role == "client" else "bind"
        for dial in record.dials:
            host = literal_address(dial.host)
            if (
                dial.call == call
                and host
                and self.lowest_port(record.role) <= dial.port < 65536
                and (host, dial.port) != self.usual
            ):
                if record.role == "server" and ipaddress.ip_address(host).is_loopback:
                    continue
                return host, dial.port
        return None

    def lowest_port(self, role: str) -> int:
        """The lowest port at which a program can be met."""
        return FIRST_FREE_PORT if role == "client" and self.references.kind is PlainBox else 1

    async def play_one(self, run: PlannedRun, role: str, own_host: str = "") -> RunRecord:
        """One run against the grader as the peer; a box that fails is replaced once. `own_host`: where we come from."""
        file = self.submission.programs[role]
        host, port = self.where.get(role, self.usual) if role == "client" else self.usual
        part = self.part(run, role, file, (host, port))
        nobody = any(action.kind == "nobody-listens" for action in run.actions)
        connections = sum(action.kind == "connect" for action in run.actions)
        listen = host if role == "client" and not nobody else ""
        said = ""
        for _ in range(TRIES):
            try:
                box = await self.boxes.get(role)
                async with box.run(
                    file,
                    connections=connections,
                    own_host=own_host,
                    own_port=own_port(run, self.submission.digest),
                    listen=listen,
                    port=port,
                    usual_port=self.rubric.port,
                ) as program:
                    return await play(program, part, self.rubric.limits)
            except SandboxError as error:
                said = str(error)
        return RunRecord(role=role, file=file, host=host, port=port, harness_error=said)

    async def play_pair(self, run: PlannedRun) -> None:
        """Two programs, each in its own box, the grader between them."""
        said = ""
        for _ in range(TRIES):
            try:
                async with self.references.borrow() as references:
                    records = await self.relay(run, references)
                self.records.update({run.record_name(role): record for role, record in records.items()})
                return
            except SandboxError as error:
                said = str(error)
        for role, part in self.parts(run).items():
            broken = RunRecord(role=role, file=part.file, host=part.host, port=part.port, harness_error=said)
            self.records[run.record_name(role)] = broken

    def parts(self, run: PlannedRun) -> dict[str, Part]:
        """What each side of a pair is, and where it is met."""
        found = {}
        for role, who in run.players.items():
            own = who == "student"
            spec = next(one for one in self.rubric.programs if one.role == role)
            file = self.submission.programs[role] if own else spec.file
            found[role] = self.part(run, role, file, self.where.get(role, self.usual) if own else self.usual)
        return found

    def part(self, run: PlannedRun, role: str, file: str, at: tuple[str, int]) -> Part:
        """The part of one program in a run. `at`: where it is met."""
        return Part(
            role=role,
            file=file,
            actions=run.actions,
            awaits_exit=run.awaits_exit,
            host=at[0],
            port=at[1],
            follow=self.rubric.options.follow_through,
        )

    async def relay(self, run: PlannedRun, references: Boxes) -> Records:
        """Start the server, and once it listens the client; pass on what they say. Raises SandboxError."""
        parts = self.parts(run)
        boxes = {role: self.boxes if who == "student" else references for role, who in run.players.items()}
        own_two = all(who == "student" for who in run.players.values())
        if own_two and "server" in self.boxes.addresses:
            # As on one machine: an address of the server's is one of the client's too.
            for host in self.boxes.addresses["server"]:
                await self.boxes.give_address("client", host)
        server_box, client_box = await boxes["server"].get("server"), await boxes["client"].get("client")
        usual = self.rubric.port
        async with server_box.run(
            parts["server"].file,
            connections=CONNECTIONS,
            own_port=own_port(run, self.submission.digest),
            port=parts["server"].port,
            usual_port=usual,
        ) as server:
            at = self.where.get("server", self.usual) if boxes["server"] is self.boxes else self.usual
            found = await wait_until_listening(server, self.rubric.limits, *at)
            if found is None:
                await server.finish()
                must_have_kept_its_box(server)
                return unmet(parts)
            server_at = (reachable_host(found), found.port)
            wanted = parts["client"].host, parts["client"].port
            listen, port = server_at if own_two and not found.reaches(*wanted) else wanted
            if self.references.kind is PlainBox and (listen, port) == server_at:
                listen = ""  # the one network of the machine: they meet directly
            async with client_box.run(parts["client"].file, listen=listen, port=port, usual_port=usual) as client:
                parts["server"] = replace(parts["server"], host=server_at[0], port=server_at[1])
                return await relay(server, client, parts, server_at, self.rubric.limits)


def own_port(run: PlannedRun, digest: str) -> int:
    """The first port from which the grader connects in a run: another for each, since a closed one lingers; and other
    ones for each hand-in, the same each time it is graded."""
    start = int(hashlib.sha256(digest.encode()).hexdigest(), 16) + 2 * MOST_CONNECTS * run.number
    return FIRST_OWN_PORTS[start % len(FIRST_OWN_PORTS)]


def other_host(digest: str) -> str:
    """From where the grader comes to a server that is to print its client's address, another one for each hand-in.

    From the server's own, one that prints a constant could not be told from one that prints what accept returned; from
    one and the same for all, neither could one whose author has heard of it. Every box has all of these addresses.
    """
    return ".".join(["127", *(str(2 + value % 250) for value in hashlib.sha256(digest.encode()).digest()[:3])])


def asks_for_address(run: PlannedRun) -> bool:
    """Whether a server's output is searched for the address of its client."""
    steps = [one.step for script in run.scripts.values() for one in script.expectations if one.kind == "prints"]
    return any(step.arguments["what"] == "client-address" for step in steps)


def turned_away(record: RunRecord) -> bool:
    """Whether a server took a connection and dropped it unanswered: it may serve the usual address only."""
    kinds = {event.kind for event in record.events}
    return "connected" in kinds and "received" not in kinds and bool(kinds & {"fin-received", "reset"})


def unmet(parts: Mapping[str, Part]) -> Records:
    """Records of a pair whose server never listened, so that no client was started."""
    never = StepOutcome(result="impossible", at=0.0, detail=NEVER_LISTENED)
    return {
        role: RunRecord(
            role=role, file=part.file, host=part.host, port=part.port, outcomes=(never,), stopped="finished"
        )
        for role, part in parts.items()
    }


def literal_address(host: str) -> str | None:
    """The address that a program's host means in a box; None for one that the box cannot have."""
    if host in ("localhost", ""):
        return "127.0.0.1"
    if host == HOSTNAME:
        return OWN_ADDRESS
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return None
    if parsed.is_unspecified:
        return "127.0.0.1"
    return str(parsed) if parsed.version == 4 or parsed.is_loopback else None

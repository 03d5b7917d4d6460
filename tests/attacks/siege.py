"""One batch of attacks, and what was seen of it: pages, records, the host before and after."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attack_suite import ROOT, Attack, Bait, State, inventory, lay_out

from grader.answers import check_pattern
from grader.model import RunRecord
from grader.rubric import load_rubric, plan_digest
from grader.store import Store

GRADE = str(Path(sys.executable).with_name("grade"))
CLASS = ROOT / "examples" / "class"
HONEST = (
    "amara-okafor", "benjamin-schulze", "carlos-ruiz", "chen-wei", "daniel-kim", "dimitra-papadopoulou", "elif-yilmaz",
    "emma-johansson", "farid-haddad", "fatima-benali", "george-vasilev", "giulia-romano", "hannah-mueller",
    "kofi-mensah", "lena-fischer", "lucia-fernandez", "priya-natarajan", "s1047723", "tariq-aziz", "zoe-campbell",
)  # fmt: skip
# As in the shipped rubric, but smaller, so that what runs into a limit does so soon. Processor time and memory are in
# about the same proportion as there: to be given 320 MB takes 0.2 s of it here, and has taken 0.85 s when others were
# given memory as well.
LIMITS = {"wall_seconds": "1.5", "cpu_seconds": "0.6", "memory_mb": "160", "output_kb": "2048", "files_mb": "4"}
PR_SET_CHILD_SUBREAPER = 36
ORDINARY_ID = 64733  # a user without a name, a home or a group that has any rights
KEPT = ("PATH", "LANG", "LC_ALL", "TZ")  # of the environment, for that user
ASK_GROUPS = "from grader.sandbox.cgroups import parents; print(parents() is not None)"
Records = Mapping[str, RunRecord]


@dataclass(kw_only=True)
class Outcome:
    """What a batch left. `ids`: attack -> the ids of its hand-ins.  `output`: what the command printed.

    `groups`: whether control groups could be made by whoever ran it.
    `outlived`: processes of the batch that were there after it had ended.  `changed`: paths of the host (the bait, the
    class) that were not as before.
    """

    out: Path
    rubric: Path
    status: int
    output: str
    seconds: float
    bait: Bait
    groups: bool = False
    ids: dict[str, list[str]] = field(default_factory=dict)
    outlived: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, Records] = field(default_factory=dict)

    def pages(self, name: str) -> dict[Path, bytes]:
        """Every page about one submission, for students and for staff."""
        return {path: path.read_bytes() for path in self.out.rglob("*") if self._is_about(path, name)}

    def _is_about(self, path: Path, name: str) -> bool:
        return path.is_file() and (path.parent.name == name or path.stem == name)


def write_rubric(folder: Path) -> Path:
    """The shipped rubric with small limits."""
    text = (ROOT / "rubric.yaml").read_text("utf-8")
    for key, value in LIMITS.items():
        text, found = re.subn(rf"(?m)^(  {key}): \S+", rf"\1: {value}", text)
        assert found == 1, key
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    (folder / "rubric.yaml").write_text(text, "utf-8")
    return folder / "rubric.yaml"


@contextlib.contextmanager
def bait_for(folder: Path, secret: str) -> Iterator[Bait]:
    """A host worth attacking: a readable secret, services that tell it, a process that shows it."""
    folder.mkdir()
    bait = Bait(folder=folder, secret=secret)
    bait.file.write_text(f"the secret is {secret}\n")
    bait.file.chmod(0o644)
    (folder / "echo-server.py").write_text(f"# {secret}\n")
    abstract = f"grade-attack-{uuid.uuid4().hex}"
    talker = socket.create_server(("127.0.0.1", 0))
    whisperer = socket.socket(socket.AF_UNIX)
    whisperer.bind(f"\0{abstract}")
    whisperer.listen()
    for server in (talker, whisperer):
        threading.Thread(target=_tell, args=(server, secret), daemon=True).start()
    canary = folder / "imported.txt"
    bait.values = {"port": str(talker.getsockname()[1]), "abstract": abstract, "canary": str(canary)}
    shows = subprocess.Popen([sys.executable, "-c", "input()", secret], stdin=subprocess.PIPE, env={"SECRET": secret})
    try:
        yield bait
    finally:
        shows.kill()
        shows.wait()
        if shows.stdin is not None:
            shows.stdin.close()
        for server in (talker, whisperer):
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()


def _tell(server: socket.socket, secret: str) -> None:
    """Tell whoever connects, until the server is closed."""
    while True:
        try:
            heard, _ = server.accept()
        except OSError:
            return
        with heard:
            heard.sendall(secret.encode())


def children() -> set[int]:
    """Ids of this process's children, by the kernel's table."""
    found: set[int] = set()
    for path in Path("/proc/self/task").glob("*/children"):
        found.update(map(int, path.read_text().split()))
    return found


def wait_for_orphans(before: set[int]) -> list[str]:
    """Reap what a batch has left dying (we are the reaper of its orphans). Returns those that go on living."""
    stayed = []
    while left := children() - before:
        child = left.pop()
        descriptor = os.pidfd_open(child)
        gone, _, _ = select.select([descriptor], [], [], 20)  # killed already: how long the kernel takes to say so
        os.close(descriptor)
        if gone:
            os.waitpid(child, 0)
        else:
            stayed.append(Path(f"/proc/{child}/cmdline").read_text())
            before = before | {child}
    return stayed


def ordinary() -> list[str]:
    """What to put before a command, as root, so that a user without rights runs it who can read this Python.

    An interpreter below root's home is shown at its place, read-only, and nothing else of that home.
    """
    command = [shutil.which("bwrap") or "bwrap", "--dev-bind", "/", "/", "--cap-add", "ALL"]
    prefix = Path(os.path.realpath(sys.executable)).parents[1]
    closed = next((part for part in reversed(prefix.parents) if not part.stat().st_mode & 0o001), None)
    if closed is not None:
        command += ["--perms", "0755", "--tmpfs", str(closed)]
        for part in reversed([part for part in prefix.parents if closed in part.parents]):
            command += ["--perms", "0755", "--dir", str(part)]
        command += ["--ro-bind", str(prefix), str(prefix)]
    identity = [f"--reuid={ORDINARY_ID}", f"--regid={ORDINARY_ID}", "--clear-groups", "--bounding-set=-all"]
    return [*command, "--", shutil.which("setpriv") or "setpriv", *identity, "--"]


def run_siege(
    attacks: Sequence[Attack], students: Path, out: Path, rubric: Path, bait: Bait, before_it: Sequence[str] = ()
) -> Outcome:
    """Grade a class of honest hand-ins and attacks in one batch, from inside the class's folder.

    `before_it`: what is put before the command, such as `ordinary()`.
    """
    students.mkdir()
    for name in HONEST:
        shutil.copytree(CLASS / name, students / name)
    ids = {attack.name: lay_out(attack, students, bait) for attack in attacks}
    environment = {key: value for key, value in os.environ.items() if not before_it or key in KEPT}
    environment |= {"HOME": str(out.parent)} if before_it else {}
    environment |= {"SECRET": bait.secret, "PYTHONDONTWRITEBYTECODE": "1"}
    asked = subprocess.run(
        [*before_it, sys.executable, "-c", ASK_GROUPS], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    before = inventory(students) | inventory(bait.folder)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    mine = children()
    inherited = os.open(bait.file, os.O_RDONLY)
    started = time.monotonic()
    done = subprocess.run(
        [*before_it, GRADE, "run", ".", "-o", out, "-r", rubric, "--jobs", "8"],
        cwd=students, stdin=subprocess.DEVNULL, capture_output=True, timeout=280, check=False, pass_fds=[inherited],
        env=environment,
    )  # fmt: skip
    seconds = time.monotonic() - started
    os.close(inherited)
    outlived = wait_for_orphans(mine)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    outcome = Outcome(
        out=out, rubric=rubric, status=done.returncode, seconds=seconds, bait=bait, ids=ids, outlived=outlived,
        groups=asked.stdout.strip() == b"True",
        output=(done.stdout + done.stderr).decode("utf-8", "replace"),
        changed=differences(before, inventory(students) | inventory(bait.folder)),
    )  # fmt: skip
    if (out / "results.json").exists():
        read_outcome(outcome)
    return outcome


def differences(before: Mapping[str, State], after: Mapping[str, State]) -> list[str]:
    """Paths that came, went or changed."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def read_outcome(outcome: Outcome) -> None:
    """Fill in what was written and stored."""
    listed = json.loads((outcome.out / "results.json").read_text("utf-8"))["submissions"]
    outcome.results = {one["id"]: one for one in listed}
    plan = plan_digest(load_rubric(outcome.rubric, check_pattern))
    copy = shutil.copytree(outcome.out, outcome.out.with_name(f"{outcome.out.name}-copy"))
    with Store.open(copy) as store:
        for name, one in outcome.results.items():
            outcome.records[name] = store.stored_records(one["digest"], plan) or {}

"""The command `grade`, run as people run it, and what it wrote."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
GRADE = str(Path(sys.executable).with_name("grade"))
CLASS = ROOT / "examples" / "class"
PROGRAMS = ROOT / "tests" / "programs"
STYLES, MISTAKES = (sorted((PROGRAMS / kind).iterdir()) for kind in ("styles", "mistakes"))
# Mistakes that are graded once more, each over in a moment.
TWICE = [
    PROGRAMS / "mistakes" / name
    for name in (
        "announces-without-address", "bind-missing", "closes-at-once", "name-error", "reply-upper-case", "sends-str",
    )
]  # fmt: skip
UPPER = ROOT / "examples" / "upper-server"

# Hand-ins of the example class in which nothing sleeps: graded in a moment.
QUICK = (
    "amara-okafor", "carlos-ruiz", "farid-haddad", "kofi-mensah", "lena-fischer", "lucia-fernandez", "priya-natarajan",
    "tariq-aziz",
)  # fmt: skip


def grade(*arguments: object, cwd: Path = ROOT, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; its output is text."""
    command = [GRADE, *map(str, arguments)]
    options.setdefault("env", dict(os.environ))  # readline, where loaded, adds COLUMNS to an inherited one
    return subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280, check=False, **options
    )  # fmt: skip


def graded(folder: Path, *arguments: object) -> Path:
    """The results of one `grade`, which said nothing and needed a person at most."""
    done = grade(*arguments, "-o", folder, "--quiet")
    assert done.returncode in (0, 1), done.stderr
    assert (done.stdout, done.stderr) == ("", "")
    return folder


def without_bubblewrap(folder: Path) -> dict[str, str]:
    """An environment in which boxes are impossible: no program of that name is to be found."""
    return {**os.environ, "PATH": str(folder)}


def results(out: Path) -> dict[str, dict[str, Any]]:
    """results.json, by submission."""
    return {one["id"]: one for one in json.loads((out / "results.json").read_text())["submissions"]}


def verdicts(submission: Mapping[str, Any]) -> dict[str, str]:
    """Check id -> verdict, for those that were not passed."""
    return {check["id"]: check["verdict"] for check in submission["checks"] if check["verdict"] != "passed"}


def program_points(submission: Mapping[str, Any]) -> int:
    """Points of all checks together."""
    return sum(check["points"] for check in submission["checks"])


def expected(folder: Path) -> dict[str, Any]:
    """What a folder of tests/programs should earn: `checks`, `line`, `borderline`; nothing said means all passed."""
    path = folder / "expected.yaml"
    return yaml.safe_load(path.read_text()) if path.exists() else {}


def pages(out: Path) -> dict[str, bytes]:
    """What must be the same in two runs: the scores, the results, and everything for students."""
    files = [out / "scores.csv", out / "results.json", *sorted((out / "students").rglob("*"))]
    return {str(path.relative_to(out)): path.read_bytes() for path in files if path.is_file()}


def same_pages(one: Path, other: Path) -> list[str]:
    """Names of the pages in which two runs differ."""
    first, second = pages(one), pages(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def copy_of(folder: Path, names: Sequence[str], source: Path = CLASS) -> Path:
    """A class of some hand-ins, in a new folder."""
    for name in names:
        shutil.copytree(source / name, folder / name)
    return folder


def below(parent: int) -> Iterator[int]:
    """Ids of all processes below one, by the host's process table."""
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = Path("/proc", name, "stat").read_text()
        except OSError:
            continue
        children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(name))
    waiting = [parent]
    while waiting:
        found = children.get(waiting.pop(), [])
        waiting += found
        yield from found


@contextlib.contextmanager
def counted_boxes() -> Iterator[tuple[dict[str, str], int]]:
    """An environment in which each start of a box writes one byte to a pipe, and the pipe's reading end."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    pipe, real = folder / "started", shutil.which("bwrap")
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    script = folder / "bwrap"
    script.write_text(f'#!/bin/sh\nprintf x > {pipe}\nexec {real} "$@"\n')
    script.chmod(0o755)
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        yield {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}, reader
    finally:
        os.close(reader)
        shutil.rmtree(folder)


def wait_for_boxes(reader: int, count: int) -> None:
    """Wait until so many boxes have been started."""
    while count > 0:
        select.select([reader], [], [])
        count -= len(os.read(reader, count))


def boxes_so_far(reader: int) -> int:
    """How many boxes have been started since the last time."""
    return len(os.read(reader, 1 << 16)) if select.select([reader], [], [], 0)[0] else 0


def start(folder: Path, out: Path, environment: dict[str, str], *more: object) -> subprocess.Popen[str]:
    """A batch in the background, one hand-in at a time, as from a terminal of its own."""
    return subprocess.Popen(
        [GRADE, folder, "-o", out, "--jobs", "1", *map(str, more)],
        env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def wait_until_gone(batch: subprocess.Popen[str], watched: list[int]) -> None:
    """Wait for the end of processes, given as pidfds, and of whatever else is left of a batch's session."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(int(name)) == batch.pid:
                watched.append(os.pidfd_open(int(name)))
    for descriptor in watched:
        gone, _, _ = select.select([descriptor], [], [], 20)
        assert gone, Path(f"/proc/self/fdinfo/{descriptor}").read_text()
        os.close(descriptor)

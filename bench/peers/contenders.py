"""How each peer is run over the hand-ins of a class: one command a hand-in, in lanes, each in a network of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.grading import ROOT

HERE = Path(__file__).parent
CACHE = ROOT / ".bench"
CHECK50 = "check50==3.5.0"
IN_OWN_NETWORK = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent", "--"]
# Every hand-in is checked in its own folder; a check that fails ends the lane, for all of them are correct.
LANE = 'peer=$1; shift; for folder in "$@"; do (cd "$folder" && eval "$peer") >"$folder/said" 2>&1 || exit 1; done'


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another way to check a hand-in. `command`: for the shell, in the hand-in's folder; not 0 when a check fails.

    `absent`: why it cannot be run here, or an empty string.
    """

    name: str
    command: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    absent: str = ""


def peers(python: str) -> list[Peer]:
    """All of them. `python`: the interpreter that hand-ins are run with, the same as in boxes."""
    tests = HERE / "pytest_harness" / "test_echo.py"
    student = {"STUDENT_PYTHON": python}
    pytest = f"{sys.executable} -m pytest -q -p no:cacheprovider -c /dev/null --rootdir={tests.parent} {tests}"
    check50, absent = installed()
    pack = HERE / "check50_pack"
    return [
        Peer(name="pytest", command=pytest, environment={**student, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        Peer(
            name="check50",
            command=f"{check50} --dev {pack} --output json --output-file result.json",
            environment=student,
            absent=absent,
        ),
    ]


def installed() -> tuple[Path, str]:
    """check50's command in an environment of its own, made at the first call; or why there is none."""
    folder = CACHE / CHECK50.replace("==", "-")
    command = folder / "bin" / "check50"
    if not command.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
            pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", CHECK50]
            subprocess.run(pip, check=True, capture_output=True, timeout=300)
        except (subprocess.SubprocessError, OSError) as error:
            return command, f"it could not be installed ({type(error).__name__})"
    return command, ""


def lanes_of(peer: Peer, folders: Sequence[Path], lanes: int) -> list[subprocess.Popen[bytes]]:
    """Start a peer over `folders`, in as many lanes side by side."""
    shares = [share for share in (folders[lane::lanes] for lane in range(lanes)) if share]
    environment = {**os.environ, **peer.environment}
    return [
        subprocess.Popen(
            [*IN_OWN_NETWORK, "sh", "-c", LANE, "sh", peer.command, *map(str, share)],
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        for share in shares
    ]


def main() -> None:
    """Check the hand-ins that are named with the peer that is named: `PEER PYTHON LANES FOLDER...`."""
    name, python, lanes, *folders = sys.argv[1:]
    peer = next(one for one in peers(python) if one.name == name)
    running = lanes_of(peer, list(map(Path, folders)), int(lanes))
    statuses = [lane.wait() for lane in running]
    if any(statuses):
        said = [Path(folder, "said") for folder in folders if Path(folder, "said").exists()]
        sys.exit(f"{name}: a check of a correct hand-in failed\n{said[-1].read_text()[-3000:] if said else ''}")


if __name__ == "__main__":
    main()

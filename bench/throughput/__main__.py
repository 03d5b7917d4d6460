"""Submissions a second, and processor time for each, beside the bare pair of programs and beside peers.

    python -m bench.throughput [--submissions N] [--rounds N] [--jobs N] [--peers N] [--folder FOLDER]

Each round grades a class of correct hand-ins with the `grade` command into a fresh folder, runs as many bare pairs
(`python3 echo-server.py` with `python3 echo-client.py`, no box, no grader) side by side, one lane for each processor,
each lane in a network of its own, and has the peers of `bench/peers` check some of the hand-ins for the same eight
behaviours, in such lanes too. Rounds alternate in which comes first. Hand-ins differ by a comment, so that nothing is
answered from the store; a round in which a hand-in does not earn its points, or fails a peer's check, ends it all.

Of a round of grading everything is counted: starting the command, the supervisor, every box, the answers, the pages.
Of a peer too. Of a bare pair only the two programs are. Real time depends on what else the machine does; the ratio of
processor times hardly does. The table gives medians of the rounds; ratios are taken within a round.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.grading import JOBS, ROOT, command, demand_graded, make_class, workplace
from bench.peers.contenders import IN_OWN_NETWORK, Peer, peers
from bench.throughput.meter import how_counted, measure
from grader.errors import HostError
from grader.rubric_file import SHIPPED_RUBRIC, load
from grader.sandbox.host import layout, require_boxes

OURS, BARE_PAIR = "this project", "bare pair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round: of grading, or of bare pairs. `per_second` and `cpu_seconds` are for one submission or pair."""

    per_second: float
    cpu_seconds: float


def grading_round(source: Path, count: int, jobs: int, tag: str) -> Round:
    """Grade a fresh class into a fresh folder. Exits when not every hand-in earns what the first of them earns."""
    with workplace(None) as folder:
        students, out = folder / "class", folder / "results"
        make_class([source] * count, students, tag)
        spent = measure(command(students, out, "--jobs", jobs), ROOT)
        demand_graded(spent.status)
        graded = json.loads((out / "results.json").read_text())["submissions"]
        marks = {sum(check["points"] for check in one["checks"]) for one in graded}
        best = sum(check["max"] for check in graded[0]["checks"])
        if len(graded) != count or marks != {best}:
            sys.exit(f"not every hand-in earned its {best} points: {sorted(marks)}")
    return Round(per_second=count / spent.wall_seconds, cpu_seconds=spent.cpu_seconds / count)


def bare_round(python: str, source: Path, count: int, lanes: int, port: int) -> Round:
    """As many bare pairs, in lanes side by side. Exits when a pair fails."""
    shares = [count // lanes + (lane < count % lanes) for lane in range(lanes)]
    started = time.monotonic()
    lane = [*IN_OWN_NETWORK, sys.executable, "-m", "bench.throughput.bare", python, str(source)]
    running = [
        subprocess.Popen([*lane, str(share), str(port)], cwd=ROOT, stdout=subprocess.PIPE) for share in shares if share
    ]
    used = [float(one.communicate()[0] or "nan") for one in running]
    wall_seconds = time.monotonic() - started
    if any(one.returncode for one in running):
        sys.exit("a bare pair failed; see above")
    return Round(per_second=count / wall_seconds, cpu_seconds=sum(used) / count)


def peer_round(peer: Peer, python: str, source: Path, count: int, lanes: int) -> Round:
    """A class checked by a peer. Exits when a check fails, as all hand-ins are correct."""
    with workplace(None) as folder:
        make_class([source] * count, folder, peer.name)
        hand_ins = sorted(map(str, folder.iterdir()))
        spent = measure(
            [sys.executable, "-m", "bench.peers.contenders", peer.name, python, str(lanes), *hand_ins], ROOT
        )
        if spent.status:
            sys.exit(f"{peer.name} ended with status {spent.status}")
    return Round(per_second=count / spent.wall_seconds, cpu_seconds=spent.cpu_seconds / count)


def table(rounds: dict[str, list[Round]], absent: dict[str, str]) -> list[str]:
    """One line for each contender: medians, and medians of the ratios to the bare pair of the same round."""
    lines = ["                  CPU each   times bare pair   real time each   times bare pair   a second"]
    for name, own in rounds.items():
        pairs = list(zip(own, rounds[BARE_PAIR], strict=True))
        cpu = statistics.median(one.cpu_seconds for one in own)
        rate = statistics.median(one.per_second for one in own)
        cpu_ratio = statistics.median(one.cpu_seconds / bare.cpu_seconds for one, bare in pairs)
        wall_ratio = statistics.median(bare.per_second / one.per_second for one, bare in pairs)
        lines.append(
            f"{name:14} {1000 * cpu:8.0f} ms {cpu_ratio:17.2f} {1000 / rate:13.0f} ms {wall_ratio:17.2f} {rate:10.1f}"
        )
    return lines + [f"{name:14} not run: {why}" for name, why in absent.items()]


def spread(values: list[float], unit: str, digits: int) -> str:
    """Minimum, median and maximum in one phrase."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{low:8.{digits}f} {middle:8.{digits}f} {high:8.{digits}f}  {unit}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.throughput", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--submissions", type=int, default=48, help="hand-ins a round (default 48)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each kind (default 5)")
    parser.add_argument("--jobs", type=int, default=JOBS, help="as of grade run")
    parser.add_argument("--peers", type=int, default=8, help="hand-ins a round for each peer; 0: none (default 8)")
    parser.add_argument("--folder", type=Path, default=ROOT / "solutions", help="the hand-in to copy: a correct one")
    chosen = parser.parse_args()

    try:
        require_boxes()
    except HostError as error:
        sys.exit(f"bench: {error}")
    python, lanes, port = layout().python, os.cpu_count() or 1, load(SHIPPED_RUBRIC).port
    print(f"{platform.machine()}, {lanes} processors, Linux {platform.release()}")
    print(f"programs run with {python}; the grader with Python {platform.python_version()}")
    print(
        f"{chosen.rounds} rounds of {chosen.submissions} submissions ({chosen.jobs} at a time) and as many bare pairs"
    )
    print(f"({lanes} at a time). Processor time of grading: {how_counted()}.\n")

    found = peers(python) if chosen.peers else []
    absent = {one.name: one.absent for one in found if one.absent}
    present = [one for one in found if not one.absent]
    rounds: dict[str, list[Round]] = {name: [] for name in (BARE_PAIR, OURS, *(one.name for one in present))}
    source = chosen.folder.resolve()
    for number in range(chosen.rounds):
        steps: dict[str, Callable[[], Round]] = {
            BARE_PAIR: partial(bare_round, python, source, chosen.submissions, lanes, port),
            OURS: partial(grading_round, source, chosen.submissions, chosen.jobs, f"round {number}"),
        }
        for one in present:
            steps[one.name] = partial(peer_round, one, python, source, chosen.peers, lanes)
        for name in list(steps) if number % 2 else reversed(steps):
            rounds[name].append(steps[name]())

    print("\n".join(table(rounds, absent)))
    print("\n                        min   median      max")
    graded, bare = rounds[OURS], rounds[BARE_PAIR]
    print("this project      ", spread([one.per_second for one in graded], "submissions a second", 1))
    print("                  ", spread([1000 * one.cpu_seconds for one in graded], "ms of processor time each", 1))
    print("bare pair         ", spread([one.per_second for one in bare], "pairs a second", 1))
    print("                  ", spread([1000 * one.cpu_seconds for one in bare], "ms of processor time each", 1))
    pairs = list(zip(graded, bare, strict=True))
    print("ratio             ", spread([one.per_second / two.per_second for one, two in pairs], "of the rate", 2))
    print("                  ", spread([one.cpu_seconds / two.cpu_seconds for one, two in pairs], "times the CPU", 2))


if __name__ == "__main__":
    main()

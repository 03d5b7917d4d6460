"""Fuzz every reader of hostile input, guided by coverage (atheris, which is libFuzzer for Python).

    pip install atheris
    python -m bench.fuzz [--seconds N] [--reader NAME ...] [--findings FOLDER]

Each reader (`bench/readers.py`) runs in a process of its own for N seconds, two side by side. Prints for each how many
inputs were tried and how much of the code they reached; an input on which a reader failed is kept in the folder for
findings. Ends with status 1 when there is one.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.grading import ROOT

LONGEST = {"protocol": 400, "names": 300, "inside": 2000}


def fuzz_one(name: str, arguments: list[str]) -> None:
    """Be the fuzzing process of one reader; does not return."""
    import atheris

    with atheris.instrument_imports(include=["grader"]):
        from bench import readers
    readers.rubric()
    atheris.Setup(["fuzz", *arguments], readers.READERS[name])
    atheris.Fuzz()


def run_one(name: str, seconds: int, findings: Path) -> tuple[str, int, int, str]:
    """Fuzz one reader. Returns its name, inputs tried, edges reached, and what it failed with, or nothing."""
    from bench import readers

    with tempfile.TemporaryDirectory(prefix="grade-fuzz-") as corpus:
        for number, seed in enumerate(readers.seeds(name)):
            Path(corpus, f"seed-{number}").write_bytes(seed)
        arguments = [
            corpus, f"-max_total_time={seconds}", f"-max_len={LONGEST.get(name, 20_000)}", "-print_final_stats=1",
            f"-artifact_prefix={findings}/{name}-", "-timeout=10", "-rss_limit_mb=4096",
        ]  # fmt: skip
        command = [sys.executable, "-m", "bench.fuzz", "--one", name, *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    said = done.stderr + done.stdout
    counts = re.findall(r"number_of_executed_units:\s*(\d+)", said) + re.findall(r"^#(\d+)\s", said, re.MULTILINE)
    tried = max([0, *map(int, counts)])
    reached = max([0, *map(int, re.findall(r"cov: (\d+)", said))])
    wrong = "" if done.returncode == 0 else said[-4000:]
    return name, tried, reached, wrong


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        fuzz_one(sys.argv[2], sys.argv[3:])
    from bench.readers import READERS  # not by a process that fuzzes: atheris has to see how these are imported

    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="for each reader (default 60)")
    parser.add_argument("--reader", action="append", choices=READERS, help="this one only; may be given again")
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"), help="where inputs go that do harm")
    chosen = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        parser.exit(2, "atheris is not installed: pip install atheris\n")
    chosen.findings.mkdir(parents=True, exist_ok=True)
    failed = total = 0
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        running = [
            pool.submit(run_one, name, chosen.seconds, chosen.findings.resolve()) for name in chosen.reader or READERS
        ]
        for future in concurrent.futures.as_completed(running):
            name, tried, reached, wrong = future.result()
            total += tried
            failed += bool(wrong)
            print(
                f"{name:10} {tried:10,} inputs, {reached:6,} edges: {'FAILED' if wrong else 'nothing found'}",
                flush=True,
            )
            if wrong:
                print(wrong, flush=True)
    print(f"{total:,} inputs in all, {failed} readers failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

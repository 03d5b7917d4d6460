"""What was large and is free is no longer ours."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from grader.heap import give_large_blocks_back

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 >> 20

if sys.argv[1] == "yes":
    give_large_blocks_back()
bytearray(30 << 20)  # freed at once: from now on glibc takes smaller blocks from its heap
before = resident()
blocks = [bytearray(2 << 20) for _ in range(20)]
last = bytearray(2 << 20)
del blocks
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries do so by themselves")
def test_large_blocks_are_returned() -> None:
    """Of 40 MB that were used nothing stays but the last block; without it all of them do."""
    kept = {
        word: int(subprocess.check_output([sys.executable, "-c", PROGRAM, word], text=True)) for word in ("yes", "no")
    }
    assert kept["yes"] < 10 < kept["no"]

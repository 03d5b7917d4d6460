"""`grade cluster`: a scheduler and workers here, which end with it however it ends."""

from __future__ import annotations

import re
import signal
import subprocess

import pytest
from batches import below
from clusters import command_line, finish, start, wait_until_gone

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def started() -> tuple[subprocess.Popen[str], str, list[int]]:
    """The command once it serves, the address that it printed, and all its processes."""
    running = start("cluster", "--workers", 1, "--jobs", 1, "--port", 0)
    assert running.stdout is not None
    found = re.match(r"(tcp://127\.0\.0\.1:\d+): a scheduler with 1 worker", running.stdout.readline())
    assert found, running.communicate()
    processes = list(below(running.pid))
    lines = [command_line(one) for one in processes]
    assert any("process scheduler" in line for line in lines)
    assert any("process worker" in line for line in lines)
    return running, found[1], processes


def test_ctrl_c_ends_it_and_leaves_no_process() -> None:
    """With the exit status that shells have for it."""
    running, _, processes = started()
    running.send_signal(signal.SIGINT)
    status, said = finish(running)
    assert (status, said) == (130, "Stopped.\n")
    wait_until_gone(processes)


def test_killed_it_leaves_no_process_either() -> None:
    """Its processes see that it is gone, and end."""
    running, _, processes = started()
    running.kill()
    running.communicate()
    wait_until_gone(processes)


def test_a_port_in_use_is_told() -> None:
    """And nothing is left of what was started already."""
    running, address, _ = started()
    status, said = finish(start("cluster", "--workers", 1, "--port", address.rpartition(":")[2]))
    running.send_signal(signal.SIGINT)
    finish(running)
    assert status == 3, said
    assert "The scheduler did not start" in said
    assert "is the port in use?" in said

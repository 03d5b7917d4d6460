"""What a student's text does to the terminal of whoever grades, or checks: nothing."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from attack_suite import TOP
from siege import GRADE

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


ON_ITS_TERMINAL = "import os, sys; os.close(os.open(os.ttyname(0), os.O_RDWR)); os.execv(sys.argv[1], sys.argv[1:])"
"""Opening a terminal in a new session makes it the controlling one, into which TIOCSTI would type."""


def on_a_terminal(command: list[str], folder: Path) -> tuple[bytes, bytes]:
    """Run a command on a terminal of its own. Returns what it showed, and what was typed into it meanwhile."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ON_ITS_TERMINAL, *command],
        cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    shown = b""
    ended = os.pidfd_open(process.pid)
    while True:
        ready, _, _ = select.select([ours, ended], [], [])
        if ours in ready:
            shown += os.read(ours, 1 << 16)
        elif ended in ready:
            break
    process.wait()
    os.set_blocking(theirs, False)
    try:
        typed = os.read(theirs, 100)
    except BlockingIOError:
        typed = b""
    for descriptor in (ours, theirs, ended):
        os.close(descriptor)
    return shown, typed


@pytest.mark.parametrize("attack", ["sends-terminal-sequences", "types-into-the-terminal"])
def test_a_terminal_shows_sequences_and_obeys_none(attack: str, tmp_path: Path) -> None:
    """`grade check` on a terminal: our own colours are all that is sent, and nothing has been typed."""
    folder = shutil.copytree(TOP / attack, tmp_path / "hand-in")
    (folder / "attack.yaml").unlink()
    shown, typed = on_a_terminal([GRADE, "check"], folder)
    assert shown
    assert typed == b""
    assert b"TYPED" not in shown
    for sequence in (b"\x1b]", b"\x07", b"\x1b[2J", b"\x1b[?", b"\xc2\x9b", b"\xe2\x80\xae"):
        assert sequence not in shown


def test_a_class_with_such_names_is_graded_on_a_terminal(tmp_path: Path) -> None:
    """The progress bar and the table print names of hand-ins, which students choose."""
    for name in ("\x1b]0;OWNED\x07", "\x1b[2Jada", "\u202eadA", "b\nc"):
        shutil.copytree(TOP / "sends-terminal-sequences", tmp_path / "class" / name)
        (tmp_path / "class" / name / "attack.yaml").unlink()
    shown, _ = on_a_terminal([GRADE, "class", "-o", "out"], tmp_path)
    assert b"OWNED" in shown or b"ada" in shown or b"submissions" in shown
    for sequence in (b"\x1b]", b"\x07", b"\x1b[2Jada", b"\xe2\x80\xae"):
        assert sequence not in shown

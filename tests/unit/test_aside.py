"""Work in a copy of this process: what it brings, how it fails, and what is left of it."""

from __future__ import annotations

import errno
import os
import signal

import pytest

from grader.aside import Aside


def test_the_result_comes_from_another_process() -> None:
    """More than a pipe holds at once, too."""
    with Aside(lambda: (os.getpid(), "x" * 1_000_000)) as work:
        process, text = work.result()
    assert (process != os.getpid(), len(text)) == (True, 1_000_000)


def test_what_the_work_raises_is_raised_where_the_result_is_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    """And the copy prints nothing about it."""

    def work() -> None:
        raise KeyError("here")

    with pytest.raises(KeyError, match="here"), Aside(work) as aside:
        aside.result()
    assert capfd.readouterr() == ("", "")


def test_a_copy_that_is_killed_costs_nothing_but_time() -> None:
    """Its work is done here."""
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done here"

    with Aside(work) as aside:
        assert aside.result() == "done here"


def test_nothing_is_left_when_nobody_wants_the_result() -> None:
    """Neither the process, which would wait for ever, nor a descriptor."""
    descriptors = os.listdir("/proc/self/fd")
    with Aside(signal.pause) as aside:
        process = aside.pid
    with pytest.raises(ChildProcessError):
        os.waitpid(process, 0)
    assert os.listdir("/proc/self/fd") == descriptors


def test_where_no_process_can_be_copied_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    monkeypatch.delattr(os, "fork")
    with Aside(os.getpid) as aside:
        assert aside.result() == os.getpid()


@pytest.mark.parametrize("refused", ["fork", "pipe"])
def test_where_the_machine_refuses_a_copy_the_work_is_done_here(refused: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no process, or no descriptor, left for us; and none is lost over it."""

    def no() -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, refused, no)
    descriptors = os.listdir("/proc/self/fd")
    with Aside(os.getpid) as aside:
        assert aside.result() == os.getpid()
    assert os.listdir("/proc/self/fd") == descriptors

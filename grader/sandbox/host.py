"""What this machine offers for boxes: which interpreter, which layers, and the cure for what is missing."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.descriptors import most_in_flight, most_open
from grader.errors import HostError
from grader.model import OPEN_FILES, Limits
from grader.sandbox.cgroups import parents
from grader.sandbox.filter import compiled_filter
from grader.sandbox.handed import close_all, memory_file
from grader.sandbox.policy import Layout, bwrap_arguments

# The uid and gid that boxes run under when the grader is root. They belong to nobody, so that an escaped program would
# own nothing: far above what distributions hand out, and below the 16-bit limit of old file systems.
UNPRIVILEGED_ID = 64731
USER_NAMESPACE_COUNTS = (5, 14)  # first kernel that counts the processes of each user namespace separately


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that boxes need. `state`: `ok`, `missing` (no boxes without it), `weaker` (a layer less)."""

    name: str
    state: str
    detail: str
    remedy: str = ""


def drops_privileges() -> bool:
    """Whether the grader is root, so that boxes must be started under another uid."""
    return os.geteuid() == 0


def reachable(path: str) -> bool:
    """Whether the uid that boxes run under can read `path`: every folder above it lets strangers pass."""
    if not os.path.exists(path):
        return False
    if not drops_privileges():
        return os.access(path, os.R_OK)
    parts = [path]
    while os.path.dirname(parts[-1]) != parts[-1]:
        parts.append(os.path.dirname(parts[-1]))
    return all(os.stat(part).st_mode & (stat.S_IXOTH if os.path.isdir(part) else stat.S_IROTH) for part in parts)


def interpreters() -> list[str]:
    """Python interpreters to consider, best first: the one that runs the grader, then the system's."""
    own = os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)
    others = [os.path.realpath(path) for path in ("/usr/bin/python3", "/usr/local/bin/python3") if os.path.exists(path)]
    return list(dict.fromkeys([own, *others]))


def library_of(python: str) -> tuple[str, ...]:
    """Folders besides /usr that an interpreter needs: its prefix, where it is not part of the system."""
    prefix = os.path.dirname(os.path.dirname(python))
    return () if prefix in ("/usr", "/") or prefix.startswith("/usr/") else (prefix,)


def packages_of(python: str) -> tuple[str, ...]:
    """Folders in which modules are installed for an interpreter, as far as they exist (site(3), Debian's included)."""
    prefix, version = os.path.dirname(os.path.dirname(python)), os.path.basename(python)
    folders = [f"{prefix}/lib/python3/dist-packages"]
    for top in dict.fromkeys((prefix, f"{prefix}/local", "/usr/local")):
        folders += [f"{top}/lib/{version}/{kind}-packages" for kind in ("site", "dist")]
    return tuple(folder for folder in folders if os.path.isdir(folder))


def top_level_links() -> tuple[tuple[str, str | None], ...]:
    """What /bin, /lib and the like are here: links into /usr on merged systems, folders elsewhere."""
    found: list[tuple[str, str | None]] = []
    for name in ("/bin", "/sbin", "/lib", "/lib64", "/lib32"):
        if os.path.islink(name):
            found.append((name, os.readlink(name)))
        elif os.path.isdir(name):
            found.append((name, None))
    return tuple(found)


@functools.cache
def layout() -> Layout:
    """Where everything is on this host. Raises HostError with the remedy when boxes are impossible here."""
    if sys.platform != "linux":
        raise HostError(
            f"Programs can only be boxed on Linux, and this is {platform.system()}. Grade on a Linux machine; "
            "`grade check` works here for your own programs."
        )
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise HostError("bubblewrap is not installed. Install it, e.g. `sudo apt-get install bubblewrap`.")
    usable = [python for python in interpreters() if reachable(python)]
    if not usable:
        raise HostError(
            f"No Python interpreter that an unprivileged user can read was found (tried {', '.join(interpreters())}). "
            "Install the system's own, e.g. `sudo apt-get install python3`."
        )
    python = usable[0]
    return Layout(
        bwrap=bwrap,
        python=python,
        library=library_of(python),
        links=top_level_links(),
        packages=packages_of(python),
    )


def as_nobody(command: Sequence[str]) -> dict[str, Any]:
    """Keyword arguments for `subprocess.Popen`, the command included, that run it as UNPRIVILEGED_ID when the grader is
    root.

    setpriv(1) does that where there is one. Python could change the user itself, but then it has to fork and cannot
    vfork, and the page tables of a grader of 130 MB take longer to copy than a box takes to start.
    """
    if not drops_privileges():
        return {"args": [*command]}
    if sheds_privileges():
        return {"args": [*sheds_privileges(), *command]}
    return {"args": [*command], "user": UNPRIVILEGED_ID, "group": UNPRIVILEGED_ID, "extra_groups": []}


@functools.cache
def sheds_privileges() -> tuple[str, ...]:
    """The words before a command that run it as UNPRIVILEGED_ID; none where this machine's setpriv cannot do that."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    words = (setpriv, f"--reuid={UNPRIVILEGED_ID}", f"--regid={UNPRIVILEGED_ID}", "--clear-groups", "--")
    try:
        told = subprocess.check_output(
            [*words, "cat", "/proc/self/status"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    rows = dict(line.split(":", 1) for line in told.decode(errors="replace").splitlines() if ":" in line)
    ids = [rows.get(name, "").split() for name in ("Uid", "Gid", "Groups")]
    powers = [rows.get(name, "").strip("0 \t") for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")]
    return words if ids == [[str(UNPRIVILEGED_ID)] * 4] * 2 + [[]] and not any(powers) else ()


def kernel_version() -> tuple[int, int]:
    """Major and minor number of the running kernel; (0, 0) when they cannot be told."""
    parts = platform.release().split(".")
    try:
        return int(parts[0]), int("".join(filter(str.isdigit, parts[1][:3])) or 0)
    except (ValueError, IndexError):
        return 0, 0


def counts_processes_per_box() -> bool:
    """Whether RLIMIT_NPROC counts a box's processes alone. Before Linux 5.14 it counted everything of the uid."""
    return kernel_version() >= USER_NAMESPACE_COUNTS


def try_box() -> str:
    """Make the smallest box. Returns an empty string, or what bubblewrap said when it could not."""
    where = layout()
    filtered = compiled_filter()
    descriptors = [memory_file("filter", filtered)] if filtered else []
    command = bwrap_arguments(
        where, Limits(), files=(), handed_in=0, seccomp=descriptors[0] if descriptors else None, program="", task=""
    )
    command = [*command[: command.index("--") + 1], where.python, "-I", "-c", "import socket"]
    try:
        done = subprocess.run(
            **as_nobody(command),
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            pass_fds=descriptors,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        close_all(descriptors)
    return "" if done.returncode == 0 else done.stderr.decode(errors="replace").strip() or f"status {done.returncode}"


def remedy_for(message: str) -> str:
    """The command that most likely cures why bubblewrap could not make a box."""
    if read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "AppArmor forbids user namespaces here. Allow them for bubblewrap with a profile "
            "(`sudo apt-get install apparmor-profiles && sudo ln -s "
            "/usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && "
            "sudo systemctl reload apparmor`), or for all programs: "
            "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`."
        )
    if read("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return "User namespaces are switched off. Run `sudo sysctl kernel.unprivileged_userns_clone=1`."
    if read("/proc/sys/user/max_user_namespaces") == "0":
        return "User namespaces are switched off. Run `sudo sysctl user.max_user_namespaces=10000`."
    if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"):
        return (
            "This is a container without the right to make namespaces. Start it with "
            "`--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
            "--security-opt systempaths=unconfined`."
        )
    return f"Run `grade doctor` on another Linux machine, or ask its administrator about: {message}"


def read(path: str) -> str:
    """Content of a small kernel file without blanks; empty when it is not there."""
    try:
        with open(path) as stream:
            return stream.read().strip()
    except OSError:
        return ""


def require_descriptors() -> None:
    """Raise our limit of descriptors as far as we may. Raises HostError, with the remedy, where a program in a box
    would have fewer than OPEN_FILES: its marks must not depend on where it is graded."""
    condition = descriptor_condition()
    if condition.state == "missing":
        raise HostError(f"This machine cannot make a box: {condition.detail}\n{condition.remedy}")


def descriptor_condition() -> Condition:
    """Whether a program in a box can have OPEN_FILES files open, and how many submissions can be in flight."""
    most, name = most_open(), "open files"
    if most < OPEN_FILES:
        detail = f"{most} files and sockets may be open at a time here, and a program in a box may have {OPEN_FILES}."
        return Condition(name=name, state="missing", detail=detail, remedy="Raise `ulimit -n`, its hard limit too.")
    detail = f"{most} at a time, enough for {most_in_flight(most)} submissions in flight"
    return Condition(name=name, state="ok", detail=detail)


def require_boxes() -> None:
    """Raise HostError, with the remedy, unless this machine can box programs."""
    require_descriptors()
    said = try_box()
    if said:
        raise HostError(f"This machine cannot make a box: {said}\n{remedy_for(said)}")


def conditions() -> list[Condition]:
    """Every condition that boxes depend on, for `grade doctor`, in the order in which to cure them."""
    found = []
    try:
        where = layout()
    except HostError as error:
        return [Condition(name="boxes", state="missing", detail=str(error))]
    found.append(Condition(name="bubblewrap", state="ok", detail=where.bwrap))
    found.append(interpreter_condition(where.python))
    said = try_box()
    if said:
        found.append(Condition(name="namespaces", state="missing", detail=said, remedy=remedy_for(said)))
    else:
        found.append(Condition(name="namespaces", state="ok", detail="user, PID, network, mount, IPC, UTS, cgroup"))
    found.append(filter_condition())
    found.append(descriptor_condition())
    if counts_processes_per_box():
        found.append(Condition(name="process limit", state="ok", detail="counted per box by the kernel"))
    else:
        detail = "this kernel counts all processes of a user together, so those of a box are not limited"
        found.append(Condition(name="process limit", state="weaker", detail=detail, remedy="Linux 5.14 or later."))
    found.append(group_condition())
    return found


def group_condition() -> Condition:
    """Whether all processes of a box are bounded together by the kernel."""
    where = parents()
    if where is not None:
        detail = f"version {where.version}: memory and processes of a box are bounded together"
        return Condition(name="control groups", state="ok", detail=detail)
    detail = "none to be had here, so the grader watches the memory of a box as a whole by looking at it"
    remedy = "Where systemd runs: systemd-run --user --scope -p Delegate=yes grade ..."
    return Condition(name="control groups", state="weaker", detail=detail, remedy=remedy)


def interpreter_condition(python: str) -> Condition:
    """Which interpreter boxes use, and whether it is the grader's own."""
    own = interpreters()[0]
    if python == own:
        return Condition(name="interpreter", state="ok", detail=python)
    detail = f"{python} (the grader's own, {own}, is not readable for the unprivileged user of the boxes)"
    return Condition(name="interpreter", state="ok", detail=detail)


def filter_condition() -> Condition:
    """Whether the system-call filter is on."""
    if compiled_filter():
        return Condition(name="system-call filter", state="ok", detail="libseccomp")
    remedy = "Install libseccomp, e.g. `sudo apt-get install libseccomp2`."
    return Condition(name="system-call filter", state="weaker", detail="libseccomp not found", remedy=remedy)

"""What a box is made of: limits and paths in, bubblewrap's arguments out. Pure, because bubblewrap protects only as
its arguments say.

The box has its own namespace of every kind. Of the host it sees only the folders that a Python interpreter needs, read
only. The hand-in's folder, /tmp and /dev/shm are memory file systems of bounded size. Process 1 is the launcher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.model import OPEN_FILES, Limits, SourceFile
from grader.sandbox.inside.watch import HOME, TASK

HOSTNAME = "student-pc"
OWN_ADDRESS = "127.0.1.1"  # what HOSTNAME resolves to, as on Debian
INSIDE = "/opt/launcher"
USER = 1000
FIRST_FREE_PORT = 1024  # below, only the privileged may listen
STACK_BYTES = 1 << 20  # room beyond the output limit: to see that a program has reached it, and for its stack
NETWORK_CAPABILITIES = ("CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE")

PASSWD = f"root:x:0:0:root:/root:/bin/sh\nstudent:x:{USER}:{USER}:student:{HOME}:/bin/sh\n"
GROUP = f"root:x:0:\nstudent:x:{USER}:\n"
HOSTS = f"127.0.0.1\tlocalhost\n{OWN_ADDRESS}\t{HOSTNAME}\n::1\tlocalhost ip6-localhost ip6-loopback\n"
NSSWITCH = "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n"
ETC_FILES = {
    "/etc/passwd": PASSWD,
    "/etc/group": GROUP,
    "/etc/hosts": HOSTS,
    "/etc/nsswitch.conf": NSSWITCH,
}
ETC_FROM_HOST = ("ld.so.cache", "protocols", "services", "localtime", "alternatives")

# Not bubblewrap's own --dev, which adds terminals: nobody types here, and mounting them takes a second user namespace.
DEVICES = ("null", "zero", "full", "random", "urandom")
DEVICE_LINKS = (
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
)

# What a login shell sets everywhere. PYTHONHASHSEED: the order of a set may not decide a mark. LANG: Python's UTF-8
# mode, whatever the host's locale is.
ENVIRONMENT = {
    "HOME": HOME,
    "LANG": "C.UTF-8",
    "LOGNAME": "student",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PYTHONHASHSEED": "0",
    "SHELL": "/bin/sh",
    "TERM": "dumb",
    "USER": "student",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things are on this host.

    `bwrap`, `python`: absolute paths of the two programs.  `library`: folders of the host that the interpreter needs
    besides the system's.  `links`: what the top-level names like /lib are on this host: name -> link target, or None
    for a real folder.  `packages`: folders of installed modules, which a box hides: a program finds what comes with
    Python and nothing else, on every machine.
    """

    bwrap: str
    python: str
    library: tuple[str, ...]
    links: tuple[tuple[str, str | None], ...]
    packages: tuple[str, ...] = ()


def bwrap_arguments(
    layout: Layout,
    limits: Limits,
    *,
    files: Sequence[tuple[str, int]],
    handed_in: int,
    seccomp: int | None,
    program: str,
    task: str,
    privileged: bool = False,
) -> list[str]:
    """The command line that makes a box.

    `files`: path in the box and an open descriptor with its content.  `handed_in`: bytes that the hand-in takes there,
    beside those that a program may write.  `seccomp`: descriptor of the compiled filter.
    `program`: path in the hand-in of the program that the box is for.  `task`: the launcher's (`inside/`).
    `privileged`: start the launcher with capabilities over the box's own network, to give it further addresses and to
    listen at low ports; no student code ever has them.
    """
    command = [layout.bwrap, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--as-pid-1"]
    command += ["--uid", str(USER), "--gid", str(USER), "--hostname", HOSTNAME, "--clearenv"]
    for name, value in {**ENVIRONMENT, "PYTHONPATH": INSIDE, TASK: task}.items():
        command += ["--setenv", name, value]
    command += ["--cap-drop", "ALL"] + (
        [word for name in NETWORK_CAPABILITIES for word in ("--cap-add", name)] if privileged else []
    )
    command += ["--ro-bind", "/usr", "/usr"]
    for name, target in layout.links:
        command += ["--symlink", target, name] if target is not None else ["--ro-bind", name, name]
    for folder in layout.library:
        command += ["--ro-bind", folder, folder]
    for folder in layout.packages:
        command += ["--tmpfs", folder, "--remount-ro", folder]
    for name in ETC_FROM_HOST:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for path, descriptor in files:
        command += ["--perms", "0444", "--file", str(descriptor), path]
    command += ["--proc", "/proc", "--tmpfs", "/dev"]
    for name in DEVICES:
        command += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in DEVICE_LINKS:
        command += ["--symlink", target, f"/dev/{name}"]
    for folder in (HOME, "/tmp", "/dev/shm"):
        command += ["--perms", "0755" if folder == HOME else "1777"]
        command += ["--size", str(limits.file_bytes + handed_in * (folder == HOME)), "--tmpfs", folder]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]
    if seccomp is not None:
        command += ["--seccomp", str(seccomp)]
    return [*command, "--", layout.python, "-s", "-u", "-B", f"{HOME}/{program}"]


def resource_limits(limits: Limits, *, counts_processes: bool) -> tuple[int, ...]:
    """The kernel's own limits for each process of a run, in the order in which the launcher takes them; 0 for none.

    `counts_processes`: whether this kernel counts the processes of a box separately.  What a program prints goes to a
    file, so the limit of file size applies to it; how much it writes to its own files, the file systems limit.
    """
    return (
        round(2 * limits.cpu_seconds + 1.5),
        limits.memory_bytes,
        max(limits.file_bytes, limits.output_bytes + STACK_BYTES),
        limits.processes + 1 if counts_processes else 0,
        OPEN_FILES,
    )


def laid_out(files: Sequence[SourceFile], page_bytes: int) -> int:
    """Bytes that files take in memory: whole pages."""
    return sum(-(-len(file.data) // page_bytes) * page_bytes for file in files)

"""The system calls that no program in a box may make.

A deny list, because the point is to let every ordinary Python program run (threads, asyncio, subprocess) while the
rest of the kernel is out of reach. The filter is compiled by libseccomp (through pyseccomp) for this host's
architecture; the namespaces are the boundary, this is the second fence.
"""

from __future__ import annotations

import errno
import functools
import tempfile

DENIED = {
    "namespaces: a nested user namespace brings back the kernel's privileged interfaces": ("unshare", "setns"),
    "mounts": (
        "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount",
        "fspick", "mount_setattr",
    ),
    "other processes' memory and control": (
        "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    ),
    "interfaces with a long history of privilege escalations": (
        "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
        "add_key", "request_key", "keyctl", "vmsplice", "name_to_handle_at", "open_by_handle_at",
    ),
    "the machine itself": (
        "reboot", "swapon", "swapoff", "kexec_load", "kexec_file_load", "init_module", "finit_module",
        "delete_module", "syslog", "acct", "quotactl", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex",
        "sethostname", "setdomainname", "iopl", "ioperm", "lookup_dcookie", "nfsservctl", "vhangup", "personality",
    ),
    "memory that is pinned, or that no process shows as its own": (
        "mlock", "mlock2", "mlockall", "memfd_create", "memfd_secret", "mbind",
    ),
}  # fmt: skip

# Address families that a program may use: Unix, IPv4, IPv6, netlink (which getifaddrs needs). The others have kernel
# code with a bad history, or, like vsock, no namespaces: a program on a virtual machine could reach the host by it.
FAMILIES = (1, 2, 10, 16)

CLONE_NEW = (0x10000000, 0x20000000, 0x40000000, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x00000080)
TIOCSTI, TIOCLINUX = 0x5412, 0x541C  # typing into somebody's terminal


@functools.cache
def compiled_filter() -> bytes:
    """The filter as a BPF program, or empty where libseccomp is not installed (`grade doctor` says so).

    Raises nothing: a call that this kernel's library does not know is left out.
    """
    try:
        import pyseccomp as seccomp  # type: ignore[import-untyped]
    except (ImportError, OSError, RuntimeError):
        return b""
    deny = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for names in DENIED.values():
        for name in names:
            add_rule(rules, deny, name)
    for flag in CLONE_NEW:
        add_rule(rules, deny, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    # clone3 keeps its flags in memory, where a filter cannot look: say that it does not exist, and libc uses clone.
    add_rule(rules, seccomp.ERRNO(errno.ENOSYS), "clone3")
    for name in ("socket", "socketpair"):
        unsupported = seccomp.ERRNO(errno.EAFNOSUPPORT)
        for family in range(max(FAMILIES) + 1):
            if family not in FAMILIES:
                add_rule(rules, unsupported, name, seccomp.Arg(0, seccomp.EQ, family))
        add_rule(rules, unsupported, name, seccomp.Arg(0, seccomp.GT, max(FAMILIES)))
    for request in (TIOCSTI, TIOCLINUX):
        add_rule(rules, deny, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, request))
    with tempfile.TemporaryFile() as out:
        rules.export_bpf(out)
        out.seek(0)
        return out.read()


def add_rule(rules: object, action: object, name: str, *arguments: object) -> None:
    """Add one rule; an unknown call is no reason to have no filter."""
    try:
        rules.add_rule(action, name, *arguments)  # type: ignore[attr-defined]
    except (OSError, ValueError, RuntimeError):
        return

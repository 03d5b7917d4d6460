"""What a box is made of: bubblewrap protects only as its arguments say, so each protection is looked for by name."""

from __future__ import annotations

import re

import pytest

from grader.model import OPEN_FILES, Limits, SourceFile
from grader.sandbox.inside.watch import HOME
from grader.sandbox.policy import (
    ENVIRONMENT,
    ETC_FILES,
    INSIDE,
    STACK_BYTES,
    Layout,
    bwrap_arguments,
    laid_out,
    resource_limits,
)

LAYOUT = Layout(
    bwrap="/usr/bin/bwrap",
    python="/opt/python/bin/python3.12",
    library=("/opt/python",),
    links=(("/bin", "usr/bin"), ("/lib", "usr/lib"), ("/lib64", None)),
)
FILES = (("/etc/passwd", 11), (f"{INSIDE}/launcher.py", 12))
LIMITS = Limits(file_bytes=123_456)
HANDED_IN = 4_000_000
OPERANDS = {  # how many arguments each option takes (bwrap(1))
    "--uid": 1, "--gid": 1, "--hostname": 1, "--setenv": 2, "--cap-drop": 1, "--cap-add": 1, "--ro-bind": 2,
    "--ro-bind-try": 2, "--symlink": 2, "--perms": 1, "--size": 1, "--file": 2, "--proc": 1, "--dev": 1, "--tmpfs": 1,
    "--dev-bind": 2, "--remount-ro": 1, "--chdir": 1, "--seccomp": 1,
    "--unshare-all": 0, "--unshare-user": 0, "--die-with-parent": 0, "--new-session": 0, "--as-pid-1": 0,
    "--clearenv": 0,
}  # fmt: skip


def command(
    *, seccomp: int | None = 9, task: str = "launch 7 8", privileged: bool = False, limits: Limits = LIMITS
) -> list[str]:
    return bwrap_arguments(
        LAYOUT,
        limits,
        files=FILES,
        handed_in=HANDED_IN,
        seccomp=seccomp,
        program="echo.py",
        task=task,
        privileged=privileged,
    )


def options(words: list[str]) -> list[tuple[str, ...]]:
    """The options before `--`, each with its operands. An option that this table does not know is an error."""
    found, at = [], 1
    while words[at] != "--":
        size = 1 + OPERANDS[words[at]]
        found.append(tuple(words[at : at + size]))
        at += size
    return found


OPTIONS = options(command())
NAMES = [option[0] for option in OPTIONS]


def of(name: str) -> list[tuple[str, ...]]:
    return [option[1:] for option in OPTIONS if option[0] == name]


def test_the_program_is_bubblewrap() -> None:
    """By its absolute path: no search path decides what draws the boundary."""
    assert command()[0] == "/usr/bin/bwrap"


@pytest.mark.parametrize(
    ("option", "protects"),
    [
        ("--unshare-all", "processes, network, mounts, host name, shared memory and control groups of its own"),
        ("--unshare-user", "a user namespace, or nothing: --unshare-all alone would go on without one"),
        ("--die-with-parent", "no box outlives the grader"),
        ("--new-session", "no typing into the grader's terminal"),
        ("--as-pid-1", "the launcher is process 1, which no program of the box can kill"),
        ("--clearenv", "nothing of the grader's environment"),
    ],
)
def test_each_protection_is_asked_for(option: str, protects: str) -> None:
    """Once, and before anything of the host is shown."""
    assert NAMES.count(option) == 1, protects
    assert NAMES.index(option) < NAMES.index("--ro-bind")


def test_the_network_is_never_shared() -> None:
    """Nothing leaves the machine."""
    assert not any(word.startswith("--share") for word in command(privileged=True))


def test_nothing_of_the_host_is_writable() -> None:
    """There is no option by which a folder of the host could be mounted for writing; devices are the harmless ones."""
    for words in (command(), command(privileged=True), command(seccomp=None)):
        assert not set(words) & {"--bind", "--bind-try", "--dev-bind-try", "--bind-fd", "--overlay"}
    harmless = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")}
    assert {source for source, _ in of("--dev-bind")} == harmless
    assert {target for _, target in of("--ro-bind")} == {"/usr", "/lib64", "/opt/python"}


def test_only_what_an_interpreter_needs_is_visible() -> None:
    """No home, no /etc as a whole, no /var, no /run, no root."""
    shown = {source for name in ("--ro-bind", "--ro-bind-try") for source, _ in of(name)}
    for private in ("/", "/home", "/root", "/etc", "/var", "/run", "/tmp", "/proc", "/sys", "/dev", "/etc/shadow"):
        assert private not in shown
    etc = {source for source in shown if source.startswith("/etc/")}
    assert etc == {f"/etc/{name}" for name in ("ld.so.cache", "protocols", "services", "localtime", "alternatives")}


def test_what_is_shown_is_where_it_is_on_the_host() -> None:
    """A path means the same inside and outside, so that the interpreter finds its library."""
    for name in ("--ro-bind", "--ro-bind-try", "--dev-bind"):
        assert all(source == target for source, target in of(name))
    assert ("usr/bin", "/bin") in of("--symlink")


def test_the_environment_is_ours_and_tells_nothing() -> None:
    """Cleared first, then set; the order of a set never decides a mark."""
    expected = {**ENVIRONMENT, "PYTHONPATH": INSIDE, "START_TASK": "launch 7 8"}
    assert sorted(of("--setenv")) == sorted(expected.items())
    assert NAMES.index("--clearenv") < NAMES.index("--setenv")
    assert ENVIRONMENT["PYTHONHASHSEED"] == "0"
    assert ENVIRONMENT["LANG"].endswith("UTF-8")
    assert not re.search("grade|check|test|sandbox", " ".join([*ENVIRONMENT, *ENVIRONMENT.values()]), re.IGNORECASE)


def test_the_program_is_an_ordinary_user_without_privileges() -> None:
    """Not root, and without a single capability."""
    assert of("--uid") == of("--gid") == [("1000",)]
    assert of("--cap-drop") == [("ALL",)]
    assert of("--cap-add") == []


def test_capabilities_are_given_only_for_what_is_asked_for() -> None:
    """Those over the box's own network, and all others stay dropped; what they are for goes to the launcher."""
    found = options(command(task="launch 7 8 10.1.2.3", privileged=True))
    capabilities = [option for option in found if option[0].startswith("--cap")]
    assert capabilities == [
        ("--cap-drop", "ALL"),
        ("--cap-add", "CAP_NET_ADMIN"),
        ("--cap-add", "CAP_NET_BIND_SERVICE"),
    ]
    assert set(found) - set(OPTIONS) == {*capabilities[1:], ("--setenv", "START_TASK", "launch 7 8 10.1.2.3")}


@pytest.mark.parametrize("folder", [HOME, "/tmp", "/dev/shm"])
def test_what_a_program_can_write_to_is_in_memory_and_bounded(folder: str) -> None:
    """A tmpfs with a size, right before the mount that it is for. What was handed in has room of its own."""
    at = OPTIONS.index(("--tmpfs", folder))
    assert OPTIONS[at - 1] == ("--size", "4123456" if folder == HOME else "123456")
    assert OPTIONS[at - 2] == ("--perms", "0755" if folder == HOME else "1777")


def test_every_other_memory_file_system_becomes_read_only() -> None:
    """Nothing can be written where no bound is."""
    bounded = {OPTIONS[at + 1] for at, option in enumerate(OPTIONS) if option[0] == "--size"}
    unbounded = {option[1] for option in OPTIONS if option[0] == "--tmpfs" and option not in bounded}
    assert unbounded <= {target for (target,) in of("--remount-ro")}


def test_everything_else_becomes_read_only_after_the_last_mount() -> None:
    """bubblewrap's own root and /dev are memory too: without this a program could fill them."""
    assert of("--remount-ro") == [("/dev",), ("/",)]
    last_mount = max(
        at
        for at, name in enumerate(NAMES)
        if name in ("--ro-bind", "--ro-bind-try", "--symlink", "--file", "--proc", "--dev-bind", "--tmpfs")
    )
    assert NAMES.index("--remount-ro") > last_mount


def test_dev_and_proc_are_the_boxs_own_and_come_before_what_lies_in_them() -> None:
    """/dev/shm would vanish under a /dev that is mounted later."""
    assert of("--proc") == [("/proc",)]
    assert of("--dev") == [], "bubblewrap's own /dev holds terminals"
    inside = [at for at, option in enumerate(OPTIONS) if option[-1].startswith("/dev/") and option[0] != "--ro-bind"]
    assert OPTIONS.index(("--tmpfs", "/dev")) < min(inside)
    assert ("/proc/self/fd", "/dev/fd") in of("--symlink")


def test_given_files_are_read_only_and_come_by_descriptor() -> None:
    """What they hold cannot change afterwards, and no path of the host shows."""
    assert of("--file") == [("11", "/etc/passwd"), ("12", f"{INSIDE}/launcher.py")]
    for path in of("--file"):
        assert OPTIONS[OPTIONS.index(("--file", *path)) - 1] == ("--perms", "0444")


def test_the_filter_is_on_where_there_is_one() -> None:
    """By descriptor; without the library the box is made without it, and the doctor says so."""
    assert of("--seccomp") == [("9",)]
    without = options(command(seccomp=None))
    assert without == [option for option in OPTIONS if option[0] != "--seccomp"]


def test_a_descriptor_of_zero_is_a_descriptor() -> None:
    """Not the same as none."""
    assert ("--seccomp", "0") in options(command(seccomp=0))


def test_the_launcher_is_started_unbuffered_and_leaves_no_trace() -> None:
    """It starts as the program would, with its own folder on the path, and is told of its own two descriptors."""
    words = command()
    started = words[words.index("--") + 1 :]
    assert started[0] == "/opt/python/bin/python3.12"
    assert {"-u", "-B"} <= set(started)
    assert started[-1] == f"{HOME}/echo.py"
    assert {("PYTHONPATH", INSIDE), ("START_TASK", "launch 7 8")} <= set(of("--setenv"))
    assert of("--chdir") == [(HOME,)]


def test_the_hand_ins_folder_is_apart_from_the_launcher() -> None:
    """A program writes beside itself, never beside us."""
    writable = {folder for (folder,) in of("--tmpfs")}
    assert not any(f"{INSIDE}/launcher.py".startswith(folder + "/") for folder in writable)


def test_the_boxs_own_files_know_only_the_student() -> None:
    """Names of the host's users, machines and services are nobody's business."""
    assert {line.split(":")[0] for line in ETC_FILES["/etc/passwd"].splitlines()} == {"root", "student"}
    assert "dns" not in ETC_FILES["/etc/nsswitch.conf"]
    assert "localhost" in ETC_FILES["/etc/hosts"]


def test_the_same_limits_make_the_same_box() -> None:
    """A pure function: its arguments are not altered, and nothing else counts."""
    assert command() == command()
    assert ("--size", "99") in options(command(limits=Limits(file_bytes=99)))


@pytest.mark.parametrize(("output", "files", "largest"), [(4, 16, 16), (4, 1, 5), (64, 16, 65)])
def test_the_largest_file_holds_what_may_be_printed_and_what_may_be_written(
    output: int, files: int, largest: int
) -> None:
    """Output is a file too: no limit on files keeps a program from printing what it may, and a little more."""
    assert STACK_BYTES == 1 << 20
    limits = Limits(output_bytes=output << 20, file_bytes=files << 20)
    assert resource_limits(limits, counts_processes=True)[2] == largest << 20


def test_processes_are_limited_only_where_they_are_counted_by_the_box() -> None:
    """Else those of other boxes would count; what may be open is the same everywhere."""
    assert resource_limits(Limits(processes=7), counts_processes=True)[3:] == (8, OPEN_FILES)
    assert resource_limits(Limits(processes=7), counts_processes=False)[3:] == (0, OPEN_FILES)


def test_files_take_whole_pages() -> None:
    """An empty one none."""
    sizes = (0, 1, 4096, 4097)
    assert laid_out([SourceFile(path=str(size), data=bytes(size)) for size in sizes], 4096) == 4 * 4096

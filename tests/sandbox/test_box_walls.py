"""What a program in a box tries and cannot do: each test is an attempt from inside."""

from __future__ import annotations

import ast
import asyncio
import os
import socket
import uuid
from pathlib import Path

import pytest
from boxes import ROOMY, hand_in, run_program

from grader.sandbox.launch import Box
from grader.sandbox.policy import ENVIRONMENT

pytestmark = pytest.mark.sandbox


def tries(calls: str, setup: str = "") -> list[str]:
    """What became of each line of `calls`, tried in a box: `done`, or the name of the error."""
    program = f"""
import ctypes, errno, fcntl, os, signal, socket, struct, sys
{setup}
for call in {calls.strip().splitlines()!r}:
    try:
        exec(call)
    except OSError as error:
        print(errno.errorcode[error.errno])
    else:
        print("done")
"""
    return run_program(program).lines


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_program_writes_to_its_folder_and_the_two_scratch_folders() -> None:
    """An honest program may write where a student's program would."""
    calls = "\n".join(f"open({path!r}, 'w').write('x')" for path in ("x", "/home/student/y", "/tmp/x", "/dev/shm/x"))
    assert tries(calls) == ["done"] * 4


@pytest.mark.parametrize(
    "folder",
    ["/", "/home", "/etc", "/usr", "/usr/local/bin", "/bin", "/lib", "/opt", "/opt/launcher", "/dev", "/proc"],
)
def test_nothing_else_can_be_written(folder: str) -> None:
    """No other folder takes a file."""
    assert tries(f"open('{folder}/written', 'w')")[0] in ("EROFS", "EACCES", "ENOENT", "EPERM")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/etc/hosts", "/opt/launcher/launcher.py", "/opt/launcher/launcher.pyc"]
)
def test_what_the_box_is_made_of_cannot_be_changed(path: str) -> None:
    """The files that the grader laid out are read-only, also after an attempt to change their mode or replace them."""
    attempts = f"open({path!r}, 'a')\nos.chmod({path!r}, 0o666)\nos.remove({path!r})\nos.rename({path!r}, 'x')"
    assert not {"done"} & set(tries(attempts))


@pytest.mark.parametrize(
    "path", ["/root", "/etc/shadow", "/run", "/var", "/sys", "/mnt", "/srv", "/boot", "/home/student/.."]
)
def test_nothing_of_the_host_is_there(path: str) -> None:
    """The host's homes, secrets and services do not exist in the box."""
    seen = run_program(f"import os; print(os.listdir({path!r}) if os.path.exists({path!r}) else 'nothing')").lines
    assert seen == (["['student']"] if path.endswith("..") else ["nothing"])


def test_a_file_of_the_host_is_out_of_sight(tmp_path: Path) -> None:
    """Neither a file outside nor the grader's own folder can be found by its path."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o644)
    paths = [str(secret), str(Path(__file__).parents[2] / "rubric.yaml"), str(Path(__file__).parents[2] / "solutions")]
    assert run_program(f"import os; print([os.path.exists(path) for path in {paths!r}])").lines == [str([False] * 3)]


def test_no_rubric_solution_or_grader_is_in_the_box() -> None:
    """Of the grader there is the launcher alone; no rubric, no reference program, nothing else of it."""
    program = """
        import os
        tops = ["/home", "/opt", "/tmp", "/etc", "/dev/shm"]
        print(sorted(os.path.join(folder, name) for top in tops for folder, _, names in os.walk(top) for name in names
                     if name.endswith((".py", ".pyc", ".yaml", ".md", ".sqlite"))))
    """
    own, *launcher = ast.literal_eval(run_program(program).lines[0])
    assert own == "/home/student/program.py"
    assert {path.removesuffix("c") for path in launcher} == {
        f"/opt/launcher/{name}.py" for name in ("sitecustomize", "launcher", "ending", "network", "remains", "watch")
    }


def test_no_source_of_the_grader_is_in_the_programs_memory() -> None:
    """Nothing of the rubric or of the grader besides the launcher is loaded in the program's interpreter."""
    program = (
        "import sys; print([name for name in sys.modules if 'grader' in name or 'yaml' in name or name == 'inside'])"
    )
    assert run_program(program).lines == ["[]"]


# --- processes ------------------------------------------------------------------------------------------------------


def test_only_the_launcher_and_the_program_are_in_the_process_table() -> None:
    """/proc shows the box: the launcher, the program, and nobody of the host."""
    program = (
        "import os; print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()) == [1, os.getpid()], os.getppid())"
    )
    assert run_program(program).lines == ["True 1"]


def test_the_launcher_keeps_its_secrets() -> None:
    """Environment, memory and descriptors of process 1 are closed to the program."""
    paths = ("environ", "mem", "maps", "auxv", "stack")
    calls = "\n".join(f"open('/proc/1/{path}', 'rb').read(1)" for path in paths)
    calls += "\nos.listdir('/proc/1/fd')\nos.listdir('/proc/1/map_files')"
    calls += "\nos.readlink('/proc/1/cwd')\nos.readlink('/proc/1/exe')"
    assert not {"done"} & set(tries(calls))


def test_the_launcher_cannot_be_traced() -> None:
    """ptrace, process_vm_readv and pidfd_getfd are refused."""
    program = """
        import ctypes, os, platform
        libc = ctypes.CDLL(None, use_errno=True)
        numbers = {"x86_64": (101, 310, 438), "aarch64": (117, 270, 438)}[platform.machine()]
        attach = 16
        pidfd = os.pidfd_open(1)
        room = ctypes.create_string_buffer(64)
        print(libc.syscall(numbers[0], attach, 1, 0, 0))
        print(libc.syscall(numbers[1], 1, room, 1, room, 1, 0))
        print(libc.syscall(numbers[2], pidfd, 0, 0))
    """
    assert run_program(program).lines == ["-1", "-1", "-1"]


def test_no_signal_ends_or_stops_the_launcher() -> None:
    """Whatever signal a program sends to process 1, the launcher goes on and reports the program's end."""
    program = """
        import os
        for number in range(1, 65):
            try:
                os.kill(1, number)
            except OSError:
                pass
        print("still here")
    """
    seen = run_program(program)
    assert (seen.record.exit_code, seen.lines, seen.leftover) == (0, ["still here"], "")


def test_killing_everybody_reaches_nobody() -> None:
    """kill(-1) of a program hits its own box at most, and the box goes on."""
    seen = run_program(
        "import os, signal\ntry:\n    os.kill(-1, signal.SIGKILL)\nexcept OSError:\n    pass\nprint('ok')"
    )
    assert (seen.record.exit_code, seen.lines) == (0, ["ok"])


# --- network --------------------------------------------------------------------------------------------------------


def test_a_listener_of_the_host_cannot_be_reached() -> None:
    """127.0.0.1 is the box's own: a port that is open on the host is closed inside."""
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        assert tries(f"socket.create_connection(('127.0.0.1', {port}))") == ["ECONNREFUSED"]


def test_no_other_network_is_there() -> None:
    """There is no way out: no interface but loopback, no route, no name server."""
    program = """
        import socket
        print([name for _, name in socket.if_nameindex()])
        for address in (("192.0.2.1", 80), ("8.8.8.8", 53)):
            try:
                socket.create_connection(address, timeout=1)
            except OSError as error:
                print(error.strerror)
        try:
            socket.getaddrinfo("example.org", 80)
        except socket.gaierror:
            print("no such name")
    """
    assert run_program(program).lines == ["['lo']", "Network is unreachable", "Network is unreachable", "no such name"]


def test_abstract_sockets_of_the_host_cannot_be_reached() -> None:
    """The host's abstract Unix sockets are in another namespace."""
    name = f"\0grade-test-{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX) as outside:
        outside.bind(name)
        outside.listen()
        assert tries(f"socket.socket(socket.AF_UNIX).connect({name!r})") == ["ECONNREFUSED"]


def test_raw_sockets_are_refused() -> None:
    """Nobody in the box sniffs or forges packets."""
    calls = "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)"
    assert tries(calls) == ["EPERM", "EAFNOSUPPORT"]


def test_address_families_that_no_assignment_needs_are_refused() -> None:
    """As on a machine whose kernel has none of them, whichever kind of socket is asked for; vsock would reach the
    machine's host, and has no namespaces."""
    program = """
        import errno, socket
        for family in range(3, 64):
            if family == socket.AF_INET6 or family == socket.AF_NETLINK:
                continue
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
                for make in (socket.socket, socket.socketpair):
                    try:
                        make(family, kind)
                    except OSError as error:
                        if error.errno != errno.EAFNOSUPPORT:
                            print(family, kind, make, error)
                    else:
                        print(family, kind, make, "made")
        print("tried")
    """
    assert run_program(program).lines == ["tried"]


def test_the_families_that_programs_use_work() -> None:
    """IPv4 and IPv6, Unix sockets and pairs of them, and the netlink socket by which a program lists its interfaces."""
    program = """
        import socket
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.create_server((host, 0), family=family) as server:
                with socket.create_connection(server.getsockname()[:2]) as client:
                    client.sendall(b"x")
                    print(server.accept()[0].recv(1))
            socket.socket(family, socket.SOCK_DGRAM).close()
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("s")
        one, other = socket.socketpair()
        one.sendall(b"y")
        print(other.recv(1))
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()
        print([name for _, name in socket.if_nameindex()])
    """
    assert run_program(program).lines == ["b'x'", "b'x'", "b'y'", "['lo']"]


# --- what is inherited ----------------------------------------------------------------------------------------------


def test_the_callers_environment_stays_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program sees the box's few variables, whatever the grader was started with."""
    monkeypatch.setenv("GRADE_TEST_SECRET", "top secret")
    program = (
        "import os; print(sorted(set(os.environ) - {'PWD', 'LC_CTYPE'})); print(open('/proc/self/environ').read())"
    )
    seen = run_program(program)
    assert seen.lines[0] == str(sorted(ENVIRONMENT))
    assert b"secret" not in seen.record.stdout


def test_three_descriptors_are_inherited() -> None:
    """stdin, stdout and stderr, and nothing of the grader's or the launcher's."""
    program = """
        import os
        names = [f"/proc/self/fd/{number}" for number in range(1024)]
        print(sorted(os.readlink(name) for name in names if os.path.exists(name)))
    """
    expected = ["/dev/null", "/memfd:stderr (deleted)", "/memfd:stdout (deleted)"]
    assert run_program(program).lines == [str(expected)]


def test_a_descriptor_of_the_caller_is_not_passed_on() -> None:
    """An inheritable descriptor that the grader's process happens to have stays there."""
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    program = "import os; print([n for n in range(3, 4096) if os.path.exists(f'/proc/self/fd/{n}')])"
    try:
        assert run_program(program).lines == ["[]"]
    finally:
        os.close(reader)
        os.close(writer)


def test_there_is_no_terminal_to_type_into() -> None:
    """No controlling terminal; TIOCSTI and TIOCLINUX are refused whatever the descriptor."""
    calls = "open('/dev/tty')\nfcntl.ioctl(0, 0x5412, b'x')\nfcntl.ioctl(0, 0x541C, b'x')"
    opened, *typed = tries(calls)
    assert opened in ("ENXIO", "ENOENT")
    assert typed == ["EPERM", "EPERM"]


# --- privileges -----------------------------------------------------------------------------------------------------


def test_there_are_no_privileges() -> None:
    """Not root, no capability in any set, no new privileges to come, a filter on the system calls."""
    program = """
        import os
        status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
        print([int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")])
        print(status["NoNewPrivs"], status["Seccomp"], os.getresuid(), os.getresgid(), os.getgroups())
    """
    assert run_program(program).lines == ["[0, 0, 0, 0, 0]", "1 2 (1000, 1000, 1000) (1000, 1000, 1000) []"]


@pytest.mark.parametrize("beside", [{}, {"socket": "import json"}], ids=["forked", "an interpreter of its own"])
def test_a_program_has_none_where_we_listen_at_a_low_port(beside: dict[str, str]) -> None:
    """The launcher may, in a network of its own; what it forks may not."""
    program = """
        import _socket
        status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
        print([int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")], status["NoNewPrivs"])
        try:
            _socket.socket().bind(("127.0.0.1", 81))
        except PermissionError:
            print("refused")
        client = _socket.socket()
        client.connect(("127.0.0.1", 80))
        print("connected")
    """

    async def run() -> list[str]:
        files = hand_in({"program.py": program, **{f"{name}.py": content for name, content in beside.items()}})
        box = await Box.start(files, ROOMY, "program.py", low_ports=True)
        try:
            async with box.run("program.py", listen="127.0.0.1", port=80) as running:
                await running.ended
                return running.output(1 << 16)[0].decode().splitlines()
        finally:
            await box.close()

    assert asyncio.run(run()) == ["[0, 0, 0, 0] 1", "refused", "connected"]


def test_becoming_root_is_refused() -> None:
    """setuid and setgid fail, and no file system honours a set-user-id bit."""
    assert not {"done"} & set(tries("os.setuid(0)\nos.setgid(0)\nos.setresuid(0, 0, 0)\nos.setgroups([0])"))
    program = """
        mounts = [line.split() for line in open("/proc/mounts")]
        print([fields[1] for fields in mounts if "nosuid" not in fields[3].split(",")])
    """
    assert run_program(program).lines == ["[]"]


def test_no_namespace_can_be_made_inside() -> None:
    """unshare, clone and clone3 with a namespace's flag, setns, mount and chroot all fail."""
    program = """
        import ctypes, platform
        libc = ctypes.CDLL(None, use_errno=True)
        clone, clone3 = {"x86_64": (56, 435), "aarch64": (220, 435)}[platform.machine()]
        user, new = 0x10000000, (0x10000000, 0x20000000, 0x40000000, 0x20000, 0x2000000, 0x4000000, 0x8000000)
        print([libc.unshare(flag) for flag in new])
        print(libc.syscall(clone, user | 17, 0, 0, 0, 0), libc.syscall(clone3, ctypes.create_string_buffer(88), 88))
        print(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None), libc.chroot(b"/tmp"), libc.setns(0, 0))
    """
    assert run_program(program).lines == [str([-1] * 7), "-1 -1", "-1 -1 -1"]


def test_kernel_settings_cannot_be_changed() -> None:
    """The settings below /proc/sys, also those of the box's own network, are read-only to the program."""
    paths = ("net/ipv4/ip_local_port_range", "net/ipv4/tcp_syncookies", "kernel/hostname", "vm/overcommit_memory")
    assert not {"done"} & set(tries("\n".join(f"open('/proc/sys/{path}', 'w').write('1')" for path in paths)))


def test_memory_and_messages_of_the_kernel_are_closed() -> None:
    """Neither the kernel's memory nor its log can be read."""
    paths = ("/proc/kcore", "/proc/kmsg", "/dev/kmsg", "/dev/mem", "/proc/sysrq-trigger")
    assert not {"done"} & set(tries("\n".join(f"open('{path}', 'rb').read(1)" for path in paths)))

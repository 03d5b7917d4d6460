"""Programs that meet nobody: another port, another host, another kind of socket, the other role."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from grader.diagnose.caught import at_caught, caught
from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, at_call, at_name, both, calls, code, either, first_of, no, role, stopped, uses
from grader.diagnose.others import does_role, is_peers
from grader.diagnose.todos import follows
from grader.diagnose.trace import Place
from grader.diagnose.words import plain
from grader.verdicts import Finding

ANY_HOST = ("0.0.0.0", "", "::")

CONNECTS = ("connect", "connect_ex", "create_connection", "open_connection")

unmet = code("never-listens", "listens-elsewhere", "never-connects", "connection-failed", "connects-elsewhere")
elsewhere = code("listens-elsewhere", "connects-elsewhere", "connection-failed")
BINDS = ("bind", "create_server", "start_server", "TCPServer", "ThreadingTCPServer")


def address_calls(finding: Finding, clues: Clues) -> Place | None:
    """The call that is given the address: of the kind that the role makes, else of the other."""
    first, second = (BINDS, CONNECTS) if clues.role == "server" else (CONNECTS, BINDS)
    return at_call(*first, *second)(finding, clues)


def host_of(finding: Finding, clues: Clues) -> str:
    """The host that the program uses."""
    return str(finding.facts.get("host", clues.record.host)).removeprefix("::ffff:")


def port_of(finding: Finding, clues: Clues) -> int:
    """The port that the program uses."""
    port = finding.facts.get("port", clues.record.port)
    return port if isinstance(port, int) else -1


def same_host(finding: Finding, clues: Clues) -> bool:
    """Whether the host is the assignment's, or reaches it."""
    return host_of(finding, clues) in (clues.expected_host, "localhost", *ANY_HOST)


def same_port(finding: Finding, clues: Clues) -> bool:
    """Whether the port is the assignment's."""
    return port_of(finding, clues) == clues.expected_port


def at_value(*values: object, clues: Clues) -> Place | None:
    """The line where one of these values is written, preferably where a name gets it that the program uses."""
    used = {name for source in clues.sources for name in source.loads}
    for source in clues.sources:
        found = [(name, line) for name, value, line in source.constants if type(value) is not bool and value in values]
        idle = {line for name, line in found if name and name not in used}
        named = [line for name, line in found if name in used]
        lines = [*named, *sorted(line for name, line in found if not name and line not in idle), *sorted(idle)]
        if lines:
            return Place(file=source.path, line=lines[0])
    return None


def at_port(finding: Finding, clues: Clues) -> Place | None:
    """The line that gives the port, else the call that uses it."""
    port = port_of(finding, clues)
    return at_value(port, str(port), clues=clues) or address_calls(finding, clues)


def at_host(finding: Finding, clues: Clues) -> Place | None:
    """The line that gives the host, else the call that uses it."""
    return at_value(host_of(finding, clues), clues=clues) or address_calls(finding, clues)


def does(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The verb for what the program does with its address."""
    verbs = {"listens-elsewhere": "listens on", "connects-elsewhere": "connects to"}
    return {"does": verbs.get(finding.code, "asks for")}


def is_name(finding: Finding, clues: Clues) -> bool:
    """Whether the host is a name rather than a number, and not one that means this machine."""
    host = host_of(finding, clues)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host not in ("localhost", "")
    return False


def random_port(finding: Finding, clues: Clues) -> bool:
    """Port 0 was asked for: any free port."""
    return any(dial.port == 0 for dial in clues.dials("bind"))


def is_ipv6(finding: Finding, clues: Clues) -> bool:
    """The address is an IPv6 one, or the sockets are of that family."""
    rows = any(row.protocol == "tcp6" for row in clues.record.sockets)
    return ":" in host_of(finding, clues) or (clues.uses("AF_INET6") and (rows or not clues.record.sockets))


def is_udp(finding: Finding, clues: Clues) -> bool:
    """UDP sockets were seen, or only such sockets are made."""
    seen = any(row.protocol.startswith("udp") for row in clues.record.sockets)
    return seen or (clues.uses("SOCK_DGRAM") and not clues.uses("SOCK_STREAM"))


def is_unix(finding: Finding, clues: Clues) -> bool:
    """The address was a path."""
    return clues.uses("AF_UNIX") and not clues.uses("AF_INET")


def no_bind_seen(finding: Finding, clues: Clues) -> bool:
    """No address was asked for by bind."""
    return not clues.dials("bind")


def hides_errors(finding: Finding, clues: Clues) -> bool:
    """No exception shows, and there is an except block that shows none."""
    return clues.trace is None and any(one.silent_handlers for one in clues.sources)


def at_handler(finding: Finding, clues: Clues) -> Place | None:
    """The except block that swallows errors."""
    return next(
        (Place(file=one.path, line=one.silent_handlers[0]) for one in clues.sources if one.silent_handlers), None
    )


def asked_to(call: str, other: str, clues: Clues) -> bool:
    """The program asked for `call`, or says so and came to nothing, and never for `other`."""
    if clues.record.dials:
        return bool(clues.dials(call)) and not clues.dials(other)
    return clues.uses(call) and not clues.uses(other)


def is_swapped(finding: Finding, clues: Clues) -> bool:
    """The server's file connects and does not listen, or the client's file binds and listens and does not connect."""
    if clues.role == "server":
        return asked_to("connect", "bind", clues) and not clues.uses("listen", "create_server")
    return asked_to("bind", "connect", clues) and clues.uses("listen", "accept") and not clues.uses(*CONNECTS)


def dials_itself(finding: Finding, clues: Clues) -> bool:
    """The program asked for a connection to the port at which it listens itself."""
    return any(dial.port == clues.record.port for dial in clues.dials("connect"))


def swap_words(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What may have happened: two files that do each other's work, or one that is the wrong one."""
    swapped = any(does_role(path, clues.role, clues) for path in clues.texts if path != clues.record.file)
    return {"guess": "the two files seem to be swapped" if swapped else "it seems to be the wrong file"}


def same_work(finding: Finding, clues: Clues) -> str:
    """Another file that does the other role's work too, where none does this one's; else an empty string."""
    others = [path for path in sorted(clues.texts) if path != clues.record.file]
    if any(does_role(path, clues.role, clues) for path in others):
        return ""
    return next((path for path in others if is_peers(path, clues)), "")


KINDS = (
    Entry(
        id="both-in-one",
        applies=both(
            either(
                unmet,
                both(role("server"), code("exit-status", "does-not-end")),
                both(role("server"), code("server-silent", "address-not-printed"), dials_itself),
                both(role("client"), code("refusal-hidden", "claims-success")),
            ),
            calls("accept"),
            calls(*CONNECTS),
            lambda finding, clues: (
                bool(clues.dials("bind"))
                and clues.main.parsed
                and (clues.role == "client" or bool(clues.dials("connect")))
            ),
        ),
        reason="Your {file} holds the server and the client in one: it listens and connects by itself.",
        next_step="Put the server's part into its own file and the client's into the other. Each runs by itself.",
        line=at_call("accept", "connect"),
    ),
    Entry(
        id="same-work-twice",
        applies=both(unmet, is_swapped, lambda finding, clues: bool(same_work(finding, clues))),
        reason="Your {file} does the work of the {peer}, and so does your {other}: there is no {role} in your hand-in.",
        next_step="Look for your {role} on your computer, and hand it in as {file}.",
        line=first_of(at_call("connect", "create_connection", "open_connection"), at_call("bind", "create_server")),
        fill=lambda finding, clues: {"other": plain(same_work(finding, clues))},
    ),
    Entry(
        id="roles-swapped",
        applies=both(unmet, is_swapped),
        reason="Your {file} does the work of the {peer}: {guess}.",
        next_step="The server's file binds, listens and accepts; the client's file connects. Check the file names.",
        fill=swap_words,
        line=first_of(at_call("connect", "create_connection", "open_connection"), at_call("bind", "create_server")),
    ),
    Entry(
        id="udp",
        applies=both(unmet, is_udp),
        reason="Your {role} uses UDP (SOCK_DGRAM), which has no connections; the assignment is about TCP.",
        next_step="Make the socket of the kind that TCP uses, SOCK_STREAM.",
        line=at_name("SOCK_DGRAM", "UDPServer", "ThreadingUDPServer", "create_datagram_endpoint"),
    ),
    Entry(
        id="unix-socket",
        applies=both(unmet, is_unix),
        reason="Your {role} uses a Unix socket (AF_UNIX), whose address is a file; the assignment is about TCP.",
        next_step="Make the socket of the family that has hosts and ports, AF_INET.",
        line=at_name("AF_UNIX"),
    ),
    Entry(
        id="ipv6",
        applies=both(unmet, is_ipv6),
        reason="Your {role} uses IPv6; the assignment's address, {expected_host}, is an IPv4 address.",
        next_step="Make the socket of the family AF_INET, and use the host of the assignment.",
        line=first_of(at_name("AF_INET6"), at_host),
    ),
)

WRONG_ADDRESS = (
    Entry(
        id="bind-swallowed",
        applies=both(code("listens-elsewhere"), calls("bind"), no_bind_seen, hides_errors),
        reason="Your server's bind does not work, and an except block hides why; it then listens where nobody "
        "looks for it.",
        next_step="Take the try and except out, or print the error, and run it again: the message names the mistake.",
        line=at_call("bind"),
    ),
    Entry(
        id="bind-missing",
        applies=both(
            code("listens-elsewhere"), lambda finding, clues: not clues.dials("bind") and not clues.uses("bind")
        ),
        reason="Your server listens without bind, so the system gives it some free port, which nobody knows of.",
        next_step="Call bind before listen: it gives the socket the address at which clients look for it.",
        line=at_call("listen"),
    ),
    Entry(
        id="port-zero",
        applies=both(code("listens-elsewhere"), random_port),
        reason="Your server asks for port 0, which means any free port, another one each time.",
        next_step="Use the port of the assignment, {expected_port}.",
        line=lambda finding, clues: at_value(0, clues=clues) or address_calls(finding, clues),
    ),
    Entry(
        id="host-name",
        applies=both(code("connection-failed"), is_name),
        reason="Your {role} {does} the host {host}; the assignment says {expected_host}.",
        next_step="Give HOST the value of the assignment.",
        line=at_host,
        fill=does,
    ),
    Entry(
        id="wrong-port",
        applies=both(elsewhere, same_host, no(same_port)),
        reason="Your {role} {does} port {port}; the assignment says port {expected_port}.",
        next_step="Give PORT the value of the assignment, in both programs.",
        line=at_port,
        fill=does,
    ),
    Entry(
        id="wrong-host",
        applies=both(elsewhere, no(same_host), same_port),
        reason="Your {role} {does} the host {host}; the assignment says {expected_host}.",
        next_step="Give HOST the value of the assignment, in both programs.",
        line=at_host,
        fill=does,
    ),
    Entry(
        id="wrong-address",
        applies=both(elsewhere, no(same_host), no(same_port)),
        reason="Your {role} {does} {host}, port {port}; the assignment says {expected_host}, port {expected_port}.",
        next_step="Give HOST and PORT the values of the assignment, in both programs.",
        line=at_port,
        fill=does,
    ),
)

MISSING_ACCEPT = (
    Entry(
        id="never-accepts",
        applies=both(
            code("never-listens", "address-not-printed", "server-silent"),
            uses("listen", "create_server"),
            no(uses("accept", "sock_accept", "serve_forever", "handle_request", "start_server", "TCPServer")),
            no(both(uses("create_server"), uses("asyncio"))),
            no(stopped("cpu", "output", "memory")),
            follows,
        ),
        reason="Your server listens and never takes a client's connection.",
        next_step="Call accept after listen: it waits for a client and gives you the connection to it.",
        line=at_call("listen", "create_server"),
    ),
)

MISSING_CALLS = (
    Entry(
        id="no-listen-call",
        applies=both(
            code("never-listens"),
            lambda finding, clues: bool(clues.dials("bind")) and not clues.uses("listen") and clues.main.parsed,
            lambda finding, clues: clues.uses("bind"),
        ),
        reason="Your server binds its socket to the address and never makes it listen, so no client can connect.",
        next_step="Call listen after bind: it makes the socket ready for clients.",
        line=at_call("bind"),
    ),
    Entry(
        id="no-connect-call",
        applies=both(
            code("never-connects"),
            uses("socket"),
            no(uses("connect", "connect_ex", "create_connection", "open_connection", "sock_connect")),
        ),
        reason="Your client makes a socket and never connects it to the server.",
        next_step="Call connect before anything is sent: it establishes the connection to the server's address.",
        line=at_name("SOCK_STREAM", "socket"),
    ),
)  # fmt: skip

AT_A_LOSS = code("never-listens", "never-connects", "server-silent", "client-silent", "address-not-printed",
                 "reply-not-printed")  # fmt: skip

SWALLOWED = (
    Entry(
        id="error-caught",
        applies=both(AT_A_LOSS, caught),
        reason="Your {role} does not do its work: it meets an error, and an except block{on_line} takes it.",
        next_step="Take the try and except out, or let the block call traceback.print_exc, and run it again: Python's "
        "message names the mistake and its line.",
        line=at_caught,
    ),
    Entry(
        id="error-swallowed",
        applies=both(
            code(
                "never-listens",
                "listens-elsewhere",
                "never-connects",
                "server-silent",
                "client-silent",
                "address-not-printed",
                "reply-not-printed",
            ),
            hides_errors,
            either(lambda finding, clues: clues.record.exit_code == 0, code("listens-elsewhere")),
        ),
        reason="Your {role} does not do its work and shows no error: an except block in it hides what went wrong.",
        next_step="Take the try and except out, or print the error, and run it again: the message names the mistake.",
        line=at_handler,
    ),
)

ADDRESS_ADVICE = (
    Entry(
        id="listens-everywhere",
        applies=both(
            role("server"),
            lambda finding, clues: any(row.state == "listen" and row.host in ANY_HOST for row in clues.record.sockets),
        ),
        reason="Your server listens at every address of the machine, so that it is open to the whole network, "
        "not only to clients on the same machine.",
        next_step="This works. To let in clients of the same machine only, bind to 127.0.0.1.",
        line=lambda finding, clues: at_value("0.0.0.0", "", "::", clues=clues) or address_calls(finding, clues),
    ),
    Entry(
        id="connects-to-any",
        applies=both(
            role("client"), lambda finding, clues: any(one.host in ANY_HOST for one in clues.dials("connect"))
        ),
        reason="Your client connects to an address that means every address of a machine; that works on some "
        "systems only.",
        next_step="Connect to the address at which the server runs, 127.0.0.1.",
        line=lambda finding, clues: at_value("0.0.0.0", "", "::", clues=clues) or address_calls(finding, clues),
    ),
    Entry(
        id="shadowing-file",
        applies=lambda finding, clues: bool(clues.shadows) and clues.shadows != (clues.record.file,),
        reason="Your hand-in has a file {shadow}, which has the name of a module of Python's own.",
        next_step="It does no harm here; give it another name all the same, before an import finds it by mistake.",
        fill=lambda finding, clues: {"shadow": clues.shadows[0][:120]},
    ),
)

"""Programs that wait too short, for too much, or not at all, and leave a part unread. One record for each entry."""

from __future__ import annotations

import pytest
from diagnosed import REPLIED, REPLY, Case, check, client, on_client
from records import GREETING, events

TAIL = 'data = s.recv(1024)\nprint("Received", repr(data))\n'
OWN_ERROR = """try:
    data = s.recv(1024)
    if len(data) != 5:
        raise ValueError("not whole")  # <--
    print("Received", data)
except ValueError as error:
    print("problem:", error)
"""
HASTY = """reply = None
def take():
    global reply
    reply = s.recv(1024)
worker = threading.Thread(target=take)
worker.start()
worker.join({limit})  # <--
print("Received", reply)
"""
GIVES_UP = """data = b""
try:
    data = s.makefile("rb").{reads}  # <--
except TimeoutError:
    print("too late")
print("Received", data)
"""
TASK = """import asyncio
async def talk():
    reader, writer = await asyncio.open_connection("127.0.0.1", 65432)
    writer.write(b"Hello, world")
    print("Received", await reader.read(1024))
async def main():
    asyncio.create_task(talk())  # <--
asyncio.run(main())
"""
ROUND = """while True:  # <--
    s.sendall(b"Hello, world")
    data = s.recv(1024)  # !!
    print("Received", data)
"""
AGAIN = (("received", GREETING), ("sent", GREETING))
PATIENCE = [
    *(
        on_client(
            entry,
            "does-not-end",
            client((TAIL, ROUND if entry == "loops-on" else ROUND.replace("# <--", "").replace("# !!", "# <--"))),
            waits=True,
            record={"stopped": stopped, "events": events("accepted", *AGAIN * turns, ("received", GREETING))},
        )
        for entry, stopped, turns in [
            ("loops-on", "stuck", 32),
            ("loops-on", "finished", 32),
            ("waits-for-more", "stuck", 12),
        ]
    ),
    on_client(
        "own-error-unprinted",
        "reply-not-printed",
        client((TAIL, OWN_ERROR)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"problem: not whole\n"},
    ),
    on_client(
        "join-too-short",
        "reply-not-printed",
        client((TAIL, HASTY.format(limit="timeout=0.01"))),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received None\n"},
    ),
    on_client(
        "reply-not-printed",
        "reply-not-printed",
        client((TAIL, HASTY.format(limit="timeout=10").replace("# <--", "").replace("reply)", "reply)  # <--"))),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received None\n"},
    ),
    *(
        on_client(
            "gives-up-on-reply",
            "reply-not-printed",
            client(("s.connect", "s.settimeout(1)\ns.connect"), (TAIL, GIVES_UP.format(reads=reads))),
            finding=REPLY,
            record={"events": events(*REPLIED), "stdout": printed},
        )
        for reads, printed in [("readline()", b"Received b''\n"), ("read(100)", b""), ("readline()", b"too late\n")]
    ),
    *(
        on_client(
            "reply-left-unread",
            "reply-not-printed",
            client(("recv(1024)", f"recv({size})  # <--"), ("repr(data)", "b'Hello'")),
            finding=REPLY,
            record={"events": events(*REPLIED, "reset"), "stdout": printed},
        )
        for size, printed in [("1", b"Received b'Hello'\n"), ("len('78OnerLHZQv')", b"Received b'78OnerLHZQv'\n")]
    ),
    on_client(  # the end of the stream ends its line, long before the time is up
        "printed-length",
        "reply-not-printed",
        client(
            ("s.connect", "s.settimeout(5)\ns.connect"),
            (TAIL, 's.shutdown(socket.SHUT_WR)\ndata = s.makefile("rb").readline()\nprint(len(data))  # <--\n'),
        ),
        finding=REPLY,
        record={"events": events(*REPLIED, "fin-received", "fin-sent"), "stdout": b"12\n"},
    ),
    on_client(  # nobody knows whether that is less than the reply has
        "printed-length",
        "reply-not-printed",
        client(("recv(1024)", 'recv(int(os.environ["SIZE"]))'), ("repr(data))", "len(data))  # <--")),
        finding=REPLY,
        record={"events": events(*REPLIED, "reset"), "stdout": b"Received 12\n"},
    ),
    *(  # the work is done by what the task calls; or by something else
        on_client(entry, "client-silent", source, record={"events": events("accepted")})
        for entry, source in [
            ("task-cut-off", TASK.replace("(talk())", "(whole())") + "async def whole():\n    await talk()\n"),
            (
                "client-silent",
                TASK.replace("(talk())  # <--", "(tick())").replace("main():\n", "main():\n    await talk()\n")
                + 'async def tick():\n    print("tick")\n',
            ),
        ]
    ),
    on_client("task-cut-off", "client-silent", TASK, record={"events": events("accepted")}),
    on_client("task-cut-off", "refusal-hidden", TASK),
    on_client(
        "client-silent",
        "client-silent",
        TASK.replace("# <--", "").replace("    asyncio.create_task(talk())", "    await asyncio.create_task(talk())"),
        record={"events": events("accepted")},
    ),
]


@pytest.mark.parametrize("case", PATIENCE, ids=lambda case: f"{case.role}-{case.entry}-{case.code}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)

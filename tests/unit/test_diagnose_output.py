"""Output that goes where nobody looks, or that nobody can read; and texts to end with."""

from __future__ import annotations

import pytest
from diagnosed import REPLIED, REPLY, Case, check, client, made, mark, on_client, on_server, server
from records import events

from grader.diagnose import explain
from grader.model import Limits

SAID = {"events": events(*REPLIED), "stdout": b"Client is up\nDone, with 12 bytes\n"}
TOLD = 'print("Client is up")\n'


def reply_to(change: str, before: str = "", entry: str = "printed-elsewhere") -> Case:
    """A client that has its reply, says other things, and does this with it."""
    source = TOLD + client(('print("Received", repr(data))', before + change))
    return on_client(entry, "reply-not-printed", source, finding=REPLY, record=SAID)


OUTPUT = [
    on_client(
        "printed-wide",
        "reply-not-printed",
        client(("HOST =", 'sys.stdout.reconfigure(encoding="utf-16")  # <--\nHOST =')),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": "Received b'78OnerLHZQvl'\n".encode("utf-16")},
    ),
    on_server(
        "printed-wide",
        "address-not-printed",
        server(("HOST =", 'sys.stdout = open(1, "w", encoding="utf-32")  # <--\nHOST =')),
        finding={"facts": {"address": "127.0.0.1:41023"}},
        record={"stdout": "Connected by ('127.0.0.1', 41023)\n".encode("utf-32")},
    ),
    reply_to('print("Received", repr(data), file=notes)  # <--'),
    reply_to('  print(f"Received {data!r}")  # <--', "with redirect_stdout(io.StringIO()):\n"),
    reply_to('print(text)  # <--', 'text = data.decode()\nsys.stdout = open("log.txt", "w")\n', "output-kept-back"),
    reply_to('print("Received %r" % text, file=log)  # <--', "text = data.decode()\n"),
    on_server(
        "printed-elsewhere",
        "address-not-printed",
        'print("Server is up")\n' + server(("by\", addr)", "by\", addr, file=log)" + mark)),
        record={"stdout": b"Server is up\n"},
    ),
    reply_to('log.debug("Received %r", data)  # <--', "import logging\n", "logged-unseen"),
    reply_to('logging.info(f"Received {data!r}")  # <--', "import logging\n", "logged-unseen"),
    *(
        on_server("exits-with-text", "exit-status", source, record={"exit_code": 1, "stderr": shown})
        for source, shown in [
            (server() + 'sys.exit("Goodbye!")  # <--\n', b"Goodbye!\n"),
            (server() + 'raise SystemExit(f"Served {addr}")  # <--\n', b"Served ('127.0.0.1', 4)\n"),
            ("def main():\n    return data\nsys.exit(main())  # <--\n", b"b'Hello'\n"),
            ('sys.exit("No such host")\nquit("Good" + "bye")  # <--\n', b"Goodbye\n"),
        ]
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", OUTPUT, ids=lambda case: f"{case.role}-{case.entry}")
def test_output_that_is_not_seen_is_explained(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    if case.entry == "output-kept-back":
        case.source = case.source.replace("  # <--", "").replace('"w")', '"w")  # <--')
    check(case)


@pytest.mark.parametrize(
    "change",
    [
        "print(data[:3].hex())\nprint(data, file=log)",
        "print('Received', data.title(), file=sys.stdout)",
        "print('Received', len(data), file=sys.stderr)",
        "print('note', file=log)",
        "sys.stdout.write(data.hex())\nprint(data, file=log)",
        "import logging\nlogging.info('%r', data)\nprint(data.hex())",
        "import logging\nlogging.info('Done, with %d bytes', len(data))",
    ],
)
def test_what_else_is_wrong_with_a_print_is_no_matter_of_where_it_goes(change: str) -> None:
    """The reply is printed to the output as well, or only other things go elsewhere."""
    finding, sources = made(reply_to(change))
    assert explain(finding, sources, "", Limits()).id not in ("printed-elsewhere", "logged-unseen")


@pytest.mark.parametrize("change", ['print(data.decode("ascii").title())', 'print("Received {}".format(data[0]))'])
def test_a_print_whose_words_may_well_have_been_shown_was_reached(change: str) -> None:
    """The name of an encoding is not printed, and a text with places is printed with what is put into them."""
    case = reply_to(change)
    case.record["stdout"] = b"Client is up\nReceived 72\n"
    finding, sources = made(case)
    assert explain(finding, sources, "", Limits()).id != "print-passed-over"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("sys.exit(1)\n", b""),
        ("sys.exit(main())\n", b""),
        ('print("it failed", file=sys.stderr)\nsys.exit(main())\n', b"it failed\n"),
        ('print("it failed", file=sys.stderr)\nif bad:\n    sys.exit("never")\nsys.exit(1)\n', b"it failed\n"),
        ("code = 1\nsys.exit(code)\n", b"a warning\n"),
    ],
)
def test_a_status_is_no_text(source: str, told: bytes) -> None:
    """What was not shown on stderr, or by something else, was not handed to exit."""
    case = on_server("", "exit-status", source, record={"exit_code": 1, "stderr": told})
    finding, sources = made(case)
    assert explain(finding, sources, "", Limits()).id != "exits-with-text"


@pytest.mark.parametrize(
    ("line", "step"),
    [('input("Press Enter to exit...")', "Take this line out"), ("name = input()", "Take the input call out")],
)
def test_a_key_to_be_pressed_at_the_end_is_told_from_a_question(line: str, step: str) -> None:
    """Only where the result is used is there something to be put in its place."""
    case = on_client("", "does-not-end", client() + line + "  # <--\n", "EOFError: EOF when reading a line")
    finding, sources = made(case)
    found = explain(finding, sources, "", Limits())
    assert (found.id, found.next_step.startswith(step)) == ("needs-keyboard", True)
    assert "nobody presses a key" in found.reason

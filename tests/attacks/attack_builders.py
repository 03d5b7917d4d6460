"""Hand-ins that no repository should hold: links, devices, archives, names. Made by the tests when they run.

A function for each attack of that name (dashes become underscores): it puts the hand-in into the class's folder and
returns the ids under which it appears in the results.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import shutil
import socket
import stat
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attack_suite import Bait

ROOT = Path(__file__).parents[2]
FILES = {name: (ROOT / "solutions" / name).read_bytes() for name in ("echo-server.py", "echo-client.py", "answers.md")}


def folder_of(students: Path, name: str, *omitted: str) -> Path:
    """A new hand-in that is right, but for the files that are left out."""
    made = students / name
    made.mkdir()
    for file, data in FILES.items():
        if file not in omitted:
            (made / file).write_bytes(data)
    return made


# --- links and other things that are no files -----------------------------------------------------------------------


def links_to_a_secret(students: Path, bait: Bait) -> Iterator[str]:
    """Everything that is asked for is a link to the host's secret; a folder of helpers is one to its folder."""
    made = folder_of(students, "links-to-a-secret", *FILES)
    for file in FILES:
        (made / file).symlink_to(bait.file)
    (made / "helpers").symlink_to(bait.folder)
    (made / "up").symlink_to("../..")
    yield made.name


def links_for_chown(students: Path, bait: Bait) -> Iterator[str]:
    """Names under which graders make or mend files, all of them links to the host's."""
    made = folder_of(students, "links-for-chown", "answers.md")
    for name in ("answers.md", "feedback.md", "feedback.html", "results.json", "__pycache__", ".grade", "tmp", "build"):
        (made / name).symlink_to(bait.file if "." in name.strip(".") else bait.folder)
    yield made.name


def is_a_link(students: Path, bait: Bait) -> Iterator[str]:
    """A whole hand-in that lies elsewhere."""
    (students / "is-a-link").symlink_to(bait.folder)
    yield "is-a-link"


def links_nowhere(students: Path, bait: Bait) -> Iterator[str]:
    """Dangling, looping, and too long a chain."""
    made = folder_of(students, "links-nowhere", "echo-client.py")
    (made / "echo-client.py").symlink_to("nowhere")
    (made / "loop").symlink_to("loop")
    (made / "a").symlink_to("b")
    (made / "b").symlink_to("a")
    (made / "self").symlink_to(".")
    for number in range(60):
        (made / f"chain{number}").symlink_to(f"chain{number + 1}")
    yield made.name


def hard_links_a_secret(students: Path, bait: Bait) -> Iterator[str]:
    """A second name of the secret."""
    made = folder_of(students, "hard-links-a-secret", "answers.md")
    os.link(bait.file, made / "answers.md")
    yield made.name


def holds_pipes_and_devices(students: Path, bait: Bait) -> Iterator[str]:
    """What blocks, or never ends, when it is opened. Devices can be made by root only; links to them are for all."""
    made = folder_of(students, "holds-pipes-and-devices", *FILES)
    os.mkfifo(made / "echo-server.py")
    with socket.socket(socket.AF_UNIX) as sock, contextlib.chdir(made):
        sock.bind("echo-client.py")
    with contextlib.suppress(PermissionError):
        os.mknod(made / "answers.md", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    (made / "zero.py").symlink_to("/dev/zero")
    yield made.name


# --- names and trees ------------------------------------------------------------------------------------------------

ODD = (
    "--out=x", "-rf", "new\nline", "\u202egnp.exe", "😀 smile", "$(touch owned)", "`touch owned`", "a'b\"c",
    "%2e%2e%2f", "x..\\..\\owned", "con", "tab\tbed", "\x1b]0;OWNED\x07", "trailing ", "<b>bold<b>", "&amp;", "NUL",
    "x" * 200,
)  # fmt: skip


def has_odd_names(students: Path, bait: Bait) -> Iterator[str]:
    """Hand-ins that are called oddly, with files in them that are; and one name that is no text at all."""
    for name in ODD:
        made = folder_of(students, name, "echo-client.py")
        for odd in ODD:
            (made / f"{odd}.txt").write_bytes(b"x")
        yield name
    raw = os.fsencode(students) + b"/no-text-\xff\xfe"
    os.mkdir(raw)
    for file, data in FILES.items():
        with open(raw + b"/" + os.fsencode(file), "wb") as out:
            out.write(data)
    yield "no-text-"


def clashes_by_case(students: Path, bait: Bait) -> Iterator[str]:
    """On some disks these are one folder, and their pages one file."""
    for name in ("clashes-by-case", "Clashes-By-Case", "CLASHES-BY-CASE"):
        made = folder_of(students, name)
        (made / "Echo-Server.py").write_bytes(b"print('the other one')\n")
        yield name


def holds_fifty_thousand_files(students: Path, bait: Bait) -> Iterator[str]:
    """Empty ones: to be listed is all that they are for."""
    made = folder_of(students, "holds-fifty-thousand-files")
    for number in range(50_000):
        os.close(os.open(made / f"file-{number}.txt", os.O_CREAT | os.O_WRONLY))
    yield made.name


def is_deep(students: Path, bait: Bait) -> Iterator[str]:
    """Deeper than anybody's homework; not so deep that the tools which clean up after tests fail on it."""
    made = folder_of(students, "is-deep", "echo-client.py")
    here = os.open(made, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("deeper", dir_fd=here)
        below = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("echo-client.py", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    yield made.name


def is_a_sparse_giant(students: Path, bait: Bait) -> Iterator[str]:
    """Holes cost nothing on the disk, and everything when they are read."""
    made = folder_of(students, "is-a-sparse-giant", "echo-client.py")
    with open(made / "echo-client.py", "wb") as out:
        out.truncate(1 << 40)
    yield made.name


# --- archives -------------------------------------------------------------------------------------------------------


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip in memory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def is_a_zip_bomb(students: Path, bait: Bait) -> Iterator[str]:
    """A hundred and fifty kilobytes that unpack to 256 MB: enough to tell, and quickly made."""
    with zipfile.ZipFile(students / "is-a-zip-bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in ("echo-server.py", "echo-client.py", "answers.md", "helper.py"):
            with archive.open(name, "w") as out:
                for _ in range(64):
                    out.write(bytes(1 << 20))
    yield "is-a-zip-bomb"


def is_a_tar_bomb(students: Path, bait: Bait) -> Iterator[str]:
    """A gzip stream that unpacks to a thousand times its size."""
    with gzip.open(students / "is-a-tar-bomb.tar.gz", "wb", compresslevel=9) as out:
        info = tarfile.TarInfo("echo-server.py")
        info.size = 200 << 20
        out.write(info.tobuf())
        for _ in range(200):
            out.write(bytes(1 << 20))
    yield "is-a-tar-bomb"


def outside_names(bait: Bait) -> list[str]:
    """Names of members that lead out of wherever an archive is unpacked."""
    return [f"{'../' * 12}{bait.folder}/slipped", f"{bait.folder}/slipped", "../slipped", "..\\slipped", "C:\\slipped"]


def slips_out_of_a_zip(students: Path, bait: Bait) -> Iterator[str]:
    """Members above the top, absolute ones, and a link that later members go through."""
    with zipfile.ZipFile(students / "slips-out-of-a-zip.zip", "w") as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
        for name in outside_names(bait):
            archive.writestr(name, "slipped")
        link = zipfile.ZipInfo("door")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, str(bait.folder))
        archive.writestr("door/slipped", "slipped")
    yield "slips-out-of-a-zip"


def slips_out_of_a_tar(students: Path, bait: Bait) -> Iterator[str]:
    """The same with what only a tar can hold: hard links, devices, owners, set-user-id bits."""
    with tarfile.open(students / "slips-out-of-a-tar.tar", "w") as archive:

        def add(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, target: str = "") -> None:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size, info.mode, info.uid = kind, target, len(data), 0o6777, 0
            archive.addfile(info, io.BytesIO(data))

        for name, data in FILES.items():
            add(name, data)
        for name in outside_names(bait):
            add(name, b"slipped")
        add("door", kind=tarfile.SYMTYPE, target=str(bait.folder))
        add("door/slipped", b"slipped")
        add("second-name", kind=tarfile.LNKTYPE, target=str(bait.file))
        add("pipe", kind=tarfile.FIFOTYPE)
        add("device", kind=tarfile.CHRTYPE)
    yield "slips-out-of-a-tar"


def is_encrypted(students: Path, bait: Bait) -> Iterator[str]:
    """The flag alone makes it one that asks for a password."""
    data = bytearray(zip_bytes(FILES))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    (students / "is-encrypted.zip").write_bytes(data)
    yield "is-encrypted"


def is_damaged(students: Path, bait: Bait) -> Iterator[str]:
    """Cut off in the middle of its table of contents."""
    (students / "is-damaged.zip").write_bytes(zip_bytes(FILES)[:-40])
    yield "is-damaged"


def nests_archives(students: Path, bait: Bait) -> Iterator[str]:
    """Only the innermost would hold anything."""
    data = zip_bytes(FILES)
    for _ in range(40):
        data = zip_bytes({"inner.zip": data})
    (students / "nests-archives.zip").write_bytes(data)
    yield "nests-archives"


# --- answers --------------------------------------------------------------------------------------------------------

HEADED = b"## Question 1\n\nIt binds the socket to an address.\n\n## Question 2\n\nIt connects.\n"


def answers_in_ten_megabytes(students: Path, bait: Bait) -> Iterator[str]:
    """Long as a whole, long in lines, long in one line."""
    line = b"bind gives the socket its address and port, not the client. " * 2
    for number, data in enumerate((line * 90_000, (line[:99] + b"\n") * 100_000, b"\n" * 10_000_000)):
        made = folder_of(students, f"answers-in-ten-megabytes-{number}", *FILES)
        (made / "answers.md").write_bytes(HEADED + data)
        yield made.name


def answers_in_no_encoding(students: Path, bait: Bait) -> Iterator[str]:
    """What is no UTF-8, what is another encoding, and what C strings end at."""
    text = HEADED.decode()
    for number, data in enumerate((
        HEADED + b"\xff\xfe\xc3\x28\xed\xa0\x80" * 1000, text.encode("utf-16"), text.encode("utf-16-le"),
        text.encode("utf-32"), HEADED.replace(b" ", b"\0"), b"\0" * 100_000, b"\xef\xbb\xbf" * 1000 + HEADED,
    )):  # fmt: skip
        made = folder_of(students, f"answers-in-no-encoding-{number}", *FILES)
        (made / "answers.md").write_bytes(data)
        yield made.name


def answers_that_bait(students: Path, bait: Bait) -> Iterator[str]:
    """Text on which a careless search, a careless page or a careless parser spends for ever."""
    yaml_bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    )
    baits = ("ä" + "\u0301\u0321\u0489" * 30_000, "(" * 50_000, "a" * 50_000 + "!", " " * 90_000 + "x", "* _ " * 25_000,
             "[" * 30_000 + "](" * 30_000, "<!--" * 25_000, "Question 1" * 10_000, yaml_bomb, "\u202e\u2066" * 40_000,
             "bind " * 20_000, "not " * 25_000, "> " * 40_000 + "x", "```\n" * 25_000)  # fmt: skip
    for number, text in enumerate(baits):
        made = folder_of(students, f"answers-that-bait-{number:02}", *FILES)
        (made / "answers.md").write_bytes(HEADED + text.encode("utf-8"))
        yield made.name


# --- modules and settings -------------------------------------------------------------------------------------------

HIJACK = """
try:
    with open({canary!r}, "a") as out:  # a file of the host, which a box does not have
        out.write(__name__ + " from " + __file__ + "\\n")
except OSError:
    pass
"""
MODULES = (
    "conftest", "sitecustomize", "usercustomize", "setup", "test_it", "helper", "json", "asyncio", "re", "sqlite3",
    "yaml", "msgspec", "click", "jinja2", "rich", "pydantic", "rapidfuzz", "pyseccomp", "zipfile", "inside", "program",
)  # fmt: skip
SETTINGS = {
    "evil.pth": "import helper\n",
    "pytest.ini": "[pytest]\naddopts = -p helper\n",
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p helper"\n',
    "setup.cfg": "[tool:pytest]\naddopts = -p helper\n[options.entry_points]\npytest11 = helper = helper\n",
    "tox.ini": "[pytest]\naddopts = -p helper\n",
    ".env": "PYTHONPATH=.\nPYTHONSTARTUP=helper.py\nGRADE_RUBRIC=rubric.yaml\n",
    "rubric.yaml": "title: MY-OWN-RUBRIC\npoints: 100\nchecks: []\n",
}


def write_hijack(folder: Path, bait: Bait) -> None:
    """Modules and settings that a program started in `folder` might take for its own."""
    for module in MODULES:
        (folder / f"{module}.py").write_text(HIJACK.format(canary=bait.values["canary"]))
    for package in ("grader", "tests"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(HIJACK.format(canary=bait.values["canary"]))
    for name, text in SETTINGS.items():
        (folder / name).write_text(text)


def brings_its_own_modules(students: Path, bait: Bait) -> Iterator[str]:
    """Made here because the tools that test this project would take them for their own, too."""
    made = folder_of(students, "brings-its-own-modules", "echo-server.py", "echo-client.py")
    (made / "echo-client.py").write_text("print('Received nothing')\n")
    write_hijack(made, bait)
    yield made.name


# --- output ---------------------------------------------------------------------------------------------------------


def sends_formulas(students: Path, bait: Bait) -> Iterator[str]:
    """The attack's own files, handed in under names that a spreadsheet would compute."""
    for name in ("=cmd|' -C calc'!A1", "+1+1", "-2+3", "@SUM(1,2)", "\t=1+1", "＝1+1"):
        made = shutil.copytree(Path(__file__).parent / "sends-formulas", students / name)
        (made / "attack.yaml").unlink()
        yield name

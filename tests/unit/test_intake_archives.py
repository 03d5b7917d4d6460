"""Hand-ins that are archives: hostile, damaged, or made by an unusual program."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import random
import struct
import tarfile
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_intake_support import (
    ANSWERS,
    CLIENT,
    RUBRIC,
    SERVER,
    WHOLE,
    codes,
    found,
    note,
    paths,
    tar_of,
    tarred,
    write,
    zipped,
)

from grader.errors import SubmissionError
from grader.intake import bounds, find_submissions, read_folder
from grader.intake.archives import open_archive
from grader.intake.gather import gather
from grader.intake.recognise import recognise
from grader.intake.tars import BLOCK, MAX_EXTENSION_BYTES, Damaged, TooMuch, _pax_records, gunzip, tar_members
from grader.model import Submission

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

SECRET = b"not for the box\n"


def unpacked(data: bytes, name: str = "ada.zip") -> Submission:
    """The submission in an archive, which is in memory only."""
    with open_archive(data, name) as source:
        return recognise("ada", gather(source, RUBRIC), RUBRIC)


def refused(data: bytes, why: str) -> None:
    """The archive is an error of the hand-in that names it, says why, and ends in a next step."""
    with pytest.raises(SubmissionError, match=why) as error:
        unpacked(data)
    assert "ada.zip" in str(error.value)
    assert "Ask for" in str(error.value)


def member(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_of(*entries: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice
        for info, data in entries:
            archive.writestr(info, data)
    return buffer.getvalue()


def with_mode(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


@pytest.fixture
def pack(request: pytest.FixtureRequest) -> Callable[[dict[str, bytes]], bytes]:
    packs: dict[str, Callable[[dict[str, bytes]], bytes]] = {
        "zip": zipped,
        "tar": lambda files: tarred(files, "w"),
        "gz": tarred,
        "gnu": lambda files: tarred(files, "w", tarfile.GNU_FORMAT),
        "ustar": lambda files: tarred(files, "w", tarfile.USTAR_FORMAT),
    }
    return packs[request.param]


every_kind = pytest.mark.parametrize("pack", ["zip", "tar", "gz", "gnu", "ustar"], indirect=True)


# --- what is honest -------------------------------------------------------------------------------------------------


@every_kind
def test_every_kind_of_archive_is_read(pack: Callable[[dict[str, bytes]], bytes]) -> None:
    """Whatever the ending says, the bytes tell what it is."""
    submission = unpacked(pack(WHOLE | {"lib/ünï.txt": b"x", "lib/empty": b""}), "ada.tar")
    assert submission.programs == {"server": "echo-server.py", "client": "echo-client.py"}
    assert paths(submission) == ["answers.md", "echo-client.py", "echo-server.py", "lib/empty", "lib/ünï.txt"]
    assert submission.notes == ()


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("length", [99, 100, 101, 200])
def test_long_names_in_tars_are_whole(form: int, length: int) -> None:
    """Each format has its own way to write a name of more than 100 bytes."""
    name = "d" * (length - 60) + "/" + "f" * 59
    assert name in paths(unpacked(tarred(WHOLE | {name: b"x"}, "w", form)))


def test_backslashes_of_old_windows_programs_are_separators() -> None:
    """`work\\echo-server.py` is a file in the folder `work`."""
    assert unpacked(zipped({f"work\\{name}": data for name, data in WHOLE.items()})).notes == ()


def test_names_of_a_zip_made_on_a_mac_are_read(tmp_path: Path) -> None:
    """UTF-8 that the zip does not declare is UTF-8 all the same."""
    data = zipped({f"{name}/echo-server.py": SERVER for name in ("José", "Zoë")})
    (tmp_path / "class.zip").write_bytes(data.replace(b"\x00\x08", b"\x00\x00"))
    assert [each.id for each in find_submissions([tmp_path / "class.zip"], RUBRIC)] == ["José", "Zoë"]


def test_a_tar_that_grew_keeps_the_last_of_each_name() -> None:
    """`tar r` appends; unpacking leaves the last in place. A person looks, as two contents were handed in."""
    first, second = tarred({"echo-server.py": b"x = 1\n"}, "w"), tarred(WHOLE, "w")
    submission = unpacked(first[: 2 * BLOCK] + second)
    assert {file.path: file.data for file in submission.files}["echo-server.py"] == SERVER
    assert note(submission, "left-out", "server").needs_person


def test_one_archive_in_the_other_is_opened_and_no_more() -> None:
    """One level is read, as students do pack twice; a third stays a file."""
    assert codes(unpacked(zipped({"a.zip": zipped(WHOLE)}))) == [("archive", None)]
    submission = unpacked(zipped({"a.zip": zipped({"b.zip": zipped(WHOLE)})}))
    assert paths(submission) == ["b.zip"]
    assert ("missing", "server") in codes(submission)


def test_answers_beside_the_archive_are_read() -> None:
    """The programs come from inside, the answers from outside."""
    programs = {f"x/{name}": WHOLE[name] for name in ("echo-server.py", "echo-client.py")}
    submission = unpacked(zipped({"answers.md": ANSWERS, "code.zip": zipped(programs)}))
    assert set(submission.programs) == {"server", "client"}
    assert submission.answers == ANSWERS.decode()
    assert codes(submission) == [("archive", None)]


@pytest.mark.parametrize("beside", ["answers.md", "answers.md/x.txt", "lib"])
def test_what_is_in_the_archive_and_beside_it_never_clashes(beside: str) -> None:
    """Where both hold a name, the archive's files lie in a folder called like it; none is lost."""
    inside = WHOLE | {"lib/a.py": b"x = 1\n"}
    submission = unpacked(zipped({beside: b"beside", "code.zip": zipped(inside)}))
    assert set(submission.programs) == {"server", "client"}
    assert set(paths(submission)) == {beside, *(f"code.zip/{name}" for name in inside)}


def test_several_archives_are_for_a_person() -> None:
    """Which of them counts is not guessed."""
    submission = unpacked(zipped({"server.zip": zipped(WHOLE), "client.zip": zipped(WHOLE)}))
    assert submission.programs == {}
    assert note(submission, "ambiguous").needs_person


def test_an_archive_beside_programs_stays_closed() -> None:
    """Where programs were handed in, an archive is a file like any other."""
    submission = unpacked(zipped(WHOLE | {"data.zip": b"PK not a zip"}))
    assert [each.message for each in submission.notes if each.role is None] == [
        "`data.zip` was not opened, as there are programs beside. Next time hand in only what counts."
    ]


# --- what is hostile ------------------------------------------------------------------------------------------------


SLIPS = [
    "../echo-server.py",
    "/etc/echo-server.py",
    "a/../../echo-server.py",
    "C:\\echo-server.py",
    "..\\echo-server.py",
]


@pytest.mark.parametrize("name", SLIPS)
@every_kind
def test_a_name_that_leads_outside_is_left_out(pack: Callable[[dict[str, bytes]], bytes], name: str) -> None:
    """Slip paths reach nothing: not the disk, not the box, not another hand-in. A person is asked."""
    submission = unpacked(pack({name: SECRET, "echo-client.py": CLIENT, "answers.md": ANSWERS}))
    assert paths(submission) == ["answers.md", "echo-client.py"]
    assert codes(submission) == [("left-out", "server")]
    assert note(submission, "left-out", "server").needs_person


def test_a_slip_into_a_neighbours_folder_does_not_arrive(tmp_path: Path) -> None:
    """In an archive of a class nobody writes into another one's hand-in."""
    files = {f"{who}/{name}": data for who in ("ada", "bob") for name, data in WHOLE.items()}
    (tmp_path / "class.zip").write_bytes(zipped(files | {"eve/../ada/echo-server.py": SECRET, "../bob/x.py": SECRET}))
    batch = found(tmp_path / "class.zip")
    assert list(batch) == ["ada", "bob"]
    assert batch["ada"].digest == batch["bob"].digest
    assert not list(tmp_path.glob("**/x.py"))


def test_links_and_devices_in_a_tar_are_left_out() -> None:
    """Symbolic and hard links, fifos and devices have no contents of their own."""
    kinds = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
    data = tar_of(*(member(f"echo-server-{number}.py", kind, "/etc/passwd") for number, kind in enumerate(kinds)))
    submission = unpacked(data)
    assert submission.files == ()
    assert [code for code, _ in codes(submission)] == ["left-out", "left-out", "missing", "missing"]


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o060644, 0o140644])
def test_links_and_devices_in_a_zip_are_left_out(mode: int) -> None:
    """A zip made on Unix may carry them as well."""
    submission = unpacked(zip_of((with_mode("echo-server.py", mode), b"/etc/passwd")))
    assert submission.files == ()
    assert codes(submission)[0] == ("left-out", "server")


def test_a_linked_hand_in_in_an_archive_of_a_class_is_an_error_of_its_own(tmp_path: Path) -> None:
    """It appears, unread, beside the others."""
    files = [(zipfile.ZipInfo(f"{who}/{name}"), data) for who in ("ada", "bob") for name, data in WHOLE.items()]
    (tmp_path / "class.zip").write_bytes(zip_of(*files, (with_mode("eve", 0o120777), b"ada")))
    pending = {each.id: each for each in find_submissions([tmp_path / "class.zip"], RUBRIC)}
    assert list(pending) == ["ada", "bob", "eve"]
    with pytest.raises(SubmissionError, match="link"):
        pending["eve"].read()


def test_the_last_of_two_equal_names_in_a_zip_counts() -> None:
    """As unpacking would leave it; a person looks."""
    first, second = (zipfile.ZipInfo("echo-server.py") for _ in range(2))
    submission = unpacked(zip_of((first, b"x = 1\n"), (second, SERVER)))
    assert [file.data for file in submission.files] == [SERVER]
    assert note(submission, "left-out", "server").needs_person


def test_a_file_that_is_also_a_folder_is_left_out() -> None:
    """No file system could hold both, so what reaches the box can always be written there."""
    submission = unpacked(zipped(WHOLE | {"lib": b"x", "lib/a.py": b"y", "lib/a.py/b": b"z"}))
    assert paths(submission) == ["answers.md", "echo-client.py", "echo-server.py", "lib/a.py/b"]
    assert "`lib`, `lib/a.py`" in note(submission, "left-out").message


@pytest.mark.parametrize("name", ["x" * 256, "y/" * 11 + "x" * 250 + "/" + "x" * 250, "d/" * 13 + "x", "é" * 128])
@every_kind
def test_a_name_too_long_or_deep_is_left_out(pack: Callable[[dict[str, bytes]], bytes], name: str) -> None:
    """A path that a file system refuses never reaches the box."""
    try:
        data = pack(WHOLE | {name: b"x"})
    except ValueError:
        pytest.skip("the format cannot say such a name")
    assert codes(unpacked(data)) == [("left-out", None)]


@pytest.mark.parametrize("run", ["_", " ", "- ", "(1", "_1", "copy "])
@every_kind
def test_a_name_as_long_as_a_format_can_say_is_read_once(pack: Callable[[dict[str, bytes]], bytes], run: str) -> None:
    """Looked at from each of its places, such a name takes half an hour, and the batch with it."""
    try:
        data = pack(WHOLE | {(run * 64_000)[:64_000] + "x": b""})
    except ValueError:
        pytest.skip("the format cannot say such a name")
    assert codes(unpacked(data)) == [("left-out", None)]


@pytest.mark.parametrize(("name", "role"), [("echo-server{}.py", "server"), ("answers{}.md", "answers")])
def test_a_name_that_no_file_can_have_says_nothing(name: str, role: str) -> None:
    """It is not what was asked for, whatever is in it; and nothing of its length is remembered for the next hand-in."""
    assert not note(unpacked(zipped(WHOLE | {name.format("-1" * 200): b"x"})), "left-out").needs_person
    deep = unpacked(zipped(WHOLE | {f"{'d' * 300}/{name.format('-1')}": b"x"}))
    assert note(deep, "left-out", role).needs_person


def test_a_zip_with_a_password_is_refused() -> None:
    """Both where the flag is set in the file's own header and in the directory."""
    data = bytearray(zipped(WHOLE))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = data.find(signature)
        while position >= 0:
            data[position + offset] |= 1
            position = data.find(signature, position + 4)
    refused(bytes(data), "password")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_packed_in_an_unbounded_way_is_refused(method: int) -> None:
    """A few kilobytes of these methods unpack to gigabytes in one step, so they are not begun."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("echo-server.py", SERVER)
    refused(buffer.getvalue(), "unusual")


def in_bounds(action: Callable[[], object], megabytes: int) -> None:
    """`action` takes no more than that much memory."""
    tracemalloc.start()
    try:
        action()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < megabytes << 20


@pytest.mark.slow
def test_a_zip_bomb_is_left_packed() -> None:
    """A quarter of a gigabyte of zeros in a small zip is listed, named, and not unpacked."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros.bin", "w") as zeros:
        for _ in range(64):
            zeros.write(bytes(4 << 20))
    data = zip_joined(buffer.getvalue(), WHOLE)

    def read() -> None:
        assert codes(unpacked(data)) == [("left-out", None)]

    in_bounds(read, megabytes=16)


def zip_joined(data: bytes, files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_that_understates_a_size_is_refused() -> None:
    """What is unpacked is bounded by what was claimed, and a wrong claim is damage."""
    data = zipped({"echo-server.py": bytes(50 << 20)})
    refused(data.replace(struct.pack("<I", 50 << 20), struct.pack("<I", 100)), "damaged")


@pytest.mark.parametrize("size", [0xFFFFFFF0, 1 << 30])
def test_a_zip_that_overstates_a_size_is_left_packed(size: int) -> None:
    """A program of a gigabyte, as claimed, cannot be graded."""
    data = zipped({"echo-server.py": SERVER})
    with pytest.raises(SubmissionError):
        unpacked(data.replace(struct.pack("<I", len(SERVER)), struct.pack("<I", size)))


@pytest.mark.slow
def test_a_zip_whose_members_overlap_unpacks_no_more_than_the_bounds() -> None:
    """Many entries of one directory that share the same packed bytes are a bomb without nesting."""
    data = zipped({"a.bin": bytes(bounds.MAX_FILE_BYTES)})
    end = data.rindex(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    many = data[:start] + data[start:end] * 5_000
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 5_000, 5_000, (end - start) * 5_000, start, 0)

    def read() -> None:
        with contextlib.suppress(SubmissionError):
            assert sum(len(file.data) for file in unpacked(many + tail).files) <= bounds.MAX_TOTAL_BYTES

    in_bounds(read, megabytes=64)


@pytest.mark.slow
def test_a_tar_bomb_is_refused() -> None:
    """A hundred megabytes of zeros in a small archive are unpacked up to the bound and dropped."""
    bomb = tarred({"echo-server.py": bytes(100 << 20)})
    in_bounds(lambda: refused(bomb, "too much"), megabytes=3 * (bounds.MAX_UNPACKED_BYTES >> 20))


def test_gzip_in_very_many_parts_is_refused() -> None:
    """A million empty parts would take long to find nothing."""
    refused(gzip.compress(b"", mtime=0) * 100_000, "too much")


def test_a_sparse_giant_in_a_tar_is_left_out() -> None:
    """A terabyte that takes no room in the archive is not unrolled."""
    giant = member("data.bin", tarfile.GNUTYPE_SPARSE)
    submission = unpacked(tarred(WHOLE, "w")[: -20 * BLOCK] + tar_of(giant))
    assert "`data.bin`" in note(submission, "left-out").message


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("pack", ["zip", "gz"], indirect=True)
def test_fifty_thousand_files_are_refused(pack: Callable[[dict[str, bytes]], bytes]) -> None:
    """Counted from the list, without opening any."""
    data = pack({f"{number}": b"" for number in range(50_000)} | WHOLE)
    refused(data, "too much")


def test_a_huge_directory_of_a_zip_is_not_even_read() -> None:
    """Half a million entries would cost seconds and a gigabyte before they could be counted."""
    data = zipped({"x": b""})
    start, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    directory = data[start:end] * 500_000
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), start, 0)
    huge = data[:start] + directory + tail
    in_bounds(lambda: refused(huge, "too much"), megabytes=32)


def test_junk_in_an_archive_does_not_count() -> None:
    """A virtual environment that was packed with the work is left behind without a word."""
    junk = {f"venv/lib/python3.11/site-packages/m{number}.py": b"x" for number in range(6_000)}
    assert unpacked(zipped(WHOLE | junk)).notes == ()


def test_a_giant_program_in_an_archive_cannot_be_graded() -> None:
    """As in a folder."""
    with pytest.raises(SubmissionError, match=r"`echo-server\.py` is larger"):
        unpacked(zipped(WHOLE | {"echo-server.py": bytes(bounds.MAX_FILE_BYTES + 1)}))


def test_a_giant_archive_in_a_folder_is_refused(tmp_path: Path) -> None:
    """It is not read into memory to find that out."""
    with (tmp_path / "all.zip").open("wb") as file:
        file.truncate(1 << 40)

    def read() -> None:
        with pytest.raises(SubmissionError, match="larger than"):
            read_folder(tmp_path, RUBRIC)

    in_bounds(read, megabytes=8)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no fifos here")
def test_an_archive_that_is_a_link_or_a_fifo_is_not_opened(tmp_path: Path) -> None:
    """Neither as a hand-in of a class nor inside one."""
    (tmp_path / "secret.zip").write_bytes(zipped(WHOLE))
    hand_in = tmp_path / "class" / "ada"
    hand_in.mkdir(parents=True)
    (hand_in / "all.zip").symlink_to(tmp_path / "secret.zip")
    os.mkfifo(hand_in / "more.zip")
    (tmp_path / "class" / "eve.zip").symlink_to(tmp_path / "secret.zip")
    (tmp_path / "class" / "zoe.zip").write_bytes(zipped(WHOLE))
    pending = {each.id: each for each in find_submissions([tmp_path / "class"], RUBRIC)}
    assert list(pending) == ["ada", "eve", "zoe"]
    assert pending["ada"].read().files == ()
    with pytest.raises(SubmissionError, match="link"):
        pending["eve"].read()


# --- what is damaged ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"Rar!\x1a\x07", b"\x1f\x8b", b"7z", b"echo", bytes(511)])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    """Whatever the name says."""
    refused(data, "damaged|not a zip|is empty")


@pytest.mark.parametrize("kind", ["zip", "gz", "tar"])
def test_an_archive_that_ends_early_is_refused(kind: str) -> None:
    """It is an error of the hand-in; only a tar cut between two files gives those that are whole."""
    data = zipped(WHOLE) if kind == "zip" else tarred(WHOLE, "w:gz" if kind == "gz" else "w")
    for length in range(0, len(data), 1 if kind != "tar" else 64):
        try:
            submission = unpacked(data[:length])
        except SubmissionError:
            continue
        assert kind == "tar"
        assert all(WHOLE[file.path] == file.data for file in submission.files)


def test_damage_inside_a_zip_is_found_by_its_checksum() -> None:
    """A file whose bytes were altered is not graded as if it had been handed in."""
    data = zip_of((zipfile.ZipInfo("echo-server.py"), SERVER))
    refused(data.replace(b"listen", b"Listen"), "damaged")


@pytest.mark.parametrize(
    "size", [b"-0000000001\0", b"zzzzzzzzzzz\0", b"\xff" * 12, b"\x80" + b"\xff" * 11, b"77777777777\0"]
)
def test_a_tar_with_a_broken_size_is_refused(size: bytes) -> None:
    """Negative, no number, or beyond the end: such sizes have sent other readers into endless loops."""
    header = bytearray(tarred({"echo-server.py": SERVER}, "w"))
    header[124:136] = size
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 256 + sum(header[156:BLOCK]))
    refused(bytes(header), "damaged")


@pytest.mark.parametrize(
    "record",
    [b"9999999999999999999999 path=x\n", b"0 path=x\n", b"-5 path=x\n", b"path=x\n", b"12", b"\xff" * 20, b"5 \n" * 9],
)
def test_a_tar_with_a_broken_extended_header_is_refused(record: bytes) -> None:
    """Lengths that lie, or are none."""
    info = member("x", tarfile.XHDTYPE)
    info.size = len(record)
    refused(info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(BLOCK, b"\0") + tarred(WHOLE, "w"), "damaged")


def extension(body: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    """An extended header, as bytes of a tar."""
    info = member("x", kind)
    info.size = len(body)
    return info.tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % BLOCK)


SHORT = b"5 a=\n"
"""The shortest record of an extended header: as many as possible in a given number of bytes."""


class Sliced(bytes):
    """Bytes that count how many are copied out of them, and out of the copies."""

    copied: ClassVar[int] = 0

    def __getitem__(self, place: object) -> Sliced:  # type: ignore[override]
        piece = Sliced(super().__getitem__(place))  # type: ignore[call-overload]
        Sliced.copied += len(piece)
        return piece

    def rstrip(self, chars: Buffer | None = None) -> Sliced:
        return Sliced(super().rstrip(chars))


def test_an_extended_header_is_read_once() -> None:
    """A few bytes are copied for each record, and not all the rest."""
    body = Sliced(SHORT * (MAX_EXTENSION_BYTES // len(SHORT) - 3) + b"10 path=x\n")
    Sliced.copied = 0
    assert _pax_records(body) == {"path": "x"}
    assert Sliced.copied < 10 * len(body)


@pytest.mark.parametrize("kinds", [b"xx", b"xL", b"xK", b"gx", b"x" * 9])
def test_a_member_has_only_so_much_said_of_it(kinds: bytes) -> None:
    """However many extended headers say it; each of these would do by itself."""
    body = SHORT * (MAX_EXTENSION_BYTES // len(SHORT) // len(kinds) + 1)
    each = [extension(body, bytes([kind])) for kind in kinds]
    refused(b"".join(each) + tarred(WHOLE, "w"), "too much")
    assert codes(unpacked(b"".join(each[:-1]) + tarred(WHOLE, "w"))) == []


@pytest.mark.slow
def test_an_archive_has_only_so_much_said_of_its_members() -> None:
    """As much as the table of contents of a zip may hold."""
    said = extension(SHORT * (60_000 // len(SHORT))) + tar_of(member("x", tarfile.DIRTYPE))[:BLOCK]
    fits = bounds.MAX_DIRECTORY_BYTES // 60_000
    assert codes(unpacked(said * fits + tarred(WHOLE, "w"))) == []
    refused(said * (fits + 1) + tarred(WHOLE, "w"), "too much")


def test_a_tar_may_not_say_a_size_that_leads_backwards() -> None:
    """A size in an extended header is held to the same rules."""
    for value in (b"-1024", b"1e9", b"\xd9\xa3", b"9" * 30):
        record = b"%d size=%b\n" % (len(value) + 9 if len(value) < 90 else 0, value)
        info = member("x", tarfile.XHDTYPE)
        info.size = len(record)
        refused(info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(BLOCK, b"\0") + tarred(WHOLE, "w"), "damaged")


def test_gunzip_takes_several_parts_and_padding() -> None:
    """Parts behind each other are one text, as RFC 1952 (section 2.2) says; tape padding is no damage."""
    assert gunzip(gzip.compress(b"a") + gzip.compress(b"b") + bytes(100), 2) == b"ab"
    with pytest.raises(TooMuch):
        gunzip(gzip.compress(b"abc"), 2)


# --- whatever comes -------------------------------------------------------------------------------------------------

SEEDS = [
    zipped(WHOLE),
    zip_of((zipfile.ZipInfo("echo-server.py"), SERVER), (with_mode("link", 0o120777), b"/etc")),
    tarred(WHOLE, "w")[: 12 * BLOCK],
    tarred({"x" * 150: b"y"} | WHOLE, "w"),
    tarred({"x" * 150: b"y"} | WHOLE, "w", tarfile.GNU_FORMAT),
    tarred(WHOLE),
    zipped({"a.zip": zipped(WHOLE)}),
]


def survives(data: bytes) -> None:
    """Reading ends in a submission within bounds or in a SubmissionError, and in nothing else."""
    try:
        submission = unpacked(data)
    except SubmissionError:
        return
    assert len(submission.files) <= bounds.MAX_FILES
    assert len(set(paths(submission))) == len(submission.files)
    for path in paths(submission):
        path.encode()
        assert not path.startswith("/")
        assert ".." not in path.split("/")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(min_size=1, max_size=12)), max_size=8)
)
def test_altered_archives_do_no_harm(seed: bytes, changes: list[tuple[int, bytes]]) -> None:
    """Bytes overwritten anywhere in an honest archive."""
    data = bytearray(seed)
    for position, change in changes:
        start = position % len(data)
        data[start : start + len(change)] = change
    survives(bytes(data))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\0"]), st.binary(max_size=2_000))
def test_arbitrary_bytes_do_no_harm(start: bytes, data: bytes) -> None:
    """Nothing but noise behind a promising beginning."""
    survives(start + data)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=30), st.binary(max_size=40), max_size=8))
def test_arbitrary_names_do_no_harm(files: dict[str, bytes]) -> None:
    """Any text as a name, in an archive that is sound otherwise."""
    try:
        data = zipped(files)
    except (ValueError, IndexError):
        return  # the writer refuses it
    survives(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=BLOCK), st.binary(max_size=3 * BLOCK))
def test_tar_headers_with_a_right_checksum_do_no_harm(fields: bytes, rest: bytes) -> None:
    """Noise that gets past the checksum."""
    header = bytearray(fields.ljust(BLOCK, b"\0"))
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 256 + sum(header[156:]))
    survives(bytes(header) + rest)


@pytest.mark.slow
def test_many_altered_archives_do_no_harm() -> None:
    """The same with a plain generator, which tries far more in the time; the seed makes it repeatable."""
    dice = random.Random(65432)
    for _ in range(30_000):
        data = bytearray(dice.choice(SEEDS))
        for _ in range(dice.randint(1, 6)):
            position = dice.randrange(len(data))
            data[position : position + dice.randint(0, 4)] = dice.randbytes(dice.randint(0, 4))
        survives(bytes(data))


def test_reading_a_tar_ends() -> None:
    """Each header moves on by at least a block, so there are never more members than blocks."""
    data = tarred({f"{number}": b"" for number in range(100)}, "w")
    assert len(list(tar_members(data, 101, 0))) == 100
    with pytest.raises(TooMuch):
        list(tar_members(data, 100, 0))
    with pytest.raises(Damaged):
        list(tar_members(data[:-1].replace(b"ustar", b"USTAR"), 100, 0))


def test_an_archive_without_a_file_is_refused(tmp_path: Path) -> None:
    """Of no bytes, of no members, of folders or of what macOS adds: no 0 that looks like a mark."""
    for number, data in enumerate((b"", zipped({}), zipped({"hw/": b""}), zipped({"__MACOSX/._hw": b"x"}), tarred({}))):
        place = write(tmp_path / str(number), {"ada.zip": data, "bob/hw.zip": data, "zoe/echo-server.py": b""})
        pending = {each.id: each for each in find_submissions([place], RUBRIC)}
        for name in ("ada", "bob"):
            with pytest.raises(SubmissionError, match=r"`(ada|hw)\.zip` is empty.*Ask for it"):
                pending[name].read()
        assert pending["zoe"].read().programs

"""A rubric that was read before is not read again, and is read again as soon as anything about it is new."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
import yaml

from grader.answers import check_pattern
from grader.errors import RubricError
from grader.rubric import kept, load_kept, load_rubric, reading
from grader.rubric.files import read_inside
from grader.rubric.rules import CheckPattern

ROOT = Path(__file__).parents[2]


@pytest.fixture
def rubric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped rubric, in a place where bytecode can be written."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "bytecode"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "course").mkdir()
    shutil.copy(ROOT / "rubric.yaml", tmp_path / "course")
    shutil.copytree(ROOT / "solutions", tmp_path / "course" / "solutions")
    return tmp_path / "course" / "rubric.yaml"


def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that gets the name of each rubric that is really read."""
    read, names = reading.parse_rubric, []

    def noted(text: str, *, name: str, **rest: object) -> object:
        names.append(name)
        return read(text, name=name, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "parse_rubric", noted)
    return names


def test_the_second_time_nothing_is_read(rubric: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is, value for value, what reading gives."""
    names = readings(monkeypatch)
    first, second = load_kept(rubric, check_pattern), load_kept(rubric, check_pattern)
    assert first == second == load_rubric(rubric, check_pattern)
    assert names.count(str(rubric)) == 2  # once for the first, once by load_rubric itself


def test_neither_yaml_nor_shapes_are_imported_for_it(rubric: Path) -> None:
    """A student's check that finds its rubric kept does without the libraries that read one, and without what writes a
    file."""
    program = (
        "import sys\nfrom pathlib import Path\nimport grader.checking\nfrom grader.rubric_file import load\n"
        f"print(load(Path({str(rubric)!r})).title)\n"
        "print(*(name in sys.modules for name in ('pydantic', 'yaml', 'grader.whole_file')))\n"
    )
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(rubric.parent / "cache"), "PYTHONDONTWRITEBYTECODE": ""}
    calls = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        for _ in range(2)
    ]
    assert [call.stdout.split()[-3:] for call in calls] == [["True"] * 3, ["False"] * 3], calls


@pytest.mark.parametrize("what", ["text", "reference", "program", "pattern check", "damage", "cut", "other content"])
def test_what_is_new_is_read(what: str, rubric: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of whatever a rubric is made from, or of what is kept, shows at once."""
    load_kept(rubric, check_pattern)
    (place,) = (rubric.parents[1] / "bytecode").rglob("*.kept")
    check: CheckPattern | None = check_pattern
    match what:
        case "text":
            rubric.write_text(rubric.read_text().replace("title: ", "title: New ", 1))
        case "reference":
            with (rubric.parent / "solutions" / "echo-client.py").open("a") as program:
                program.write("\n# new\n")
        case "program":
            monkeypatch.setattr(kept, "_makers", lambda: "another version")
        case "pattern check":
            check = None
        case "damage":
            place.write_bytes(b"no such thing")
        case "cut":
            place.write_bytes(place.read_bytes()[:-100])
        case "other content":
            place.write_bytes(b"\xc0")  # nil
    names = readings(monkeypatch)
    assert load_kept(rubric, check) == load_rubric(rubric, check)
    assert len(names) == 2
    assert load_kept(rubric, check) == load_rubric(rubric, check)
    assert len(names) == 3


def test_every_module_that_reads_a_rubric_has_a_say() -> None:
    """A change of any of our files that a text goes through on its way to a rubric makes the kept one out of date."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom grader.answers import check_pattern\n"
        "from grader.rubric import load_rubric\nload_rubric(Path('rubric.yaml'), check_pattern)\n"
        "print(*(module.__file__ for name, module in sys.modules.items() if name.startswith('grader')))\n"
    )
    read = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = {Path(file).parent.relative_to(ROOT / "grader").as_posix() for file in read.split()}
    assert folders == {name or "." for name in kept._MADE_BY}


def test_a_rubric_with_a_fault_is_refused_each_time(rubric: Path) -> None:
    """Only what was read without a fault is kept; after it, a fault is told as ever."""
    load_kept(rubric, check_pattern)
    right = rubric.read_text()
    rubric.write_text(right + "\nnonsense: 1\n")
    for _ in range(2):
        with pytest.raises(RubricError, match="nonsense"):
            load_kept(rubric, check_pattern)
    rubric.write_text(right)
    assert load_kept(rubric, check_pattern) == load_rubric(rubric, check_pattern)


def test_a_reference_that_has_moved_away_is_missed(rubric: Path) -> None:
    """A reference program that is gone, or has become a link out of the folder, is a fault again."""
    load_kept(rubric)
    program = rubric.parent / "solutions" / "echo-client.py"
    program.rename(rubric.parents[1] / "elsewhere.py")
    with pytest.raises(RubricError, match="is not there"):
        load_kept(rubric)
    program.symlink_to(rubric.parents[1] / "elsewhere.py")
    with pytest.raises(RubricError, match="out of the rubric's folder"):
        load_kept(rubric)


def test_a_missing_rubric_is_told_as_ever(rubric: Path) -> None:
    """No file: the sentence of `load_rubric`."""
    with pytest.raises(RubricError, match="there is no such file"):
        load_kept(rubric.with_name("other.yaml"))


@pytest.mark.parametrize("what", ["a fifo", "a device"])
def test_what_is_no_file_is_refused_at_once(what: str, rubric: Path) -> None:
    """A fifo, for which one would wait, and a device without end are not opened, neither as a rubric nor beside it."""
    place = Path("/dev/zero")
    if what == "a fifo":
        os.mkfifo(place := rubric.with_name("fifo"))
    with pytest.raises(RubricError, match="this is not a file"):
        load_kept(place)
    load_kept(rubric)
    program = rubric.parent / "solutions" / "echo-client.py"
    program.unlink()
    os.mkfifo(program)
    with pytest.raises(RubricError, match="is not a file"):
        load_kept(rubric)


def test_of_a_large_file_only_the_beginning_is_read(rubric: Path) -> None:
    """An archive of a class, named by mistake, does not come into memory: neither in place of the rubric, nor of a
    reference program."""
    load_kept(rubric)
    for place in (rubric.with_name("class.zip"), rubric.parent / "solutions" / "echo-client.py"):
        with place.open("wb") as file:
            file.truncate(1 << 30)
    tracemalloc.start()
    try:
        with pytest.raises(RubricError, match="more than 400000 bytes"):
            load_kept(rubric.with_name("class.zip"))
        with pytest.raises(RubricError, match="has more than 1048576 bytes"):
            load_kept(rubric)
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_a_library_that_was_installed_anew_has_the_rubric_read_again(rubric: Path) -> None:
    """Another version of what reads YAML may read another thing. It lies in a folder of its own here."""
    libraries = rubric.parents[1] / "libraries"
    shutil.copytree(Path(yaml.__file__).parent, libraries / "yaml")
    program = (
        "import sys\nfrom pathlib import Path\nfrom grader.rubric import load_kept\n"
        f"load_kept(Path({str(rubric)!r}))\nprint(sys.modules['yaml'].__file__ if 'yaml' in sys.modules else 'kept')\n"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(libraries),
        "PYTHONPYCACHEPREFIX": str(rubric.parent / "cache"),
        "PYTHONDONTWRITEBYTECODE": "",
    }

    def call() -> str:
        command = [sys.executable, "-c", program]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    read = f"{libraries / 'yaml' / '__init__.py'}\n"
    assert [call(), call()] == [read, "kept\n"]
    (libraries / "PyYAML-99.dist-info").mkdir()
    assert [call(), call()] == [read, "kept\n"]


def test_references_are_not_read_for_another_rubric(rubric: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the text is the same is asked first: it is the cheaper question."""
    load_kept(rubric)
    rubric.write_text(rubric.read_text() + "\n# new\n")
    looked_at: list[str] = []

    def noted(folder: Path, name: str) -> str:
        looked_at.append(name)
        return read_inside(folder, name)

    monkeypatch.setattr(kept, "read_inside", noted)
    load_kept(rubric)
    assert sorted(looked_at) == ["solutions/echo-client.py", "solutions/echo-server.py"]  # each once, in reading it


def test_nothing_is_written_where_no_bytecode_is(rubric: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own switch holds for this file too, and a folder that cannot be made is no fault."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    expected = load_kept(rubric)
    assert not (rubric.parents[1] / "bytecode").exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(rubric))  # a file, where a folder would have to be
    assert load_kept(rubric) == expected

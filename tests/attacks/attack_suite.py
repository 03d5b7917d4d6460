"""The attacks as data: what each attempts, how its hand-in is made, and the field on which it meets honest ones."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import attack_builders
import yaml

TOP = Path(__file__).parent
ROOT = TOP.parents[1]
CANARY = "GRADECANARY"
CLAUSES = range(1, 9)


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One folder of this suite.

    `attempts`: what it tries, in a sentence.  `clause`, `item`: the promise of docs/security.md that it attacks.
    `incident`: what happened to another grader in this way, where that is known.
    `contained`: how containment is seen; the keys are those of README.md.
    """

    name: str
    attempts: str
    clause: int
    item: str
    contained: Mapping[str, Any]
    incident: str | None = None


def load_attacks() -> list[Attack]:
    """Every attack, by name."""
    found = []
    for path in sorted(TOP.glob("*/attack.yaml")):
        found.append(Attack(name=path.parent.name, **yaml.safe_load(path.read_text("utf-8"))))
    return found


def battle_of_programs() -> list[Attack]:
    """The attacks that need a program of theirs to run. What only has to be read, or printed, meets the same grader
    whoever started it, and root may read more."""
    return [attack for attack in load_attacks() if attack.clause not in (5, 7)]


@dataclass(kw_only=True)
class Bait:
    """What of the host attacks aim at. `folder` holds a secret; `values` fill the placeholders of hand-ins."""

    folder: Path
    secret: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """A file of the host that everybody may read."""
        return self.folder / "secret.txt"


def lay_out(attack: Attack, students: Path, bait: Bait) -> list[str]:
    """Put an attack's hand-in among the others. Returns the ids under which it appears in the results."""
    builder = getattr(attack_builders, attack.name.replace("-", "_"), None)
    if builder is not None:
        return list(builder(students, bait))
    target = students / attack.name
    shutil.copytree(TOP / attack.name, target, ignore=shutil.ignore_patterns("attack.yaml", "__pycache__"))
    for path in target.iterdir():
        text = path.read_text("utf-8")
        for key, value in bait.values.items():
            text = text.replace(f"{{{{{key}}}}}", value)
        path.write_text(text, "utf-8")
    return [attack.name]


State = tuple[str, int, int, int, int, str]


def inventory(top: Path) -> dict[str, State]:
    """What lies below a folder, links not followed: kind and mode, owner, group, size, change of content, target."""
    found: dict[str, State] = {}
    waiting = [os.fspath(top)]
    while waiting:
        folder = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                seen = entry.stat(follow_symlinks=False)
                target = os.readlink(entry.path) if entry.is_symlink() else ""
                size = seen.st_size if not entry.is_dir(follow_symlinks=False) else 0
                found[entry.path] = (
                    stat.filemode(seen.st_mode), seen.st_uid, seen.st_gid, size, seen.st_mtime_ns, target,
                )  # fmt: skip
                if entry.is_dir(follow_symlinks=False) and len(entry.path) < 3000:
                    waiting.append(entry.path)
    return found

"""What a visit to a folder could change in it."""

from __future__ import annotations

from pathlib import Path


def traces(folder: Path) -> dict[str, object]:
    """Everything of a folder and the files in it, but for when they were last read."""
    seen: dict[str, object] = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        stat = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        seen[str(path)] = stat.st_ino, stat.st_mode, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, content
    return seen

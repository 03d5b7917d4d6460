"""The store: one SQLite file in the output folder, opened by one batch at a time.

What is promised:

- `save` adds to an open transaction and `flush` commits it. A submission's rows are all in one transaction, so it is
  there whole or not at all. `flush` happens by itself every 64 submissions, on the first `save` half a second after
  the last one, and on `close`.
- After `flush`, the rows survive the end of this process in any way, `kill -9` included: the write-ahead log has them
  in the kernel's hands.
- After a power cut or a crash of the whole machine (`synchronous=NORMAL`), the file is sound and holds every
  transaction up to some moment before the cut; the last few flushes may be missing. Their submissions are then run
  again by the next batch. What `close` has written into the main file is synced.
- Rows are never changed or removed; triggers refuse it. The latest row wins. A harness error, which is ours, neither
  hides an earlier good grade of the same content and rubric, nor counts as work that is done.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from grader.model import Grade, Override, Remade, RunRecord, Stages, Status
from grader.store import schema
from grader.store.codec import from_json, to_json
from grader.store.errors import from_os, from_sqlite, store_error
from grader.store.lock import HeldError, take_lock
from grader.store.packing import UNREADABLE, Packed, pack, unpack

FILE_NAME = "grades.sqlite"
FLUSH_EVERY = 64
FLUSH_SECONDS = 0.5


class StoredRecords(dict[str, RunRecord]):
    """Records that came from the store, which therefore need not be written again. `key` says whose they are."""

    key: tuple[str, str]


class Stored(NamedTuple):
    """A grade as it was stored. `newest`: none has been saved of that submission since, by another rubric, say."""

    grade: Grade
    newest: bool


class Earlier(NamedTuple):
    """A stored grade to go on from. `observed`, `answered`: whether its observations, its answers' scores hold."""

    grade: Grade | None = None
    observed: bool = False
    answered: bool = False


class Store:
    """The results of one output folder. Open it with `Store.open`; use it as a context manager."""

    def __init__(self, folder: Path, database: sqlite3.Connection, lock: int, last_before: int) -> None:
        self._folder = folder
        self._database = database
        self._lock = lock
        self._unflushed = 0
        self._flushed_at = time.monotonic()
        self._known_rubrics: set[str] = set()
        self._last_before = last_before

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the store in `folder`, making both where they are missing.

        Raises StoreError, with the next step, when the folder cannot be written, the disk is full, another grade run
        holds it, or the file there is damaged, of a newer format, or not ours.
        """
        lock = _make_folder(folder)
        try:
            database, last_before = _connect(folder)
        except BaseException:
            os.close(lock)
            raise
        return cls(folder, database, lock, last_before)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        try:
            self.close()
        except Exception:
            if error is None:  # else the first error is the one to tell
                raise

    def close(self) -> None:
        """Commit what was saved, fold the log into the main file, and let the folder go. May be called twice."""
        if self._lock < 0:
            return
        try:
            self.flush()
            with _sqlite_errors(self._folder):
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._database.close()
            os.close(self._lock)
            self._lock = -1

    # --- what is there ----------------------------------------------------------------------------------------------

    def stored_records(self, submission_digest: str, plan_digest: str) -> Mapping[str, RunRecord] | None:
        """The newest run records of this content under this plan, by run name; None when it has to be run (again).

        Records in which our side failed are kept for the curious, but never returned.
        """
        row = self._row(schema.STORED_RECORDS, submission_digest, plan_digest)
        if row is None:
            return None
        try:
            records = StoredRecords(unpack(Packed(row[0], row[1] or b"")))
        except UNREADABLE as error:
            raise store_error("unreadable-row", self._folder, what="run record", why=error) from error
        records.key = (submission_digest, plan_digest)
        return records

    def stored_grade(
        self, submission_id: str, submission_digest: str, rubric_digest: str, grader_version: str
    ) -> Stored | None:
        """The newest grade that still stands for exactly this; None when there is none, or only a harness error."""
        values = stored_name(submission_id), submission_digest, rubric_digest, grader_version
        with _sqlite_errors(self._folder):
            row = self._database.execute(schema.STORED_GRADE, values).fetchone()
        return None if row is None else Stored(self._grade(row[0]), bool(row[1]))

    def earlier_grade(self, submission_id: str, submission_digest: str, grader_version: str, stages: Stages) -> Earlier:
        """The best grade of this content to go on from, made under another rubric by the same grader.

        Best is one under a rubric that observes and reads alike (`stages`); the newest of several. `know_rubric` says
        which rubrics there are.
        """
        values = (stages.observed, stages.answered, stored_name(submission_id), submission_digest, grader_version)
        with _sqlite_errors(self._folder):
            row = self._database.execute(schema.EARLIER_GRADE, values).fetchone()
        return Earlier() if row is None else Earlier(self._grade(row[0]), bool(row[1]), bool(row[2]))

    def latest_grades(self, *, only: Container[str] | None = None) -> Iterator[Grade]:
        """The grade in force of every submission, one at a time, s2 before s10.

        `only`: leave out all other submission ids (an output folder may have seen more than one class).
        """
        with _sqlite_errors(self._folder):
            for (text,) in self._database.execute(schema.LATEST):
                grade = self._grade(text)
                if only is None or grade.submission in only:
                    yield grade

    def overrides(self) -> dict[tuple[str, str], list[Override]]:
        """What people decided, in the order in which they did, by `stored_name` and digest of the content."""
        found: dict[tuple[str, str], list[Override]] = {}
        with _sqlite_errors(self._folder):
            for name, digest, part, points, reason, author, withdrawn, at in self._database.execute(schema.DECIDED):
                one = Override(
                    submission=name, submission_digest=digest, part=part, points=Decimal(points) if points else None,
                    reason=reason, author=author, withdrawn=bool(withdrawn), at=at,
                )  # fmt: skip
                found.setdefault((name, digest), []).append(one)
        return found

    def remade(self) -> list[Remade]:
        """Grades that came out otherwise since the store was opened, though the same content was graded before: under
        another rubric, after other decisions, or by another version of the grader."""
        with _sqlite_errors(self._folder):
            rows = self._database.execute(schema.REMADE, (self._last_before,)).fetchall()
        remade = [
            Remade(
                submission=name,
                before=Decimal(before),
                after=Decimal(after),
                status_before=Status(status_before),
                status_after=Status(status_after),
            )
            for name, before, after, status_before, status_after in rows
        ]
        return [one for one in remade if (one.before, one.status_before) != (one.after, one.status_after)]

    # --- what is new ------------------------------------------------------------------------------------------------

    def save(self, grade: Grade, records: Mapping[str, RunRecord], plan_digest: str) -> None:
        """Add one finished submission: its grade, and the records that it rests on (none when nothing was run).

        Records that `stored_records` returned are not written again. Raises StoreError when the disk is full or gone;
        then nothing since the last `flush` is kept.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._writing():
            if self._unflushed == 0:
                self._database.execute("BEGIN IMMEDIATE")
            self._add_submission(grade, now)
            if records and getattr(records, "key", None) != (grade.submission_digest, plan_digest):
                self._add_records(grade.submission_digest, records, plan_digest, now)
            self._add_grade(grade, plan_digest, now)
        self._unflushed += 1
        if self._unflushed >= FLUSH_EVERY or time.monotonic() - self._flushed_at > FLUSH_SECONDS:
            self.flush()

    def save_override(self, one: Override) -> None:
        """Add what a person decided, and commit it. Raises StoreError when the disk is full or gone."""
        points = "" if one.points is None else str(one.points)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        name, digest = stored_name(one.submission), one.submission_digest
        with self._writing():
            self._database.execute(
                "INSERT INTO overrides (name, submission_digest, part, points, reason, author, withdrawn, recorded_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (name, digest, one.part, points, one.reason, one.author, one.withdrawn, now),
            )

    def know_rubric(self, rubric_digest: str, grader_version: str, stages: Stages) -> None:
        """Remember what the stages of a rubric's marks depend on, so that later rubrics can go on from its grades."""
        if rubric_digest in self._known_rubrics:
            return
        with self._writing():
            self._database.execute(
                "INSERT OR IGNORE INTO rubrics VALUES (?, ?, ?, ?)",
                (rubric_digest, grader_version, stages.observed, stages.answered),
            )
        self._known_rubrics.add(rubric_digest)

    def flush(self) -> None:
        """Commit what was saved. From here on it survives `kill -9`."""
        if self._unflushed:
            with self._writing():
                self._database.execute("COMMIT")
            self._unflushed = 0
        self._flushed_at = time.monotonic()

    def _add_submission(self, grade: Grade, now: str) -> None:
        name = stored_name(grade.submission)
        self._database.execute(
            "INSERT OR IGNORE INTO submissions (name, digest, sort_key, first_seen) VALUES (?, ?, ?, ?)",
            (name, grade.submission_digest, natural_key(name), now),
        )

    def _add_records(self, digest: str, records: Mapping[str, RunRecord], plan_digest: str, now: str) -> None:
        packed = pack(records)
        whole = all(record.harness_error is None for record in records.values())
        wire = sha256(packed.wire).hexdigest() if packed.wire else None
        if wire is not None:
            self._database.execute("INSERT OR IGNORE INTO wires VALUES (?, ?)", (wire, packed.wire))
        self._database.execute(
            "INSERT INTO records (submission_digest, plan_digest, whole, body, wire, recorded_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (digest, plan_digest, whole, packed.body, wire, now),
        )

    def _add_grade(self, grade: Grade, plan_digest: str, now: str) -> None:
        self._database.execute(
            "INSERT INTO grades (name, submission_digest, rubric_digest, plan_digest, grader_version, status, grade, "
            "recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                stored_name(grade.submission),
                grade.submission_digest,
                grade.rubric,
                plan_digest,
                grade.grader,
                grade.status.value,
                to_json(grade).decode("utf-8"),
                now,
            ),
        )

    # --- helpers ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Leave no half of a submission behind when a statement fails."""
        try:
            with _sqlite_errors(self._folder):
                yield
        except BaseException:
            self._unflushed = 0
            if self._database.in_transaction:
                self._database.rollback()
            raise

    def _row(self, query: str, *values: str) -> tuple[bytes, bytes] | None:
        with _sqlite_errors(self._folder):
            row: tuple[bytes, bytes] | None = self._database.execute(query, values).fetchone()
        return row

    def _grade(self, text: str | bytes) -> Grade:
        try:
            return from_json(Grade, text)
        except UNREADABLE as error:
            raise store_error("unreadable-row", self._folder, what="grade", why=error) from error


def stored_name(submission_id: str) -> str:
    """A submission id as text that SQLite takes: escapes for bytes that were no UTF-8. No two ids become one."""
    return submission_id.replace("\\", "\\\\").encode("utf-8", "backslashreplace").decode("utf-8")


def natural_key(name: str) -> str:
    """A key by which s2 sorts before s10, and upper and lower case sort together.

    Each number is preceded by its length in digits, so that plain comparison of the keys is right.
    """
    return re.sub(r"[0-9]+", lambda run: _number_key(run.group()), name.casefold())


def _number_key(digits: str) -> str:
    significant = digits.lstrip("0")
    return f"{len(significant):04d}{significant}"


def _make_folder(folder: Path) -> int:
    """Make `folder` and return its lock."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return take_lock(folder)
    except HeldError as held:
        raise store_error("held", folder, who=held.who) from held
    except OSError as error:
        raise from_os(error, folder) from error


def _connect(folder: Path) -> tuple[sqlite3.Connection, int]:
    """The database, and the number of the last grade in it."""
    if (folder / FILE_NAME).is_symlink():
        raise store_error("not-a-database", folder)
    with _sqlite_errors(folder):
        database = sqlite3.connect(folder / FILE_NAME, isolation_level=None, check_same_thread=False, timeout=5.0)
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            known = _known_format(database, folder)
            database.execute("PRAGMA journal_mode = WAL")
            if not known:
                _make_tables(database)
            database.executescript(schema.RUBRICS + schema.guards("rubrics"))
            _renew_overrides(database)
            (last,) = database.execute("SELECT coalesce(max(seq), 0) FROM grades").fetchone()
        except BaseException:
            database.close()
            raise
    return database, last


def _known_format(database: sqlite3.Connection, folder: Path) -> bool:
    """Whether the file has our tables; False when it is empty. Refuses one that is not ours, or newer than we are."""
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not tables:
        return False
    if not {"meta", "grades", "records", "submissions"} <= tables:
        raise store_error("not-a-database", folder)
    (found,) = database.execute("SELECT value FROM meta WHERE key = 'format'").fetchone() or ("?",)
    if found != str(schema.FORMAT):
        raise store_error("newer", folder, found=found, known=schema.FORMAT)
    return True


def _make_tables(database: sqlite3.Connection) -> None:
    database.executescript(
        f"BEGIN IMMEDIATE;{schema.statements()}INSERT INTO meta VALUES ('format', '{schema.FORMAT}');COMMIT;"
    )


def _renew_overrides(database: sqlite3.Connection) -> None:
    """Give a file its table of overrides where it has the one that was only reserved, and never written to."""
    if "withdrawn" not in {row[1] for row in database.execute("PRAGMA table_info(overrides)")}:
        database.executescript(f"DROP TABLE IF EXISTS overrides;{schema.OVERRIDES}{schema.guards('overrides')}")


@contextmanager
def _sqlite_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite(error, folder) from error

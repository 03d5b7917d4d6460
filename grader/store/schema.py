"""The tables of `grades.sqlite`. Rows are added and never changed, so that a mark can be explained a year later.

The views are for people: `sqlite3 results/grades.sqlite "select * from observations where verdict = 'failed'"`.
Written for SQLite 3.31 and later: no `->>`, which systems with a Python of our age do not all have.
"""

from __future__ import annotations

FORMAT = 1
"""Of the tables below. A newer one is refused, not guessed at."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Every hand-in ever seen. `name` is the id, escaped where it is no valid text; `sort_key` puts s2 before s10.
CREATE TABLE submissions (
    number      INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    digest      TEXT NOT NULL,
    sort_key    TEXT NOT NULL,
    first_seen  TEXT NOT NULL,
    UNIQUE (name, digest)
);
CREATE INDEX submissions_in_order ON submissions (sort_key, name);

-- Long pieces of wire traffic by their SHA-256: correct programs share one row.
CREATE TABLE wires (digest TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;

-- What happened: all run records of one content under one plan. `whole` is 0 when our side failed in one of them.
CREATE TABLE records (
    seq                INTEGER PRIMARY KEY,
    submission_digest  TEXT NOT NULL,
    plan_digest        TEXT NOT NULL,
    whole              INTEGER NOT NULL,
    body               BLOB NOT NULL,
    wire               TEXT REFERENCES wires (digest),
    recorded_at        TEXT NOT NULL
);
CREATE INDEX records_by_content ON records (submission_digest, plan_digest, whole, seq);

-- What it was worth. `grade` is the whole Grade as JSON; the other columns are for finding it.
CREATE TABLE grades (
    seq                INTEGER PRIMARY KEY,
    name               TEXT NOT NULL,
    submission_digest  TEXT NOT NULL,
    rubric_digest      TEXT NOT NULL,
    plan_digest        TEXT NOT NULL,
    grader_version     TEXT NOT NULL,
    status             TEXT NOT NULL,
    grade              TEXT NOT NULL,
    recorded_at        TEXT NOT NULL
);
CREATE INDEX grades_by_name ON grades (name, seq);

CREATE VIEW observations AS
SELECT grades.seq, grades.name, json_extract(part.value, '$.id') AS "check",
       json_extract(part.value, '$.observation.verdict') AS verdict,
       json_extract(part.value, '$.observation.diagnosis') AS diagnosis,
       json_extract(part.value, '$.observation.reason') AS reason
FROM grades, json_each(grades.grade, '$.checks') AS part;

CREATE VIEW scores AS
SELECT grades.seq, grades.name, json_extract(part.value, '$.id') AS part,
       json_extract(part.value, '$.points') AS points, json_extract(part.value, '$.max') AS max
FROM grades, json_each(grades.grade, '$.checks') AS part
UNION ALL
SELECT grades.seq, grades.name, json_extract(part.value, '$.id'),
       json_extract(part.value, '$.points'), json_extract(part.value, '$.max')
FROM grades, json_each(grades.grade, '$.questions') AS part;
"""

RUBRICS = """
-- Which rubrics judge alike, so that only points have to be counted anew. A file from before this table gets it.
CREATE TABLE IF NOT EXISTS rubrics (
    digest          TEXT NOT NULL,
    grader_version  TEXT NOT NULL,
    observed        TEXT NOT NULL,
    answered        TEXT NOT NULL,
    PRIMARY KEY (digest, grader_version)
) WITHOUT ROWID;
"""

OVERRIDES = """
-- What a person decided on one content of a hand-in. The last row of a part holds. `part`: a check or a question, or
-- nothing for the whole; `points`: nothing where the marks stand as they are, or the decision is withdrawn.
CREATE TABLE overrides (
    seq                INTEGER PRIMARY KEY,
    name               TEXT NOT NULL,
    submission_digest  TEXT NOT NULL,
    part               TEXT NOT NULL,
    points             TEXT NOT NULL,
    reason             TEXT NOT NULL,
    author             TEXT NOT NULL,
    withdrawn          INTEGER NOT NULL,
    recorded_at        TEXT NOT NULL
);
"""

APPEND_ONLY = ("submissions", "wires", "records", "grades", "overrides")


def statements() -> str:
    """Everything that makes an empty file a store of this format."""
    return TABLES + OVERRIDES + "".join(map(guards, APPEND_ONLY))


def guards(table: str) -> str:
    """What refuses to change or remove a row of a table."""
    return _guard(table, "UPDATE") + _guard(table, "DELETE")


def _guard(table: str, action: str) -> str:
    return (
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{action.lower()} BEFORE {action} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;\n"
    )


# A harness error is ours: it never hides an earlier good grade of the same content under the same rubric.
LATEST = """
SELECT chosen.grade
FROM (SELECT DISTINCT sort_key, name FROM submissions) AS submission
JOIN grades AS newest ON newest.seq = (SELECT max(seq) FROM grades WHERE name = submission.name)
JOIN grades AS chosen ON chosen.seq = coalesce(
    (SELECT max(good.seq) FROM grades AS good
     WHERE newest.status = 'harness-error' AND good.name = submission.name AND good.status <> 'harness-error'
       AND good.submission_digest = newest.submission_digest AND good.rubric_digest = newest.rubric_digest),
    newest.seq)
ORDER BY submission.sort_key, submission.name
"""

DECIDED = """
SELECT name, submission_digest, part, points, reason, author, withdrawn, recorded_at FROM overrides ORDER BY seq
"""

# What this run (rows above ?1) made of content that was graded before, by another rubric or version.
REMADE = """
SELECT newest.name, json_extract(before.grade, '$.points'), json_extract(newest.grade, '$.points'),
       before.status, newest.status
FROM grades AS newest JOIN grades AS before ON before.seq =
    (SELECT max(seq) FROM grades WHERE name = newest.name AND seq <= ?1 AND status <> 'harness-error')
WHERE newest.seq > ?1 AND newest.seq = (SELECT max(seq) FROM grades WHERE name = newest.name)
    AND newest.status <> 'harness-error' AND newest.submission_digest = before.submission_digest
    AND (newest.rubric_digest <> before.rubric_digest OR newest.grader_version <> before.grader_version)
"""

STORED_GRADE = """
SELECT grade, seq = (SELECT max(seq) FROM grades WHERE name = ?1) FROM grades
WHERE name = ?1 AND submission_digest = ?2 AND rubric_digest = ?3 AND grader_version = ?4 AND status <> 'harness-error'
ORDER BY seq DESC LIMIT 1
"""

EARLIER_GRADE = """
SELECT grades.grade, rubrics.observed = ?1 AS observed, rubrics.answered = ?2 AS answered
FROM grades JOIN rubrics ON rubrics.digest = grades.rubric_digest AND rubrics.grader_version = grades.grader_version
WHERE grades.name = ?3 AND grades.submission_digest = ?4 AND grades.grader_version = ?5
    AND grades.status <> 'harness-error' AND (rubrics.observed = ?1 OR rubrics.answered = ?2)
ORDER BY (rubrics.observed = ?1) + (rubrics.answered = ?2) DESC, seq DESC LIMIT 1
"""

STORED_RECORDS = """
SELECT records.body, wires.data FROM records LEFT JOIN wires ON wires.digest = records.wire
WHERE submission_digest = ? AND plan_digest = ? AND whole = 1 ORDER BY seq DESC LIMIT 1
"""

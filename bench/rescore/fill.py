"""A class of any size with a store that already holds its records, at a small part of what grading it would cost.

A small class is graded for real. Each further submission hands in the programs of one of them beside other answers; its
records are those of the one it was made from, with the random payloads that its own digest would have led to. They go
into the store by the store's own door, with the grade that the pipeline's own functions make of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from bench.classes import name, programs, write_class
from bench.grading import grade
from grader import __version__
from grader.answers import parse_answers, score_answer
from grader.assess import observe
from grader.conversation import PlannedRun, plan
from grader.intake import Pending, find_submissions
from grader.model import Event, Question, QuestionScore, Rubric, RunRecord, Submission
from grader.rubric import plan_digest, stages
from grader.score import score
from grader.store import Store

KINDS = ("class",)
LONG_ENOUGH = 7
"""Bytes from which on a payload is recognised wherever it stands; a shorter one may be there by chance."""

Payloads = dict[str, tuple[list[bytes], list[bytes]]]


def fill(folder: Path, out: Path, count: int, rubric: Rubric) -> int:
    """Lay out `count` submissions in `folder`, and their grades and records in the store of `out`.

    Returns of how many checks the verdict differs from that of the submission it was made from; 0 is right.
    """
    seeds, seeded = folder.with_name("seed-class"), folder.with_name("seed-results")
    write_class(seeds, len(programs(KINDS)), KINDS)
    grade(seeds, seeded)
    write_class(folder, count, KINDS)
    with Store.open(seeded) as known, Store.open(out) as store:
        return multiply(find_submissions([seeds], rubric), find_submissions([folder], rubric), rubric, known, store)


def multiply(seeds: Iterable[Pending], pending: Iterable[Pending], rubric: Rubric, known: Store, store: Store) -> int:
    """Save a grade and records for each of `pending`. Returns the number of verdicts that came out differently."""
    digest, different = plan_digest(rubric), 0
    store.know_rubric(rubric.digest, __version__, stages(rubric))
    originals = {each.id: each.read() for each in seeds}
    verdicts = {
        grade.submission: {check.id: check.observation.verdict for check in grade.checks}
        for grade in known.latest_grades()
    }
    records = {each.id: known.stored_records(each.digest, digest) or {} for each in originals.values()}
    for each in pending:
        submission = each.read()
        original = originals[name(int(submission.id.rpartition("-")[2]) % len(originals))]
        own = with_payloads(records[original.id], payloads(rubric, original.digest, submission.digest))
        observations = observe(submission, rubric, own)
        different += sum(verdicts[original.id][check] != one.verdict for check, one in observations.items())
        grade = score(submission, rubric, observations, questions(submission, rubric))
        store.save(grade, own, digest)
    return different


def questions(submission: Submission, rubric: Rubric) -> list[QuestionScore]:
    """The answers' scores; the same text is read once."""
    given = parse_answers(submission.answers or "", rubric.questions)
    return [_scored(rubric.digest, place, given.get(one.id, ""), one) for place, one in enumerate(rubric.questions)]


_KNOWN: dict[tuple[str, int, str], QuestionScore] = {}


def _scored(rubric: str, place: int, text: str, question: Question) -> QuestionScore:
    key = (rubric, place, text)
    if key not in _KNOWN:
        _KNOWN[key] = score_answer(question, text)
    return _KNOWN[key]


def payloads(rubric: Rubric, one: str, other: str) -> Payloads:
    """Run name -> what the peer sends in it to a submission of one digest, and to that of another, in order."""
    both = zip(plan(rubric, one), plan(rubric, other), strict=True)
    return {first.name: (_sent(first), _sent(second)) for first, second in both}


def _sent(run: PlannedRun) -> list[bytes]:
    return [action.data for action in run.actions if action.kind == "send"]


def with_payloads(records: Mapping[str, RunRecord], changes: Payloads) -> dict[str, RunRecord]:
    """The records as they would be with other payloads: on the wire in both directions, and where they are printed."""
    return {name: _changed(record, *changes[name.partition("/")[0]]) for name, record in records.items()}


def _changed(record: RunRecord, old: list[bytes], new: list[bytes]) -> RunRecord:
    whole = b"".join(old), b"".join(new)

    def stream(data: bytes) -> bytes:
        return whole[1][: len(data)] if whole[0].startswith(data) else replaced(data)

    def replaced(data: bytes) -> bytes:
        for before, after in zip(old, new, strict=True):
            if before != after and len(before) >= LONG_ENOUGH:
                data = data.replace(before, after).replace(repr(before)[2:-1].encode(), repr(after)[2:-1].encode())
        return data

    return replace(record, events=_streams(record.events, stream), stdout=replaced(record.stdout))


def _streams(events: tuple[Event, ...], changed: Callable[[bytes], bytes]) -> tuple[Event, ...]:
    """Events with each direction of each connection changed as the one stream of bytes that it is."""
    streams: dict[tuple[int, str], bytes] = {}
    for key in {(one.connection, one.kind) for one in events if one.data}:
        streams[key] = changed(b"".join(one.data for one in events if (one.connection, one.kind) == key))
    taken = dict.fromkeys(streams, 0)
    result = []
    for one in events:
        key, start = (one.connection, one.kind), taken.get((one.connection, one.kind), 0)
        if one.data:
            taken[key] = start + len(one.data)
            one = replace(one, data=streams[key][start : start + len(one.data)])  # noqa: PLW2901
        result.append(one)
    return tuple(result)

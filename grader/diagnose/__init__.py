"""What went wrong, where, and what to try: findings and sources in, one plain explanation out. Pure; a table.

The table is `catalogue.CATALOGUE`: the first entry whose condition holds explains a finding, and a generic one for
each code stands at its end, so that there is always something true to say. `docs/diagnosis.md` lists every entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.diagnose.catalogue import ADVICE, CATALOGUE
from grader.diagnose.clues import Clues, gather, glance
from grader.diagnose.entry import Entry, holds
from grader.diagnose.pairs import no_players, no_records, subject
from grader.diagnose.trace import Place
from grader.diagnose.words import sentence, staff_facts, values
from grader.model import Limits, RunRecord
from grader.verdicts import Finding

MOST_SOURCE = 200  # characters of the quoted line

__all__ = ["Diagnosis", "advice", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What is said about one finding.

    `id`: the catalogue's entry.  `role`: whose program it is about.  `reason`, `next_step`: for the student.
    `file`, `line`, `source`: the student's own line, when there is one.  `staff_note`: for teachers only.
    `elsewhere`: as of the entry.
    """

    id: str
    role: str
    reason: str
    next_step: str
    file: str | None = None
    line: int | None = None
    source: str | None = None
    staff_note: str = ""
    elsewhere: bool = False


def explain(
    finding: Finding,
    sources: Mapping[str, str],
    hint: str,
    limits: Limits,
    *,
    expected_host: str = "127.0.0.1",
    expected_port: int = 65432,
    records: Mapping[str, RunRecord] = no_records,
    players: Mapping[str, str] = no_players,
    echoes: bool = True,
    greets: bool = False,
) -> Diagnosis:
    """Explain what is wrong. Never raises.

    `sources`: path -> text of the student's files.  `hint`: the check's own next step, where no entry has a better
    one.  `expected_host`, `expected_port`: the assignment's address.
    `records`, `players`: of the check's run, by role; with them the mistake behind a pair's failure is found.
    `echoes`: the assignment's server is to send back just what it received.  `greets`: it is to speak first.
    """
    finding = subject(finding, records, players, echoes, f"{expected_host}:{expected_port}")
    clues = gather(finding.record, sources, expected_host, expected_port, echoes=echoes, greets=greets)
    entry = next(one for one in CATALOGUE if holds(one, finding, clues))
    return diagnosis(entry, finding, clues, hint, limits)


def advice(record: RunRecord, sources: Mapping[str, str]) -> Diagnosis | None:
    """Something worth knowing about a run that passed, or None: what works, and will surprise all the same."""
    finding = Finding(code="passed", record=record)
    seen = glance(record, sources)
    entry = next((one for one in ADVICE if holds(one, finding, seen)), None)
    if entry is None:  # as of nearly every correct program, which then need not be read
        return None
    return diagnosis(entry, finding, gather(record, sources, record.host, record.port), "", Limits())


def diagnosis(entry: Entry, finding: Finding, clues: Clues, hint: str, limits: Limits) -> Diagnosis:
    """One entry's sentences, filled."""
    found = entry.found(finding, clues) if entry.found is not None else None
    place = known(found.place if found is not None else entry.line(finding, clues), clues)
    words = found.words if found is not None else entry.fill(finding, clues)
    filled = {**values(finding, clues, place, hint, limits), **words}
    note = sentence(entry.staff, filled)
    return Diagnosis(
        id=entry.id,
        role=clues.role,
        reason=sentence(entry.reason, filled),
        next_step=sentence(entry.next_step_for(clues), filled),
        file=place.file if place else None,
        line=place.line if place else None,
        source=clues.text_at(place)[:MOST_SOURCE] if place else None,
        staff_note=f"{note} [{staff_facts(clues)}]".strip(),
        elsewhere=entry.elsewhere,
    )


def known(place: Place | None, clues: Clues) -> Place | None:
    """A line that exists in the student's files, or None: a program can print any traceback it likes."""
    if place is None or not 0 < place.line <= clues.length(place.file):
        return None
    return place

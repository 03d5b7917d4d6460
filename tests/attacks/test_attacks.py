"""The attack class, graded among honest hand-ins: each attack is contained, and nobody else's mark knows of it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attack_suite import CLAUSES, Attack, load_attacks
from siege import HONEST, ORDINARY_ID, Outcome

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ATTACKS = load_attacks()
each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


# --- the whole battle -----------------------------------------------------------------------------------------------


def test_every_attack_gets_a_verdict(siege: Outcome) -> None:
    """The batch goes to its end, no attack costs a harness error, and every hand-in is among the results."""
    assert siege.status == 1, siege.output
    assert "Traceback" not in siege.output
    wanted = {*HONEST, *(name for names in siege.ids.values() for name in names)}
    assert [name for name in wanted if result_id(siege, name) not in siege.results] == []
    assert [name for name, one in siege.results.items() if one["status"] == "harness-error"] == []


def result_id(siege: Outcome, name: str) -> str:
    """The id under which a hand-in appears: its name, but for one that is no text."""
    return next((one for one in siege.results if one.startswith("no-text-")), name) if name == "no-text-" else name


def test_honest_marks_are_those_of_a_class_without_attackers(siege: Outcome, peace: Outcome) -> None:
    """Points, verdicts, sentences and pages of the twenty are the same to the byte."""
    assert set(peace.results) == set(HONEST)
    for name in HONEST:
        assert siege.results[name] == peace.results[name]
        theirs = {path.relative_to(siege.out): data for path, data in siege.pages(name).items()}
        assert theirs == {path.relative_to(peace.out): data for path, data in peace.pages(name).items()}
        assert len(theirs) == 3


def test_no_process_outlives_the_batch(siege: Outcome) -> None:
    """When `grade` has ended, nothing that it started is left."""
    assert siege.outlived == []


def test_nothing_of_the_host_is_changed(siege: Outcome) -> None:
    """Every file, link, mode, owner and time in the class's folder and around the secret is as it was."""
    assert siege.changed == []


def test_the_secret_is_in_no_artefact(siege: Outcome) -> None:
    """What the host keeps (in a file, an environment, an argument, two services) is in nothing that was written."""
    secret = siege.bait.secret.encode()
    assert [path for path in siege.out.rglob("*") if path.is_file() and secret in path.read_bytes()] == []
    assert siege.bait.secret not in siege.output


def test_pages_speak_no_other_language_than_without_attackers(siege: Outcome, peace: Outcome) -> None:
    """No page has a tag or an attribute that the pages of honest hand-ins do not have, and every link stays inside."""
    known = vocabulary(peace.out) | {("mark", ""), ("pre", ""), ("mark", "class"), ("h4", ""), ("ol", "")}
    assert vocabulary(siege.out) - known == set()
    for page in siege.out.rglob("*.html"):
        for link in re.findall(r"(?:href|src)=[\"']?([^\"'> ]*)", Tags(page).attributes_text):
            assert not re.match(r"[a-z]+:|//", link), (page, link)
        assert b"Content-Security-Policy" in page.read_bytes()


class Tags(HTMLParser):
    """The tags of a page, each with the names of its attributes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.attributes_text = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add((tag, ""))
        self.found.update((tag, name) for name, _ in attrs)
        self.attributes_text += " ".join(f'{name}="{value}"' for name, value in attrs)


def vocabulary(out: Path) -> set[tuple[str, str]]:
    """Every tag and attribute of every page."""
    return {one for path in out.rglob("*.html") for one in Tags(path).found}


def test_no_control_character_is_in_any_page(siege: Outcome) -> None:
    """Neither pages nor tables nor what the command printed hold a sequence that a terminal would obey."""
    for path in [
        *siege.out.rglob("*.html"),
        *siege.out.rglob("*.md"),
        *siege.out.glob("*.csv"),
        *siege.out.glob("*.json"),
    ]:
        assert list(obeyed(path.read_text("utf-8"))) == [], path
    assert list(obeyed(siege.output)) == []


def obeyed(text: str) -> Iterator[str]:
    """Characters that change how the rest is shown."""
    for character in set(text) - {"\n", "\r", "\t", "\u200c", "\u200d"}:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            yield repr(character)


def test_no_cell_of_the_scores_is_a_formula(siege: Outcome) -> None:
    """A spreadsheet computes nothing in scores.csv, whatever hand-ins are called."""
    with (siege.out / "scores.csv").open(newline="", encoding="utf-8") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert len(cells) > 20 * len(siege.results)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))] == []


def test_no_port_of_an_attack_is_open_on_the_host(siege: Outcome) -> None:
    """Not one listener of an attack is in the host's own tables."""
    ports = {port for attack in ATTACKS for port in attack.contained.get("ports", ())}
    listening = set()
    for table in ("tcp", "tcp6"):
        rows = [line.split() for line in Path("/proc/net", table).read_text().splitlines()[1:]]
        listening |= {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A"}
    assert ports
    assert ports & listening == set()


# --- attack by attack -----------------------------------------------------------------------------------------------


@each_attack
def test_an_attack_is_contained(attack: Attack, siege: Outcome) -> None:
    """What `contained` of its attack.yaml says is so for each of its hand-ins."""
    for name in siege.ids[attack.name]:
        for probe, value in attack.contained.items():
            PROBES[probe](siege, result_id(siege, name), value)


# --- the battle of programs, fought by a user without rights --------------------------------------------------------


@pytest.mark.thorough
def test_honest_marks_are_the_same_whoever_grades(siege_by_a_user: Outcome, peace: Outcome) -> None:
    """Root's grading without attackers, and a user's among them: the same results and pages of the twenty."""
    for name in HONEST:
        assert siege_by_a_user.results[name] == peace.results[name]
        theirs = {path.relative_to(siege_by_a_user.out): data for path, data in siege_by_a_user.pages(name).items()}
        assert theirs == {path.relative_to(peace.out): data for path, data in peace.pages(name).items()}


@pytest.mark.thorough
def test_a_user_without_rights_is_as_safe(siege_by_a_user: Outcome) -> None:
    """Verdicts for all, nothing left, nothing changed, nothing told: as in root's battle."""
    test_every_attack_gets_a_verdict(siege_by_a_user)
    test_no_process_outlives_the_batch(siege_by_a_user)
    test_nothing_of_the_host_is_changed(siege_by_a_user)
    test_the_secret_is_in_no_artefact(siege_by_a_user)
    test_no_control_character_is_in_any_page(siege_by_a_user)
    test_no_cell_of_the_scores_is_a_formula(siege_by_a_user)


@pytest.mark.thorough
def test_that_user_had_no_rights(siege_by_a_user: Outcome) -> None:
    """What was written belongs to that user, so that nothing of it was written by root."""
    assert {path.stat().st_uid for path in siege_by_a_user.out.rglob("*")} == {ORDINARY_ID}


@pytest.mark.thorough
def test_an_attack_on_a_user_is_contained(attack_on_a_user: Attack, siege_by_a_user: Outcome) -> None:
    """Attack by attack, as in root's battle."""
    test_an_attack_is_contained(attack_on_a_user, siege_by_a_user)


def passed(siege: Outcome, name: str) -> set[str]:
    """The checks that a hand-in has passed."""
    return {check["id"] for check in siege.results[name]["checks"] if check["verdict"] == "passed"}


def earns(siege: Outcome, name: str, most: int) -> None:
    """All checks together are worth no more than this."""
    assert sum(check["points"] for check in siege.results[name]["checks"]) <= most


def earns_only(siege: Outcome, name: str, checks: list[str]) -> None:
    """No other check is passed."""
    assert passed(siege, name) <= set(checks)


def full(siege: Outcome, name: str, role: str) -> None:
    """The honest half earns all that it deserves."""
    wanted = {check["id"] for check in siege.results[name]["checks"] if check["id"].startswith(f"{role}.")}
    assert wanted <= passed(siege, name)


def ended_by(siege: Outcome, name: str, limits: list[str]) -> None:
    """One of these limits has ended it; on a machine that is short of time the real-time limit may come first."""
    records = siege.records[name].values()
    stopped = {record.stopped for record in records} | {"output" for record in records if record.output_cut}
    stopped -= {None, "finished"}
    assert stopped
    assert stopped <= {*limits, "stuck", "wall"}, stopped
    assert stopped & set(limits)


def ended_by_where_grouped(siege: Outcome, name: str, limits: list[str]) -> None:
    """One of these limits has ended it, where control groups bound what no process maps; elsewhere it ends with its
    run, and earns nothing."""
    if siege.groups:
        ended_by(siege, name, limits)


def says(siege: Outcome, name: str, words: str) -> None:
    """A sentence for the student names the limit, and how much was used up."""
    reasons = [check["reason"] for check in siege.results[name]["checks"]]
    assert [one for one in reasons if words in one], reasons


def says_where_grouped(siege: Outcome, name: str, words: str) -> None:
    """The same, where control groups bound what no process maps."""
    if siege.groups:
        says(siege, name, words)


def output_of(siege: Outcome, name: str) -> str:
    """All that its programs printed."""
    return "".join((one.stdout + one.stderr).decode("utf-8", "replace") for one in siege.records[name].values())


def prints(siege: Outcome, name: str, text: str) -> None:
    """The program came as far as to say so."""
    assert text in output_of(siege, name)


def absent(siege: Outcome, name: str, texts: list[str]) -> None:
    """What would be the sign of a success was not printed, and is in no page."""
    everything = output_of(siege, name) + "".join(data.decode("utf-8") for data in siege.pages(name).values())
    for text in texts:
        sign = siege.bait.secret if text == "secret" else text
        assert sign not in everything


def raw_absent(siege: Outcome, name: str, texts: list[str]) -> None:
    """These characters are in none of its pages as they are."""
    pages = siege.pages(name)
    assert pages
    assert [text for text in texts for data in pages.values() if text in data.decode("utf-8")] == []


def markup(siege: Outcome, name: str, wanted: bool) -> None:
    """What it sent is shown, and is text."""
    pages = b"".join(data for path, data in siege.pages(name).items() if path.suffix == ".html")
    assert b"&lt;script&gt;" in pages
    assert b"<script" not in pages


def formulas(siege: Outcome, name: str, wanted: bool) -> None:
    """Its row is in the table, with a name that is text."""
    with (siege.out / "scores.csv").open(newline="", encoding="utf-8") as stream:
        ids = [row["id"] for row in csv.DictReader(stream)]
    assert any(one.startswith("'") and one.strip("'␉ ").startswith(name.strip()[:4]) for one in ids), ids


def needs_person(siege: Outcome, name: str, wanted: bool) -> None:
    """A person is asked, and a note says why."""
    assert siege.results[name]["status"] == "needs-review"
    assert siege.results[name]["notes"]


def noted(siege: Outcome, name: str, wanted: bool) -> None:
    """A note says what was left out."""
    assert siege.results[name]["notes"]


def secret_unread(siege: Outcome, name: str, wanted: bool) -> None:
    """No record, answer or page holds the host's secret."""
    absent(siege, name, ["secret"])


def no_listener(siege: Outcome, name: str, ports: list[int]) -> None:
    """Told for the whole host by a test of its own."""
    assert ports


def store_megabytes(siege: Outcome, name: str, most: int) -> None:
    """The results of the whole battle stay small enough for anybody's disk."""
    assert (siege.out / "grades.sqlite").stat().st_size < most << 20


PROBES: dict[str, Callable[[Outcome, str, Any], None]] = {
    "earns": earns,
    "earns-only": earns_only,
    "full": full,
    "ended-by": ended_by,
    "ended-by-where-grouped": ended_by_where_grouped,
    "says": says,
    "says-where-grouped": says_where_grouped,
    "prints": prints,
    "absent": absent,
    "raw-absent": raw_absent,
    "markup": markup,
    "csv": formulas,
    "needs-person": needs_person,
    "noted": noted,
    "secret-unread": secret_unread,
    "ports": no_listener,
    "store-megabytes": store_megabytes,
}


# --- the suite itself -----------------------------------------------------------------------------------------------


def test_every_clause_is_attacked() -> None:
    """Each promise of docs/security.md has an attack, and the page names every attack."""
    assert {attack.clause for attack in ATTACKS} == set(CLAUSES)
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")
    assert [attack.name for attack in ATTACKS if f"`{attack.name}`" not in page] == []


def test_known_incidents_are_named() -> None:
    """What has happened to other graders is tried on this one."""
    incidents = " ".join(attack.incident or "" for attack in ATTACKS)
    for word in ("symlink escape", "chown", "rewritten", "slip", "hidden tests", "formula", "time-out"):
        assert word in incidents


@each_attack
def test_an_attack_says_how_containment_is_seen(attack: Attack) -> None:
    """Beyond what is seen of the whole battle; builders' hand-ins may leave it at that."""
    assert attack.attempts.endswith(".")
    assert set(attack.contained) <= set(PROBES)

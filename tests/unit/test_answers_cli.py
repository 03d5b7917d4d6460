"""`grade answers`: one answer explained, and agreement with marks of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.answers_cli import answers_group
from grader.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
RUBRIC = ["-r", str(ROOT / "rubric.yaml")]


def printed(*arguments: str, given: str | None = None) -> str:
    done = CliRunner().invoke(answers_group, [*arguments, *RUBRIC], input=given, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_an_answer_is_explained() -> None:
    """Points, the words that earned them, and what is missing."""
    out = printed("try", "It ties the socket to an address and a port.", "-q", "q1")
    assert "What bind achieves: 6 of 15" in out
    assert "+ assoc 6/6" in out
    assert "'ties the socket to an address" in out
    assert "- order 0/5" in out


def test_an_answer_is_read_from_standard_input() -> None:
    assert "What connect achieves: 0 of 15" in printed("try", "-", "-q", "q2", given="no idea\n")


def test_a_question_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="no question 'q9' in the rubric; it has q1, q2"):
        printed("try", "text", "-q", "q9")


def test_agreement_with_a_spreadsheet(tmp_path: Path) -> None:
    """One right credit and one planted disagreement, which is shown as an error."""
    bank = tmp_path / "marked.csv"
    bank.write_text(
        "question,answer,assoc,port,loopback,order\n"
        "q1,It ties the socket to an address and a port.,1,0,0,0\n"
        "q1,It ties the socket to an address.,0,0,0,0\n"
    )
    out = printed("test", str(bank))
    assert "q1 assoc" in out
    assert "points of 2 answers: QWK" in out
    assert "100.0% of those that deserve nothing got something" in out
    assert "assoc wrongly met" in out


def test_a_bank_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        printed("test", str(tmp_path / "absent.csv"))
    (tmp_path / "bad.yaml").write_text("answers: 3")
    with pytest.raises(UsageError, match="not a bank of marked answers"):
        printed("test", str(tmp_path / "bad.yaml"))

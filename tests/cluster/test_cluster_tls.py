"""A cluster that lets in only who has a certificate of its authority, set up as docs/scale.md says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from batches import ROOT, results
from clusters import QUIET, grade

pytestmark = pytest.mark.slow
SOLUTIONS = ROOT / "solutions"
SERVING = "Scheduler at:"
IN_TIME = {**QUIET, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"}


@dataclass(frozen=True)
class Papers:
    """An authority's certificate, and one that it has given out, with its key."""

    authority: Path
    own: Path

    def options(self) -> list[str]:
        """What `dask scheduler` and `dask worker` are told."""
        return [f"--tls-ca-file={self.authority}", f"--tls-cert={self.own}", f"--tls-key={self.own}"]

    def configuration(self) -> dict[str, str]:
        """What the batch reads from its environment."""
        tls = "DASK_DISTRIBUTED__COMM__TLS__"
        return {
            "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
            f"{tls}CA_FILE": str(self.authority),
            f"{tls}CLIENT__CERT": str(self.own),
            f"{tls}CLIENT__KEY": str(self.own),
        }


def papers(folder: Path) -> Papers:
    """Papers of an authority that nobody else knows."""
    folder.mkdir()
    authority, made = trustme.CA(), Papers(folder / "ca.pem", folder / "own.pem")
    authority.cert_pem.write_to_path(str(made.authority))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(made.own))
    return made


@dataclass(frozen=True)
class Encrypted:
    """A scheduler and a worker that speak TLS only."""

    address: str
    papers: Papers


def dask(name: str, *options: str) -> subprocess.Popen[str]:
    """`dask scheduler` or `dask worker`, whose log comes on its standard error."""
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{name}", "--protocol=tls", "--no-dashboard", *options],
        cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encrypted]:
    """One for all tests here."""
    ours = papers(tmp_path_factory.mktemp("tls") / "ours")
    scheduler = dask("scheduler", "--host=127.0.0.1", "--port=0", *ours.options())
    assert scheduler.stderr is not None
    address = next(line.split()[-1] for line in scheduler.stderr if SERVING in line)
    worker = dask("worker", address, "--nthreads=2", *ours.options())
    yield Encrypted(address, ours)
    for one in (worker, scheduler):
        one.terminate()
        one.communicate()


@pytest.mark.sandbox
def test_who_has_a_certificate_of_the_authority_grades(encrypted: Encrypted, tmp_path: Path) -> None:
    """Hand-ins and results pass encrypted; what comes out is as ever."""
    assert encrypted.address.startswith("tls://")
    settings = {**IN_TIME, **encrypted.papers.configuration()}
    status, said = grade("run", SOLUTIONS, "-q", "-o", tmp_path / "out", "--cluster", encrypted.address, **settings)
    assert (status, said) == (0, "")
    assert results(tmp_path / "out")["solutions"]["points"] == 100


def test_who_has_one_of_another_authority_is_kept_out(encrypted: Encrypted, tmp_path: Path) -> None:
    """And is told where to look."""
    others = papers(tmp_path / "theirs").configuration()
    said = refused(encrypted, tmp_path / "out", others)
    assert "certificates in Dask's configuration (distributed.comm.tls)" in said


def test_who_has_none_is_kept_out(encrypted: Encrypted, tmp_path: Path) -> None:
    """With the same advice."""
    said = refused(encrypted, tmp_path / "out", {})
    assert "certificates in Dask's configuration (distributed.comm.tls)" in said


def test_who_speaks_no_tls_is_kept_out(encrypted: Encrypted, tmp_path: Path) -> None:
    """The scheduler has no other door."""
    refused(Encrypted(encrypted.address.replace("tls:", "tcp:"), encrypted.papers), tmp_path / "out", {})


def refused(made: Encrypted, out: Path, settings: dict[str, str]) -> str:
    """What the command says to one who is not let in."""
    status, said = grade("run", SOLUTIONS, "-q", "-o", out, "--cluster", made.address, **IN_TIME, **settings)
    assert status == 3, said
    assert f"No scheduler answers at {made.address}" in said
    assert not (out / "results.json").exists()
    return said

"""The `grade` door: options, exit codes, printing. What a command does is in the rooms that it calls.

Each command imports what it needs when it runs, so that `grade check` answers at once.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from grader import __version__
from grader.answers_cli import answers_group
from grader.errors import INTERRUPTED, GraderError, UsageError

if TYPE_CHECKING:
    from grader.model import Rubric

SHIPPED_RUBRIC = Path(__file__).parent / "assignment" / "rubric.yaml"

NOT_BY_THAT = (
    "Note: `grade check` goes by the echo assignment's own rubric, not by the rubric.yaml in this folder. To go by "
    "that one: {command}"
)


class DefaultToRun(click.Group):
    """`grade PATH…` means `grade run PATH…`: whatever is no command's name is a path."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` before arguments that begin with no command. Raises UsageError for a misspelt one."""
        known = {*self.commands, "--help", "-h", "--version"}
        if args and args[0] not in known:
            if not args[0].startswith("-") and not os.path.lexists(args[0]):
                refuse_misspelt(args[0], self.commands)
            args = ["run", *args]
        return super().parse_args(ctx, args)


def refuse_misspelt(word: str, commands: Iterable[str]) -> None:
    """Raise UsageError where `word`, which is no path either, is much like a command."""
    import difflib

    meant = {name: name for name in commands} | {"help": "--help", "version": "--version"}
    near = difflib.get_close_matches(word.lower(), meant, n=1, cutoff=0.7)
    if near:
        raise UsageError(f"{word}: there is no such command, file or folder. Did you mean `grade {meant[near[0]]}`?")


CONTEXT = {"help_option_names": ["-h", "--help"]}
RUBRIC_HELP = "The rubric to grade by. Default: rubric.yaml in this folder, else the echo assignment's own."


@click.group(cls=DefaultToRun, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="grade")
def cli() -> None:
    """Grade network programs: each in a box of its own, with the grader as the wire.

    `grade submissions/` grades a class (the long form is `grade run`). Students use `grade check`.
    """


@cli.command("run")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", default="results", show_default=True, type=click.Path(path_type=Path), help="Where the results go."
)
@click.option("-r", "--rubric", "rubric_path", type=click.Path(path_type=Path), help=RUBRIC_HELP)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 1000),
    default=None,
    help="Submissions at work at a time. Default: four for each processor; on a cluster, what its workers take.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.option(
    "-n",
    "--dry-run",
    is_flag=True,
    help="Say what would change in the grades in the output folder, and change nothing.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Run the programs on the workers of the Dask scheduler at this address, such as tcp://scheduler:8786.",
)
def run_command(
    paths: tuple[Path, ...],
    out: Path,
    rubric_path: Path | None,
    jobs: int | None,
    quiet: bool,
    dry_run: bool,
    cluster: str | None,
) -> None:
    """Grade submissions: folders of submissions, single ones, or .zip/.tar.gz archives of either.

    Results go to the output folder: overview.html for you, students/ for your students, scores.csv and results.json
    for other programs. Run the same command again after an interruption: what is done is not done again.
    Exit status: 0 all graded, 1 some need a person, 2 wrong usage, 3 this machine (or the cluster) cannot box programs.
    With --dry-run: 0 no grade would change, 1 some would.
    """
    if cluster is not None:
        from grader.cluster import require_distributed

        require_distributed()
    rubric = load(find_rubric(rubric_path, paths))
    if dry_run:
        from grader.preview import run_preview

        sys.exit(run_preview(paths, out, rubric, jobs, quiet, cluster))
    from grader.batch import run_batch

    sys.exit(run_batch(paths, out, rubric, jobs, quiet, cluster, rubric_path))


@cli.command("check")
@click.argument("folders", metavar="[FOLDER]", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-r",
    "--rubric",
    "rubric_path",
    type=click.Path(path_type=Path),
    help="The rubric to check by. Default: the echo assignment's own.",
)
def check_command(folders: tuple[Path, ...], rubric_path: Path | None) -> None:
    """Check your own programs and answers: what works, what does not, on which line, and what to try.

    Exit status 0 only when all is well.
    """
    from grader.checking import check_folder

    if len(folders) > 1:
        words = " ".join(map(str, folders))
        raise UsageError(
            f"`grade check` takes one folder, and these are {len(folders)}. Where a name has blanks in it, put it in "
            f'quotes: grade check "{words}"'
        )
    folder = folders[0] if folders else Path()
    try:
        status = check_folder(folder, load(rubric_path or SHIPPED_RUBRIC))
    finally:
        if rubric_path is None and another_rubric_here():
            command = shlex.join(["grade", "check", str(folder), "-r", "rubric.yaml"])
            print(NOT_BY_THAT.format(command=command), file=sys.stderr)
    sys.exit(status)


@cli.command("doctor")
@click.option("-r", "--rubric", "rubric_path", type=click.Path(path_type=Path), help=RUBRIC_HELP)
@click.option("--mutants", is_flag=True, help="Grade hundreds of programs with one mistake each as well (minutes).")
def doctor_command(rubric_path: Path | None, mutants: bool) -> None:
    """Can this machine box programs, what is missing, and which command cures it; then the assignment's self-test.

    The self-test grades the reference solutions (they must score full marks) and the starter (it must score none).
    With --mutants, from a checkout of this project, each mistake must cost what it should and be called by its name.
    """
    from grader.doctor import examine, try_mutants

    path = find_rubric(rubric_path, ())
    status = examine(load(path), path)
    sys.exit(status or (try_mutants() if mutants else 0))


@cli.command("cluster")
@click.option("--workers", type=click.IntRange(1, 1000), help="Worker processes. Default: one for each processor.")
@click.option(
    "-j",
    "--jobs",
    default=4,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Submissions at work at a time on each.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8786, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 takes any that is free."
)
def cluster_command(workers: int | None, jobs: int, host: str, port: int) -> None:
    """Start a Dask scheduler and workers on this machine, to try `grade run --cluster`. Ctrl-C ends them.

    Whoever can connect to the address can run anything here: keep it on 127.0.0.1, or read docs/scale.md first.
    """
    from grader.cluster import require_distributed

    require_distributed()
    from grader.cluster.local import serve_cluster

    sys.exit(serve_cluster(host, port, workers or os.cpu_count() or 1, jobs))


cli.add_command(answers_group)


@cli.group("rubric")
def rubric_group() -> None:
    """Check a rubric, or print its schema for editors."""


@rubric_group.command("check")
@click.argument("path", required=False, type=click.Path(path_type=Path))
def rubric_check_command(path: Path | None) -> None:
    """Find every error of a rubric at once, each with its line and what was expected there."""
    from grader.model import number

    found = find_rubric(path, ())
    rubric = load(found)
    check_examples(found, rubric)
    click.echo(
        f"{found}: good. {len(rubric.checks)} checks and {len(rubric.questions)} questions, "
        f"{number(rubric.points)} points."
    )


@rubric_group.command("schema")
def rubric_schema_command() -> None:
    """Print the JSON Schema of rubric.yaml, for editors that complete and check as you type."""
    import json

    from grader.rubric import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


def find_rubric(given: Path | None, paths: tuple[Path, ...]) -> Path:
    """The rubric to use. One that lies inside what is being graded is a student's file, and is never taken."""
    if given is not None:
        return given
    here = Path("rubric.yaml")
    inside = any(Path.cwd().is_relative_to(path.resolve()) for path in paths)
    return here if here.is_file() and not inside else SHIPPED_RUBRIC


def another_rubric_here() -> bool:
    """Whether a rubric.yaml lies in the current folder that is not the echo assignment's own."""
    import filecmp

    here = Path("rubric.yaml")
    return here.is_file() and os.access(here, os.R_OK) and not filecmp.cmp(here, SHIPPED_RUBRIC, shallow=False)


def load(path: Path) -> Rubric:
    """Read a rubric, its word patterns checked too, with the decisions on answers beside it. Raises RubricError."""
    from grader.answers import check_pattern
    from grader.answers.decisions import with_decisions
    from grader.rubric import load_kept

    found = path.resolve() if path == SHIPPED_RUBRIC else path
    return with_decisions(load_kept(found, check_pattern), found)


def check_examples(path: Path, rubric: Rubric) -> None:
    """Raise RubricError when the examples of a criterion come out otherwise than they are marked."""
    from grader.answers.examples import wrong_examples
    from grader.errors import RubricError

    lines = path.read_text(encoding="utf-8").splitlines()
    problems = []
    for wrong in wrong_examples(rubric.questions):
        line = next((number for number, text in enumerate(lines, 1) if wrong.text[:40] in text), None)
        where = f"{path}, line {line}" if line else str(path)
        problems.append(
            f"{where}: criterion `{wrong.question}.{wrong.criterion}`: the example under `{wrong.wanted}` "
            f"comes out the other way: {wrong.text!r}. Change the criterion's patterns, or move the example."
        )
    if problems:
        raise RubricError(problems)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Entry point. A GraderError is printed as a message, with its exit status; a bug keeps its traceback."""
    try:
        sys.exit(cli.main(args=arguments, prog_name="grade", standalone_mode=False))
    except GraderError as error:
        click.echo(f"grade: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()

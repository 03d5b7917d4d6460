"""The `grade` door: options, exit codes, printing. What a command does is in the rooms that it calls.

Each command imports what it needs when it runs, so that `grade check` answers at once.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click

from grader import __version__
from grader.answers_cli import answers_group
from grader.errors import INTERRUPTED, GraderError, UsageError
from grader.rubric_file import SHIPPED_RUBRIC, another_rubric_here, check_examples, find_rubric, load, loose_ends
from grader.signs import write_anything_to

NOT_BY_THAT = (
    "Note: `{command}` goes by the echo assignment's own rubric, not by the rubric.yaml in this folder{why}. To go by "
    "that one: {other}"
)
IT_IS_GRADED = ", which is part of what is graded"


OTHERWISE = (
    "Note: by ideas and patterns alone these examples would come out the other way (in brackets: how\n"
    "likely they state the idea). As examples they decide their own wording; look whether they are\n"
    "marked right, and whether answers like them need a pattern or a plainer idea."
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


def refuse_misspelt(word: str, commands: Mapping[str, click.Command]) -> None:
    """Raise UsageError where `word`, which is no path either, is much like a command, or like one of a group's."""
    import difflib

    groups = [(name, group) for name, group in commands.items() if isinstance(group, click.Group)]
    inner = {name: f"{group} {name}" for group, found in groups for name in found.commands if name not in commands}
    meant = inner | {name: name for name in commands} | {"help": "--help", "version": "--version"}
    near = difflib.get_close_matches(word.lower(), meant, n=1, cutoff=0.7)
    if near:
        raise UsageError(f"{word}: there is no such command, file or folder. Did you mean `grade {meant[near[0]]}`?")


OVERRIDE_USAGE = (
    "Give points, or --stands, or --withdraw:\n"
    '  grade override SUBMISSION PART POINTS -m "why, for the student"\n'
    "  grade override SUBMISSION --stands\n"
    "  grade override SUBMISSION [PART] --withdraw"
)
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
    found = find_rubric(rubric_path, paths)
    rubric = load(found)
    if found == SHIPPED_RUBRIC != rubric_path and another_rubric_here():
        other = shlex.join(["grade", "run", *map(str, paths), "-r", "rubric.yaml"])
        print(NOT_BY_THAT.format(command="grade run", why=IT_IS_GRADED, other=other), file=sys.stderr)
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
            other = shlex.join(["grade", "check", str(folder), "-r", "rubric.yaml"])
            print(NOT_BY_THAT.format(command="grade check", why="", other=other), file=sys.stderr)
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


@cli.command("override")
@click.argument("submission", required=False)
@click.argument("part", required=False)
@click.argument("points", required=False)
@click.option("-m", "--reason", default="", help="Why, in a sentence for the student. Needed where points are set.")
@click.option(
    "-o", "--out", default="results", show_default=True, type=click.Path(path_type=Path), help="Where the results are."
)
@click.option("--stands", is_flag=True, help="You have looked, and the marks stand as they are.")
@click.option("--withdraw", is_flag=True, help="An earlier decision holds no more: the grader's own mark counts again.")
@click.option("--by", "author", default=None, help="Who decides. Default: the name of your account here.")
def override_command(
    submission: str | None,
    part: str | None,
    points: str | None,
    reason: str,
    out: Path,
    stands: bool,
    withdraw: bool,
    author: str | None,
) -> None:
    """Set the POINTS of a PART (a check or a question) of a SUBMISSION by hand, or list what was set.

    A decision holds for what was handed in: whoever hands in something else is marked anew. Names and parts are those
    of scores.csv. What the grader found is kept, and decisions are never lost, so that each can be explained later.
    """
    from grader.overriding import Wanted, in_force, override

    if submission is None:
        lines = list(in_force(out))
        click.echo("\n".join(lines) or f"Nothing in {out} was decided by hand.")
        return
    if (points is not None) + stands + withdraw != 1 or (stands and part) or (part is None and points):
        raise UsageError(OVERRIDE_USAGE)
    if points is not None and not reason.strip():
        raise UsageError('Say why, for the student: `-m "..."`.')
    wanted = Wanted(
        submission=submission, part=part or "", points=points, reason=reason, author=author or account(),
        withdraw=withdraw,
    )  # fmt: skip
    click.echo(override(out, wanted))


def account() -> str:
    """The name of the account that this runs under, or a word for one that has none."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name in the environment, and none for the number
        return "somebody"


cli.add_command(answers_group)


@cli.group("rubric")
def rubric_group() -> None:
    """Check a rubric, or print its schema for editors."""


@rubric_group.command("check")
@click.argument("path", required=False, type=click.Path(path_type=Path))
def rubric_check_command(path: Path | None) -> None:
    """Find every error of a rubric at once, each with its line and what was expected there."""
    from grader.report.words import count, points_word

    found = find_rubric(path, ())
    rubric = load(found)
    unknown = check_examples(found, rubric)
    checks, questions = count(len(rubric.checks), "check"), count(len(rubric.questions), "question")
    click.echo(f"{found}: good. {checks} and {questions}, {points_word(rubric.points)}.")
    for sentence in loose_ends(rubric):
        click.echo(f"\nNote: {sentence}")
    if unknown:
        click.echo("\n".join(["", OTHERWISE, *unknown]))


@rubric_group.command("schema")
def rubric_schema_command() -> None:
    """Print the JSON Schema of rubric.yaml, for editors that complete and check as you type."""
    import json

    from grader.rubric import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def main(arguments: list[str] | None = None) -> NoReturn:
    """Entry point. A GraderError is printed as a message, with its exit status; a bug keeps its traceback."""
    write_anything_to([sys.stdout, sys.stderr])
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

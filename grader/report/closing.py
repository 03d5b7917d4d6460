"""What to do after a batch: the sentences below its summary. Each names what was found, and the next step."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from grader.model import Remade
from grader.report.escape import visible
from grader.report.statistics import Summary
from grader.report.words import STATUS, amount, count

FEWEST_RENAMED = 2
"""One student who named both programs otherwise is no sign of a wrong rubric."""

NO_PROGRAM = "No program was found in {number} of {all}. Is this the right folder, and the right rubric (-r)?"
RENAMED = (
    "No program in {all} has the name that the rubric gives, at the top of its folder. Is this the right rubric (-r)?"
)
FAULTS = (
    "{number} no mark yet, because of a fault on our side. Run the same command again: it repeats only {these}. Until "
    "then do not upload {their} of scores.csv."
)
UNOPENED = (
    "{number} could not be opened and {have} no mark: the list above says why. Put what can be read in {its} place and "
    "run the same command again."
)
REMADE_NAMED = 3
REMADE = (
    "{number} came out otherwise than the last time, though the same was handed in: {some}. The rubric changed, or "
    "what was decided beside it, or this program. If that was not meant, name the rubric of the last time with -r "
    "and run this again: nothing is lost."
)
EDITED = (
    "{out}/scores.csv had been changed since it was written. That one is kept as {edited}; each run makes the table "
    "anew. A mark that is to stay is set with `grade override`."
)
ANSWERS = "To settle the answers that need a person, each wording once: {command}"
PROGRAMS = (
    "For {number} of those who need a person, open {overview}, look, and say what holds: {command}, or PART POINTS -m "
    '"why" in place of --stands.'
)
OTHERS = (
    "The overview, scores.csv and results.json list what this command was given: {listed}. The grades and pages of "
    "{others} that {out} had before are kept there. To list them all, give all their paths in one command; to keep "
    "classes apart, choose another folder with -o."
)


def render_closing(
    summary: Summary,
    *,
    out: str,
    rubric: str | None,
    others: tuple[int, int],
    remade: Sequence[Remade] = (),
    edited: str | None = None,
) -> str:
    """The sentences, a line each, or nothing where there is nothing to do.

    `out`: the output folder, and `rubric`: the rubric as the command named it, or None. `others`: how many submissions
    that are not in this run have pages for students, and for staff. `remade`: grades that came
    out otherwise than before. `edited`: where an edited scores.csv was kept.
    """
    lines = [
        *_doubts(summary),
        *_remade(remade),
        *_faults(summary),
        *_unopened(summary),
        *_people(summary, out, rubric),
    ]
    lines += [EDITED.format(out=out, edited=edited)] if edited else []
    lines += _others(summary, out, max(others))
    return "".join(f"{line}\n" for line in lines)


def _doubts(summary: Summary) -> Iterator[str]:
    """Whether this can be the right folder and the right rubric."""
    everybody = count(summary.submissions, "submission")
    if summary.without_program * 2 >= summary.submissions > 0:
        yield NO_PROGRAM.format(number=summary.without_program, all=everybody)
    elif summary.renamed >= max(FEWEST_RENAMED, summary.submissions - summary.without_program):
        yield RENAMED.format(all=everybody)


def _remade(remade: Sequence[Remade]) -> Iterator[str]:
    """Whose mark is another one though the hand-in is not, the largest change first: a rubric that was not named again,
    and the decisions beside it, would else be lost without a word."""
    if remade:
        largest = sorted(remade, key=lambda one: (-abs(one.after - one.before), one.submission))
        some = ", ".join(map(_remade_one, largest[:REMADE_NAMED]))
        more = len(remade) - REMADE_NAMED
        number = count(len(remade), "grade")
        yield REMADE.format(number=number, some=f"{some} and {more} more" if more > 0 else some)


def _remade_one(one: Remade) -> str:
    before, after = amount(one.before), amount(one.after)
    if one.before == one.after:
        before, after = STATUS[one.status_before], STATUS[one.status_after]
    return f"{visible(one.submission)} {before} → {after}"


def _faults(summary: Summary) -> Iterator[str]:
    one = summary.faults_count == 1
    if summary.faults_count:
        yield FAULTS.format(
            number=f"{count(summary.faults_count, 'submission')} {'has' if one else 'have'}",
            these="this one" if one else "these",
            their="its row" if one else "their rows",
        )


def _unopened(summary: Summary) -> Iterator[str]:
    one = summary.unopened == 1
    if summary.unopened:
        yield UNOPENED.format(
            number=count(summary.unopened, "hand-in"), have="has" if one else "have", its="its" if one else "their"
        )


def _people(summary: Summary, out: str, rubric: str | None) -> Iterator[str]:
    if summary.answers_wait:
        command = ["grade", "answers", "queue", out] + (["-r", rubric] if rubric else [])
        yield ANSWERS.format(command=shlex.join(command))
    if summary.programs_wait:
        stands = shlex.join(["grade", "override", "SUBMISSION", "--stands", "-o", out])
        yield PROGRAMS.format(number=summary.programs_wait, overview=f"{out}/overview.html", command=stands)


def _others(summary: Summary, out: str, others: int) -> Iterator[str]:
    if others:
        listed = count(summary.submissions, "submission")
        yield OTHERS.format(out=out, listed=listed, others=count(others, "other"))

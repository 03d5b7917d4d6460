"""The validated shape of a rubric -> the frozen values of `grader.model`. Units are converted here, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.model import (
    Check,
    Criterion,
    Limits,
    Misconception,
    Options,
    ProgramSpec,
    Question,
    Rubric,
    Step,
)
from grader.rubric.digest import rubric_digest
from grader.rubric.shape import (
    AnswersShape,
    CheckShape,
    CriterionShape,
    LimitsShape,
    MisconceptionShape,
    PlayersShape,
    ProgramsShape,
    QuestionShape,
    RubricShape,
)


def build_rubric(shape: RubricShape, conversations: list[tuple[Step, ...]], references: Mapping[str, str]) -> Rubric:
    """Return the rubric.

    `conversations`: one for each check, in order.  `references`: role -> text of the reference program.
    """
    lexicon = {name: tuple(words) for name, words in shape.lexicon.items()}
    rubric = Rubric(
        title=shape.title,
        points=shape.points,
        host=shape.assignment.host,
        port=shape.assignment.port,
        answers_file=shape.assignment.answers,
        programs=_programs(shape.assignment.programs, references),
        limits=_limits(shape.limits),
        options=Options(**shape.options.model_dump()),
        checks=tuple(_check(check, steps) for check, steps in zip(shape.checks, conversations, strict=True)),
        questions=tuple(_question(question, lexicon, shape.answers) for question in shape.questions),
        digest="",
    )
    return replace(rubric, digest=rubric_digest(rubric))


def _programs(shape: ProgramsShape, references: Mapping[str, str]) -> tuple[ProgramSpec, ...]:
    declared = (("server", shape.server), ("client", shape.client))
    return tuple(
        ProgramSpec(role=role, file=program.file, reference=references[role])
        for role, program in declared
        if program is not None
    )


def _limits(shape: LimitsShape) -> Limits:
    return Limits(
        wall_seconds=shape.wall_seconds,
        cpu_seconds=shape.cpu_seconds,
        memory_bytes=shape.memory_mb * 1024 * 1024,
        output_bytes=shape.output_kb * 1024,
        processes=shape.processes,
        file_bytes=shape.files_mb * 1024 * 1024,
    )


def _players(shape: PlayersShape) -> dict[str, str]:
    declared = (("server", shape.server), ("client", shape.client))
    return {role: who for role, who in declared if who is not None}


def _check(shape: CheckShape, conversation: tuple[Step, ...]) -> Check:
    return Check(
        id=shape.id,
        title=shape.title,
        points=shape.points,
        players=_players(shape.run),
        needs=tuple(shape.needs),
        conversation=conversation,
        hint=shape.hint,
    )


def _question(shape: QuestionShape, lexicon: Mapping[str, tuple[str, ...]], answers: AnswersShape) -> Question:
    return Question(
        id=shape.id,
        number=shape.number,
        title=shape.title,
        prompt=shape.prompt,
        points=shape.points,
        criteria=tuple(_criterion(criterion) for criterion in shape.criteria),
        misconceptions=tuple(_misconception(belief) for belief in shape.misconceptions),
        lexicon=lexicon,
        target_precision=answers.target_precision,
    )


def _criterion(shape: CriterionShape) -> Criterion:
    return Criterion(
        id=shape.id,
        points=shape.points,
        idea=shape.idea,
        kind=shape.kind,
        accept=tuple(shape.accept),
        reject=tuple(shape.reject),
        examples_yes=tuple(shape.examples.yes),
        examples_no=tuple(shape.examples.no),
    )


def _misconception(shape: MisconceptionShape) -> Misconception:
    return Misconception(id=shape.id, says=shape.says, signs=tuple(shape.signs), hint=shape.hint)

"""`grade answers`: the commands on how answers are marked. Each command has a file of its own.

As in `grader.cli`, each command imports what it needs when it runs.
"""

from __future__ import annotations

import click

from grader.answers_cli.learning import learn_command
from grader.answers_cli.queueing import queue_command
from grader.answers_cli.second_opinion import second_opinion_command
from grader.answers_cli.trying import test_command, try_command


@click.group("answers")
def answers_group() -> None:
    """Try and test the marking of answers, decide what it is unsure of, and let it remember."""


for _command in (try_command, test_command, queue_command, learn_command, second_opinion_command):
    answers_group.add_command(_command)

"""The pages keep up with the program: commands and options are documented, links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from grader.cli import cli

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (ROOT / "docs" / "commands.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def section(title: str) -> str:
    """What stands under a command's own heading; empty when it has none."""
    match = re.search(rf"^## `{re.escape(title)}\b[^`]*`$(.*?)(?=^## |\Z)", COMMANDS, re.MULTILINE | re.DOTALL)
    return match[1] if match else ""


@pytest.mark.parametrize(("title", "command"), [pytest.param(*one, id=one[0]) for one in commands(cli, "grade")])
def test_every_command_is_documented_with_all_its_options(title: str, command: click.Command) -> None:
    """A heading for the command, and each option by all its names under it."""
    text = section(title)
    assert text, f"docs/commands.md has no heading for `{title}`"
    options = [option for option in command.params if isinstance(option, click.Option)]
    missing = [name for option in options for name in option.opts if f"`{name}" not in text]
    assert not missing, f"docs/commands.md does not tell of {', '.join(missing)} of `{title}`"


def test_no_command_is_documented_that_is_not_there() -> None:
    """The page has no heading for a command of the past."""
    known = {title for title, _ in commands(cli, "grade")}
    headings = re.findall(r"^## `([^`]+)`$", COMMANDS, re.MULTILINE)
    assert headings
    assert [one for one in headings if not any(one == title or one.startswith(title + " ") for title in known)] == []


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked to."""
    titles = HEADING.findall(FENCED.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """Links between pages, to files, folders and headings."""
    dead = []
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and linked.suffix == ".md" and anchor not in anchors(linked)):
            dead.append(target)
    assert dead == []


def test_the_readme_names_every_page_of_the_docs() -> None:
    """Whoever starts at the README finds every page."""
    text = (ROOT / "README.md").read_text()
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"docs/{page.name}" not in text] == []

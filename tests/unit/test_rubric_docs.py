"""The schema and the page on rubric.yaml keep up with what is read."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from pathlib import Path

import pytest
from rubrics import ROOT, check, read_reference, rubric_text

from grader.answers import check_pattern
from grader.rubric import json_schema, parse_rubric
from grader.rubric.steps import STEPS


def keys_of(schema: object) -> set[str]:
    """Every key that a JSON Schema knows."""
    if isinstance(schema, list):
        return set().union(*map(keys_of, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return set(own if isinstance(own, dict) else {}).union(*map(keys_of, schema.values()))


def test_the_json_schema_for_editors_is_up_to_date() -> None:
    """`grade rubric schema > rubric.schema.json` writes it anew."""
    stored = (ROOT / "rubric.schema.json").read_text(encoding="utf-8")
    assert stored == json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("folder", [".", "grader/assignment", "examples/upper-server"])
def test_a_copied_assignment_still_tells_editors_its_schema(folder: str, tmp_path: Path) -> None:
    """The first line of a rubric names a file beside it, which comes along with `cp -RL`, out of a checkout too."""
    for name in ("rubric.yaml", "rubric.schema.json"):
        shutil.copy(ROOT / folder / name, tmp_path)
    first = (tmp_path / "rubric.yaml").read_text("utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    named = tmp_path / first.partition("=")[2]
    assert json.loads(named.read_text("utf-8")) == json_schema()


def test_the_json_schema_describes_every_key() -> None:
    """An editor shows a sentence for each key."""
    definitions = [json_schema(), *json_schema()["$defs"].values()]
    undescribed = [
        key
        for one in definitions
        for key, value in one.get("properties", {}).items()
        if not {"description", "anyOf", "$ref"} & set(value)
    ]
    assert undescribed == []


def test_every_key_and_step_is_documented() -> None:
    """docs/rubric.md names each of them in code quotes."""
    text = (ROOT / "docs" / "rubric.md").read_text(encoding="utf-8")
    known = keys_of(json_schema()) | set(STEPS)
    assert [name for name in sorted(known) if not re.search(rf"`{name}[`:]", text)] == []


def test_the_second_assignment_of_the_documentation_is_a_rubric() -> None:
    """What instructors copy has to work."""
    page = (ROOT / "docs" / "rubric.md").read_text(encoding="utf-8")
    text = page.split("```yaml\n")[-1].split("```")[0]
    rubric = parse_rubric(text, name="docs/rubric.md", read_reference=lambda path: "pass\n")
    assert [one.id for one in rubric.checks] == ["server.listens", "server.upper-cases"]


def test_the_added_check_of_the_documentation_is_a_check() -> None:
    """The same of the page's example of a check, and of its question."""
    page = (ROOT / "docs" / "rubric.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in page.split("```yaml\n")[1:]]
    added = next(block for block in blocks if "answers-after-half-close" in block).replace(
        "server.echoes-text", "server.a"
    )
    questions = next(block for block in blocks if block.startswith("lexicon:"))
    text = rubric_text(check(points=3), textwrap.indent(added, "  "), points=20, questions=questions)
    rubric = parse_rubric(text, name="page", read_reference=read_reference, check_pattern=check_pattern)
    assert (rubric.checks[1].id, rubric.questions[0].id) == ("server.answers-after-half-close", "q1")

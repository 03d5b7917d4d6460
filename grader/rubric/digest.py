"""Digests by which rubrics are told apart. They cover what a rubric means, not how it is written down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from grader.conversation import payload
from grader.model import Rubric, Stages


def rubric_digest(rubric: Rubric) -> str:
    """Return SHA-256 (hex) over everything in a rubric, its reference programs included.

    Comments, formatting and the order of keys do not count; nor does the rubric's field `digest`.
    """
    return _sha256({**asdict(rubric), "digest": None})


def plan_digest(rubric: Rubric) -> str:
    """Return SHA-256 (hex) over what decides which programs run against what, and what is recorded.

    Points, titles, hints, needs and everything about questions are not part of it: after an edit of these, the stored
    records are scored again and no program is run. The order of the checks is part of it, because runs are named by it.
    So is the way in which random bytes are made from a seed, because a record can only be judged by the bytes that its
    program was sent.
    """
    checks = [
        {"id": check.id, "players": dict(check.players), "conversation": [asdict(step) for step in check.conversation]}
        for check in rubric.checks
    ]
    return _sha256(
        {
            "host": rubric.host,
            "port": rubric.port,
            "programs": [asdict(program) for program in rubric.programs],
            "limits": asdict(rubric.limits),
            "follow_through": rubric.options.follow_through,
            "seed": rubric.options.seed,
            "random": [payload({"kind": kind, "size": 300}, "").hex() for kind in ("random", "random-text")],
            "checks": checks,
        }
    )


_STAGES: dict[str, Stages] = {}


def stages(rubric: Rubric) -> Stages:
    """Digests of what each stage of grading depends on. An edit of points changes neither, so that earlier observations
    and readings are only scored again. Everything that may have an effect is part of one of the digests.
    """
    if rubric.digest not in _STAGES:
        whole = {**asdict(rubric), "digest": None, "title": None, "points": None}
        questions = whole.pop("questions")
        whole["options"] = {**whole["options"], "misnamed_penalty": None}
        whole["checks"] = [{**check, "points": None} for check in whole["checks"]]
        answers = {"questions": [_unpriced(question) for question in questions]}
        _STAGES[rubric.digest] = Stages(observed=_sha256(whole), answered=_sha256(answers))
    return _STAGES[rubric.digest]


def _unpriced(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question without its points. Only whether a criterion has points stays, since what is said depends on that."""
    criteria = [{**criterion, "points": criterion["points"] > 0} for criterion in question["criteria"]]
    return {**question, "points": None, "criteria": criteria}


def _sha256(value: Mapping[str, object]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_as_json)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _as_json(value: object) -> object:
    """Return a JSON value for a type that JSON lacks. Bytes become their digest, since a payload may be megabytes."""
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, Decimal):
        return {"points": str(value)}
    raise TypeError(f"no JSON for {type(value).__name__}")

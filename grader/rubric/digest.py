"""Which rubric was it? Digests over what a rubric means, not over how it is written down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal

from grader.model import Rubric


def rubric_digest(rubric: Rubric) -> str:
    """Return SHA-256 (hex) over everything in a rubric, its reference programs included.

    Comments, formatting and the order of keys are no part of it; nor is the `digest` that it carries already.
    """
    return _sha256({**asdict(rubric), "digest": None})


def plan_digest(rubric: Rubric) -> str:
    """Return SHA-256 (hex) over what decides which programs run against what, and what is recorded.

    Points, titles, hints, needs and everything about questions are no part of it: after such an edit the stored records
    are scored again, and no program is run. The order of the checks is part of it, for runs are named by it.
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
            "checks": checks,
        }
    )


def _sha256(value: Mapping[str, object]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_as_json)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _as_json(value: object) -> object:
    """Return a JSON value for what JSON has none for. Bytes become their own digest: a payload may be megabytes."""
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, Decimal):
        return {"points": str(value)}
    raise TypeError(f"no JSON for {type(value).__name__}")

"""What must come of each mutant: `expected.yaml`, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from mutants.generate import Mutant

TABLE = yaml.safe_load(Path(__file__).with_name("expected.yaml").read_text())


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the table says of one mutant. `checks`: check id -> `failed` or `skipped`; none where it is equivalent."""

    checks: Mapping[str, str]
    diagnosis: str | None
    equivalent: str


def expected(mutant: Mutant) -> Expected:
    """The mutant's own row, else that of its operator."""
    row: dict[str, Any] = TABLE["exceptions"].get(mutant.name) or TABLE["operators"][mutant.operator]
    costs = TABLE["costs"][row["costs"]] if "costs" in row else {}
    checks = {check: kind for kind in ("failed", "skipped") for check in costs.get(kind, ())}
    return Expected(checks=checks, diagnosis=row.get("diagnosis"), equivalent=row.get("equivalent", ""))

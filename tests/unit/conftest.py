"""What tests of one subject in several files share."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_intake_support import FORMS, Handed, handing


@pytest.fixture(params=FORMS)
def handed(request: pytest.FixtureRequest, tmp_path: Path) -> Handed:
    """Puts the files of a learning platform's download there, unpacked and not."""
    return handing(tmp_path, request.param)

"""The disk is full once while people work. Who can mount none has tests/integration/test_unwritable.py alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.disk import run, small_disk
from tests.integration.test_unwritable import MAY_MOUNT


@pytest.mark.faults
@pytest.mark.parametrize("times", [1] if MAY_MOUNT else [])
def test_people_are_told_go_on_reading_and_lose_nothing(tmp_path: Path, times: int) -> None:
    with small_disk(tmp_path):
        outcome = run(tmp_path, times, services=1, seed=7)
    assert outcome.faults == ()
    assert outcome.unavailable >= 1

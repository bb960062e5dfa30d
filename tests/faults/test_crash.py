"""A few kills of `casework serve` under load, on each database. `make faults` does hundreds, with four services."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.crash import run


@pytest.mark.faults
def test_what_was_answered_outlives_the_process_that_answered(url: str, tmp_path: Path) -> None:
    outcome = run(url, tmp_path, 3, services=2, seed=7)
    assert outcome.faults == ()
    assert outcome.killed >= 3
    assert outcome.acknowledged >= 3

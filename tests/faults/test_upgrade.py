"""Killed at any moment, an upgrade leaves everything as it was, and `casework init` ends it.

A dozen moments, spread over all of it; `make faults` tries a hundred (CASEWORK_KILLS).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

KILLS = int(os.environ.get("CASEWORK_KILLS", "12"))


@pytest.mark.faults
def test_an_upgrade_that_is_killed_changes_nothing_and_is_ended_by_another_one(url: str) -> None:
    asked = [sys.executable, "-m", "tests.faults.upgrade", url, str(KILLS)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == [KILLS, []]

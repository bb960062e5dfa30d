"""Fifty kills at random moments on each database. `make faults` does a thousand."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SCRIPT = """
import json, sys
from tests.faults.kill import run
outcome = run(sys.argv[1], 50, seed=int(sys.argv[2]))
print(json.dumps([outcome.killed, outcome.finished, outcome.faults]))
"""


@pytest.mark.faults
def test_fifty_kills_lose_nothing_and_do_nothing_twice(url: str) -> None:
    asked = [sys.executable, "-c", SCRIPT, url, "7"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    killed, finished, faults = json.loads(done.stdout)
    assert faults == []
    assert killed + finished == 50
    assert killed >= 15, "the kills must hit processes on their way"

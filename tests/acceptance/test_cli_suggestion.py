"""What `casework test --suggest` prints, and keeps."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.shell import Shell
from tests.stall import STALL


def test_what_no_scenario_touches_is_suggested_and_kept(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "stall.yaml").write_text(STALL)
    start = {"at": "2024-01-08 09:00", "by": "keeper", "data": {"name": "Ann"}}
    steps = [{"event": "take", "by": "keeper"}, {"event": "give_back", "by": "keeper"}]
    one = {"process": "stall.yaml", "scenarios": [{"scenario": "One", "start": start, "steps": steps}]}
    (tmp_path / "one.yaml").write_text(json.dumps(one))
    out = shell("test", "one.yaml", "--suggest", "--keep", "more.yaml")
    assert "# not come to: taken.used: swap -> left. It was refused: Nobody swaps a stall." in out
    assert "4 scenarios suggested; 1 transitions were not come to." in shell.error
    kept = (tmp_path / "more.yaml").read_text()
    assert "asked: take -> taken.used" not in kept
    assert 'others: {"holder": {"at": "2024-01-08 09:00"' in kept
    assert "more.yaml: 4 passed, 0 failed" in shell("test", "more.yaml")
    shell("test", "one.yaml", "--suggest", "--keep", "more.yaml", code=2)
    data = json.loads(shell("test", "one.yaml", "--suggest", "--json"))
    assert len(data[0]["suggested"]["scenarios"]) == 4

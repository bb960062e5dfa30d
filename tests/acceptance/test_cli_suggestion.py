"""What `casework test --suggest` prints, and keeps."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.shell import Shell
from tests.conftest import LOAN


def test_what_no_scenario_touches_is_suggested_and_kept(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "loan.yaml").write_text(LOAN.read_text())
    start = {"at": "2024-01-08 09:00", "by": "clerk", "data": {"club": "Rowing", "item": "saw"}}
    steps = [{"event": "refuse", "by": "clerk"}]
    one = {"process": "loan.yaml", "scenarios": [{"scenario": "One", "start": start, "steps": steps}]}
    (tmp_path / "one.yaml").write_text(json.dumps(one))
    out = shell("test", "one.yaml", "--suggest", "--keep", "more.yaml")
    assert "# not come to: queue: machine_free -> lent.out. A place that comes free sends it" in out
    assert "19 scenarios suggested; 1 transitions were not come to." in shell.error
    assert "requested: refuse" not in (tmp_path / "more.yaml").read_text()
    assert "more.yaml: 19 passed, 0 failed" in shell("test", "more.yaml")
    shell("test", "one.yaml", "--suggest", "--keep", "more.yaml", code=2)
    data = json.loads(shell("test", "one.yaml", "--suggest", "--json"))
    assert len(data[0]["suggested"]["scenarios"]) == 19

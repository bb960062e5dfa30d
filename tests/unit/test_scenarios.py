"""Scenarios: a step that does not do what is expected fails at its place, and names that are not there are refused."""

from __future__ import annotations

import re
from pathlib import Path

from engine.authoring.scenarios import load_scenarios, run_scenarios
from tests.conftest import ROOT

SHIPPED = ROOT / "processes" / "hbep-referral.scenarios.yaml"


def test_a_failing_scenario_fails(tmp_path: Path) -> None:
    text = SHIPPED.read_text().replace(
        "process: hbep-referral.yaml", f"process: {SHIPPED.parent / 'hbep-referral.yaml'}"
    )
    changed = re.sub(
        r"outcome: Returned to school, places: \{ks3: 0\}", "outcome: Returned to school, places: {ks3: 3}", text
    )
    assert changed != text
    file = tmp_path / "changed.scenarios.yaml"
    file.write_text(changed)
    failed = [result.name for result in run_scenarios(load_scenarios(file)) if not result.passed]
    assert failed == ["A KS3 pupil returns to school after one review"]

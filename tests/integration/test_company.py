"""Scenarios bring along the organisations and people that their fields name."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.source.problem import Refused
from tests.integration.test_registers import TEXT

SCENARIOS = """
process: visits.yaml
organisations: {Hill House: north}
people:
  ann: {name: Ann Lee, roles: [guide], organisation: Hill House}
  old: {name: Old Fox, roles: [guide], organisation: Hill House, inactive: true}
  cy: {name: Cy Oak, roles: [clerk]}
scenarios:
  - scenario: a guide of the site
    start: {at: "2024-03-04 09:00", by: cy, data: {site: hill house, guide: Ann Lee},
      expect: {data: {site: Hill House, area: north, guide: ann}}}
    steps:
      - {event: change, by: cy, with: {guide: old}, refused: form, fields: [guide]}
      - {event: greet, by: ann, refused: not_allowed, expect: {not_possible: [greet]}}
      - {event: stop, by: ann, refused: not_allowed}
      - {event: change, by: cy, with: {visit: {who: ann}}, expect: {data: {last: ann}}}
"""


def test_scenarios_bring_their_own(tmp_path: Path) -> None:
    (tmp_path / "visits.yaml").write_text(TEXT)
    file = tmp_path / "visits.scenarios.yaml"
    file.write_text(SCENARIOS)
    for result in run_scenarios(load_scenarios(file)):
        assert result.failures == []
        result.close()
    wrong = SCENARIOS.replace("roles: [guide]", "roles: [gide]").replace(": Hill House}", ": Hil House}")
    file.write_text(wrong)
    with pytest.raises(Refused) as refused:
        load_scenarios(file)
    told = [(one.line, one.message) for one in refused.value.problems]
    assert (5, "There is no role gide.") in told
    assert (5, "There is no organisation Hil House in this file.") in told

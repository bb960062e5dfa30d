"""Trial: the scenarios of a process that is a text only, whatever is wrong with either."""

from __future__ import annotations

import pytest

from engine.authoring.trial import run_texts
from engine.source.problem import Refused
from tests.conftest import LOAN

PROCESS = LOAN.read_text(encoding="utf-8")
SCENARIOS = """
process: whatever-it-is-called.yaml
scenarios:
  - scenario: Back in time
    start: {at: 2023-03-01 09:00, by: member, data: {club: Hobby, item: lathe}, expect: {state: requested}}
  - scenario: Never asked for
    start: {at: 2023-03-01 09:00, by: member, data: {club: Hobby, item: lathe}, expect: {state: queue}}
"""


def test_scenarios_are_run_and_leave_nothing_open() -> None:
    results = run_texts(PROCESS, "", SCENARIOS)
    assert [(one.name, one.passed) for one in results] == [("Back in time", True), ("Never asked for", False)]
    assert [one.found for one in results[1].failures] == ["state: requested"]
    assert results[1].failures[0].file == "scenarios.yaml"
    assert all(one.engine is None for one in results)


@pytest.mark.parametrize(
    ("scenarios", "code"),
    [
        ("scenarios: 7", "wrong-type"),
        (SCENARIOS.replace("state: queue", "state: nowhere"), "unknown-state"),
    ],
)
def test_scenarios_that_make_no_sense_are_refused_with_their_place(scenarios: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        run_texts(PROCESS, "", scenarios)
    assert code in {one.code for one in refused.value.problems}
    assert {one.file for one in refused.value.problems} == {"scenarios.yaml"}


def test_a_process_that_is_none_is_told_as_such() -> None:
    with pytest.raises(Refused) as refused:
        run_texts(PROCESS.replace("to: refused", "to: nowhere"), "", SCENARIOS)
    assert {one.file for one in refused.value.problems} == {"process.yaml"}

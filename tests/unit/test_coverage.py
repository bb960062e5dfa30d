"""Coverage: every part of a process is counted, and touched only by what really happened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.authoring.coverage import Coverage, parts_of
from engine.authoring.scenarios import ScenarioFile, load_scenarios, run_scenarios
from engine.process.definition import Process
from tests.conftest import LOAN

FILE = LOAN.with_name("equipment-loan.scenarios.yaml")


def test_the_parts_are_those_that_are_written(loan: Process) -> None:
    parts = parts_of(loan)
    assert parts["tasks"] == {"remind", "inspect", "answer", "opinion", "service"}
    assert parts["requirements"] == {"L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8"}
    assert {"lent/late", "lent.late/reminder", "lent.late/charge"} <= parts["timers"]
    assert {"open: requested", "requested: refuse -> refused", "anywhere: write_note -> (stays)"} <= parts[
        "transitions"
    ]
    # Who takes an offered place never comes back to the queue; who asks for one may.
    assert "queue: machine_free -> lent.out" in parts["transitions"]
    assert "queue: machine_free -> queue" not in parts["transitions"]
    assert "requested: accept -> queue" in parts["transitions"]


@pytest.fixture(scope="module")
def file() -> ScenarioFile:
    return load_scenarios(Path(FILE))


def covered(file: ScenarioFile, name: str) -> Coverage:
    found = Coverage(file.process)
    for result in run_scenarios(file, lambda one: one == name):
        found.add(result)
        result.close()
    return found


def test_what_one_scenario_touched_and_what_it_did_not(file: ScenarioFile) -> None:
    found = covered(file, "A loan against a deposit")
    assert found.touched["transitions"] == {
        "open: requested",
        "requested: accept -> lent.out",
        "lent.out: bring_back -> closed",
    }
    assert found.untouched("requirements") == ["L2", "L4", "L5", "L6", "L7", "L8"]
    assert "refused" in found.untouched("states")
    assert found.untouched("timers") == sorted(parts_of(file.process)["timers"])  # it was back before any was due
    assert not found.is_complete


def test_a_timer_that_was_skipped_is_not_touched(file: ScenarioFile) -> None:
    found = covered(file, "Late, reminded each week, charged after a month")
    assert {"lent/late", "lent.late/reminder", "lent.late/charge"} <= found.touched["timers"]
    name = "lent.late/charge"
    entries = [one for one in _history(file) if one.kind == "timer" and one.event == name]
    again = Coverage(file.process)
    again.add_history([replace(one, note="It could not be done.") for one in entries])
    assert entries
    assert again.touched["timers"] == set()


def _history(file: ScenarioFile) -> list[object]:
    for result in run_scenarios(file, lambda one: one.startswith("Late")):
        assert result.engine is not None
        found = list(result.engine.history(1))
        result.close()
        return found  # type: ignore[return-value]
    return []


LEVELS = """process: p
version: "1"
title: P
effective_from: 2023-01-01
timezone: Europe/London
initial: first
roles: {clerk: {title: Clerk}, boss: {title: Boss}, head: {title: Head}}
tasks:
  look: {title: Look, role: clerk, due: 1 week, escalate: [{after: 1 day, to: boss}, {after: 2 days, to: head}]}
  send: {title: Send, role: clerk, due: 1 week, escalate: {after: 1 day, to: boss}}
open: {by: [clerk]}
states:
  first:
    title: First
    owner: clerk
    deadline: {within: 8 weeks, raise: look}
    raise: [look, send]
    events: {on: {title: On, by: [clerk], to: last}}
  last: {title: Last, final: true}
"""
WAITED = """process: p.yaml
scenarios:
  - scenario: It waits
    start: {{at: 2024-01-08 09:00, by: clerk}}
    steps: [{{until: {} 10:00}}]
"""


@pytest.mark.parametrize(
    ("until", "levels"), [("2024-01-15", []), ("2024-01-16", [1]), ("2024-01-17", [1, 2]), ("2024-01-25", [1, 2])]
)
def test_each_level_of_a_task_counts_by_itself(tmp_path: Path, until: str, levels: list[int]) -> None:
    (tmp_path / "p.yaml").write_text(LEVELS)
    (tmp_path / "p.scenarios.yaml").write_text(WAITED.format(until))
    file = load_scenarios(tmp_path / "p.scenarios.yaml")
    assert parts_of(file.process)["timers"] == {
        *("first/deadline", "task:send", "task:look (level 1)", "task:look (level 2)"),
    }
    found = covered(file, "It waits")
    own = {one for one in found.touched["timers"] if "look" in one}
    assert own == {f"task:look (level {level})" for level in levels}
    assert ("task:send" in found.touched["timers"]) is bool(levels)

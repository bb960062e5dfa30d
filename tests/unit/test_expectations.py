"""What a scenario expects that no case can show is told with its line, and stops no other scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.authoring.check import check_file
from engine.authoring.coverage import Coverage
from engine.authoring.scenarios import load_scenarios, load_to_run, run_scenarios
from engine.source.problem import Refused

PROCESS = """
process: example
version: "1"
title: Example
effective_from: 2023-09-01
initial: first
roles: {clerk: {title: Clerk}, boss: {title: Boss}}
fields:
  kind: {title: Kind, type: choice, choices: [small, large]}
  count: {title: Count, type: integer, max: 10}
tasks: {chase: {title: Chase it, role: clerk, escalate: {after: 1 week, to: boss}}}
states:
  first:
    owner: clerk
    timers: {look: {after: 1 week, raise: chase}}
    events: {finish: {title: Finish, form: {kind: optional, count: optional}, to: outer}}
  outer:
    owner: clerk
    deadline: {within: 2 weeks, raise: chase}
    states: {inner: {events: {leave: {title: Leave, to: done}}}}
  done: {final: true, outcome: Finished}
"""


def file_of(folder: Path, expect: str) -> Path:
    (folder / "example.yaml").write_text(PROCESS)
    file = folder / "example.scenarios.yaml"
    one, two = (f"  - {{scenario: {name}, start: {{at: 2024-01-08 09:00}}, steps: [\n" for name in ("One", "Two"))
    ask = f"    {{expect: {{{expect}}}}}]}}\n"
    right = "    {event: finish, with: {kind: small}, expect: {state: outer.inner}}]}\n"
    file.write_text(f"process: example.yaml\nscenarios:\n{one}{ask}{two}{right}")
    return file


@pytest.mark.parametrize(
    ("expect", "code", "message"),
    [
        ("state: outer", "never-true", "No case is ever in outer itself: it is in one of the states inside."),
        ("state: firts", "unknown-state", "There is no state firts."),
        ("outcome: Finnished", "wrong-value", "No case ends with the outcome Finnished."),
        ("timers: {lok: null}", "unknown-timer", "There is no timer lok."),
        ("timers: {first/lok: null}", "unknown-timer", "There is no timer first/lok."),
        ("timers: {task:chas: null}", "unknown-timer", "There is no timer task:chas."),
        ("agendas: {panel: 2024-01-01}", "unknown-meeting", "There is no meeting panel."),
        ("data: {knd: null}", "unknown-field", "There is no field knd."),
        ("data: {kind: smal}", "wrong-value", "Kind must be one of: small, large."),
        ("data: {count: 11}", "wrong-value", "Count must be at most 10."),
        ("escalated: {chase: bos}", "unknown-role", "There is no role bos."),
    ],
)
def test_it_is_told_and_fails_alone(tmp_path: Path, expect: str, code: str, message: str) -> None:
    file = file_of(tmp_path, expect)
    assert [(one.line, one.code, one.message) for one in check_file(file)] == [(4, code, message)]
    with pytest.raises(Refused):
        load_scenarios(file)
    loaded = load_to_run(file)
    covered, found = Coverage(loaded.process), []
    for result in run_scenarios(loaded):
        covered.add(result)
        found.append((result.name, [(one.line, one.found.startswith(message)) for one in result.failures]))
        result.close()
    assert found == [("One", [(4, True)]), ("Two", [])]
    assert covered.untouched("transitions") != []


@pytest.mark.parametrize(
    "expect",
    [
        "state: first, data: {kind: null, count: null}, timers: {look: 2024-01-15 09:00, deadline: null}",
        "timers: {first/look: 2024-01-15 09:00, outer/deadline: null, task:chase: null}",
    ],
)
def test_what_can_be_is_not_told(tmp_path: Path, expect: str) -> None:
    file = file_of(tmp_path, expect)
    assert check_file(file) == ()
    assert all(result.passed for result in run_scenarios(load_scenarios(file)))

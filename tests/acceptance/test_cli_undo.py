"""What was done last is taken back from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.main import run
from tests.integration.test_cases_undo import BENCH

Casework = Callable[..., str]
JO = ("--by", "jo:clerk")


@pytest.fixture
def casework(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Casework:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASEWORK_DATABASE_URL", f"sqlite:///{tmp_path / 'bench.db'}")
    (tmp_path / "bench.yaml").write_text(BENCH)

    def casework(*arguments: str, code: int = 0) -> str:
        found = run(list(arguments))
        said = capsys.readouterr()
        assert found == code, said
        return said.out if code == 0 else said.out + said.err

    casework("init")
    casework("publish", "bench.yaml")
    casework("open", "--process", "bench", *JO)
    casework("fire", "1", "start", *JO)
    return casework


def test_a_step_is_taken_back_with_a_reason_and_named_where_it_is_meant(casework: Casework) -> None:
    assert "--reason" in casework("undo", "1", *JO, code=2)
    assert "this can be done by Clerk" in casework("undo", "1", "--reason", "A slip", "--by", "max:boss", code=1)
    assert "Started was done" not in casework("undo", "1", "--reason", "A slip", "--entry", "2", *JO)
    told = json.loads(casework("show", "1", "--json"))
    assert (told["case"]["state"], told["case"]["version"]) == ("desk", 3)
    assert told["history"][-1]["what"] == "Taken back: Started (entry 2)"
    assert told["history"][-1]["kind"] == "corrections"
    assert [one["said"] for one in told["history"][1]["facts"] if one["fact"] == "taken_back"] == ["by entry 3"]
    assert "Something was built on it since" in casework("undo", "1", "--reason", "x", "--entry", "2", *JO, code=1)


def test_a_key_makes_it_one_request(casework: Casework) -> None:
    ask = ("undo", "1", "--reason", "A slip", "--key", "k", *JO)
    assert casework(*ask) == casework(*ask)
    assert json.loads(casework("show", "1", "--json"))["case"]["version"] == 3


def test_a_scenario_takes_back_and_expects_what_is_refused(casework: Casework, tmp_path: Path) -> None:
    steps = """
process: bench.yaml
scenarios:
  - scenario: A start is taken back
    start: {at: 2024-01-08 09:00, by: clerk}
    steps:
      - {event: start, by: clerk, expect: {state: work}}
      - {undo: start, reason: A slip, by: boss, refused: not_allowed}
      - {undo: start, reason: A slip, by: clerk, expect: {state: desk, tasks: [look], places: {bench: 0}}}
      - {undo: start, by: clerk, refused: requirement}
      - {event: start, by: clerk}
      - {wait: 8 days}
      - {undo: start, by: clerk, refused: requirement}
      - {event: finish, by: clerk, expect: {outcome: Finished}}
      - {undo: finish, by: clerk, expect: {state: work}}
"""
    (tmp_path / "bench.scenarios.yaml").write_text(steps)
    assert "1 passed, 0 failed" in casework("test", "bench.scenarios.yaml")
    (tmp_path / "bench.scenarios.yaml").write_text(steps.replace("undo: finish", "undo: finnish"))
    assert "There is no event finnish. Did you mean finish?" in casework("test", "bench.scenarios.yaml", code=1)


def test_what_happened_before_the_last_timer_is_written_down_as_of_its_day(casework: Casework, tmp_path: Path) -> None:
    steps = """
process: bench.yaml
scenarios:
  - scenario: A finish is told late
    start: {at: 2024-01-08 09:00, by: clerk}
    steps:
      - {event: start, by: clerk}
      - {wait: 3 days, expect: {tasks: [chase]}}
      - {event: finish, at: 2024-01-07 09:00, by: clerk, refused: form, fields: [at]}
      - {event: finish, at: 2024-01-09 09:00, by: clerk, expect: {outcome: Finished, no_tasks: [chase]}}
"""
    (tmp_path / "bench.scenarios.yaml").write_text(steps)
    assert "1 passed, 0 failed" in casework("test", "bench.scenarios.yaml")

"""The commands check, test and diagram."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.shell import Shell
from tests.conftest import REFERRAL, ROOT

# Writing processes


def test_check_prints_every_problem_and_the_same_as_data(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    text = (
        REFERRAL.read_text()
        .replace("owner: coordinator", "owner: cordinator", 1)
        .replace("to: returned", "to: retuned")
    )
    (tmp_path / "process.yaml").write_text(text)
    (tmp_path / "broken.yaml").write_text("a: [")
    (tmp_path / "other.txt").write_text("not looked at")
    out = shell("check", ".", "--format", "line", code=1)
    assert [line.split(": ")[1] for line in out.splitlines()] == [
        "error not-yaml",
        "error unknown-role",
        "error unknown-state",
    ]
    assert out.splitlines()[1].endswith("There is no role cordinator. Did you mean coordinator?")
    assert shell.error == "2 files checked: 3 errors, 0 warnings.\n"
    line = (tmp_path / "process.yaml").read_text().split("owner: cordinator")[0].count("\n") + 1
    shown = shell("check", ".", code=1).splitlines()
    assert shown[1:4] == [out.splitlines()[1], f"{line:>5} |     owner: cordinator", f"{'':>5} |            ^"]
    data = json.loads(shell("check", ".", "--format", "json", code=1))
    assert [one["code"] for one in data] == ["not-yaml", "unknown-role", "unknown-state"]
    assert set(data[0]) == {"file", "line", "column", "severity", "code", "message", "mend"}
    shell("check", "nowhere.yaml", code=1)
    shell("check", code=2)
    (tmp_path / "empty").mkdir()
    shell("check", "empty", code=2)
    shell("check", str(ROOT / "processes"))
    # By the day on which it is run the calendar may have ended.
    assert shell.error in {"4 files checked: no problems.\n", "4 files checked: 0 errors, 1 warning.\n"}


def test_a_failed_scenario_shows_what_was_expected_and_found(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "bad.scenarios.yaml"
    file.write_text(
        f"process: {REFERRAL}\nscenarios:\n  - scenario: Wrong\n    start: {{at: 2023-09-11 09:00, in: panel}}\n"
        "    steps:\n      - {event: managed_move, expect: {state: returned}}\n"
    )
    out = shell("test", str(file), code=1)
    assert "FAILED  Wrong" in out
    assert "bad.scenarios.yaml:6: step 1, event managed_move" in out
    assert "expected  state: returned" in out
    assert "found     state: managed_move" in out
    data = json.loads(shell("test", str(file), "--json", code=1))
    assert data[0]["scenarios"][0]["failures"][0]["line"] == 6
    shell("test", str(file), "--coverage", code=1)
    shell("test", str(tmp_path / "none"), code=1)
    (tmp_path / "empty").mkdir()
    shell("test", str(tmp_path / "empty"), code=1)


def test_scenarios_that_name_what_is_not_there_are_refused(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "bad.scenarios.yaml"
    file.write_text(
        f"process: {REFERRAL}\nscenarios:\n  - scenario: Wrong\n    covers: [S99]\n"
        "    start: {at: 2023-09-11 09:00, in: panal}\n"
        "    steps:\n      - {event: manage_move, expect: {tasks: [hold_revue]}}\n      - {wait: a while}\n"
    )
    out = shell("test", str(file), code=1)
    assert [line.split(": ")[1] for line in out.splitlines()] == [
        "error unknown-requirement",
        "error unknown-state",
        "error unknown-event",
        "error unknown-task",
        "error bad-duration",
    ]
    assert shell("check", str(file), "--format", "line", code=1) == out


def test_a_code_is_explained(shell: Shell) -> None:
    assert shell("check", "--explain", "limits-crossed").startswith("limits-crossed\n\nThe least that a field may be")
    shell("check", "--explain", "limit-crossed", code=2)
    assert shell.error == "No problem has the code limit-crossed. Did you mean limits-crossed?\n"
    shell("check", code=2)
    assert shell.error == "Name a file or a folder: casework check processes\n"


@pytest.mark.parametrize("form", ["mermaid", "dot", "svg"])
def test_diagrams_show_every_state_and_event(shell: Shell, tmp_path: Path, form: str) -> None:
    text = shell("diagram", str(REFERRAL), "--format", form)
    for title in ("Inclusion Forum", "Placement", "Hold the review", "no place free", "Withdraw", "From anywhere"):
        assert title in text
    shell("diagram", str(REFERRAL), "-f", form, "-o", "picture")
    assert (tmp_path / "picture").read_text() == text
    shell("diagram", str(REFERRAL), "-o", "none/picture", code=1)

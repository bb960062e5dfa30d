"""The commands check, upgrade and test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.shell import Shell
from tests.conftest import LOAN, REFERRAL, ROOT

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
    hint = "Some of it can be mended in one way only: --diff shows how, --fix does it.\n"
    assert shell.error == f"2 files checked: 3 errors, 0 warnings.\n{hint}"
    line = (tmp_path / "process.yaml").read_text().split("owner: cordinator")[0].count("\n") + 1
    shown = shell("check", ".", code=1).splitlines()
    assert shown[1:4] == [out.splitlines()[1], f"{line:>5} |     owner: cordinator", f"{'':>5} |            ^"]
    data = json.loads(shell("check", ".", "--format", "json", code=1))
    assert [one["code"] for one in data] == ["not-yaml", "unknown-role", "unknown-state"]
    assert set(data[0]) == {"file", "line", "column", "severity", "code", "message", "mend", "edits", "also"}
    shell("check", "nowhere.yaml", code=1)
    shell("check", code=2)
    (tmp_path / "empty").mkdir()
    shell("check", "empty", code=2)
    shell("check", str(ROOT / "processes"))
    # By the day on which it is run the calendar may have ended.
    assert shell.error in {"5 files checked: no problems.\n", "5 files checked: 0 errors, 1 warning.\n"}


def test_a_file_is_compared_with_what_a_site_has(shell: Shell, tmp_path: Path) -> None:
    shell("init")
    shell("publish", str(LOAN))
    shell("open", "--process", "equipment-loan", "--by", "member@Rowing", "club=Rowing", "item=saw")
    text = LOAN.read_text().replace("requested", "asked")
    (tmp_path / "next.yaml").write_text(text)
    alone = shell("check", "next.yaml", "--format", "line")
    assert [line.split(": ")[1] for line in alone.splitlines()] == ["warning unknown-process"]
    shell("publish", str(LOAN.with_name("equipment-repair.yaml")))
    out = shell("check", "next.yaml", "--published", "--format", "line")
    # The process that it links to is published by now.
    assert [line.split(": ")[1] for line in out.splitlines()] == ["warning version-reused"]
    (tmp_path / "next.yaml").write_text(text.replace('version: "1"', 'version: "2"'))
    out = shell("check", "next.yaml", "--published", "--format", "line")
    assert "warning still-in-use: 1 open case stands in Requested (requested) of version 1" in out
    assert "Rowing" not in out
    assert shell.error == "1 file checked: 0 errors, 1 warning.\n"


def slips(text: str) -> str:
    return text.replace("owner: coordinator", "owner: cordinator", 1).replace("to: returned", "to: retuned", 1)


def test_what_can_be_mended_in_one_way_is_shown_and_mended_only_when_asked(shell: Shell, tmp_path: Path) -> None:
    right = REFERRAL.read_text()
    file = tmp_path / "process.yaml"
    file.write_text(slips(right) + "stray: 1\n", newline="\r\n")
    file.chmod(0o640)
    before = file.read_bytes()
    shown = shell("check", "process.yaml", "--diff", "--format", "line", code=1)
    assert [line for line in shown.splitlines() if line[:1] in "+-"] == [
        "--- process.yaml (as it is)",
        "+++ process.yaml (mended)",
        *(f"{sign}    {line}" for sign, line in (("-", "owner: cordinator"), ("+", "owner: coordinator"))),
        *changed(slips(right), right, "retuned"),
    ]
    assert "process.yaml: 2 problems could be mended.\n" in shell.error
    assert file.read_bytes() == before
    assert shell("check", "process.yaml", "--fix", "--diff", "--format", "line", code=1) == shown  # the safe one counts
    assert file.read_bytes() == before
    left = shell("check", "process.yaml", "--fix", "--format", "json", code=1)
    assert [one["code"] for one in json.loads(left)] == ["unknown-key"]
    assert shell.error == "process.yaml: 2 problems mended.\n"
    assert file.read_bytes() == (right + "stray: 1\n").replace("\n", "\r\n").encode()
    assert (file.stat().st_mode & 0o777, [one.name for one in tmp_path.iterdir()]) == (0o640, ["process.yaml"])
    shell("check", "process.yaml", "--fix", code=1)
    assert "mended" not in shell.error
    assert file.read_bytes() == (right + "stray: 1\n").replace("\n", "\r\n").encode()


def changed(wrong: str, right: str, word: str) -> list[str]:
    [(old, new)] = [pair for pair in zip(wrong.splitlines(), right.splitlines(), strict=True) if word in pair[0]]
    return [f"-{old}", f"+{new}"]


def test_a_file_that_cannot_be_written_stays_and_is_told(shell: Shell, tmp_path: Path) -> None:
    from engine.files import NotWritten, write_text

    file = tmp_path / "process.yaml"
    file.write_bytes(b"new")
    with pytest.raises(NotWritten, match="changed by somebody else"):
        write_text(file, b"mended", b"old")
    assert file.read_bytes() == b"new"
    (tmp_path / "link.yaml").symlink_to(file)
    write_text(tmp_path / "link.yaml", b"mended", b"new")
    assert file.read_bytes() == b"mended"
    assert (tmp_path / "link.yaml").is_symlink()
    with pytest.raises(NotWritten, match="cannot be written"):
        write_text(tmp_path / "nowhere" / "x.yaml", b"", b"")


def test_upgrade_rewrites_what_is_said_otherwise_now_and_nothing_else(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "process.yaml"
    right = LOAN.read_text().replace("America/New_York", "Europe/London")
    old = right.replace("Europe/London", "posix/Europe/London").replace("Equipment loan", "Equipment \u200bloan")
    assert old.count("\u200b") == 1
    file.write_text(old)
    shown = shell("upgrade", "process.yaml", "--diff")
    assert "+timezone: Europe/London" in shown
    assert file.read_text() == old
    assert shell("upgrade", "process.yaml") == shown
    assert file.read_text() == right
    assert shell("upgrade", "process.yaml") == ""
    assert shell.error == "Nothing to change.\n"
    file.write_text(slips(REFERRAL.read_text()))
    assert shell("upgrade", "process.yaml", code=1) == ""
    assert shell.error == "Nothing to change.\n2 errors left: casework check tells them.\n"
    assert "There is no such file." in shell("upgrade", "nowhere.yaml", code=1)
    (tmp_path / "empty").mkdir()
    shell("upgrade", "empty", code=2)


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


def test_a_scenario_that_names_what_is_not_there_fails_alone(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "bad.scenarios.yaml"
    file.write_text(
        f"process: {REFERRAL}\nscenarios:\n  - scenario: Wrong\n    covers: [S99]\n"
        "    start: {at: 2023-09-11 09:00, in: panal}\n"
        "    steps:\n      - {event: manage_move, expect: {tasks: [hold_revue]}}\n      - {wait: a while}\n"
        "  - scenario: Right\n    start: {at: 2023-09-11 09:00, in: panel}\n"
    )
    codes = ["unknown-requirement", "unknown-state", "unknown-event", "unknown-task", "bad-duration"]
    told = shell("check", str(file), "--format", "line", code=1).splitlines()
    assert [line.split(": ")[1] for line in told] == [f"error {code}" for code in codes]
    out = shell("test", str(file), code=1).splitlines()
    assert [line.rpartition(": ")[2] for line in out if ".yaml:" in line and line.startswith("  ")] == codes
    assert "    found     There is no event manage_move. Did you mean managed_move?" in out
    assert out[0] == "FAILED  Wrong"
    assert out[-1].endswith("bad.scenarios.yaml: 1 passed, 1 failed")
    data = json.loads(shell("test", str(file), "--json", code=1))
    assert [(one["passed"], len(one["failures"])) for one in data[0]["scenarios"]] == [(False, 5), (True, 0)]


def test_a_code_is_explained(shell: Shell) -> None:
    assert shell("check", "--explain", "limits-crossed").startswith("limits-crossed\n\nThe least that a field may be")
    shell("check", "--explain", "limit-crossed", code=2)
    assert shell.error == "No problem has the code limit-crossed. Did you mean limits-crossed?\n"
    shell("check", code=2)
    assert shell.error == "Name a file or a folder: casework check processes\n"


def test_files_that_try_one_process_are_counted_together(shell: Shell, tmp_path: Path) -> None:
    for state in ("panel", "forum"):
        (tmp_path / f"{state}.scenarios.yaml").write_text(
            f"process: {REFERRAL}\nscenarios:\n  - scenario: One\n    start: {{at: 2023-09-11 09:00, in: {state}}}\n"
        )
    panel, both = (
        json.loads(shell("test", *files, "--coverage", "--json", code=1))
        for files in (["panel.scenarios.yaml"], ["panel.scenarios.yaml", "forum.scenarios.yaml"])
    )
    assert set(panel[0]["untouched"]["states"]) - set(both[0]["untouched"]["states"]) == {"forum"}
    assert both[0]["untouched"] == both[1]["untouched"]
    said = shell("test", "panel.scenarios.yaml", "forum.scenarios.yaml", "--coverage", code=1)
    assert said.count("states: 2 of 17 touched:") == 1
    assert "Referral to the partnership, by all of these files:\n" in said

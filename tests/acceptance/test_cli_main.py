"""The command itself: wrong use, help, exit codes, and faults that tell no data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine import __version__
from tests.acceptance.shell import Shell, open_panel
from tests.conftest import REFERRAL


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "99"], 2, "There is no case 99."),
        (["cases", "--state", "nowhere"], 2, "No process has a state nowhere."),
        (["cases", "--process", "nowhere"], 2, "There is no process nowhere. Published: hbep-referral."),
        (["cases", "--after", "x"], 2, "not one that an earlier page gave"),
        (["fire", "1", "withdraw", "--by", "coordinator", "--at", "yesterday"], 2, "'yesterday' is not a moment"),
        (["show", "0"], 2, "Invalid value"),
        (["nonsense"], 2, "No such command"),
        (["add-document", "1", "ehcp", "none.pdf", "--by", "coordinator"], 2, "none.pdf cannot be read"),
        (["tasks", "--mine"], 2, "Say whose tasks"),
        (["demo"], 1, "only for an empty database"),
        (["check", "x" * 5000], 2, "The name of a file or folder is too long."),
        (["publish", "x" * 5000], 2, "The name of a file or folder is too long."),
        (["backup", "x" * 5000], 2, "The name of a file or folder is too long."),
    ],
)
def test_wrong_use_is_told_in_a_sentence(house: Shell, arguments: list[str], code: int, said: str) -> None:
    open_panel(house)
    house(*arguments, code=code)
    assert said in house.error


def test_without_a_database_it_says_what_to_do(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("cases", code=3)
    assert shell.error == "There is no database casework.db yet. Create it with: casework init\n"
    monkeypatch.setenv("CASEWORK_DATABASE_URL", "postgresql://jo:secret@127.0.0.1:1/x")
    shell("cases", code=3)
    assert "secret" not in shell.error
    monkeypatch.setenv("CASEWORK_DATABASE_URL", "nonsense")
    shell("init", code=3)


def test_a_fault_of_the_program_tells_its_kind_and_place_but_no_data(
    house: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("A Pupil, born 2011-03-04")

    monkeypatch.setattr("engine.service.Engine.cases", fail)
    house("cases", code=1)
    assert "ValueError at test_cli_main.py:" in house.error
    assert "A Pupil" not in house.error


def test_help_has_examples_and_the_version_is_told(shell: Shell) -> None:
    assert shell("--version") == f"casework {__version__}\n"
    commands = [
        "open",
        "fire",
        "show",
        "cases",
        "accesses",
        "add-document",
        "tasks",
        "due",
        "worker",
        "check",
        "test",
        "diagram",
        "init",
        "publish",
        "backup",
        "restore",
        "demo",
    ]
    for command in commands:
        assert "Example" in shell(command, "--help"), command
    groups = {"task": ("done", "assign", "claim"), "organisation": ("add",), "person": ("add", "change")}
    for group, inside in {**groups, "token": ("issue", "revoke")}.items():
        for command in inside:
            assert "Example" in shell(group, command, "--help")
    assert "Exit codes" in shell("--help")


def test_the_command_runs_as_a_program(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "engine.cli", "check", str(REFERRAL)]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    closed = subprocess.run(
        f"{sys.executable} -m engine.cli diagram {REFERRAL} | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert closed.stderr == ""

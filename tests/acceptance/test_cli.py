"""The command as people use it: what it prints, what it refuses, what it gives back to the shell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine import __version__
from engine.cli.main import run
from tests.conftest import REFERRAL, ROOT

DEMO = ROOT / "processes" / "hbep-referral.demo.yaml"


class Shell:
    """Runs commands in a folder of its own, in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._capsys = folder, capsys
        for name in ("DATABASE_URL", "DOCUMENTS", "BY", "LOG_FORMAT", "LOG_LEVEL", "CONFIG", "DEBUG"):
            monkeypatch.delenv(f"CASEWORK_{name}", raising=False)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "160")
        self.error = ""

    def __call__(self, *arguments: str, code: int = 0) -> str:
        self._capsys.readouterr()
        found = run(list(arguments))
        out, self.error = self._capsys.readouterr()
        assert found == code, (found, out, self.error)
        assert "Traceback" not in self.error
        return out

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path, capsys, monkeypatch)


@pytest.fixture
def house(shell: Shell) -> Shell:
    shell("init")
    shell("publish", str(REFERRAL))
    return shell


def open_panel(house: Shell, *values: str) -> int:
    fields = ["school=Hilltop", "key_stage=KS3", "consent=yes", "pupil_name=A Pupil", *values]
    case: int = house.json("open", "--in", "panel", "--by", "coordinator", *fields)["id"]
    return case


def test_the_day_of_a_coordinator(house: Shell, tmp_path: Path) -> None:
    case = str(open_panel(house))
    assert "Area panel" in house("cases", "--owner", "coordinator")
    house("fire", case, "offer_programme", "programme=full_time", "--by", "coordinator", code=1)
    assert house.error.splitlines()[0].startswith("Refused (requirement): Upload the referral form")
    assert house.error.splitlines()[1] == "Missing: referral_form, rrs_baseline, send_plan, ehcna, ehcp"
    shown = house("show", case, "--by", "coordinator")
    assert "Offer Programme Management" in shown
    assert "[referral_form, rrs_baseline, send_plan, ehcna, ehcp]" in " ".join(shown.split())
    for name in ("referral_form", "rrs_baseline", "send_plan"):
        (tmp_path / f"{name}.pdf").write_bytes(b"%PDF-1.7\n" + name.encode())
        house("add-document", case, name, f"{name}.pdf", "--by", "sam:school@Hilltop")
    said = house("fire", case, "offer_programme", "programme=full_time", "--by", "jo:coordinator")
    assert said == f"Case {case}: Admission (programme.admission), version 5.\n"
    report = house.json("show", case, "--by", "coordinator")
    assert report["case"]["state"] == "programme.admission"
    assert [one["type"] for one in report["case"]["documents"]] == ["application/pdf"] * 3
    assert {one["event"]: one["allowed"] for one in report["possible"]}["complete_admission"] is True
    assert [one["what"] for one in report["history"]][-1] == "Offer Programme Management"
    assert report["history"][-1]["by"] == "jo"
    house("fire", case, "withdraw", "reason=Moved", "--by", "coordinator")
    assert "Withdrawn" in house("cases")
    house("fire", case, "withdraw", "reason=Moved", "--by", "coordinator", code=1)
    assert house.error == "Refused (ended): The case has ended: Withdrawn.\n"
    house("verify")
    assert house.error.endswith("no findings.\n")


def test_whoever_looks_at_a_case_is_written_down(house: Shell) -> None:
    case = str(open_panel(house))
    assert house("accesses", case) == ""
    assert house.error == "Nobody yet.\n"
    house("show", case)
    house("show", case, "--by", "jo:coordinator")
    for command in ("cases", "tasks", "due"):
        house(command)
    house("cases", "--by", "jo:coordinator")
    assert [(one["by"], one["what"]) for one in house.json("accesses", case)] == [
        ("jo", "list of cases"),
        ("command line", "dates"),
        ("command line", "list of cases"),
        ("jo", "case"),
        ("command line", "case"),
    ]
    assert "jo" in house("accesses", case)


def test_what_a_form_lacks_is_told_per_field(house: Shell) -> None:
    case = str(open_panel(house))
    house("fire", case, "school_continues", "--by", "coordinator", code=1)
    assert house.error == "Refused (form): Advice must be filled in.\n  advice: Advice must be filled in.\n"


def test_a_form_may_come_from_a_file_or_from_standard_input(
    house: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = str(open_panel(house))
    (tmp_path / "form.yaml").write_text("tried: |\n  A mentor\n  A reduced timetable\nground: At risk\n")
    house("fire", case, "add_details", "--data", "form.yaml", "ground=Changed", "--by", "coordinator")
    data = house.json("show", case)["case"]["data"]
    assert (data["tried"], data["ground"]) == ("A mentor\n  A reduced timetable".replace("\n  ", "\n"), "Changed")
    (tmp_path / "list.yaml").write_text("- a\n")
    house("fire", case, "add_details", "--data", "list.yaml", "--by", "coordinator", code=2)
    house("fire", case, "add_details", "--data", "none.yaml", "--by", "coordinator", code=1)
    house("fire", case, "add_details", "ground", "--by", "coordinator", code=2)
    assert house.error == "'ground' names no field. Write it as FIELD=VALUE.\n"


def test_who_acts_must_be_said_once(house: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    case = str(open_panel(house))
    house("fire", case, "managed_move", code=2)
    assert "--by coordinator" in house.error
    (tmp_path / "casework.toml").write_text('by = "staff"\n')
    house("fire", case, "managed_move", code=1)
    assert house.error.startswith("Refused (not_allowed)")
    monkeypatch.setenv("CASEWORK_BY", "coordinator")
    house("fire", case, "managed_move")


def test_the_second_of_two_is_told(house: Shell) -> None:
    case = str(open_panel(house))
    house("fire", case, "add_details", "ground=x", "--by", "coordinator", "--expected-version", "1")
    house("fire", case, "managed_move", "--by", "coordinator", "--expected-version", "1", code=1)
    assert house.error.startswith("Refused (changed)")
    house("fire", case, "managed_move", "--by", "coordinator", "--key", "k")
    house("fire", case, "managed_move", "--by", "coordinator", "--key", "k")


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("datbase_url = 'x'", "datbase_url is not a setting. Did you mean database_url?"),
        ("by = 3", "by must be text in quotes"),
        ("by = ", "is not TOML"),
        ("log_format = 'xml'", "log_format can be console or json"),
    ],
)
def test_settings_that_cannot_be_used_are_told(shell: Shell, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "casework.toml").write_text(text)
    shell("cases", code=2)
    assert said in shell.error


def test_a_named_settings_file_must_be_there(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORK_CONFIG", "none.toml")
    shell("cases", code=2)
    assert "none.toml cannot be read" in shell.error


def test_a_fault_of_the_program_tells_its_kind_and_place_but_no_data(
    house: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("A Pupil, born 2011-03-04")

    monkeypatch.setattr("engine.service.Engine.cases", fail)
    house("cases", code=1)
    assert "ValueError at test_cli.py:" in house.error
    assert "A Pupil" not in house.error


# Tasks and times


def test_the_demonstration_is_a_caseload_in_every_state(shell: Shell) -> None:
    shell("init")
    assert shell("demo") == "60 invented cases of hbep-referral are there.\n"
    cases = shell.json("cases", "--limit", "100")["items"]
    assert len(cases) == 60
    states = {case["state"] for case in cases}
    assert states == {
        "forum",
        "panel",
        "waiting",
        "programme.admission",
        "programme.induction",
        "programme.placement",
        "programme.review",
        "advice_given",
        "school_support",
        "school_commissions",
        "managed_move",
        "returned",
        "post_16",
        "specialist",
        "withdrawn",
    }
    overdue = shell.json("tasks", "--overdue", "--limit", "100")["items"]
    reviews = [task["case"] for task in overdue if task["task"] in {"hold_review", "overdue_review"}]
    assert len(reviews) == len(set(reviews)) >= 3
    assert all(task["overdue"] for task in overdue)
    raised = {task["task"] for task in shell.json("tasks", "--limit", "200")["items"]}
    assert {"overdue_review", "school_visit", "chase_panel", "hold_review"} <= raised
    shell("verify")
    shell("demo", "--if-empty")
    assert shell.error == "There are cases already; nothing was added.\n"
    first = shell("cases", "--limit", "5")
    assert len(first.splitlines()) == 6
    cursor = shell.error.split("'")[1]
    assert shell("cases", "--limit", "5", "--after", cursor).splitlines()[1].split()[0] == "6"
    assert shell("due", "--limit", "3").count("\n") == 4
    assert shell.json("due", "--case", "7")[0]["case"] == 7
    shell("worker", "--once")
    assert shell.error == "0 timers fired.\n"
    assert "Say who asks to see it" in shell("show", "24")
    shown = shell("show", "24", "--by", "coordinator")
    assert "KS3 (Years 7 to 9)" in shown
    assert "Full time" in shown
    assert "Nothing: the case has ended." in shell("show", "1", "--by", "coordinator")


def test_a_demonstration_that_does_not_fit_its_process_loads_nothing(shell: Shell, tmp_path: Path) -> None:
    shell("init")
    file = tmp_path / "other.demo.yaml"
    text = DEMO.read_text().replace("process: hbep-referral.yaml", f"process: {REFERRAL}")
    file.write_text(text.replace("event: school_continues", "event: return_to_school"))
    shell("demo", str(file), code=1)
    assert "return_to_school of case " in shell.error
    assert shell.error.endswith("Nothing was loaded.\n")
    assert shell("cases") == ""
    file.write_text(text.replace("event: school_continues", "event: nowhere"))
    assert "error unknown-event" in shell("demo", str(file), code=1)


def test_tasks_are_claimed_assigned_and_done(shell: Shell) -> None:
    shell("init")
    shell("demo")
    task = next(one for one in shell.json("tasks", "--role", "coordinator")["items"] if not one["done_by"])
    case = str(task["case"])
    shell("task", "claim", case, task["task"], "--by", "jo:coordinator", code=1)  # nobody here is called jo
    shell("task", "claim", case, task["task"], "--by", "demo.coordinator:coordinator")
    mine = shell.json("tasks", "--mine", "--by", "demo.coordinator:coordinator")["items"]
    assert [one["task"] for one in mine] == [task["task"]]
    shell("task", "assign", case, task["task"], "nobody", "--by", "jo:coordinator", code=1)
    shell("task", "assign", case, task["task"], "demo.manager", "--by", "jo:coordinator")
    assert shell.json("tasks", "--person", "demo.manager")["items"][0]["person"] == "demo.manager"
    shell("task", "done", case, task["task"], "--by", "staff", code=1)
    shell("task", "done", case, task["task"], "--by", "kim:coordinator")
    assert shell.json("tasks", "--case", case)["items"] == []
    assert shell("tasks", "--case", case) == ""
    assert shell.error == "No tasks.\n"


def test_empty_lists_say_so(house: Shell) -> None:
    for command, said in (("cases", "No cases.\n"), ("tasks", "No tasks.\n"), ("due", "No timers.\n")):
        assert house(command) == ""
        assert house.error == said


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
    out = shell("check", ".", code=1)
    assert [line.split(": ")[1] for line in out.splitlines()] == [
        "error not-yaml",
        "error unknown-role",
        "error unknown-state",
    ]
    assert out.splitlines()[1].endswith("There is no role cordinator. Did you mean coordinator?")
    assert shell.error == "2 files checked: 3 errors, 0 warnings.\n"
    data = json.loads(shell("check", ".", "--format", "json", code=1))
    assert [one["code"] for one in data] == ["not-yaml", "unknown-role", "unknown-state"]
    assert set(data[0]) == {"file", "line", "column", "severity", "code", "message", "mend"}
    shell("check", "nowhere.yaml", code=1)
    shell("check", code=2)
    (tmp_path / "empty").mkdir()
    shell("check", "empty", code=2)
    shell("check", str(ROOT / "processes"))
    assert shell.error == "4 files checked: no problems.\n"


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
    assert shell("check", str(file), code=1) == out


@pytest.mark.parametrize("form", ["mermaid", "dot", "svg"])
def test_diagrams_show_every_state_and_event(shell: Shell, tmp_path: Path, form: str) -> None:
    text = shell("diagram", str(REFERRAL), "--format", form)
    for title in ("Inclusion Forum", "Placement", "Hold the review", "no place free", "Withdraw", "From anywhere"):
        assert title in text
    shell("diagram", str(REFERRAL), "-f", form, "-o", "picture")
    assert (tmp_path / "picture").read_text() == text
    shell("diagram", str(REFERRAL), "-o", "none/picture", code=1)


# Keeping


def test_publishing_again_and_with_problems(house: Shell, tmp_path: Path) -> None:
    assert "was published before" in house("publish", str(REFERRAL))
    (tmp_path / "p.yaml").write_text(REFERRAL.read_text().replace("capacity: 25", "capacity: 26"))
    assert "error version-reused" in house("publish", "p.yaml", code=1)


def test_a_backup_is_restored_and_verified(house: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    open_panel(house)
    assert house("backup", "b.zip") == "b.zip: 1 case and 0 documents\n"
    house("backup", "b.zip", code=1)
    house("restore", "b.zip", code=1)
    monkeypatch.setenv("CASEWORK_DATABASE_URL", "sqlite:///other/new.db")
    house("restore", "b.zip")
    assert house.error.endswith("no findings.\n")
    assert "A Pupil" in house("cases")


def test_people_and_tokens(house: Shell) -> None:
    for group, said in (("organisation", "No organisations."), ("person", "No people."), ("token", "No tokens.")):
        assert house(group, "list") == ""
        assert house.error == f"{said}\n"
    house("organisation", "add", "Hilltop Academy", "--area", "hinckley")
    house("person", "add", "sam", "--name", "Sam Reed", "--role", "school", "--organisation", "Hilltop Academy")
    house("person", "add", "kim", "--role", "scool", code=2)
    assert house.error == "There is no role scool. Did you mean school?\n"
    secret = house("token", "issue", "sam", "--title", "report", "--scope", "read").strip()
    assert secret.startswith("cw_")
    assert "Token 1 for sam: read" in house.error
    assert "Hilltop Academy" in house("organisation", "list")
    assert "Sam Reed" in house("person", "list")
    assert secret not in house("token", "list")
    assert house("person", "change", "sam", "--inactive") == "sam: hbep-referral/school, inactive\n"
    assert house.json("person", "list")[0]["active"] is False
    assert house("token", "revoke", "1") == "Token 1: revoked\n"
    house("token", "revoke", "1", code=2)
    assert house.json("token", "list", "--person", "sam")[0]["revoked"] is not None
    assert house.json("organisation", "list") == [{"name": "Hilltop Academy", "area": "hinckley", "version": 1}]


def test_verify_names_what_was_changed(house: Shell, tmp_path: Path) -> None:
    import sqlite3

    case = open_panel(house)
    with sqlite3.connect(tmp_path / "casework.db") as database:
        database.execute("DROP TRIGGER history_no_update")
        database.execute("UPDATE history SET body = replace(body, 'KS3', 'KS4')")
    database.close()
    assert f"case {case}, entry 1:" in house("verify", code=1)


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

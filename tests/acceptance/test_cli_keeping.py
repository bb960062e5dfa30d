"""The commands that keep the house: publish, verify, backup, restore and demo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.shell import Shell, open_panel
from tests.conftest import REFERRAL, ROOT

DEMO = ROOT / "processes" / "hbep-referral.demo.yaml"


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


def test_verify_names_what_was_changed(house: Shell, tmp_path: Path) -> None:
    import sqlite3

    case = open_panel(house)
    with sqlite3.connect(tmp_path / "casework.db") as database:
        database.execute("UPDATE history SET private = replace(private, 'KS3', 'KS4')")
    database.close()
    assert f"case {case}, entry 1:" in house("verify", code=1)


def test_a_head_that_was_kept_outside_finds_what_was_made_to_fit(
    house: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    case = open_panel(house)
    line = house("head")
    assert line == house("head")
    (tmp_path / "kept.heads").write_text(line + house("head", "--new"))
    assert house.json("head")["number"] == 2
    house("verify", "--against", "kept.heads")
    assert "Compared with the checkpoint 2 of " in house.error
    assert "not proved" not in house.error
    other = open_panel(house)
    house("verify", "--against", line)
    assert f"After it, and not proved by it: 1 thing.\n  case {other}: opened\n" in house.error
    assert house.json("verify", "--against", "kept.heads")["later"][0]["case"] == other
    house("verify", "--against", "nowhere.heads", code=1)
    (tmp_path / "empty").write_text("nothing")
    assert "holds no head" in (house("verify", "--against", "empty", code=2) or house.error)
    with sqlite3.connect(tmp_path / "casework.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM checkpoints")
        database.execute("DELETE FROM leaves")
    database.close()
    assert "older than the head 2" in house("verify", "--against", "kept.heads", code=1)
    (tmp_path / "key").write_text("too short")
    monkeypatch.setenv("CASEWORK_HEAD_KEY_FILE", "key")
    house("head", code=2)
    assert "is shorter than 16 signs" in house.error
    (tmp_path / "key").write_text("a key that is long enough")
    assert " mac=" in house("head", "--new")
    monkeypatch.setenv("CASEWORK_HEAD_KEY_FILE", "nowhere")
    house("head", code=2)
    assert "cannot be read" in house.error
    assert case < other


@pytest.mark.postgres
def test_on_postgresql_the_folder_of_documents_must_be_named_and_another_one_is_refused(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, fresh_postgres: Callable[[], str], tmp_path: Path
) -> None:
    monkeypatch.setenv("CASEWORK_DATABASE_URL", fresh_postgres())
    for command in ("init", "cases", "verify"):
        shell(command, code=3)
        assert "has to be named. Set CASEWORK_DOCUMENTS" in shell.error
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("CASEWORK_DOCUMENTS", "here")
    shell("init")
    shell("publish", str(REFERRAL))
    case = str(open_panel(shell))
    (tmp_path / "plan.txt").write_text("a plan")
    shell("add-document", case, "ehcp", "plan.txt", "--by", "coordinator")
    monkeypatch.setenv("CASEWORK_DOCUMENTS", "there")
    for command in (("init",), ("add-document", case, "ehcp", "plan.txt", "--by", "coordinator")):
        shell(*command, code=3)
        assert "The folder of documents there is not there." in shell.error
        assert "--new-folder" in shell.error
    assert not (tmp_path / "there").exists()
    assert "documents: The folder of documents there is not there" in shell("verify", code=1)
    assert case in shell("cases")
    shell("init", "--new-folder")
    shell("add-document", case, "ehcp", "plan.txt", "--by", "coordinator")
    shell("verify")
    monkeypatch.setenv("CASEWORK_DOCUMENTS", "here")
    shell("cases", code=3)
    assert "belongs to another copy of this site's database" in shell.error

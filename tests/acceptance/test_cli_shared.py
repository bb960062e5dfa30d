"""What commands share: who acts, and forms from files and values."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.shared import form, opened
from engine.service.people.faults import BadPassword
from engine.source.problem import Refused
from tests.acceptance.shell import Shell, open_panel


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


def test_a_form_of_a_file_keeps_a_number_as_it_was_written(tmp_path: Path) -> None:
    """The zero at the beginning of a telephone number is not lost, and what is a number stays one for its field."""
    (tmp_path / "form.yaml").write_text("phone: 07700900123\nabroad: +44123\nplain: 7\nagain: &a 8\nsame: *a\n")
    found = form(None, str(tmp_path / "form.yaml"))
    assert found["phone"] == "07700900123"
    assert found["abroad"] == "+44123"
    assert (str(found["plain"]), str(found["again"]), found["same"]) == ("7", "8", 8)


def test_a_form_of_a_file_may_be_json_as_programs_write_it(tmp_path: Path) -> None:
    file = tmp_path / "form.json"
    file.write_text('{"name": "\\ud83d\\ude00", "price": 1e-05, "again": 7}')
    assert form(["again=8"], str(file)) == {"name": "\U0001f600", "price": 1e-05, "again": "8"}
    for odd in ('{"a": 1, "a": 2}', '{"a": ' * 9999 + "1" + "}" * 9999, '{"a": "\\ud83d"'):
        file.write_text(odd)
        with pytest.raises(Refused):
            form(None, str(file))


def test_words_of_the_place_come_from_the_settings(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("init")
    shell("person", "add", "jo")
    monkeypatch.setenv("CASEWORK_PASSWORD_WORDS", "Snibston, Spinney Hill")
    with opened() as engine, pytest.raises(BadPassword, match="too easy to guess"):
        engine.accounts.set_password("jo", "spinney hill1")

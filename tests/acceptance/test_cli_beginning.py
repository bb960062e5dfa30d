"""How the first administrator comes in: by an address that stands in a file of their own, and in no log."""

from __future__ import annotations

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from engine import Engine
from engine.cli.beginning import FILE, say_how_to_begin
from engine.service.people.faults import BadPerson

BASE = "https://c.example"


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def begin(engine: Engine, capsys: pytest.CaptureFixture[str], base: str = BASE) -> str:
    say_how_to_begin(engine, base, at_organisation=False)
    return capsys.readouterr().err


def test_the_address_stands_in_a_file_and_in_no_log(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = Engine()
    said = begin(engine, capsys)
    assert "Choose a password for administrator" in said
    assert str(folder / FILE) in said
    assert "/invitation/" not in said
    assert mode(folder / FILE) == 0o600
    address = (folder / FILE).read_text().strip()
    assert address.startswith(f"{BASE}/invitation/")
    begin(engine, capsys, "https://d.example")  # the same invitation, at the address of today
    assert (folder / FILE).read_text().strip() == address.replace("c.example", "d.example")
    assert engine.accounts.accept(address.rpartition("/")[2], "correct horse battery") == "administrator"
    assert begin(engine, capsys) == ""
    assert not (folder / FILE).exists()
    engine.close()


def test_a_file_of_somebody_else_is_replaced_and_not_believed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = Engine()
    for text in (b"https://c.example/invitation/planted", b"\xff"):
        (folder / FILE).unlink(missing_ok=True)
        (folder / FILE).write_bytes(text)
        (folder / FILE).chmod(0o644)
        begin(engine, capsys)
        assert mode(folder / FILE) == 0o600
        assert engine.accounts.invited((folder / FILE).read_text().strip().rpartition("/")[2]) == "administrator"
    engine.close()


def test_it_is_shown_on_a_terminal_and_otherwise_said_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    (folder / FILE).mkdir()
    said = begin(engine, capsys)
    assert "cannot be written" in said
    assert "casework person invite administrator" in said
    assert "/invitation/" not in said
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert f"{BASE}/invitation/" in begin(engine, capsys)
    (folder / FILE).rmdir()
    assert f"{BASE}/invitation/" in begin(engine, capsys)
    engine.close()


def test_several_that_start_at_once_give_one_address_that_lets_somebody_in(folder: Path, url: str) -> None:
    engines, together = [Engine(url) for _ in range(4)], Barrier(4)

    def start(engine: Engine) -> None:
        together.wait()
        say_how_to_begin(engine, BASE, at_organisation=False)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, engines))
    [file] = (engines[0].database.file.parent if engines[0].database.file else folder).glob(FILE)
    assert engines[0].accounts.invited(file.read_text().strip().rpartition("/")[2]) == "administrator"
    assert [one.login for one in engines[0].beginning.administrators()] == ["administrator"]
    for engine in engines:
        engine.close()


def test_another_machine_that_was_faster_is_no_fault(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    begin(engine, capsys)
    (folder / FILE).unlink()
    found = engine.beginning.administrators
    answers = [[], found()]
    monkeypatch.setattr(engine.beginning, "administrators", lambda: answers.pop(0))
    assert "Choose a password for administrator" in begin(engine, capsys)
    answers = [[], []]
    (folder / FILE).unlink()
    with pytest.raises(BadPerson):  # somebody who administers nothing has the name
        begin(engine, capsys)
    engine.close()

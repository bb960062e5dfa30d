"""What was kept long enough, from the command line: looked at, held back, erased by two people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import run
from tests.integration.test_retention import YARD


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASEWORK_DATABASE_URL", f"sqlite:///{tmp_path / 'yard.db'}")
    (tmp_path / "yard.yaml").write_text(YARD)
    return tmp_path


def test_two_people_erase_from_the_command_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def casework(*arguments: str, code: int = 0) -> str:
        found = run(list(arguments))
        said = capsys.readouterr()
        assert found == code, said
        return said.out if code == 0 else said.err

    casework("init")
    casework("publish", "yard.yaml")
    assert casework("retention") == ""
    boat = ("owner=Ada Fenwick", "built=1950-01-01", "size=small")
    casework("open", "--process", "yard", *boat, "--by", "hand", "--at", "2001-01-01 09:00")
    casework("fire", "1", "close", "--by", "hand", "--at", "2001-02-01 09:00")
    [row] = json.loads(casework("retention", "--json"))["items"]
    assert (row["case"], row["until"], row["decided"]) == (1, "2001-02-01", "released")
    assert "2001-02-01" in casework("retention", "--by", "jo:keeper")
    assert casework("retention", "--by", "hand") == ""
    assert "There is no list 'all'" in casework("retention", "--list", "all", code=2)
    assert "Keeping and erasing: this can be done by Clerk or Keeper." in casework(
        "retention", "hold", "1", "--reason", "x", "--by", "hand", code=1
    )
    assert casework("retention", "hold", "1", "--reason", "A claim", "--by", "jo:keeper") == "case 1: is held back\n"
    assert "held back" in casework("retention", "ask", "1", "--reason", "Old", "--by", "jo:keeper", code=1)
    assert casework("retention") == ""
    assert "held" in casework("retention", "--list", "held")
    casework("retention", "release", "1", "--reason", "Settled", "--by", "jo:keeper")
    casework("retention", "ask", "1", "--reason", "Old", "--by", "jo:keeper")
    casework("retention", "withdraw", "1", "--reason", "Wait", "--by", "jo:keeper")
    casework("retention", "ask", "1", "--reason", "Old", "--by", "jo:keeper")
    assert "Another person has to confirm" in casework("retention", "erase", "1", "--by", "jo:keeper", code=1)
    assert casework("retention", "erase", "1", "--by", "lou:keeper") == "case 1: erased, certificate 1-8\n"
    told = json.loads(casework("retention", "certificate", "1"))
    assert (told["number"], told["asked_by"], told["confirmed_by"]) == ("1-8", "jo", "lou")
    assert "certificate 1-8" in casework("verify")
    assert "There is no certificate of case 2." in casework("retention", "certificate", "2", code=2)
    # What a log holds is written into the file, and erased with it, when the last one has closed the database.
    kept = [file for file in here.rglob("*") if file.is_file() and file.suffix != ".yaml"]
    assert [file.name for file in kept if b"Fenwick" in file.read_bytes()] == []

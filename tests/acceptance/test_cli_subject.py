"""For those whom cases are about, from the command line: wrong values are corrected, and what is kept is given out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.main import run
from tests.integration.test_retention import YARD

Casework = Callable[..., str]


@pytest.fixture
def casework(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Casework:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASEWORK_DATABASE_URL", f"sqlite:///{tmp_path / 'yard.db'}")
    (tmp_path / "yard.yaml").write_text(YARD)

    def casework(*arguments: str, code: int = 0) -> str:
        found = run(list(arguments))
        said = capsys.readouterr()
        assert found == code, said
        return said.out if code == 0 else said.err

    casework("init")
    casework("publish", "yard.yaml")
    casework("open", "--process", "yard", "owner=Ada Fenwick", "built=1950-01-01", "--by", "hand")
    return casework


def test_a_wrong_value_is_corrected(casework: Casework) -> None:
    why = ("--entry", "1", "--reason", "As on the plate")
    assert "this can be done by Clerk or Keeper" in casework(
        "correct", "1", "built=1951-01-01", *why, "--by", "hand", code=1
    )
    assert "FIELD=VALUE" in casework("correct", "1", "built", *why, "--by", "jo:keeper", code=2)
    assert "Say what is right: built=VALUE." in casework("correct", "1", "built=", *why, "--by", "jo:keeper", code=2)
    assert casework("correct", "1", "built=1951-01-01", *why, "--by", "jo:keeper").startswith("Case 1: ")
    told = json.loads(casework("show", "1", "--json"))
    assert told["case"]["data"]["built"] == "1951-01-01"
    assert told["history"][-1]["what"] == "Built corrected (entry 1)"


def test_what_is_kept_about_a_subject_is_given_out(casework: Casework, tmp_path: Path) -> None:
    ask = ("subject", "export", "Ada Fenwick", "--asked", "2024-03-22", "--by", "jo:keeper", "--out")
    assert casework(*ask, "out") == "out: 1 case, 0 documents, good until 2024-04-21\n"
    assert "out is there already" in casework(*ask, "out", code=2)
    (tmp_path / "not.yaml").write_text("1/field/built: About others\n")
    told = json.loads(casework(*ask, "second", "--withhold", "not.yaml", "--json"))
    assert (told["cases"], told["withheld"]) == ([1], 1)
    assert "1950" not in (tmp_path / "second" / "export.json").read_text()
    nobody = ("subject", "export", "Nobody", "--out", "third", "--by", "jo:keeper")
    assert "No case that you see to" in casework(*nobody, code=2)
    assert "is not a day" in casework(*nobody, "--asked", "soon", code=2)

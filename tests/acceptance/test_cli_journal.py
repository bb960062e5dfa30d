"""What administrators did, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import run


def test_the_command_line_is_told_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def casework(*arguments: str, code: int = 0) -> str:
        found = run(list(arguments))
        said = capsys.readouterr()
        assert found == code, said
        return said.out if code == 0 else said.err

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASEWORK_DATABASE_URL", f"sqlite:///{tmp_path / 'yard.db'}")
    casework("init")
    assert casework("journal") == ""
    casework("person", "add", "ada", "--role", "administrator")
    casework("token", "issue", "ada")
    monkeypatch.setenv("CASEWORK_BY", "lou:administrator")
    casework("token", "revoke", "1")
    page = json.loads(casework("journal", "--kind", "token", "--json"))
    assert [(one["by"], one["origin"], one["did"], one["about"]) for one in page["items"]] == [
        ("lou", "command line", "revoked", "ada"),
        ("command line", "command line", "issued", "ada"),
    ]
    assert "person added" in casework("journal", "--person", "ada")
    first = json.loads(casework("journal", "--limit", "1", "--json"))
    assert json.loads(casework("journal", "--after", first["next"], "--json"))["items"][0]["did"] == "issued"
    assert "There is no kind 'dog'" in casework("journal", "--kind", "dog", code=2)
    assert "Administrators and auditors" in casework("journal", "--by", "jo:coordinator", code=2)

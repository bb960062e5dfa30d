"""A shell for tests: runs commands of `casework` in this process, in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import run


class Shell:
    """Runs commands in a folder of its own, in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._capsys = folder, capsys
        for name in (
            "DATABASE_URL",
            "DOCUMENTS",
            "BY",
            "LOG_FORMAT",
            "LOG_LEVEL",
            "CONFIG",
            "DEBUG",
            "KEY",
            "KEY_FILE",
        ):
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


def open_panel(house: Shell, *values: str) -> int:
    fields = ["school=Hilltop", "key_stage=KS3", "consent=yes", "pupil_name=A Pupil", *values]
    case: int = house.json("open", "--in", "panel", "--by", "coordinator", *fields)["id"]
    return case

"""The command line, whatever its output can hold and whoever stops reading it: never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import Engine
from tests.conftest import ROOT, missing
from tests.part import part

NAME = "Łukasz “quotes” é 漢 😀"


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    """A folder with a database in which somebody has a name of many signs."""
    (tmp_path / "casework.db").write_bytes(sqlite_template.read_bytes())
    engine = Engine(f"sqlite:///{tmp_path / 'casework.db'}")
    engine.people.add("luk", NAME, ["administrator"])
    engine.close()
    return tmp_path


def casework(home: Path, end: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of the shell in which `casework` is the command."""
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **environment}
    command = f"'{sys.executable}' -c 'from engine.cli.main import main; main()'"
    line = f'set -o pipefail; casework() {{ {command} "$@"; }}; {end}'
    return subprocess.run(["bash", "-c", line], cwd=home, env=known, capture_output=True, check=False)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", *part(["latin-1", "cp437"], 0, 2), "utf-8"])
def test_any_name_is_shown_in_any_encoding(home: Path, encoding: str) -> None:
    shown = casework(home, "casework person list", PYTHONIOENCODING=encoding)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"ukasz" in shown.stdout
    data = casework(home, "casework person list --json", PYTHONIOENCODING=encoding)
    assert [one["name"] for one in json.loads(data.stdout.decode(encoding))] == [NAME]
    refused = casework(home, f"casework person add '{NAME}'", PYTHONIOENCODING=encoding)
    assert refused.returncode == 2
    assert b"Traceback" not in refused.stderr


@pytest.mark.parametrize("command", ["person list", "person list --json", "--help", "check --help", "--version"])
@pytest.mark.parametrize("end", ["| true", "| head -c 1"])
def test_a_reader_who_has_seen_enough_is_no_fault(home: Path, command: str, end: str) -> None:
    done = casework(home, f"casework {command} {end}")
    assert b"Traceback" not in done.stderr
    assert b"Broken" not in done.stderr
    assert b"Exception" not in done.stderr


@pytest.mark.parametrize("command", ["person list", "person list --json", "--help", "--version"])
def test_a_full_or_closed_output_is_told(home: Path, command: str) -> None:
    if not Path("/dev/full").exists():
        missing("this system has no full device")
    for end, why in ((">/dev/full", "No space left on device"), (">&-", "closed")):
        done = casework(home, f"casework {command} {end}")
        if command == "--version" and end == ">&-":
            continue  # the library that prints it says nothing to nobody
        assert done.returncode == 1, (command, end)
        assert b"Traceback" not in done.stderr
        assert f"could not be written: {why}".encode() in done.stderr or why == "closed"


def test_nobody_to_be_told_changes_no_result(home: Path) -> None:
    for end in ("2>&-", "2>/dev/full"):
        missing = casework(home, f"casework show 9 {end}")
        assert (missing.returncode, missing.stdout) == (2, b"")
        listed = casework(home, f"casework person list {end}")
        assert (listed.returncode, b"ukasz" in listed.stdout) == (0, True)

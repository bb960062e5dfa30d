"""What the docs say of patterns of control flow is true: each that can be said has a scenario, and it passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.files import load_file
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "explanation" / "what-cannot-be-said.md"
FOLDER = ROOT / "tests" / "patterns"
FILES = sorted(FOLDER.glob("*.scenarios.yaml"))
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| (?:no|\[yes\]\(\.\./\.\./tests/patterns/(\S+)\)) \| (\S[^|]+) \|$", re.M)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_pattern_that_can_be_said_is_shown(file: Path) -> None:
    [result] = run_scenarios(load_scenarios(file))
    failures = result.failures
    result.close()
    assert failures == []


@pytest.mark.parametrize("name", ["steps", "opinions"])
def test_the_processes_that_show_them_are_sound(name: str) -> None:
    assert load_file(FOLDER / f"{name}.yaml").loaded.warnings == ()
    assert any(f"process: {name}.yaml" in file.read_text(encoding="utf-8") for file in FILES)


def test_the_table_has_each_pattern_once_and_the_files_that_there_are() -> None:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert [int(number) for number, _, _, _ in rows] == list(range(1, 44))
    assert sorted(name for _, _, name, _ in rows if name) == [file.name for file in FILES]
    for number, title, name, _ in rows:
        said = re.sub("[^a-z]+", "-", title.strip().lower())
        assert not name or name == f"{int(number):02}-{said}.scenarios.yaml"

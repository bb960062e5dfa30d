"""The documentation is complete, its links lead somewhere, and its examples do what it says."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from engine.authoring.check import check_file
from engine.authoring.diagram.picture import svg
from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.cli.main import HOMES, app_with
from engine.process.definition import Process
from engine.service import Engine
from engine.source.shape import schema
from tests.conftest import ROOT

DOCS = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
LANGUAGE = (ROOT / "docs/reference/language.md").read_text()
COMMANDS = (ROOT / "docs/reference/commands.md").read_text()
API = (ROOT / "docs/reference/api.md").read_text()
TUTORIAL = (ROOT / "docs/tutorial/first-process.md").read_text()


@pytest.mark.parametrize("file", DOCS, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", file.read_text()):
        if not target.startswith("http"):
            assert (file.parent / target).exists(), target


def keys_of(part: Any) -> set[str]:
    found = set(part.get("properties", {}))
    for inner in [*part.get("properties", {}).values(), *part.get("$defs", {}).values()]:
        found |= keys_of(inner)
    for key in ("additionalProperties", "items"):
        if isinstance(part.get(key), dict):
            found |= keys_of(part[key])
    return found


@pytest.mark.parametrize("name", ["process", "calendar", "scenario", "demonstration"])
def test_every_key_of_the_language_is_in_its_reference(name: str) -> None:
    assert {key for key in keys_of(schema(name)) if f"`{key}`" not in LANGUAGE and f"`{key}:" not in LANGUAGE} == set()


def test_every_command_and_option_is_in_the_reference() -> None:
    def walk(command: Any, path: str) -> None:
        if hasattr(command, "commands"):
            for name, inner in command.commands.items():
                walk(inner, f"{path} {name}")
            return
        [line] = [line for line in COMMANDS.splitlines() if re.match(rf"\| `{path}[ `]", line)]
        for option in command.params:
            for spelling in option.opts:
                if spelling.startswith("--") and spelling != "--help":
                    assert f"`{spelling}" in line or spelling == "--json", (path, spelling)

    walk(typer.main.get_command(app_with(HOMES)), "casework")


@pytest.mark.parametrize("home", HOMES)
def test_each_command_is_looked_for_where_it_lives(home: str) -> None:
    command: Any = typer.main.get_command(app_with([home]))
    assert set(command.commands) == set(HOMES[home])


def test_the_rooms_that_are_named_are_there() -> None:
    text = "\n".join(file.read_text() for file in DOCS)
    named = set(re.findall(r"`((?:engine/|tests/)?(?:[a-z_]+/)+[a-z_]+\.py)(?:::\w+)?`", text))
    assert len(named) > 15
    assert [
        name for name in sorted(named) if not (ROOT / name).exists() and not (ROOT / "engine" / name).exists()
    ] == []


def test_every_method_is_in_the_reference() -> None:
    public = [name for name, _ in inspect.getmembers(Engine, callable) if not name.startswith("_")]
    assert [name for name in public if not re.search(rf"`(Engine\.)?{name}\(", API) and f", `{name}(" not in API] == []
    for name in public:
        assert inspect.getdoc(getattr(Engine, name)), name


def test_the_picture_of_the_lifecycle_is_of_today(referral: Process) -> None:
    assert (ROOT / "docs/images/referral.svg").read_text() == svg(referral).rstrip("\n") + "\n"


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml tested( \w+)?\n(.*?)```", TUTORIAL, re.S)
    first, process, scenarios = [block for _, block in blocks]
    file = tmp_path / "laptops.yaml"
    file.write_text(first)
    [problem] = check_file(file)
    said = str(problem).replace(str(tmp_path) + "/", "")
    assert said in TUTORIAL
    file.write_text(process)
    assert check_file(file) == ()
    (tmp_path / "laptops.scenarios.yaml").write_text(scenarios)
    results = list(run_scenarios(load_scenarios(tmp_path / "laptops.scenarios.yaml")))
    assert [result.failures for result in results] == [[], []]


def test_the_readme_tells_what_the_scenarios_cover() -> None:
    count = len(load_scenarios(ROOT / "processes/hbep-referral.scenarios.yaml").scenarios)
    assert f"{count} passed, 0 failed" in (ROOT / "README.md").read_text()

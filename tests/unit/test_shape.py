"""Shapes: the same verdict from schema and loader."""

from __future__ import annotations

import copy
import functools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.authoring import scenarios
from engine.authoring.demonstration import load_demonstration
from engine.authoring.scenarios import load_scenarios
from engine.calendars.loader import load_calendar
from engine.process.file.loader import load_process
from engine.source.problem import Refused
from engine.source.reader import read
from engine.source.shape import schema, shape_problems
from tests.conftest import ROOT
from tests.part import THOROUGH

CALENDAR_TEXT = (ROOT / "processes/calendars/leicestershire.yaml").read_text()


PROCESS_TEXT = (ROOT / "processes/hbep-referral.yaml").read_text()


SCENARIO_TEXT = (ROOT / "processes/hbep-referral.scenarios.yaml").read_text()


DEMO_TEXT = (ROOT / "processes/hbep-referral.demo.yaml").read_text()


CALENDAR = load_calendar(CALENDAR_TEXT, "c.yaml")


MEANING = {"process": PROCESS_TEXT, "calendar": CALENDAR_TEXT, "scenario": SCENARIO_TEXT, "demonstration": DEMO_TEXT}


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        found += paths(inner, (*path, key))
    return found


def change(data: Any, path: tuple[Any, ...], value: Any, how: str) -> None:
    for step in path[:-1]:
        data = data[step]
    if how == "replace":
        data[path[-1]] = value
    elif how == "remove":
        del data[path[-1]]
    elif isinstance(data, dict):
        data[value if isinstance(value, str) else "extra"] = data[path[-1]]
    else:
        data.append(value)


FREE = {"data", "with", "form", "tasks", "timers", "series", "after", "rows"}  # whose keys are names of the author's


def kinds(value: Any, within: str = "") -> set[str]:
    """Which keys of the language stand within which, wherever they stand in lists."""
    if isinstance(value, list):
        return {within}.union(*(kinds(inner, f"{within}[]") for inner in value))
    if isinstance(value, dict):
        inside = ((f"{within}.{key}", [] if key in FREE else inner) for key, inner in value.items())
        return {within}.union(*(kinds(inner, key) for key, inner in inside))
    return {f"{within} {type(value).__name__}"}


@functools.cache
def meaning(kind: str) -> Any:
    """A shipped file, with no more of its scenarios or stories than say all that they say: each is read many times."""
    data = read(MEANING[kind], "f.yaml").data
    told: set[str] = set()
    for key in ("scenarios", "stories"):
        kept = []
        for one in data.get(key, []):
            if kinds(one) - told:
                told |= kinds(one)
                kept.append(one)
        if key in data:
            data[key] = kept
    return data


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.text("abXY .é", max_size=6),
    st.just([]),
    st.just({}),
    st.sampled_from(["forum", "coordinator", "2023-09-01", "6 weeks", "1 soon", "own", "required", "a.b", "X Y"]),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the process and its calendar, where scenario files can stand."""
    made = tmp_path_factory.mktemp("processes")
    shutil.copytree(ROOT / "processes", made, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        # What stands beside the file that is tried never changes: it is read once for all tries.
        patch.setattr(scenarios, "load_file", functools.cache(scenarios.load_file))
        yield made


def load(kind: str, text: str, folder: Path) -> None:
    if kind == "process":
        load_process(text, "f.yaml", lambda _: CALENDAR)
    elif kind == "calendar":
        load_calendar(text, "f.yaml")
    else:
        file = folder / "f.yaml"
        file.write_text(text)
        load_scenarios(file) if kind == "scenario" else load_demonstration(file)


def verdict(kind: str, text: str, folder: Path) -> bool:
    """Whether the loader finds the shape right. Problems of meaning do not count."""
    source = read(text, "f.yaml")
    problems = shape_problems(source, kind)
    try:
        load(kind, text, folder)
        assert not problems
    except Refused as refused:
        told = {(problem.line, problem.column, problem.code) for problem in refused.problems}
        assert {(problem.line, problem.column, problem.code) for problem in problems} <= told
    return not problems


@pytest.mark.parametrize("kind", ["process", "calendar", "scenario", "demonstration"])
@settings(max_examples=500 if THOROUGH else 15)
@given(choice=st.data())
def test_schema_and_loader_accept_and_refuse_the_same(kind: str, folder: Path, choice: st.DataObject) -> None:
    data = copy.deepcopy(meaning(kind))
    for _ in range(choice.draw(st.integers(1, 2))):
        path = choice.draw(st.sampled_from(paths(data)))
        change(data, path, choice.draw(VALUES), choice.draw(st.sampled_from(["replace", "remove", "add"])))
    text = json.dumps(data)
    accepted = jsonschema.Draft202012Validator(schema(kind)).is_valid(data)
    assert verdict(kind, text, folder) is accepted


@pytest.mark.parametrize("kind", list(MEANING))
def test_the_shipped_files_fit_their_schemas(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(kind))
    assert shape_problems(read(MEANING[kind], "f.yaml"), kind) == []


def described(part: Any, where: str) -> list[str]:
    lacking = []
    for name, inner in part.get("properties", {}).items():
        if not {"title", "description"} <= set(inner):
            lacking.append(f"{where}.{name}")
        lacking += described(inner, f"{where}.{name}")
    for key in ("additionalProperties", "items"):
        if isinstance(part.get(key), dict):
            lacking += described(part[key], f"{where}.{key}")
    for name, inner in part.get("$defs", {}).items():
        lacking += described(inner, f"{where}#{name}")
    return lacking


@pytest.mark.parametrize("kind", list(MEANING))
def test_every_key_of_the_language_has_a_title_and_a_description(kind: str) -> None:
    assert described(schema(kind), kind) == []


@pytest.mark.parametrize("name", ["req:uested", "Requested", "re quested"])
def test_a_state_whose_name_cannot_be_one_is_lost_and_the_rest_is_still_told(name: str) -> None:
    """What names it is near to it, and would be taken to lead there."""
    text = """
process: x
version: "1"
title: X
effective_from: 2023-09-01
initial: requested
roles: {clerk: {title: Clerk}}
states:
  %s: {owner: clark, deadline: {within: 1 week, raise: chase}, events: {go: {title: Go, to: done}}}
  done: {final: true}
tasks: {chase: {title: Chase, role: clark}}
"""
    with pytest.raises(Refused) as refused:
        load_process(text % name, "x.yaml", lambda _: None)
    assert {(one.code, one.line) for one in refused.value.problems} >= {("wrong-value", 9), ("unknown-role", 11)}

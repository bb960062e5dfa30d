"""Names: what a scenario file names is there in its process, and what forms say is never taken for a name."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from engine.authoring.names import name_problems
from engine.files import load_file
from engine.process.timing import LOOK_INTO
from engine.source.reader import read
from tests.conftest import LOAN

FOUND = load_file(LOAN)


def problems(step: dict[str, Any], part: str = "steps") -> list[tuple[str, int]]:
    scenario = {"scenario": "One", part: [step] if part == "steps" else step}
    source = read(yaml.safe_dump({"scenarios": [scenario]}), "some.scenarios.yaml")
    return [(one.code, one.line) for one in name_problems(source, FOUND, ("scenarios",))]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"event": "acept"}, "unknown-event"),
        ({"add": ["id_cart"]}, "unknown-document"),
        ({"done": "reminder"}, "unknown-task"),
        ({"expect": {"state": "lend"}}, "unknown-state"),
        ({"expect": {"places": {"bed": 1}}}, "unknown-place"),
        ({"event": "accept", "with": {"depositt": 60}}, "unknown-field"),
        ({"expect": {"not_possible": ["accept", "nothing"]}}, "unknown-event"),
        ({"wait": "a while"}, "bad-duration"),
        ({"after": "6 fortnights"}, "bad-duration"),
    ],
)
def test_what_the_process_does_not_have_is_named(step: dict[str, Any], code: str) -> None:
    assert [one for one, _ in problems(step)] == [code]


@pytest.mark.parametrize(
    "step",
    [
        {"event": "accept", "with": {"deposit": 60, "due_back": "2023-03-20"}, "expect": {"state": "lent.out"}},
        {"expect": {"tasks": ["answer"], "places": {"lathe": 1}, "escalated": {"remind": "board"}}},
        {"expect": {"data": {"event": "none", "state": "none"}, "timers": {"event": "2023-03-20 00:00"}}},
        {"done": LOOK_INTO.name, "wait": "6 weeks"},
    ],
)
def test_what_it_has_and_what_forms_say_is_no_problem(step: dict[str, Any]) -> None:
    assert problems(step) == []


def test_requirements_are_those_of_the_process() -> None:
    source = read("scenarios: [{scenario: One, covers: [L1, L9]}]", "some.scenarios.yaml")
    assert [one.code for one in name_problems(source, FOUND, ("scenarios",))] == ["unknown-requirement"]

"""Suggestions: scenarios for the ways of a process that none touches yet, found by walking it.

Each new way that the walk comes to is written down with the steps that led there, and run before it is shown. Reads the
process files that scenarios name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.authoring.coverage import Coverage
from engine.authoring.others import linked_beside
from engine.authoring.partners import Other
from engine.authoring.scenarios import ScenarioFile, run_scenarios, understood
from engine.authoring.walk import Walk
from engine.source.reader import read

MOST_STEPS = 6000
"""So many steps are tried for one process; what was not come to by then is named."""
_FILE = "suggested.scenarios.yaml"


@dataclass(frozen=True)
class Suggestion:
    """A scenario, as it is written into a file, and the ways that it touches for the first time."""

    scenario: Mapping[str, Any]
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Suggested:
    """What was found, and for each way that was not come to the reason, in a sentence."""

    found: tuple[Suggestion, ...]
    left: Mapping[str, str]


def suggest(file: ScenarioFile, untouched: set[str]) -> Suggested:
    """Scenarios for the untouched transitions of a process, as Coverage names them. Each was run, and passes."""
    files = {**linked_beside(file.process, _folder(file)), **file.others}
    others = [Other(file.process), *(Other(one.loaded.process, name) for name, one in files.items())]
    walk, found = Walk(file.process, set(untouched), MOST_STEPS, others), list[Suggestion]()
    for spot, ways in walk.spots():
        if new := ways & walk.wanted:
            named = {"scenario": f"Suggested {len(found) + 1}: {min(new)}", **spot.scenario}
            suggestion = Suggestion(named, tuple(sorted(new)))
            # What hangs on more than one case, or on the clock's own ways, is tried by the engine before it is shown.
            if new <= _touched(file, suggestion):
                found.append(suggestion)
                walk.wanted -= new
    return Suggested(tuple(found), {way: walk.why(way) for way in sorted(walk.wanted)})


def _touched(file: ScenarioFile, suggestion: Suggestion) -> set[str]:
    """The transitions that a suggestion touches when it is run; none where it does not pass."""
    source = read(written(file.source.data["process"], [suggestion]), _FILE)
    covered = Coverage(file.process)
    for result in run_scenarios(understood(source, file.found, _folder(file))):
        covered.add(result)
        result.close()
        if not result.passed:
            return set()
    return covered.touched["transitions"]


def _folder(file: ScenarioFile) -> Path:
    return Path(file.source.file).parent


def written(process: str, suggestions: list[Suggestion], seen: Callable[[str], str] = str) -> str:
    """The text of a scenario file; `process` is the file of the process as seen from it, and `seen` tells of the files
    of others how those are.
    """
    lines = [f"process: {json.dumps(process)}", "scenarios:"]
    for suggestion in suggestions:
        scenario = dict(suggestion.scenario)
        if "others" in scenario:
            scenario["others"] = {name: _as_seen(one, seen) for name, one in scenario["others"].items()}
        lines.append(f"  - scenario: {json.dumps(scenario.pop('scenario'), ensure_ascii=False)}")
        steps = scenario.pop("steps", [])
        lines += [f"    {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in scenario.items()]
        lines += ["    steps:"] if steps else []
        lines += [f"      - {json.dumps(step, ensure_ascii=False)}" for step in steps]
    return "\n".join(lines) + "\n"


def _as_seen(start: Mapping[str, Any], seen: Callable[[str], str]) -> dict[str, Any]:
    return {**start, "process": seen(start["process"])} if "process" in start else dict(start)

"""Expectations: what a scenario expects of a case that no case of its process can ever show.

Values in, problems out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.authoring.charges import charge_problems, figure_problems
from engine.authoring.names import name_problems
from engine.authoring.others import elsewhere
from engine.authoring.tasks import plain, timer_names
from engine.case.answers.form import misfit
from engine.case.time.days import coming_key
from engine.case.time.schedule import timer_key
from engine.files import Found
from engine.process.definition import Field, Process
from engine.source.problem import Problem, certain, nearest
from engine.source.reader import Path, Source


def senseless(source: Source, found: Found, others: Mapping[str, Found]) -> dict[int, list[Problem]]:
    """What is wrong with each scenario that asks for what cannot be, by its place in the file."""
    told = dict[int, list[Problem]]()
    for index in range(len(source.data["scenarios"])):
        root = ("scenarios", index)
        parts = elsewhere(source, found, others, root)
        told[index] = _problems(source, found, root, frozenset(parts))
        told[index] += figure_problems(source, found.loaded.process, root)
        for part, other in parts.items():
            told[index] += _problems(source, other, part)
    return {index: problems for index, problems in told.items() if problems}


def _problems(source: Source, found: Found, root: Path, apart: frozenset[Path] = frozenset()) -> list[Problem]:
    """What is wrong below `root`, but not in the parts `apart`, which are about another process."""
    names = name_problems(source, found, root, apart)
    return [*names, *expectation_problems(source, found.loaded.process, root, apart)]


def expectation_problems(
    source: Source, process: Process, root: Path, apart: frozenset[Path] = frozenset()
) -> Iterator[Problem]:
    """Below `root` without the parts `apart`, where names that are no names of the process are told besides."""
    for path, expected in _expected(root, source.root_value(root)):
        if any(path[: len(one)] == one for one in apart):
            continue
        yield from _of_state(source, process, path, expected)
        yield from _of_data(source, process, path, expected.get("data", {}))
        yield from charge_problems(source, process, path, expected)
        for key, (noun, known) in _known(process).items():
            for name in expected.get(key, {}):
                if plain(process, name) not in known:
                    said, mend = f"There is no {noun} {name}.", nearest(name, known)
                    instead = certain(name, known)
                    yield source.key_problem((*path, key, name), f"unknown-{noun}", said, mend, instead=instead)
        for task, role in expected.get("escalated", {}).items():
            if isinstance(role, str) and role not in process.roles:
                said, mend = f"There is no role {role}.", nearest(role, process.roles)
                yield source.problem((*path, "escalated", task), "unknown-role", said, mend)


def _expected(path: Path, value: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every `expect` of a start or step; what stands inside forms and data is none."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key == "expect":
            yield (*path, key), inner
        elif key not in {"data", "with"}:
            yield from _expected((*path, key), inner)


def _known(process: Process) -> dict[str, tuple[str, set[str]]]:
    own = {timer for state in process.states.values() for timer in state.timers}
    full = {timer_key(state.name, timer) for state in process.states.values() for timer in state.timers}
    full |= {coming_key(one.name) for one in process.fields.values() if one.dated} | timer_names(process)
    return {
        "timers": ("timer", own | full),
        "agendas": ("meeting", set(process.meetings)),
        "links": ("link", set(process.links)),
    }


def _of_state(source: Source, process: Process, path: Path, expected: dict[str, Any]) -> Iterator[Problem]:
    state, outcome = expected.get("state", ""), expected.get("outcome")
    if state in process.states and process.states[state].children:
        said = f"No case is ever in {state} itself: it is in one of the states inside."
        mend = f"For example: {process.leaf(state)}."
        yield source.problem((*path, "state"), "never-true", said, mend)
    rests = expected.get("paused", "none")
    able = {leaf for one in process.states.values() if one.pauses for leaf in process.leaves_in(one.pauses)}
    if rests != "none" and rests not in able:
        said = f"No case ever rests at {rests}."
        yield source.problem((*path, "paused"), "never-true", said, nearest(rests, able | {"none"}))
    if outcome is not None and outcome not in process.outcomes:
        said = f"No case ends with the outcome {outcome}."
        yield source.problem((*path, "outcome"), "wrong-value", said, nearest(outcome, process.outcomes))


def _of_data(source: Source, process: Process, path: Path, data: dict[str, Any]) -> Iterator[Problem]:
    for name, value in data.items():
        here = (*path, "data", name)
        field = process.fields.get(name)
        if field is None:
            said, mend = f"There is no field {name}.", nearest(name, process.fields)
            instead = certain(name, process.fields)
            yield source.key_problem(here, "unknown-field", said, mend, instead=instead)
        elif value is not None and (fault := misfit(field, _typed(field, value), process.zone)):
            yield source.problem(here, "wrong-value", fault, "No case can have it.")


def _typed(field: Field, value: Any) -> Any:
    """An amount of money may be written as a number of YAML: it is read as if it were typed."""
    return str(value) if field.type == "money" else value

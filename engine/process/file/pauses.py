"""Pauses: the part of a process file that says which state rests while a case is in another one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.process.definition import Process, State
from engine.process.file.context import Context, entries_of, event_path, resolve, state_path
from engine.process.paths import AUTOMATIC, is_inside, paths_of
from engine.process.paths import Path as Way
from engine.source.reader import Path

BACK = "back"


def read_pause(context: Context, raw: Mapping[str, Any], path: Path, name: str) -> str:
    """The full name of the state that rests while a case is in `name`; empty where none does."""
    written, here = raw.get("pauses"), (*path, "pauses")
    found = context.state(written, name, here) if written else None
    if not found:
        return ""
    around, mend = name.rpartition(".")[0], "Write the state that pauses another one beside that one."
    if found == name:
        context.problem(here, "wrong-value", f"{name} cannot pause itself.", mend)
    elif found.rpartition(".")[0] != around:
        message = f"{found} does not stand beside {name}: what is around it would be left on the way."
        context.problem(here, "wrong-value", message, mend)
    elif raw.get("final"):
        context.problem(here, "wrong-value", f"{name} is an end: nothing goes on after it.", "Leave pauses: out.")
    else:
        return found
    return ""


def is_way_back(context: Context, to: str, scope: str) -> bool:
    """Whether `to: back` is meant, and no state of that name."""
    return to == BACK and resolve(to, scope, context.names["state"]) is None


def paused_around(context: Context, scope: str, path: Path) -> str | None:
    """The state that a way back leads to which is written in `scope`; notes the problem where there is none."""
    around = scope
    while around:
        written = _body(context.source.data, around).get("pauses")
        found = resolve(written, around, context.names["state"]) if isinstance(written, str) else None
        if found:
            return found
        around = around.rpartition(".")[0]
    message = "There is nothing to go back to: no state around this pauses another one."
    mend = "Write pauses: in the state that this stands in, or name the state that it leads to."
    context.problem(path, "nothing-paused", message, mend)
    return None


def _body(data: Any, name: str) -> dict[str, Any]:
    for part in name.split("."):
        data = dict(entries_of(data, "states")).get(part)
    return data if isinstance(data, dict) else {}


def check_pauses(process: Process, context: Context) -> None:
    """Note each state that a case comes to from outside of the one that it pauses, and each that never leads back."""
    for state in process.states.values():
        if not state.pauses:
            continue
        if process.states[state.pauses].final:
            message = f"{state.pauses} is an end: nothing of it can rest."
            here, end = (*state_path(state.name), "pauses"), (*state_path(state.pauses), "final")
            context.problem_of_two(here, end, "here it is an end", "wrong-value", message, "Name another state.")
            continue
        outside = next(_from_outside(process, state), None)
        if outside is not None:
            said, there = outside
            message = f"A case can come to {state.name} {said}: then nothing of {state.pauses} is there to rest."
            mend, here = f"Let only events of {state.pauses} lead to it.", (*state_path(state.name), "pauses")
            context.problem_of_two(here, there, "this leads to it", "paused-from-outside", message, mend)
        elif not any(way.back for leaf in process.leaves_in(state.name) for way, _ in _ways(process, leaf)):
            message = f"No way leads from {state.name} back to where the case was in {state.pauses}."
            context.warning((*state_path(state.name), "pauses"), "never-back", message, "Let an event lead to: back.")


def _ways(process: Process, leaf: str) -> Iterator[tuple[Way, Path]]:
    """The ways on from a state at rest, each with where it is written."""
    for name in (*process.events_in(leaf), AUTOMATIC):
        for path in paths_of(process).on(leaf, name):
            of_itself = (*state_path(path.scope), "automatic")
            written = of_itself if name == AUTOMATIC else event_path(path.scope, name)
            yield from ((one, written) for one in (path, *path.waits.values()))


def _from_outside(process: Process, state: State) -> Iterator[tuple[str, Path]]:
    """How a case can come to a state that pauses another one without having been in that one, and where that stands."""
    if any(is_inside(process.leaf(name), state.name) for name in process.initial):
        yield "when it begins", ("initial",)
    for leaf in process.leaves():
        for path, written in _ways(process, leaf.name):
            if _comes(path, state):
                yield f"from {leaf.name}", written


def _comes(path: Way, state: State) -> bool:
    return state.name in path.entered and state.pauses not in {path.pauses, path.keeps}

"""Ways: where each event of a process leads, written once for every state at rest where it holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.process import definition
from engine.process.definition import ANYWHERE, Event, Process
from engine.process.paths import AUTOMATIC, Path, paths_of

START = "*begins"
EVERYWHERE = "*anywhere"


@dataclass(frozen=True)
class Way:
    """A way from one state to another. `scope` is the state in which it is written, `event` what takes it.

    `event` is None for what follows by itself, and where a case begins. `number` counts the alternatives of an event,
    of which `way` is one. `waits`: it leads to where a case waits for a place.
    """

    source: str
    target: str
    label: str
    back: bool = False
    scope: str = ""
    event: Event | None = None
    number: int = 0
    way: definition.Way | None = None
    waits: bool = False


def ways(process: Process) -> Iterator[Way]:
    """Every way, in the order of the states and events."""
    paths = paths_of(process)
    for name in process.initial:
        yield Way(START, process.leaf(name), "")
    for state in process.states.values():
        for event in state.events.values():
            yield from _targets(state.name, paths.written_in(state.name, event.name), event.title, event)
        yield from _targets(state.name, paths.written_in(state.name, AUTOMATIC), "by itself", None, state.automatic)
    for event in process.events.values():
        yield from _targets(EVERYWHERE, paths.written_in(ANYWHERE, event.name), event.title, event)


def _targets(
    source: str,
    paths: Iterable[Path],
    label: str,
    event: Event | None,
    automatic: tuple[definition.Way, ...] = (),
) -> Iterator[Way]:
    """Where an event leads that is written in `source`, from whichever state inside."""
    among = event.ways if event else automatic
    scope = "" if source == EVERYWHERE else source
    for path in paths:
        number = next((count for count, one in enumerate(among) if one is path.way), 0)
        if path.to:
            yield Way(source, path.back or path.to, label, bool(path.back), scope, event, number, path.way)
        for waiting in path.waits.values():
            # To wait on where it waits already is no way.
            if waiting.to != source:
                said = f"{label}, no place free"
                yield Way(source, waiting.to, said, scope=scope, event=event, number=number, way=path.way, waits=True)

"""Links: what stands in a diagram for cases that others are linked with: the processes they are of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.authoring.diagram.ways import EVERYWHERE
from engine.process.definition import ANYWHERE, Process

# No state is written with such a sign.
_OTHER = "*of "


def linked(process: Process) -> dict[tuple[str, str], tuple[str, ...]]:
    """What links are called, by from where they are made, and what stands for the process of the other case.

    One that somebody makes by hand is made from anywhere; one that an event opens where that event stands.
    """
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for source, name, title in _links(process):
        found[source, _OTHER + name] = (*found.get((source, _OTHER + name), ()), title)
    return found


def _links(process: Process) -> Iterator[tuple[str, str, str]]:
    for kind in process.links.values():
        # By nobody: events alone make it.
        for name in kind.to if kind.by != frozenset() else ():
            yield EVERYWHERE, name, kind.title
    for scope, event in process.every_event():
        if event.opens:
            source = EVERYWHERE if scope == ANYWHERE else scope
            yield source, event.opens.process, f"{event.title}: opens {event.opens.title}"


def title_of_linked(process: Process, node: str, titles: Mapping[str, str]) -> str:
    """What the processes of linked cases are called; where that is not known, by their names in words."""
    name = node.removeprefix(_OTHER)
    if name == process.name:
        return f"Another case: {process.title}"
    return f"Case of: {titles.get(name) or name.replace('-', ' ').replace('_', ' ').capitalize()}"


def titles_for(process: Process, known: Iterable[Process]) -> tuple[tuple[str, str], ...]:
    """The titles of those known processes whose cases are linked with, by their names."""
    named = {target for _, target in linked(process)}
    return tuple((one.name, one.title) for one in known if _OTHER + one.name in named)

"""Comparison: what a text takes away that a site has in use: states in which open cases stand, and fields that they
hold. Cases are counted, never named; nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from engine.process.definition import Process
from engine.process.file.context import state_path
from engine.process.file.loader import Loaded
from engine.service.processes.catalogue import Catalogue
from engine.source.problem import Problem, Severity
from engine.source.reader import Path
from engine.source.words import counted
from engine.store.cases import census

_CODE = "still-in-use"


def compared(connection: Connection, catalogue: Catalogue, loaded: Loaded) -> Iterator[Problem]:
    """The warnings of what is gone, each where it would stand."""
    process = loaded.process
    labels = {one.version for one in catalogue.versions(process.name)} - {process.version}
    # The text itself is published already: what its cases have stands in it.
    known = {label: catalogue.process(connection, process.name, label) for label in labels}
    if known:
        yield from _states(connection, loaded, known)
        yield from _fields(connection, loaded, known)
        yield from _meetings(connection, loaded)


def _states(connection: Connection, loaded: Loaded, known: dict[str, Process]) -> Iterator[Problem]:
    for state, version, count in census.open_by_state(connection, loaded.process.name):
        if state in loaded.process.states or version not in known:
            continue
        title = known[version].title_of("states", state)
        stand, go = ("stands", "goes") if count == 1 else ("stand", "go")
        message = (
            f"{counted(count, 'open case')} {stand} in {title} ({state}) of version {version}, "
            f"which is not here: in this version nothing finds {'it' if count == 1 else 'them'} there."
        )
        mend = f"Keep the state, or know that {'it' if count == 1 else 'they'} {go} on by version {version} to the end."
        yield _warning(loaded, _nearest_path(loaded.process, state), message, mend)


def _fields(connection: Connection, loaded: Loaded, known: dict[str, Process]) -> Iterator[Problem]:
    here = {*loaded.process.fields, *loaded.process.series}
    held = Counter[tuple[str, str]]()
    for case in census.open_snapshots(connection, loaded.process.name):
        gone = (name for name, value in case.data.items() if name not in here and value not in (None, [], ""))
        held.update((name, case.version) for name in gone if case.version in known)
    for (name, version), count in sorted(held.items()):
        title = known[version].title_of("fields", name)
        hold = "holds" if count == 1 else "hold"
        message = f"{counted(count, 'open case')} of version {version} {hold} {title} ({name}), which is not here."
        mend = "Keep the field, or know that lists and figures of this version leave it out."
        yield _warning(loaded, (_part(known[version], name),), message, mend)


def _meetings(connection: Connection, loaded: Loaded) -> Iterator[Problem]:
    for kind in loaded.process.meetings.values():
        agendas = census.agendas_beyond(connection, loaded.process.name, kind.name, kind.most) if kind.most else 0
        if agendas:
            most = counted(kind.most or 0, "case")
            have, keep = ("has", "It keeps them, and takes") if agendas == 1 else ("have", "They keep them, and take")
            there = f"{counted(agendas, 'meeting')} of the kind {kind.title} ({kind.name})"
            message = f"{there} {have} more than {most} already. {keep} no more."
            mend = "Book some of them on another day, or say more."
            yield _warning(loaded, ("meetings", kind.name, "most"), message, mend)


def _part(process: Process, name: str) -> str:
    return "series" if name in process.series else "fields"


def _nearest_path(process: Process, state: str) -> Path:
    """The innermost state around it that is there still, or all states."""
    around = state.rpartition(".")[0]
    while around and around not in process.states:
        around = around.rpartition(".")[0]
    return state_path(around) if around else ("states",)


def _warning(loaded: Loaded, path: Path, message: str, mend: str) -> Problem:
    return replace(loaded.source.key_problem(path, _CODE, message, mend), severity=Severity.WARNING)

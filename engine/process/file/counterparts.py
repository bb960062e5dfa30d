"""Counterparts: what a process says of the processes that its links lead to, held against those that are at hand. Pure.

What it says of itself is told whenever it is read; what it says of another one by whoever has that one at hand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.process.definition import Process
from engine.process.file.context import Context, entries_of, event_path
from engine.source.problem import Problem, Severity, certain, nearest
from engine.source.reader import Path, Source


def check_own_openings(process: Process, context: Context) -> None:
    """Note what an event says of a case of its own process that it opens, and cannot be."""
    # What was published before this was looked at goes on: such an event is refused.
    if context.language.is_published:
        return
    for scope, event in process.every_event():
        if event.opens and event.opens.process == process.name:
            path = (*event_path(scope, event.name), "opens")
            given = [name for name, _ in event.opens.values]
            context.problems.extend(_unfit(context.source, path, event.opens.state, given, process))


def others_named(data: Any) -> dict[Path, str]:
    """The processes that the links of a document lead to, and that are others, by where each is named."""
    found: dict[Path, str] = {}
    own = data.get("process") if isinstance(data, dict) else None
    for link, raw in entries_of(data, "links"):
        to = raw.get("to") if isinstance(raw, dict) else None
        path: Path = ("links", link, "to")
        named = {(*path, at): one for at, one in enumerate(to)} if isinstance(to, list) else {path: to}
        found |= {at: one for at, one in named.items() if isinstance(one, str) and one != own}
    return found


def unknown_others(source: Source, known: Collection[str], where: str) -> Iterator[Problem]:
    """A warning for each process that a link leads to and that is none of those `known`, which stand `where`."""
    for path, name in others_named(source.data).items():
        if name not in known:
            others = {*known} - {source.data["process"]} if "process" in source.data else known
            mend = nearest(name, others) if others else "It may be published later: then nothing is wrong."
            found = source.problem(path, "unknown-process", f"There is no process {name} {where}.", mend)
            yield replace(found, severity=Severity.WARNING)


def openings(data: Any) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
    """What the events of a document open of other processes: where that stands, of which process, and what is said."""
    of_links: dict[str, list[str]] = {}
    for path, name in others_named(data).items():
        of_links.setdefault(str(path[1]), []).append(name)
    for path, said in _opens(data, ()):
        named = said.get("process", next(iter(of_links.get(str(said.get("link")), [])), ""))
        if isinstance(named, str) and named in of_links.get(str(said.get("link")), []):
            yield path, named, said


def _opens(body: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for name, event in entries_of(body, "events"):
        said = event.get("opens") if isinstance(event, dict) else None
        if isinstance(said, dict):
            yield (*path, "events", name, "opens"), said
    for name, state in entries_of(body, "states"):
        yield from _opens(state, (*path, "states", name))


def unfit_openings(source: Source, known: Mapping[str, Process]) -> Iterator[Problem]:
    """What the events of a document say of cases of other processes that they open, and is not so in those `known`."""
    for path, name, said in openings(source.data):
        if name in known:
            state = said.get("in", "")
            given = [one for one, _ in entries_of(said, "with")]
            yield from _unfit(source, path, state if isinstance(state, str) else "", given, known[name])


def _unfit(source: Source, path: Path, state: str, given: Collection[str], theirs: Process) -> Iterator[Problem]:
    if state and state not in theirs.initial:
        yield _no_beginning(source, (*path, "in"), state, theirs)
    for name in given:
        if name not in theirs.opening.form:
            yield _not_asked(source, (*path, "with", name), name, theirs)
    lacking = [name for name in _needed(theirs) if name not in given]
    if lacking:
        titles = " and ".join(theirs.title_of("fields", name) for name in lacking)
        message = f"{theirs.title} asks for {titles} when a case begins, and nothing is handed over for it."
        mend = f"Add it in with:, as {lacking[0]}: …."
        yield replace(source.key_problem(path, "cannot-be-filled", message, mend), severity=Severity.WARNING)


def _needed(theirs: Process) -> list[str]:
    """What a case is not begun without, and that fills in nobody else by itself."""
    by_itself = {*theirs.begun_with, theirs.organisation, theirs.area}
    return [name for name, required in theirs.opening.form.items() if required and name not in by_itself]


def _no_beginning(source: Source, path: Path, state: str, theirs: Process) -> Problem:
    if state in theirs.states:
        message = f"No case of {theirs.title} begins in {state}."
        return source.problem(path, "wrong-value", message, f"One of: {', '.join(theirs.initial)}.")
    message, instead = f"There is no state {state} in {theirs.title}.", certain(state, theirs.initial)
    return source.problem(path, "unknown-state", message, nearest(state, theirs.initial), instead=instead)


def _not_asked(source: Source, path: Path, name: str, theirs: Process) -> Problem:
    asked = theirs.opening.form
    if name in theirs.fields:
        message = f"{theirs.title} does not ask for {theirs.title_of('fields', name)} when a case begins."
        return source.key_problem(path, "wrong-value", message, nearest(name, asked))
    message, instead = f"There is no field {name} in {theirs.title}.", certain(name, asked)
    return source.key_problem(path, "unknown-field", message, nearest(name, asked), instead=instead)

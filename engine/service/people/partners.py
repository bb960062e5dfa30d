"""Partners: the organisations that take part in a process. Those of another partnership are told to nobody there."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from engine.case.sight import process_of
from engine.service.people.people import Organisation
from engine.service.processes.catalogue import Catalogue
from engine.store.people import people as store


def partners_of(connection: Connection, catalogue: Catalogue, process: str) -> list[Organisation]:
    """The organisations that take part in a process, by name; those too that take part in none yet.

    One takes part in what its people hold roles of, and where cases are its own. Of a new one neither is known: it is
    of the processes that know its area, so that its first case can be begun. One whose area is none, or is known to
    no process, belongs to no partnership yet, and a case can be begun for it in any of them.
    """
    parts: dict[str, set[str]] = defaultdict(set)
    for person in store.all_people(connection):
        if person.organisation:
            parts[person.organisation] |= {of for role in person.roles if (of := process_of(role))}
    every = [Organisation(one.name, one.area, one.seq) for one in store.all_organisations(connection)]
    asked = [one.name for one in every if process not in parts[one.name]]
    for name, of in store.processes_of_cases(connection, asked):
        parts[name].add(of)
    homes = _by_area(connection, catalogue)
    of_each = {one.name: parts[one.name] or homes.get(one.area, set()) for one in every}
    return [one for one in every if not of_each[one.name] or process in of_each[one.name]]


def _by_area(connection: Connection, catalogue: Catalogue) -> dict[str, set[str]]:
    """The processes that know each area, in any of their versions."""
    found: dict[str, set[str]] = defaultdict(set)
    for process in catalogue.every(connection):
        for area in process.fields[process.area].choices if process.area else ():
            found[area].add(process.name)
    return found

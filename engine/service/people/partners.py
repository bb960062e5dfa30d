"""Partners: the organisations that take part in a process. Those of another partnership are told to nobody there."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from engine.case.sight import process_of
from engine.service.people.people import Organisation
from engine.store.people import people as store


def partners_of(connection: Connection, process: str) -> list[Organisation]:
    """The organisations that take part in a process, by name; those too that take part in none yet.

    One takes part in what its people hold roles of, and where cases are its own. Nobody says so: an organisation of
    which neither is known belongs to no partnership yet, and a case can be begun for it in any of them.
    """
    parts: dict[str, set[str]] = defaultdict(set)
    for person in store.all_people(connection):
        if person.organisation:
            parts[person.organisation] |= {of for role in person.roles if (of := process_of(role))}
    every = [Organisation(one.name, one.area, one.seq) for one in store.all_organisations(connection)]
    asked = [one.name for one in every if process not in parts[one.name]]
    for name, of in store.processes_of_cases(connection, asked):
        parts[name].add(of)
    return [one for one in every if not parts[one.name] or process in parts[one.name]]

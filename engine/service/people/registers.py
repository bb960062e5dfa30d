"""Registers: what a site keeps of organisations and people, as fields of a process name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from engine.case.answers.records import people_in, record_fields
from engine.case.command import Command, Correct, Fire, Open
from engine.case.sight import roles_in
from engine.process.definition import Process
from engine.process.register import ORGANISATION, PERSON, UNKEPT, Known, Register
from engine.process.rows import concerned
from engine.service.cases.rows import kept
from engine.service.cases.views import Case
from engine.service.people.partners import partnerships_of
from engine.service.people.people import person_of
from engine.service.processes.catalogue import Catalogue
from engine.store.people import people as store


def register_of(connection: Connection, catalogue: Catalogue, process: Process) -> Register:
    """The register as fields of a process name it; empty where none does."""
    kinds = {process.fields[name].type for name in record_fields(process)}
    return Register(
        _organisations(connection, catalogue, process) if ORGANISATION in kinds else None,
        _people(connection, process) if PERSON in kinds else None,
    )


def register_for(connection: Connection, catalogue: Catalogue, process: Process, command: Command) -> Register:
    """The same for a step, where it may write such a field: most do not, and nothing is read for them."""
    fields = record_fields(process)
    given = command.data.keys() if isinstance(command, (Open, Fire)) else ()
    corrected = {command.field} if isinstance(command, Correct) else set[str]()
    asked = not concerned(fields).isdisjoint(concerned((*given, *corrected)))
    return register_of(connection, catalogue, process) if fields and (asked or _sets(process, fields)) else UNKEPT


def _sets(process: Process, fields: frozenset[str]) -> bool:
    """Whether a process writes one of these fields by itself."""
    series = concerned(fields)
    worked_out = any(one.computed for name, one in process.series.items() if name in series)
    return worked_out or any(name in fields for name, _ in process.every_set()) or bool(fields & {*process.begun_with})


def _organisations(connection: Connection, catalogue: Catalogue, process: Process) -> Mapping[str, bool] | None:
    found = {one.name: process.base in of for one, of in partnerships_of(connection, catalogue)}
    return found or None


def _people(connection: Connection, process: Process) -> tuple[Known, ...] | None:
    everybody = [person_of(one) for one in store.all_people(connection)]
    found = (
        Known(one.login, one.name, roles_in(process, one.actor), one.organisation, one.active) for one in everybody
    )
    return tuple(found) if everybody else None


def names_in(connection: Connection, process: Process, data: Mapping[str, Any]) -> dict[str, str]:
    """What people are called who stand in the data of a case, by login."""
    logins = people_in(process, data)
    return store.names_of(connection, logins) if logins else {}


def names_shown(connection: Connection, shown: Iterable[tuple[Process, Case]]) -> dict[str, str]:
    """The same of cases as they are shown, and of those who wrote their rows: all are read at once."""
    logins = set[str]()
    for process, case in shown:
        logins |= {row.by for rows in case.series.values() for row in rows}
        logins |= people_in(process, {**case.data, **{name: kept(rows) for name, rows in case.series.items()}})
    return store.names_of(connection, logins) if logins else {}

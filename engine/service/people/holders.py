"""Holders: those to whom open tasks are given, among the people who are kept. Sight says whether they can do them.

Where no people are kept, as where a program keeps them itself, any name will do.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.sight import Holders, holders, is_stranded
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.people.people import person_of
from engine.store.people import people as store
from engine.store.people.people import StoredPerson


def any_name_will_do(connection: Connection) -> bool:
    """Whether no people are kept."""
    return not store.has_people(connection)


def stranded(connection: Connection, name: str, process: Process, case: Snapshot) -> bool:
    """Whether an open task of a case is given to somebody who can do it no more."""
    task = case.tasks.get(name, {})
    if not task.get("person"):
        return False
    found = store.find_person(connection, task["person"])
    if found is None and any_name_will_do(connection):
        return False
    return is_stranded(task, _actor(found), process, case)


def holders_in(connection: Connection, versions: Iterable[Process]) -> tuple[Holders, ...]:
    """Those whose tasks may be stranded, as lists ask for them."""
    names = store.task_holders(connection)
    if not names or any_name_will_do(connection):
        return ()
    known = store.task_holders_known(connection)
    return holders(versions, {name: _actor(known.get(name)) for name in names})


def _actor(found: StoredPerson | None) -> Actor | None:
    return person_of(found).actor if found is not None and found.active else None

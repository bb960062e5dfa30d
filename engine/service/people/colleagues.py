"""Colleagues: those to whom somebody may give a task, and the organisations they work for."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.case.sight import may_be_given
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.cases.views import Task
from engine.service.people.holders import any_name_will_do, stranded
from engine.service.people.partners import partners_of
from engine.service.people.people import Organisation, Person, person_of
from engine.service.site import Site
from engine.store.cases import cases as store
from engine.store.people.people import all_people, hold_person


class Colleagues:
    """The people of one site, as those among whom tasks are given."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def colleagues(self, tasks: Iterable[Task], by: Actor) -> list[Person]:
        """Those who are active and to whom `by` may give one or more of these open tasks, by login."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            people = [person_of(one) for one in all_people(connection) if one.active]
            found: set[str] = set()
            # Who can be given one of them is asked about no more: else a page costs its tasks times everybody.
            left, wanted = people, list(tasks)
            cases = store.snapshots_of(connection, (task.case for task in wanted))
            for task in wanted:
                case = cases.get(task.case)
                if case is not None and task.task in case.tasks:
                    process = self._site.catalogue.process(connection, case.process, case.version)
                    given = (case.tasks[task.task], by, process, case)
                    found |= {one.login for one in left if may_be_given(one.actor, *given)}
                    left = [one for one in left if one.login not in found]
        return [one for one in people if one.login in found]

    def partners(self, process: str) -> list[Organisation]:
        """The organisations that take part in a process, by name; those too that take part in none yet."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return partners_of(connection, self._site.catalogue, process)


def no_colleague(
    connection: Connection, login: str, task: str, process: Process, case: Snapshot, by: Actor
) -> Refusal | None:
    """Why an open task cannot be given to somebody; whether there is such a person is not told.

    They stay as they are until the transaction that gives it ends: nobody makes them inactive meanwhile.
    """
    found = hold_person(connection, login)
    if found is None and any_name_will_do(connection):
        return None
    if found is not None and found.active and may_be_given(person_of(found).actor, case.tasks[task], by, process, case):
        return None
    message = "It cannot be given to this person: they must be known here, be active, and work on this case."
    return Refusal(Code.FORM, message, fields={"person": message})


def no_holder(connection: Connection, task: str, process: Process, case: Snapshot) -> Refusal | None:
    """Why an open task cannot be with whom it is given to now."""
    if not stranded(connection, task, process, case):
        return None
    message = "It can be taken on only by somebody who is known here, is active, and may see this case."
    return Refusal(Code.FORM, message, fields={"person": message})

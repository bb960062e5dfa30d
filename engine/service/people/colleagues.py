"""Colleagues: those to whom somebody may give a task, and the organisations they work for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from engine.case.answers.records import people_in
from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, Among, given_among, may, may_be_given
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.process.register import Register
from engine.service.cases.views import Task
from engine.service.people.holders import any_name_will_do, stranded
from engine.service.people.partners import is_partner, partners_named, partners_of, partnerships_of, unoffered
from engine.service.people.people import Organisation, Person, person_of
from engine.service.people.registers import names_in, register_of
from engine.service.site import Site
from engine.store.cases import cases as store
from engine.store.people.people import find_person, hold_person, organisations_named, people_page

TaskName = tuple[int, str]
# Read at once, of all among whom those are who may be given a task.
SOME = 200


class _Given:
    """Tasks that are to be given: among whom, and to whom."""

    def __init__(self) -> None:
        self.among: dict[Among, None] = {}
        self._tasks: list[tuple[Mapping[str, Any], Actor, Process, Snapshot]] = []

    def add(self, task: Mapping[str, Any], by: Actor, process: Process, case: Snapshot) -> None:
        """Give this one too."""
        self.among[given_among(by, process, case)] = None
        self._tasks.append((task, by, process, case))

    def may_be_to(self, person: Person) -> bool:
        """Whether one of them may be given to somebody. Each person is asked about no more once one is."""
        return any(may_be_given(person.actor, *one) for one in self._tasks)


class Colleagues:
    """The people of one site, as those among whom tasks are given."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def colleagues(self, tasks: Iterable[Task], by: Actor) -> list[Person]:
        """Those who are active and to whom `by` may give one or more of these open tasks, by login."""
        return self.colleagues_named(((one.case, one.task) for one in tasks), by)

    def colleagues_named(
        self, tasks: Iterable[TaskName], by: Actor, search: str = "", most: int | None = None
    ) -> list[Person]:
        """At most so many of the same, by login: those in whose name or login all words of `search` stand."""
        with self._site.database.reading() as connection:
            return list(itertools.islice(_found(connection, self._given(connection, tasks, by), search), most))

    def is_colleague(self, tasks: Iterable[TaskName], by: Actor, login: str) -> bool:
        """Whether the person of just this login is one of the same."""
        with self._site.database.reading() as connection:
            found, given = find_person(connection, login), self._given(connection, tasks, by)
            return found is not None and found.active and given.may_be_to(person_of(found))

    def _given(self, connection: Connection, tasks: Iterable[TaskName], by: Actor) -> _Given:
        """For each of these tasks that is open, in a case that `by` sees: who may be given it."""
        self._site.catalogue.refresh(connection)
        wanted, given = list(tasks), _Given()
        cases = store.snapshots_of(connection, (number for number, _ in wanted))
        for number, task in wanted:
            if (case := cases.get(number)) is None or task not in case.tasks:
                continue
            process = self._site.catalogue.process(connection, case.process, case.version)
            if may(by, Action.SEE, process, case):
                given.add(case.tasks[task], by, process, case)
        return given

    def partners(self, process: str) -> list[Organisation]:
        """The organisations that take part in a process, by name."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return partners_of(connection, self._site.catalogue, process)

    def partners_named(self, process: str, search: str, most: int) -> list[Organisation]:
        """At most so many of the same, by name: those in whose name all words of `search` stand."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return partners_named(connection, self._site.catalogue, process, search, most)

    def is_partner(self, process: str, name: str) -> bool:
        """Whether there is an organisation of just this name that is one of the same."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return is_partner(connection, self._site.catalogue, process, name)

    def register(self, process: Process) -> Register:
        """The organisations and people of the site, as fields of a process name them."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return register_of(connection, self._site.catalogue, process)

    def names(self, process: Process, data: Mapping[str, Any]) -> dict[str, str]:
        """What people are called who stand in the data of a case, by login."""
        if not people_in(process, data):
            return {}
        with self._site.database.reading() as connection:
            return names_in(connection, process, data)

    def partnerships(self, names: Iterable[str] | None = None) -> dict[str, frozenset[str]]:
        """Every organisation, or each of these, with the processes in which it takes part; with none where no process
        offers it.
        """
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            among = None if names is None else organisations_named(connection, names)
            return {one.name: of for one, of in partnerships_of(connection, self._site.catalogue, among)}

    def unoffered(self, most: int) -> list[str]:
        """The names of at most so many organisations that no process offers, by name."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return unoffered(connection, self._site.catalogue, most)


def _found(connection: Connection, given: _Given, search: str) -> Iterator[Person]:
    """To whom one of them may be given, by login, read as far as somebody asks."""
    last = ""
    while page := people_page(connection, last, search, SOME, only_active=True, among=given.among):
        yield from (one for one in map(person_of, page) if given.may_be_to(one))
        if len(page) < SOME:
            return
        last = page[-1].login


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

"""Notices: what people are told by e-mail of the steps of a case. Written with the steps; no content of the case."""

from __future__ import annotations

import functools

from sqlalchemy import Connection

from engine.case.entry import Entry
from engine.case.permission import Action, may
from engine.case.schedule import ESCALATION
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.people import Person, person_of
from engine.store.outbox import queue_email
from engine.store.people import all_people


class Notices:
    """The notices of one transaction, at the instant `now` (text, UTC)."""

    def __init__(self, connection: Connection, now: str) -> None:
        self._connection = connection
        self._now = now

    def tell(self, case: int, process: Process, snapshot: Snapshot, entries: list[Entry]) -> None:
        """Tell those to whom a task was given by somebody else, or to whose role one was escalated."""
        for entry in entries:
            if entry.kind == "task" and not entry.note:
                self._tell_given(case, process, snapshot, entry)
            elif entry.kind == "timer" and entry.event.startswith(ESCALATION):
                self._tell_escalated(case, process, snapshot, entry)

    def _tell_given(self, case: int, process: Process, snapshot: Snapshot, entry: Entry) -> None:
        given = entry.tasks.get(entry.event, {}).get("person")
        said = (
            f"The task “{process.title_of('tasks', entry.event)}” of case {case} was given to you. Sign in to see it."
        )
        for person in self._readers if given and given != entry.by else ():
            if person.login == given:
                self._queue(person, process, snapshot, "A task was given to you", said)

    def _tell_escalated(self, case: int, process: Process, snapshot: Snapshot, entry: Entry) -> None:
        task = entry.event.removeprefix(ESCALATION)
        role = entry.tasks.get(task, {}).get("escalated")
        title = process.title_of("tasks", task)
        said = f"The task “{title}” of case {case} was not done in time, and is now yours as well. Sign in to see it."
        for person in self._readers if role else ():
            if role in person.roles:
                self._queue(person, process, snapshot, "A task was escalated to you", said)

    def _queue(self, person: Person, process: Process, snapshot: Snapshot, subject: str, said: str) -> None:
        if may(person.actor, Action.SEE, process, snapshot):
            queue_email(self._connection, person.email, subject, said, self._now)

    @functools.cached_property
    def _readers(self) -> list[Person]:
        """Those who read e-mail."""
        return [person_of(one) for one in all_people(self._connection) if one.email and one.active]

"""Notices: what people are told by e-mail of a case. Written with what they tell of; no content of the case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable

from sqlalchemy import Connection

from engine.case.entry import Entry
from engine.case.sight import Action, has_role, may, role_of
from engine.case.snapshot import Snapshot
from engine.case.time.schedule import ESCALATION, escalated_roles
from engine.process.definition import Process
from engine.service.people.people import Person, person_of
from engine.source.words import counted
from engine.store.messages.outbox import queue_email
from engine.store.people.deputies import running
from engine.store.people.people import active_with, find_person


class Notices:
    """The notices of one transaction, at the instant `now` (text, UTC)."""

    def __init__(self, connection: Connection, now: str) -> None:
        self._connection = connection
        self._now = now
        self._holders: dict[str, list[Person]] = {}
        self._deputies: dict[str, list[str]] | None = None
        self._given: dict[str, list[tuple[int, Process, Snapshot, str]]] = {}

    def tell(
        self,
        case: int,
        process: Process,
        snapshot: Snapshot,
        entries: list[Entry],
        told: Container[tuple[str, str]] = (),
    ) -> None:
        """Tell those to whom a task was given by somebody else, or to whose role one was escalated.

        Nobody is told of what is taken back in one go with it, nor again of an escalation that they were `told` of.
        """
        undone = [range(one.undoes, one.seq) for one in entries if one.undoes]
        for entry in entries:
            if (entry.event, escalated_to(entry)) in told or any(entry.seq in gone for gone in undone):
                continue
            # One with a note gives a task another date, to whomever it is given.
            if entry.kind == "task" and not entry.note:
                self._note_given(case, process, snapshot, entry)
            elif entry.kind == "timer" and entry.event.startswith(ESCALATION):
                self._tell_escalated(case, process, snapshot, entry)

    def tell_taken_back(self, case: int, process: Process, snapshot: Snapshot, told: Iterable[tuple[str, str]]) -> None:
        """Tell the roles that were `told` of an escalation, each with the name of its timer, that it stands no more."""
        for key, role in sorted(told):
            task = key.removeprefix(ESCALATION)
            if role in escalated_roles(process.task(task), snapshot.tasks.get(task, {})):
                continue
            title = process.title_of("tasks", task)
            said = f"The task “{title}” of case {case} is not yours any more: what led to it was taken back."
            self._queue(process, snapshot, self._holding(process, role), "A task is not yours any more", said)

    def tell_mentioned(self, case: int, process: Process, snapshot: Snapshot, logins: set[str]) -> None:
        """Tell those whom a note mentions."""
        said = f"A note on case {case} mentions you. Sign in to read it."
        subject = f"You are mentioned on case {case}"
        self._queue(process, snapshot, self._known(logins), subject, said)

    def _note_given(self, case: int, process: Process, snapshot: Snapshot, entry: Entry) -> None:
        given = entry.tasks.get(entry.event, {}).get("person")
        if given and given not in (entry.by, entry.acting_for):
            title = process.title_of("tasks", entry.event)
            self._given.setdefault(given, []).append((case, process, snapshot, title))

    def send_given(self) -> None:
        """Tell of the tasks that were given since: one message for each person, however many they are."""
        for login, given in self._given.items():
            self._tell_given(login, given)
        self._given.clear()

    def _tell_given(self, login: str, given: list[tuple[int, Process, Snapshot, str]]) -> None:
        case, process, snapshot, title = given[0]
        subject, said = (
            "A task was given to you",
            f"The task “{title}” of case {case} was given to you. Sign in to see it.",
        )
        if len(given) > 1:
            subject = f"{counted(len(given), 'task was', 'tasks were')} given to you"
            said = f"{subject}. Sign in to see them: the page of your tasks leads to a summary, case by case."
        self._queue(process, snapshot, self._known({login}), subject, said)

    def _tell_escalated(self, case: int, process: Process, snapshot: Snapshot, entry: Entry) -> None:
        task, role = entry.event.removeprefix(ESCALATION), escalated_to(entry)
        if role:
            title = process.title_of("tasks", task)
            said = (
                f"The task “{title}” of case {case} was not done in time, and is now yours as well. Sign in to see it."
            )
            self._queue(process, snapshot, self._holding(process, role), "A task was escalated to you", said)

    def _queue(
        self, process: Process, snapshot: Snapshot, concerned: Iterable[Person], subject: str, said: str
    ) -> None:
        """Tell those of whom it concerns who read e-mail and may see the case, and who acts for one of them now."""
        told = set[str]()
        able = [one for one in concerned if one.active and may(one.actor, Action.SEE, process, snapshot)]
        for address in (one.email for one in able if one.email):
            told.add(address)
            queue_email(self._connection, address, subject, said, self._now)
        for person, address in ((one, address) for one in able for address in self._standing_in(one.login)):
            # Whom it concerns themselves, too, has been told.
            if address not in told:
                told.add(address)
                known = f"You are told because you act for {person.name}."
                queue_email(self._connection, address, f"{subject}, for {person.name}", f"{said} {known}", self._now)

    def _standing_in(self, login: str) -> list[str]:
        """The addresses of those who act for somebody now. All are read once a transaction."""
        if self._deputies is None:
            self._deputies = defaultdict(list)
            for person, _, _, address in running(self._connection, self._now):
                self._deputies[person] += [address] if address else []
        return self._deputies.get(login, [])

    def _known(self, logins: Iterable[str]) -> list[Person]:
        """Of these, by login, those who are kept."""
        found = (find_person(self._connection, one) for one in sorted(logins))
        return [person_of(one) for one in found if one]

    def _holding(self, process: Process, role: str) -> list[Person]:
        """Those who are active and hold a role of the process. Each is read once a transaction: timers tell of many."""
        written = role_of(process.base, role)
        if written not in self._holders:
            self._holders[written] = [person_of(one) for one in active_with(self._connection, written)]
        return [one for one in self._holders[written] if has_role(process, one.actor, frozenset({role}))]


def escalated_to(entry: Entry) -> str:
    """The role to which an entry escalated a task; empty where it did nothing of the kind."""
    is_escalation = entry.kind == "timer" and entry.event.startswith(ESCALATION)
    task = entry.tasks.get(entry.event.removeprefix(ESCALATION), {}) if is_escalation else {}
    return str(task.get("escalated") or "")

"""Reader: what can be asked of one case. Each method is one reading transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import Connection

from engine.case.command import Actor, Facts
from engine.case.entry import Entry
from engine.case.instants import from_text
from engine.case.possible import Possible, possible_events
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.cases.transaction import Transaction, UnknownCase
from engine.service.cases.views import Case, case_view, shown_data, shown_entry
from engine.service.cases.words import Overview, Report, Step, choice_of, shown_fields, tell
from engine.service.lists.finder import actor_of
from engine.service.site import Site
from engine.store.cases import cases as store


class Reader:
    """Cases as people and programs may see them. `by` None: without regard to who asks."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def case(self, case: int, by: Actor | str | None = None) -> Case:
        """A case as it is now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self.seen(case, by)
        return case_view(process, case, snapshot, self._site.clock.now(), actor_of(by))

    def history(self, case: int, by: Actor | str | None = None) -> list[Entry]:
        """Everything that happened to a case, in order, without data that may not be shown now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self.seen(case, by)
        allowed = shown_data(process, snapshot, self._site.clock.now(), actor_of(by))
        with self._site.database.reading() as connection:
            return [shown_entry(Entry.from_body(body), allowed) for _, body, _ in store.history_of(connection, case)]

    def document(self, case: int, document: str, by: Actor | str | None = None) -> BinaryIO:
        """The content of the newest document of this kind.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
            KeyError: it has no such document.
        """
        _, snapshot = self.seen(case, by)
        return self._site.documents.open(snapshot.documents[document][-1]["hash"])

    def possible_events(self, case: int, by: Actor | str) -> list[Possible]:
        """What `by` may do next with a case; and for what they may not, why not.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self.seen(case, by)
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return self._possible(connection, process, snapshot, Actor.of(by))

    def _possible(self, connection: Connection, process: Process, snapshot: Snapshot, actor: Actor) -> list[Possible]:
        tx = Transaction(connection, self._site.catalogue, self._site.clock.now())
        free = tx.free(process.name) if process.places else {}
        moment = max(self._site.clock.now(), from_text(snapshot.last_at))
        return possible_events(process, snapshot, actor, Facts(moment, free))

    def seen(self, case: int, by: Actor | str | None, action: Action = Action.SEE) -> tuple[Process, Snapshot]:
        """A case with its process, as it is stored; for what shows or changes it.

        Raises:
            UnknownCase: there is none with this number, or `by` may not do this with it.
        """
        with self._site.database.reading() as connection:
            return self._read(connection, case, by, action)

    def _read(
        self, connection: Connection, case: int, by: Actor | str | None, action: Action
    ) -> tuple[Process, Snapshot]:
        found = store.read_case(connection, case)
        if found is None:
            raise UnknownCase(f"There is no case {case}.")
        self._site.catalogue.refresh(connection, found.stamp)
        process = self._site.catalogue.process(connection, found.snapshot.process, found.snapshot.version)
        if by is not None and not may(Actor.of(by), action, process, found.snapshot):
            raise UnknownCase(f"There is no case {case}.")
        return process, found.snapshot

    def report(self, case: int, by: Actor | str | None = None) -> Report:
        """Everything about a case on one page; what may be done next as far as `by` is given.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        with self._site.database.reading() as connection:
            view, process, _ = self._overview(connection, case, by)
            history = tuple(_told(connection, process, case))
        return Report(view.case, view.fields, view.possible, view.been, history)

    def overview_of(self, case: int, by: Actor | str | None = None) -> tuple[Overview, Process, Snapshot]:
        """A case with what may be done next, and the process and the snapshot that this was made of.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        with self._site.database.reading() as connection:
            return self._overview(connection, case, by)

    def _overview(
        self, connection: Connection, case: int, by: Actor | str | None
    ) -> tuple[Overview, Process, Snapshot]:
        process, snapshot = self._read(connection, case, by, Action.SEE)
        possible = self._possible(connection, process, snapshot, Actor.of(by)) if by is not None else []
        view = case_view(process, case, snapshot, self._site.clock.now(), actor_of(by))
        choices, been = tuple(choice_of(one) for one in possible), store.states_been(connection, case)
        return Overview(view, shown_fields(process, view), choices, been), process, snapshot

    def told_history(self, case: int, by: Actor | str) -> tuple[list[Step], Process]:
        """What happened to a case in words without content, and its process: what an auditor reads.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see its history.
        """
        with self._site.database.reading() as connection:
            process, _ = self._read(connection, case, by, Action.SEE_HISTORY)
            return list(_told(connection, process, case)), process

    def last_of_key(self, idempotency_key: str, case: int) -> int | None:
        """The number of the last entry that a request with this key made in a case; None where there is none."""
        with self._site.database.reading() as connection:
            found = store.read_key(connection, idempotency_key)
        return found.last if found and found.case == case else None


def _told(connection: Connection, process: Process, case: int) -> Iterator[Step]:
    """Everything that happened to a case, in words."""
    return (tell(process, Entry.from_body(body)) for _, body, _ in store.history_of(connection, case))

"""Reader: what can be asked of one case. Each method is one reading transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import Connection

from engine.case.command import Actor, Facts
from engine.case.entry import Entry
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.case.step.possible import Possible, possible_events
from engine.process.definition import Process
from engine.service.cases.accesses import Accesses, Seen
from engine.service.cases.transaction import Transaction, UnknownCase
from engine.service.cases.views import Case, Document, Page, case_view, copies_of, local, shown_data, shown_entry
from engine.service.cases.words import Access, Overview, Report, Step, choice_of, shown_fields, step_done, tell
from engine.service.lists.cursors import Cursors
from engine.service.lists.finder import MOST, actor_of
from engine.service.site import Site
from engine.store.cases import cases as store
from engine.store.cases.accesses import LAST, accesses_of


class Reader:
    """Cases as people and programs may see them. `by` None: without regard to who asks.

    That `by` was shown a case is written down with `what` was shown; empty: it is with something else that is.
    """

    def __init__(self, site: Site, accesses: Accesses) -> None:
        self._site = site
        self._accesses = accesses
        self._cursors = Cursors(site.database)

    def case(self, case: int, by: Actor | str | None = None, *, what: str = "case") -> Case:
        """A case as it is now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self._shown(case, by, what)
        return case_view(process, case, snapshot, self._site.clock.now(), actor_of(by))

    def _shown(self, case: int, by: Actor | str | None, what: str) -> Seen:
        """A case that is shown now; that it is, is kept."""
        seen = self.seen(case, by)
        self._accesses.note_shown(case, seen, by, what)
        return seen

    def history(self, case: int, by: Actor | str | None = None) -> list[Entry]:
        """Everything that happened to a case, in order, without data that may not be shown now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self._shown(case, by, "history")
        allowed = shown_data(process, snapshot, self._site.clock.now(), actor_of(by))
        with self._site.database.reading() as connection:
            return [shown_entry(Entry.from_body(body), allowed) for _, body, _ in store.history_of(connection, case)]

    def document(self, case: int, document: str, by: Actor | str | None = None) -> BinaryIO:
        """The content of the newest document of this kind.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
            KeyError: it has no such document.
        """
        return self.copy_of(case, document, by)[1]

    def copy_of(
        self, case: int, document: str, by: Actor | str | None = None, copy: int = 0
    ) -> tuple[Document, BinaryIO]:
        """A document of a case with its content: the newest of its kind, or the one of this number, from 1.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
            KeyError: it has no such document.
        """
        process, snapshot = self.seen(case, by)
        copies = copies_of(process, snapshot, document)
        if not copies or copy > len(copies):
            raise KeyError(document)
        # Before its content is given: who saw it must not depend on whether the program lived on.
        self._accesses.note_shown(case, (process, snapshot), by, f"document {document}")
        found = copies[copy - 1]
        return found, self._site.documents.open(found.hash)

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
        return possible_events(process, snapshot, actor, Facts(snapshot.not_before_last(tx.now), free))

    def seen(self, case: int, by: Actor | str | None, action: Action = Action.SEE) -> tuple[Process, Snapshot]:
        """A case with its process, as it is stored; for what decides or changes something. Nothing is kept of it.

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
        # In the same words as above: who may not see it must not learn that it is there.
        if by is not None and not may(Actor.of(by), action, process, found.snapshot):
            raise UnknownCase(f"There is no case {case}.")
        return process, found.snapshot

    def report(self, case: int, by: Actor | str | None = None, *, what: str = "case") -> Report:
        """Everything about a case on one page; what may be done next as far as `by` is given.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        with self._site.database.reading() as connection:
            view, process, snapshot = self.overview_in(connection, case, by)
            history = tuple(self._steps_in(connection, process, case))
        self._accesses.note_shown(case, (process, snapshot), by, what)
        return Report(view.case, view.fields, view.possible, view.been, history)

    def overview_of(
        self, case: int, by: Actor | str | None = None, *, what: str = "case"
    ) -> tuple[Overview, Process, Snapshot]:
        """A case with what may be done next, and the process and the snapshot that this was made of.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        with self._site.database.reading() as connection:
            found = self.overview_in(connection, case, by)
        self._accesses.note_shown(case, found[1:], by, what)
        return found

    def overview_in(
        self, connection: Connection, case: int, by: Actor | str | None
    ) -> tuple[Overview, Process, Snapshot]:
        """The same within another transaction; that it is shown is for the caller to keep.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self._read(connection, case, by, Action.SEE)
        actor = actor_of(by)
        known = actor is not None and not actor.is_engine
        possible = self._possible(connection, process, snapshot, actor) if actor and known else []
        view = case_view(process, case, snapshot, self._site.clock.now(), actor_of(by))
        choices = tuple(choice_of(one) for one in possible)
        return Overview(view, shown_fields(process, view), choices, tuple(snapshot.been)), process, snapshot

    def told_history(self, case: int, by: Actor | str, after: int = 0) -> tuple[list[Step], Process]:
        """What happened to a case in words without content, and its process: what an auditor reads.

        `after` leaves out the steps up to this number.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see its history.
        """
        with self._site.database.reading() as connection:
            process, _ = self._read(connection, case, by, Action.SEE_HISTORY)
            return list(self._steps_in(connection, process, case, after)), process

    def step_done(self, case: int, seq: int, by: Actor | str) -> Step | None:
        """The last step up to this number that somebody did and that did not follow by itself; None of no step.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see its history.
        """
        with self._site.database.reading() as connection:
            process, _ = self._read(connection, case, by, Action.SEE_HISTORY)
            return self.step_done_in(connection, process, case, seq)

    def step_done_in(self, connection: Connection, process: Process, case: int, seq: int) -> Step | None:
        """The same of a case that may be seen, within another transaction. No more is read than it takes."""
        bodies = store.history_back(connection, case, seq)
        return step_done(tell(process, Entry.from_body(body)) for body in bodies)

    def _steps_in(self, connection: Connection, process: Process, case: int, after: int = 0) -> Iterator[Step]:
        return (tell(process, Entry.from_body(body)) for _, body, _ in store.history_of(connection, case, after))

    def note_access(self, case: int, by: Actor | str, what: str) -> None:
        """Keep that `by` was shown a case in some other way than by this API, if personal data are shown in it now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        self._shown(case, by, what)

    def accesses(self, case: int, by: Actor | str | None = None, limit: int = 50) -> list[Access]:
        """Who was shown personal data of a case, the latest first, at most `limit` of it.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        return list(self.access_page(case, by, limit).items)

    def access_page(self, case: int, by: Actor | str | None = None, limit: int = 50, after: str = "") -> Page[Access]:
        """The same as a page that says where the next one begins. Times are local to the process of the case.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
            BadCursor: `after` is not the end of a page of this case.
        """
        process, _ = self.seen(case, by, Action.SEE_HISTORY)
        cursors, order, most = self._cursors.ready(), f"accesses of {case}", max(1, min(limit, MOST))
        (before,) = cursors.opened(order, after) or (LAST,)
        with self._site.database.reading() as connection:
            found = accesses_of(connection, case, most + 1, before)
        more = cursors.sealed(order, found[most - 1][:1]) if len(found) > most else ""
        return Page(tuple(Access(local(process, at), who, what) for _, at, who, what in found[:most]), more)

    def last_of_key(self, idempotency_key: str, case: int) -> int | None:
        """The number of the last entry that a request with this key made in a case; None where there is none."""
        with self._site.database.reading() as connection:
            found = store.read_key(connection, idempotency_key)
        return found.last if found and found.case == case else None

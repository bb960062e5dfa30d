"""Reader: what can be asked of one case. Each method is one reading transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import BinaryIO

from sqlalchemy import Connection

from engine.case.command import Actor, Facts
from engine.case.kinds import kinds_named
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.case.step.possible import Possible, possible_events
from engine.process.definition import Process
from engine.service.cases.accesses import Accesses, Seen
from engine.service.cases.linked import linked_cases
from engine.service.cases.rows import tables
from engine.service.cases.transaction import Transaction, UnknownCase
from engine.service.cases.views import (
    Case,
    Document,
    Page,
    anonymous,
    as_data,
    case_view,
    copies_of,
)
from engine.service.cases.words import DOCUMENT, Access, Overview, Report, access_of, choice_of, shown_fields
from engine.service.history.reading import Reading
from engine.service.history.telling import Beside, last_done, tell
from engine.service.history.told import Told, fields_of
from engine.service.lists.cursors import Cursors
from engine.service.lists.finder import MOST, actor_of
from engine.service.people.registers import names_shown
from engine.service.site import Site
from engine.source.number import count
from engine.store.cases import cases as store
from engine.store.cases.accesses import LAST, accesses_of
from engine.store.people.people import names_of

# All of the content goes into the first 128 bits of a seal (SIV), which are 22 signs.
_SEAL = 22


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

    def case_unless(self, case: int, by: Actor | str, marks: Collection[str]) -> Case | str:
        """The same; or its mark, if that is one of `marks`: `by` has it already. It is not shown, nor is that kept.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        seen = self.seen(case, by)
        view = case_view(seen[0], case, seen[1], self._site.clock.now(), actor_of(by))
        mark = self.mark(view)
        if mark in marks:
            return mark
        self._accesses.note_shown(case, seen, by, "case")
        return view

    def mark(self, case: Case) -> str:
        """What tells a case as it is shown to somebody now from all others: the mark of its version, a dash, a seal of
        the whole.

        A task becomes overdue, and a field is shown or hidden, without an entry. The seal tells nothing of its content.
        """
        sealed = self._cursors.ready().sealed("mark", (as_data(case),))
        return f"{self.version_mark(case.version)}-{sealed[:_SEAL]}"

    def version_mark(self, version: int) -> str:
        """What tells a version of a case also from that of the same number before a restore: it, a dot, and the era."""
        return f"{version}.{self._cursors.ready().era}"

    def version_of(self, mark: str) -> int | Refusal:
        """The version that a mark stands for, be it of a case or of a version, or a number alone; refused where the
        mark was given before the site was restored from a backup: the case may have become another one since.

        Raises:
            NotANumber: it is no mark.
        """
        version, _, era = mark.partition("-")[0].partition(".")
        if era and era != self._cursors.ready().era:
            return Refusal(Code.CHANGED, "The site was restored from a backup since. Look at the case again.")
        return count(version)

    def _shown(self, case: int, by: Actor | str | None, what: str) -> Seen:
        """A case that is shown now; that it is, is kept."""
        seen = self.seen(case, by)
        self._accesses.note_shown(case, seen, by, what)
        return seen

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
        named = not anonymous(process, snapshot, self._site.clock.now(), actor_of(by))
        copies = copies_of(process, snapshot, document, named=named)
        if not copies or copy > len(copies):
            raise KeyError(document)
        # Before its content is given: who saw it must not depend on whether the program lived on.
        self._accesses.note_shown(case, (process, snapshot), by, f"{DOCUMENT}{document}")
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
            return self.seen_in(connection, case, by, action)

    def seen_in(
        self, connection: Connection, case: int, by: Actor | str | None, action: Action
    ) -> tuple[Process, Snapshot]:
        """The same within another transaction.

        Raises:
            UnknownCase: there is none with this number, or `by` may not do this with it.
        """
        found = store.read_case(connection, case)
        if found is None:
            raise UnknownCase(f"There is no case {case}.")
        self._site.catalogue.refresh(connection, found.stamp)
        process = self._site.catalogue.process(connection, found.snapshot.process, found.snapshot.version)
        # In the same words as above: who may not see it must not learn that it is there.
        if by is not None and not may(Actor.of(by), action, process, found.snapshot):
            raise UnknownCase(f"There is no case {case}.")
        return process, found.snapshot

    def is_anonymous(self, case: int, by: Actor | str | None = None) -> bool:
        """Whether not everybody who sees a case may be told now whom it is about: files that are added may tell it.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        return anonymous(*self.seen(case, by), self._site.clock.now())

    def report(
        self,
        case: int,
        by: Actor | str | None = None,
        *,
        what: str = "case",
        latest: int | None = None,
        kinds: Iterable[str] = (),
    ) -> Report:
        """Everything about a case on one page; what may be done next as far as `by` is given. `latest`: of its history
        no more than so many steps, the latest; of these `kinds` only, where any are named.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
            UnknownKind: there is no such kind of step.
        """
        wanted = kinds_named(kinds)
        with self._site.database.reading() as connection:
            view, process, snapshot = self.overview_in(connection, case, by)
            now = self._site.clock.now()
            reading = Reading(connection, self._site.catalogue, case, (process, snapshot), now, actor_of(by))
            history, earlier = reading.latest(latest, wanted)
        self._accesses.note_history(case, (process, snapshot), by, what, fields_of(history))
        self._accesses.note_linked(view.links, by)
        return Report(view.case, view.fields, view.possible, view.been, view.tables, view.links, history, earlier)

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
        process, snapshot = self.seen_in(connection, case, by, Action.SEE)
        actor = actor_of(by)
        known = actor is not None and not actor.is_engine
        possible = self._possible(connection, process, snapshot, actor) if actor and known else []
        view = case_view(process, case, snapshot, self._site.clock.now(), actor_of(by))
        choices = tuple(choice_of(one) for one in possible)
        people = names_shown(connection, [(process, view)])
        told = tables(process, view.series, people)
        now = self._site.clock.now()
        links = linked_cases(connection, self._site.catalogue, (process, snapshot), actor, now)
        shown = (shown_fields(process, view, people), choices, tuple(snapshot.been), told, links)
        return Overview(view, *shown), process, snapshot

    def step_done(self, case: int, seq: int, by: Actor | str) -> Told | None:
        """The last step up to this number that somebody did and that did not follow by itself; None of no step.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see its history.
        """
        with self._site.database.reading() as connection:
            process, _ = self.seen_in(connection, case, by, Action.SEE_HISTORY)
            return self.step_done_in(connection, process, case, seq)

    def step_done_in(self, connection: Connection, process: Process, case: int, seq: int) -> Told | None:
        """The same of a case that may be seen, within another transaction. No more is read than it takes."""
        done = last_done(one.entry for one in store.history_back(connection, case, seq))
        return tell(process, done, beside=Beside(names_of(connection, [done.by, done.acting_for]))) if done else None

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
        return Page(tuple(access_of(process, *one[1:]) for one in found[:most]), more)

    def last_of_key(self, idempotency_key: str, case: int) -> int | None:
        """The number of the last entry that a request with this key made in a case; None where there is none."""
        with self._site.database.reading() as connection:
            found = store.read_key(connection, idempotency_key)
        return found.last if found and found.case == case else None

"""Site: what every room of the service works on, and the one way to run a piece of work that writes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.case.refusal import Refusal
from engine.case.time.instants import from_text
from engine.clock import Clock
from engine.service.cases.declined import Declined
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import Behind, LostRace
from engine.service.documents.admission import Admission
from engine.service.processes.catalogue import Catalogue, Unread
from engine.store.database import Database, DatabaseUnavailable, is_worth_retrying
from engine.store.documents import Arrived, Documents
from engine.store.keeping.retention import is_named
from engine.store.locks import Lock, hold, share
from engine.store.site import site_id

T = TypeVar("T")


class TakenBack(Exception):
    """What was asked is refused: all that the transaction wrote on the way there is taken back."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal.code))
        self.refusal = refusal


# Each attempt costs milliseconds, and somebody else got on with every one that was lost: more of them in a row means
# that something other than a race is wrong.
ATTEMPTS = 50


@dataclass(frozen=True)
class Site:
    """One installation: its database, documents and clock, the published processes, what is taken as a
    document, who is told of timers, and who declined a place."""

    database: Database
    documents: Documents
    clock: Clock
    catalogue: Catalogue
    admission: Admission
    listeners: list[Callable[[datetime], None]] = field(default_factory=list)
    declined: Declined = field(default_factory=Declined)

    def id(self) -> str:
        """What this installation is called: the same for ever, and no other one is called so."""
        with self.database.reading() as connection:
            return site_id(connection)

    def write(self, work: Callable[[Transaction], T], now: datetime | None = None) -> T:
        """Run a transaction, again where another one was faster. `now` (aware) is its present; None: the clock's.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or every attempt lost its race.
        """
        caught_up: dict[tuple[int, int], int] = {}
        for _ in range(ATTEMPTS):
            try:
                result, tx = self._tried(work, now, caught_up)
            except LostRace:
                continue
            except DBAPIError as error:
                if not is_worth_retrying(error):
                    raise
                continue
            # After the commit: the scheduler that is woken by it has to find the timer.
            self._tell(tx.earliest)
            return result
        raise DatabaseUnavailable("The database is too busy: the change was tried and lost many times. Try again.")

    def _tried(
        self, work: Callable[[Transaction], T], now: datetime | None, caught_up: dict[tuple[int, int], int]
    ) -> tuple[T, Transaction]:
        """One attempt. A case that turns out to be far behind is caught up first, however many there are, and what was
        not read yet of the published processes is read.
        """
        is_read = False
        while True:
            try:
                with self.database.writing() as connection:
                    # A new one for each attempt: what the lost one had read and decided is worth nothing any more.
                    moment = now or self.clock.now()
                    tx = Transaction(
                        connection,
                        self.catalogue,
                        moment,
                        declined=self.declined,
                        caught_up=caught_up,
                        tells_unread=not is_read,
                    )
                    return work(tx), tx
            except Unread as found:
                is_read = True
                self._read(found, moment)
            except Behind as found:
                self._catch_up(found, now, caught_up)

    def _read(self, unread: Unread, now: datetime) -> None:
        """Read published processes, and look their holidays up, while nobody waits to write."""
        # What is wrong with one is told where it is met.
        with contextlib.suppress(Exception), self.database.reading() as connection:
            self.catalogue.refresh(connection)
            every = self.catalogue.every
            found = [self.catalogue.process(connection, *unread.version)] if unread.version else every(connection)
            for process in found:
                if process.calendar:
                    process.calendar.look_up(process.today(now).year)

    def _catch_up(self, behind: Behind, now: datetime | None, caught_up: dict[tuple[int, int], int]) -> None:
        """Fire the timers of a case in short transactions, as the scheduler does: others may write in between.

        Of each version to which they alone lead it is kept in which one the case was met.
        """

        def fire(tx: Transaction) -> tuple[int, int, bool]:
            work = tx.hold(behind.case)
            before = work.snapshot.seq
            is_behind = tx.fire_due(work, behind.until, offering=True)
            tx.write()
            return before, work.snapshot.seq, is_behind

        is_behind = True
        while is_behind:
            before, after, is_behind = self.write(fire, now)
            caught_up[behind.case, after] = caught_up.pop((behind.case, before), before)

    def change(self, work: Callable[[Transaction], T]) -> T | Refusal:
        """The same for work that may be refused half-way, by raising `TakenBack`: then nothing was written.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or every attempt lost its race.
        """
        try:
            return self.write(work)
        except TakenBack as taken_back:
            return taken_back.refusal

    def keep(self, connection: Connection, arrived: Arrived) -> None:
        """Keep a content that the transaction goes on to name: nobody removes it meanwhile."""
        share(connection, Lock.CONTENTS)
        self.documents.keep(arrived)

    def forget(self, digests: Iterable[str]) -> None:
        """Remove the contents that no case and no draft names any more, once that is written.

        Afterwards: one that nothing names only takes room, one that is not there is lost.
        """
        for digest in digests:
            with self.database.writing() as connection:
                hold(connection, Lock.CONTENTS)
                if not is_named(connection, digest):
                    self.documents.remove(digest)

    def _tell(self, earliest: str | None) -> None:
        if earliest is not None:
            for listener in self.listeners:
                listener(from_text(earliest))

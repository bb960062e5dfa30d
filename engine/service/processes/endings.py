"""Endings: calendars of published processes that end soon or have ended, and who is told of it."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.calendars.ending import Ending, ending
from engine.case.time.instants import to_text
from engine.service.cases.transaction import Transaction
from engine.service.people.warnings import tell_administrators
from engine.service.site import Site
from engine.store.locks import Lock, hold


class Endings:
    """What administrators are told of the calendars of one database."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def now(self) -> list[Ending]:
        """What there is to tell today of each calendar by which a process in force counts, in order of their names."""
        with self._site.database.reading() as connection:
            return self._found(connection)

    def tell(self) -> int:
        """Tell each administrator, once before the end of a calendar and once after it; how many are told now."""
        if not self.now():
            return 0

        def tell(tx: Transaction) -> int:
            # Who waited for it sees what was told.
            hold(tx.connection, Lock.TELLING)
            now = to_text(self._site.clock.now())
            return sum(
                tell_administrators(tx.connection, one.subject, f"{one.said} Publish it under Processes.", now)
                for one in self._found(tx.connection)
            )

        return self._site.write(tell)

    def _found(self, connection: Connection) -> list[Ending]:
        self._site.catalogue.refresh(connection)
        now = self._site.clock.now()
        counted = self._site.catalogue.all_newest(connection, now)
        told = (ending(one.calendar, one.today(now)) for one in counted if one.calendar)
        return sorted({one.calendar: one for one in told if one}.values(), key=lambda one: one.calendar)

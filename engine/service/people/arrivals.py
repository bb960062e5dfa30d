"""Arrivals: who comes to a page, with the processes in force and the case that the page is of, read together.

A page is one reading transaction and at most one that writes down that it was shown. Nothing is written before the
reading one has ended, so that a page holds up nobody who changes something.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.cases.accesses import Accesses
from engine.service.cases.reader import Reader
from engine.service.cases.transaction import UnknownCase
from engine.service.cases.words import Overview
from engine.service.history.told import Told
from engine.service.people.accounts import Accounts
from engine.service.people.sessions import Session, Stage
from engine.service.processes.processes import Processes
from engine.service.site import Site
from engine.store.database import DatabaseUnwritable


@dataclass(frozen=True)
class Look:
    """A case that somebody asks to see, read when they came. `done`: what was done to it, where that is asked for.

    That it was shown is not written down yet.
    """

    number: int
    overview: Overview
    process: Process
    snapshot: Snapshot
    done: Told | None = None


class Arrivals:
    """Who comes to the pages of one site."""

    def __init__(
        self, site: Site, accounts: Accounts, published: Processes, reader: Reader, access_log: Accesses
    ) -> None:
        self._site = site
        self._accounts = accounts
        self._published = published
        self._reader = reader
        self._access_log = access_log

    def arrival(self, key: str) -> tuple[Session, list[Process]] | None:
        """Who is signed in with this key, and the processes in force, those of registers behind them; None where nobody
        is. Nothing is written.
        """
        arrived = self.arrival_at(key)
        return arrived[:2] if arrived else None

    def arrival_at(
        self, key: str, case: int | None = None, done: int | None = None
    ) -> tuple[Session, list[Process], Look | None] | None:
        """The same with the case of this number; None where it is not for them. And what its step `done` did."""
        with self._site.database.reading() as connection:
            session = self._accounts.read_session(connection, key)
            if session is None:
                return None
            processes, look = self._published.with_registers_in(connection), None
            actor = session.actor
            if case is not None and session.stage is Stage.SIGNED_IN:
                try:
                    overview, process, snapshot = self._reader.overview_in(connection, case, actor)
                    told = self._reader.step_done_in(connection, process, case, done) if done is not None else None
                    look = Look(case, overview, process, snapshot, told)
                # Told by the page, which asks first whether they see any case at all.
                except UnknownCase:
                    pass
            return session, processes, look

    def keep_shown(self, session: Session, look: Look, what: str) -> None:
        """Write down that a case was shown to who came, and that their session is in use, in one transaction if any."""
        actor, seen = session.actor, (look.process, look.snapshot)
        # Where nothing can be written, the log of accesses knows what to do.
        if session.stale:
            with contextlib.suppress(DatabaseUnwritable), self._site.database.writing() as connection:
                self._accounts.touch_in(connection, session)
                self._access_log.note_in(connection, look.number, seen, actor, what)
                return
        self._access_log.note_shown(look.number, seen, actor, what)

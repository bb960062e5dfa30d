"""Answers: what somebody answered in the form of an event, checked and carried out in one transaction with all of it.

The case is read once: for what the form asks, for whether it was changed meanwhile, and for the step. That it was
shown in the form, and that the session is in use, is written down in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.case.answers.form import asked_now
from engine.case.refusal import Refusal
from engine.process.definition import Event, Process
from engine.service.cases.accesses import Accesses
from engine.service.cases.change import Changes
from engine.service.cases.transaction import Transaction
from engine.service.cases.views import Case, case_view, view_of
from engine.service.meetings.offered import Choosing
from engine.service.people.accounts import Accounts
from engine.service.people.sessions import Session
from engine.service.site import Site, TakenBack
from engine.store.cases import cases as store

# What was answered, as the form of the event reads it: of the case as it is, by what is asked for.
Reading = Callable[[Process, Event, Case, Mapping[str, bool]], Mapping[str, Any]]


class Answers:
    """The forms of events of one site, when they come back."""

    def __init__(self, site: Site, accounts: Accounts, changes: Changes, access_log: Accesses) -> None:
        self._site = site
        self._accounts = accounts
        self._changes = changes
        self._access_log = access_log

    def carry_out(
        self,
        session: Session,
        case: int,
        event: str,
        read: Reading,
        *,
        at: datetime | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        what: str = "form",
    ) -> int | Refusal | None:
        """The version of the case that the event led to; why it did not happen; or None: nobody does this event now.

        Sent again with the same key it does nothing, and gives the same version. `at` without a time zone is on the
        wall clock of the process. `read` is given the case as it is shown, and what the form asks for. Where the
        event did not happen nothing is written, nor that the form was shown.

        Raises:
            UnknownCase: there is no such case, or the one who is signed in may not see it.
        """
        actor = session.actor

        def work(tx: Transaction) -> int | None:
            # Before the event is looked for: it was done, so it may not stand where the case is now.
            known = store.read_key(tx.connection, idempotency_key) if idempotency_key else None
            if known is not None and known.case == case:
                self._accounts.touch_in(tx.connection, session)
                return known.last
            held = tx.hold_for(case, actor)
            process, before = held.process, held.snapshot
            found = process.event(before.state, event)
            # By nobody: such an event is sent by timers and offers only.
            if found is None or found.by == frozenset():
                return None
            asked = asked_now(process, found.form, view_of(before, tx.now))
            data = read(process, found, case_view(process, case, before, tx.now, actor), asked)
            choosing = Choosing(tx.connection, self._site.catalogue, tx.now, holds=True)
            refusal = choosing.refused(process, event, before, data, actor)
            if refusal is not None:
                raise TakenBack(refusal)
            after = self._changes.fire_in(
                tx, held, event, actor, data, at=at, expected_version=expected_version, idempotency_key=idempotency_key
            )
            self._accounts.touch_in(tx.connection, session)
            self._access_log.note_in(tx.connection, case, (process, before), actor, what)
            return after.seq

        return self._site.change(work)

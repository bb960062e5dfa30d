"""Change: every change of a case, one transaction each."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from engine.case.command import (
    Actor,
    AddDocument,
    AssignTask,
    ClaimTask,
    Command,
    CompleteTask,
    Fire,
    Open,
    PostponeTask,
)
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, replay
from engine.case.time.instants import on_clock
from engine.service.cases.accesses import Accesses
from engine.service.cases.idempotency import Asked, key_of, must_be, used
from engine.service.cases.late import take
from engine.service.cases.openings import begun
from engine.service.cases.transaction import Transaction
from engine.service.cases.views import Case, case_view
from engine.service.cases.work import LostRace, Work
from engine.service.documents.admission import Unwanted, file_name
from engine.service.people.colleagues import no_colleague, no_holder
from engine.service.site import Site, TakenBack
from engine.source.moment import NOT_TOLD, is_told
from engine.store.cases import cases as store
from engine.store.cases.cases import Key


class Changes:
    """What changes cases. A change that is not allowed returns a `Refusal`, and then nothing was written. `at` is when
    it happened (None: now); without a time zone it is on the wall clock of the process."""

    def __init__(self, site: Site, accesses: Accesses) -> None:
        self._site = site
        self._accesses = accesses

    def open_case(
        self,
        process: str,
        by: Actor | str,
        data: Mapping[str, Any] | None = None,
        *,
        state: str | None = None,
        at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Begin a case on the version in force at its date.

        Raises:
            UnknownProcess: no such process is published, or `by` may not know of it.
        """
        if at is not None and not is_told(at):
            return _not_told("at")
        actor, given = Actor.of(by), dict(data or {})
        asked = Asked(idempotency_key, ["open", process, actor.signed, state, given, at])

        def work(tx: Transaction) -> Case | Refusal:
            seen = asked.seen(tx)
            if seen is not None:
                return self._earlier(tx, asked, seen, actor)
            return self.open_within(tx, process, Open(actor, at or tx.now, state, given), asked)

        return self._site.write(work)

    def open_within(self, tx: Transaction, name: str, command: Open, asked: Asked | None = None) -> Case | Refusal:
        """The same within a transaction that does more: on a refusal nothing of it may be written."""
        if isinstance(found := begun(tx, name, command), Refusal):
            return found
        process, decided = found
        work = tx.insert(process, decided)
        (asked or Asked()).remember(tx, work.id, 1, work.snapshot.seq)
        tx.write()
        return case_view(process, work.id, work.snapshot, tx.now, command.by)

    def fire(
        self,
        case: int,
        event: str,
        by: Actor | str,
        data: Mapping[str, Any] | None = None,
        *,
        at: datetime | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Let an event happen. Timers of the case that were due before it fire first.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        actor, given = Actor.of(by), dict(data or {})
        asked = Asked(idempotency_key, ["fire", case, event, actor.signed, given, at])
        return self.change(case, actor, lambda moment: Fire(event, actor, moment, given), at, asked, expected_version)

    def fire_within(
        self, tx: Transaction, work: Work, event: str, by: Actor, data: Mapping[str, Any]
    ) -> Refusal | None:
        """Let an event happen now within a transaction that does more; it writes, or on a refusal is given up whole."""
        return _try(tx, work, lambda moment: Fire(event, by, moment, data))

    def check_event(
        self, case: int, event: str, by: Actor | str, data: Mapping[str, Any], *, at: datetime | None = None
    ) -> Refusal | None:
        """Why an event could not happen now with this form; None if it could. Nothing is written.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        actor = Actor.of(by)
        return check_step(self._site, case, actor, lambda moment: Fire(event, actor, moment, dict(data)), at)

    def add_document(
        self,
        case: int,
        document: str,
        content: bytes | BinaryIO,
        by: Actor | str,
        *,
        name: str = "",
        media_type: str = "application/octet-stream",  # noqa: ARG002  what is said of a content decides nothing
        at: datetime | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        form: str = "",
    ) -> Case | Refusal:
        """Keep a document with a case. The same content is kept once; an earlier one stays.

        What may be kept is decided by the content, the name and the scanner; `media_type` is what it was said to be,
        and what is kept of it is what it is. `form` stands for the one form of a page that it was sent by: sent by
        it again, the same document is the same one, and another one is another.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
            DocumentTooBig: it has more bytes than are kept.
        """
        actor, called = Actor.of(by), file_name(name or document)
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        with self._site.documents.receive(stream) as arrived:
            try:
                with self._site.documents.look(arrived) as looked_at:
                    found = self._site.admission.admit(looked_at, called if name else "")
            except Unwanted as unwanted:
                return Refusal(Code.FORM, str(unwanted), fields={unwanted.field: str(unwanted)})
            said = ["document", case, document, actor.signed, called, arrived.digest, at]
            asked = Asked(idempotency_key or (form and key_of(form, said)), said)
            added = partial(AddDocument, document, called, arrived.digest, arrived.size, found, actor)
            return self.change(
                case, actor, added, at, asked, expected_version, lambda tx, _: self._site.keep(tx.connection, arrived)
            )

    def complete_task(
        self,
        case: int,
        task: str,
        by: Actor | str,
        *,
        at: datetime | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Tick a task off that no event does.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        actor = Actor.of(by)
        asked = Asked(idempotency_key, ["done", case, task, actor.signed, at])
        return self.change(case, actor, lambda moment: CompleteTask(task, actor, moment), at, asked, expected_version)

    def assign_task(
        self,
        case: int,
        task: str,
        person: str | None,
        by: Actor | str,
        *,
        at: datetime | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Give a task to a person; None gives it back to its role.

        Where people are kept, it can only be one of them who is active and may see and work on the case.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        actor = Actor.of(by)
        asked = Asked(idempotency_key, ["assign", case, task, person, actor.signed, at])

        def check(tx: Transaction, work: Work) -> Refusal | None:
            return no_colleague(tx.connection, person, task, work.process, work.snapshot, actor) if person else None

        return self.change(case, actor, partial(AssignTask, task, person, actor), at, asked, expected_version, check)

    def claim_task(
        self,
        case: int,
        task: str,
        by: Actor | str,
        *,
        at: datetime | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Take a task on oneself, also from somebody who can do it no more.

        Where people are kept, only one of them who is active and may see the case can.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        actor = Actor.of(by)
        asked = Asked(idempotency_key, ["claim", case, task, actor.signed, at])

        def check(tx: Transaction, work: Work) -> Refusal | None:
            return no_holder(tx.connection, task, work.process, work.snapshot)

        return self.change(case, actor, partial(ClaimTask, task, actor), at, asked, expected_version, check)

    def postpone_task(
        self,
        case: int,
        task: str,
        until: datetime,
        reason: str,
        by: Actor | str,
        *,
        at: datetime | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Give a task another due time, for a reason. Without a time zone it is on the wall clock of the process.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        if not is_told(until):
            return _not_told("until")
        actor = Actor.of(by)
        asked = Asked(idempotency_key, ["postpone", case, task, until, reason, actor.signed, at])
        postponed = partial(PostponeTask, task, until, reason, actor)
        return self.change(case, actor, postponed, at, asked, expected_version)

    def change(
        self,
        case: int,
        by: Actor,
        command: Callable[[datetime], Command],
        at: datetime | None,
        asked: Asked,
        expected: int | None,
        before_writing: Callable[[Transaction, Work], Refusal | None] = lambda _, __: None,
    ) -> Case | Refusal:
        """Take one step with a case, once for each key. `at`: as above, on the wall clock of the process.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        if at is not None and not is_told(at):
            return _not_told("at")
        step = partial(take_step, command=command, at=at, asked=asked, expected=expected, before_writing=before_writing)
        return self.once(case, by, asked, step)

    def once(self, case: int, by: Actor, asked: Asked, step: Callable[[Transaction, Work], Snapshot]) -> Case | Refusal:
        """Let `step` change a case that is held for `by`, once for each key; the case as it led to, or why it did not.

        Raises UnknownCase where there is no such case, or `by` may not see it.
        """

        def change(tx: Transaction) -> Case | Refusal:
            work = tx.hold_for(case, by)
            # Asked behind the case: where that is as the same request left it, the key is there to be seen, too.
            if (seen := asked.seen(tx)) is not None:
                return self._earlier(tx, asked, seen, by)
            try:
                after = step(tx, work)
            except TakenBack:
                # What a step reads besides its case may be as the same request left it, a moment after the key was
                # looked for: then it is no refusal, but the answer that was given to that one.
                if asked.seen(tx) is not None:
                    raise LostRace from None
                raise
            return case_view(work.process, case, after, tx.now, by)

        return self._site.change(change)

    def fire_in(
        self,
        tx: Transaction,
        work: Work,
        event: str,
        by: Actor,
        data: Mapping[str, Any],
        *,
        at: datetime | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Snapshot:
        """Let an event happen to a case that a transaction of `Site.change` holds for `by`; the case as it led to.

        Raises:
            TakenBack: it is refused.
        """
        if at is not None and not is_told(at):
            raise TakenBack(_not_told("at"))
        asked = Asked(idempotency_key, ["fire", work.id, event, by.signed, dict(data), at])
        if (seen := asked.seen(tx)) is not None:
            raise TakenBack(used(seen))
        return take_step(tx, work, lambda moment: Fire(event, by, moment, dict(data)), at, asked, expected_version)

    def _earlier(self, tx: Transaction, asked: Asked, seen: Key, by: Actor) -> Case | Refusal:
        """What the same request gave the first time, as far as `by` may be shown it today; that it was is kept.

        Raises:
            UnknownCase, LostRace: `by` may not see the case any more; it was answered since it was read.
        """
        if seen.fingerprint != asked.fingerprint:
            return used(seen)
        work = tx.hold_for(seen.case, by)
        if work.snapshot.seq < seen.last:
            raise LostRace
        snapshot = replay(store.entries_of(tx.connection, seen.case, seen.last))
        assert snapshot is not None
        self._accesses.note_in(tx.connection, seen.case, (work.process, work.snapshot), by, "answer given again")
        return case_view(work.process, seen.case, snapshot, tx.now, by, known=work.snapshot)


def check_step(
    site: Site, case: int, by: Actor, command: Callable[[datetime], Command], at: datetime | None = None
) -> Refusal | None:
    """Why a step could not be taken now, or `at` a moment on the wall clock of the process; None if it could. Nothing
    is written, however far behind the case is: it is caught up in one piece then, for who only reads keeps nobody from
    writing.

    Raises:
        UnknownCase: there is no such case, or `by` may not see it.
    """
    if at is not None and not is_told(at):
        return _not_told("at")
    with site.database.reading() as connection:
        tx = Transaction(connection, site.catalogue, site.clock.now(), is_dry=True, declined=site.declined)
        return _try(tx, tx.hold_for(case, by), command, at)


def take_step(
    tx: Transaction,
    work: Work,
    command: Callable[[datetime], Command],
    at: datetime | None,
    asked: Asked,
    expected: int | None,
    before_writing: Callable[[Transaction, Work], Refusal | None] = lambda _, __: None,
) -> Snapshot:
    """Take one step with a case that is held, and write it, with what a place that became free does for others.

    Raises `TakenBack` where it is refused. `at`: as in `Changes`, on the wall clock of the process.
    """
    must_be(expected, tx.version_met(work))
    first, refusal = work.snapshot.seq + 1, _try(tx, work, command, at)
    if refusal is None:
        refusal = before_writing(tx, work)
    if refusal is not None:
        raise TakenBack(refusal)
    snapshot = work.snapshot
    asked.remember(tx, work.id, first, snapshot.seq)
    tx.write()
    return snapshot


def _try(
    tx: Transaction, work: Work, command: Callable[[datetime], Command], at: datetime | None = None
) -> Refusal | None:
    """Do it as of when it was said to happen, else now, after the timers due before it; why it could not be done."""
    moment = on_clock(at, work.process.zone) if at else tx.moment(work)
    # Not beyond its own moment: a step that is dated back comes before the timers that were due after it.
    tx.catch_up(work, min(moment, tx.now), offering=True)
    return take(tx, work, command(moment), moment)


def _not_told(name: str) -> Refusal:
    return Refusal(Code.FORM, NOT_TOLD, fields={name: NOT_TOLD})

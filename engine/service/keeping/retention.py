"""Retention: which cases were kept long enough, and their erasure by two people. Days: where the process is at home."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from engine.case.command import Actor, Erase, Retain
from engine.case.entry import Entry
from engine.case.refusal import Refusal
from engine.case.sight import Action, list_sight, may
from engine.case.snapshot import Snapshot
from engine.case.step.retain import DECISIONS, why_not
from engine.case.time.instants import to_text
from engine.case.time.retention import erased_of, is_held_back, kept
from engine.case.time.roughness import is_rough_keeping
from engine.process.definition import Process
from engine.service.cases.accesses import Accesses
from engine.service.cases.idempotency import Asked, must_be, used
from engine.service.cases.reader import Reader
from engine.service.cases.transaction import Transaction, UnknownCase
from engine.service.cases.views import Page, local
from engine.service.cases.work import LostRace, Work
from engine.service.keeping.journal import Journal, Kind
from engine.service.keeping.links import forgotten
from engine.service.lists.cursors import Cursors, Place
from engine.service.people.people import person_of
from engine.service.site import Site, TakenBack
from engine.source.words import counted
from engine.store.cases import cases as store
from engine.store.keeping import retention as retention_store
from engine.store.keeping.retention import RetentionFilter
from engine.store.lists.shape import Row
from engine.store.locks import Lock, hold
from engine.store.messages.outbox import queue_email, was_emailed
from engine.store.people.people import active_with

Decided = Literal["held", "released", "asked", "withdrawn"]
LISTS = ("due", "held", "asked", "erased")
MOST = 200
# How often somebody is told that cases are due, and the subject by which it is known when they were.
MONTH = timedelta(days=30)
DUE = "Cases are due for erasure"


@dataclass(frozen=True)
class Retained:
    """A case as it stands in a list of what is kept: nothing in it tells whom it is about.

    `ended` is aware; `until` is the last day on which it is kept, None once it was erased; `decided` is what was last
    decided (`held`, `asked`, `erased`, or `released` where nothing stands), `by` whom, at an instant (aware).
    `is_held_back`: what is written in it stops its erasure. `roughly`: `until` was counted beyond the calendar.
    """

    case: int
    process: str
    state_title: str
    outcome: str
    ended: datetime
    until: date | None
    decided: str
    by: str = ""
    at: datetime | None = None
    is_held_back: bool = False
    roughly: bool = False


@dataclass(frozen=True)
class Standing:
    """A case as those see it who decide whether it is erased.

    `version` counts its entries. `rule` says in words why it is kept so long; `goes` and `stays` are titles of fields
    that hold something; `reason` is that of the last decision, empty once it was erased. `decisions` are those that
    who asks can make now, and `stops` says why it can be neither asked for nor confirmed now.
    """

    retained: Retained
    version: int
    rule: str
    goes: tuple[str, ...]
    stays: tuple[str, ...]
    documents: int
    reason: str
    decisions: tuple[str, ...]
    stops: str = ""


@dataclass(frozen=True)
class Certificate:
    """What remains of an erasure: who asked for it and who confirmed it, when (aware), and how much was erased."""

    number: str
    case: int
    at: datetime
    asked_by: str
    confirmed_by: str
    values: int
    documents: int


class Retention:
    """What is kept of one site, and for how long."""

    def __init__(self, site: Site, reader: Reader, access_log: Accesses) -> None:
        self._site = site
        self._reader = reader
        self._accesses = access_log
        self._cursors = Cursors(site.database)
        self._journal = Journal(site.database, site.clock)

    def sees_to_it(self, by: Actor | str) -> bool:
        """Whether somebody holds back and erases cases of any process."""
        with self._site.database.reading() as connection:
            return bool(self._processes(connection, Actor.of(by)))

    def retained(self, which: str, by: Actor | str, *, limit: int = 50, after: str = "") -> Page[Retained]:
        """A page of the cases that are due for erasure, held back, asked for, or erased (`LISTS`).

        Raises:
            ValueError: there is no such list.
            BadCursor: `after` is not the end of a page.
        """
        if which not in LISTS:
            raise ValueError(f"There is no list {which}. There are: {', '.join(LISTS)}.")
        order, most = f"retention {which}", min(max(limit, 1), MOST)
        place = self._cursors.ready().opened(order, after)
        with self._site.database.reading() as connection:
            wanted = self._filter(connection, which, Actor.of(by), place)
            rows = retention_store.find_retained(connection, wanted, most + 1)
            items = tuple(self._row(connection, row) for row in rows[:most])
        end = retention_store.place_of(rows[most - 1], wanted) if len(rows) > most else None
        return Page(items, self._cursors.sealed(order, end) if end else "")

    def count_due(self, by: Actor | str, most: int = MOST) -> int:
        """How many cases are due for erasure of those that somebody sees to, but not more than `most`."""
        with self._site.database.reading() as connection:
            wanted = self._filter(connection, "due", Actor.of(by), ())
            return retention_store.count_retained(connection, wanted, most) if wanted.processes else 0

    def tell_due(self) -> int:
        """Tell those who see to it, by e-mail, how many cases are due: each once in MONTH; how many are told."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)  # once, not for everybody
            now = self._site.clock.now()
            keeping = self._site.catalogue.keeping(connection, now)
            people = [person_of(one) for one in active_with(connection, *keeping) if one.email]
            found = [one for one in people if self._site.catalogue.kept_by(connection, one.actor, now)]
        due = {one.email: self.count_due(one.actor) for one in found}

        def tell(tx: Transaction) -> int:
            # Who waited for it sees what was told.
            hold(tx.connection, Lock.TELLING)
            now = self._site.clock.now()
            since = to_text(now - MONTH)
            told = [one for one in due if due[one] and not was_emailed(tx.connection, one, DUE, since)]
            for one in told:
                many = f"{MOST} cases or more are" if due[one] == MOST else counted(due[one], "case is", "cases are")
                said = f"{many} due for erasure. Sign in and look under Retention."
                queue_email(tx.connection, one, DUE, said, to_text(now))
            return len(told)

        return self._site.write(tell) if any(due.values()) else 0

    def standing(self, case: int, by: Actor | str) -> Standing:
        """How it stands with a case, for those who see to its erasure; that they were shown it is kept.

        Raises:
            UnknownCase: there is none with this number, or it is not for `by`.
        """
        actor, now = Actor.of(by), self._site.clock.now()
        with self._site.database.reading() as connection:
            process, snapshot = self._reader.seen_in(connection, case, actor, Action.SEE)
            if not may(actor, Action.RETAIN, process):
                raise UnknownCase(f"There is no case {case}.")
            known = kept(process, snapshot)
            day = known[0].isoformat() if known else None
            row = self._retained(connection, case, snapshot, day)
            told = _standing(row, process, snapshot, store.entries_of(connection, case), actor, now)
        self._accesses.note_shown(case, (process, snapshot), actor, "retention")
        return told

    def _filter(self, connection: Connection, which: str, by: Actor, place: Place) -> RetentionFilter:
        processes, now = self._processes(connection, by), self._site.clock.now()
        names = tuple(one.name for one in processes)
        days = tuple(one.today(now).isoformat() for one in processes) if which == "due" else ()
        sight = list_sight(self._site.catalogue.every(connection), by)
        return RetentionFilter(names, days, "" if days else which, place, sight)

    def _row(self, connection: Connection, row: Row) -> Retained:
        return self._retained(connection, row["id"], Snapshot.from_json(row["snapshot"]), row["kept_until"])

    def _processes(self, connection: Connection, by: Actor) -> list[Process]:
        self._site.catalogue.refresh(connection)
        return self._site.catalogue.kept_by(connection, by, self._site.clock.now())

    def _retained(self, connection: Connection, case: int, snapshot: Snapshot, until: str | None) -> Retained:
        process = self._site.catalogue.process(connection, snapshot.process, snapshot.version)
        decided, last = snapshot.retention, date.fromisoformat(until) if until else None
        return Retained(
            case,
            process.title,
            process.states[snapshot.state].title,
            snapshot.outcome,
            local(process, snapshot.entered.get(snapshot.state, snapshot.last_at)),
            last,
            snapshot.retained,
            decided.get("by", ""),
            local(process, decided["at"]) if decided else None,
            is_held_back(process, snapshot),
            is_rough_keeping(process, snapshot, last),
        )

    def retain(
        self,
        case: int,
        what: Decided,
        reason: str,
        by: Actor | str,
        *,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Retained | Refusal:
        """Hold a case back or release it, ask for its erasure or take that back; with a reason.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        actor = Actor.of(by)

        asked = Asked(idempotency_key, ["retain", case, what, reason, actor.signed])

        def change(tx: Transaction) -> Retained | Refusal:
            work = tx.hold_for(case, actor)
            if not _was_done(tx, asked, work):
                must_be(expected_version, work.snapshot.seq)
                refusal = tx.do(work, Retain(what, reason, actor, tx.moment(work)))
                if refusal is not None:
                    raise TakenBack(refusal)
                asked.remember(tx, case, work.snapshot.seq, work.snapshot.seq)
                tx.write()
                # Without the reason: people typed it, and it goes with the case.
                self._journal.note(tx.connection, actor, (Kind.RETENTION, what), f"case {case}")
            row = store.case_row(tx.connection, case)
            assert row is not None
            return self._retained(tx.connection, case, work.snapshot, row["kept_until"])

        return self._site.change(change)

    def erase(
        self,
        case: int,
        by: Actor | str,
        *,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Certificate | Refusal:
        """Confirm the erasure that somebody else asked for: what people typed, documents, notes and words go for ever.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        actor = Actor.of(by)
        digests: set[str] = set()
        asked = Asked(idempotency_key, ["erase", case, actor.signed])

        def change(tx: Transaction) -> Certificate | Refusal:
            work = tx.hold_for(case, actor)
            if _was_done(tx, asked, work):
                return _certificate(case, work.process, store.entries_of(tx.connection, case))
            must_be(expected_version, work.snapshot.seq)
            digests.update(one["hash"] for copies in work.snapshot.documents.values() for one in copies)
            paths = erased_of(work.process, store.entries_of(tx.connection, case))
            refusal = tx.do(work, Erase(case, paths, actor, tx.moment(work)))
            if refusal is not None:
                raise TakenBack(refusal)
            partners = forgotten(tx, case)
            tx.write()
            store.erase_private(tx.connection, case, paths)
            for partner, gone in partners.items():
                store.erase_private(tx.connection, partner, gone)
            retention_store.erase_beside(tx.connection, case)
            asked.remember(tx, case, work.snapshot.seq, work.snapshot.seq)
            done = _certificate(case, work.process, store.entries_of(tx.connection, case))
            kept = {"certificate": done.number, "values": done.values, "documents": done.documents}
            self._journal.note(tx.connection, actor, (Kind.RETENTION, "erased"), f"case {case}", after=kept)
            return done

        found = self._site.change(change)
        if isinstance(found, Certificate):
            self._site.forget(digests)
        return found

    def certificate(self, case: int, by: Actor | str) -> Certificate:
        """What remains of the erasure of a case.

        Raises:
            UnknownCase: there is none with this number that was erased, or `by` may not see it.
        """
        # In the same words, whether it is not there, not theirs, or not erased.
        with contextlib.suppress(UnknownCase), self._site.database.reading() as connection:
            process, snapshot = self._reader.seen_in(connection, case, by, Action.SEE_HISTORY)
            if snapshot.retained == "erased":
                return _certificate(case, process, store.entries_of(connection, case))
        raise UnknownCase(f"There is no certificate of case {case}.")


def _was_done(tx: Transaction, asked: Asked, work: Work) -> bool:
    """Whether the same request, about a case that is held, was answered before.

    Raises:
        TakenBack: its key was sent with another one.
        LostRace: it was answered since the case was read.
    """
    seen = asked.seen(tx)
    if seen is not None and seen.fingerprint != asked.fingerprint:
        raise TakenBack(used(seen))
    if seen is not None and work.snapshot.seq < seen.last:
        raise LostRace
    return seen is not None


def _standing(
    row: Retained, process: Process, snapshot: Snapshot, entries: list[Entry], by: Actor, now: datetime
) -> Standing:
    held = [name for name in process.fields if snapshot.data.get(name) is not None]
    stays = process.keep.leaves if process.keep else frozenset()
    last = next((one for one in reversed(entries) if one.kind == "retention"), None)
    refused = {what: why_not(what, by, process, snapshot, now) for what in DECISIONS}
    stop = refused["erased" if snapshot.retained == "asked" else "asked"]
    return Standing(
        row,
        snapshot.seq,
        rule_of(process, snapshot),
        (
            *(process.fields[name].title for name in held if name not in stays),
            *(one.title for one in process.series.values() if snapshot.data.get(one.name)),
        ),
        tuple(process.fields[name].title for name in held if name in stays),
        sum(len(copies) for copies in snapshot.documents.values()),
        str(last.note.get("reason") or "") if last and snapshot.retained != "released" else "",
        tuple(what for what, refusal in refused.items() if refusal is None),
        "" if stop is None else stop.message,
    )


def rule_of(process: Process, snapshot: Snapshot) -> str:
    """Until when a case is kept by the `keep` of its process, and why, in words."""
    known, keep = kept(process, snapshot), process.keep
    if keep is None:
        return "Its process does not say how long it is kept: it is kept for ever."
    if known is None:
        return "It goes on. How long it is kept is counted once it has ended."
    if known[1] == "end":
        return "It was old enough when it ended: it is kept to the day of its end."
    if known[1] == "else":
        return f"It is kept for {keep.otherwise} after its end."
    titles = sorted(process.fields[name].title for name in (keep.until.names if keep.until else ()))
    by = f", by what stands in {' and '.join(titles)}" if titles else ""
    return f"The process gives this day{by}."


def _certificate(case: int, process: Process, entries: list[Entry]) -> Certificate:
    last = next(one for one in reversed(entries) if one.erased)
    asked = next(one for one in reversed(entries) if one.kind == "retention" and one.seq < last.seq)
    documents = sum(one.kind in {"document"} and one.seq < last.seq for one in entries)
    at, values = local(process, last.at), sum(len(one.missing) for one in entries)
    return Certificate(last.note["certificate"], case, at, asked.by, last.by, values, documents)

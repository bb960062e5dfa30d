"""Journal: what administrators do, written with what it tells of. The one room that writes it. Times are UTC.

Who, when, from where, and what was there before and after; never a secret. What was typed into cases is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from engine.case.canonical import canonical
from engine.case.command import Actor
from engine.case.sight import Action, may
from engine.case.time.instants import from_text, to_text
from engine.clock import Clock
from engine.service.cases.views import Page
from engine.service.lists.cursors import Cursors
from engine.source.fault import Unknown
from engine.store.database import Database
from engine.store.keeping import journal as store

JOURNAL = "journal"
MOST = 200
# A program that works on the database by the Python API, and says nothing else.
PROGRAM = Actor("program")


class Kind(StrEnum):
    """What was changed, or taken away."""

    PERSON = "person"
    ORGANISATION = "organisation"
    INVITATION = "invitation"
    DEPUTY = "deputy"
    SECOND_FACTOR = "second factor"
    SIGN_IN = "sign-in"
    TOKEN = "token"  # noqa: S105  a word
    HOOK = "hook"
    PROCESS = "process"
    CALENDAR = "calendar"
    EXPORT = "export"
    BACKUP = "backup"
    RETENTION = "retention"


class NoJournal(Unknown):
    """There is no journal for somebody who may not read it."""


@dataclass(frozen=True)
class Act:
    """Something that was done: `by` whom, from where (`origin`), to what (`about`). `at` is aware.

    `before` and `after` hold what was changed, by its name; neither holds a secret.
    """

    number: int
    at: datetime
    by: str
    origin: str
    kind: str
    did: str
    about: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def told_before(self) -> str:
        """What was there before, in one line."""
        return _in_words(self.before)

    @property
    def told_after(self) -> str:
        """What is there since, in one line."""
        return _in_words(self.after)


class Journal:
    """The journal of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._cursors = Cursors(database)

    def note(
        self,
        connection: Connection,
        by: Actor | str,
        did: tuple[Kind, str],
        about: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> int:
        """Keep what was done, in the transaction that does it; its number. Last of all: others wait for its end."""
        who, (kind, what) = Actor.of(by), did
        told = {"at": to_text(self._clock.now()), "by": who.name, "origin": who.origin or PROGRAM.name}
        values = {"before": canonical(before or {}), "after": canonical(after or {})}
        return store.add_act(connection, **told, kind=str(kind), did=what, about=about, **values)

    def note_export(self, by: Actor | str, file: str, count: int) -> None:
        """Keep that a file with so many cases is given to somebody, before it is."""
        with self._database.writing() as connection:
            self.note(connection, by, (Kind.EXPORT, "taken"), file, after={"cases": count})

    def journal(
        self, by: Actor | str, *, kind: str = "", person: str = "", limit: int = 50, after: str = ""
    ) -> Page[Act]:
        """A page of what was done, the latest first: of one kind, or by or about one person, where that is named.

        Raises:
            NoJournal: `by` may not read it.
            ValueError: there is no such kind.
            BadCursor: `after` is not the end of a page.
        """
        if not may(Actor.of(by), Action.READ_JOURNAL):
            raise NoJournal("Administrators and auditors read the journal.")
        if kind and kind not in set(Kind):
            raise ValueError(f"There is no kind {kind}. There are: {', '.join(Kind)}.")
        most, cursors = min(max(limit, 1), MOST), self._cursors.ready()
        place = cursors.opened(JOURNAL, after)
        with self._database.reading() as connection:
            rows = store.acts(connection, place[0] if place else None, kind, person, most + 1)
        end = cursors.sealed(JOURNAL, (rows[most - 1].seq,)) if len(rows) > most else ""
        return Page(tuple(_act(one) for one in rows[:most]), end)


def changed(before: Any, after: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs between two values of one dataclass, as it was and as it is."""
    names = [one.name for one in fields(before) if getattr(before, one.name) != getattr(after, one.name)]
    return {name: getattr(before, name) for name in names}, {name: getattr(after, name) for name in names}


def _act(stored: store.StoredAct) -> Act:
    told = (stored.by, stored.origin, stored.kind, stored.did, stored.about)
    return Act(stored.seq, from_text(stored.at), *told, json.loads(stored.before), json.loads(stored.after))


def _in_words(values: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {_said(value)}" for name, value in values.items())


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in (None, "") else str(value)

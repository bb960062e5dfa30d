"""Accesses: keeping that somebody was shown personal data of a case, and telling who was. Times are UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.case.command import Actor
from engine.case.instants import to_text
from engine.case.sight import Action
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.cases.reader import Reader
from engine.service.cases.views import local, shown_data, unnamed
from engine.service.cases.words import Access
from engine.service.lists import finder as finding
from engine.service.site import Site
from engine.store.cases.accesses import accesses_of, insert_access, insert_accesses


class Accesses:
    """Who was shown what of the cases of one site."""

    def __init__(self, site: Site, reader: Reader) -> None:
        self._site = site
        self._reader = reader

    def note_access(self, case: int, by: Actor | str, what: str) -> None:
        """Keep that `by` was shown a case, if personal data are shown in it now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        self.note_shown(case, self._reader.seen(case, by), Actor.of(by), what)

    def note_shown(self, case: int, seen: tuple[Process, Snapshot], by: Actor, what: str) -> None:
        """The same for a case that was read already."""
        process, snapshot = seen
        now = self._site.clock.now()
        shown = shown_data(process, snapshot, now, by)
        if snapshot.documents or any(process.fields[name].personal for name in shown):
            with self._site.database.writing() as connection:
                insert_access(connection, case, to_text(now), by.name, what)

    def note_named(self, shown: Iterable[tuple[int, str]], by: Actor | str, what: str) -> None:
        """The same for the cases of a list (number and label); one that has only its number is not named."""
        named = dict.fromkeys(number for number, label in shown if label != unnamed(number))
        self.note_accesses(list(named), by, what)

    def note_accesses(self, cases: Sequence[int], by: Actor | str, what: str) -> None:
        """Keep that `by` was shown several cases at once, in a list that names them."""
        at, name = to_text(self._site.clock.now()), Actor.of(by).name
        if cases:
            with self._site.database.writing() as connection:
                insert_accesses(connection, [(case, at, name, what) for case in cases])

    def accesses(self, case: int, by: Actor | str | None = None, limit: int = 50) -> list[Access]:
        """Who was shown personal data of a case, the latest first.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, _ = self._reader.seen(case, by, Action.SEE_HISTORY)
        with self._site.database.reading() as connection:
            found = accesses_of(connection, case, max(1, min(limit, finding.MOST)))
        return [Access(local(process, at), who, what) for at, who, what in found]

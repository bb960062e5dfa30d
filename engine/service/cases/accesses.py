"""Accesses: what is written down of what people are shown. The one place that decides it. Times are UTC.

Every room of the service that shows somebody something of cases tells it here, with who asked: nobody that calls it
has to remember it. A program that asks for nobody (`by` None) is shown things without a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.snapshot import Snapshot
from engine.case.time.instants import to_text
from engine.process.definition import Process
from engine.process.rows import unnumbered
from engine.service.cases.access_writer import AccessWriter
from engine.service.cases.linked import Linked
from engine.service.cases.rows import fields_shown, shown_rows
from engine.service.cases.views import is_unnamed, shows, values_shown
from engine.service.site import Site
from engine.store.cases.accesses import insert_accesses

Seen = tuple[Process, Snapshot]


class Accesses:
    """Who was shown what of the cases of one site. `what` empty: it was shown with something that is written down."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._writer = AccessWriter(site.database)

    def note_shown(self, case: int, seen: Seen, by: Actor | str | None, what: str) -> None:
        """Keep that `by` was shown a case, if personal data are shown in it now."""
        if by is not None and what and self.is_personal(seen, Actor.of(by)):
            self.note_accesses([case], by, what)

    def note_history(self, case: int, seen: Seen, by: Actor | str | None, what: str, fields: Iterable[str]) -> None:
        """The same where it is shown with values that once stood in these fields, and may stand there no more."""
        if by is not None and what and (self.is_personal(seen, Actor.of(by)) or self.tells(seen, fields)):
            self.note_accesses([case], by, what)

    def tells(self, seen: Seen, fields: Iterable[str]) -> bool:
        """Whether one of these fields is personal; one that the process does not know any more may have been."""
        known = seen[0].fields
        names = {unnumbered(name) for name in fields}
        return any(name not in known or known[name].personal for name in names)

    def note_in(self, connection: Connection, case: int, seen: Seen, by: Actor, what: str) -> None:
        """The same within a transaction that writes."""
        if self.is_personal(seen, by):
            insert_accesses(connection, [([case], self._now, by.name, _told(what, by))])

    def is_personal(self, seen: Seen, by: Actor) -> bool:
        """Whether a case that is shown to `by` now holds personal data."""
        process, snapshot = seen
        may_show = shows(process, snapshot, self._site.clock.now(), by)
        shown = values_shown(process, snapshot, may_show)
        rows = fields_shown(shown_rows(process, snapshot, may_show))
        return bool(snapshot.documents) or any(process.fields[name].personal for name in (*shown, *rows))

    @property
    def _now(self) -> str:
        return to_text(self._site.clock.now())

    def note_named(self, shown: Iterable[tuple[int, str]], by: Actor | str | None, what: str) -> None:
        """The same for the cases of a list (number and label); one that has only its number is not named."""
        named = dict.fromkeys(number for number, label in shown if not is_unnamed(label, number))
        self.note_accesses(list(named), by, what)

    def note_linked(self, links: Iterable[Linked], by: Actor | str | None) -> None:
        """The same for the cases that a case is linked with, where they are shown beside it."""
        self.note_named(((one.case, one.label) for one in links), by, "linked case")

    def note_accesses(self, cases: Sequence[int], by: Actor | str | None, what: str) -> None:
        """The same for several cases that are shown at once with more than their names."""
        if cases and by is not None and what:
            who = Actor.of(by)
            self._writer.write(cases, self._now, who.name, _told(what, who))


def _told(what: str, by: Actor) -> str:
    """What was shown, and for whom where that is somebody else."""
    return f"{what}, for {by.acting_for}" if by.acting_for else what

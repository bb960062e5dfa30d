"""Reading: the entries of a case, read and told within a transaction, however many there are of them.

What an entry needs besides itself is read for many entries at once: the names of people, what stood in a field before
it was corrected, and which place was taken that is given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from engine.case.answers.records import people_in
from engine.case.command import Actor
from engine.case.entry import Entry
from engine.case.kinds import OF_LINKS
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.cases.linked import Others
from engine.service.cases.views import local
from engine.service.history.showing import showing_of
from engine.service.history.telling import WITHOUT_CONTENT, Beside, place_of, tell
from engine.service.history.told import Told
from engine.service.processes.catalogue import Catalogue
from engine.store.cases import history as store
from engine.store.cases.cases import StoredEntry
from engine.store.people.people import names_of
from engine.store.statement import BLOCK


class Reading:
    """The history of one case as it may be shown now (aware). Without `content`: what happened, and nothing more.

    `names`: those of people that are known already, by login; for several cases that are read together.
    `names_others`: which other cases it is linked with.
    """

    def __init__(
        self,
        connection: Connection,
        catalogue: Catalogue,
        case: int,
        seen: tuple[Process, Snapshot],
        now: datetime,
        by: Actor | None,
        *,
        content: bool = True,
        names: dict[str, str] | None = None,
        names_others: bool = True,
    ) -> None:
        self._connection, self._catalogue, self._case = connection, catalogue, case
        self._process, self._snapshot = seen
        self._names = {} if names is None else names
        self._by, self._now = by, now
        self._names_others = names_others and content
        self.showing = showing_of(*seen, now, by) if content else WITHOUT_CONTENT

    @property
    def last(self) -> int:
        """The number of the last entry."""
        return self._snapshot.seq

    def process_of(self, entry: Entry) -> Process:
        """The version of the process that an entry was written by."""
        if entry.version == self._process.version:
            return self._process
        return self._catalogue.process(self._connection, self._process.name, entry.version)

    def shown(self) -> Iterator[Entry]:
        """Every entry in order, without what may not be shown."""
        for block in self._blocks(0, store.ALL):
            entries = [stored.entry for stored in block]
            linked = self._linked(entries)
            for one in entries:
                if not self._is_hidden(one, linked):
                    left = one if not one.links or one.seq in linked else replace(one, links={})
                    yield self.showing.of(self.process_of(one), left)

    def latest(self, most: int | None, kinds: store.Kinds = store.ALL) -> tuple[tuple[Told, ...], int]:
        """At most so many steps of these kinds, the latest ones in order; and how many came before them."""
        if most is None:
            return tuple(self.told_after(0, kinds)), 0
        whole = store.count_entries(self._connection, self._case, self.last, kinds) if kinds else self.last
        found = self.told(store.entries_until(self._connection, self._case, self.last, most, kinds))
        return tuple(reversed(found)), whole - len(found)

    def told_after(self, after: int = 0, kinds: store.Kinds = store.ALL) -> Iterator[Told]:
        """Every step behind a number, in order, of these kinds."""
        for block in self._blocks(after, kinds):
            yield from self.told(block)

    def _blocks(self, after: int, kinds: store.Kinds) -> Iterator[list[StoredEntry]]:
        while block := store.entries_after(self._connection, self._case, after, BLOCK, kinds):
            yield block
            if len(block) < BLOCK:
                return
            after = block[-1].seq

    def told(self, stored: Iterable[StoredEntry]) -> list[Told]:
        """These entries as steps, in their order."""
        entries = [one.entry for one in stored]
        linked = self._linked(entries)
        before = self._before(entries)
        names = self._named([*entries, *before.values()])
        beside = Beside(names, before, self._places(entries), self._erased(), self._snapshot.undone, linked)
        shown = (one for one in entries if not self._is_hidden(one, linked))
        return [tell(self.process_of(one), one, self.showing, beside) for one in shown]

    def _linked(self, entries: Sequence[Entry]) -> dict[int, str]:
        """Which other case each entry is about that tells of a link, as far as that case may be seen."""
        links = [(one, kept) for one in entries for kept in one.links.values() if kept]
        if not links or not self._names_others:
            return {}
        others = Others(self._connection, self._catalogue, (kept for _, kept in links), self._by, self._now)
        return {one.seq: others.said(self.process_of(one), kept) for one, kept in links if others.sees(kept)}

    def _is_hidden(self, entry: Entry, linked: Mapping[int, str]) -> bool:
        """Whether an entry is about nothing but a case that may not be seen: nothing tells that there is one. Who reads
        without content is told that cases were linked, and not which.
        """
        return entry.kind in OF_LINKS and self._names_others and entry.seq not in linked

    def _named(self, entries: Sequence[Entry]) -> dict[str, str]:
        given = (task.get("person") for one in entries for task in one.tasks.values())
        told = (login for one in entries for login in people_in(self.process_of(one), one.data))
        acted = (login for one in entries for login in (one.by, one.acting_for))
        logins = {one for one in (*acted, *given, *told) if one} - self._names.keys()
        if logins:
            # Who is not kept is not asked for again.
            self._names.update(dict.fromkeys(logins, "") | names_of(self._connection, logins))
        return self._names

    def _before(self, entries: Sequence[Entry]) -> dict[int, Entry]:
        """The entries that are corrected, without what may not be shown of them."""
        if not self.showing.content:
            return {}
        numbers = {one.note["corrects"] for one in entries if one.kind == "correction"}
        found = store.entries_named(self._connection, self._case, numbers)
        return {seq: self.showing.of(self.process_of(one.entry), one.entry) for seq, one in found.items()}

    def _places(self, entries: Sequence[Entry]) -> dict[tuple[int, str], str]:
        """Which place was held for a state that an entry gave back, where the process alone does not say it."""
        wanted = {
            (one.seq, state)
            for one in entries
            for state in one.freed
            if not place_of(self.process_of(one), state, one.seq, {})
        }
        found: dict[tuple[int, str], str] = {}
        if wanted:
            for seq, held in store.places_back(self._connection, self._case, max(wanted)[0] - 1):
                known = {one for one in wanted if one[1] in held and one[0] > seq}
                found |= {one: held[one[1]] for one in known}
                wanted -= known
                if not wanted:
                    break
        return found

    def _erased(self) -> datetime | None:
        retention = self._snapshot.retention
        return local(self._process, retention["at"]) if self._snapshot.retained == "erased" else None

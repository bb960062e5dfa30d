"""Histories: what happened to the cases of one site, in pages. Each method is one reading transaction.

Times are on the wall clock of the process of the case. `by` None: without regard to who asks. That `by` was shown
something is written down with `what`; where that is empty it is with something else that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.entry import Entry
from engine.case.kinds import kinds_named
from engine.case.sight import Action, may
from engine.process.definition import Process
from engine.service.cases.accesses import Accesses, Seen
from engine.service.cases.reader import Reader
from engine.service.cases.views import Case, Page, is_unnamed
from engine.service.history.reading import Reading
from engine.service.history.told import Timeline, Told, fields_of
from engine.service.lists.cursors import Cursors
from engine.service.lists.finder import MOST, CasesWanted, actor_of
from engine.service.lists.lists import Lists
from engine.service.site import Site
from engine.store.cases import history as store

# Of a list cases are read so many at a time, so that memory does not grow with it.
AT_ONCE = 500


class Histories:
    """The histories of the cases of one site, as people and programs may see them."""

    def __init__(self, site: Site, reader: Reader, lists: Lists, accesses: Accesses) -> None:
        self._site = site
        self._reader = reader
        self._lists = lists
        self._accesses = accesses
        self._cursors = Cursors(site.database)

    def history(self, case: int, by: Actor | str | None = None) -> list[Entry]:
        """Everything that happened to a case, in order, as it is kept; without data that may not be shown now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        with self._site.database.reading() as connection:
            seen, reading = self._reading(connection, case, by)
            found = list(reading.shown())
        self._accesses.note_history(case, seen, by, "history", (name for one in found for name in one.data))
        return found

    def history_page(
        self,
        case: int,
        by: Actor | str | None = None,
        limit: int = 50,
        after: str = "",
        *,
        kinds: Iterable[str] = (),
    ) -> Page[Told]:
        """What happened to a case in words, in order, as a page that says where the next one begins.

        With what was answered, as far as `by` may see it now. `kinds`: only steps of these, where any are named.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
            UnknownKind: there is no such kind of step.
            BadCursor: `after` is not the end of a page of this case and these kinds.
        """
        wanted, most, cursors = kinds_named(kinds), max(1, min(limit, MOST)), self._cursors.ready()
        order = _order(f"history of {case}", wanted)
        (last,) = cursors.opened(order, after) or (0,)
        with self._site.database.reading() as connection:
            seen, reading = self._reading(connection, case, by)
            # One more than is shown: so it is known whether there is a next page.
            found = store.entries_after(connection, case, last, most + 1, wanted)
            steps = tuple(reading.told(found[:most]))
        self._accesses.note_history(case, seen, by, "history", fields_of(steps))
        return Page(steps, cursors.sealed(order, (found[most - 1].seq,)) if len(found) > most else "")

    def told_history(self, case: int, by: Actor | str, after: int = 0) -> tuple[list[Told], Process]:
        """What happened to a case in words without content, and its process: what an auditor reads.

        `after` leaves out the steps up to this number.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see its history.
        """
        with self._site.database.reading() as connection:
            seen, reading = self._reading(connection, case, by, Action.SEE_HISTORY, content=False)
            return list(reading.told_after(after)), seen[0]

    def timeline(
        self,
        case: int,
        by: Actor | str,
        limit: int = 50,
        after: str = "",
        *,
        entry: int = 0,
        kinds: Iterable[str] = (),
        what: str = "history",
    ) -> tuple[Timeline, Process]:
        """A page of what happened, the latest first; with what was answered for who may see the case, without any
        content for who may see its history only. `kinds`: only steps of these, where any are named.

        `entry` asks for the page with the step of this number, among steps of every kind.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see its history.
            UnknownKind: there is no such kind of step.
            BadCursor: `after` is not from a page of this case and these kinds.
        """
        wanted, most, cursors = kinds_named(kinds), max(1, min(limit, MOST)), self._cursors.ready()
        order = _order(f"timeline of {case}", wanted)
        (last,) = cursors.opened(order, after) if after else (0,)
        with self._site.database.reading() as connection:
            seen, reading = self._reading(connection, case, by, Action.SEE_HISTORY)
            top = reading.last
            if entry and not wanted:
                # In the middle of its page: what came before and after it is what makes it clear.
                last = last or max(entry + most // 2, most)
            last = min(last or top, top)
            found = store.entries_until(connection, case, last, most + 1, wanted)
            newer = store.entries_after(connection, case, last, most, wanted) if last < top else []
            total = store.count_entries(connection, case, top, wanted) if wanted else top
            steps = tuple(reading.told(found[:most]))
        if reading.showing.content:
            self._accesses.note_history(case, seen, by, what, fields_of(steps))
        older = cursors.sealed(order, (found[most].seq,)) if len(found) > most else ""
        later = cursors.sealed(order, (newer[-1].seq,)) if newer else ""
        return Timeline(steps, older, later, total, tuple(sorted(wanted))), seen[0]

    def histories_of(
        self, wanted: CasesWanted, by: Actor, *, what: str = "export of histories"
    ) -> Iterator[tuple[Case, Told]]:
        """Each step of every case of a list, case by case and in order, as they all are at one moment.

        That `by` was shown them is written down behind the last.

        Raises:
            UnknownProcess, UnknownState: the list is one of something that there is not.
        """
        personal: list[int] = []
        with self._lists.finder(what) as finder:
            after, names = "", dict[str, str]()
            while True:
                page = finder.cases(wanted, by, AT_ONCE, after)
                for case, seen in finder.seen(page.items):
                    reading = Reading(
                        finder.connection, self._site.catalogue, case.id, seen, self._site.clock.now(), by, names=names
                    )
                    told = self._accesses.is_personal(seen, by)
                    for step in reading.told_after():
                        told = told or self._accesses.tells(seen, fields_of([step]))
                        yield case, step
                    # Who was named in the list is written down with it.
                    personal += [case.id] if told and is_unnamed(case.label, case.id) else []
                if not (after := page.next):
                    break
        self._accesses.note_accesses(personal, by, what)

    def _reading(
        self,
        connection: Connection,
        case: int,
        by: Actor | str | None,
        action: Action = Action.SEE,
        *,
        content: bool = True,
    ) -> tuple[Seen, Reading]:
        """A case of which somebody may see so much, and its history; with content only for who may see the case."""
        seen, actor, now = self._reader.seen_in(connection, case, by, action), actor_of(by), self._site.clock.now()
        is_theirs = content and (actor is None or may(actor, Action.SEE, *seen))
        return seen, Reading(connection, self._site.catalogue, case, seen, now, actor, content=is_theirs)


def _order(of: str, kinds: store.Kinds) -> str:
    """What a cursor is sealed for: a place among steps of some kinds is none among others."""
    return f"{of}: {' '.join(sorted(kinds))}" if kinds else of

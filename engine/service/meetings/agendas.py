"""Agendas: the cases that stand on the agenda of a meeting, a page at a time. Which these are follows from the cases.

They stand in the order of their numbers, and are those that whoever asks may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from engine.case.command import Actor
from engine.service.cases.accesses import Accesses
from engine.service.cases.views import Case
from engine.service.cases.words import Shown, shown_fields
from engine.service.keeping.journal import Journal
from engine.service.lists.finder import CasesWanted, Finder
from engine.service.meetings.meeting import Meeting
from engine.service.meetings.meetings import AGENDA
from engine.service.people.registers import names_shown
from engine.service.site import Site

PACK = "agenda pack"


@dataclass(frozen=True)
class Agenda:
    """A page of an agenda: `first` is the place of its first case among `count`; `next` begins the following page.

    `sheets` says of each case what is known of it in words, where that was asked for.
    """

    cases: tuple[Case, ...]
    first: int
    count: int
    next: str = ""
    sheets: tuple[tuple[Shown, ...], ...] = ()

    @property
    def last(self) -> int:
        """The place of its last case."""
        return self.first + len(self.cases) - 1


@dataclass(frozen=True)
class Turn:
    """The place of a case among the `count` on an agenda, from 1, and the number of the one that comes after it."""

    place: int
    count: int
    following: int | None


class Agendas:
    """The agendas of one site. Every method is one transaction."""

    def __init__(self, site: Site, accesses: Accesses, finder: Callable[..., AbstractContextManager[Finder]]) -> None:
        self._site = site
        self._journal = Journal(site.database, site.clock)
        self._accesses = accesses
        self._finder = finder

    def page(self, meeting: Meeting, by: Actor, limit: int = 50, after: str = "", beside: Sequence[int] = ()) -> Agenda:
        """A page of an agenda. That its cases are shown is kept, with those that are shown beside them.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        return self._page(meeting, by, limit, after, AGENDA, beside)

    def sheets(self, meeting: Meeting, by: Actor, limit: int = 50, after: str = "") -> Agenda:
        """The same with what is known of each case in words.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        found = self._page(meeting, by, limit, after, PACK)
        self._journal.note_export(by, f"{PACK} of meeting {meeting.id}", len(found.cases))
        return found

    def _page(
        self, meeting: Meeting, by: Actor, limit: int, after: str, what: str, beside: Sequence[int] = ()
    ) -> Agenda:
        asked = CasesWanted(agenda=meeting.agenda)
        # Each is kept as shown with more than its name: not as one that a list names.
        with self._finder("") as finder:
            page, count = finder.cases(asked, by, limit, after), finder.count_cases(asked, by)
            before = finder.count_before(asked, by, page.items[0].id) if page.items and after else 0
            sheets = self._sheets(finder, page.items) if what == PACK else ()
        self._accesses.note_accesses(sorted({*(one.id for one in page.items), *beside}), by, what)
        return Agenda(page.items, before + 1, count, page.next, sheets)

    def _sheets(self, finder: Finder, cases: Iterable[Case]) -> tuple[tuple[Shown, ...], ...]:
        read, connection = self._site.catalogue.process, finder.connection
        shown = [(read(connection, case.process, case.process_version), case) for case in cases]
        names = names_shown(connection, shown)
        return tuple(shown_fields(process, case, names) for process, case in shown)

    def turn(self, meeting: Meeting, case: int, by: Actor) -> Turn | None:
        """The place of a case on an agenda; None where it does not stand there for `by`. Nothing of it is shown."""
        asked = CasesWanted(agenda=meeting.agenda)
        with self._finder("") as finder:
            if finder.number_from(asked, by, case) != case:
                return None
            place, count = finder.count_before(asked, by, case) + 1, finder.count_cases(asked, by)
            return Turn(place, count, finder.number_from(asked, by, case + 1))

"""Records: what came of the cases that stood on the agenda of a meeting, a page at a time.

It follows from the histories of the cases, and is told as each of them may be shown now to whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from engine.case.command import Actor
from engine.case.hearings import Hearing
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.cases.accesses import Accesses
from engine.service.cases.views import Case
from engine.service.desk.notes import Note, notes_told, writers
from engine.service.history.reading import Reading
from engine.service.history.told import Told
from engine.service.lists.finder import CasesWanted, Finder
from engine.service.meetings.meeting import Meeting
from engine.service.site import Site
from engine.source.words import said_day
from engine.store import meetings as store
from engine.store.cases import history as history_store
from engine.store.cases.cases import StoredEntry
from engine.store.desk import notes as note_store
from engine.store.people.people import names_of

RECORD = "record of a meeting"


@dataclass(frozen=True)
class Heard:
    """A case that stood on an agenda, and does not any more.

    `outcome` is the step that recorded what came of it; None where nothing did. `gone` is the step that took it from
    the agenda. `moved_to` is the day of the meeting that it was moved to, in `series` (its title, empty where it is the
    same). `notes` are its minutes, the earliest first.
    """

    case: Case
    outcome: Told | None
    gone: Told | None
    moved_to: date | None = None
    series: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def is_heard(self) -> bool:
        """Whether something came of it at this meeting."""
        return self.outcome is not None

    @property
    def said(self) -> str:
        """What became of it, in words."""
        there = f"There until {said_day(self.gone.at)}" if self.gone else "Not there any more"
        if self.moved_to is not None:
            onto = f"moved to {said_day(self.moved_to)}" + (f", {self.series}" if self.series else "")
            return f"{self.outcome.what}; {onto}" if self.outcome else f"{there}, {onto}"
        if self.outcome is not None:
            return self.outcome.what
        return f"{there}: {self.gone.what}" if self.gone else there


@dataclass(frozen=True)
class Record:
    """A page of what came of a meeting: `first` is the place of its first case among `count`, `next` begins the
    following page. `hidden` counts those that stood there too, and that are not for who asks.
    """

    cases: tuple[Heard, ...]
    first: int
    count: int
    hidden: int = 0
    next: str = ""

    @property
    def last(self) -> int:
        """The place of its last case."""
        return self.first + len(self.cases) - 1


class Records:
    """The records of the meetings of one site. Every method is one transaction."""

    def __init__(self, site: Site, accesses: Accesses, finder: Callable[..., AbstractContextManager[Finder]]) -> None:
        self._site = site
        self._accesses = accesses
        self._finder = finder

    def page(self, meeting: Meeting, by: Actor, limit: int = 50, after: str = "", *, what: str = RECORD) -> Record:
        """A page of the record of a meeting, in the order of the numbers of the cases. That they are shown is kept;
        where `what` is empty it is with something else that is shown.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        asked = CasesWanted(stood=meeting.agenda)
        with self._finder("") as finder:
            stood = store.count_stood(finder.connection, meeting.agenda)
            # Most agendas that people look at have all before them.
            if not stood and not after:
                return Record((), 1, 0)
            page, count = finder.cases(asked, by, limit, after), finder.count_cases(asked, by)
            before = finder.count_before(asked, by, page.items[0].id) if page.items and after else 0
            found = tuple(self._heard(finder, meeting, page.items, by))
        self._accesses.note_accesses([one.id for one in page.items], by, what)
        return Record(found, before + 1, count, stood - count, page.next)

    def _heard(self, finder: Finder, meeting: Meeting, cases: tuple[Case, ...], by: Actor) -> list[Heard]:
        numbers = [one.id for one in cases]
        stood = store.hearings_on(finder.connection, meeting.agenda, numbers)
        steps = {(case, seq) for case, one in stood.items() for seq in (one.outcome, one.until) if seq}
        entries = history_store.entries_of_cases(finder.connection, steps)
        minutes = note_store.notes_at(finder.connection, meeting.id, numbers)
        logins = writers(one for notes in minutes.values() for one in notes)
        names = dict.fromkeys(logins, "") | names_of(finder.connection, logins)
        found = []
        for case, seen in finder.seen(cases):
            told = self._told(finder, case.id, seen, by, names, entries.get(case.id, []))
            notes = notes_told(seen, minutes.get(case.id, ()), self._site.clock.now(), by, names)
            found.append(_heard(meeting, case, stood[case.id], told, notes))
        return found

    def _told(
        self,
        finder: Finder,
        case: int,
        seen: tuple[Process, Snapshot],
        by: Actor,
        names: dict[str, str],
        entries: list[StoredEntry],
    ) -> dict[int, Told]:
        now = self._site.clock.now()
        reading = Reading(finder.connection, self._site.catalogue, case, seen, now, by, names=names)
        return {one.seq: one for one in reading.told(entries)}


def _heard(meeting: Meeting, case: Case, stood: Hearing, told: dict[int, Told], notes: tuple[Note, ...]) -> Heard:
    day = date.fromisoformat(stood.to_day) if stood.to_day else None
    series = "" if stood.to_series == meeting.series else meeting.series_title(stood.to_series)
    return Heard(case, told.get(stood.outcome), told.get(stood.until), day, series if day else "", notes)

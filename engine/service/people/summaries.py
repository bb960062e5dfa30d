"""Summaries: the cases in which somebody has open tasks, each in short, in the order of their numbers.

Before tasks are handed on they say what would go; afterwards they say to who took them over what was taken over. What
was is not kept anywhere: it follows from the histories of the cases, and each is told as whoever asks may see it now.
Times are on the wall clock of the process of a case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from engine.case.agenda import bookings, series_title
from engine.case.command import Actor
from engine.case.entry import Entry
from engine.case.handover import Origin, is_giving, origins
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.service.cases.accesses import Accesses
from engine.service.cases.views import Task, label_of, local, task_view, timer_view
from engine.service.history.reading import Reading
from engine.service.lists.cursors import Cursors
from engine.service.lists.finder import MOST, Finder, TasksWanted, actor_of
from engine.service.site import Site
from engine.store.cases import history as history_store
from engine.store.cases.cases import StoredEntry, snapshots_of
from engine.store.people import people as store

HELD, TAKEN_OVER = "tasks to be handed on", "summary of tasks handed over"
# Cases are read so many at a time, until a page is full.
AT_ONCE = 100
# Of the latest entries of a case that give no task some may be hidden; behind so many of them nothing is told.
LOOKED_AT = 3


@dataclass(frozen=True)
class Charge:
    """An open task of somebody. `was_with` had it before, by login, until it was given on `at`; empty and None where
    nobody had.
    """

    task: Task
    was_with: str = ""
    was_with_name: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Coming:
    """What comes up next in a case. `roughly`: its day was counted beyond the end of the calendar."""

    title: str
    day: date
    roughly: bool = False


@dataclass(frozen=True)
class Latest:
    """What happened last in a case but that tasks were given, in words, when, and by whom (`by Kim`, `by itself`)."""

    what: str
    at: datetime
    byline: str


@dataclass(frozen=True)
class Brief:
    """A case in short, with the tasks in question. `since` is when it came to its state."""

    case: int
    process: str
    label: str
    state: str
    state_title: str
    since: datetime | None
    tasks: tuple[Charge, ...]
    coming: Coming | None = None
    latest: Latest | None = None


@dataclass(frozen=True)
class Summary:
    """A page of cases in which somebody has tasks; `next` begins the following page. `name` is that of the person.

    `unseen` counts, for administrators, all of their tasks in cases that are not for who asks; it is 0 for others.
    """

    person: str
    name: str
    cases: tuple[Brief, ...]
    next: str = ""
    unseen: int = 0


class _Chosen(NamedTuple):
    """A case that is told of, and its tasks, each with whose it was."""

    case: int
    process: Process
    snapshot: Snapshot
    tasks: dict[str, Origin | None]
    giving: frozenset[int]


Tells = Callable[[Process, Origin | None], bool]


class Summaries:
    """The summaries of one site. Every method is one reading transaction."""

    def __init__(self, site: Site, accesses: Accesses, finder: Callable[..., AbstractContextManager[Finder]]) -> None:
        self._site = site
        self._accesses = accesses
        self._finder = finder
        self._cursors = Cursors(site.database)

    def held(self, login: str, by: Actor | str | None, limit: int = 50, after: str = "") -> Summary:
        """A page of the cases in which somebody has open tasks, as far as `by` may see them: what would be handed on.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        return self._summary(login, by, limit, after, HELD, lambda _process, _origin: True)

    def taken_over(
        self,
        login: str,
        by: Actor | str | None,
        was_with: str = "",
        since: date | None = None,
        limit: int = 50,
        after: str = "",
    ) -> Summary:
        """A page of the cases in which somebody has open tasks that were somebody else's (`was_with`, else anybody's)
        before, given to them on the day `since` or later, as far as `by` may see them.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """

        def tells(process: Process, origin: Origin | None) -> bool:
            if origin is None or (was_with and origin.was_with != was_with):
                return False
            return since is None or local(process, origin.at).date() >= since

        return self._summary(login, by, limit, after, TAKEN_OVER, tells)

    def _summary(self, login: str, by: Actor | str | None, limit: int, after: str, what: str, tells: Tells) -> Summary:
        cursors, actor, most = self._cursors.ready(), actor_of(by), max(1, min(limit, MOST))
        order = f"{what} of {login}"
        (last,) = cursors.opened(order, after) or (0,)
        with self._finder("") as finder:
            held = store.tasks_given(finder.connection, login)
            numbers = list(dict.fromkeys(case for case, _ in held if case > last))
            chosen = self._first(finder, numbers, (login, actor, tells), most + 1)
            name = store.names_of(finder.connection, [login]).get(login, "")
            cases = tuple(self._told(finder, chosen[:most], actor))
            counts = what == HELD and actor is not None and may(actor, Action.ADMINISTER)
            seen = finder.count_tasks(TasksWanted(person=login), by, len(held)) if counts else len(held)
        self._accesses.note_accesses([one.case for one in cases], by, what)
        more = cursors.sealed(order, (cases[-1].case,)) if len(chosen) > most else ""
        return Summary(login, name, cases, more, len(held) - seen)

    def _first(
        self, finder: Finder, numbers: Sequence[int], asked: tuple[str, Actor | None, Tells], most: int
    ) -> list[_Chosen]:
        """At most so many of these cases, of which there is something to tell."""
        found: list[_Chosen] = []
        for begin in range(0, len(numbers), AT_ONCE):
            found += self._chosen(finder, numbers[begin : begin + AT_ONCE], *asked)
            if len(found) >= most:
                break
        return found[:most]

    def _chosen(
        self, finder: Finder, numbers: Sequence[int], login: str, by: Actor | None, tells: Tells
    ) -> Iterator[_Chosen]:
        snapshots = snapshots_of(finder.connection, numbers)
        entries = history_store.task_entries(finder.connection, numbers)
        for case in numbers:
            snapshot, written = snapshots[case], entries.get(case, [])
            process = self._site.catalogue.process(finder.connection, snapshot.process, snapshot.version)
            if by is not None and not may(by, Action.SEE, process, snapshot):
                continue
            origin = origins(written, snapshot, login)
            theirs = (name for name, task in snapshot.tasks.items() if task.get("person") == login)
            tasks = {name: origin.get(name) for name in theirs if tells(process, origin.get(name))}
            if tasks:
                yield _Chosen(case, process, snapshot, tasks, _giving(written))

    def _told(self, finder: Finder, chosen: Sequence[_Chosen], by: Actor | None) -> Iterator[Brief]:
        looked_at = {(one.case, seq) for one in chosen for seq in _latest(one)}
        entries = history_store.entries_of_cases(finder.connection, looked_at)
        names = self._names(finder, chosen, entries)
        for one in chosen:
            reading = Reading(
                finder.connection,
                self._site.catalogue,
                one.case,
                (one.process, one.snapshot),
                self._site.clock.now(),
                by,
                names=names,
            )
            yield _brief(one, names, _latest_told(reading, entries.get(one.case, [])), self._site.clock.now(), by)

    def _names(
        self, finder: Finder, chosen: Iterable[_Chosen], entries: dict[int, list[StoredEntry]]
    ) -> dict[str, str]:
        """What those are called who did something last, or had a task before: all are read at once."""
        latest = (stored.entry for of_case in entries.values() for stored in of_case)
        logins = {login for one in latest for login in (one.by, one.acting_for)}
        logins |= {origin.was_with for one in chosen for origin in one.tasks.values() if origin}
        logins.discard("")
        return dict.fromkeys(logins, "") | store.names_of(finder.connection, logins)


def _giving(entries: Iterable[Entry]) -> frozenset[int]:
    return frozenset(one.seq for one in entries if is_giving(one))


def _latest(chosen: _Chosen) -> list[int]:
    """The numbers of the last entries of a case but those that give tasks."""
    told = (seq for seq in range(chosen.snapshot.seq, 0, -1) if seq not in chosen.giving)
    return [seq for seq, _ in zip(told, range(LOOKED_AT), strict=False)]


def _latest_told(reading: Reading, entries: Sequence[StoredEntry]) -> Latest | None:
    for stored in reversed(entries):
        for told in reading.told([stored]):
            return Latest(told.what, told.at, told.byline)
    return None


def _brief(chosen: _Chosen, names: dict[str, str], latest: Latest | None, now: datetime, by: Actor | None) -> Brief:
    case, process, snapshot = chosen.case, chosen.process, chosen.snapshot
    label = label_of(process, case, snapshot, now, by)
    entered = snapshot.entered.get(snapshot.state)

    def charge(name: str, origin: Origin | None) -> Charge:
        task = task_view(process, case, label, name, snapshot, now)
        if origin is None:
            return Charge(task)
        return Charge(task, origin.was_with, names.get(origin.was_with, ""), local(process, origin.at))

    charges = [charge(name, origin) for name, origin in chosen.tasks.items()]
    return Brief(
        case=case,
        process=snapshot.process,
        label=label,
        state=snapshot.state,
        state_title=process.states[snapshot.state].title,
        since=local(process, entered) if entered else None,
        # Those without a date last.
        tasks=tuple(sorted(charges, key=_by_date)),
        coming=_coming(case, process, snapshot, now),
        latest=latest,
    )


def _by_date(charge: Charge) -> tuple[bool, datetime, str]:
    task = charge.task
    return not task.date, task.date or task.raised, task.task


def _coming(case: int, process: Process, snapshot: Snapshot, now: datetime) -> Coming | None:
    """The first of the meetings and of what comes up by itself, from `now` (aware) on."""
    found = [
        Coming(series_title(process, process.meetings[one.meeting], one.series), date.fromisoformat(one.day))
        for one in bookings(process, snapshot)
    ]
    timers = (timer_view(process, case, "", key, times[0], snapshot) for key, times in snapshot.timers.items())
    found += [Coming(one.title, one.due.date(), one.roughly) for one in timers if one.title and one.due >= now]
    ahead = [one for one in found if one.day >= process.today(now)]
    return min(ahead, key=lambda one: (one.day, one.title), default=None)

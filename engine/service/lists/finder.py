"""Finding: pages of cases, tasks and timers as views."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from engine.case.caseload import Caseload, caseload_of, leaves_named
from engine.case.command import Actor
from engine.case.sight import Holders, ListSight, list_sight
from engine.case.snapshot import Snapshot
from engine.case.time.instants import to_text
from engine.process.definition import Process
from engine.service.cases.views import Case, Page, Task, Timer, case_view, label_of, task_view, timer_view
from engine.service.lists.cursors import BadCursor, Cursors, Place
from engine.service.people.holders import holders_in
from engine.service.processes.catalogue import Catalogue
from engine.source.fault import Unknown
from engine.source.sign import other_spellings
from engine.store.cases.cases import snapshots_of
from engine.store.cases.index import sought
from engine.store.lists import find
from engine.store.lists.shape import Row

# Whoever wants more asks for the next page: one answer is never longer than memory and patience allow.
MOST = 1000
TASKS = "tasks"
TIMERS = "timers"


class UnknownState(Unknown):
    """No published process has this state."""


@dataclass(frozen=True)
class CasesWanted:
    """Which cases: `state` names a state or one around it, `owner` a role that has to move them on.

    `moved_after` is an instant (aware). `agenda` is process, meeting, series and day of one that they are booked on;
    `stood` the same of one that they stood on, and do not any more.
    """

    process: str = ""
    state: str = ""
    owner: str = ""
    organisation: str | None = None
    overdue: bool = False
    open_only: bool = False
    ended_only: bool = False
    search: str = ""
    sort: str = "id"
    moved_after: datetime | None = None
    agenda: tuple[str, ...] = ()
    stood: tuple[str, ...] = ()


@dataclass(frozen=True)
class TasksWanted:
    """Which open tasks: of these roles (escalated ones too), of a person, overdue, of one case, due in a time.

    A role is that of a process, `hbep-referral/coordinator`, or of any process that has one of this name. `stranded`
    are those that are given to somebody who can do them no more: who is inactive, or may not see the case any more.
    Times are instants (aware).
    """

    roles: tuple[str, ...] = ()
    person: str = ""
    overdue: bool = False
    case: int = 0
    due_from: datetime | None = None
    due_before: datetime | None = None
    stranded: bool = False


class Finder:
    """Looks things up in one reading transaction at `now` (aware). `named` is what was named to whom by then."""

    def __init__(self, connection: Connection, catalogue: Catalogue, cursors: Cursors, now: datetime) -> None:
        self.connection = connection
        self._cursors = cursors
        self._catalogue = catalogue
        self.now = now
        # For this transaction only: by the next one rights may be others.
        self._sights: dict[Actor | None, ListSight] = {}
        self.named: dict[Actor, list[tuple[int, str]]] = {}

    def _name(self, by: Actor | None, shown: Iterable[tuple[int, str]]) -> None:
        """Remember whom these cases (number and label) are named to."""
        if by is not None:
            self.named.setdefault(by, []).extend(shown)

    @property
    def processes(self) -> list[Process]:
        """Every process, in the version that is in force now."""
        return self._catalogue.all_newest(self.connection, self.now)

    def cases(self, wanted: CasesWanted, by: Actor | str | None, limit: int, after: str) -> Page[Case]:
        """A page of cases, by number; overdue ones by their oldest task."""
        most = max(1, min(limit, MOST))
        sort = "next_due" if wanted.overdue else wanted.sort
        order = f"cases by {sort}"
        asked = self._case_filter(wanted, by, self._cursors.opened(order, after))
        # One more than is shown, here and below: so it is known whether there is a next page.
        rows = find.find_cases(self.connection, asked, most + 1)
        more = self._cursors.sealed(order, find.place_of(rows[most - 1], sort)) if len(rows) > most else ""
        actor = actor_of(by)
        found = tuple(self._case(row, actor) for row in rows[:most])
        self._name(actor, ((one.id, one.label) for one in found))
        return Page(found, more)

    def seen(self, cases: Sequence[Case]) -> Iterator[tuple[Case, tuple[Process, Snapshot]]]:
        """Cases of a page with their process and as they are kept, in the same transaction."""
        found = snapshots_of(self.connection, (one.id for one in cases))
        for one in cases:
            snapshot = found[one.id]
            yield one, (self._catalogue.process(self.connection, snapshot.process, snapshot.version), snapshot)

    def lanes(self, process: Process, by: Actor | str | None, most: int) -> dict[str, tuple[int, list[Case]]]:
        """The open cases of a process by the state they are in: how many, and the `most` that are there longest."""
        wanted, actor = CasesWanted(process=process.name, open_only=True, sort="since"), actor_of(by)
        asked = self._case_filter(wanted, by, ())
        counts = find.count_lanes(self.connection, asked)
        if not counts:
            return {}
        in_states = replace(asked, states=tuple((process.name, state) for state in sorted(counts)))
        found: dict[str, tuple[int, list[Case]]] = {state: (count, []) for state, count in counts.items()}
        for row in find.find_lanes(self.connection, in_states, most):
            found[row["state"]][1].append(self._case(row, actor))
        self._name(actor, ((one.id, one.label) for _, cases in found.values() for one in cases))
        return found

    def caseload(self, process: Process, by: Actor | str | None) -> Caseload:
        """How many of the cases that somebody sees are in which state of a version; each as a list of it has them.

        Raises:
            UnknownProcess: it is not published, or they may not know of it.
        """
        asked = self._case_filter(CasesWanted(process=process.name), by, ())
        versions = (one for one in self._catalogue.every(self.connection) if one.name == process.name)
        return caseload_of(process, versions, find.count_lanes(self.connection, asked))

    def count_cases(self, wanted: CasesWanted, by: Actor | str | None, most: int | None = None) -> int:
        """How many cases there are, but not more than `most`."""
        return find.count_cases(self.connection, self._case_filter(wanted, by, ()), most)

    def count_before(self, wanted: CasesWanted, by: Actor | str | None, case: int) -> int:
        """How many of the cases have a lower number than this one, in a list by number."""
        asked = replace(self._case_filter(wanted, by, ()), up_to=case - 1)
        return find.count_cases(self.connection, asked) if case > 1 else 0

    def number_from(self, wanted: CasesWanted, by: Actor | str | None, least: int) -> int | None:
        """The lowest number of these cases that is at least so high; None where there is none."""
        asked = self._case_filter(wanted, by, (None, least - 1))
        found = find.find_cases(self.connection, asked, 1)
        return int(found[0]["id"]) if found else None

    def _case_filter(self, wanted: CasesWanted, by: Actor | str | None, after: Place) -> find.CaseFilter:
        if wanted.sort.removeprefix("-") not in find.SORTS:
            raise BadCursor(f"Cases cannot be sorted by this. Sort by one of: {', '.join(find.SORTS)}.")
        return find.CaseFilter(
            process=wanted.process,
            states=self._states(wanted, actor_of(by)),
            owner=wanted.owner,
            organisation=wanted.organisation,
            spelt=other_spellings(wanted.organisation or ""),
            open_only=wanted.open_only,
            ended_only=wanted.ended_only,
            overdue_at=to_text(self.now) if wanted.overdue else "",
            since_from=to_text(wanted.moved_after) if wanted.moved_after else "",
            agenda=wanted.agenda,
            stood=wanted.stood,
            words=tuple(find.beginning(word) for word in sought(wanted.search)),
            sort=wanted.sort,
            after=after,
            sight=self._sight(by),
        )

    def tasks(self, wanted: TasksWanted, by: Actor | str | None, limit: int, after: str) -> Page[Task]:
        """A page of open tasks, by due date; those without one last."""
        most = max(1, min(limit, MOST))
        asked = self._task_filter(wanted, by, self._cursors.opened(TASKS, after))
        rows = find.find_tasks(self.connection, asked, most + 1)
        more = self._cursors.sealed(TASKS, find.place_of_task(rows[most - 1])) if len(rows) > most else ""
        actor = actor_of(by)
        found = tuple(self._task(row, actor) for row in rows[:most])
        self._name(actor, ((one.case, one.label) for one in found))
        return Page(found, more)

    def count_tasks(self, wanted: TasksWanted, by: Actor | str | None, most: int) -> int:
        """How many open tasks there are, but not more than `most`."""
        return find.count_tasks(self.connection, self._task_filter(wanted, by, ()), most)

    def _task_filter(self, wanted: TasksWanted, by: Actor | str | None, after: Place) -> find.TaskFilter:
        return find.TaskFilter(
            roles=tuple(_role(one) for one in wanted.roles),
            person=wanted.person,
            overdue_at=to_text(self.now) if wanted.overdue else "",
            due_from=to_text(wanted.due_from) if wanted.due_from else "",
            due_before=to_text(wanted.due_before) if wanted.due_before else "",
            case=wanted.case,
            stranded=wanted.stranded,
            holders=self._holders if wanted.stranded else (),
            after=after,
            sight=self._sight(by),
        )

    def timers(
        self,
        until: datetime | None,
        case: int | None,
        by: Actor | str | None,
        limit: int,
        since: datetime | None = None,
        after: str = "",
    ) -> Page[Timer]:
        """A page of what will fire when, the earliest first: after `since`, until `until` (both aware)."""
        most = max(1, min(limit, MOST))
        asked = find.TimerFilter(
            to_text(until) if until else "",
            case or 0,
            to_text(since) if since else "",
            self._cursors.opened(TIMERS, after),
            self._sight(by),
        )
        rows = find.find_timers(self.connection, asked, most + 1)
        more = self._cursors.sealed(TIMERS, find.place_of_timer(rows[most - 1])) if len(rows) > most else ""
        found = tuple(self._timer(row, actor_of(by)) for row in rows[:most])
        self._name(actor_of(by), ((one.case, one.label) for one in found))
        return Page(found, more)

    def _timer(self, row: Row, by: Actor | None) -> Timer:
        process, snapshot = self._of(row)
        label = label_of(process, row["case_id"], snapshot, self.now, by)
        return timer_view(process, row["case_id"], label, row["timer"], row["due"], snapshot)

    def _case(self, row: Row, by: Actor | None) -> Case:
        process, snapshot = self._of(row)
        return case_view(process, row["id"], snapshot, self.now, by)

    def _task(self, row: Row, by: Actor | None) -> Task:
        process, snapshot = self._of(row)
        label = label_of(process, row["case_id"], snapshot, self.now, by)
        return task_view(process, row["case_id"], label, row["task"], snapshot, self.now)

    def _of(self, row: Row) -> tuple[Process, Snapshot]:
        snapshot = Snapshot.from_json(row["snapshot"])
        return self._catalogue.process(self.connection, snapshot.process, snapshot.version), snapshot

    def _states(self, wanted: CasesWanted, by: Actor | None) -> tuple[tuple[str, str], ...]:
        """The states at rest that a state's name stands for, in every version of every process meant."""
        if not wanted.process and not wanted.state:
            return ()
        if wanted.process:
            self._catalogue.must_know(self.connection, wanted.process, by)
        if not wanted.state:
            return ()
        names = [wanted.process] if wanted.process else self._catalogue.known_to(self.connection, by)
        versions = self._catalogue.every(self.connection)
        found = {
            (name, leaf)
            for name in names
            for leaf in leaves_named((one for one in versions if one.name == name), wanted.state)
        }
        if not found:
            raise UnknownState(f"No process has a state {wanted.state}.")
        return tuple(sorted(found))

    @functools.cached_property
    def _holders(self) -> tuple[Holders, ...]:
        return holders_in(self.connection, self._catalogue.every(self.connection))

    def _sight(self, by: Actor | str | None) -> ListSight:
        """Which cases somebody sees in lists: those of which `may` says so."""
        actor = actor_of(by)
        if actor not in self._sights:
            self._sights[actor] = list_sight(self._catalogue.every(self.connection), actor)
        return self._sights[actor]


def actor_of(by: Actor | str | None) -> Actor | None:
    """Who asks; None where that is of no regard."""
    return None if by is None else Actor.of(by)


def _role(written: str) -> tuple[str, str]:
    """The process (empty: any) and the name of a role."""
    process, _, role = written.rpartition("/")
    return process, role

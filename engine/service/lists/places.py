"""Places: how many there are, how many are taken or held for somebody, who waits and since when, and how it may go on.

The look ahead counts a place as free from the day that a date field of its case says that it ends; where the
process does not say, it stays taken. It is a forecast, not a promise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.process.definition import Field, PlaceKind, Process
from engine.service.cases.accesses import Accesses
from engine.service.cases.views import Case, case_view, local
from engine.service.site import Site
from engine.store.lists import places as place_store
from engine.store.lists import waits as store

# Who waits behind these is counted, but nobody reads names that far down.
SHOWN = 100
# A term ahead. Further on a forecast from dates that people guessed is worth nothing.
WEEKS = 12


@dataclass(frozen=True)
class Waiter:
    """A case that waits for a place, since when on the wall clock of its process."""

    case: Case
    since: datetime


@dataclass(frozen=True)
class Group:
    """What one choice of the field `group_places_by` has of the places."""

    title: str
    taken: int
    held: int


@dataclass(frozen=True)
class PlaceFigures:
    """One kind of place. Of `capacity`, `taken` are in use and `held` are kept for cases that are on their way;
    both by group where a field tells groups apart. `waiting` cases wait, and `waiters` are those that do so longest.
    `by_week` is how many of them are likely to be gone when
    each of the weeks ahead begins.
    """

    kind: PlaceKind
    capacity: int
    taken: int
    held: int
    groups: tuple[Group, ...]
    waiting: int
    waiters: tuple[Waiter, ...]
    by_week: tuple[int, ...]

    @property
    def free(self) -> int:
        """How many are free now."""
        return max(0, self.capacity - self.taken - self.held)

    @property
    def too_many(self) -> int:
        """How many more are taken or held than there are, as after a number was lowered."""
        return max(0, self.taken + self.held - self.capacity)


class Places:
    """The places of one site."""

    def __init__(self, site: Site, accesses: Accesses) -> None:
        self._site = site
        self._accesses = accesses

    def figures(self, process: Process, by: Actor) -> list[PlaceFigures]:
        """Every kind of place of a process; none where `by` does not see all its cases. That it names some is kept.

        Cases go on by their own version: also the kinds are told that only such cases still hold, or wait for. Of
        those there are none any more.
        """
        if not may(by, Action.OVERSEE, process):
            return []
        now = self._site.clock.now()
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            taken = place_store.taken(connection, process.name)
            capacities = self._site.catalogue.capacities(connection, process.name, now)
            waiting, first = self._waiting(connection, process, by)
            versions = {
                one.version: self._site.catalogue.process(connection, process.name, one.version)
                for one in self._site.catalogue.versions(process.name)
            }
            holders = _holders(connection, process.name, versions)
        found = []
        for kind in _kinds(process, versions.values(), {place for place in taken if taken[place]} | {*waiting}):
            waiters = [one for place, one in first if place == kind.name]
            mine = [(one, state) for one in holders for state, place in one.case.held.items() if place == kind.name]
            in_use = [one for one, state in mine if _is_taken(one, state)]
            on_their_way = [one for one, state in mine if not _is_taken(one, state)]
            groups, by_week = _groups(process, in_use, on_their_way), _by_week(process, in_use + on_their_way, now)
            capacity = capacities.get(kind.name, kind.capacity)
            # How many are held the counter says; which of them are not in use yet, only the cases know.
            counts = (taken.get(kind.name, 0) - len(on_their_way), len(on_their_way))
            found.append(PlaceFigures(kind, capacity, *counts, groups, waiting[kind.name], tuple(waiters), by_week))
        self._accesses.note_named([(one.case.id, one.case.label) for _, one in first], by, "places")
        return found

    def _waiting(
        self, connection: Connection, process: Process, by: Actor
    ) -> tuple[Counter[str], list[tuple[str, Waiter]]]:
        """How many cases wait for each place; and of those that `by` may see the first ones, each with the place."""
        waiting: Counter[str] = Counter()
        first: list[tuple[str, Waiter]] = []
        for number, place, since, text in store.waiting_cases(connection, process.name):
            waiting[place] += 1
            if waiting[place] <= SHOWN:
                case = Snapshot.from_json(text)
                followed = self._site.catalogue.process(connection, case.process, case.version)
                if may(by, Action.SEE, followed, case):
                    view = case_view(followed, number, case, self._site.clock.now(), by)
                    first.append((place, Waiter(view, local(followed, since))))
        return waiting, first


@dataclass(frozen=True)
class _Holder:
    """A case that holds places, and the version that it follows."""

    process: Process
    case: Snapshot


def _holders(connection: Connection, name: str, versions: Mapping[str, Process]) -> list[_Holder]:
    """The cases that hold a place in some version of a process."""
    states = sorted({state for one in versions.values() for state in _holding_states(one)})
    held = (Snapshot.from_json(text) for _, text in store.snapshots_in(connection, name, states))
    return [_Holder(versions[case.version], case) for case in held if case.held]


def _holding_states(process: Process) -> list[str]:
    """The states at rest in which a case can hold a place: for one around them, or for one that rests meanwhile."""
    rests = any(state.pauses for state in process.states.values())
    return [one.name for one in process.leaves() if rests or any(around.hold for around in process.around(one.name))]


def _kinds(process: Process, versions: Iterable[Process], used: Collection[str]) -> list[PlaceKind]:
    """The kinds of place of a process, and those of other versions that are used: of these there are none."""
    known = {name: replace(kind, capacity=0) for one in versions for name, kind in one.places.items() if name in used}
    return list((dict(process.places) | {name: known[name] for name in known if name not in process.places}).values())


def _is_taken(holder: _Holder, state: str) -> bool:
    """Whether the place that a case holds for `state` counts as taken where the case stands."""
    hold = holder.process.states[state].hold
    where = (holder.case.state, *holder.case.rests_at.values())
    around = [state for one in where for state in holder.process.around(one)]
    return not hold or not hold.taken_in or any(one.name in hold.taken_in for one in around)


def _groups(process: Process, in_use: list[_Holder], on_their_way: list[_Holder]) -> tuple[Group, ...]:
    """How the holders spread over the choices of the field `group_places_by`; no groups where there is none."""
    field = process.fields.get(process.group_places_by)
    if field is None:
        return ()
    taken, held = (Counter(_group_of(field, one) for one in some) for some in (in_use, on_their_way))
    known = [Group(title, taken[value], held[value]) for value, title in field.choices.items()]
    return (*known, Group("Not known", taken[""], held[""])) if taken[""] + held[""] else tuple(known)


def _group_of(field: Field, holder: _Holder) -> str:
    value = str(holder.case.data.get(field.name) or "")
    return value if value in field.choices else ""


def _by_week(process: Process, holders: list[_Holder], now: datetime) -> tuple[int, ...]:
    """How many places are taken when each of the weeks ahead begins, as far as end dates are known."""
    ends = [_end(one) for one in holders]
    days = [(process.today(now) + timedelta(weeks=week)).isoformat() for week in range(WEEKS)]
    return tuple(sum(1 for end in ends if end is None or end > day) for day in days)


def _end(holder: _Holder) -> str | None:
    field = holder.process.places_end
    value = holder.case.data.get(field) if field else None
    return str(value)[:10] if value else None

"""Sight: who may see and do what. The one room that decides it: for one case, for lists, for every face. Pure.

A role belongs to a process and is written with its name, `hbep-referral/coordinator`; roles of the house are written
`/administrator`. People who are kept hold no others. A bare name, `coordinator`, is what a program or a command says
of whom it acts for: it stands for the role of this name in the process that is meant, and for that of the house.

What somebody sees follows the version that a case follows: its roles, its organisation field and its meetings.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from engine.case.agenda import bookings, reader, series_of
from engine.case.command import Actor
from engine.case.exclusion import excludes
from engine.case.snapshot import Snapshot
from engine.process.definition import Event, Process
from engine.source.sign import composed, other_spellings

ADMINISTRATOR = "administrator"
AUDITOR = "auditor"
HOUSE_ROLES = frozenset({ADMINISTRATOR, AUDITOR})


class Action(StrEnum):
    """What somebody may want to do. The first five and CORRECT ask about a case, the others about a process."""

    SEE = "see"
    SEE_HISTORY = "see_history"
    CHANGE = "change"
    FIRE = "fire"
    DO_TASK = "do_task"
    OPEN = "open"
    KNOW = "know"
    TAKE_PART = "take_part"
    MEET = "meet"
    LEAD = "lead"
    OVERSEE = "oversee"
    ADMINISTER = "administer"
    AUDIT = "audit"
    RETAIN = "retain"
    CORRECT = "correct"
    READ_JOURNAL = "read_journal"


@dataclass(frozen=True)
class Sight:
    """Which cases of one version of a process somebody sees: all, those of an organisation, those on agendas.

    An agenda is a kind of meeting with its series, empty where there is one. `spelt` spells the name in other ways.
    """

    everything: bool = False
    organisation: str | None = None
    spelt: tuple[str, ...] = ()
    agendas: frozenset[tuple[str, str]] = frozenset()

    def covers(self, process: Process, case: Snapshot) -> bool:
        """Whether the case is seen."""
        return self.everything or self.owns(process, case) or self._hears(process, case)

    def owns(self, process: Process, case: Snapshot) -> bool:
        """Whether the case is seen for more than standing on an agenda."""
        named = case.data.get(process.organisation)
        is_own = self.organisation is not None and named in (self.organisation, *self.spelt)
        return self.everything or is_own

    def _hears(self, process: Process, case: Snapshot) -> bool:
        return bool(self.agendas) and any(self.hears(one.meeting, one.series) for one in bookings(process, case))

    def hears(self, meeting: str, series: str) -> bool:
        """Whether the agenda of this kind of meeting, in this series, is seen."""
        return self.everything or (meeting, series) in self.agendas


@dataclass(frozen=True)
class Part:
    """What is seen of the cases of a process that follow these versions; any version where none is named."""

    process: str
    versions: tuple[str, ...]
    sight: Sight


@dataclass(frozen=True)
class ListSight:
    """Which cases somebody sees in lists: every one, or those that a part covers. The store makes a condition of it."""

    everything: bool = True
    parts: tuple[Part, ...] = ()


EVERYTHING = ListSight()
NOTHING = ListSight(everything=False)


# In place of the organisation of each of several: no organisation has a name with a line end in it.
OWN = "\n"


@dataclass(frozen=True)
class Holders:
    """Some to whom tasks are given, by name, who all see the same cases; what they do not see they cannot do.

    Where that is those of an organisation (`OWN`), it is for each of them their own.
    """

    names: tuple[str, ...]
    sight: ListSight


def role_of(process: str, role: str) -> str:
    """A role of a process as it is written where the process has to be named with it."""
    return f"{process}/{role}"


def process_of(role: str) -> str:
    """The process that a role is written with; empty where it is of the house, or written without one."""
    return role.rpartition("/")[0]


def roles_in(process: Process, by: Actor | None) -> frozenset[str]:
    """The roles of a process that somebody holds, by their names there; none of nobody."""
    return frozenset() if by is None else _roles_in(process, by.roles)


# Lists ask for every row; there are few people at a time, and few versions.
@functools.lru_cache(4096)
def _roles_in(process: Process, roles: frozenset[str]) -> frozenset[str]:
    # Whoever works with a process holds the same roles over the rows of its registers.
    own = role_of(process.base, "")
    named = {role.removeprefix(own) for role in roles if role.startswith(own) or "/" not in role}
    return frozenset(named & process.roles.keys())


def has_role(process: Process, by: Actor, roles: frozenset[str] | None) -> bool:
    """Whether somebody holds one of these roles of the process; None stands for everybody."""
    return by.is_engine or roles is None or bool(roles_in(process, by) & roles)


def acting_role(process: Process, by: Actor | None, roles: frozenset[str] | None) -> str:
    """The role in which somebody acts: the first of theirs that is among `roles` (None: any); empty where none is."""
    held = roles_in(process, by)
    return next((one for one in process.roles if one in held and (roles is None or one in roles)), "")


def is_of_house(by: Actor, role: str) -> bool:
    """Whether somebody holds this role of the house."""
    return by.is_engine or role in by.roles or f"/{role}" in by.roles


def sight_of(process: Process, by: Actor) -> Sight:
    """What somebody sees of the cases that follow this version of a process."""
    return Sight(everything=True) if by.is_engine else _sight_of(process, by.roles, by.organisation, by.area)


# A step asks several times of one person, a list of every row.
@functools.lru_cache(4096)
def _sight_of(process: Process, roles: frozenset[str], organisation: str | None, area: str | None) -> Sight:
    held = _roles_in(process, roles)
    sees_own = any(process.roles[role].sees == "own" for role in held)
    own = organisation if sees_own and process.organisation else None
    return Sight(
        everything=any(process.roles[role].sees_all for role in held),
        organisation=own,
        spelt=other_spellings(own or ""),
        # A meeting with an agenda for each area is heard by those who have one; the others hear none of them.
        agendas=frozenset(
            (kind.name, series)
            for kind in process.meetings.values()
            for series in ((area or "", *other_spellings(area or "")) if kind.per else ("",))
            if held & kind.members and (area or not kind.per)
        ),
    )


def shows_more(versions: Iterable[Process], before: Actor, after: Actor) -> bool:
    """Whether somebody sees more of cases that follow these versions than before, or holds more roles of the house."""
    return any(_exceeds(sight_of(one, before), sight_of(one, after)) for one in versions) or any(
        is_of_house(after, role) and not is_of_house(before, role) for role in HOUSE_ROLES
    )


def _exceeds(before: Sight, after: Sight) -> bool:
    if before.everything:
        return False
    is_other = after.organisation not in (None, before.organisation)
    return after.everything or is_other or not after.agendas <= before.agendas


def needing_organisation(versions: Iterable[Process], by: Actor) -> list[str]:
    """The titles of the roles held that show the cases of the own organisation: without one they show nothing."""
    return sorted(
        {
            one.roles[role].title
            for one in versions
            if one.organisation
            for role in roles_in(one, by)
            if one.roles[role].sees == "own"
        }
    )


def list_sight(versions: Iterable[Process], by: Actor | None) -> ListSight:
    """What somebody sees in lists of the cases that follow these versions; a program that asks sees everything."""
    if by is None or by.is_engine:
        return EVERYTHING
    known: dict[str, dict[Sight, list[str]]] = {}
    for one in versions:
        known.setdefault(one.name, {}).setdefault(sight_of(one, by), []).append(one.version)
    parts = [
        Part(process, () if len(sights) == 1 else tuple(labels), sight)
        for process, sights in known.items()
        for sight, labels in sights.items()
        if sight != Sight()
    ]
    return ListSight(everything=False, parts=tuple(parts))


def meeting_sight(processes: Iterable[Sequence[Process]], by: Actor) -> ListSight:
    """Which meetings somebody sees in lists, of processes whose versions are given as they are asked for a reader."""
    found = ((versions[0].name, _heard(versions, by)) for versions in processes)
    return (
        EVERYTHING
        if by.is_engine
        else ListSight(
            everything=False, parts=tuple(Part(name, (), sight) for name, sight in found if sight != Sight())
        )
    )


def _heard(versions: Sequence[Process], by: Actor) -> Sight:
    known = {(kind, series) for one in versions for kind in one.meetings for series in series_of(one, kind)}
    read = ((one, reader(versions, *one)) for one in known)
    heard = frozenset(one for one, process in read if process and sight_of(process, by).hears(*one))
    return Sight(everything=True) if heard and heard == known else Sight(agendas=heard)


def may(
    by: Actor,
    action: Action,
    process: Process | None = None,
    case: Snapshot | None = None,
    event: Event | None = None,
    task: Mapping[str, Any] | None = None,
) -> bool:
    """Whether `by` may do this.

    SEE and CHANGE a case: its content, documents and notes. SEE_HISTORY: what happened and who looked, without
    content. FIRE an event. DO_TASK: an open task of the case. OPEN a case of the process. KNOW that there is such a
    process. TAKE_PART: hold any role of it. MEET: look at its meetings. LEAD them. OVERSEE all its cases at once
    (places, figures). RETAIN: hold its ended cases back, or erase them.
    CORRECT: put a right value in the place of a wrong one; who sees to what is kept, in a case that they may change.
    ADMINISTER processes, people and organisations. AUDIT: read the histories of every process. READ_JOURNAL: read
    what administrators did.
    """
    if by.is_engine:
        return True
    if action in _OF_HOUSE:
        return any(is_of_house(by, one) for one in _OF_HOUSE[action])
    if process is None:
        return False
    if action in _OF_PROCESS:
        return _OF_PROCESS[action](process, by)
    return case is not None and _may_with(by, action, process, case, event, task)


_OF_HOUSE = {
    Action.ADMINISTER: frozenset({ADMINISTRATOR}),
    Action.AUDIT: frozenset({AUDITOR}),
    Action.READ_JOURNAL: HOUSE_ROLES,
}
_OF_PROCESS: dict[Action, Callable[[Process, Actor], bool]] = {
    # Where everybody may begin a case, that is everybody who takes part: not those of another process.
    Action.OPEN: lambda process, by: has_role(process, by, process.opening.by) and bool(roles_in(process, by)),
    Action.KNOW: lambda process, by: bool(roles_in(process, by)) or any(is_of_house(by, one) for one in HOUSE_ROLES),
    Action.TAKE_PART: lambda process, by: bool(roles_in(process, by)),
    Action.MEET: lambda process, by: bool(_meetings_of(process, by)),
    Action.LEAD: lambda process, by: any(leads(process, name, by) for name in process.meetings),
    Action.OVERSEE: lambda process, by: sight_of(process, by).everything,
    Action.RETAIN: lambda process, by: process.keep is not None and has_role(process, by, process.keep.by),
}


def _may_with(
    by: Actor, action: Action, process: Process, case: Snapshot, event: Event | None, task: Mapping[str, Any] | None
) -> bool:
    # An auditor reads what happened in any case, to see who did and saw what, but never acts on one.
    if action is Action.SEE_HISTORY and is_of_house(by, AUDITOR):
        return True
    sight = sight_of(process, by)
    if not sight.covers(process, case):
        return False
    if action is Action.FIRE:
        role = acting_role(process, by, event.by) if event else ""
        return event is not None and has_role(process, by, event.by) and not excludes(process, case, event, by, role)
    if action is Action.CORRECT and not may(by, Action.RETAIN, process):
        return False
    if action is Action.DO_TASK:
        return task is not None and (task.get("person") == by.stands_for or has_role(process, by, doers(task)))
    # What was erased stays so: nothing is written down of it again.
    return action is not Action.CHANGE or (sight.owns(process, case) and case.retained != "erased")


def doers(task: Mapping[str, Any]) -> frozenset[str]:
    """The roles that an open task is for: its own, and the one that it was escalated to."""
    return frozenset({task["role"], task.get("escalated") or task["role"]})


def may_be_given(to: Actor, task: Mapping[str, Any], by: Actor, process: Process, case: Snapshot) -> bool:
    """Whether `by` may give an open task to somebody else: to who may see the case and work on it or on this task.

    Who does not see all cases themselves gives tasks within their own organisation only, and who is of none
    gives them to nobody else.
    """
    if not (may(to, Action.DO_TASK, process, case, task=task) or may(to, Action.CHANGE, process, case)):
        return False
    # Two who are of no organisation have none in common.
    theirs, own = (composed(one.organisation or "") for one in (to, by))
    is_near = to.name in by.both or (bool(own) and theirs == own)
    return is_near or may(by, Action.OVERSEE, process)


@dataclass(frozen=True)
class Among:
    """Some people: who holds one of `roles`, as written with their process, or is of an `organisation`. Of these only
    those `within` the organisation that is named there, or without one (None), if anything is.
    """

    roles: frozenset[str]
    organisation: str | None
    within: tuple[str | None, ...] = ()


def given_among(by: Actor, process: Process, case: Snapshot) -> Among:
    """Among whom all those are of whom `may_be_given` says so for a task of this case, so that nobody else is asked.

    They see the case: by a role that sees all, by their organisation, or as members of a meeting that it stands before.
    """
    before = {one.meeting for one in bookings(process, case)}
    seeing = {one.name for one in process.roles.values() if one.sees_all}
    seeing.update(role for kind in process.meetings.values() if kind.name in before for role in kind.members)
    own = case.data.get(process.organisation) if process.organisation else None
    within = () if may(by, Action.OVERSEE, process) else (by.organisation,)
    return Among(frozenset(role_of(process.base, one) for one in seeing), own, within)


def is_stranded(task: Mapping[str, Any], holder: Actor | None, process: Process, case: Snapshot) -> bool:
    """Whether an open task is given to somebody who can do it no more: not here any more (None), or not shown the case.

    It is its role's then, as if it were given to nobody.
    """
    return bool(task.get("person")) and (holder is None or not may(holder, Action.DO_TASK, process, case, task=task))


def holders(versions: Iterable[Process], people: Mapping[str, Actor | None]) -> tuple[Holders, ...]:
    """The same for lists: those whose tasks may be stranded, None being who is not here any more.

    A task is, unless it is of a case that its holder sees; who sees every case is left out.
    """
    known, found = tuple(versions), dict[ListSight, list[str]]()
    for name, person in sorted(people.items()):
        own = person.organisation if person else None
        # The database compares names as they stand: one that was kept with accents as signs of their own is named.
        of = OWN if own and composed(own) == own else own
        sight = NOTHING if person is None else list_sight(known, replace(person, organisation=of))
        if not sight.everything:
            found.setdefault(sight, []).append(name)
    return tuple(Holders(tuple(names), sight) for sight, names in found.items())


def leaders(process: Process, meeting: str) -> frozenset[str]:
    """The roles that put cases on the agenda of a meeting, and so keep its dates."""
    kind = process.meetings[meeting]
    return frozenset(
        role
        for _, event in process.every_event()
        if event.name == kind.booked_by
        for role in (process.roles if event.by is None else event.by)
    )


def leads(process: Process, meeting: str, by: Actor) -> bool:
    """Whether somebody keeps the dates of this kind of meeting: who puts cases on its agenda and sees all of them."""
    return may(by, Action.OVERSEE, process) and has_role(process, by, leaders(process, meeting))


def _meetings_of(process: Process, by: Actor) -> list[str]:
    """The kinds of meeting that somebody may look at, whether or not there is an agenda for them now."""
    if sight_of(process, by).everything:
        return list(process.meetings)
    return [kind.name for kind in process.meetings.values() if roles_in(process, by) & kind.members]

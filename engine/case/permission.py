"""Permission: who may do what. The one place that decides it, for pages, API and commands alike. Pure."""

from __future__ import annotations

from enum import StrEnum

from engine.case.agenda import bookings
from engine.case.command import Actor
from engine.case.snapshot import Snapshot
from engine.process.definition import Event, Process

ADMINISTRATOR = "administrator"
AUDITOR = "auditor"
HOUSE_ROLES = frozenset({ADMINISTRATOR, AUDITOR})


class Action(StrEnum):
    """What somebody may want to do. The first three and FIRE ask about one case."""

    SEE = "see"
    SEE_HISTORY = "see_history"
    CHANGE = "change"
    FIRE = "fire"
    OPEN = "open"
    LEAD = "lead"
    OVERSEE = "oversee"
    ADMINISTER = "administer"


def may(
    by: Actor,
    action: Action,
    process: Process | None = None,
    case: Snapshot | None = None,
    event: Event | None = None,
) -> bool:
    """Whether `by` may do this.

    SEE and CHANGE a case: its content, documents and notes. SEE_HISTORY: what happened and who looked, without
    content. FIRE an event. OPEN a case of the process. LEAD its meetings. OVERSEE all its cases at once (places,
    figures). ADMINISTER processes, people and organisations.
    """
    if by.is_engine:
        return True
    if action is Action.ADMINISTER:
        return ADMINISTRATOR in by.roles
    if process is None:
        return False
    if action is Action.OPEN:
        return has_role(by, process.opening.by) and any(role in process.roles for role in by.roles)
    if action is Action.OVERSEE:
        return sees_all(process, by)
    if action is Action.LEAD:
        return sees_all(process, by) and any(by.roles & leaders(process, name) for name in process.meetings)
    return case is not None and _may_with(by, action, process, case, event)


def _may_with(by: Actor, action: Action, process: Process, case: Snapshot, event: Event | None) -> bool:
    if action is Action.SEE_HISTORY and AUDITOR in by.roles:
        return True
    if not sees(process, case, by):
        return False
    if action is Action.FIRE:
        return event is not None and has_role(by, event.by)
    if action is Action.CHANGE:
        return not only_hears(process, case, by)
    return True


def sees(process: Process, case: Snapshot, by: Actor) -> bool:
    """Whether this person may see this case: all cases, those of their organisation, or on their agenda."""
    if by.is_engine or sees_all(process, by):
        return True
    return _is_own(process, case, by) or bool(_hears(process, case, by))


def sees_all(process: Process, by: Actor) -> bool:
    """Whether one of their roles sees every case of the process."""
    return any(role in process.roles and process.roles[role].sees_all for role in by.roles)


def only_hears(process: Process, case: Snapshot, by: Actor) -> bool:
    """Whether the case is seen for no other reason than that it stands on an agenda."""
    return not by.is_engine and not sees_all(process, by) and not _is_own(process, case, by)


def _is_own(process: Process, case: Snapshot, by: Actor) -> bool:
    sees_own = any(role in process.roles and process.roles[role].sees == "own" for role in by.roles)
    return sees_own and by.organisation is not None and case.data.get(process.organisation) == by.organisation


def _hears(process: Process, case: Snapshot, by: Actor) -> bool:
    agendas = set(agendas_of(process, by))
    return bool(agendas) and any((one.meeting, one.series) in agendas for one in bookings(process, case))


def agendas_of(process: Process, by: Actor) -> list[tuple[str, str]]:
    """The kinds of meeting, each with its series, whose agenda this person hears."""
    return [
        (kind.name, by.area or "")
        for kind in process.meetings.values()
        if by.roles & kind.members and (by.area or not kind.per)
    ]


def leaders(process: Process, meeting: str) -> frozenset[str]:
    """The roles that put cases on the agenda of a meeting, and so keep its dates."""
    kind = process.meetings[meeting]
    return frozenset(
        role
        for _, event in process.every_event()
        if event.name == kind.booked_by
        for role in (process.roles if event.by is None else event.by)
    )


def has_role(by: Actor, roles: frozenset[str] | None) -> bool:
    """Whether they hold one of the roles; None stands for everybody."""
    return by.is_engine or roles is None or bool(by.roles & roles)

"""Reasons: why something asked of a case is refused, in words for people. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from engine.case.answers.tasks import lacking
from engine.case.command import Actor, Fire
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, has_role, may
from engine.case.snapshot import Snapshot
from engine.case.step.walk import Walk
from engine.process.definition import Event, Need, Process
from engine.process.language.actors import OPEN
from engine.process.language.expressions import View
from engine.source import sign

# A sentence or two; it is kept in the history as long as the case.
MOST_REASON = 500


def unmet(process: Process, needs: tuple[Need, ...], view: View) -> Refusal | None:
    """The refusal for all requirements that do not hold; None where all do."""
    says: list[str] = []
    missing: list[str] = []
    for need in needs:
        if need.check is None and not any(name in view.documents for name in need.documents):
            missing += need.documents
            says.append(need.say or _wanted(process, need.documents))
        # What nobody knows yet (None) is not met.
        elif need.check is not None and process.language.truth(need.check, view) is not True:
            missing += sorted(need.check.documents - set(view.documents))
            missing += sorted(name for name in need.check.names if view.data.get(name) is None)
            says.append(need.say)
    if not says:
        return None
    return Refusal(Code.REQUIREMENT, " ".join(says), tuple(dict.fromkeys(missing)))


def _wanted(process: Process, documents: tuple[str, ...]) -> str:
    titles = [process.documents[name].title for name in documents]
    if len(titles) == 1:
        return f"The document {titles[0]} is missing."
    return f"One of these documents is missing: {', '.join(titles)}."


def no_way(process: Process, walk: Walk, title: str) -> Refusal:
    """Why no way on was open: no place is free, no alternative applies, or what it sets cannot be kept."""
    if walk.unfit:
        return Refusal(Code.RULE, f"{title} would set what cannot be kept. {walk.unfit}")
    if walk.full:
        place = process.places[walk.full].title
        return Refusal(Code.NO_PLACE, f"No {place} is free.", (walk.full,))
    if walk.unknown:
        titles = sorted(process.title_of("fields", name) for name in walk.unknown)
        message = f"Which place is needed is not known: {', '.join(titles)} must be filled in."
        return Refusal(Code.REQUIREMENT, message, tuple(sorted(walk.unknown)))
    return Refusal(Code.REQUIREMENT, f"None of the ways on applies: {title}.")


def nothing_asked(process: Process, event: Event, case: Snapshot) -> Refusal | None:
    """The refusal of an event that answers tasks of which none is open."""
    titles = lacking(process, event, case)
    if not titles:
        return None
    return Refusal(Code.REQUIREMENT, f"{event.title} answers a task, and none is open: {', '.join(titles)}.")


def no_such_event(process: Process, case: Snapshot, command: Fire) -> Refusal:
    """The event does not stand where the case is."""
    here = process.events_in(case.state).items()
    allowed = {name: event.title for name, event in here if may(command.by, Action.FIRE, process, case, event)}
    known = f"Possible for you: {listed(allowed)}." if allowed else "Nothing is possible for you here."
    where, asked = process.states[case.state].title, event_title(process, command.event)
    message = f"{asked} cannot be done at “{where}”. {known}"
    return Refusal(Code.NO_SUCH_EVENT, message, possible=tuple(sorted(allowed)))


def listed(titles: Mapping[str, str]) -> str:
    """Some titles by their names, in words and in the order of the names, which stand beside them for programs."""
    return ", ".join(titles[name] for name in sorted(titles))


def not_theirs(process: Process, event: Event, by: Actor) -> Refusal:
    """Why somebody may not do an event where the case is: others do, or they did something that excludes them."""
    if event.not_by is not None and has_role(process, by, event.by):
        return not_by_them(process, event)
    return not_allowed(process, event.title, event.by)


def not_allowed(process: Process, title: str, roles: frozenset[str] | None) -> Refusal:
    """Who may do this instead."""
    names = sorted(process.title_of("roles", role) for role in roles or ())
    who = " or ".join(names) if names else "nobody; it happens by itself"
    return Refusal(Code.NOT_ALLOWED, f"{title}: this can be done by {who}.")


def not_by_them(process: Process, event: Event) -> Refusal:
    """They hold a role that may do this, and are excluded by what they did."""
    if event.not_by is None or not event.not_by.did:
        return Refusal(Code.NOT_ALLOWED, f"{event.title}: in this case somebody else has to do this.")
    did = sorted("Begin the case" if one == OPEN else event_title(process, one) for one in event.not_by.did)
    return Refusal(Code.NOT_ALLOWED, f"{event.title}: somebody else has to do this than who did: {', '.join(did)}.")


def not_yours() -> Refusal:
    """The case is not theirs."""
    return Refusal(Code.NOT_ALLOWED, "This case belongs to another organisation.")


def form_refusal(faults: dict[str, str]) -> Refusal:
    """What is wrong with each field."""
    return Refusal(Code.FORM, " ".join(faults.values()), fields=faults)


def event_title(process: Process, name: str) -> str:
    """What people call an event, wherever it stands."""
    return next((event.title for _, event in process.every_event() if event.name == name), name)


def reason_fault(reason: str) -> str:
    """What is wrong with a reason that somebody gives; empty where nothing is."""
    if not 0 < len(reason.strip()) <= MOST_REASON:
        return f"Give a reason, in at most {MOST_REASON} characters."
    unseen = sign.unseen(reason)
    return f"The reason {unseen}" if unseen else ""


def reason_written(reason: str) -> str:
    """A reason as it is kept."""
    return sign.composed(reason).strip()

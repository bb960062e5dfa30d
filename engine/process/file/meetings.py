"""Meetings: what a process says of the meetings at which its cases are heard. Pure."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from engine.calendars.duration import Duration, add_to_day, parse
from engine.process.file.context import Context, event_names
from engine.process.file.states import read_days
from engine.process.timing import MeetingKind, Rhythm
from engine.source.problem import nearest
from engine.source.reader import Path

_AHEAD, _FURTHEST = parse("3 months"), timedelta(days=731)
# A length is about as long from any day on: this one lies in no leap year and long before the end of what can be said.
_SOME_DAY = date(2001, 1, 1)


def read_meetings(context: Context, data: dict[str, Any]) -> dict[str, MeetingKind]:
    """Every kind of meeting; what is wrong with one becomes a problem in `context`."""
    found = {name: _meeting(context, data, name, raw) for name, raw in data.get("meetings", {}).items()}
    for name, role in data["roles"].items():
        if role.get("sees") == "agenda" and not any(name in kind.members for kind in found.values()):
            mend = "Name the role under members: of a meeting."
            message = f"The role {name} sees agendas, but is a member of no meeting."
            context.problem(("roles", name, "sees"), "wrong-value", message, mend)
    return found


def _meeting(context: Context, data: dict[str, Any], name: str, raw: dict[str, Any]) -> MeetingKind:
    path: Path = ("meetings", name)
    states = _states(context, raw["in"], (*path, "in"))
    outcomes = context.one_or_many("event", raw.get("outcomes"), (*path, "outcomes"))
    context.known("event", raw["booked_by"], (*path, "booked_by"))
    kinds = {"date": {"date", "time"}, "per": {"choice"}, "link": {"text"}, "present": {"choices"}}
    for key, types in kinds.items():
        _check_field(context, data, raw, key, types, path)
    _check_events(context, data, raw, path)
    members = context.roles(raw.get("members"), (*path, "members")) or frozenset()
    _check_members(context, data, members, path)
    known: dict[str, Any] = {key: raw.get(key, "") for key in ("per", "link", "present")}
    rhythm = _rhythm(context, raw.get("rhythm"), (*path, "rhythm"))
    closes = _closes(context, raw.get("closes"), rhythm, (*path, "closes"))
    known |= {"members": members, "rhythm": rhythm, "most": raw.get("most"), "closes": closes}
    return MeetingKind(name, raw["title"], states, raw["date"], raw["booked_by"], outcomes, **known)


def _states(context: Context, raw: str | list[str], path: Path) -> frozenset[str]:
    """Where cases are heard at meetings of a kind: one state, or several."""
    written = {(): raw} if isinstance(raw, str) else {(index,): one for index, one in enumerate(raw)}
    found = {at: context.state(name, "", (*path, *at)) for at, name in written.items()}
    for at, full in found.items():
        around = next((one for one in found.values() if full and one and full.startswith(f"{one}.")), None)
        if around is not None:
            message = f"{full} lies inside {around}, which is named too."
            context.problem((*path, *at), "wrong-value", message, "Leave it out.")
    return frozenset(filter(None, found.values()))


def _rhythm(context: Context, raw: dict[str, Any] | None, path: Path) -> Rhythm | None:
    """When meetings of a kind come again."""
    days = read_days(context, raw, path) if raw else None
    if raw is None or days is None:
        return None
    return Rhythm(days, time.fromisoformat(raw["at"]), _ahead(context, raw, (*path, "ahead")))


def _ahead(context: Context, raw: dict[str, Any], path: Path) -> Duration:
    length = context.duration(raw.get("ahead"), path)
    if length is None or (length.needs_calendar and context.calendar is None):
        return _AHEAD
    if length.has_clock:
        context.problem(path, "wrong-value", "Meetings are planned whole days ahead.", "Count in days, weeks or terms.")
        return _AHEAD
    if add_to_day(length, _SOME_DAY, context.calendar) > _SOME_DAY + _FURTHEST:
        message = "Meetings are planned at most two years ahead."
        context.problem(path, "wrong-value", message, "For example: 1 term, 6 months.")
    return length


def _closes(context: Context, raw: str | None, rhythm: Rhythm | None, path: Path) -> Duration | None:
    """How long before their day meetings of a kind close."""
    length = context.duration(None if raw is None else raw.removesuffix("before").strip(), path)
    if length is None or (length.needs_calendar and context.calendar is None):
        return None
    if length.has_clock:
        message = "Meetings close whole days before."
        context.problem(path, "wrong-value", message, "Count in days, weeks or school days.")
        return None
    day = add_to_day(length, _SOME_DAY, context.calendar)
    if day > _SOME_DAY + _FURTHEST:
        message = "Meetings close at most two years before."
        context.problem(path, "wrong-value", message, "For example: 7 days before.")
        return None
    if rhythm is not None and day > add_to_day(rhythm.ahead, _SOME_DAY, context.calendar):
        message = f"These meetings are planned {rhythm.ahead} ahead, and would be closed already."
        context.problem(path, "wrong-value", message, "Plan them further ahead, or let them close later.")
    return length


def _check_field(
    context: Context, data: dict[str, Any], raw: dict[str, Any], key: str, types: set[str], path: Path
) -> None:
    name = raw.get(key)
    if name is None or not context.known("field", name, (*path, key)) or name in context.blurred:
        return
    found = data["fields"][name]["type"]
    if found not in types:
        message = f"{key}: needs a field of the type {' or '.join(sorted(types))}; {name} is of the type {found}."
        context.problem((*path, key), "wrong-value", message)


def _check_events(context: Context, data: dict[str, Any], raw: dict[str, Any], path: Path) -> None:
    """The event that books must stand wherever cases are heard, and ask for the date there; each outcome somewhere."""
    named = [raw["in"]] if isinstance(raw["in"], str) else raw["in"]
    places = {state: _events_in(data, state) for state in named if state in context.names["state"]}
    booked_by, outcomes = raw["booked_by"], raw.get("outcomes", [])
    for state, events in places.items():
        booking = events.get(booked_by)
        if booking is not None and raw["date"] not in booking.get("form", {}):
            message = f"The event {booked_by} does not ask for {raw['date']}{_there(state, places)}."
            context.problem((*path, "date"), "wrong-value", message, f"Add {raw['date']}: required to its form.")
        elif booking is None and booked_by in context.names["event"]:
            message = f"The event {booked_by} does not stand in {state}."
            context.problem((*path, "booked_by"), "unknown-event", message, nearest(booked_by, events))
    for name in [outcomes] if isinstance(outcomes, str) else outcomes:
        if places and name in context.names["event"] and not any(name in events for events in places.values()):
            message = f"The event {name} does not stand in {' or '.join(places)}."
            known = {one for events in places.values() for one in events}
            context.problem((*path, "outcomes"), "unknown-event", message, nearest(name, known))


def _there(state: str, places: dict[str, Any]) -> str:
    """Which of several states is meant."""
    return f" in {state}" if len(places) > 1 else ""


def _events_in(data: dict[str, Any], state: str) -> dict[str, Any]:
    """The events that are written in a state, in the states around and inside it, or for anywhere."""
    found, here = dict(data.get("events", {})), {"states": data["states"]}
    for part in state.split("."):
        here = (here.get("states") or {}).get(part) or {}
        found |= here.get("events", {})
    inside = set(event_names(here))
    return found | {name: {} for name in inside if name not in found}


def _check_members(context: Context, data: dict[str, Any], members: frozenset[str], path: Path) -> None:
    for name in sorted(members):
        if data["roles"].get(name, {}).get("sees") != "agenda":
            message = f"The role {name} is a member, but does not see agendas."
            context.problem((*path, "members"), "wrong-value", message, f"Write sees: agenda for the role {name}.")

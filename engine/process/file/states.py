"""States, events and timers: the part of a process file that says how cases move. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from engine.calendars.calendar import WEEKDAYS
from engine.calendars.duration import Duration
from engine.calendars.recurrence import Recurrence
from engine.process.definition import Assignments, Event, Hold, Need, State, Way
from engine.process.file.context import NOTHING, SEVERAL, Context
from engine.process.file.days import with_days
from engine.process.file.links import read_opens
from engine.process.file.pauses import is_way_back, paused_around, read_pause
from engine.process.file.raisings import read_raisings
from engine.process.file.undo import read_undo
from engine.process.language import links, tokens
from engine.process.language.expressions import Expression
from engine.process.language.tallies import TALLIED
from engine.process.timing import Limit, Timer
from engine.source.problem import certain, closest, nearest
from engine.source.reader import Path

DEADLINE = "deadline"
# Whole days count until they end. Behind it stands what gives the day: `end_of(…)` is the function.
_END_OF = re.compile(r"\s*end\s+of\s+")
_NOT_IN_DATES = frozenset(
    {"now", "today", "state", "has", "free", "within", "days_since", "age", *TALLIED, *links.CALLS}
)
OFFER = "place_offered"
_COUNT_FROM_HERE = "Say after: for a time from when the case came here."


def read_states(context: Context, raw: dict[str, Any]) -> dict[str, State]:
    """All states of the process, flat, by full name, in the order written."""
    states: dict[str, State] = {}
    for name, body in raw.items():
        _read_state(context, name, body, ("states", name), states)
    return states


def _read_state(context: Context, name: str, raw: dict[str, Any], path: Path, into: dict[str, State]) -> None:
    inside = raw.get("states", {})
    owner = raw.get("owner", "")
    if owner:
        context.known("role", owner, (*path, "owner"))
    title = raw.get("title", name.rpartition(".")[2].replace("_", " ").capitalize())
    into[name] = State(
        name=name,
        title=title,
        description=raw.get("description", ""),
        owner=owner,
        timers=_timers(context, raw, path),
        events=read_events(context, raw.get("events", {}), (*path, "events"), name),
        automatic=tuple(
            way
            for index, one in enumerate(raw.get("automatic", []))
            for way in _way(context, one, (*path, "automatic", index), name)
        ),
        hold=_hold(context, raw.get("holds"), (*path, "holds"), name),
        raises=read_raisings(context, raw.get("raise"), (*path, "raise"), acts=True),
        initial=_initial(context, raw, path, name),
        children=tuple(f"{name}.{child}" for child in inside),
        final=raw.get("final", False),
        outcome=raw.get("outcome", title) if raw.get("final") else "",
        assign=read_set(context, raw.get("set"), (*path, "set")),
        pauses=read_pause(context, raw, path, name),
    )
    for child, body in inside.items():
        _read_state(context, f"{name}.{child}", body, (*path, "states", child), into)


def _initial(context: Context, raw: dict[str, Any], path: Path, name: str) -> str:
    inside = raw.get("states", {})
    first: str = raw.get("initial", next(iter(inside), ""))
    if first and first not in inside:
        message = f"{first} is not a state inside {name}."
        mend, instead = nearest(first, inside), certain(first, inside)
        context.problem((*path, "initial"), "unknown-state", message, mend, instead=instead)
        first = closest(first, inside)
        # Where it is near to none, nobody knows where a case would be in here.
        context.is_whole = context.is_whole and bool(first)
    return f"{name}.{first}" if first else ""


def read_events(context: Context, raw: dict[str, Any], path: Path, scope: str) -> dict[str, Event]:
    """The events of one state, or of the head (scope empty)."""
    return {name: _event(context, name, body, (*path, name), scope) for name, body in raw.items()}


def _event(context: Context, name: str, raw: dict[str, Any], path: Path, scope: str) -> Event:
    written = raw.get("alternatives")
    if written is None:
        ways = _way(context, {k: raw[k] for k in ("to", "set", "raise") if k in raw}, path, scope)
        common: tuple[Any, Any] = (None, None)
    else:
        ways = [
            way
            for index, one in enumerate(written)
            for way in _way(context, one, (*path, "alternatives", index), scope)
        ]
        common = (raw.get("set"), raw.get("raise"))
    return Event(
        name=name,
        title=raw["title"],
        description=raw.get("description", ""),
        by=context.roles(raw.get("by"), (*path, "by")),
        form=with_days(context.form(raw.get("form"), (*path, "form")), context.language),
        needs=read_needs(context, raw.get("needs", []), (*path, "needs")),
        ways=tuple(
            replace(_with_common(context, way, common, path), move_place=way.move_place or raw.get("move_place", False))
            for way in ways
        ),
        done=raw.get("done", ""),
        not_by=_not_by(context, raw.get("not_by"), (*path, "not_by")),
        undo=read_undo(context, raw, path),
        opens=read_opens(context, raw, path),
        several=frozenset(
            name for name, how in raw.get("form", {}).items() if how == SEVERAL and name in context.series
        ),
    )


def _not_by(context: Context, raw: str | None, path: Path) -> Expression | None:
    """Who may not do an event: a condition over who acts, by what stands in the case."""
    found = context.condition(raw, path, acts=True)
    if found is None or found is NOTHING:
        return None
    if not found.of_actor:
        message = "not_by: asks about who acts, and nothing here does."
        context.problem(
            path, "wrong-value", message, 'Write did("…") or actor.person; other conditions stand in needs:.'
        )
    elif found.changes_by_itself:
        message = "not_by: asks only what stands: who acts, what they did, and fields."
        context.problem(path, "wrong-value", message, "What changes by itself is asked in needs:.")
    return found


def _with_common(context: Context, way: Way, common: tuple[Any, Any], path: Path) -> Way:
    """What an event with alternatives sets and raises itself holds for every alternative."""
    if common == (None, None):
        return way
    shared = read_set(context, common[0], (*path, "set"))
    raised = read_raisings(context, common[1], (*path, "raise"), acts=True)
    return replace(way, assign=shared + way.assign, raises=tuple(dict.fromkeys(raised + way.raises)))


def _way(context: Context, raw: dict[str, Any], path: Path, scope: str) -> list[Way]:
    to, here = raw.get("to"), (*path, "to")
    goes_back = to is not None and is_way_back(context, to, scope)
    if goes_back:
        # Where nothing rests it is read as a way that stays, so that all else can be told.
        target = paused_around(context, scope, here)
    else:
        target = context.state(to, scope, here) if to is not None else None
        if to is not None and target is None:
            return []
    return [
        Way(
            to=target,
            when=context.condition(raw.get("when"), (*path, "when"), acts=True),
            needs=read_needs(context, raw.get("needs", []), (*path, "needs")),
            assign=read_set(context, raw.get("set"), (*path, "set")),
            raises=read_raisings(context, raw.get("raise"), (*path, "raise"), acts=True),
            back=goes_back and target is not None,
            move_place=raw.get("move_place", False),
        )
    ]


def read_set(context: Context, raw: dict[str, str] | None, path: Path) -> Assignments:
    """What a `set:` says: fields with their new values."""
    found = []
    for name, text in (raw or {}).items():
        here = (*path, name)
        if context.known_key("field", name, here):
            if text is None or name in context.blurred:
                found.append((name, NOTHING))
            else:
                found.append((name, context.expression(text, here, context.language.result_type(name), acts=True)))
    return tuple(found)


def read_needs(context: Context, raw: list[dict[str, Any]], path: Path) -> tuple[Need, ...]:
    """The requirements of an event, an alternative or of beginning a case."""
    return tuple(_need(context, one, (*path, index)) for index, one in enumerate(raw))


def _need(context: Context, raw: dict[str, Any], path: Path) -> Need:
    if "check" in raw:
        return Need(raw["say"], check=context.condition(raw["check"], (*path, "check"), acts=True))
    if "document" in raw:
        name = raw["document"]
        known = context.known("document", name, (*path, "document"))
        return Need(raw.get("say", ""), (name,) if known else ())
    return Need(raw.get("say", ""), context.all_known("document", raw["any_of"], (*path, "any_of")))


def _hold(context: Context, raw: dict[str, Any] | None, path: Path, scope: str) -> Hold | None:
    if raw is None:
        return None
    otherwise = raw.get("otherwise")
    offer = raw.get("offer", OFFER if otherwise else "")
    if offer:
        context.known("event", offer, (*path, "offer"))
    around = scope.rpartition(".")[0]
    waiting = context.state(otherwise, around, (*path, "otherwise")) if otherwise else None
    taken_in = _taken_in(context, raw, path, scope)
    return Hold(_place(context, raw["place"], (*path, "place")), waiting, offer, taken_in)


def _taken_in(context: Context, raw: dict[str, Any], path: Path, scope: str) -> tuple[str, ...]:
    given, path = raw.get("taken_in", []), (*path, "taken_in")
    named = [(given, path)] if isinstance(given, str) else [(name, (*path, i)) for i, name in enumerate(given)]
    found = [(context.state(name, scope, place), place) for name, place in named]
    for name, place in found:
        if name is not None and not name.startswith(f"{scope}."):
            message = f"{name} is not inside {scope}: no place is held there."
            context.problem(place, "wrong-value", message, f"Name a state inside {scope}.")
    return tuple(name for name, _ in found if name)


def _place(context: Context, raw: str, path: Path) -> Any:
    """A bare word is a place's name; anything else is an expression that gives one."""
    if raw.isidentifier() and raw not in context.names["field"]:
        context.known("place", raw, path)
        return context.language.check(f'"{raw}"', "STRING")
    expression = context.expression(raw, path, "STRING")
    _note_choosable(context, expression)
    for choice in sorted(context.language.choices.get(raw.strip(), ())):
        context.known("place", choice, path)
    for name in _quoted(raw):
        if name in context.names["place"]:
            context.used.add(("place", name))
        elif not _is_compared(raw, name):
            context.known("place", name, path)
    return expression


def _note_choosable(context: Context, expression: Expression) -> None:
    """Note as used the places that a field of an expression may name: its choices; any place, where it is free text."""
    for name in expression.names:
        free = context.names["place"] if context.language.result_type(name) == "STRING" else ()
        context.used |= {("place", one) for one in context.language.choices.get(name, free)}


def _quoted(text: str) -> list[str]:
    return [found[1:-1] for found in re.findall(r'"[^"]*"|\'[^\']*\'', text)]


def _is_compared(text: str, name: str) -> bool:
    quoted = rf"[\"']{re.escape(name)}[\"']"
    # A text that is compared with something is a value of a field, not a place that is meant.
    return bool(re.search(rf"[!=]=\s*{quoted}|{quoted}\s*[!=]=|\[[^\]]*{quoted}|\(\s*{quoted}", text))


def _timers(context: Context, raw: dict[str, Any], path: Path) -> dict[str, Timer]:
    timers = {
        name: _timer(context, name, body, (*path, "timers", name)) for name, body in raw.get("timers", {}).items()
    }
    deadline = raw.get("deadline")
    if deadline is not None:
        here = (*path, "deadline")
        if DEADLINE in timers:
            message = "A timer cannot be called deadline beside a deadline."
            other = (here, "the deadline")
            context.key_problem(
                (*path, "timers", DEADLINE), "duplicate-timer", message, "Rename the timer.", also=other
            )
        at_field, at_day, at = _at(context, deadline.get("at", ""), (*here, "at"))
        timers[DEADLINE] = Timer(
            name=DEADLINE,
            after=context.duration(deadline.get("within"), (*here, "within")),
            at_field=at_field,
            at_day=at_day,
            at=at,
            raises=read_raisings(context, deadline["raise"], (*here, "raise")),
            roll=_roll(context, deadline, here),
        )
    return timers


def _timer(context: Context, name: str, raw: dict[str, Any], path: Path) -> Timer:
    at_field, at_day, at = _at(context, raw.get("at", ""), (*path, "at"))
    send = raw.get("send", "")
    if send:
        context.known("event", send, (*path, "send"))
    days, repeats = read_days(context, raw, path), "every" in raw or "each" in raw
    if "missed" in raw and not repeats:
        context.problem((*path, "missed"), "wrong-value", "Only a timer with every: or each: can be missed repeatedly.")
    refused, here = raw.get("if_refused", {}), (*path, "if_refused")
    if "again" in refused and repeats:
        message = f"A timer with {'every' if 'every' in raw else 'each'}: comes again by itself."
        context.problem((*here, "again"), "wrong-value", message, "Leave again: out, or say raise:.")
    return Timer(
        name=name,
        after=context.duration(raw.get("after"), (*path, "after")),
        every=None if days else context.duration(raw.get("every"), (*path, "every")),
        days=days,
        at_field=at_field,
        at_day=at_day,
        at=at,
        when=context.condition(raw.get("when"), (*path, "when")),
        unless=context.condition(raw.get("unless"), (*path, "unless")),
        raises=read_raisings(context, raw.get("raise"), (*path, "raise")),
        send=send,
        missed_each=raw.get("missed") == "each",
        roll=_roll(context, raw, path),
        refused_raises=read_raisings(context, refused.get("raise"), (*here, "raise")),
        refused_again=context.duration(refused.get("again"), (*here, "again")),
    )


def read_days(context: Context, raw: dict[str, Any], path: Path) -> Recurrence | None:
    """The days of the calendar on which something comes again and again; None where it counts from when it began."""
    written = raw.get("every", "")
    named = frozenset(written if isinstance(written, list) else {written} & set(WEEKDAYS))
    found = Recurrence(named, raw.get("in") == "term", raw.get("each", ""), _before_end(context, raw, path))
    if "in" in raw and not named:
        message = "in: stands beside days of the week: every: wednesday, in: term."
        context.problem((*path, "in"), "wrong-value", message, "Leave it out.")
    if found.needs_calendar and context.lacks_calendar:
        key = "each" if found.run else "in"
        mend = "Name one at the top: calendar: leicestershire."
        context.problem((*path, key), "needs-calendar", f"{key}: needs a calendar, and the process has none.", mend)
    return found if named or found.run else None


def _before_end(context: Context, raw: dict[str, Any], path: Path) -> Duration | None:
    length, here = context.duration(raw.get("before_end"), (*path, "before_end")), (*path, "before_end")
    if "before_end" in raw and "each" not in raw:
        context.problem(here, "wrong-value", "before_end: stands beside each: half term.", "Leave it out.")
    if length and length.has_clock:
        context.problem(here, "wrong-value", "A day has no hours: it falls due when it begins.", "Count in days.")
        return None
    return length


def read_limit(context: Context, raw: str, path: Path, mend: str = _COUNT_FROM_HERE) -> Limit | None:
    """A date that is worked out from fields and named days: `due + 2 weeks`, or `end of due + 2 weeks`.

    `mend` says what to write for a time that is counted from when it begins to count.
    """
    whole = _END_OF.match(raw)
    # As long as it was written, so that what is wrong is told where it stands.
    text = " " * whole.end() + raw[whole.end() :] if whole else raw
    for word in tokens.words(text):
        if word.name in _NOT_IN_DATES and word.name not in context.language.fields:
            message = f"{word.name} cannot stand in a date that is worked out: it is so when fields are filled in."
            context.problem(path, "wrong-value", message, mend)
            return None
    expression = context.expression(text, path, "TIMESTAMP")
    return Limit(expression, whole=bool(whole)) if expression is not NOTHING else None


def _at(context: Context, written: str, path: Path) -> tuple[str, str, Limit | None]:
    """A field, a named day, or a date that is worked out: what a timer or a deadline comes at."""
    if not written or written.isidentifier():
        return *_moment(context, written or None, path), None
    return "", "", read_limit(context, written, path)


def _moment(context: Context, name: str | None, path: Path) -> tuple[str, str]:
    if name is None or name in context.blurred:
        return "", ""
    if context.language.fields.get(name) in {"date", "time"}:
        context.used.add(("field", name))
        return name, ""
    if name in context.language.fields:
        kind = context.language.fields[name]
        context.problem(path, "wrong-type", f"{name} is a field of the type {kind}, not a date or time.")
        return "", ""
    days = frozenset(day for day, _ in context.calendar.days) if context.calendar else frozenset()
    if name in days:
        return "", name
    dates = {field for field, kind in context.language.fields.items() if kind in {"date", "time"}}
    message = f"{name} is neither a date field nor a named day of the calendar."
    context.problem(path, "unknown-field", message, nearest(name, dates | days), instead=certain(name, dates | days))
    return "", ""


def _roll(context: Context, raw: dict[str, Any], path: Path) -> str:
    how: str = raw.get("roll", "none")
    if how != "none" and context.lacks_calendar:
        mend = "Name one at the top: calendar: leicestershire."
        context.problem((*path, "roll"), "needs-calendar", "roll: needs a calendar, and the process has none.", mend)
    return how

"""Remarks: what may be said beside a state and beside an event: what comes by itself, and on what it hangs. Pure.

A timer that sends an event which leads somewhere stands by the arrow of the event, every other one by its state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.authoring.diagram import phrases
from engine.authoring.diagram.ways import Way
from engine.case.step.reasons import event_title
from engine.process.definition import Event, Need, Process, State
from engine.process.timing import Timer


def times_of(process: Process, state: State, *, guarded: bool) -> list[str]:
    """What comes by itself while a case is in a state, and what is to be done in it by when.

    `guarded`: also on what it hangs that something comes of it.
    """
    found = [
        _timer(process, timer, guarded=guarded)
        for timer in state.timers.values()
        if not _is_drawn(process, state, timer)
    ]
    dated = [one for one in state.raises if (kind := process.task(one.task)) and phrases.due_of(process, kind)]
    return found + ([f"on arrival: {phrases.raised(process, dated)}"] if dated else [])


def _timer(process: Process, timer: Timer, *, guarded: bool) -> str:
    does = [phrases.raised(process, timer.raises)] if timer.raises else []
    does += [event_title(process, timer.send)] if timer.send else []
    guard = phrases.guarded(process, timer) if guarded else ""
    return f"{phrases.when(process, timer)}: {'; '.join(does)}" + (f" ({guard})" if guard else "")


def _is_drawn(process: Process, state: State, timer: Timer) -> bool:
    """Whether an arrow tells of a timer: one that raises nothing, and sends what leads somewhere."""
    scopes = (process.scope(leaf, timer.send) for leaf in process.leaves_in(state.name)) if timer.send else ()
    found = [
        process.states[one].events[timer.send] if one else process.events[timer.send]
        for one in scopes
        if one is not None
    ]
    return not timer.raises and any(way.to for event in found for way in event.ways)


def sent_by(process: Process, ways: Sequence[Way], *, guarded: bool) -> list[str]:
    """When the event of these ways comes by itself: by timers, or because a place came free."""
    found: dict[str, None] = {}
    for way in ways:
        if way.event and not way.waits:
            found |= dict.fromkeys(_senders(process, way.scope, way.event, guarded=guarded))
    return list(found)


def _senders(process: Process, scope: str, event: Event, *, guarded: bool) -> Iterator[str]:
    for state in process.states.values():
        for timer in state.timers.values():
            if timer.send == event.name and _reaches(process, state, event, scope):
                guard = phrases.guarded(process, timer) if guarded else ""
                place = "" if _is_around(process, state.name, scope) else f"in {state.title}: "
                yield place + phrases.when(process, timer) + (f", {guard}" if guard else "")
        if _offers(process, state, event, scope):
            yield f"when a place comes free in {state.title}"


def _offers(process: Process, state: State, event: Event, scope: str) -> bool:
    hold = state.hold
    waiting = process.states[hold.otherwise] if hold and hold.otherwise and hold.offer == event.name else None
    return waiting is not None and _reaches(process, waiting, event, scope)


def _reaches(process: Process, state: State, event: Event, scope: str) -> bool:
    """Whether an event that is sent to cases in a state is the one that is written in `scope`."""
    return any(process.scope(leaf, event.name) == scope for leaf in process.leaves_in(state.name))


def _is_around(process: Process, state: str, scope: str) -> bool:
    return bool(scope) and any(one.name == state for one in process.around(scope))


def conditions_of(process: Process, ways: Sequence[Way]) -> list[str]:
    """On what it hangs that ways of one event, which lead to the same state, are taken, and what refuses it.

    Where a case waits for a place, nothing else is asked than on the way that it would take.
    """
    asked = [way for way in ways if way.way and not way.waits]
    guards = list(dict.fromkeys(said for way in asked if (said := _guard(process, way))))
    if _in_any_case(asked):
        guards = []
    found = [text if count == 0 else f"or {text}" for count, text in enumerate(guards)]
    for way in asked:
        found += [*_excluded(process, way), *(f"needs: {_need(process, one)}" for one in _needs(way))]
    return list(dict.fromkeys(found))


def _in_any_case(ways: Sequence[Way]) -> bool:
    """Whether one of them hangs on nothing, and whatever is tried before it leads there too."""
    numbers = {way.number for way in ways}
    return any(way.way and not way.way.when and numbers.issuperset(range(way.number)) for way in ways)


def _guard(process: Process, way: Way) -> str:
    if way.way and way.way.when:
        return f"if {phrases.expression(process, way.way.when)}"
    return "otherwise" if way.number else ""


def _excluded(process: Process, way: Way) -> list[str]:
    return [f"not for whom: {phrases.expression(process, way.event.not_by)}"] if way.event and way.event.not_by else []


def _needs(way: Way) -> tuple[Need, ...]:
    return (*(way.event.needs if way.event else ()), *(way.way.needs if way.way else ()))


def _need(process: Process, need: Need) -> str:
    """What is asked for, by the titles of documents; else by what is said to whom it is refused."""
    if need.documents:
        return " or ".join(process.title_of("documents", one) for one in need.documents)
    return need.say

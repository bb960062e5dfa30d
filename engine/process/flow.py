"""Flow: which state can follow which, as a graph over the states where a case can rest. Pure."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from engine.process.definition import Process
from engine.process.language.expressions import Expression
from engine.process.paths import AUTOMATIC, paths_of

Graph = dict[str, set[str]]
# check refuses circles, and warns of longer chains; this bounds how much one chain writes in one transaction.
MOST_AUTOMATIC = 32


def graph(process: Process) -> Graph:
    """Every step from rest to rest that some event, timer or automatic transition can make."""
    paths = paths_of(process)
    return {
        leaf.name: {
            target
            for event in (*process.events_in(leaf.name), AUTOMATIC)
            for path in paths.on(leaf.name, event)
            for target in path.targets
        }
        for leaf in process.leaves()
    }


def automatic_graph(process: Process) -> Graph:
    """Only the steps that are taken without an event."""
    paths = paths_of(process)
    return {
        leaf.name: {target for path in paths.on(leaf.name, AUTOMATIC) for target in path.targets}
        for leaf in process.leaves()
    }


def closure(steps: Graph, starts: Iterable[str]) -> set[str]:
    """All states that can be reached from `starts`, themselves included."""
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(steps.get(state, ()))
    return reached


def reverse(steps: Graph) -> Graph:
    """The same steps, from where they lead to where they come from."""
    back: Graph = {}
    for source, ends in steps.items():
        for end in ends:
            back.setdefault(end, set()).add(source)
    return back


def on_a_cycle(steps: Graph) -> list[str]:
    """The states from which the steps lead back to themselves."""
    return [state for state in steps if state in closure(steps, steps[state])]


def longest(steps: Graph) -> dict[str, int]:
    """How many steps can follow each other from each state; of one from which there is a circle nothing is said."""
    back, left = reverse(steps), {state: len(ends) for state, ends in steps.items()}
    found = dict.fromkeys((state for state, count in left.items() if not count), 0)
    waiting = list(found)
    for state in waiting:  # grows as states are reached all of whose ends are known
        for source in back.get(state, ()):
            left[source] -= 1
            if not left[source]:
                found[source] = 1 + max(found[end] for end in steps[source])
                waiting.append(source)
    return found


@functools.lru_cache(maxsize=256)
def stands_still(process: Process) -> bool:
    """Whether what a case may do, and where that leads it, stays the same as long as nobody and no timer does anything,
    and the same places are free.
    """
    return not any(one.changes_by_itself for one in _deciding(process))


@functools.lru_cache(maxsize=256)
def remembered(process: Process) -> frozenset[str]:
    """The events of which a case has to remember who did them."""
    return frozenset[str]().union(*(one.did for one in _deciding(process)))


@functools.lru_cache(maxsize=256)
def kept_tasks(process: Process) -> frozenset[str]:
    """The kinds of task of which a case has to remember which were done."""
    timers = [timer for state in process.states.values() for timer in state.timers.values()]
    asked = [one for timer in timers for one in (timer.when, timer.unless) if one]
    asked += [one.when for timer in timers for one in (*timer.raises, *timer.refused_raises) if one.when]
    found = frozenset[str]().union(*(one.tasks for one in (*_deciding(process), *asked)))
    return found | {kind.name for kind in process.tasks.values() if kind.per}


@functools.lru_cache(maxsize=256)
def moves_by_tasks(process: Process) -> bool:
    """Whether a way that is taken by itself, or a rule, hangs on which tasks are open or done."""
    ways = (way.when for state in process.states.values() for way in state.automatic)
    return any(one is not None and one.tasks for one in (*ways, *(rule.check for rule in process.rules)))


@functools.lru_cache(maxsize=256)
def moving_fields(process: Process) -> frozenset[str]:
    """The fields that are asked for or set where a case may move to another kind of place: also when a day comes from
    which on they have another value, it does.
    """
    events = [event for _, event in process.every_event()]
    asked = {name for event in events if any(way.move_place for way in event.ways) for name in event.form}
    return frozenset(asked | {name for way in process.every_way() if way.move_place for name, _ in way.assign})


def _deciding(process: Process) -> Iterator[Expression]:
    """The expressions that decide whether an event may happen and where it leads; those of timers do not."""
    states, events = process.states.values(), [event for _, event in process.every_event()]
    ways = list(process.every_way())
    needs = [need for one in events for need in one.needs] + [need for way in ways for need in way.needs]
    found = [rule.check for rule in process.rules] + [value for _, value in process.every_set()]
    found += [state.hold.place for state in states if state.hold]
    guards = [
        *(need.check for need in needs),
        *(one.not_by for one in events),
        *(way.when for way in ways),
        *(one.when for one in process.fields.values()),
        *(one.when for way in ways for one in way.raises),
        *(one.when for state in states for one in state.raises),
    ]
    yield from (one for one in (*found, *guards) if one is not None)

"""Flow: which state can follow which, as a graph over the states where a case can rest. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from engine.process.definition import Process, Way

Graph = dict[str, set[str]]


def graph(process: Process) -> Graph:
    """Every step from rest to rest that some event, timer or automatic transition can make."""
    found: Graph = {}
    for leaf in process.leaves():
        ways = [way for event in process.events_in(leaf.name).values() for way in event.ways]
        ways += [way for around in process.around(leaf.name) for way in around.automatic]
        found[leaf.name] = {to for way in ways for to in targets(process, leaf.name, way)}
    return found


def targets(process: Process, source: str, way: Way) -> set[str]:
    """Where a way on can lead: its state, or where a case waits when no place is free."""
    if way.to is None:
        return set()
    leaf = process.leaf(way.to)
    inside = {state.name for state in process.around(source)}
    entered = [state for state in process.around(leaf) if state.name not in inside]
    waits = {process.leaf(s.hold.otherwise) for s in entered if s.hold and s.hold.otherwise}
    return {leaf} | waits


def automatic_graph(process: Process) -> Graph:
    """Only the steps that are taken without an event."""
    return {
        leaf.name: {
            to
            for around in process.around(leaf.name)
            for way in around.automatic
            for to in targets(process, leaf.name, way)
        }
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

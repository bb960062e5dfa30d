"""Flow: which state can follow which, as a graph over the states where a case can rest. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from engine.process.definition import Process
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

"""Circles: timers whose events lead back to them without any time going on. Pure.

A timer at a date falls due at once where the date has passed already, and so does one that is moved back behind the
moment at which it is set. If what it sends enters its state anew, and the date stays as it is, it falls due again at
the same instant; so do several that lead to each other.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.process import flow
from engine.process.definition import Process
from engine.process.paths import AUTOMATIC, Path, paths_of
from engine.process.timing import Timer

Firing = tuple[str, str, str]
"""A timer that fires while the case rests somewhere: the state at rest, the state of the timer, its name."""


def instant_circles(process: Process) -> set[tuple[str, str]]:
    """The timers, by their state and name, that can come back to themselves at one instant."""
    names = {_name(firing): firing for firing in _firings(process)}
    steps = {name: {_name(next_one) for next_one in _following(process, one)} for name, one in names.items()}
    return {names[name][1:] for name in flow.on_a_cycle(steps)}


def _name(firing: Firing) -> str:
    return " ".join(firing)


def _firings(process: Process) -> Iterator[Firing]:
    for leaf in process.leaves():
        for state in process.around(leaf.name):
            for timer in state.timers.values():
                if _is_instant(timer) and paths_of(process).on(leaf.name, timer.send):
                    yield leaf.name, state.name, timer.name


def _is_instant(timer: Timer) -> bool:
    """Whether it sends something and may be due the moment it is set.

    In holidays a due time that is moved back off them lies before the moment itself, however long it was to last.
    """
    at = timer.at_field or timer.at_day or timer.at
    return bool(timer.send and (at or (timer.after and timer.roll == "back")))


def _following(process: Process, firing: Firing) -> Iterator[Firing]:
    """The timers that may fall due at once when this one has fired."""
    leaf, state, name = firing
    for path in paths_of(process).on(leaf, process.states[state].timers[name].send):
        # A way that sets the date anew sets it ahead, as far as anybody can tell without running it.
        set_anew = {field for field, _ in path.way.assign}
        set_anew |= {field for one in path.entered for field, _ in process.states[one].assign}
        for entered, rests in _ends(process, path):
            for around in process.around(rests) if entered else ():
                for timer in around.timers.values():
                    if around.name in entered and _is_instant(timer) and timer.dated_by.isdisjoint(set_anew):
                        yield rests, around.name, timer.name


def _ends(process: Process, path: Path) -> set[tuple[frozenset[str], str]]:
    """Where a case may rest after this path and what follows by itself, with the states entered on the way there."""
    found: set[tuple[frozenset[str], str]] = set()
    waiting = [(frozenset(one.entered), end) for one in (path, *path.waits.values()) for end in one.ends]
    while waiting:
        entered, rests = waiting.pop()
        if (entered, rests) not in found:
            found.add((entered, rests))
            for step in paths_of(process).on(rests, AUTOMATIC):
                ends = (step, *step.waits.values())
                waiting.extend(
                    ((entered - set(one.left)) | frozenset(one.entered), end) for one in ends for end in one.ends
                )
    return found

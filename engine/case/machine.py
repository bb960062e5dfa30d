"""Machine: one hierarchical state machine per process version, shared by all its cases. Pure.

`transitions` decides which way an event takes (inner states before outer, alternatives in the order
written) and which states it leaves and enters. A case is only a `Walk`, a light model that is carried
through one trigger; the machine itself holds nothing of any case. The machine notes its scope while it
works, so one lock per machine keeps threads apart.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from transitions.extensions.nesting import HierarchicalMachine, NestedState, NestedTransition

from engine.process.definition import ANYWHERE, Process, State, Way
from engine.process.expressions import View

AUTOMATIC = "automatic "


@dataclass
class Walk:
    """One attempt of one case to take one event: what was chosen, left and entered."""

    process: Process
    state: str
    view: View
    scope: str | None = None
    way: Way | None = None
    left: list[str] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    takes: dict[str, str] = field(default_factory=dict)
    waits: dict[str, str] = field(default_factory=dict)
    full: str = ""
    unknown: frozenset[str] = frozenset()

    def may_take(self, way: Way, waits_for: State | None) -> bool:
        """Whether this way is open; `waits_for` is set on the way to the waiting state."""
        if self.process.language.truth(way.when, self.view) is not True:
            return False
        if way.to is None:
            self.way = way
            return True
        return self._may_enter(way, waits_for)

    def _may_enter(self, way: Way, waits_for: State | None) -> bool:
        """Whether the places are free that the states on this way hold."""
        takes: dict[str, str] = {}
        for state in holding(self.process, self.state, way):
            assert state.hold is not None
            place = self.process.language.value(state.hold.place, self.view)
            if place not in self.process.places:
                self.unknown = state.hold.place.names
                return False
            if self.view.free.get(place, 0) < 1:
                return self._may_wait(way, state, place, waits_for)
            takes[state.name] = place
        if waits_for is None:
            self.way, self.takes = way, takes
        return waits_for is None

    def _may_wait(self, way: Way, state: State, place: str, waits_for: State | None) -> bool:
        if waits_for is not state or self._waits_already(state):
            self.full = place
            return False
        self.way, self.waits = way, {"place": place, "for": state.name}
        return True

    def _waits_already(self, state: State) -> bool:
        """Whether the case stands where it would wait: going there again would cost it its turn."""
        assert state.hold is not None
        assert state.hold.otherwise is not None
        return self.state == self.process.leaf(state.hold.otherwise)


class _State(NestedState):
    """A state that tells the walk when it is left and entered."""

    separator = "."

    def enter(self, event_data: Any) -> None:
        event_data.model.entered.append(self.name)

    def exit(self, event_data: Any) -> None:
        event_data.model.left.append(self.name)


class _Transition(NestedTransition):
    """A transition that remembers, per state it was taken from, which states it leaves and enters."""

    def _change_state(self, event_data: Any) -> None:
        walk: Walk = event_data.model
        known: dict[str, tuple[list[str], list[str], str]] = self.__dict__.setdefault("known", {})
        source = walk.state
        if source not in known:
            super()._change_state(event_data)
            known[source] = (list(walk.left), list(walk.entered), walk.state)
        else:
            left, entered, walk.state = known[source]
            walk.left, walk.entered = list(left), list(entered)


class _Machine(HierarchicalMachine):
    state_cls = _State
    transition_cls = _Transition


class Machine:
    """The state machine of one process version."""

    def __init__(self, process: Process) -> None:
        self._lock = threading.Lock()
        self._process = process
        tops = [state for state in process.states.values() if not state.parent]
        self._machine = _Machine(
            model=None,
            states=[_nested(process, state) for state in tops],
            initial=process.leaf(process.initial[0]),
            auto_transitions=False,
            send_event=True,
            name=process.name,
        )
        for scope, event in process.every_event():
            for source in [scope] if scope != ANYWHERE else [top.name for top in tops if not top.final]:
                self._add(event.name, source, event.ways, scope)
        for state in process.states.values():
            self._add(AUTOMATIC, state.name, state.automatic, None)

    def _add(self, trigger: str, source: str, ways: Iterable[Way], scope: str | None) -> None:
        for way in ways:
            self._machine.add_transition(trigger, source, way.to, conditions=_condition(way, None, scope))
            for state in holding(self._process, "", way) if way.to else ():
                if state.hold and state.hold.otherwise:
                    target = self._process.leaf(state.hold.otherwise)
                    self._machine.add_transition(trigger, source, target, conditions=_condition(way, state, scope))

    def walk(self, state: str, event: str, view: View) -> Walk:
        """Try the event in `state`. `walk.way` is None where no way was open."""
        scope = None if event == AUTOMATIC else self._process.scope(state, event)
        walk = Walk(self._process, state, view, scope)
        with self._lock:
            self._machine.trigger_event(walk, event)
        return walk


def _condition(way: Way, waits_for: State | None, scope: str | None) -> Any:
    """An event that an inner state writes anew replaces that of the states around it altogether."""

    def condition(event_data: Any) -> bool:
        walk: Walk = event_data.model
        return walk.scope == scope and walk.may_take(way, waits_for)

    return condition


def _nested(process: Process, state: State) -> dict[str, Any]:
    definition: dict[str, Any] = {"name": state.name.rpartition(".")[2], "ignore_invalid_triggers": True}
    if state.children:
        definition["initial"] = state.initial.rpartition(".")[2]
        definition["children"] = [_nested(process, process.states[child]) for child in state.children]
    return definition


def holding(process: Process, source: str, way: Way) -> list[State]:
    """The states with places that this way newly enters, coming from `source`."""
    if way.to is None:
        return []
    inside = {state.name for state in process.around(source)} if source else set()
    entered = process.around(process.leaf(way.to))
    return [state for state in reversed(entered) if state.hold and state.name not in inside]


@functools.lru_cache(maxsize=256)
def machine_of(process: Process) -> Machine:
    """The one machine of this process version."""
    return Machine(process)

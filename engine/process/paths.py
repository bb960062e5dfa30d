"""Paths: what every way on leaves and enters, and which places it gives back and takes. Pure.

`transitions` knows how nested states are left and entered, which event counts where states inherit it, and in which
order alternatives are tried. It is asked once: the machine of a process is driven along every way from every state
where a case can rest, and what it does is written into a table. Of states that lie side by side and are alike to an
event it is driven from one. Whoever wants to know where a way leads (a decision, a check, a drawing) reads that table;
nobody works it out anew.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from transitions.extensions.nesting import HierarchicalMachine, NestedState

from engine.process.definition import ANYWHERE, Process, State, Way

OUTSIDE = "*"  # where a case is before it begins: no state of a process can be called so
AUTOMATIC = ""  # what follows by itself: no event can be called so
_EVENT, _BEGIN = "event ", "begin "  # what stands before a name, so that no trigger is taken for another


@dataclass(frozen=True)
class Path:
    """A way taken from one state at rest. `to` is where the case rests then; empty where it stays.

    `left` is in the order in which states are left, innermost first; `entered` outermost first. `gives` are the
    states left that hold a place, `takes` those entered; `moves` are those that it stays in, or that rest and go on
    doing so, and whose place may become another one. `waits` maps a state whose place may be lacking to the path
    that leads to where the case waits for it instead. `scope` is the state that the way is written in.

    `pauses` is the state that rests from now on: neither it nor what is inside is left. `keeps` is one that rests
    already and goes on resting. `back` is one that rests no more: the case rests where it was there, one of `returns`.
    """

    way: Way
    scope: str
    to: str = ""
    left: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    gives: tuple[State, ...] = ()
    takes: tuple[State, ...] = ()
    moves: tuple[State, ...] = ()
    waits: Mapping[str, Path] = field(default_factory=dict)
    pauses: str = ""
    keeps: str = ""
    back: str = ""
    returns: frozenset[str] = frozenset()

    @property
    def ends(self) -> set[str]:
        """Where the way itself leads: to one state at rest, or back to one of several; nowhere where the case stays."""
        return set(self.returns or {self.to}) - {""}

    @property
    def targets(self) -> set[str]:
        """Where a case can come to rest: where the way leads, or where it waits for a place."""
        return self.ends | {path.to for path in self.waits.values()}


class Paths:
    """The table of one process version. An event is told by its name, what follows by itself by AUTOMATIC."""

    def __init__(self, process: Process) -> None:
        chart = _Chart(process)
        self._process = process
        self._begin = {state: chart.paths(OUTSIDE, _BEGIN + state)[0] for state in process.initial}
        self._table: dict[tuple[str, str], tuple[Path, ...]] = {}
        self._written: dict[tuple[str, str], list[Path]] = {}
        for leaf in process.leaves():
            for name in process.events_in(leaf.name):
                self._put(leaf.name, name, chart.paths(leaf.name, _EVENT + name, process.scope(leaf.name, name)))
            if any(state.automatic for state in process.around(leaf.name)):
                self._put(leaf.name, AUTOMATIC, chart.paths(leaf.name, _EVENT + AUTOMATIC))
        self._note_returns()
        for (_, event), paths in self._table.items():
            for path in paths:
                self._written.setdefault((path.scope, event), []).append(path)

    def _put(self, state: str, event: str, paths: tuple[Path, ...]) -> None:
        self._table[state, event] = paths

    def _note_returns(self) -> None:
        """A way back can lead to each state at rest from which some way goes into the pause."""
        gone: defaultdict[str, set[str]] = defaultdict(set)
        for (state, _), paths in self._table.items():
            for one in (one for path in paths for one in (path, *path.waits.values()) if one.pauses):
                gone[one.pauses].add(state)
        for key, paths in self._table.items():
            if any(path.back for path in paths):
                self._table[key] = tuple(replace(path, returns=frozenset(gone[path.back])) for path in paths)

    def begin(self, state: str) -> Path:
        """How a case comes into the state where it begins."""
        return self._begin[state]

    def on(self, state: str, event: str) -> tuple[Path, ...]:
        """The ways on that an event has in a state at rest, in the order in which they are tried.

        Inner states come before outer ones. Nothing where the event does not stand there.
        """
        return self._table.get((state, event), ())

    def ahead(self, state: str, event: str, paused: Mapping[str, str]) -> tuple[Path, ...]:
        """The same for a case of which it is known which states rest, and in which of their states it was.

        Whoever leaves a state that pauses another one leaves that one too, unless the way leads back to it.
        """
        paths = self.on(state, event)
        if not paused:
            return tuple(path for path in paths if not path.back)
        return tuple(self._known(path, paused) for path in paths if not path.back or path.back in paused)

    def _known(self, path: Path, paused: Mapping[str, str]) -> Path:
        left = tuple(self._left(path.left, {path.back, path.keeps}, paused))
        return replace(
            path,
            to=paused[path.back] if path.back else path.to,
            left=left,
            gives=_holding(self._process, left),
            waits={name: self._known(one, paused) for name, one in path.waits.items()},
        )

    def _left(self, names: Iterable[str], stay: Container[str], paused: Mapping[str, str]) -> Iterator[str]:
        for name in names:
            yield name
            rests = self._process.states[name].pauses
            if rests in paused and rests not in stay:
                inside = (one.name for one in self._process.around(paused[rests]) if is_inside(one.name, rests))
                yield from self._left(inside, stay, paused)

    def written_in(self, scope: str, event: str) -> list[Path]:
        """The same ways by where they are written, from every state at rest where they hold."""
        return self._written.get((scope, event), [])


# Building a table drives the machine along every way and takes long for a big process; versions are few.
@functools.lru_cache(maxsize=256)
def paths_of(process: Process) -> Paths:
    """The one table of this process version."""
    return Paths(process)


@dataclass(frozen=True)
class _Step:
    """A transition of the machine: a way on, or the one to where a case waits for the place of `waits_for`."""

    way: Way
    scope: str
    waits_for: State | None = None


@dataclass
class _Probe:
    """A model that is sent one step, and writes down what it meets. `wanted` None: no step is taken."""

    state: str
    scope: str | None = None
    wanted: _Step | None = None
    met: list[_Step] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)


# What the machine did on a step: the step, where it rests then, and the states it left and entered.
_Run = tuple[_Step, str, tuple[str, ...], tuple[str, ...]]
# What states that are alike to a trigger share: the state around them, the trigger, where it is written.
_Kind = tuple[str, str, str | None]


class _State(NestedState):
    separator = "."


class _Machine(HierarchicalMachine):
    state_cls = _State


class _Chart:
    """The state machine of a process. It holds no case: probes are sent through it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        # By trigger: the states that have one of their own, and those that it names.
        self._sources: defaultdict[str, set[str]] = defaultdict(set)
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        self._everywhere: set[tuple[str, str]] = set()
        self._driven: dict[_Kind, tuple[str, list[_Run]]] = {}
        tops = [state for state in process.states.values() if not state.parent]
        self._machine = _Machine(
            model=None,
            states=[OUTSIDE, *(_nested(process, state) for state in tops)],
            initial=OUTSIDE,
            # Otherwise the library adds a trigger to every state, and each could be fired from anywhere.
            auto_transitions=False,
            send_event=True,
        )
        for name in process.initial:
            self._add(_BEGIN + name, OUTSIDE, [Way(name, assign=process.opening.assign)], OUTSIDE)
        for scope, event in process.every_event():
            # What is written for all states stands in each of them: it is added where the machine is driven from.
            if scope == ANYWHERE:
                self._note_named(_EVENT + event.name, event.ways)
            else:
                self._add(_EVENT + event.name, scope, event.ways, scope)
        for state in process.states.values():
            self._add(_EVENT + AUTOMATIC, state.name, state.automatic, state.name)

    def _add(self, trigger: str, source: str, ways: Iterable[Way], scope: str) -> None:
        self._note_named(trigger, ways)
        for way in ways:
            self._sources[trigger].add(source)
            for waits_for, target in self._targets(way):
                takes = functools.partial(_takes, _Step(way, scope, waits_for))
                self._machine.add_transition(trigger, source, target, conditions=takes)

    def _targets(self, way: Way) -> Iterator[tuple[State | None, str | None]]:
        """Where a way leads, and where a case waits for each place that may be lacking there."""
        yield None, way.to
        if way.back:  # its places are kept for it
            return
        # Outermost first, as states are entered: the first place that is lacking is the one that is waited for.
        for state in reversed(self._process.around(self._process.leaf(way.to))) if way.to else ():
            if state.hold and state.hold.otherwise:
                yield state, self._process.leaf(state.hold.otherwise)

    def _note_named(self, trigger: str, ways: Iterable[Way]) -> None:
        ends = (target for way in ways for _, target in self._targets(way) if target)
        self._named[trigger].update(self._process.leaf(one) for one in ends)

    def paths(self, source: str, trigger: str, scope: str | None = None) -> tuple[Path, ...]:
        """What the machine does on a trigger, in the order in which it tries; only what is written in `scope`."""
        found = [(run[0], self._path(source, *run)) for run in self._runs(source, trigger, scope)]
        waits = {(id(step.way), step.waits_for.name): path for step, path in found if step.waits_for}
        return tuple(
            _with_waits(path, {state: to for (way, state), to in waits.items() if way == id(path.way)})
            for step, path in found
            if step.waits_for is None
        )

    def _runs(self, source: str, trigger: str, scope: str | None) -> list[_Run]:
        kind = self._kind(source, trigger, scope)
        if kind is None:
            return self._drive(source, trigger, scope)
        if kind not in self._driven:
            self._driven[kind] = source, self._drive(source, trigger, scope)
        driven, runs = self._driven[kind]
        if driven == source:
            return runs
        # From any other of this kind it does the same: only the state itself, which is left, is another one.
        return [
            (step, to, tuple(source if one == driven else one for one in left), entered)
            for step, to, left, entered in runs
        ]

    def _kind(self, source: str, trigger: str, scope: str | None) -> _Kind | None:
        """What a state shares with others beside it, from which a trigger does the same; None where it stands alone.

        To a trigger that is written around them, and names none of them, states side by side differ by name only.
        """
        if source == OUTSIDE or source in self._sources[trigger] or source in self._named[trigger]:
            return None
        return self._process.states[source].parent, trigger, scope

    def _drive(self, source: str, trigger: str, scope: str | None) -> list[_Run]:
        top = source.partition(".")[0]
        if scope == ANYWHERE and (top, trigger) not in self._everywhere:
            self._everywhere.add((top, trigger))
            self._add(trigger, top, self._process.events[trigger.removeprefix(_EVENT)].ways, ANYWHERE)
        asked = self._send(_Probe(source, scope), trigger)
        probes = [(step, self._send(_Probe(source, scope, step), trigger)) for step in asked.met]
        return [
            (step, probe.state if probe.entered else "", tuple(probe.left), tuple(probe.entered))
            for step, probe in probes
        ]

    def _send(self, probe: _Probe, trigger: str) -> _Probe:
        self._machine.trigger_event(probe, trigger)
        return probe

    def _path(self, source: str, step: _Step, to: str, left: tuple[str, ...], entered: tuple[str, ...]) -> Path:
        process, back = self._process, (step.way.to or "") if step.way.back and step.waits_for is None else ""
        rests, before = _rests(process, left, entered)
        entered = () if back else entered
        left = tuple(name for name in left if not (rests and is_inside(name, rests)))
        return Path(
            way=step.way,
            scope=step.scope,
            to=to,
            left=left,
            entered=entered,
            gives=_holding(process, left),
            takes=_holding(process, entered),
            moves=tuple(_moving(process, source, left, {back, before})) if step.way.move_place else (),
            pauses=rests,
            keeps=before,
            back=back,
        )


def is_inside(state: str, around: str) -> bool:
    """Whether a state is another one or lies inside it, both by their full names."""
    return state == around or state.startswith(f"{around}.")


def _holding(process: Process, names: Iterable[str]) -> tuple[State, ...]:
    return tuple(process.states[name] for name in names if process.states[name].hold)


def _moving(process: Process, source: str, left: Collection[str], kept: Collection[str]) -> Iterator[State]:
    """The states whose place a way can change that leads from `source`: those around it, outermost first, and all that
    may rest while a case is there; `kept` are those whose pause ends, or goes on elsewhere.
    """
    around = list(reversed(process.around(source))) if source != OUTSIDE else []
    rests = [one.pauses for one in around if one.pauses and (one.name not in left or one.pauses in kept)]
    for name in rests:  # grows by what rests with it
        inside = (one.pauses for one in process.states.values() if one.pauses and is_inside(one.name, name))
        rests += [pauses for pauses in inside if pauses not in rests]
    resting = (one for one in process.states.values() if any(is_inside(one.name, name) for name in rests))
    holding = (one for one in (*around, *resting) if one.hold and one.hold.is_chosen)
    return (one for one in holding if one.name not in left)


def _rests(process: Process, left: Collection[str], entered: Collection[str]) -> tuple[str, str]:
    """The state that begins to rest on a way, and the one that goes on resting; empty where there is none.

    Where what is around both is left too, nothing of it rests.
    """
    for state in (process.states[name] for name in entered):
        if state.pauses and state.parent not in left:
            if state.pauses in left:
                return state.pauses, ""
            if any(process.states[name].pauses == state.pauses for name in left):
                return "", state.pauses
    return "", ""


def _takes(step: _Step, event_data: Any) -> bool:
    """A condition of the machine. An event that an inner state writes anew replaces that of the states around it."""
    probe: _Probe = event_data.model
    if probe.scope is not None and probe.scope != step.scope:
        return False
    probe.met.append(step)
    # False for all but the one that is wanted: so the library itself tells in which order it tries them.
    return probe.wanted is step


def _with_waits(path: Path, waits: Mapping[str, Path]) -> Path:
    """The path with the ways to wait that can come to pass.

    A place is never lacking that the case gives back itself on this way: where both are named outright, that is known.
    """
    if not path.takes:
        return path
    given = Counter(state.hold.place.text for state in path.gives if state.hold and not state.hold.is_chosen)
    able: dict[str, Path] = {}
    for state in path.takes:
        assert state.hold is not None
        if not state.hold.is_chosen and given[state.hold.place.text] > 0:
            given[state.hold.place.text] -= 1
        elif state.name in waits:
            able[state.name] = waits[state.name]
    return replace(path, waits=able)


def _nested(process: Process, state: State) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "name": state.name.rpartition(".")[2],
        "on_enter": functools.partial(_note_entered, state.name),
        "on_exit": functools.partial(_note_left, state.name),
    }
    if state.children:
        definition["initial"] = state.initial.rpartition(".")[2]
        definition["children"] = [_nested(process, process.states[child]) for child in state.children]
    return definition


def _note_entered(name: str, event_data: Any) -> None:
    event_data.model.entered.append(name)


def _note_left(name: str, event_data: Any) -> None:
    event_data.model.left.append(name)

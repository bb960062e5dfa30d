"""Draft: the steps decided so far for one case, each applied before the next is decided. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.case import schedule
from engine.case.command import Facts
from engine.case.entry import Entry
from engine.case.instants import from_text, to_text
from engine.case.machine import Walk
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, apply
from engine.process.definition import Process
from engine.process.expressions import View


@dataclass
class Draft:
    """Builds entries; `current` is the case after the last one."""

    process: Process
    current: Snapshot | None
    facts: Facts
    entries: list[Entry] = field(default_factory=list)
    freed: dict[str, int] = field(default_factory=dict)

    @property
    def snapshot(self) -> Snapshot:
        """The case as it is after the steps so far."""
        assert self.current is not None
        return self.current

    def view(self, at: str, changes: dict[str, Any] | None = None) -> View:
        """What expressions see at `at`, with a form's `changes` laid over the data."""
        now = self.current
        data = {**(now.data if now else {}), **(changes or {})}
        free = {name: self.facts.free.get(name, 0) + self.freed.get(name, 0) for name in self.process.places}
        return View(data, now.state if now else "", now.documents if now else (), free, from_text(at))

    def add(self, kind: str, at: str, by: str, **effects: Any) -> None:
        """Write one step and apply it."""
        entry = Entry(
            seq=(self.current.seq if self.current else 0) + 1,
            kind=kind,
            at=at,
            recorded=to_text(self.facts.now),
            by=by,
            version=self.process.version,
            **effects,
        )
        self._count_places(entry)
        self.entries.append(entry)
        self.current = apply(self.current, entry)

    def _count_places(self, entry: Entry) -> None:
        for scope in entry.freed:
            place = self.snapshot.held[scope]
            self.freed[place] = self.freed.get(place, 0) + 1
        for place in entry.held.values():
            self.freed[place] = self.freed.get(place, 0) - 1

    def broken_rule(self, at: str) -> Refusal | None:
        """The first rule of the process that the case would break as it is now."""
        view = self.view(at)
        for rule in self.process.rules:
            if self.process.language.truth(rule.check, view) is rule.broken_when:
                return Refusal(Code.RULE, rule.say, tuple(sorted(rule.check.documents - set(view.documents))))
        return None


def effects_of(draft: Draft, walk: Walk, at: str, event: str, data: dict[str, Any]) -> dict[str, Any]:
    """Everything that changes when the case goes the way that `walk` chose."""
    process, case = draft.process, draft.snapshot
    assert walk.way is not None
    changes = data | _assigned(draft, walk, at, data)
    after = {**case.data, **changes}
    closed = _closed(process, case, set(walk.left), event)
    leaf = walk.entered[-1] if walk.entered else case.state
    raises = dict.fromkeys(walk.way.raises, leaf)
    raises |= {name: state for state in walk.entered for name in process.states[state].raises}
    tasks = new_tasks(process, case, raises, closed, at)
    stopped = [key for key in case.timers if key.partition("/")[0] in walk.left]
    stopped += [key for name in closed if (key := schedule.escalation_key(name)) in case.timers]
    redated, undated = _redated(draft, walk, changes, after, at)
    timers = schedule.started(process, walk.entered, at, after)
    return {
        "event": event,
        "source": case.state,
        "to": leaf if walk.entered else "",
        "entered": tuple(walk.entered),
        "left": tuple(walk.left),
        "data": changes,
        "closed": closed,
        "tasks": tasks,
        "stopped": tuple(sorted({*stopped, *undated})),
        "timers": timers | redated | schedule.escalations(process, tasks),
        "held": walk.takes,
        "freed": tuple(scope for scope in case.held if scope in walk.left),
        "waiting": {**walk.waits, "since": at, "state": leaf} if walk.waits else _other_queue(draft, walk, changes, at),
        "outcome": process.states[leaf].outcome if process.states[leaf].final else "",
    }


def _assigned(draft: Draft, walk: Walk, at: str, data: dict[str, Any]) -> dict[str, Any]:
    """What the way's `set:` gives, as stored values."""
    from engine.case.form import stored

    assert walk.way is not None
    if not walk.way.assign:
        return {}
    view = draft.view(at, data)
    process = draft.process
    return {
        name: stored(process.fields[name], process.language.value(expression, view), process.zone)
        for name, expression in walk.way.assign
    }


def _other_queue(draft: Draft, walk: Walk, changes: dict[str, Any], at: str) -> dict[str, str]:
    """A waiting case whose data now ask for another place: it keeps its turn, in that place's queue."""
    process, wait = draft.process, dict(draft.snapshot.waiting)
    hold = process.states[wait["for"]].hold if wait and not walk.left else None
    if hold is None or not hold.place.names & set(changes):
        return {}
    place = process.language.value(hold.place, draft.view(at, changes))
    return {**wait, "place": place} if place in process.places and place != wait["place"] else {}


def _closed(process: Process, case: Snapshot, left: set[str], event: str) -> dict[str, str]:
    """Tasks that this step ends: done by the event, or belonging to a state that is left."""
    found = {}
    for name, task in case.tasks.items():
        if event and name in process.tasks and event in process.tasks[name].done_by:
            found[name] = "done"
        elif task["scope"] in left:
            found[name] = "cancelled"
    return found


def new_tasks(
    process: Process, case: Snapshot, raises: dict[str, str], closed: dict[str, str], at: str
) -> dict[str, dict[str, Any]]:
    """Tasks to raise, each for its state. One that is open already stays as it is."""
    tasks: dict[str, dict[str, Any]] = {}
    for name, scope in raises.items():
        if name not in case.tasks or name in closed:
            tasks |= schedule.raised(process, [name], scope, at)
    return tasks


def _redated(
    draft: Draft, walk: Walk, changes: dict[str, Any], after: dict[str, Any], at: str
) -> tuple[dict[str, list[str]], list[str]]:
    """Timers at a date field that this step fills, changes or empties: set anew, and stopped."""
    process, case = draft.process, draft.snapshot
    redated: dict[str, list[str]] = {}
    undated: list[str] = []
    for state in case.entered if changes else ():
        for timer in process.states[state].timers.values():
            if state in walk.left or timer.at_field not in changes:
                continue
            key = schedule.timer_key(state, timer.name)
            if changes[timer.at_field] != case.data.get(timer.at_field):
                times = schedule.first_due(process, timer, at, after)
                redated |= {key: times} if times else {}
                undated += [key] if key in case.timers and not times else []
    return redated, undated

"""Coverage: which parts of a process its scenarios have touched, and which not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.authoring.scenarios import Result
from engine.case.entry import Entry
from engine.case.links import is_own
from engine.case.time.schedule import ESCALATION, escalation_key, timer_key
from engine.process.definition import ANYWHERE, Process
from engine.process.paths import AUTOMATIC, Path, paths_of
from engine.process.tasks import kind_of
from engine.process.timing import TaskKind

TAKEN_BACK = "(taken back)"
ENDED = "(ended)"
KINDS = ("states", "transitions", "timers", "tasks", "links", "requirements")


@dataclass
class Coverage:
    """For each kind of part: all there are, and those that were touched."""

    process: Process
    parts: dict[str, set[str]] = field(default_factory=dict)
    touched: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})

    def __post_init__(self) -> None:
        self.parts = parts_of(self.process)

    def add(self, result: Result) -> None:
        """Count what one scenario did."""
        self.touched["requirements"].update(result.covers)
        after = ""
        # One that asks for what cannot be was not run.
        while result.engine is not None:
            page = result.engine.cases(limit=1000, after=after)
            for case in (one for one in page.items if one.process == self.process.name):
                self.add_history(result.engine.history(case.id))
            after = page.next
            if not after:
                return

    def add_history(self, entries: Iterable[Entry]) -> None:
        """Count what one case did."""
        for entry in entries:
            self.touched["states"].update(entry.entered)
            self.touched["tasks"].update(map(kind_of, entry.tasks))
            # A note says why it did not do what it is for: skipped, stopped, or refused.
            if entry.kind == "timer" and not entry.note:
                self.touched["timers"].update(self._timers(entry))
            if entry.kind == "opened":
                self.touched["transitions"].add(f"open: {entry.to}")
            if entry.kind in {"linked", "heard"}:
                self.touched["links"].update(self._links(entry))
            if entry.kind in {"event", "automatic", "undo"}:
                self.touched["transitions"].update(self._transition(entry))

    def _timers(self, entry: Entry) -> Iterator[str]:
        """The timer that came; of a task that goes on in levels the one to which it has come by that."""
        if not entry.event.startswith(ESCALATION):
            yield entry.event
            return
        kind = self.process.task(entry.event.removeprefix(ESCALATION))
        if kind:
            yield from (_level(kind, task.get("level", 1)) for task in entry.tasks.values())

    def _links(self, entry: Entry) -> Iterator[str]:
        """What this side says of them: that there is one, and that its awaited end has come."""
        for kept in entry.links.values():
            if is_own(self.process.name, kept):
                yield f"{kept['link']} {ENDED}" if kept.get("outcome") else kept["link"]
                yield kept["link"]

    def _transition(self, entry: Entry) -> list[str]:
        if entry.kind == "undo":
            scope = self.process.scope(entry.source, entry.event)
            return [_named(scope or ANYWHERE, entry.event, TAKEN_BACK)]
        if entry.kind == "event":
            scope = self.process.scope(entry.source, entry.event)
            return [_named(scope or ANYWHERE, entry.event, entry.to or "(stays)")]
        # The entry does not say in which of the states around it the way is written: each that has one counts.
        arounds = self.process.around(entry.source)
        return [_named(around.name, "automatic", entry.to) for around in arounds if around.automatic]

    def untouched(self, kind: str) -> list[str]:
        """The parts of this kind that no scenario touched."""
        return sorted(self.parts[kind] - self.touched[kind])

    @property
    def is_complete(self) -> bool:
        """Whether everything was touched."""
        return not any(self.untouched(kind) for kind in KINDS)


def parts_of(process: Process) -> dict[str, set[str]]:
    """Every state, transition, timer, task, link and requirement of a process, by name."""
    timers = {timer_key(state.name, name) for state in process.states.values() for name in state.timers}
    timers |= {_level(task, number) for task in process.tasks.values() for number, _ in enumerate(task.escalate, 1)}
    return {
        "states": set(process.states),
        "transitions": set(_transitions(process)),
        "timers": timers,
        "tasks": set(process.tasks),
        "links": set(process.links) | {f"{name} {ENDED}" for name in process.awaited},
        "requirements": set(process.covers),
    }


def _level(kind: TaskKind, number: int) -> str:
    """A level of a task as it stands among the parts, where there are several of them; that of one of several tasks of
    a kind is that of its kind.
    """
    return escalation_key(kind.name) + (f" (level {number})" if len(kind.escalate) > 1 else "")


def _transitions(process: Process) -> Iterable[str]:
    """Opening in each first state, every way of every event, that it is taken back, and every automatic transition."""
    yield from (f"open: {process.leaf(state)}" for state in process.initial)
    paths = paths_of(process)
    offers = {state.hold.offer for state in process.states.values() if state.hold}
    for scope, event in process.every_event():
        for path in paths.written_in(scope, event.name):
            for target in _ends(path, offered=event.name in offers):
                yield _named(scope, event.name, target)
        if event.undo:
            yield _named(scope, event.name, TAKEN_BACK)
    for state in process.states.values():
        for path in paths.written_in(state.name, AUTOMATIC):
            for target in path.targets:
                yield _named(state.name, "automatic", target)


def _ends(path: Path, *, offered: bool) -> set[str]:
    """Where a way leads. One that takes an offered place never leads back to the queue."""
    if not path.to:
        return {"(stays)"}
    return path.ends if offered else path.targets


def _named(scope: str, event: str, target: str) -> str:
    return f"{scope or 'anywhere'}: {event} -> {target}"

"""Effects: everything that one step of a case changes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from engine.case.answers.days import by_days
from engine.case.snapshot import Snapshot
from engine.case.step.draft import Draft
from engine.case.step.rests import Rests
from engine.case.step.walk import Walk, place_asked
from engine.case.time import schedule
from engine.case.time.days import COMING, coming
from engine.case.time.instants import from_text
from engine.process.definition import Process
from engine.process.language.expressions import View
from engine.process.paths import Path, is_inside
from engine.process.rows import after, concerned
from engine.process.tasks import done_with, names_of, value_of
from engine.process.timing import Raising


def effects_of(draft: Draft, walk: Walk, at: str, event: str, data: dict[str, Any]) -> dict[str, Any]:
    """Everything that changes when the case goes the way that `walk` chose."""
    process, case = draft.process, draft.snapshot
    path = walk.path
    assert path is not None
    changes = _changed(draft, data, walk.changes, at)
    merged = {**case.data, **changes}
    closed = _closed(case, path, done_with(process, event, case.tasks, data))
    leaf = path.to or case.state
    seen = draft.view(at, changes)
    raises = dict.fromkeys(wanted(process, path.way.raises, seen), leaf)
    # What a state raises belongs to that state, even if the way raises it too: it ends when the state is left.
    raises |= {name: one for one in path.entered for name in wanted(process, process.states[one].raises, seen)}
    moved = {name: task for name, task in schedule.redue(process, case, changes, at).items() if name not in closed}
    rests = Rests(process, case, path, closed, at, done_with(process, event, case.resting_tasks, data))
    back = rests.back({*case.tasks} - {*closed}, merged)
    tasks = moved | new_tasks(process, case, raises, closed, at, merged, path.left)
    tasks = {name: task for name, task in tasks.items() if name not in back.tasks}
    stopped = [key for key in case.timers if key.partition("/")[0] in path.left]
    stopped += [key for name in closed if (key := schedule.escalation_key(name)) in case.timers]
    days, no_days = coming(process, case, changes, at)
    # What was to come from a later day on does not change a case that has ended.
    if process.states[leaf].final:
        days, no_days = {}, [key for key in case.timers if key.startswith(COMING)]
    # After `stopped`: a date that is emptied stops its timer, one that is changed sets it anew under the same key.
    redated, undated = _redated(draft, path.left, changes, at)
    resting, redated, undated = rests.kept_up(redated, undated)
    timers = {key: times for key, times in back.timers.items() if key not in undated}
    timers |= schedule.started(process, path.entered, at, merged, case.opened)
    return {
        "event": event,
        "source": case.state,
        "to": path.to,
        "entered": path.entered,
        "left": path.left,
        "data": changes,
        "closed": closed,
        "done": draft.keeps_done(closed, rests.done),
        "tasks": back.tasks | tasks,
        "stopped": tuple(sorted({*stopped, *undated, *no_days, *rests.stopped})),
        "timers": timers | redated | days | schedule.escalations(process, tasks),
        "held": walk.takes,
        "freed": tuple(scope for scope in case.held if scope in path.left or scope in walk.takes),
        "waiting": _waiting(draft, walk, back.waiting, changes, at, leaf),
        "paused": resting,
        "resumed": path.back,
        "outcome": process.states[leaf].outcome if process.states[leaf].final else "",
    }


def _changed(draft: Draft, data: dict[str, Any], set_: dict[str, Any], at: str) -> dict[str, Any]:
    """What a form and its way change: what is set holds from the day of the step on, where the field is dated."""
    process, today = draft.process, draft.process.today(from_text(at)).isoformat()
    return data | by_days(process, {**draft.snapshot.data, **data}, set_, {}, today)


def effects_of_value(draft: Draft, at: str, changes: dict[str, Any], row: int = 0) -> dict[str, Any]:
    """The same where only values change, and the case stays where it is; in the row that came with an entry (`row`)."""
    known = draft.snapshot.data
    # As they will stand in that row: with their own names they would be a row that is about to be written.
    now = after(known, changes, 0, "", row) if row else changes
    resting, redated, undated = Rests(draft.process, draft.snapshot).kept_up(*_redated(draft, (), now, at))
    days, no_days = ({}, []) if draft.snapshot.ended else coming(draft.process, draft.snapshot, now, at)
    waiting = _turn(draft, None, now, at, draft.snapshot.state)
    moved = schedule.redue(draft.process, draft.snapshot, now, at)
    return {
        "data": changes,
        "tasks": moved,
        "timers": redated | days | schedule.escalations(draft.process, moved),
        "stopped": tuple(sorted({*undated, *no_days})),
        "waiting": waiting,
        "paused": resting,
    }


def _waiting(
    draft: Draft, walk: Walk, turn: dict[str, str], changes: dict[str, Any], at: str, leaf: str
) -> dict[str, str]:
    """For which place the case waits from now on, where this step changes that; `turn` is one that rested."""
    if walk.waits:
        return {**walk.waits, "since": at, "state": leaf}
    return _asked_now(draft, turn, changes, at, leaf) if turn else _turn(draft, walk.path, changes, at, leaf)


def _asked_now(draft: Draft, wait: dict[str, str], changes: dict[str, Any], at: str, leaf: str) -> dict[str, str]:
    """A turn in the queue for the place that the data of the case ask for now."""
    return {**wait, "place": place_asked(draft, wait["for"], leaf, draft.view(at, changes)) or wait["place"]}


def _turn(draft: Draft, path: Path | None, changes: dict[str, Any], at: str, leaf: str) -> dict[str, str]:
    """The turn of a case in the queue for a place, where this step changes it.

    A case that only moves about where it waits, or enters it again, keeps its turn as long as the place can be offered
    to it there; also where its data now ask for another place, in the queue for that one.
    """
    process, wait = draft.process, dict(draft.snapshot.waiting)
    hold = process.states[wait["for"]].hold if wait else None
    around = {state.name for state in process.around(leaf)}
    if hold is None or hold.otherwise not in around or wait["for"] in around or not process.event(leaf, hold.offer):
        return {}
    asked = bool(hold.place.names & concerned(changes))
    now = {**(_asked_now(draft, wait, changes, at, leaf) if asked else wait), "state": leaf}
    return now if now != wait or (path and wait["state"] in path.left) else {}


def _closed(case: Snapshot, path: Path, done: Collection[str]) -> dict[str, str]:
    """Tasks that this step ends: done by the event, or belonging to a state that is left, or begins to rest."""
    found = {}
    for name, task in case.tasks.items():
        if name in done:
            found[name] = "done"
        elif task["scope"] in path.left:
            found[name] = "cancelled"
        elif path.pauses and is_inside(task["scope"], path.pauses):
            found[name] = "paused"
    return found


def wanted(process: Process, raised: Iterable[Raising], view: View) -> list[str]:
    """The kinds of task that are raised in a case as `view` shows it."""
    # With `is`: what nobody knows (None) raises nothing.
    return [one.task for one in raised if process.language.truth(one.when, view) is True]


def new_tasks(
    process: Process,
    case: Snapshot,
    raises: dict[str, str],
    closed: dict[str, str],
    at: str,
    data: Any,
    left: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Tasks to raise, each for its state, in a case that knows `data` then. One that is open already stays as it is,
    and so does one for a value that was done since the case came into a state that this step does not leave.
    """
    tasks: dict[str, dict[str, Any]] = {}
    done = _done(case, closed, left)
    for kind, scope in raises.items():
        known = process.task(kind)
        assert known is not None
        names = [name for name in names_of(process, known, data) if name not in case.tasks or name in closed]
        tasks |= schedule.raised(process, (name for name in names if name not in done), scope, at, case, data)
    return tasks


def _done(case: Snapshot, closed: dict[str, str], left: Collection[str]) -> set[str]:
    """The tasks for values that are done, with those that a step does, as far as their states are not left by it."""
    scopes = {**case.done} | {name: case.tasks[name]["scope"] for name, how in closed.items() if how == "done"}
    return {name for name, scope in scopes.items() if value_of(name) and scope not in left}


def _redated(
    draft: Draft, left: Collection[str], changes: dict[str, Any], at: str
) -> tuple[dict[str, list[str]], list[str]]:
    """Timers at a date field that this step fills, changes or empties: set anew, and stopped."""
    process, case = draft.process, draft.snapshot
    merged = {**case.data, **changes}
    redated: dict[str, list[str]] = {}
    undated: list[str] = []
    running = {*case.timers, *(key for rest in case.paused.values() for key in rest["timers"])}
    for state in case.entered if changes else ():
        for timer in process.states[state].timers.values():
            if state in left or timer.dated_by.isdisjoint(concerned(changes)):
                continue
            key = schedule.timer_key(state, timer.name)
            # By what the fields come to: a date that was reached is not reached again because one of them moved.
            was, now = (schedule.date_of(process, timer, at, data, case.opened) for data in (case.data, merged))
            if was != now:
                times = schedule.first_due(process, timer, at, merged, case.opened)
                redated |= {key: times} if times else {}
                undated += [key] if key in running and not times else []
    return redated, undated

"""Pause: what is kept of a state that rests, and when what ran in it falls due once a case is back in it. Pure.

Time that goes by while a state rests does not count. What counts hours moves on by the very length of the pause, what
counts days and longer by its whole days on the wall clock; where school days are counted, those that were left are left
again from the day of the return. What is due at a date that stands in the case, or on days of the calendar, stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.calendars.duration import CLOCK_UNITS, Duration, at_local
from engine.case.snapshot import Snapshot
from engine.case.time import schedule
from engine.case.time.instants import from_text, to_text
from engine.process.definition import Process
from engine.process.paths import is_inside
from engine.process.timing import TaskKind, Timer

Rest = dict[str, Any]
_SCHOOL_DAY = "school day"


def belongs(case: Snapshot, key: str, state: str) -> bool:
    """Whether a running timer, or one that escalates a task, belongs to a state or to one inside."""
    name = key.removeprefix(schedule.ESCALATION)
    scope = case.tasks.get(name, {}).get("scope", "") if name != key else key.partition("/")[0]
    return is_inside(scope, state)


def begun(case: Snapshot, state: str, done: Mapping[str, str], at: str, wanted: str) -> Rest:
    """What is kept of a state that begins to rest at `at`, without the tasks that are `done` on the way.

    A turn in the queue is kept too, unless it was for the state `wanted` that the case comes to now.
    """
    tasks = {n: one for n, one in case.tasks.items() if is_inside(one["scope"], state) and done.get(n) != "done"}
    keys = (key for key in case.timers if belongs(case, key, state))
    timers = {key: case.timers[key] for key in keys if _task_of(key) in {None, *tasks}}
    rest: Rest = {"since": at, "at": case.state, "timers": timers, "tasks": tasks}
    return rest | ({"waiting": dict(case.waiting)} if case.waiting and case.waiting["for"] != wanted else {})


def _task_of(key: str) -> str | None:
    return key.removeprefix(schedule.ESCALATION) if key.startswith(schedule.ESCALATION) else None


def without_tasks(rest: Rest, names: Iterable[str]) -> Rest:
    """The same without tasks that were done meanwhile, or are open elsewhere, and without what escalates them."""
    gone = rest["tasks"].keys() & set(names)
    timers = {key: times for key, times in rest["timers"].items() if _task_of(key) not in gone}
    return rest | {"tasks": {n: one for n, one in rest["tasks"].items() if n not in gone}, "timers": timers}


def with_timers(rest: Rest, set_anew: Mapping[str, list[str]], stopped: Iterable[str]) -> Rest:
    """The same with timers whose date is another one now, and without those that have none any more."""
    kept = {key: times for key, times in rest["timers"].items() if key not in set(stopped)}
    return rest | {"timers": kept | dict(set_anew)}


def gone_on(process: Process, case: Snapshot, rest: Rest, at: str, data: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tasks and timers of a state that rests no more from `at` on, in a case that knows `data` then."""
    moves = _Move(process, rest["since"], at)
    tasks = {name: _task(moves, name, one, data, case.opened) for name, one in rest["tasks"].items()}
    timers = {}
    for key, times in rest["timers"].items():
        if name := _task_of(key):
            timers[key] = _escalation(moves, name, tasks[name], times)
        else:
            found = schedule.timer_of(process, key)
            timers[key] = _timer(moves, found[1], times, data, case.opened) if found else times
    return tasks, {key: [max(times[0], at), *times[1:]] for key, times in timers.items()}


class _Move:
    """Moves instants (text, UTC) on by the time from `since` to `at`."""

    def __init__(self, process: Process, since: str, at: str) -> None:
        self.process, self.since, self.at = process, since, at

    def moved(self, instant: str, length: Duration | None) -> str:
        """An instant that was found by counting a length; by whole days where none was counted."""
        units = {unit for _, unit in length.parts} if length else set[str]()
        if units and units <= set(CLOCK_UNITS):
            return to_text(from_text(instant) + (from_text(self.at) - from_text(self.since)))
        # What was late already stays so for as many days.
        return self._left(instant) if _SCHOOL_DAY in units and instant >= self.since else self._by_days(instant)

    def _by_days(self, instant: str) -> str:
        today = self.process.today
        local = from_text(instant).astimezone(self.process.zone)
        gone_by = today(from_text(self.at)) - today(from_text(self.since))
        return to_text(at_local(local.date() + gone_by, local.timetz().replace(tzinfo=None), self.process.zone))

    def _left(self, instant: str) -> str:
        """As many school days from the return as there were left."""
        calendar, today = self.process.calendar, self.process.today
        assert calendar is not None
        local = from_text(instant).astimezone(self.process.zone)
        left = calendar.school_days_between(today(from_text(self.since)), local.date())
        back = today(from_text(self.at))
        day = calendar.add_school_days(back, left) if left else calendar.rolled(back, "forward")
        return to_text(at_local(day, local.timetz().replace(tzinfo=None), self.process.zone))


def _task(moves: _Move, name: str, task: Mapping[str, Any], data: Any, opened: str) -> dict[str, Any]:
    kind = moves.process.task(name)
    if kind is not None and kind.due_by is not None:
        return _counted(moves, kind, task, data, opened)
    found = dict(task)
    length = kind.due if kind else None
    moved = {key: moves.moved(task[key], length) for key in ("due", "late") if key in task}
    if "due" in moved and length and length.needs_calendar:
        moved["resumed"] = moves.at
    if task.get("escalated") and not {"due", "late"} & task.keys():
        moved["late"] = moves.moved(task["raised"], None)
    return found | moved


def _counted(moves: _Move, kind: TaskKind, task: Mapping[str, Any], data: Any, opened: str) -> dict[str, Any]:
    """A task that is due by what stands in the case is so by what stands there now; one that was put off stays so."""
    if "due" in task and not task.get("counted"):
        return dict(task)
    rest = {key: value for key, value in task.items() if key not in {"due", "counted"}}
    return rest | schedule.due_by(moves.process, kind, moves.at, data, opened)


def _escalation(moves: _Move, name: str, task: Mapping[str, Any], times: list[str]) -> list[str]:
    level = schedule.next_level(moves.process.task(name), task)
    length = level.after if level else None
    if length and "due" in task:
        due = schedule.after(moves.process, task["due"], length)
    else:
        due = moves.moved(times[0], length)
    return [due, due]


def _timer(moves: _Move, timer: Timer, times: list[str], data: Any, opened: str) -> list[str]:
    process, at = moves.process, moves.at
    if timer.days:
        # What fell due while the state rested is not made up for.
        return times if times[0] >= at else schedule.first_due(process, timer, at, data, opened)
    if timer.every:
        return _repeated(moves, timer, timer.every, times)
    if timer.after:
        return schedule.rolled(process, timer, moves.moved(times[1], timer.after))
    return times


def _repeated(moves: _Move, timer: Timer, every: Duration, times: list[str]) -> list[str]:
    """The anchor moves on; where school days are counted, they are counted anew from the time that comes next."""
    count = int(times[2]) if len(times) > 2 else 0
    if _SCHOOL_DAY in {unit for _, unit in every.parts}:
        base = schedule.after(moves.process, times[1], every.times(count)) if count else times[1]
        return schedule.counted(moves.process, timer, moves.moved(base, every), 0)
    return schedule.counted(moves.process, timer, moves.moved(times[1], every), count)

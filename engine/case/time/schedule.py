"""Schedule: when timers and tasks of a case fall due. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from engine.calendars.calendar import ONE_DAY
from engine.calendars.duration import Duration, add, at_local, roll
from engine.case.snapshot import Snapshot
from engine.case.time.instants import from_text, to_text
from engine.case.time.lateness import just_before, lateness
from engine.process.definition import Process
from engine.process.language.expressions import View
from engine.process.language.times import aware
from engine.process.language.values import instant
from engine.process.rows import concerned
from engine.process.tasks import called, value_of
from engine.process.timing import Escalation, Limit, TaskKind, Timer
from engine.source.moment import day_written, is_told

ESCALATION = "task:"


def timer_key(state: str, timer: str) -> str:
    """The name of a timer in a case: `programme.placement/review_due`."""
    return f"{state}/{timer}"


def escalation_key(task: str) -> str:
    """The name of the timer that escalates a task."""
    return ESCALATION + task


def timer_of(process: Process, key: str) -> tuple[str, Timer] | None:
    """The state and timer that a key names; None where this version has no such timer."""
    state, _, name = key.partition("/")
    timer = process.states[state].timers.get(name) if state in process.states else None
    return (state, timer) if timer else None


def after(process: Process, start: str, duration: Duration) -> str:
    """The instant that lies `duration` after `start`."""
    return to_text(add(duration, from_text(start), process.zone, process.calendar))


def started(process: Process, states: Iterable[str], at: str, data: Any, opened: str = "") -> dict[str, list[str]]:
    """The timers that begin to run when these states are entered at `at` in a case that was begun at `opened`."""
    found = {}
    for state in states:
        for timer in process.states[state].timers.values():
            times = first_due(process, timer, at, data, opened)
            if times:
                found[timer_key(state, timer.name)] = times
    return found


def first_due(process: Process, timer: Timer, at: str, data: Any, opened: str = "") -> list[str]:
    """What is kept of a timer that begins to run at `at`; empty where its date is not known yet."""
    if timer.every:
        return _not_before(counted(process, timer, at, 1), at)
    if timer.days:
        return next(times for times in _on_days(process, timer, at) if times[0] > at)
    if timer.after:
        return _not_before(rolled(process, timer, after(process, at, timer.after)), at)
    if timer.at_day and process.calendar:
        today = process.today(from_text(at))
        moment = at_local(process.calendar.next_day(timer.at_day, today), time(), process.zone)
        return _not_before(rolled(process, timer, to_text(moment)), at)
    found = date_of(process, timer, at, data, opened)
    if found is None:
        return []
    if isinstance(found, date):
        return _not_before(_of_day(process, timer, found), at)
    return _not_before(rolled(process, timer, found), at)


def date_of(process: Process, timer: Timer, at: str, data: Any, opened: str = "") -> str | date | None:
    """The day or the instant (text) of a timer `at:` a field or what is worked out from some, as known at `at`.

    None where it is not known, or nobody can mean it.
    """
    if timer.at is None:
        value = data.get(timer.at_field)
        return None if value is None else to_text(instant(value, process.zone))
    return limit_of(process, timer.at, at, data, opened)


def limit_of(process: Process, limit: Limit, at: str, data: Any, opened: str = "") -> str | date | None:
    """The day or the instant (text) of a limit, as known at `at`; of a limit that is a whole day always the day."""
    view = View(data, "", (), {}, from_text(at), from_text(opened) if opened else None)
    found = process.language.value(limit.date, view)
    if isinstance(found, str):
        day = day_written(found)
        return day if is_told(day) else None
    if not isinstance(found, datetime) or not is_told(found):
        return None
    moment = aware(found)
    return process.today(moment) if limit.whole else to_text(moment)


def _of_day(process: Process, timer: Timer, day: date) -> list[str]:
    """When a day of a timer comes: it begins, or is over; moved off a day without school as a day."""
    assert timer.at is not None
    moved = process.calendar.rolled(day, timer.roll) if process.calendar else day
    return [reached(process, one, whole=timer.at.whole) for one in (moved, day)]


def reached(process: Process, day: date, *, whole: bool) -> str:
    """When a day is reached: where it begins, or, where the whole of it counts, where the day after begins."""
    return to_text(at_local(day + ONE_DAY if whole else day, time(), process.zone))


def next_due(process: Process, timer: Timer, times: list[str], now: datetime) -> list[str]:
    """What is kept of a repeated timer after the time that has come.

    Times that `now` (aware) has already passed are left out, unless each missed time is wanted. A row without a count
    is of a case that was begun by an earlier release: it goes on from where it stands.
    """
    # Two that are moved to the same day come once.
    past = times[0] if timer.missed_each else max(times[0], to_text(now))
    if timer.days:
        return next(one for one in _on_days(process, timer, times[1]) if one[0] > past)
    anchor, count = times[1], int(times[2]) if len(times) > 2 else 0
    return _first_ahead(lambda step: counted(process, timer, anchor, count + step), past)


def _on_days(process: Process, timer: Timer, base: str) -> Iterator[list[str]]:
    """[due, base] of each day on which a timer comes again, after the day of `base`; each falls due when it begins."""
    assert timer.days is not None
    for day in timer.days.after(process.today(from_text(base)), process.calendar):
        moved = process.calendar.rolled(day, timer.roll) if process.calendar else day
        yield [reached(process, one, whole=False) for one in (moved, day)]


def _first_ahead(times: Callable[[int], list[str]], present: str) -> list[str]:
    """The first of the times 1, 2, 3, … whose due time lies after `present` (text).

    An outage of weeks is a million minutes: it is looked for by halves, not one after the other.
    """
    step = 1
    while times(step)[0] <= present:
        step *= 2
    return times(bisect_right(range(step), present, step // 2 + 1, key=lambda one: times(one)[0]))


def tried_again(process: Process, timer: Timer, at: str, now: datetime) -> list[str]:
    """What is kept of a timer whose event was refused at `at`: the next time to try that lies after `now` (aware)."""
    again = timer.refused_again
    assert again is not None
    # Each is asked whether it lies ahead as it will be kept: moved back, it may lie behind when it was refused.
    return _first_ahead(
        lambda step: rolled(process, timer, after(process, at, again.times(step))), max(at, to_text(now))
    )


def counted(process: Process, timer: Timer, anchor: str, count: int) -> list[str]:
    """[due, anchor, count] of the `count`-th time of a repeated timer: never from the time before it, which may have
    been moved by a short month, a change of the clocks or a holiday.
    """
    assert timer.every is not None
    due = rolled(process, timer, after(process, anchor, timer.every.times(count)))[0]
    return [due, anchor, str(count)]


def rolled(process: Process, timer: Timer, base: str) -> list[str]:
    """[due, base] of a timer that is due at `base` (text), moved off a day without school where it asks for that."""
    if timer.roll == "none":
        return [base, base]
    return [to_text(roll(from_text(base), timer.roll, process.zone, process.calendar)), base]


def _not_before(times: list[str], at: str) -> list[str]:
    """A date that has passed already falls due at once."""
    return [max(times[0], at), *times[1:]]


def raised(
    process: Process, names: Iterable[str], scope: str, at: str, case: Snapshot, data: Any
) -> dict[str, dict[str, Any]]:
    """Open tasks as they are when they are raised in a case at `at`; for whoever has to move it on, if for no role.

    `data` is what is known of the case as the step leaves it.
    """
    found = {}
    for name in names:
        kind = process.task(name)
        assert kind is not None
        role = kind.role or process.owner(case.state) or next(iter(process.roles))
        task: dict[str, Any] = {"role": role, "raised": at, "scope": scope}
        if kind.due:
            task["due"] = after(process, at, kind.due)
        task |= due_by(process, kind, at, data, case.opened)
        if kind.overdue_of:
            task |= lateness(called(kind.overdue_of, value_of(name)), case.tasks, at)
        found[name] = task
    return found


def due_by(process: Process, kind: TaskKind, at: str, data: Any, opened: str) -> dict[str, Any]:
    """What a task keeps of a due date that is worked out from fields; nothing while that is not known.

    A day is there until it ends, as for whoever does it: it is due just before the next one begins.
    """
    found = limit_of(process, kind.due_by, at, data, opened) if kind.due_by else None
    if found is None:
        return {}
    if isinstance(found, date):
        found = just_before(reached(process, found, whole=True))
    return {"due": found, "counted": True}


def redue(process: Process, case: Snapshot, changes: Any, at: str) -> dict[str, dict[str, Any]]:
    """The open tasks whose due date moves with the fields that a step changes. One that was postponed stays so."""
    moved, after_it = {}, {**case.data, **changes}
    for name, task in case.tasks.items():
        kind = process.task(name)
        if kind is None or kind.due_by is None or kind.due_by.date.names.isdisjoint(concerned(changes)):
            continue
        if "due" in task and not task.get("counted"):
            continue
        rest = {key: value for key, value in task.items() if key not in {"due", "counted"}}
        now = {**rest, **due_by(process, kind, at, after_it, case.opened)}
        if now != task:
            moved[name] = now
    return moved


def next_level(kind: TaskKind | None, task: Mapping[str, Any]) -> Escalation | None:
    """Where a task goes next that is not done; None where it goes nowhere any more."""
    gone = _levels(task)
    return kind.escalate[gone] if kind and gone < len(kind.escalate) else None


def escalated(task: Mapping[str, Any], level: Escalation, at: str) -> dict[str, Any]:
    """A task that has come to a level at an instant (text). Of the first no number is kept: there often is no other."""
    gone = _levels(task)
    return {**task, "escalated": level.to, "escalated_at": at} | ({"level": gone + 1} if gone else {})


def escalated_roles(kind: TaskKind | None, task: Mapping[str, Any]) -> frozenset[str]:
    """The roles to which a task has gone by its levels so far."""
    return frozenset(one.to for one in kind.escalate[: _levels(task)]) if kind else frozenset()


def _levels(task: Mapping[str, Any]) -> int:
    """How many levels a task has gone through."""
    gone: int = task.get("level", 1) if task.get("escalated") else 0
    return gone


def escalations(process: Process, tasks: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """The timers that will escalate these tasks."""
    found = {}
    for name, task in tasks.items():
        level = next_level(process.task(name), task)
        if level is not None:
            due = after(process, task.get("due", task["raised"]), level.after)
            found[escalation_key(name)] = [due, due]
    return found

"""Decide: what one command does to one case. Pure.

`decide(process, snapshot, command, facts)` returns a Decision, the entries to write and the case after
them, or a Refusal, and then nothing has happened. The same arguments give the same result always.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.case import schedule
from engine.case.command import (
    ENGINE,
    Actor,
    AddDocument,
    AssignTask,
    ClaimTask,
    Command,
    CompleteTask,
    Facts,
    Fire,
    Open,
    PostponeTask,
    Tick,
)
from engine.case.draft import Draft
from engine.case.effects import effects_of, new_tasks
from engine.case.entry import Entry
from engine.case.form import check_form
from engine.case.instants import from_text, to_text
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, doers, has_role, may
from engine.case.snapshot import Snapshot
from engine.case.walk import Walk, choose
from engine.process.definition import Need, Process
from engine.process.expressions import View
from engine.process.paths import AUTOMATIC, paths_of

MOST_AUTOMATIC = 32
MOST_REASON = 500


@dataclass(frozen=True)
class Decision:
    """What is to be written: the entries in order, and the case after them."""

    entries: tuple[Entry, ...]
    snapshot: Snapshot


def decide(process: Process, snapshot: Snapshot | None, command: Command, facts: Facts) -> Decision | Refusal:
    """What `command` does to the case (None: it does not exist yet)."""
    draft = Draft(process, snapshot, facts)
    refusal = _unseen(draft, command)
    if refusal is None:
        refusal = _time_fault(snapshot, command, facts)
    if refusal is None:
        refusal = _step(draft, command)
    if refusal is not None:
        return refusal
    return Decision(tuple(draft.entries), draft.snapshot)


def _unseen(draft: Draft, command: Command) -> Refusal | None:
    """Who may not see the case is told nothing of it, whatever they ask for."""
    if isinstance(command, Open | Tick) or may(command.by, Action.SEE, draft.process, draft.snapshot):
        return None
    return _not_yours()


def _time_fault(snapshot: Snapshot | None, command: Command, facts: Facts) -> Refusal | None:
    """An event can be dated back, but not before what was recorded already, nor into the future."""
    at = to_text(command.at)
    if at > to_text(facts.now):
        message = "The time lies in the future."
    elif snapshot is not None and at < snapshot.last_at and not isinstance(command, Tick):
        message = "The time lies before the last entry in the history of this case."
    else:
        return None
    return Refusal(Code.FORM, message, fields={"at": message})


def _step(draft: Draft, command: Command) -> Refusal | None:
    step: Callable[[Draft, Any], Refusal | None] = _STEPS[type(command)]
    return step(draft, command)


def _open(draft: Draft, command: Open) -> Refusal | None:
    process, at = draft.process, to_text(command.at)
    state = command.state or process.initial[0]
    if state not in process.initial:
        message = f"A case cannot begin at {state}; it can at {', '.join(process.initial)}."
        return Refusal(Code.NO_SUCH_EVENT, message)
    if not has_role(process, command.by, process.opening.by):
        return not_allowed(process, "begin a case", process.opening.by)
    draft.current = Snapshot(process.name, process.version, 0, "", at, at)
    given = _with_organisation(process, command)
    values, faults = check_form(process, process.opening.form, given, draft.view(at))
    if faults:
        return _form_refusal(faults)
    filled = {name: value for name, value in values.items() if value is not None}
    if not may(command.by, Action.SEE, process, replace(draft.current, data=filled)):
        return _not_yours()
    refusal = _unmet(draft, process.opening.needs, at, filled)
    return _begin(draft, command.by.name, state, at, filled) if refusal is None else refusal


def _with_organisation(process: Process, command: Open) -> dict[str, Any]:
    """A case that somebody opens belongs to their organisation unless they say otherwise."""
    given = dict(command.data)
    own = process.organisation
    if own and own not in given and command.by.organisation and own in process.opening.form:
        given[own] = command.by.organisation
    return given


def _begin(draft: Draft, by: str, state: str, at: str, data: dict[str, Any]) -> Refusal | None:
    """Move the new case into its first state, or to where it waits for the place it needs."""
    process = draft.process
    walk = choose(draft, [paths_of(process).begin(state)], at, data)
    if walk.path is None:
        return no_way(process, walk, "Begin a case")
    effects = effects_of(draft, walk, at, "", data)
    draft.add("opened", at, by, process=process.name, **effects)
    return _settle(draft, at, by)


def fire(draft: Draft, command: Fire) -> Refusal | None:
    """An event, with the automatic transitions that follow it."""
    process, case, at = draft.process, draft.snapshot, to_text(command.at)
    event = process.event(case.state, command.event)
    if case.ended:
        return Refusal(Code.ENDED, f"The case has ended: {case.outcome}.")
    if event is None:
        return _no_such_event(process, case, command)
    if not may(command.by, Action.FIRE, process, case, event):
        return not_allowed(process, event.title, event.by)
    values, faults = check_form(process, event.form, command.data, draft.view(at))
    if faults:
        return _form_refusal(faults)
    walk = choose(draft, paths_of(process).on(case.state, event.name), at, values)
    refusal = _unmet(draft, event.needs, at, values)
    if walk.path is None:
        return no_way(process, walk, event.title) if refusal is None else refusal
    if refusal is None:
        refusal = _unmet(draft, walk.path.way.needs, at, values)
    if refusal is None:
        draft.add("event", at, command.by.name, **effects_of(draft, walk, at, event.name, values))
        refusal = _settle(draft, at, command.by.name)
    return refusal


def _settle(draft: Draft, at: str, by: str) -> Refusal | None:
    """After a step: check the rules, and take automatic transitions until none is open."""
    for _ in range(MOST_AUTOMATIC + 1):
        broken = draft.broken_rule(at)
        paths = paths_of(draft.process).on(draft.snapshot.state, AUTOMATIC)
        if broken is not None or not paths:
            return broken
        walk = choose(draft, paths, at)
        if walk.path is None:
            return None
        draft.add("automatic", at, by, **effects_of(draft, walk, at, "", {}))
    return Refusal(Code.RULE, f"More than {MOST_AUTOMATIC} automatic transitions would follow.")


def _tick(draft: Draft, command: Tick) -> Refusal | None:
    """A timer is due. It always comes to pass; what it sends may be refused, and then that is noted."""
    process, case = draft.process, draft.snapshot
    at = max(to_text(command.at), case.last_at)
    if command.key not in case.timers:
        return Refusal(Code.CHANGED, f"The timer {command.key} is not running any more.")
    if command.key.startswith(schedule.ESCALATION):
        _escalate(draft, command.key.removeprefix(schedule.ESCALATION), command.key, at)
        return None
    found = schedule.timer_of(process, command.key)
    if found is None:
        draft.add("timer", at, ENGINE.name, event=command.key, stopped=(command.key,), note={"skipped": True})
        return None
    state, timer = found
    again = schedule.next_due(process, timer, case.timers[command.key], draft.facts.now) if timer.every else []
    if process.language.truth(timer.when, draft.view(at)) is not True:
        _pass_timer(draft, command.key, at, again, {}, {"skipped": True})
        return None
    tasks = new_tasks(process, case, dict.fromkeys(timer.raises, state), {}, at)
    _pass_timer(draft, command.key, at, again, tasks, {})
    if timer.send:
        _send(draft, Fire(timer.send, ENGINE, from_text(at)))
    return None


def _pass_timer(
    draft: Draft, key: str, at: str, again: list[str], tasks: dict[str, dict[str, Any]], note: dict[str, Any]
) -> None:
    timers = schedule.escalations(draft.process, tasks) | ({key: again} if again else {})
    stopped = () if again else (key,)
    draft.add("timer", at, ENGINE.name, event=key, stopped=stopped, timers=timers, tasks=tasks, note=note)


def _escalate(draft: Draft, name: str, key: str, at: str) -> None:
    task, kind = draft.snapshot.tasks.get(name), draft.process.tasks.get(name)
    tasks = {}
    if task is not None and kind is not None and kind.escalate:
        tasks = {name: {**task, "escalated": kind.escalate.to, "escalated_at": at}}
    draft.add("timer", at, ENGINE.name, event=key, stopped=(key,), tasks=tasks)


def _send(draft: Draft, command: Fire) -> None:
    """Fire as the engine; on a refusal take the steps back and note why."""
    before, count, taken = draft.current, len(draft.entries), draft.taken.copy()
    refusal = fire(draft, command)
    if refusal is not None:
        draft.current, draft.taken = before, taken
        del draft.entries[count:]
        note = {"not_sent": command.event, "refused": str(refusal.code), "message": refusal.message}
        draft.add("timer", to_text(command.at), ENGINE.name, event=command.event, note=note)


def _add_document(draft: Draft, command: AddDocument) -> Refusal | None:
    process, at = draft.process, to_text(command.at)
    if command.document not in process.documents:
        message = f"There is no document {command.document} in this process."
        return Refusal(Code.FORM, message, fields={"document": message})
    if not may(command.by, Action.CHANGE, process, draft.snapshot):
        return _not_yours()
    facts = {
        "document": command.document,
        "name": command.name,
        "hash": command.digest,
        "size": command.size,
        "type": command.media_type,
        "at": at,
        "by": command.by.name,
    }
    draft.add("document", at, command.by.name, document=facts)
    return _settle(draft, at, command.by.name)


def _complete(draft: Draft, command: CompleteTask) -> Refusal | None:
    refusal = _task_fault(draft, command.task, command.by)
    if refusal is not None:
        return refusal
    done_by = draft.process.tasks[command.task].done_by if command.task in draft.process.tasks else frozenset()
    if done_by:
        titles = sorted(_event_title(draft.process, name) for name in done_by)
        message = f"This task is done by the event: {' or '.join(titles)}."
        return Refusal(Code.REQUIREMENT, message, tuple(sorted(done_by)))
    key = schedule.escalation_key(command.task)
    stopped = (key,) if key in draft.snapshot.timers else ()
    at = to_text(command.at)
    draft.add("task", at, command.by.name, event=command.task, closed={command.task: "done"}, stopped=stopped)
    return None


def _assign(draft: Draft, command: AssignTask) -> Refusal | None:
    return _give(draft, command.task, command.person, command)


def _give(draft: Draft, name: str, person: str | None, command: AssignTask | ClaimTask) -> Refusal | None:
    refusal = _task_fault(draft, name, command.by)
    if refusal is not None:
        return refusal
    task = {key: value for key, value in draft.snapshot.tasks[name].items() if key != "person"}
    task |= {"person": person} if person else {}
    draft.add("task", to_text(command.at), command.by.name, event=name, tasks={name: task})
    return None


def _claim(draft: Draft, command: ClaimTask) -> Refusal | None:
    holder = draft.snapshot.tasks.get(command.task, {}).get("person")
    if holder and holder != command.by.name:
        return Refusal(Code.NOT_ALLOWED, "Somebody else has taken this task on. Assign it to take it over.")
    return _give(draft, command.task, command.by.name, command)


def _postpone(draft: Draft, command: PostponeTask) -> Refusal | None:
    """A later (or earlier) due time for a task, with the reason. Its escalation counts from the new time."""
    until = command.until if command.until.tzinfo else command.until.replace(tzinfo=draft.process.zone)
    refusal = _task_fault(draft, command.task, command.by)
    if refusal is None:
        refusal = _postponing_fault(command, until)
    if refusal is not None:
        return refusal
    task = {**draft.snapshot.tasks[command.task], "due": to_text(until)}
    tasks = {command.task: task}
    known = command.task in draft.process.tasks and not task.get("escalated")
    timers = schedule.escalations(draft.process, tasks) if known else {}
    at, note = to_text(command.at), {"reason": command.reason.strip()}
    draft.add("task", at, command.by.name, event=command.task, tasks=tasks, timers=timers, note=note)
    return None


def _postponing_fault(command: PostponeTask, until: datetime) -> Refusal | None:
    faults = {}
    if not 0 < len(command.reason.strip()) <= MOST_REASON:
        faults["reason"] = f"Give a reason, in at most {MOST_REASON} characters."
    if until <= command.at:
        faults["until"] = "The new date must lie ahead."
    return _form_refusal(faults) if faults else None


def _task_fault(draft: Draft, name: str, by: Actor) -> Refusal | None:
    process, task = draft.process, draft.snapshot.tasks.get(name)
    if task is None:
        open_tasks = ", ".join(sorted(draft.snapshot.tasks)) or "none"
        return Refusal(Code.NO_SUCH_EVENT, f"There is no open task {name} here. Open: {open_tasks}.")
    if not may(by, Action.DO_TASK, process, draft.snapshot, task=task):
        return not_allowed(process, process.title_of("tasks", name), doers(task))
    return None


def unmet(process: Process, needs: tuple[Need, ...], view: View) -> Refusal | None:
    """The refusal for all requirements that do not hold; None where all do."""
    says: list[str] = []
    missing: list[str] = []
    for need in needs:
        if need.check is None and not any(name in view.documents for name in need.documents):
            missing += need.documents
            says.append(need.say or _wanted(process, need.documents))
        elif need.check is not None and process.language.truth(need.check, view) is not True:
            missing += sorted(need.check.documents - set(view.documents))
            missing += sorted(name for name in need.check.names if view.data.get(name) is None)
            says.append(need.say)
    if not says:
        return None
    return Refusal(Code.REQUIREMENT, " ".join(says), tuple(dict.fromkeys(missing)))


def _wanted(process: Process, documents: tuple[str, ...]) -> str:
    titles = [process.documents[name].title for name in documents]
    if len(titles) == 1:
        return f"The document {titles[0]} is missing."
    return f"One of these documents is missing: {', '.join(titles)}."


def _unmet(draft: Draft, needs: tuple[Need, ...], at: str, values: dict[str, Any] | None = None) -> Refusal | None:
    return unmet(draft.process, needs, draft.view(at, values)) if needs else None


def no_way(process: Process, walk: Walk, title: str) -> Refusal:
    """Why no way on was open: no place is free, or no alternative applies."""
    if walk.full:
        place = process.places[walk.full].title
        return Refusal(Code.NO_PLACE, f"No {place} is free.", (walk.full,))
    if walk.unknown:
        titles = sorted(process.fields[name].title for name in walk.unknown)
        message = f"Which place is needed is not known: {', '.join(titles)} must be filled in."
        return Refusal(Code.REQUIREMENT, message, tuple(sorted(walk.unknown)))
    return Refusal(Code.REQUIREMENT, f"None of the ways on applies: {title}.")


def _no_such_event(process: Process, case: Snapshot, command: Fire) -> Refusal:
    here = process.events_in(case.state).items()
    allowed = [name for name, event in here if may(command.by, Action.FIRE, process, case, event)]
    known = f"Possible for you: {', '.join(sorted(allowed))}." if allowed else "Nothing is possible for you here."
    where = process.states[case.state].title
    return Refusal(Code.NO_SUCH_EVENT, f"{command.event} cannot be done at “{where}”. {known}")


def not_allowed(process: Process, title: str, roles: frozenset[str] | None) -> Refusal:
    """Who may do this instead."""
    names = sorted(process.title_of("roles", role) for role in roles or ())
    who = " or ".join(names) if names else "nobody; it happens by itself"
    return Refusal(Code.NOT_ALLOWED, f"{title}: this can be done by {who}.")


def _not_yours() -> Refusal:
    return Refusal(Code.NOT_ALLOWED, "This case belongs to another organisation.")


def _form_refusal(faults: dict[str, str]) -> Refusal:
    return Refusal(Code.FORM, " ".join(faults.values()), fields=faults)


def _event_title(process: Process, name: str) -> str:
    return next((event.title for _, event in process.every_event() if event.name == name), name)


_STEPS: dict[type, Callable[[Draft, Any], Refusal | None]] = {
    Open: _open,
    Fire: fire,
    Tick: _tick,
    AddDocument: _add_document,
    CompleteTask: _complete,
    AssignTask: _assign,
    ClaimTask: _claim,
    PostponeTask: _postpone,
}

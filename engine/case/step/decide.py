"""Decide: what one command does to one case. Pure.

`decide(process, snapshot, command, facts)` returns a Decision, the entries to write and the case after
them, or a Refusal, and then nothing has happened. The same arguments give the same result always.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.case.answers.asked import is_empty
from engine.case.answers.days import by_days
from engine.case.answers.form import check_opening
from engine.case.command import (
    Actor,
    AddDocument,
    AssignTask,
    ClaimTask,
    Command,
    CompleteTask,
    Correct,
    Enclosure,
    Erase,
    Facts,
    Fire,
    Forget,
    Hear,
    Link,
    Open,
    Opened,
    PostponeTask,
    Retain,
    ReturnTask,
    Rewind,
    Tick,
    Undo,
    Unlink,
)
from engine.case.entry import Entry
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, doers, has_role, may
from engine.case.snapshot import Snapshot
from engine.case.step.correct import correct
from engine.case.step.draft import Draft
from engine.case.step.effects import effects_of
from engine.case.step.event import fire, settle
from engine.case.step.link import forget, hear, link, unlink
from engine.case.step.reasons import (
    event_title,
    form_refusal,
    listed,
    no_way,
    not_allowed,
    not_yours,
    reason_fault,
    reason_written,
    unmet,
)
from engine.case.step.retain import erase, retain
from engine.case.step.tick import tick
from engine.case.step.undo import rewind, undo
from engine.case.step.walk import choose
from engine.case.time import schedule
from engine.case.time.instants import on_clock, to_text
from engine.case.time.lateness import without_date
from engine.process.definition import Process
from engine.process.flow import moves_by_tasks
from engine.process.language.actors import OPEN
from engine.process.paths import paths_of


@dataclass(frozen=True)
class Decision:
    """What is to be written: the entries in order, and the case after them; and the linked case that it opens."""

    entries: tuple[Entry, ...]
    snapshot: Snapshot
    opened: Opened | None = None


def decide(process: Process, snapshot: Snapshot | None, command: Command, facts: Facts) -> Decision | Refusal:
    """What `command` does to the case (None: it does not exist yet)."""
    draft = Draft(process, snapshot, facts)
    draft.acts(None if isinstance(command, (Tick, Hear, Forget)) else command.by)
    refusal = _unseen(draft, command)
    if refusal is None:
        refusal = _time_fault(snapshot, command, facts)
    if refusal is None:
        refusal = _step(draft, command)
    if refusal is not None:
        return refusal
    return Decision(tuple(draft.entries), draft.snapshot, draft.opened)


def _unseen(draft: Draft, command: Command) -> Refusal | None:
    """Who may not see the case is told nothing of it, whatever they ask for."""
    if isinstance(command, (Open, Tick, ReturnTask, Hear, Forget)) or may(
        command.by, Action.SEE, draft.process, draft.snapshot
    ):
        return None
    return not_yours()


def _time_fault(snapshot: Snapshot | None, command: Command, facts: Facts) -> Refusal | None:
    """An event can be dated back, but not before what was recorded already, nor into the future."""
    at = to_text(command.at)
    if at > to_text(facts.now):
        message = "The time lies in the future."
    # A timer may be noticed late: `tick` writes it as coming after the last entry.
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
        titles = {name: process.title_of("states", name) for name in (state, *process.initial)}
        known = ", ".join(titles[name] for name in process.initial)
        message = f"A case cannot begin at {titles[state]}; it can at {known}."
        return Refusal(Code.NO_SUCH_EVENT, message, possible=process.initial)
    if not has_role(process, command.by, process.opening.by):
        return not_allowed(process, "begin a case", process.opening.by)
    draft.acts(command.by, process.opening.by)
    unknown = [one.document for one in command.enclosed if one.document not in process.documents]
    if unknown:
        return _no_such_document(unknown[0])
    untaken = [fault for one in command.enclosed if (fault := _untaken(process, one))]
    if untaken:
        return form_refusal({"content": " ".join(dict.fromkeys(untaken))})
    # Before anything is decided: what beginning a case needs may come with it.
    draft.enclosed = frozenset(one.document for one in command.enclosed)
    draft.current = Snapshot(process.name, process.version, 0, "", at, at)
    given = _with_organisation(process, command)
    values, faults = check_opening(process, given, draft.view(at))
    if faults:
        return form_refusal(faults)
    filled = {name: value for name, value in values.items() if value is not None}
    # Nobody begins a case that they could not see afterwards.
    if not may(command.by, Action.SEE, process, replace(draft.current, data=filled)):
        return not_yours()
    refusal = unmet(process, process.opening.needs, draft.view(at, filled))
    # Told apart from what somebody answered.
    by_default = [name for name in filled if is_empty(given.get(name))]
    note = {"default": by_default} if by_default else {}
    return _begin(draft, command, state, at, filled, note) if refusal is None else refusal


def _with_organisation(process: Process, command: Open) -> dict[str, Any]:
    """A case that somebody opens belongs to their organisation unless they say otherwise."""
    given = dict(command.data)
    own = process.organisation
    if own and own not in given and command.by.organisation and own in process.opening.form:
        given[own] = command.by.organisation
    return given


def _begin(
    draft: Draft, command: Open, state: str, at: str, data: dict[str, Any], note: dict[str, Any]
) -> Refusal | None:
    """Move the new case into its first state, or to where it waits for the place it needs; its documents come along."""
    process, by = draft.process, command.by.name
    walk = choose(draft, [paths_of(process).begin(state)], draft.view(at, data))
    if walk.path is None:
        return no_way(process, walk, "Begin a case")
    data = by_days(process, {}, data, {}, process.today(command.at).isoformat())
    effects = effects_of(draft, walk, at, "", data) | draft.remembers(OPEN)
    draft.add("opened", at, by, process=process.name, note=note, **effects)
    for one in command.enclosed:
        draft.add("document", at, by, document=_document_facts(one, by, at))
    return settle(draft, at, by)


def _add_document(draft: Draft, command: AddDocument) -> Refusal | None:
    process, at = draft.process, to_text(command.at)
    if command.document not in process.documents:
        return _no_such_document(command.document)
    if not may(command.by, Action.CHANGE, process, draft.snapshot):
        return not_yours()
    if fault := _untaken(process, command):
        return form_refusal({"content": fault})
    draft.add("document", at, command.by.name, document=_document_facts(command, command.by.name, at))
    return settle(draft, at, command.by.name)


def _untaken(process: Process, arrived: AddDocument | Enclosure) -> str:
    return process.documents[arrived.document].fault(arrived.media_type, arrived.size)


def _document_facts(arrived: AddDocument | Enclosure, by: str, at: str) -> dict[str, Any]:
    return {
        "document": arrived.document,
        "name": arrived.name,
        "hash": arrived.digest,
        "size": arrived.size,
        "type": arrived.media_type,
        "at": at,
        "by": by,
    }


def _no_such_document(name: str) -> Refusal:
    message = f"There is no document {name} in this process."
    return Refusal(Code.FORM, message, fields={"document": message})


def _complete(draft: Draft, command: CompleteTask) -> Refusal | None:
    refusal = _task_fault(draft, command.task, command.by)
    if refusal is not None:
        return refusal
    kind = draft.process.task(command.task)
    done_by = kind.done_by if kind else frozenset()
    if done_by:
        titles = sorted(event_title(draft.process, name) for name in done_by)
        message = f"This task is done by the event: {' or '.join(titles)}."
        return Refusal(Code.REQUIREMENT, message, tuple(sorted(done_by)))
    key = schedule.escalation_key(command.task)
    stopped = (key,) if key in draft.snapshot.timers else ()
    at = to_text(command.at)
    closed = {command.task: "done"}
    done = draft.keeps_done(closed, {})
    draft.add("task", at, command.by.name, event=command.task, closed=closed, done=done, stopped=stopped)
    # Elsewhere a task that is ticked off moves nothing on, as it always was.
    return settle(draft, at, command.by.name) if moves_by_tasks(draft.process) else None


def _assign(draft: Draft, command: AssignTask) -> Refusal | None:
    return _give(draft, command.task, command.person, command)


def _give(draft: Draft, name: str, person: str | None, command: AssignTask | ClaimTask) -> Refusal | None:
    refusal = _task_fault(draft, name, command.by)
    # Who has it has it: sent twice, it is written down once, and nobody is told twice.
    if refusal is None and draft.snapshot.tasks[name].get("person") != (person or None):
        _hand(draft, name, person, command)
    return refusal


def _hand(draft: Draft, name: str, person: str | None, command: AssignTask | ReturnTask | ClaimTask) -> None:
    task = {key: value for key, value in draft.snapshot.tasks[name].items() if key != "person"}
    task |= {"person": person} if person else {}
    draft.add("task", to_text(command.at), command.by.name, event=name, tasks={name: task})


def _return(draft: Draft, command: ReturnTask) -> Refusal | None:
    if not may(command.by, Action.ADMINISTER):
        return not_yours()
    if command.task not in draft.facts.stranded:
        return Refusal(Code.NO_SUCH_EVENT, "It is not with somebody who can do it no more.")
    _hand(draft, command.task, None, command)
    return None


def _claim(draft: Draft, command: ClaimTask) -> Refusal | None:
    holder = draft.snapshot.tasks.get(command.task, {}).get("person")
    if holder and holder != command.by.stands_for and command.task not in draft.facts.stranded:
        return Refusal(Code.NOT_ALLOWED, "Somebody else has taken this task on. Assign it to take it over.")
    return _give(draft, command.task, command.by.stands_for, command)


def _postpone(draft: Draft, command: PostponeTask) -> Refusal | None:
    """A later (or earlier) due time for a task, with the reason. Its escalation counts from the new time."""
    until = on_clock(command.until, draft.process.zone)
    refusal = _task_fault(draft, command.task, command.by)
    if refusal is None:
        refusal = _postponing_fault(command, until)
    if refusal is not None:
        return refusal
    task = {**without_date(draft.snapshot.tasks[command.task]), "due": to_text(until)}
    tasks = {command.task: task}
    timers = schedule.escalations(draft.process, tasks)
    at, note = to_text(command.at), {"reason": reason_written(command.reason)}
    draft.add("task", at, command.by.name, event=command.task, tasks=tasks, timers=timers, note=note)
    return None


def _postponing_fault(command: PostponeTask, until: datetime) -> Refusal | None:
    faults = {"reason": fault} if (fault := reason_fault(command.reason)) else {}
    if until <= command.at:
        faults["until"] = "The new date must lie ahead."
    return form_refusal(faults) if faults else None


def _task_fault(draft: Draft, name: str, by: Actor) -> Refusal | None:
    process, task = draft.process, draft.snapshot.tasks.get(name)
    if task is None:
        titles = {one: process.title_of("tasks", one) for one in (*draft.snapshot.tasks, name)}
        asked = titles.pop(name)
        message = f"There is no open task {asked} here. Open: {listed(titles) or 'none'}."
        return Refusal(Code.NO_SUCH_EVENT, message, possible=tuple(sorted(titles)))
    if not may(by, Action.DO_TASK, process, draft.snapshot, task=task):
        return not_allowed(process, process.title_of("tasks", name), doers(task))
    return None


_STEPS: dict[type, Callable[[Draft, Any], Refusal | None]] = {
    Open: _open,
    Fire: fire,
    Tick: tick,
    AddDocument: _add_document,
    CompleteTask: _complete,
    AssignTask: _assign,
    ReturnTask: _return,
    ClaimTask: _claim,
    PostponeTask: _postpone,
    Retain: retain,
    Erase: erase,
    Correct: correct,
    Undo: undo,
    Link: link,
    Unlink: unlink,
    Hear: hear,
    Forget: forget,
    Rewind: rewind,
}

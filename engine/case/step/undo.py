"""Undo: an event is taken back by a later entry, and the case stands as it did before it. Pure.

Only the last step of a person can be: what the engine did since by itself goes with it, and whatever else was done
since is built on it. Nothing is erased: the event and what follows it stay in the history, beside why they do not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from engine.calendars.duration import add
from engine.case.command import Actor, Rewind, Undo
from engine.case.entry import Entry
from engine.case.kinds import StepKind, kind_of
from engine.case.links import is_told
from engine.case.past import Past
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, has_role, may
from engine.case.snapshot import Snapshot, apply, places_taken
from engine.case.step.draft import Draft
from engine.case.step.reasons import event_title, form_refusal, not_allowed, reason_fault, reason_written
from engine.case.time.instants import from_text, to_text
from engine.process.definition import Event, Process
from engine.process.undo import Undo as Rule
from engine.source.words import said_moment

TOLD = "Another case was told that this one has ended, and goes on from that."
# What other effects of an entry restore, and what goes on whatever is taken back.
_BY_EFFECTS = frozenset({"state", "data", "tasks", "timers", "held", "retention"})
_GOES_ON = frozenset({"process", "version", "seq", "opened", "undone", "documents", "links"})


def last_step(backwards: Iterable[Entry], undone: list[list[int]]) -> tuple[Entry, tuple[Entry, ...], bool]:
    """Of entries, the latest first, the last step of a person that stands, what followed it by itself, in order, and
    whether something done after it was taken back. What was decided of its erasure builds on nothing.
    """
    firsts, skipped, since, is_again = {by: first for first, by in undone}, 0, list[Entry](), False
    every = iter(backwards)
    # A case begins with somebody's step: at the latest that one is found.
    while True:
        one = next(every)
        if skipped and one.seq >= skipped:
            continue
        if one.seq in firsts:
            skipped, is_again = firsts[one.seq], is_again or one.kind == "undo"
        elif kind_of(one) is StepKind.BY_ITSELF or one.kind == "retention":
            since.append(one)
        else:
            return one, tuple(reversed(since)), is_again


def undo(draft: Draft, command: Undo) -> Refusal | None:
    """Take the last event back, with a reason."""
    past = draft.facts.past
    assert past is not None
    refusal = why_not(draft.process, draft.snapshot, command, past, draft.facts.now)
    if refusal is None and (fault := reason_fault(command.reason)):
        refusal = form_refusal({"reason": fault})
    if refusal is not None:
        return refusal
    assert past.before is not None
    if full := _full(draft, past.before):
        title = draft.process.title_of("places", full)
        message = f"It cannot be taken back: no {title} is free, and the case held one before."
        return Refusal(Code.NO_PLACE, message, (full,))
    at, by, last = to_text(command.at), command.by.name, past.last
    note = {"undoes": last.seq, "reason": reason_written(command.reason)}
    effects = restoring(draft.snapshot, past.before, last.seq) | _retention(draft.snapshot, past.before, at, by)
    draft.add("undo", at, by, event=last.event, source=last.source, note=note, **effects)
    return None


def why_not(process: Process, case: Snapshot, asked: Undo, past: Past, now: datetime) -> Refusal | None:
    """Why what was done last cannot be taken back at an instant (aware), whatever the reason; None if it can."""
    last, event = past.last, _event(process, past.last)
    if case.retained == "erased":
        return Refusal(Code.ENDED, "The case was erased.")
    if (asked.entry or last.seq) != last.seq or (asked.event or last.event) != last.event:
        return Refusal(Code.REQUIREMENT, f"Something was built on it since: {_said(process, last)}.")
    if event is None or event.undo is None:
        return Refusal(Code.NOT_ALLOWED, f"Nobody takes this back: {_said(process, last)}.")
    if past.is_again and not (asked.entry or asked.event):
        message = f"What was done last was taken back already. Name entry {last.seq} to take back what came before it."
        return Refusal(Code.NO_SUCH_EVENT, message)
    if not may_take_back(process, case, event.undo, asked.by):
        return not_allowed(process, f"Taking back “{event.title}”", event.undo.by)
    late = _too_late(process, event, last, now)
    return _stays_ended(case, event) if late is None else late


def rewind(draft: Draft, command: Rewind) -> Refusal | None:
    """Take back what the engine did since an instant, where nobody else did anything since then."""
    past, process, to = draft.facts.past, draft.process, to_text(command.to)
    assert past is not None
    built = [one for one in (past.last, *past.since) if one.at > to and kind_of(one) is not StepKind.BY_ITSELF]
    if built:
        when = said_moment(from_text(built[0].at).astimezone(process.zone))
        message = f"Before the last entry of this case nothing is recorded: {_said(process, built[0])} on {when}."
        return form_refusal({"at": message})
    assert past.before is not None
    if draft.snapshot.ended and is_told(draft.snapshot.links):
        return Refusal(Code.REQUIREMENT, TOLD)
    if full := _full(draft, past.before):
        title = process.title_of("places", full)
        return Refusal(Code.NO_PLACE, f"The case held a {title} then, and none is free now.", (full,))
    first = past.since[0].seq
    note = {"undoes": first, "for": to}
    draft.add("late", to_text(command.at), command.by.name, note=note, **restoring(draft.snapshot, past.before, first))
    return None


def may_take_back(process: Process, case: Snapshot, rule: Rule, by: Actor) -> bool:
    """Whether somebody is among those who take such an event of this case back."""
    return may(by, Action.SEE, process, case) and has_role(process, by, rule.by)


def _event(process: Process, entry: Entry) -> Event | None:
    is_there = entry.kind == "event" and entry.source in process.states
    return process.event(entry.source, entry.event) if is_there else None


def _too_late(process: Process, event: Event, last: Entry, now: datetime) -> Refusal | None:
    if event.undo is None or event.undo.within is None:
        return None
    until = add(event.undo.within, from_text(last.recorded), process.zone, process.calendar)
    if now <= until:
        return None
    said = said_moment(until.astimezone(process.zone))
    return Refusal(Code.REQUIREMENT, f"{event.title}: this could be taken back until {said}.")


def _stays_ended(case: Snapshot, event: Event) -> Refusal | None:
    if case.ended and is_told(case.links):
        return Refusal(Code.REQUIREMENT, TOLD)
    if not case.ended or (event.undo and event.undo.reopens):
        return None
    return Refusal(Code.ENDED, f"The case has ended: {case.outcome}. {event.title} does not open it again.")


def _said(process: Process, entry: Entry) -> str:
    """What somebody did, in a few words."""
    if entry.kind == "document":
        return f"the document {process.title_of('documents', entry.document['document'])} was added"
    if entry.kind == "task":
        how = "was done" if entry.closed else "was given to somebody or put off"
        return f"the task {process.title_of('tasks', entry.event)} {how}"
    said = {"opened": "the case was begun", "correction": "a value was corrected", "erasure": "the case was erased"}
    said |= {"undo": "a step was taken back", "retention": "its erasure was decided on"}
    said |= {"linked": "it was linked with another case", "unlinked": "a link was removed"}
    return said.get(entry.kind) or f"{event_title(process, entry.event)} was done"


def _full(draft: Draft, before: Snapshot) -> str:
    """A place that the case held before, and for which there is no room any more; empty where there is for all."""
    wanted = places_taken(draft.snapshot, before)
    return next((place for place, count in sorted(wanted.items()) if count > 0 and draft.room(place) < count), "")


def restoring(now: Snapshot, before: Snapshot, first: int) -> dict[str, Any]:
    """The effects of an entry after which a case stands as before the entry `first`."""
    effects: dict[str, Any] = {
        "to": before.state if before.state != now.state else "",
        "tasks": _changed(now.tasks, before.tasks),
        "closed": dict.fromkeys(now.tasks.keys() - before.tasks.keys(), "cancelled"),
        "timers": _changed(now.timers, before.timers),
        "stopped": tuple(sorted(now.timers.keys() - before.timers.keys())),
        "held": _changed(now.held, before.held),
        "freed": tuple(sorted(one for one in now.held if now.held[one] != before.held.get(one))),
    }
    # At no time: a step moves the time of a case on by itself, so where it was is always said.
    marked = Entry(now.seq + 1, "undo", "", "", "", now.version, note={"undoes": first})
    data = apply(now, marked).data
    effects["data"] = _changed(data, before.data) | dict.fromkeys(data.keys() - before.data.keys())
    # Whatever a snapshot comes to hold: what no effect of its own restores is kept as it was.
    named = (one.name for one in fields(Snapshot) if one.name not in _BY_EFFECTS | _GOES_ON)
    parts = {name: getattr(before, name) for name in named}
    left = apply(now, replace(marked, **effects))
    effects["restored"] = {name: value for name, value in parts.items() if value != getattr(left, name)}
    return effects


def _changed(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in before.items() if now.get(name) != value}


def _retention(now: Snapshot, before: Snapshot, at: str, by: str) -> dict[str, Any]:
    """That an erasure is not asked for any more, where the case goes on; what holds it back stays."""
    if now.retained != "asked" or before.ended:
        return {}
    return {"retention": {"what": "withdrawn", "by": by, "at": at}}

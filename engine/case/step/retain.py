"""Retain: holding a case back from its erasure, asking for it, and confirming it. Pure.

Two people erase: one asks, another confirms. Whoever the process names may hold a case back at any time.
"""

from __future__ import annotations

from datetime import datetime

from engine.case.command import Actor, Erase, Retain
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.case.step.draft import Draft
from engine.case.step.reasons import form_refusal, not_allowed, reason_fault, reason_written
from engine.case.time.instants import to_text
from engine.case.time.retention import is_held_back, kept_until
from engine.process.definition import Process
from engine.source.words import said_day

# What may follow what; a case of which nothing was said is as one that was released.
_AFTER = {
    "held": frozenset({"released", "asked"}),
    "released": frozenset({"held"}),
    "asked": frozenset({"released"}),
    "withdrawn": frozenset({"asked"}),
    "erased": frozenset({"asked"}),
}
_NOT_NOW = {
    "held": "It is held back already.",
    "released": "It is not held back.",
    "asked": "Its erasure was asked for already, or it is held back.",
    "withdrawn": "Nobody asked for its erasure.",
    "erased": "Nobody asked for its erasure. Ask first; another person confirms.",
}
_SAME = "You asked for this erasure yourself. Another person has to confirm it."
# What may be decided of a case; the last one is the confirmation of another person.
DECISIONS = ("held", "released", "asked", "withdrawn", "erased")


def retain(draft: Draft, command: Retain) -> Refusal | None:
    """Hold a case back or release it, ask for its erasure or take that back; each with a reason."""
    refusal = _refused(draft, command.what, command.by)
    if refusal is None and (fault := reason_fault(command.reason)):
        refusal = form_refusal({"reason": fault})
    if refusal is None:
        _write(draft, "retention", command, command.what, note={"reason": reason_written(command.reason)})
    return refusal


def erase(draft: Draft, command: Erase) -> Refusal | None:
    """Confirm the erasure that somebody else asked for."""
    refusal = _refused(draft, "erased", command.by)
    if refusal is None:
        note = {"certificate": f"{command.case}-{draft.snapshot.seq + 1}"}
        # Both sides lose their links: the other one learns nothing of who it was.
        gone = tuple(draft.snapshot.links)
        _write(draft, "erasure", command, "erased", note=note, erased=command.paths, unlinked=gone)
    return refusal


def _refused(draft: Draft, what: str, by: Actor) -> Refusal | None:
    return why_not(what, by, draft.process, draft.snapshot, draft.facts.now)


def why_not(what: str, by: Actor, process: Process, case: Snapshot, now: datetime) -> Refusal | None:
    """Why this (one of DECISIONS) cannot be decided of a case at an instant (aware); None if it can be."""
    if not may(by, Action.RETAIN, process):
        return not_allowed(process, "Keeping and erasing", process.keep.by if process.keep else frozenset())
    if case.retained == "erased":
        return Refusal(Code.ENDED, "The case was erased.")
    if case.retained not in _AFTER[what]:
        return Refusal(Code.NO_SUCH_EVENT, _NOT_NOW[what])
    # Either of two of whom one acts for the other: two people erase, and acting for somebody makes no second one.
    if what == "erased" and {case.retention["by"], case.retention.get("acting_for")} & set(by.both):
        return Refusal(Code.NOT_ALLOWED, _SAME)
    return _not_due(process, case, now) if what in {"asked", "erased"} else None


def _write(draft: Draft, kind: str, command: Retain | Erase, what: str, **effects: object) -> None:
    at, by = to_text(command.at), command.by.name
    told = {"what": what, "by": by, "at": at}
    told |= {"acting_for": command.by.acting_for} if command.by.acting_for else {}
    draft.add(kind, at, by, event=what, retention=told, **effects)


def _not_due(process: Process, case: Snapshot, now: datetime) -> Refusal | None:
    """Why a case is not to be erased yet."""
    until = kept_until(process, case)
    if until is None:
        return Refusal(Code.REQUIREMENT, "Only a case that has ended is erased.")
    if until >= process.today(now):
        return Refusal(Code.REQUIREMENT, f"It is kept until {said_day(until)}.")
    return Refusal(Code.REQUIREMENT, "What is written in it holds it back.") if is_held_back(process, case) else None

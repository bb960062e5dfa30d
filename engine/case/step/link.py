"""Link: two cases are linked by somebody, or not any more; and what one of them learns of the other. Pure.

Each side is decided by itself. Who may make a link, its own process says on the near side; the other side sees to it
only that nothing is linked twice, and that its own rules hold.
"""

from __future__ import annotations

from engine.case.command import ENGINE, Actor, Forget, Hear, Link, Unlink
from engine.case.links import is_linked, is_own, is_waiting, no_more, said_no_more
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, has_role, may
from engine.case.snapshot import Snapshot
from engine.case.step.draft import Draft
from engine.case.step.event import settle
from engine.case.step.reasons import form_refusal, not_allowed, reason_fault, reason_written
from engine.case.time.instants import to_text
from engine.process.definition import Process
from engine.process.links import LinkKind


def may_link(by: Actor, process: Process, case: Snapshot, kind: LinkKind) -> bool:
    """Whether somebody may make and remove such links of a case by hand: who may change it, in the roles it names."""
    return may(by, Action.CHANGE, process, case) and has_role(process, by, kind.by)


def links_by(by: Actor, process: Process, case: Snapshot) -> list[LinkKind]:
    """The links that somebody may make of a case by hand, in the order of its process."""
    return [kind for kind in process.links.values() if may_link(by, process, case, kind)]


def link(draft: Draft, command: Link) -> Refusal | None:
    """Link the case with another one. What follows of it by itself follows as after an event."""
    at, kept = to_text(command.at), dict(command.kept)
    refusal = _not_linked(draft, command)
    if refusal is None:
        draft.add("linked", at, command.by.name, links={str(draft.snapshot.seq + 1): kept})
        refusal = settle(draft, at, command.by.name)
    return refusal


def _not_linked(draft: Draft, command: Link) -> Refusal | None:
    """Why it is not linked."""
    process, case, kept = draft.process, draft.snapshot, command.kept
    if is_linked(case.links, kept):
        return form_refusal({"case": "The two cases are linked so already."})
    if not is_own(process.name, kept):
        return None
    kind = process.links[kept["link"]]
    if not command.opened and not may_link(command.by, process, case, kind):
        return not_allowed(process, kind.title, kind.by)
    if command.erased:
        return form_refusal({"case": "The other case was erased."})
    if no_more(process.name, kind, case.links):
        return form_refusal({"case": said_no_more(kind)})
    return None


def unlink(draft: Draft, command: Unlink) -> Refusal | None:
    """Remove a link, for a reason; on the other side it goes with it."""
    process, case, at = draft.process, draft.snapshot, to_text(command.at)
    kept = case.links.get(command.key)
    kind = process.links.get(kept["link"]) if kept and is_own(process.name, kept) else None
    if kept is None or (kind is None and not command.far):
        return Refusal(Code.CHANGED, "This link is not there any more, or it is removed on the other side.")
    if kind is not None and not command.far and not may_link(command.by, process, case, kind):
        return not_allowed(process, kind.title, kind.by)
    if fault := reason_fault(command.reason):
        return form_refusal({"reason": fault})
    # With the link, so that it goes with it where either case is erased.
    told = {command.key: {**kept, "reason": reason_written(command.reason)}}
    draft.add("unlinked", at, command.by.name, links=told, unlinked=(command.key,))
    return settle(draft, at, command.by.name)


def hear(draft: Draft, command: Hear) -> Refusal | None:
    """Keep how the case of a link has ended, and ask again what hangs on it.

    It is kept also where what would follow cannot come about: the news is never lost, and is asked for at every step.
    """
    at, kept = to_text(command.at), draft.snapshot.links.get(command.key)
    if kept is None or not is_waiting(kept):
        return Refusal(Code.CHANGED, "This link is not awaited any more.")
    draft.add("heard", at, ENGINE.name, links={command.key: {**kept, "outcome": command.outcome}})
    draft.tried(lambda: settle(draft, at, ENGINE.name))
    return None


def forget(draft: Draft, command: Forget) -> Refusal | None:
    """Links with a case that was erased go, and with them every word of it in this history."""
    known = tuple(key for key in command.keys if key in draft.snapshot.links)
    gone = tuple(f"links/{key}" for key in command.keys)
    draft.add("unlinked", to_text(command.at), ENGINE.name, unlinked=known, erased=gone)
    return None

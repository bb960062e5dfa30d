"""Openings: the linked case that an event opens, as far as the case that opens it is concerned. Pure."""

from __future__ import annotations

from engine.case.command import Opened
from engine.case.links import no_more, said_no_more
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.draft import Draft
from engine.case.step.reasons import unmet
from engine.process.definition import Event, Need, Process
from engine.process.language.expressions import View


def unready(process: Process, case: Snapshot, event: Event, needs: tuple[Need, ...], view: View) -> Refusal | None:
    """Which of the requirements `needs` of an event do not hold, or that it would open a case where one is enough."""
    refusal = unmet(process, needs, view)
    kind = process.links[event.opens.link] if event.opens else None
    if refusal is not None or kind is None or not no_more(process.name, kind, case.links):
        return refusal
    return Refusal(Code.REQUIREMENT, said_no_more(kind))


def opened_by(draft: Draft, event: Event, at: str) -> Opened | None:
    """The case that an event opens, with what is handed over of this one as it is now."""
    if event.opens is None:
        return None
    view, value = draft.view(at), draft.process.language.value
    values = {name: value(expression, view) for name, expression in event.opens.values}
    return Opened(event.opens.link, event.opens.process, event.opens.state or None, values)

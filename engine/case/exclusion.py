"""Exclusion: who may not do an event in one case, though they hold a role that may: four eyes. Pure."""

from __future__ import annotations

from dataclasses import replace

from engine.case.command import Actor
from engine.case.links import ends_by_link
from engine.case.snapshot import Snapshot
from engine.case.time.instants import from_text
from engine.process.definition import Event, Process
from engine.process.language.expressions import View


def excludes(process: Process, case: Snapshot, event: Event, by: Actor, role: str) -> bool:
    """Whether an event is not for who acts in this role, by what they did in the case and who stands in it.

    What nobody knows excludes nobody. Who acts for somebody else is excluded by what either of them did or is: acting
    for another makes no second person of one.
    """
    if event.not_by is None:
        return False
    # By what stands: check lets nothing be asked here that changes by itself.
    at, did = from_text(case.last_at), case.done_by(*by.both)
    opened, links = from_text(case.opened), ends_by_link(process.name, case.links)
    asked = View(case.data, case.state, case.documents, {}, at, opened, role, did, links=links)
    views = (replace(asked, person=one) for one in by.both)
    return any(process.language.truth(event.not_by, view) is True for view in views)

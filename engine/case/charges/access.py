"""Access: who may see what is charged, and to whom. Pure."""

from __future__ import annotations

from engine.case.command import Actor
from engine.case.sight import sight_of
from engine.process.definition import Process


def may_see(process: Process, by: Actor | None, field: str, owner: str) -> bool:
    """Whether somebody sees what is charged to whoever a field names: those who see all cases, and an organisation what
    is its own. A program that asks for nobody sees all.
    """
    if by is None:
        return True
    sight = sight_of(process, by)
    own = {sight.organisation, *sight.spelt} - {None}
    return sight.everything or (field == process.organisation and owner in own)

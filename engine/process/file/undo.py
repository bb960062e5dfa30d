"""Undo: the part of an event that says who may take it back. Pure."""

from __future__ import annotations

from typing import Any

from engine.process.file.context import Context
from engine.process.undo import Undo
from engine.source.reader import Path


def read_undo(context: Context, raw: dict[str, Any], path: Path) -> Undo | None:
    """What the event `raw` at `path` says of taking it back: the roles, or a map of them and more; None of nothing."""
    said, here = raw.get("undo"), (*path, "undo")
    if said is None:
        return None
    if raw.get("by") == []:
        message = (
            "Nobody does this event: it is sent by a timer or a free place, so there is nobody's step to take back."
        )
        mend = "Take back the event before it: what followed by itself goes with that one."
        context.key_problem(here, "never-undone", message, mend, also=((*path, "by"), "nobody does it"))
    whole = said if isinstance(said, dict) else {"by": said}
    by = context.roles(whole["by"], (*here, "by") if whole is said else here)
    within = context.duration(whole.get("within"), (*here, "within"))
    return Undo(by or frozenset(), within, whole.get("reopens", False))

"""Raisings: the part of a process file that says which tasks are raised, each always or on a condition. Pure."""

from __future__ import annotations

from typing import Any

from engine.process.file.context import Context
from engine.process.timing import Raising
from engine.source.reader import Path


def read_raisings(context: Context, raw: Any, path: Path, *, acts: bool = False) -> tuple[Raising, ...]:
    """What a `raise:` says: the name of a task, `{task, when}`, or a list of these; `acts`: somebody acts there."""
    if isinstance(raw, list):
        found = [_read(context, one, (*path, index), acts=acts) for index, one in enumerate(raw)]
    else:
        found = [_read(context, raw, path, acts=acts)] if raw is not None else []
    return tuple(one for one in found if one)


def _read(context: Context, raw: Any, path: Path, *, acts: bool) -> Raising | None:
    if isinstance(raw, str):
        return Raising(raw) if context.known("task", raw, path) else None
    when = context.condition(raw.get("when"), (*path, "when"), acts=acts)
    return Raising(raw["task"], when, (*path, "when")) if context.known("task", raw["task"], (*path, "task")) else None

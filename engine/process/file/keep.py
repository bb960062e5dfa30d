"""Keep: what a process says of how long its cases are kept after their end. Pure."""

from __future__ import annotations

from typing import Any

from engine.calendars.duration import Duration
from engine.process.definition import Keep
from engine.process.file.context import Context

_NEVER = Duration(())


def read_keep(context: Context, data: dict[str, Any]) -> Keep | None:
    """The rule of a process, if it has one; what is wrong with it becomes a problem in `context`."""
    raw = data.get("keep")
    if raw is None:
        return None
    if "subject" in raw:
        context.known("field", raw["subject"], ("keep", "subject"))
    leaves = context.all_known("field", raw.get("leaves", ()), ("keep", "leaves"))
    _check_leaves(context, data, leaves)
    until = context.expression(raw["until"], ("keep", "until"), "TIMESTAMP") if "until" in raw else None
    return Keep(
        by=context.roles(raw["by"], ("keep", "by")) or frozenset(),
        otherwise=context.duration(raw["else"], ("keep", "else")) or _NEVER,
        until=until,
        hold=context.condition(raw.get("hold"), ("keep", "hold")),
        leaves=frozenset(leaves),
        subject=raw.get("subject", ""),
    )


_FREE = {"person": "is a person"}


def _check_leaves(context: Context, data: dict[str, Any], leaves: tuple[str, ...]) -> None:
    """What stays for figures tells nobody who it was."""
    for place, name in enumerate(leaves):
        field = data["fields"].get(name, {})
        if field.get("personal") or field.get("type") in {"text", "long_text", "code", "person"}:
            what = "is personal" if field.get("personal") else _FREE.get(field["type"], "is free text")
            message = f"{name} {what}, and would tell for ever whom the case was about."
            context.problem(("keep", "leaves", place), "wrong-value", message, "Leave it out.")

"""Links: what a process says of the cases that its own may be linked with. Pure."""

from __future__ import annotations

from typing import Any

from engine.process.file.context import Context
from engine.process.links import LinkKind
from engine.source.reader import Path


def read_links(context: Context, data: dict[str, Any]) -> dict[str, LinkKind]:
    """The links of a process; what is wrong with one becomes a problem in `context`."""
    return {name: _link(context, name, raw, ("links", name)) for name, raw in data.get("links", {}).items()}


def _link(context: Context, name: str, raw: dict[str, Any], path: Path) -> LinkKind:
    both = raw.get("both", False)
    if both and "back" in raw:
        message = f"{name} is the same for both sides, and has one title."
        context.key_problem((*path, "back"), "wrong-value", message, "Remove back:, or both: true.")
    if both and raw.get("one", False):
        message = f"{name} is the same for both sides: one: would be asked of only one of them."
        context.key_problem((*path, "one"), "wrong-value", message, "Remove one:, or both: true.")
    given = raw.get("to", context.source.data["process"])
    return LinkKind(
        name=name,
        title=raw["title"],
        back=raw.get("back", raw["title"]),
        to=(given,) if isinstance(given, str) else tuple(given),
        both=both,
        by=context.roles(raw.get("by"), (*path, "by")),
        one=raw.get("one", False),
    )

"""Claims: what a process says of what only one of its open cases may have. Pure."""

from __future__ import annotations

from typing import Any

from engine.process.claims import Claim
from engine.process.definition import Process
from engine.process.file.context import Context
from engine.source.reader import Path

# Two of them are the same, or they are not: of a long text, a measure or a list nobody could say that.
_TYPES = frozenset({"text", "code", "choice", "date", "integer", "organisation", "person"})


def read_claims(context: Context, data: dict[str, Any]) -> tuple[Claim, ...]:
    """The claims of a process; what is wrong with one becomes a problem in `context`."""
    return tuple(_claim(context, data, raw, ("unique", index)) for index, raw in enumerate(data.get("unique", [])))


def _claim(context: Context, data: dict[str, Any], raw: dict[str, Any], path: Path) -> Claim:
    fields, here = data.get("fields", {}), (*path, "fields")
    names = context.one_or_many("field", raw["fields"], here)
    for name in names:
        field = fields.get(name, {})
        if field.get("dated") or field.get("type") not in _TYPES:
            what = "holds from a day on" if field.get("dated") else f"is of the type {field.get('type')}"
            message = f"{name} {what}: no two cases are told apart by it."
            context.problem(here, "wrong-value", message, f"Name fields of the types {', '.join(sorted(_TYPES))}.")
    titles = " and ".join(fields[name]["title"] for name in names if "title" in fields.get(name, {}))
    return Claim(names, raw.get("say", f"There is an open case with the same {titles} already."))


def check_claims(process: Process, context: Context) -> None:
    """What is claimed is answered by somebody, who can be told that another case has it."""
    written = {name for name, _ in process.every_set()}
    for index, claim in enumerate(process.unique):
        for name in sorted(written & {*claim.fields}):
            message = f"{name} is set by the process itself: nobody is there to be told that another case has it."
            context.problem(("unique", index, "fields"), "wrong-value", message, f"Ask for {name} in a form.")

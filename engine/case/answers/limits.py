"""Limits: between which days an answer has to lie, what else it has to meet, and how people are told so. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.process.definition import Bound, Field, Process
from engine.process.language.expressions import View
from engine.process.language.times import as_day, aware
from engine.process.language.values import instant


def outside(process: Process, values: Mapping[str, Any], merged: View) -> dict[str, str]:
    """Which answers lie outside of their limits, and why; `merged` is the case with the whole form laid over it.

    A limit that hangs on an empty field is none, and a check that is neither true nor false refuses nothing.
    """
    found = {}
    for name, value in values.items():
        said = "" if value is None else _fault(process, process.fields[name], value, merged)
        if said:
            found[name] = said
    return found


def _fault(process: Process, field: Field, value: Any, merged: View) -> str:
    if field.earliest and _before(process, value, field.earliest, merged):
        return f"{field.title} must not be before {field.earliest.said}."
    if field.latest and _after(process, value, field.latest, merged):
        return f"{field.title} must not be after {field.latest.said}."
    refused = field.check is not None and process.language.truth(field.check, merged) is False
    return field.say if refused else ""


def _before(process: Process, value: str, bound: Bound, view: View) -> bool:
    pair = _pair(process, value, bound, view)
    return pair is not None and pair[0] < pair[1]


def _after(process: Process, value: str, bound: Bound, view: View) -> bool:
    pair = _pair(process, value, bound, view)
    return pair is not None and pair[0] > pair[1]


def _pair(process: Process, value: str, bound: Bound, view: View) -> tuple[Any, Any] | None:
    """The answer and its limit, to be compared: as days, unless both have a time of day. None: there is no limit."""
    limit = process.language.value(bound.date, view)
    if limit is None:
        return None
    if isinstance(limit, datetime) and "T" in value:
        return instant(value, process.zone), aware(limit)
    return date.fromisoformat(value[:10]), as_day(limit, process.zone)


def limits_said(field: Field) -> str:
    """The limits of a date or time as a hint beside the box; empty where there are none."""
    pairs = (("before", field.earliest), ("after", field.latest))
    return " ".join(f"Not {word} {bound.said}." for word, bound in pairs if bound)

"""Asked: which fields a step wrote, in the order in which people were asked, and which nobody filled in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.case.entry import Entry
from engine.process.definition import Event, Process, Way
from engine.process.rows import counts, days_of, is_computed, rows_in, with_rows, written


class Asked(NamedTuple):
    """A field that a step wrote. `computed`: the process set it, nobody filled it in."""

    field: str
    computed: bool


def is_empty(raw: Any) -> bool:
    """Whether an answer says nothing."""
    return raw is None or (isinstance(raw, str) and not raw.strip()) or raw in ([], ())


def asked_in(process: Process, entry: Entry) -> list[Asked]:
    """The fields that an entry wrote: those of its form in its order, then those that its process set."""
    event = process.event(entry.source, entry.event) if entry.event and entry.source in process.states else None
    form, apart = _by_days(process, _form(process, entry, event), entry)
    computed = {name for name in entry.data if name not in form} | _always_set(event, entry)
    by_default = {written(days_of(name), name) if name in apart else name for name in entry.note.get("default", ())}
    computed |= {*by_default, *_set_on_entry(process, entry)} & entry.data.keys()
    computed -= apart
    filled = [name for name in form if name in entry.data and name not in computed]
    # As they stand in the process; last what it does not know any more.
    order = [*process.fields, *sorted(entry.data)]
    return [Asked(name, computed=False) for name in filled] + [
        Asked(name, computed=True) for name in dict.fromkeys(order) if name in computed
    ]


def _by_days(process: Process, form: Mapping[str, bool], entry: Entry) -> tuple[dict[str, bool], set[str]]:
    """The form with the rows that a step wrote of dated fields in the place of those; what holds today is told apart
    from a row only where the step wrote none.
    """
    wrote = {process.series[one].dates: one for one, _ in rows_in(entry.data) if one in process.series}
    found: dict[str, bool] = {}
    for name, required in form.items():
        series = wrote.get(name)
        found |= {name: required} if series is None else {written(series, name): required}
    return found, {name for name in wrote if name}


def _set_on_entry(process: Process, entry: Entry) -> set[str]:
    """The fields that are set wherever a case begins, or by the states that it came into."""
    begun = process.opening.assign if entry.kind == "opened" else ()
    entered = (process.states[name].assign for name in entry.entered if name in process.states)
    return {name for assign in (begun, *entered) for name, _ in assign}


def _form(process: Process, entry: Entry, event: Event | None) -> Mapping[str, bool]:
    if entry.kind == "opened":
        inside = (name for section in process.opening.sections for name in section.fields)
        return dict.fromkeys([*inside, *process.opening.form], True)
    if entry.kind == "correction":
        order = dict.fromkeys([*process.fields, *sorted(entry.data)], True)
        return {name: True for name in order if name in entry.data and not is_computed(process.series, name)}
    return with_rows(event.form, counts(entry.data, process.series)) if event else {}


def _always_set(event: Event | None, entry: Entry) -> set[str]:
    """The fields that are set on whichever way the case may have gone: what a form says of them is overwritten."""
    if event is None or entry.kind != "event":
        return set()
    ways = [way for way in event.ways if _leads(way, entry)] or list(event.ways)
    named = [{name for name, _ in way.assign} for way in ways]
    return set.intersection(*named) & entry.data.keys() if named else set()


def _leads(way: Way, entry: Entry) -> bool:
    if way.to is None or not entry.to:
        return way.to is None and not entry.to
    return entry.to == way.to or entry.to.startswith(f"{way.to}.")

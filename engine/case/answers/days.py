"""Days: fields whose values hold from a day on: what is written of them, and which value holds today. Pure.

Under the name of the field stands what holds on the day of the step, so that whatever asks for the field asks for that;
the values of all days stand beside it as rows. What holds by the mere passing of a day is written when it comes
(`case/time/days.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.case.answers.asked import is_empty
from engine.case.answers.form import check_form
from engine.process.definition import Process
from engine.process.language.expressions import View
from engine.process.rows import DAY, Row, after, days_of, on_day, read, rows_in, values_of, written

Values = dict[str, Any]


def dated_in(process: Process, names: Iterable[str]) -> list[str]:
    """Those of the names that are dated fields."""
    return [name for name in names if name in process.fields and process.fields[name].dated]


def is_day(process: Process, name: str) -> bool:
    """Whether something that a form asks for is the day from which on a dated field holds."""
    cell = read(name)
    return cell is not None and cell.series in process.series and bool(process.series[cell.series].dates)


def as_rows(process: Process, given: Mapping[str, Any]) -> Values:
    """What was given, with the day of a dated field (`programme.from`) by the name of its row."""
    known = {f"{name}.from": written(days_of(name), DAY) for name in dated_in(process, process.fields)}
    return {known.get(name, name): value for name, value in given.items()}


def check_days(
    process: Process, form: Mapping[str, bool], given: Mapping[str, Any], values: Values, view: View
) -> tuple[Values, Values]:
    """What a form writes of dated fields, whose answers are among `values`: from the day of the step on where no other
    is said. And what is wrong with those days, by their names.
    """
    days, faults = dict[str, str](), Values()
    today = process.today(view.now).isoformat()
    for name in dated_in(process, form):
        called = written(days_of(name), DAY)
        said = None if is_empty(given.get(called)) else given[called]
        if name in values:
            found, wrong = check_form(process, {called: False}, {called: said or today}, view.over(values))
            days, faults = days | {name: found.get(called, today)}, faults | wrong
        elif said is not None and is_empty(given.get(name)):
            faults[name] = f"{process.fields[name].title} must be filled in."
    return by_days(process, view.data, values, days, today), faults


def by_days(
    process: Process, data: Mapping[str, Any], changes: Mapping[str, Any], days: Mapping[str, str], today: str
) -> Values:
    """What a step writes, with a row for each dated field: it holds from its day on, from today where none is said.

    A value that holds on that day already is not written once more.
    """
    found = dict(changes)
    for name in dated_in(process, changes):
        series, value, day = days_of(name), changes[name], days.get(name, today)
        if value != _held(data, name, day, today):
            slot = 1 + max((number for of, number in rows_in(data) if of == series), default=0)
            found |= {written(series, DAY, slot): day, written(series, name, slot): value}
        now = _held({**data, **found, name: data.get(name)}, name, today, today)
        if now == data.get(name) and now != value:
            del found[name]
        else:
            found[name] = now
    return found


def _held(data: Mapping[str, Any], name: str, day: str, today: str) -> Any:
    """What holds on a day. What stands in a case of which no day was reached, as before its field was dated, always
    did.
    """
    rows = values_of(data, days_of(name))
    holds, reached = on_day(rows, day), on_day(rows, today)
    return holds.get(name) if holds else data.get(name) if reached is None else None


def current(process: Process, data: Mapping[str, Any], changes: Mapping[str, Any], today: str, entry: int) -> Values:
    """The values that hold today of the dated fields of whose rows a correction changes some: those that change.

    `entry` is the one that the row came with.
    """
    then, found = {**data, **after(data, changes, 0, "", entry)}, Values()
    for series, _ in rows_in(changes):
        name = process.series[series].dates
        if name:
            holds: Row = on_day(values_of(then, series), today) or {}
            found |= {name: holds.get(name)} if holds.get(name) != data.get(name) else {}
    return found

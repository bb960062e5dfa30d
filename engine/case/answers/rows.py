"""Rows: the rows of series that a form asks for, each read as a little form of its own. Pure.

A row may be given by the names of its values (`visit.home`), or as programs have it: `visit: {home: true}`, and several
as a list of these.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.case.answers.days import as_rows, check_days, is_day
from engine.case.answers.form import check_form, stored, unfit
from engine.process.definition import Process
from engine.process.language.expressions import View
from engine.process.rows import DAY, MOST_ROWS, Row, Series, counts, read, rows_in, unnumbered, with_rows, written

TOO_MANY = f"A form takes at most {MOST_ROWS} rows: write the others by another step."
Values = dict[str, Any]
Faults = dict[str, str]


def spread(process: Process, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, with each value of a row by its own name."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        several = value if isinstance(value, (list, tuple)) else [value]
        if name in process.series and all(isinstance(one, Mapping) for one in several):
            for slot, row in enumerate(several, 1):
                found |= {written(name, str(field), slot): one for field, one in row.items()}
        else:
            found[name] = value
    return found


def by_name(process: Process, given: Mapping[str, Any]) -> Values:
    """What was given, with each value of a row, and each day of a dated field, by its own name."""
    return as_rows(process, spread(process, given))


@functools.lru_cache(maxsize=1024)
def of_row(process: Process, series: str) -> Process:
    """The process as one row of a series sees it: its own fields stand among those of the case."""
    known = process.series[series]
    fields = {name: one for name, one in process.fields.items() if read(name) is None}
    return replace(process, fields=fields | dict(known.fields), language=known.language, series={})


def check_answers(
    process: Process,
    form: Mapping[str, bool],
    given: Mapping[str, Any],
    view: View,
    several: frozenset[str] = frozenset(),
) -> tuple[Values, Faults]:
    """The values to store, and what is wrong with each: of fields (`check_form`), of the days from which on they hold
    (`check_days`), and of rows that a form writes: of the series in `several` one at least.
    """
    if not process.series:
        return check_form(process, form, given, view)
    given = by_name(process, given)
    form = with_rows(form, {name: min(count, MOST_ROWS) for name, count in counts(given, several).items()})
    apart = dict.fromkeys(name for name in form if read(name))
    of_fields = {name: how for name, how in form.items() if name not in apart}
    answered = {name: value for name, value in given.items() if name not in apart}
    values, faults = check_form(process, of_fields, answered, view)
    faults |= {name: TOO_MANY for name in faults if name.partition(".")[0] in several and unnumbered(name) in form}
    values, wrong = check_days(process, of_fields, given, values, view)
    faults |= wrong
    rows = {name: form[name] for name in apart if not is_day(process, name)}
    # With what this very form says of the case: consent and a row that hangs on it may be given together.
    after = view.over(values)
    of_rows, wrong = _check_rows(process, rows, {name: given[name] for name in rows if name in given}, after, several)
    return values | of_rows, faults | wrong


def _check_rows(
    process: Process, form: Mapping[str, bool], given: Mapping[str, Any], view: View, several: frozenset[str]
) -> tuple[Values, Faults]:
    """A row that need not be there, and of which nothing is said, is not written. Of several one has to be there, and
    what is wrong says in which row.
    """
    values, faults = Values(), Faults()
    said = {
        place: {name: one for name, one in row.items() if not _is_blank(one)} for place, row in rows_in(given).items()
    }
    rows = Counter(series for (series, _), row in said.items() if row)
    for (series, slot), asked in rows_in(form).items():
        filled, many = said.get((series, slot), {}), series in several
        if not filled and not (slot == 1 and not rows[series] if many else asked[DAY]):
            continue
        found, wrong = _row(process, process.series[series], filled, view)
        which = f"{process.series[series].row} {slot}: " if many and rows[series] > 1 else ""
        values |= {written(series, name, slot): one for name, one in found.items()}
        faults |= {written(series, name, slot): which + one for name, one in wrong.items()}
    return values, faults


def _is_blank(value: Any) -> bool:
    return value in (None, [], ()) or (isinstance(value, str) and not value.strip())


def _row(process: Process, series: Series, given: Row, view: View) -> tuple[Values, Faults]:
    row, today = of_row(process, series.name), process.today(view.now).isoformat()
    asked = [name for name in series.fields if name not in series.computed]
    form = {name: name not in series.optional and _may_be_given(row, name, view) for name in asked}
    values, faults = check_form(row, form, {DAY: today, **given}, view)
    if not faults:
        values |= (worked_out := computed(process, series, values, view))
        faults = unfit(row, worked_out, view.over(values))
    return {name: one for name, one in values.items() if one is not None}, faults


def _may_be_given(row: Process, name: str, view: View) -> bool:
    """Whether a field of a row may be given now: one that may not need not be."""
    when = row.fields[name].when
    return when is None or row.language.truth(when, view) is True


def computed(process: Process, series: Series, values: Mapping[str, Any], view: View) -> Values:
    """The fields of a row that are worked out, by the others; one after the other, so that one may hang on another."""
    found = dict(values)
    for name, value in series.computed.items():
        seen = view.over(found)
        found[name] = stored(series.fields[name], series.language.value(value, seen), process.zone)
    return {name: found[name] for name in series.computed}


def row_of(data: Mapping[str, Any], entry: int, name: str) -> Row | None:
    """The row that came with an entry, as it is kept, in which the value of this name stands; None where none does."""
    cell = read(name)
    rows: list[Row] = data.get(cell.series, []) if cell else []
    return next((one for one in rows if cell and (one["entry"], one["slot"]) == (entry, cell.slot)), None)


def corrected(process: Process, name: str, value: Any, row: Row, view: View) -> tuple[Values, Faults]:
    """The right value of a row in the place of a wrong one, and what is worked out from it, by their names."""
    cell = read(name)
    assert cell is not None
    series, seen = process.series[cell.series], view.over(row)
    needed = cell.field == DAY or cell.field not in series.optional
    values, faults = check_form(of_row(process, cell.series), {cell.field: needed}, {cell.field: value}, seen)
    if not faults:
        others = computed(process, series, {**row, **values}, view)
        values |= {one: new for one, new in others.items() if new != row.get(one)}
    return (
        {written(cell.series, one, cell.slot): new for one, new in values.items()},
        {written(cell.series, one, cell.slot): fault for one, fault in faults.items()},
    )

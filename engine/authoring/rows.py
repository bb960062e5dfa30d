"""Rows: what a scenario expects of the values of a case, as they are kept, and of the rows of its series. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.case.answers.form import value_of
from engine.process.definition import Process
from engine.process.rows import DAY, written
from engine.service.cases.rows import Row


def kept_value(process: Process, name: str, value: Any) -> Any:
    """A value that a scenario writes, as it is kept of a field."""
    known = process.fields.get(name)
    return value_of(known, value, process.zone) if known and value is not None else value


def compared(
    process: Process, found: Mapping[str, Sequence[Row] | None], wanted: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What there is of rows and what is wanted, so that the one can be the other: how many, or some values of each."""
    there = {name: _as_asked(rows or (), wanted[name]) for name, rows in found.items()}
    return there, {name: _as_kept(process, name, rows) for name, rows in wanted.items()}


def _as_asked(rows: Sequence[Row], wanted: Any) -> Any:
    if not isinstance(wanted, list):
        return len(rows)
    asked = [*wanted, *({} for _ in rows[len(wanted) :])]
    return [
        {name: {DAY: row.day, **row.values}.get(name) for name in names}
        for row, names in zip(rows, asked, strict=False)
    ]


def _as_kept(process: Process, series: str, wanted: Any) -> Any:
    if not isinstance(wanted, list):
        return wanted
    return [{name: kept_value(process, written(series, name), one) for name, one in row.items()} for row in wanted]

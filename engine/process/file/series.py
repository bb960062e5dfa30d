"""Series: what a process file says of the rows that a case keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.process.definition import Bound, Field
from engine.process.file.context import NOTHING, Context
from engine.process.file.fields import read_field
from engine.process.language.expressions import RESERVED, Language
from engine.process.rows import DAY, Series, written
from engine.source.reader import Path


def row_languages(raw: Mapping[str, Any], around: Language) -> dict[str, Language]:
    """The language of a row of each series: its own fields, its day, and those of the case around it."""
    found, alone = {}, replace(around, _programs={})
    for name, series in raw.items():
        own = {field: one["type"] for field, one in series["fields"].items() if field not in {DAY, *RESERVED}}
        choices = {field: frozenset(one["choices"]) for field, one in series["fields"].items() if "choices" in one}
        own = {DAY: "date", **own}
        found[name] = replace(
            around,
            fields={**around.fields, **own},
            choices={**around.choices, **choices},
            own=frozenset(own),
            around=alone,
            _programs={},
        )
    return found


def read_series(context: Context) -> dict[str, Series]:
    """All series; what is wrong with them becomes problems in `context`."""
    return {name: _series(context, name, raw) for name, raw in context.series.items()}


def _series(context: Context, name: str, raw: dict[str, Any]) -> Series:
    path: Path = ("series", name)
    _check_names(context, name, raw, path)
    row = _within(context, name, raw)
    fields = {
        field: read_field(row, field, one, (*path, "fields"), context)
        for field, one in raw["fields"].items()
        if field in row.language.own
    }
    day = Field(DAY, raw.get("day", "Day"), "date", latest=_today(row))
    return Series(
        name=name,
        title=raw["title"],
        row=raw.get("row", raw["title"]),
        fields={DAY: day, **fields},
        optional=frozenset(field for field, one in raw["fields"].items() if one.get("optional")),
        computed=dict(_computed(row, raw, (*path, "fields"))),
        language=row.language,
    )


def _today(row: Context) -> Bound:
    today = row.language.check("today", "TIMESTAMP")
    assert not isinstance(today, list)
    return Bound(today, "today")


def _within(context: Context, name: str, raw: dict[str, Any]) -> Context:
    """The same reading inside a row: what is found there is found here."""
    language = context.language.series[name]
    fields = context.names["field"] | language.own
    titles = {**raw["fields"], DAY: {"title": raw.get("day", "Day")}}
    return replace(context, language=language, names={**context.names, "field": fields}, row=titles)


def _check_names(context: Context, name: str, raw: dict[str, Any], path: Path) -> None:
    if name in RESERVED or name in context.names["field"]:
        what = "a word of expressions" if name in RESERVED else "a field already"
        context.key_problem(path, "wrong-value", f"{name} is {what} and cannot name a series.", "Choose another name.")
    for field in raw["fields"]:
        if field == DAY or field in RESERVED or field in context.names["field"]:
            what = "the day of every row" if field == DAY else "a word of expressions" if field in RESERVED else ""
            message = f"{field} is {what or 'a field of the case already'} and cannot name a field of a row."
            mend = "Choose another name: in an expression nobody could tell which is meant."
            context.key_problem((*path, "fields", field), "wrong-value", message, mend)


def _computed(row: Context, raw: dict[str, Any], path: Path) -> Iterator[tuple[str, Any]]:
    for field, one in raw["fields"].items():
        if "value" in one and field in row.language.own:
            here = (*path, field, "value")
            found = row.expression(one["value"], here, row.language.result_type(field))
            if found is not NOTHING:
                yield field, found
            if "optional" in one:
                message = f"{field} is worked out: whether it is empty, its value: says."
                row.key_problem((*path, field, "optional"), "wrong-value", message, "Leave optional: out.")


def flat(series: Mapping[str, Series]) -> dict[str, Field]:
    """The fields of all rows as fields of the process, by the names that they are written by."""
    return {
        written(one.name, name): replace(field, name=written(one.name, name))
        for one in series.values()
        for name, field in one.fields.items()
    }

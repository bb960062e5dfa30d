"""Days: what a process file says of fields whose values hold from a day. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.process.definition import Field
from engine.process.file.context import Context
from engine.process.language.expressions import RESERVED, Language
from engine.process.language.series import dated_in
from engine.process.rows import DAY, Series, days_of, written


def dated_fields(raw: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """For each dated field the series of its values, as if it were written in the file."""
    return {
        days_of(name): {"fields": {name: one}} for name, one in raw.items() if one.get("dated") and name not in RESERVED
    }


def read_dated(context: Context, fields: Mapping[str, Field]) -> dict[str, Series]:
    """The series of the values of each dated field; what is wrong with them becomes problems in `context`."""
    dated = [one for one in fields.values() if one.dated]
    for one in dated:
        _check_name(context, one.name)
    return {days_of(one.name): _series(one, context.language) for one in dated if _is_free(context, one.name)}


def _series(field: Field, language: Language) -> Series:
    name = days_of(field.name)
    # Whoever may not be shown a value may not be shown either when it changes.
    day = Field(
        DAY, f"{field.title} from", "date", personal=field.personal, when=field.when, still_seen_by=field.still_seen_by
    )
    return Series(
        name=name,
        title=f"{field.title} by days",
        row=field.title,
        fields={DAY: day, field.name: replace(field, default=None, dated=False)},
        optional=frozenset({field.name}),
        computed={},
        language=language.series[name],
        dates=field.name,
    )


def _is_free(context: Context, field: str) -> bool:
    return days_of(field) not in context.names["field"] | context.names["series"]


def _check_name(context: Context, field: str) -> None:
    if not _is_free(context, field):
        name = days_of(field)
        message = f"{name} is a name already, and the days of {field}, which is dated, are kept under it."
        context.key_problem(("fields", field, "dated"), "wrong-value", message, f"Give {name} another name.")


def with_days(form: Mapping[str, bool], language: Language) -> dict[str, bool]:
    """The form of an event: a dated field, and behind it from which day on the answer holds."""
    return dict(_with_days(form, language))


def _with_days(form: Mapping[str, bool], language: Language) -> Iterator[tuple[str, bool]]:
    dated = dated_in(language.series)
    for name, required in form.items():
        yield name, required
        if name in dated:
            yield written(days_of(name), DAY), False

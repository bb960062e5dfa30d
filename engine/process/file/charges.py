"""Charges: what a process file says of figures, quotas and charges. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from engine.calendars.calendar import WEEKDAYS
from engine.calendars.duration import Duration
from engine.calendars.years import JANUARY, WITH_CALENDAR
from engine.process.charges import (
    ALL_DAYS,
    BY_DAYS,
    BY_WEEKS,
    DAILY,
    KEEP,
    MARK,
    PROMOTE,
    SCHOOL_DAYS,
    YEARLY,
    Charge,
    Charging,
    FigureKind,
    Notice,
    Quota,
    Rate,
    Stretch,
)
from engine.process.file.context import Context, entries_of
from engine.process.language.expressions import RESERVED, Language
from engine.source.problem import certain, nearest
from engine.source.reader import Path

SECTIONS = ("figures", "quotas", "charges")
# By whose values somebody or something can be told apart.
_KEYS = frozenset({"text", "choice", "code", "organisation", "person", "integer", "yes_no"})
_OWNERS = frozenset({"text", "choice", "organisation"})


def read_charging(context: Context, data: dict[str, Any]) -> Charging | None:
    """What a process says of them; None where it says nothing. What is wrong becomes a problem in `context`."""
    begins = _year_begins(context, data)
    if not any(section in data for section in SECTIONS):
        return None
    _check_names(context, data)
    if "charges" in data and "currency" not in data:
        mend = "Name its currency at the top: currency: GBP."
        context.key_problem(("charges",), "missing-key", "What is charged is of a currency.", mend)
    figures = {name: _figure(context, data, name, raw) for name, raw in data.get("figures", {}).items()}
    language = _beside(context.language, {name: one.type for name, one in figures.items()})
    with_quotas = _beside(language, dict.fromkeys(data.get("quotas", {}), "yes_no"))
    first, then = (replace(context, language=one) for one in (language, with_quotas))
    return Charging(
        year_begins=begins,
        language=language,
        of_charges=with_quotas,
        figures=figures,
        quotas={name: _quota(first, name, raw) for name, raw in data.get("quotas", {}).items()},
        charges={name: _charge(then, name, raw) for name, raw in data.get("charges", {}).items()},
        currency=data.get("currency", ""),
    )


def _beside(language: Language, more: dict[str, str]) -> Language:
    """The same language with further names, which go after fields that are called so."""
    known = {name: kind for name, kind in more.items() if name not in RESERVED}
    return replace(language, fields={**known, **language.fields}, _programs={})


def _year_begins(context: Context, data: dict[str, Any]) -> str:
    said: str = data.get("year_begins", WITH_CALENDAR if "calendar" in data else JANUARY)
    if said == WITH_CALENDAR and "calendar" not in data:
        mend = "Name one at the top: calendar: leicestershire."
        message = "Years begin with the calendar, and the process has none."
        context.problem(("year_begins",), "needs-calendar", message, mend)
    return said


def _check_names(context: Context, data: dict[str, Any]) -> None:
    """In an expression a name means one thing."""
    taken = dict.fromkeys(RESERVED, "a word of expressions")
    taken |= dict.fromkeys(context.names["field"], "a field already")
    taken |= dict.fromkeys(context.names["series"], "a series already")
    for section in ("figures", "quotas"):
        for name, _ in entries_of(data, section):
            if name in taken:
                message = f"{name} is {taken[name]} and cannot name one of the {section}."
                context.key_problem((section, name), "wrong-value", message, "Choose another name.")
            taken[name] = f"one of the {section} already"


def _figure(context: Context, data: dict[str, Any], name: str, raw: dict[str, Any]) -> FigureKind:
    path: Path = ("figures", name)
    by = context.one_or_many("field", raw.get("by"), (*path, "by"))
    for field in by:
        _typed_field(context, field, (*path, "by"), _KEYS)
    currency = data.get("currency", "") if raw["type"] == "money" else ""
    if raw["type"] == "money" and not currency:
        mend = "Name its currency at the top: currency: GBP."
        context.problem((*path, "type"), "missing-key", "An amount of money is of a currency.", mend)
    register, _, field = raw.get("from", "").partition(".")
    if register:
        _check_rows(context, data, raw, by, path)
    return FigureKind(name, raw["title"], raw["type"], by, raw.get("per") == "year", currency, register, field)


def _check_rows(context: Context, data: dict[str, Any], raw: dict[str, Any], by: tuple[str, ...], path: Path) -> None:
    """The rows of a register that give a figure say what it is for, and from when on."""
    register, _, name = raw["from"].partition(".")
    known, here = dict(entries_of(data, "registers")), (*path, "from")
    if register not in known:
        message, instead = f"There is no register {register}.", certain(register, known)
        context.problem(here, "wrong-value", message, nearest(register, known), instead=instead and f"{instead}.{name}")
        return
    fields = dict(entries_of(known[register], "fields"))
    if name not in fields:
        context.problem(here, "unknown-field", f"The register {register} has no field {name}.", nearest(name, fields))
        return
    if fields[name].get("type") != raw["type"]:
        message = f"{name} is of the type {fields[name].get('type')}, and the figure of the type {raw['type']}."
        context.problem(here, "wrong-value", message, "Give both the same type.")
    needed = [*(one for one in by if not _is_whose(known[register], one, data)), *(["year"] if "per" in raw else [])]
    for one in (one for one in needed if one not in fields):
        message = f"A row of {register} does not say its {one}: nobody could tell what its figure is for."
        context.problem(here, "wrong-value", message, f"Give the register a field {one}.")
    if "per" not in raw and not fields[name].get("dated"):
        message = f"{name} is not dated: nobody could tell from when on its figure holds."
        context.problem(here, "wrong-value", message, "Write dated: true, or per: year.")


def _is_whose(register: Any, name: str, data: dict[str, Any]) -> bool:
    """Whether a field of the process is the organisation for which a register has one row."""
    return "of" in register and name == data.get("organisation")


def _typed_field(context: Context, name: str, path: Path, types: frozenset[str]) -> None:
    """A field of the process of one of some types."""
    found = context.source.data.get("fields", {}).get(name, {}).get("type")
    if found and found not in types:
        message = f"{name} is of the type {found}, and cannot stand here."
        context.problem(path, "wrong-value", message, f"Name a field of the type {' or '.join(sorted(types))}.")


def _stretch(context: Context, raw: dict[str, Any], path: Path) -> Stretch:
    for key in ("first", "last"):
        if key in raw and context.known("field", raw[key], (*path, key)):
            _typed_field(context, raw[key], (*path, key), frozenset({"date"}))
    return Stretch(_states(context, raw["in"], (*path, "in")), raw.get("first", ""), raw.get("last", ""))


def _states(context: Context, raw: str | list[str], path: Path) -> tuple[str, ...]:
    if isinstance(raw, str):
        found = [context.state(raw, "", path)]
    else:
        found = [context.state(name, "", (*path, index)) for index, name in enumerate(raw)]
    return tuple(name for name in found if name)


def _owner(context: Context, name: str, path: Path) -> str:
    if context.known("field", name, path):
        _typed_field(context, name, path, _OWNERS)
    return name


def _quota(context: Context, name: str, raw: dict[str, Any]) -> Quota:
    path: Path = ("quotas", name)
    return Quota(
        name,
        raw["title"],
        _owner(context, raw["of"], (*path, "of")),
        context.expression(raw["allowance"], (*path, "allowance"), "INT"),
        _stretch(context, raw, path),
        context.condition(raw.get("when"), (*path, "when")),
        context.expression(raw["amount"], (*path, "amount"), "NUMBER") if "amount" in raw else None,
        raw.get("over", MARK),
        KEEP if raw.get("freed") == KEEP else PROMOTE,
    )


def _charge(context: Context, name: str, raw: dict[str, Any]) -> Charge:
    path: Path = ("charges", name)
    said = raw.get("pro_rata", BY_DAYS)
    return Charge(
        name=name,
        title=raw["title"],
        to=_owner(context, raw["to"], (*path, "to")),
        stretch=_stretch(context, raw, path),
        rates={one: _rate(context, one, line, (*path, "lines", one)) for one, line in raw["lines"].items()},
        days=_days(context, raw, path),
        on=_weekdays(context, raw, path),
        only=context.condition(raw.get("only"), (*path, "only")),
        notice=_notice(context, raw["notice"], (*path, "notice")) if "notice" in raw else None,
        spread=BY_WEEKS if said == BY_WEEKS else BY_DAYS,
        divisor=said if isinstance(said, int) else 0,
        # By the digits that are written: what a computer makes of 0.9 is no such part.
        share=Fraction(repr(raw.get("share", 1))),
        closed_is_charged=raw.get("closed") == "charged",
        since=_day(context, raw["since"], (*path, "since")) if "since" in raw else date.min,
    )


def _days(context: Context, raw: dict[str, Any], path: Path) -> str:
    said: str = raw.get("days", ALL_DAYS if context.lacks_calendar else SCHOOL_DAYS)
    if said == SCHOOL_DAYS and context.lacks_calendar:
        mend = "Name one at the top: calendar: leicestershire."
        message = f"'{SCHOOL_DAYS}' needs a calendar, and the process has none."
        context.problem((*path, "days"), "needs-calendar", message, mend)
    return said


def _weekdays(context: Context, raw: dict[str, Any], path: Path) -> Any:
    if "on" not in raw:
        return None
    found, fields = context.expression(raw["on"], (*path, "on"), "LIST"), context.source.data.get("fields", {})
    for name in sorted(found.names):
        choices = fields.get(name, {}).get("choices", {}) if fields.get(name, {}).get("type") == "choices" else {}
        odd = [one for one in choices if one[:3].lower() not in {day[:3] for day in WEEKDAYS}]
        if odd:
            message = f"{odd[0]}, a choice of {name}, is no day of the week."
            context.problem((*path, "on"), "wrong-value", message, "Call the choices mon, tue, wed and so on.")
    return found


def _notice(context: Context, raw: dict[str, Any], path: Path) -> Notice:
    length = context.duration(raw["for"], (*path, "for")) or Duration(())
    if length.has_clock:
        message = "Notice is counted in days, not in hours or minutes."
        context.problem((*path, "for"), "wrong-value", message, "For example: 5 school days.")
    return Notice(length, _states(context, raw["in"], (*path, "in")))


def _rate(context: Context, name: str, raw: dict[str, Any], path: Path) -> Rate:
    per = YEARLY if YEARLY in raw else DAILY
    amount = context.expression(raw[per], (*path, per), "money")
    return Rate(name, raw["title"], amount, per, context.condition(raw.get("when"), (*path, "when")))


def _day(context: Context, text: str, path: Path) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        context.problem(path, "bad-date", f"There is no day {text}.", "Write it as 2023-09-01.")
        return date.min

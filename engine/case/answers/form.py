"""Form: what somebody filled in, turned into values of the right type, or faults per field. Pure.

Messages name fields by their titles and never repeat what was typed: it may be personal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from engine.calendars.day import day_of
from engine.case.time.instants import YEARS, is_told
from engine.process.definition import Field, Process
from engine.process.language.expressions import View
from engine.process.language.patterns import matches
from engine.process.language.times import aware
from engine.source import number, sign
from engine.source.words import counted

# A line that fits a list and a letter; what is longer is a long_text.
TEXT_LENGTH = 500
# Some seven pages. Snapshots hold every field and are read and written at every step.
LONG_TEXT_LENGTH = 20_000
# Tab, line feed and carriage return may stand in long texts; surrogates alone are no text that can be stored.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
F = TypeVar("F", int, float)


class _Fault(Exception):
    """What is wrong with one value, as a sentence."""


def check_form(
    process: Process, form: Mapping[str, bool], given: Mapping[str, Any], view: View
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values to store, and what is wrong per field. `view` shows the case before the form."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, raw in given.items():
        if name not in form:
            faults[name] = "This form does not ask for this."
            continue
        try:
            values[name] = value_of(process.fields[name], raw, process.zone)
        except _Fault as fault:
            faults[name] = str(fault)
    for name, required in form.items():
        if required and name not in faults and values.get(name) is None:
            faults[name] = f"{process.fields[name].title} must be filled in."
    return values, faults | _premature(process, values, faults, view)


def _premature(process: Process, values: Mapping[str, Any], faults: Mapping[str, str], view: View) -> dict[str, str]:
    """Fields that may not be given yet, such as a name before there is consent."""
    # With what this very form says: consent and name may be given together.
    merged = View({**view.data, **values}, view.state, view.documents, view.free, view.now)
    return {
        name: f"{process.fields[name].title} cannot be given yet: {_condition(process, name)}."
        for name, value in values.items()
        if value is not None and name not in faults and not shown(process, name, merged)
    }


def _condition(process: Process, name: str) -> str:
    guard = process.fields[name].when
    titles = sorted(process.fields[one].title for one in (guard.names if guard else ()))
    return f"it depends on {' and '.join(titles)}" if titles else "its condition does not hold"


def shown(process: Process, name: str, view: View) -> bool:
    """Whether the field may be given and shown now."""
    if process.fields[name].when is None:
        return True
    return process.language.truth(process.fields[name].when, view) is True


def shown_to(process: Process, name: str, view: View, roles: frozenset[str]) -> bool:
    """Whether somebody with these roles may see the field now."""
    return bool(roles & process.fields[name].still_seen_by) or shown(process, name, view)


def value_of(field: Field, raw: Any, zone: ZoneInfo) -> Any:
    """The value as it is stored: text, number, bool, list of text, or an ISO date or local time.

    Raises:
        _Fault: it is no value of that type.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []:
        return None
    if isinstance(raw, str) and sign.is_blank(raw):
        raise _Fault(f"{field.title} {sign.BLANK}")
    return _READERS[field.type](field, raw, zone)


def _text(field: Field, raw: Any, _: ZoneInfo) -> str:
    if not isinstance(raw, (str, int)) or isinstance(raw, bool):
        raise _Fault(f"{field.title} must be text.")
    # Pasted text brings spaces of other kinds: kept, they would make another value of what looks the same.
    text = sign.plain_spaces(raw if isinstance(raw, str) else _digits(field, raw)).strip()
    most = field.max or (TEXT_LENGTH if field.type == "text" else LONG_TEXT_LENGTH)
    if len(text) > most:
        raise _Fault(f"{field.title} can have at most {counted(int(most), 'character')}.")
    if _CONTROL.search(text) or (field.type == "text" and "\n" in text):
        raise _Fault(f"{field.title} holds characters that cannot be kept.")
    unseen = sign.unseen(text)
    if unseen:
        raise _Fault(f"{field.title} {unseen}")
    if field.pattern and not matches(field.pattern, text):
        raise _Fault(f"{field.title} is not written as it must be. {field.hint}".strip())
    return text


def _digits(field: Field, raw: int) -> str:
    return str(_figure(field, raw, number.whole, "text"))


def _integer(field: Field, raw: Any, _: ZoneInfo) -> int:
    read = _figure(field, raw, number.whole, "a whole number")
    _check_limits(field, read)
    return read


def _number(field: Field, raw: Any, _: ZoneInfo) -> float:
    read = _figure(field, raw, number.decimal, "a number")
    _check_limits(field, read)
    return read


def _figure(field: Field, raw: Any, read: Callable[[Any], F], what: str) -> F:
    try:
        return read(raw)
    except number.NotANumber as bad:
        raise _Fault(f"{field.title} must be {what}. {bad}") from None


def _check_limits(field: Field, number: float) -> None:
    if field.min is not None and number < field.min:
        raise _Fault(f"{field.title} must be at least {field.min:g}.")
    if field.max is not None and number > field.max:
        raise _Fault(f"{field.title} must be at most {field.max:g}.")


def _yes_no(field: Field, raw: Any, _: ZoneInfo) -> bool:
    found = raw if isinstance(raw, bool) else _YES_NO.get(str(raw).strip().lower())
    if found is None:
        raise _Fault(f"{field.title} must be yes or no.")
    return found


def _choice(field: Field, raw: Any, _: ZoneInfo) -> str:
    if not isinstance(raw, str) or raw not in field.choices:
        raise _Fault(f"{field.title} must be one of: {', '.join(field.choices)}.")
    return raw


def _choices(field: Field, raw: Any, _: ZoneInfo) -> list[str]:
    picked = [part.strip() for part in raw.split(",")] if isinstance(raw, str) else raw
    if not isinstance(picked, (list, tuple)) or not all(one in field.choices for one in picked):
        raise _Fault(f"{field.title} must be some of: {', '.join(field.choices)}.")
    return [choice for choice in field.choices if choice in picked]


def _date(field: Field, raw: Any, _: ZoneInfo) -> str:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw.isoformat()
    try:
        # fromisoformat also takes 20240322 and 2024-W12-5, which another program would read otherwise.
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(raw).strip()):
            raise ValueError
        day = date.fromisoformat(str(raw).strip())
        if day.year not in YEARS:
            raise ValueError
        return day.isoformat()
    except ValueError:
        raise _Fault(f"{field.title} must be a day, such as 2024-03-22.") from None


def _time(field: Field, raw: Any, zone: ZoneInfo) -> str:
    try:
        moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw).strip())
        # fromisoformat takes a day alone for its midnight, which nobody meant: YYYY-MM-DD HH:MM has 16 signs.
        if len(str(raw).strip()) < 16 or not is_told(moment):
            raise ValueError
    except ValueError:
        raise _Fault(f"{field.title} must be a day and a time, such as 2024-03-22 14:30.") from None
    return _wall_clock(moment.astimezone(zone) if moment.tzinfo else moment)


_READERS: dict[str, Callable[[Field, Any, ZoneInfo], Any]] = {
    "text": _text,
    "long_text": _text,
    "integer": _integer,
    "number": _number,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "time": _time,
}


def stored(field: Field, value: Any, zone: ZoneInfo) -> Any:
    """A value that an expression gave, as it is stored: an instant (aware, or UTC) on the wall clock of `zone`."""
    if isinstance(value, datetime):
        return (
            day_of(aware(value), zone).isoformat()
            if field.type == "date"
            else _wall_clock(aware(value).astimezone(zone))
        )
    return _wall_clock(datetime.fromisoformat(value)) if field.type == "time" and value else value


def _wall_clock(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")

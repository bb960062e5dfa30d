"""Form: what somebody filled in, turned into values of the right type, or faults per field. Pure.

Messages name fields by their titles and never repeat what was typed: it may be personal.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from engine.case.answers.asked import is_empty
from engine.case.answers.choices import one_of, some_of
from engine.case.answers.limits import outside
from engine.case.answers.records import chosen, unknown
from engine.case.answers.wording import text_of
from engine.process import codes
from engine.process.definition import Field, Process
from engine.process.language.expressions import View
from engine.process.language.patterns import matches
from engine.process.language.times import aware
from engine.process.register import RECORDS
from engine.process.rows import concerned
from engine.source import money, number, sign
from engine.source.moment import NOT_TOLD, NotAMoment, day_written, is_told, moment_written
from engine.source.words import counted

# Types of one line.
LINES = frozenset({"text", *RECORDS})
# A line that fits a list and a letter; what is longer is a long_text.
TEXT_LENGTH = 500
# Some seven pages. Snapshots hold every field and are read and written at every step.
LONG_TEXT_LENGTH = 20_000
# Tab, line feed and carriage return may stand in long texts; surrogates alone are no text that can be stored.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
F = TypeVar("F", int, float)


class _Fault(Exception):
    """What is wrong with one value, as a sentence."""


def check_opening(process: Process, given: Mapping[str, Any], view: View) -> tuple[dict[str, Any], dict[str, str]]:
    """The same of the form that begins a case: what it leaves empty says its default."""
    return check_form(process, process.opening.form, given, view, process.begun_with)


def check_form(
    process: Process, form: Mapping[str, bool], given: Mapping[str, Any], view: View, defaults: Iterable[str] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values to store, and what is wrong per field. `view` shows the case before the form.

    Of `defaults`, what nothing is answered to gets its own.
    """
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
    # With what this very form says: consent and name may be given together.
    merged = view.over(values)
    meant, strange = chosen(process, values, view)
    values, faults, merged = values | meant, faults | strange, merged.over(meant)
    if offered := _offered(process, (name for name in defaults if name not in faults), merged):
        values |= offered
        faults |= _misfits(process, offered) | unknown(process, offered, view)
        merged = merged.over(offered)
    faults |= _lacking(process, form, values, faults, merged)
    return values, _refused(process, values, faults, merged)


def _offered(process: Process, names: Iterable[str], view: View) -> dict[str, Any]:
    """The defaults of the fields that are empty, and may be given now."""
    empty = (name for name in names if view.data.get(name) is None and shown(process, name, view))
    found = ((name, default_of(process, name, view)) for name in empty)
    return {name: value for name, value in found if value is not None}


def default_of(process: Process, name: str, view: View) -> Any:
    """What a form shows first for a field; None where it has no default, or one that is not known yet."""
    field = process.fields[name]
    if field.default is None:
        return None
    return stored(field, process.language.value(field.default, view), process.zone)


def unfit(process: Process, values: Mapping[str, Any], merged: View) -> dict[str, str]:
    """Why values cannot be written, whoever gives them: a form, a default, or a process that sets them.

    `merged` is the case with all of them laid over it. What is empty can always be.
    """
    return _refused(process, values, _misfits(process, values) | unknown(process, values, merged), merged)


def _misfits(process: Process, values: Mapping[str, Any]) -> dict[str, str]:
    found = ((name, misfit(process.fields[name], value, process.zone)) for name, value in values.items())
    return {name: said for name, said in found if said}


def misfit(field: Field, value: Any, zone: ZoneInfo) -> str:
    """Why a value is none of its field, for people; empty where it is one."""
    if field.type == "money" and isinstance(value, int):
        return f"{field.title} must be an amount of money. {money.HOW}."
    try:
        value_of(field, value, zone)
    except _Fault as fault:
        return str(fault)
    return ""


def _refused(process: Process, values: Mapping[str, Any], faults: Mapping[str, str], merged: View) -> dict[str, str]:
    """The faults, and those of values that may not be given yet, or lie outside of their limits."""
    found = {**faults, **_premature(process, values, faults, merged)}
    return found | outside(process, {name: value for name, value in values.items() if name not in found}, merged)


def _lacking(
    process: Process, form: Mapping[str, bool], values: Mapping[str, Any], faults: Mapping[str, str], merged: View
) -> dict[str, str]:
    """Fields that must be filled in; of one that cannot be yet, and is not asked for, what it depends on."""
    found = {}
    for name, required in form.items():
        if required and name not in faults and values.get(name) is None:
            said = f"{process.fields[name].title} must be filled in"
            is_open = shown(process, name, merged)
            found[name] = f"{said}." if is_open else f"{said}, but cannot be given yet: {_condition(process, name)}."
    return found


def _premature(process: Process, values: Mapping[str, Any], faults: Mapping[str, str], merged: View) -> dict[str, str]:
    """Fields that may not be given yet, such as a name before there is consent."""
    return {
        name: f"{process.fields[name].title} cannot be given yet: {_condition(process, name)}."
        for name, value in values.items()
        if value is not None and name not in faults and not shown(process, name, merged)
    }


def _condition(process: Process, name: str) -> str:
    guard = process.fields[name].when
    asked = {"fields": guard.names, "documents": guard.documents, "links": guard.links} if guard else {}
    titles = sorted(process.title_of(kind, one) for kind, names in asked.items() for one in names)
    return f"it depends on {' and '.join(titles)}" if titles else "its condition does not hold"


def shown(process: Process, name: str, view: View) -> bool:
    """Whether the field may be given and shown now."""
    if process.fields[name].when is None:
        return True
    return process.language.truth(process.fields[name].when, view) is True


def may_be_asked(process: Process, name: str, form: Iterable[str], view: View) -> bool:
    """Whether a form is to ask for the field: it may be given now, or once the form is answered and sent: what the same
    form says may allow it, and so may the day that it is sent, or dated.
    """
    guard = process.fields[name].when
    may_change = guard is not None and (guard.changes_by_itself or not guard.names.isdisjoint(concerned(form)))
    return may_change or shown(process, name, view)


def asked_now(process: Process, form: Mapping[str, bool], view: View) -> dict[str, bool]:
    """What a form asks for of a case as it is, and of each whether it is required; `view` shows the whole case."""
    return {name: required for name, required in form.items() if may_be_asked(process, name, form, view)}


def shown_to(process: Process, name: str, view: View, roles: frozenset[str]) -> bool:
    """Whether somebody with these roles may see the field now."""
    return bool(roles & process.fields[name].still_seen_by) or shown(process, name, view)


# Asked for every case that is shown; the fields of a version never change.
@functools.lru_cache(maxsize=256)
def telling(process: Process) -> tuple[str, ...]:
    """The fields that tell whom a case is about: its label and its subject as far as they are personal.

    Where neither is, every personal field that depends on something.
    """
    fields = process.fields
    named = dict.fromkeys((process.label, process.keep.subject if process.keep else ""))
    personal = tuple(name for name in named if name in fields and fields[name].personal)
    return personal or tuple(one.name for one in fields.values() if one.personal and one.when is not None)


def is_anonymous(process: Process, view: View, roles: frozenset[str] = frozenset()) -> bool:
    """Whether somebody with these roles may not be told whom the case is about, by names of files and notes either."""
    return not all(shown_to(process, name, view, roles) for name in telling(process))


def value_of(field: Field, raw: Any, zone: ZoneInfo) -> Any:
    """The value as it is stored: text, number, bool, list of text, an ISO date or local time, or an amount's digits.
    Which record a text means, `records.py` says.

    Raises:
        _Fault: it is no value of that type.
    """
    if is_empty(raw):
        return None
    if isinstance(raw, str) and sign.is_blank(raw):
        raise _Fault(f"{field.title} {sign.BLANK}")
    return _READERS[field.type](field, raw, zone)


def _text(field: Field, raw: Any, _: ZoneInfo) -> str:
    if not isinstance(raw, (str, int)) or isinstance(raw, bool):
        raise _Fault(f"{field.title} must be text.")
    # Pasted text brings spaces of other kinds: kept, they would make another value of what looks the same.
    told = sign.composed(raw) if isinstance(raw, str) else _digits(field, raw)
    text = sign.plain_lines(sign.plain_spaces(told)).strip()
    if field.type in LINES:
        text = text.replace("\t", " ")  # as cells of a sheet are pasted: in one line nobody tells it from a space
    _check_length(field, text)
    if _CONTROL.search(text) or (field.type in LINES and "\n" in text):
        raise _Fault(f"{field.title} holds characters that cannot be kept.")
    unseen = sign.unseen(text)
    if unseen:
        raise _Fault(f"{field.title} {unseen}")
    if field.pattern and not matches(field.pattern, text):
        raise _Fault(f"{field.title} is not written as it must be. {field.hint}".strip())
    return text


def _check_length(field: Field, text: str) -> None:
    most = field.max or (TEXT_LENGTH if field.type in LINES else LONG_TEXT_LENGTH)
    if len(text) > most:
        raise _Fault(f"{field.title} can have at most {counted(int(most), 'character')}.")


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


def _check_limits(field: Field, found: float) -> None:
    for limit, word, sign_of in ((field.min, "least", 1), (field.max, "most", -1)):
        if limit is not None and (found - _counted(field, limit)) * sign_of < 0:
            raise _Fault(f"{field.title} must be at {word} {text_of(field, limit)}.")


def _counted(field: Field, limit: float) -> float:
    return money.units(limit) if field.type == "money" else limit


def _money(field: Field, raw: Any, _: ZoneInfo) -> str:
    try:
        amount = money.units(raw, field.currency)
    except money.NotMoney as bad:
        raise _Fault(f"{field.title} must be an amount of money. {bad}") from None
    _check_limits(field, amount)
    return money.kept(amount)


def _code(field: Field, raw: Any, zone: ZoneInfo) -> str:
    text = codes.plain(_text(field, raw, zone))
    fault = field.code.fault(text) if field.code else ""
    if fault:
        raise _Fault(f"{field.title} {fault} {field.hint}".strip())
    return text


def _yes_no(field: Field, raw: Any, _: ZoneInfo) -> bool:
    found = raw if isinstance(raw, bool) else _YES_NO.get(raw.strip().lower()) if isinstance(raw, str) else None
    if found is None:
        raise _Fault(f"{field.title} must be yes or no.")
    return found


def _choice(field: Field, raw: Any, _: ZoneInfo) -> str:
    found = one_of(field, raw)
    if found is None:
        raise _Fault(f"{field.title} must be one of: {', '.join(field.choices.values())}.")
    return found


def _choices(field: Field, raw: Any, _: ZoneInfo) -> list[str]:
    found = some_of(field, raw)
    if found is None:
        raise _Fault(f"{field.title} must be some of: {', '.join(field.choices.values())}.")
    return found


def _date(field: Field, raw: Any, _: ZoneInfo) -> str:
    try:
        day = day_written(raw.strip() if isinstance(raw, str) else raw)
        if not is_told(day):
            raise NotAMoment(NOT_TOLD)
    except NotAMoment:
        raise _Fault(f"{field.title} must be a day, such as 2024-03-22.") from None
    return day.isoformat()


def _time(field: Field, raw: Any, zone: ZoneInfo) -> str:
    try:
        found = moment_written(raw.strip() if isinstance(raw, str) else raw)
    except NotAMoment:
        raise _Fault(f"{field.title} must be a day and a time, such as 2024-03-22 14:30.") from None
    return _wall_clock(found.astimezone(zone) if found.tzinfo else found)


_READERS: dict[str, Callable[[Field, Any, ZoneInfo], Any]] = {
    "text": _text,
    "long_text": _text,
    "integer": _integer,
    "number": _number,
    "money": _money,
    "code": _code,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "organisation": _text,
    "person": _text,
    "date": _date,
    "time": _time,
}


def stored(field: Field, value: Any, zone: ZoneInfo) -> Any:
    """A value that an expression gave, as it is stored: an instant (aware, or UTC) on the wall clock of `zone`.

    None where it is a time that nobody can mean: no timer could be reckoned with it. A number is rounded to the digits
    that can be typed again. Of what is no value of the field `unfit` says so.
    """
    if field.type == "money" and isinstance(value, int):
        return money.kept(value) if money.fits(value) else value
    if field.type == "code" and isinstance(value, str):
        return codes.plain(value)
    if field.type in {"choice", "choices"} and value is not None:
        return _as_choice(field, value, zone)
    if field.type in {"integer", "number"} and isinstance(value, (int, float)):
        rounded = number.kept(value)
        return value if rounded is None else rounded
    if field.type not in {"date", "time"} or not isinstance(value, (str, datetime)):
        return value
    try:
        moment = aware(value) if isinstance(value, datetime) else datetime.fromisoformat(value)
    except ValueError:  # a text that another case hands over
        return value
    if not is_told(moment):
        return None
    local = moment.astimezone(zone) if moment.tzinfo else moment
    return local.date().isoformat() if field.type == "date" else _wall_clock(local)


def _as_choice(field: Field, value: Any, zone: ZoneInfo) -> Any:
    """What stands for a choice by its title, or in other signs of the same looks, as that choice."""
    named = value if isinstance(value, list) else [value]
    try:
        return value if all(one in field.choices for one in named) else value_of(field, value, zone)
    except _Fault:
        return value


def _wall_clock(found: datetime) -> str:
    return found.replace(tzinfo=None).isoformat(timespec="minutes")

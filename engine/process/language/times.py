"""Times: what days and instants are in expressions, how they compare, and their parts. Pure.

A `date` and `today` are days; a `time`, `now` and `timestamp(…)` are instants. For whoever checks an expression they
are two types; when it is evaluated a day is its text, `2024-09-01`, which sorts as days do, and which no change of the
clocks can move. Where a day meets an instant, the day of the instant in the zone of the process is taken.
"""

from __future__ import annotations

import itertools
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel

from engine.calendars.calendar import Calendar
from engine.calendars.day import day_of, days_somewhere, offset_or_zone
from engine.calendars.duration import LONGEST_DAYS
from engine.process.language import amounts, lengths
from engine.source.moment import day_written

_T = cel.Type
DAY = _T.AbstractType("day", [])
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_IN_DAYS = {"h": 1 / 24, "m": 1 / 1440, "s": 1 / 86_400, "ms": 1 / 86_400_000, "us": 0.0, "ns": 0.0}
_PIECE = re.compile(r"([0-9]{1,10}(?:\.[0-9]{1,9})?)(h|ms|m|us|s|ns)")
_LENGTH = re.compile(rf"[+-]?(?:{_PIECE.pattern})+|0")
Overload = tuple[Any, list[Any], Callable[..., Any] | None]

_DAY_PARTS: Mapping[str, Callable[[date], int]] = {
    "getFullYear": lambda day: day.year,
    "getMonth": lambda day: day.month - 1,
    "getDate": lambda day: day.day,
    "getDayOfMonth": lambda day: day.day - 1,
    "getDayOfWeek": lambda day: day.isoweekday() % 7,
    "getDayOfYear": lambda day: day.timetuple().tm_yday - 1,
}
_CLOCK_PARTS: Mapping[str, tuple[Callable[[datetime], int], timedelta]] = {
    "getHours": (lambda local: local.hour, timedelta(hours=1)),
    "getMinutes": (lambda local: local.minute, timedelta(minutes=1)),
    "getSeconds": (lambda local: local.second, timedelta(seconds=1)),
}
PARTS = frozenset({*_DAY_PARTS, *_CLOCK_PARTS})  # no zone moves getMilliseconds: CEL's own is right
_SIGNED = {"_+_": 1, "_-_": -1}
_ORDER = {"_<_": operator.lt, "_<=_": operator.le, "_>_": operator.gt, "_>=_": operator.ge}

# What CEL itself knows of the operators that days and amounts share. A declaration replaces all of CEL's own.
_NUMBERS = (_T.INT, _T.UINT, _T.DOUBLE)
_PLAIN = (*_NUMBERS, _T.STRING, _T.BYTES)
_LIST = _T.List(_T.DYN)
_CEL: dict[str, list[tuple[Any, list[Any]]]] = {
    name: [(_T.BOOL, [kind, kind]) for kind in (_T.BOOL, *_PLAIN, _T.TIMESTAMP, _T.DURATION)]
    + [(_T.BOOL, list(pair)) for pair in itertools.permutations(_NUMBERS, 2)]
    for name in _ORDER
}
_CEL["_+_"] = [(kind, [kind, kind]) for kind in (*_PLAIN, _T.DURATION, _LIST)]
_CEL["_+_"] += [(_T.TIMESTAMP, [_T.TIMESTAMP, _T.DURATION]), (_T.TIMESTAMP, [_T.DURATION, _T.TIMESTAMP])]
_CEL["_-_"] = [(kind, [kind, kind]) for kind in (*_NUMBERS, _T.DURATION)]
_CEL["_-_"] += [(_T.DURATION, [_T.TIMESTAMP, _T.TIMESTAMP]), (_T.TIMESTAMP, [_T.TIMESTAMP, _T.DURATION])]
_CEL["_*_"] = [(kind, [kind, kind]) for kind in _NUMBERS]
_CEL["string"] = [(_T.STRING, [kind]) for kind in (_T.BOOL, *_PLAIN, _T.TIMESTAMP, _T.DURATION)]


def configuration() -> Any:
    """CEL without what is declared here in its place."""
    names = "".join(f'    - name: "{name}"\n' for name in sorted({*_CEL, *PARTS}))
    return cel.NewEnvConfigFromYaml(f"name: casework\nstdlib:\n  exclude_functions:\n{names}")


def checked() -> list[Any]:
    """What the checker knows: days are a type of their own."""
    days = _days(DAY, None)
    days["string"] = [(_T.STRING, [DAY], None)]
    days["date"].append((DAY, [DAY], None))
    days["days_since"] = [(_T.INT, [kind], None) for kind in (DAY, _T.TIMESTAMP)]
    for name in _ORDER:
        days[name].append((_T.BOOL, [DAY, DAY], None))
    for name in _SIGNED:
        days[name] += [(DAY, [DAY, lengths.DAYS], None)]
        days[name] += [(_T.TIMESTAMP, [_T.TIMESTAMP, kind], None) for kind in (lengths.DAYS, lengths.CLOCK)]
    for name, ways in amounts.OPERATORS.items():
        days[name] = days.get(name, []) + [(*one, None) for one in ways]
    return _declared(days, None, "") + lengths.constants()


def evaluated(zone: ZoneInfo, calendar: Calendar | None) -> list[Any]:
    """The same as it is worked out: a day is its text, and instants are read in `zone`."""
    days = _days(_T.STRING, zone)
    for name, times in _SIGNED.items():
        moved, set_on = partial(lengths.moved_day, times=times), partial(lengths.moved_instant, times=times)
        days[name].append((_T.DYN, [_T.STRING, _T.BYTES], partial(moved, calendar=calendar)))
        days[name].append((_T.TIMESTAMP, [_T.TIMESTAMP, _T.BYTES], partial(set_on, zone=zone, calendar=calendar)))
    days["days_since__"] = [
        (_T.INT, [_T.TIMESTAMP, kind], lambda now, then: (as_day(now, zone) - as_day(then, zone)).days)
        for kind in (_T.STRING, _T.TIMESTAMP)
    ]
    return _declared(days, zone, "__")


def _declared(days: dict[str, list[Overload]], zone: tzinfo | None, suffix: str) -> list[Any]:
    table = {name: [(*one, None) for one in known] + days.get(name, []) for name, known in _CEL.items()}
    table |= {name: overloads for name, overloads in days.items() if name not in _CEL}
    calls = [_function(name, overloads, member=False) for name, overloads in table.items()]
    kinds = [DAY if zone is None else _T.STRING, _T.TIMESTAMP]
    for name in PARTS:
        own = [kind for kind in kinds if kind is _T.TIMESTAMP or name in _DAY_PARTS]
        read = _reader(name, zone) if zone else None
        overloads = [(_T.INT, [kind, *more], read) for kind in own for more in ([], [_T.STRING])]
        overloads += [(_T.INT, [_T.DURATION], read)] if name in _CLOCK_PARTS else []
        calls.append(_function(name + suffix, overloads, member=True))
    return calls


def _function(name: str, overloads: list[Overload], *, member: bool) -> Any:
    made = [
        cel.Overload(f"{name}_{number}", return_type=result, parameters=given, is_member=member, impl=impl)
        for number, (result, given, impl) in enumerate(overloads)
    ]
    return cel.FunctionDecl(name, made)


def _days(day: Any, zone: tzinfo | None) -> dict[str, list[Overload]]:
    """What days add to the operators, and the function that makes one of a text or an instant."""
    result = DAY if day is DAY else _T.DYN  # as a text a day could not be compared with null any more

    def using(work: Callable[..., Any]) -> Callable[..., Any] | None:
        return (lambda *given: work(*(as_day(one, zone) for one in given))) if zone else None

    mixed = ([day, _T.TIMESTAMP], [_T.TIMESTAMP, day])
    found: dict[str, list[Overload]] = {
        name: [(_T.BOOL, pair, using(compare)) for pair in mixed] for name, compare in _ORDER.items()
    }
    found["_-_"] = [(_T.DURATION, pair, using(operator.sub)) for pair in ([day, day], *mixed)]
    found["_-_"].append((result, [day, _T.DURATION], lambda one, length: _moved(one, -length)))
    found["_+_"] = [(result, [day, _T.DURATION], _moved)]
    found["_+_"].append((result, [_T.DURATION, day], lambda length, one: _moved(one, length)))
    found["birthday"] = [(result, [day, _T.INT], birthday if zone else None)]
    found["date"] = [(result, [kind], using(date.isoformat)) for kind in (_T.STRING, _T.TIMESTAMP)]
    return found


def as_day(value: str | datetime, zone: tzinfo | None) -> date:
    """The day of what stands for one in an expression: its text, or an instant in `zone`."""
    if isinstance(value, str):
        return day_written(value)
    assert zone is not None
    return day_of(aware(value), zone)


def wrong_in(call: str, text: str) -> tuple[str, str] | None:
    """What is wrong with a text that a function of WRITTEN is given, and how to mend it; None where it is right."""
    noun, is_right, mend = WRITTEN[call]
    try:
        right = is_right(text)
    except (ValueError, OverflowError):
        right = False
    return None if right else (f"{text} is no {noun}.", mend)


def _is_instant(text: str) -> bool:
    # Around it must be a day in every zone: what is reckoned near the ends of the calendar is never known.
    return bool(_INSTANT.fullmatch(text) and days_somewhere(datetime.fromisoformat(text)))


def _is_length(text: str) -> bool:
    if not _LENGTH.fullmatch(text):
        return False
    days = sum(float(count) * _IN_DAYS[unit] for count, unit in _PIECE.findall(text))
    return days <= LONGEST_DAYS


WRITTEN: Mapping[str, tuple[str, Callable[[str], Any], str]] = {
    "date": ("day", day_written, 'Write it as date("2024-09-01").'),
    "timestamp": (
        "instant",
        _is_instant,
        'Write it with its distance from UTC, as "2024-09-01T09:00:00Z", or a day as date("2024-09-01").',
    ),
    "duration": ("length of time", _is_length, "Write it in words, without duration(…): due + 1 week."),
}
"""Functions that make a time of a text: what it must be, and how it is written. What CEL cannot read is never known."""


def aware(moment: datetime) -> datetime:
    """An instant that CEL gave: without a zone it is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def birthday(born: str, years: int) -> str:
    """The day on which who was born on a day is so many years old: for 29 February the day after it, in other years."""
    day = day_written(born)
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:
        return date(day.year + years, 3, 1).isoformat()


def _moved(day: str, length: timedelta) -> str:
    """So much later or earlier, in whole days: a day is 24 hours here, whatever the clocks do."""
    return (datetime.combine(day_written(day), time()) + length).date().isoformat()


def _reader(name: str, zone: tzinfo) -> Callable[..., int]:
    """Works out one part: of a day as it is written, of an instant in its zone, of a length in whole units."""

    def read(value: str | datetime | timedelta, named: str = "") -> int:
        if isinstance(value, timedelta):
            return int(value / _CLOCK_PARTS[name][1])
        where = offset_or_zone(named) if named else zone
        if name in _DAY_PARTS:
            return _DAY_PARTS[name](as_day(value, where))
        assert isinstance(value, datetime)
        return _CLOCK_PARTS[name][0](aware(value).astimezone(where))

    return read

"""Lengths: durations that stand in an expression as words, `due + 2 weeks`, and lengths in CEL's own words beside them.
Pure.

Durations are read in one room, `calendars/duration.py`. For whoever checks an expression they are types of their own;
when it is worked out a duration is its words as bytes, which no field and no other function gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel

from engine.calendars.calendar import Calendar
from engine.calendars.duration import BadDuration, Duration, add, add_to_day, parse
from engine.process.language import tokens
from engine.source.length import UNITS
from engine.source.moment import day_written

_T = cel.Type
# What is counted in days and more, and what is counted in hours and minutes: a day knows only the former.
DAYS, CLOCK = _T.AbstractType("days", []), _T.AbstractType("hours", [])
# A number and a name side by side are no CEL: whatever this finds could stand in no expression before.
_UNITS = "|".join(rf"{unit.replace(' ', chr(92) + 's+')}s?" for unit in UNITS)
_WRITTEN = re.compile(rf"(?<![\w.])[0-9]+\s+(?:{_UNITS})(?!\w)(?!\s*\()")
# Calls of the same length as what they stand for; no field or function of a process begins with a capital letter.
_AS_DAYS, _AS_CLOCK = "D", "H"
_AS_PROBE = "dUration"
INNER = frozenset({_AS_DAYS, _AS_CLOCK, _AS_PROBE})
_RAW = re.compile(r'(?<![\w.])(?P<name>duration)(?=\s*\([\s(]*(?P<text>"+))')
_WHOLE_RAW = re.compile(r'duration\s*\(\s*"+\s*\)')
_A_DAY = timedelta(days=1)
_PIECE = re.compile(r"([0-9]+(?:\.[0-9]+)?)(h|ms|m|us|s|ns)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def _words(written: str) -> str:
    """As it is read: lines and spaces between words make no difference."""
    return " ".join(written.split())


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def hidden(text: str) -> str:
    """The expression with its durations as blanks, each as long as before: what is looked for are other words."""
    return _swapped(text, lambda found: _blank(found[0]))


def as_calls(text: str) -> str:
    """The expression as it is checked, of the same length: a duration is a call without arguments."""

    def call(found: re.Match[str]) -> str:
        name = _AS_CLOCK if parse(_words(found[0])).has_clock else _AS_DAYS
        return f"{name}({_blank(found[0][2:-1])})"

    return _swapped(text, call)


def as_bytes(text: str) -> str:
    """The expression as it is worked out."""
    return _swapped(text, lambda found: f'b"{_words(found[0])}"')


def _swapped(text: str, swap: Callable[[re.Match[str]], str]) -> str:
    parts, at = [], 0
    for found in _WRITTEN.finditer(tokens.bare(text)):
        parts += [text[at : found.start()], swap(found)]
        at = found.end()
    return "".join(parts) + text[at:]


def faults(text: str) -> Iterable[tuple[int, str]]:
    """Where a duration stands that cannot be one, and why."""
    for found in _WRITTEN.finditer(tokens.bare(text)):
        try:
            parse(_words(found[0]))
        except BadDuration as bad:
            yield found.start(), str(bad)


def counting_by_calendar(text: str) -> Iterator[tuple[int, str]]:
    """The durations that need a calendar, and where they stand. None of them may have `faults`."""
    for found in _WRITTEN.finditer(tokens.bare(text)):
        if parse(_words(found[0])).needs_calendar:
            yield found.start(), _words(found[0])


def constants() -> list[Any]:
    """The calls that durations are while an expression is checked, and what stands for `duration` in a probe."""
    probe = _T.AbstractType("probe", [])
    calls: list[tuple[str, Any, list[Any]]] = [(_AS_DAYS, DAYS, []), (_AS_CLOCK, CLOCK, [])]
    return [
        cel.FunctionDecl(name, [cel.Overload(f"{name}_0", return_type=kind, parameters=given)])
        for name, kind, given in (*calls, (_AS_PROBE, probe, [_T.STRING]))
    ]


def moved_day(written: str, length: bytes, *, times: int, calendar: Calendar | None) -> str:
    """The day so much later (`times` 1) or earlier (-1), as text."""
    return add_to_day(_read(length, times), day_written(written), calendar).isoformat()


def moved_instant(
    moment: datetime, length: bytes, *, times: int, zone: ZoneInfo, calendar: Calendar | None
) -> datetime:
    """The instant (UTC) so much later (`times` 1) or earlier (-1): days and more on the wall clock of `zone`."""
    return add(_read(length, times), moment if moment.tzinfo else moment.replace(tzinfo=UTC), zone, calendar)


def _read(length: bytes, times: int) -> Duration:
    return parse(bytes(length).decode()).times(times)


def probes(text: str) -> Iterator[tuple[str, bool]]:
    """The expression with lengths in CEL's own words told apart: those of whole days (True), and then all others.

    Each is of the same length as the expression, and is only for finding out what they are added to.
    """
    for whole in (True, False):
        found = _probed(text, whole=whole)
        if found != text:
            yield found, whole


def _probed(text: str, *, whole: bool) -> str:
    def swap(found: re.Match[str]) -> str | None:
        said = tokens.literal(text[found.start("text") : found.end("text")])
        if said is None or (raw_length(said) % _A_DAY == timedelta()) is not whole:
            return None
        return _AS_PROBE

    return tokens.replaced(text, _RAW, swap) if "duration" in text else text


def raw_length(said: str) -> timedelta:
    """How long a length in CEL's words is, whichever way it goes."""
    return timedelta(seconds=sum(float(count) * _SECONDS[unit] for count, unit in _PIECE.findall(said)))


def raw_near(text: str, probed: str, offset: int) -> tuple[int, str]:
    """Where the probe stands that is nearest to what joins it, `offset` characters into the text, and what it says."""
    found = min(
        _RAW.finditer(tokens.bare(probed).replace(_AS_PROBE, "duration")), key=lambda one: abs(one.start() - offset)
    )
    return found.start(), tokens.literal(text[found.start("text") : found.end("text")]) or ""


def end_of_raw(text: str, start: int) -> int:
    """Where a length in CEL's own words ends that begins at `start`; 0 where more than a text stands in it."""
    found = _WHOLE_RAW.match(tokens.bare(text), start)
    return found.end() if found else 0


def in_words(said: str) -> str:
    """A length in CEL's words as people write it, in whole days up to the next, or in weeks."""
    days = -(-raw_length(said) // _A_DAY)
    return str(Duration(((days // 7, "week") if days % 7 == 0 else (days, "day"),)))


def in_hours(said: str) -> str:
    """The same in hours."""
    return str(Duration(((raw_length(said) // timedelta(hours=1), "hour"),)))

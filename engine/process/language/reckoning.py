"""Reckoning: the functions of expressions that count and compare days, by the calendar of a process. Pure.

Today and the calendar are handed in; a day is its text, as everywhere in expressions (`times`).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel

from engine.calendars.calendar import RUNS, WEEKDAYS, Calendar
from engine.process.language import lengths, tokens
from engine.process.language.times import DAY, as_day, birthday
from engine.source.problem import nearest

_T = cel.Type
_CHOSEN: dict[str, Callable[..., Any]] = {"latest": max, "earliest": min}
_MOST_CHOSEN = 8
OF_CALENDAR = frozenset({"is_school_day", "school_days_between", "begin_of", "end_of", "term_of"})
OF_TODAY = frozenset({"age", "begin_of", "end_of"})
# Each way to call a function: its result and what it is given; `when` is a day or an instant.
_WAYS: dict[str, tuple[str, list[tuple[str, ...]]]] = {
    "weekday": ("text", [("when",)]),
    "age": ("number", [("day",)]),
    "days_between": ("number", [("when", "when")]),
    "is_school_day": ("truth", [("when",)]),
    "school_days_between": ("number", [("when", "when")]),
    "begin_of": ("day", [("text",), ("text", "when")]),
    "end_of": ("day", [("text",), ("text", "when")]),
    "term_of": ("text", [("when",)]),
}
NAMES = frozenset({*_WAYS, *_CHOSEN})
_CHOICE = re.compile(rf"(?<![\w.])(?P<name>{'|'.join(_CHOSEN)})\s*\(")
_RUN = re.compile(r"(?<![\w.])(?P<call>begin_of|end_of)\s*\([\s(]*(?P<text>\"+)")
_INSIDE = r"\([^()]*(?:\([^()]*\)[^()]*)*\)"
_WEEKDAY = re.compile(rf"(?<![\w.])weekday\s*{_INSIDE}\s*(?:[!=]=\s*(?P<one>\"+)|in\s*\[(?P<some>[\s\",]*)\])")
_MESSAGE = "{} is given days themselves: what it is given may not hang on a condition."


@dataclass(frozen=True)
class _Reckoner:
    """What the functions work with: the zone and the calendar of a process."""

    zone: ZoneInfo
    calendar: Calendar | None

    def _day(self, when: str | datetime) -> date:
        return as_day(when, self.zone)

    @property
    def _school(self) -> Calendar:
        if self.calendar is None:
            raise ValueError("there is no calendar")
        return self.calendar

    def weekday(self, when: str | datetime) -> str:
        return WEEKDAYS[self._day(when).weekday()]

    def age(self, today: str, born: str) -> int:
        """By `birthday`: whoever was born on 29 February is a year older on 1 March, in other years."""
        day, first = self._day(today), self._day(born)
        if day < first:
            raise ValueError("not born yet")
        years = day.year - first.year
        return years if birthday(born, years) <= today else years - 1

    def days_between(self, one: str | datetime, other: str | datetime) -> int:
        return (self._day(other) - self._day(one)).days

    def is_school_day(self, when: str | datetime) -> bool:
        return self._school.is_school_day(self._day(when))

    def school_days_between(self, one: str | datetime, other: str | datetime) -> int:
        return self._school.school_days_between(self._day(one), self._day(other))

    def begin_of(self, today: str, run: str, when: str | datetime = "") -> str:
        return self._run(run, when or today)[0].isoformat()

    def end_of(self, today: str, run: str, when: str | datetime = "") -> str:
        return self._run(run, when or today)[1].isoformat()

    def _run(self, run: str, when: str | datetime) -> tuple[date, date]:
        if run not in RUNS:
            raise ValueError(f"there is no {run}")
        found = self._school.run_of(run, self._day(when))
        return found.first, found.last

    def term_of(self, when: str | datetime) -> str:
        return self._school.term_name(self._day(when))


# Pages ask it of the same few texts in every row.
@functools.lru_cache(1024)
def counts_by_calendar(text: str) -> bool:
    """Whether a checked expression counts school days, half terms or terms, or asks for them."""
    asks = any(one.call and one.name in OF_CALENDAR for one in tokens.words(text))
    return asks or any(lengths.counting_by_calendar(text))


def checked() -> list[Any]:
    """What the checker knows: days are a type of their own."""
    return [_function(name, name, DAY, None) for name in _WAYS] + [
        _declared(name, [(kind, [kind] * count, None) for kind in (DAY, _T.TIMESTAMP) for count in _counts()])
        for name in _CHOSEN
    ]


def evaluated(zone: ZoneInfo, calendar: Calendar | None) -> list[Any]:
    """The same as it is worked out, those that speak of today are given it first."""
    known = _Reckoner(zone, calendar)
    called = {name: f"{name}__" if name in OF_TODAY else name for name in _WAYS}
    return [_function(name, called[name], _T.STRING, getattr(known, name)) for name in _WAYS] + [
        _declared(f"{name}__", _choosing(pick)) for name, pick in _CHOSEN.items()
    ]


def _counts() -> range:
    return range(2, _MOST_CHOSEN + 1)


def _function(name: str, called: str, day: Any, impl: Callable[..., Any] | None) -> Any:
    result, ways = _WAYS[name]
    # A day that is worked out is anything: as a text it could not be compared with null any more.
    results = {"text": _T.STRING, "number": _T.INT, "truth": _T.BOOL, "day": day if day is DAY else _T.DYN}
    kinds = {"text": [_T.STRING], "day": [day], "when": [day, _T.TIMESTAMP]}
    first = [_T.STRING] if impl and name in OF_TODAY else []
    given = [[*first, *one] for way in ways for one in itertools.product(*(kinds[kind] for kind in way))]
    return _declared(called, [(results[result], one, impl) for one in given])


def _declared(name: str, overloads: list[tuple[Any, list[Any], Callable[..., Any] | None]]) -> Any:
    made = [
        cel.Overload(f"{name}_{number}", return_type=result, parameters=given, impl=impl)
        for number, (result, given, impl) in enumerate(overloads)
    ]
    return cel.FunctionDecl(name, made)


def _choosing(pick: Callable[..., Any]) -> list[tuple[Any, list[Any], Callable[..., Any] | None]]:
    """One of two; of one that is empty and one that is not, the latter; nothing of two that are empty."""
    found: list[tuple[Any, list[Any], Callable[..., Any] | None]] = [(_T.NULL, [_T.NULL, _T.NULL], lambda *_: None)]
    for kind, result in ((_T.STRING, _T.DYN), (_T.TIMESTAMP, _T.TIMESTAMP)):
        found.append((result, [kind, kind], pick))
        found += [(result, [_T.NULL, kind], lambda _, one: one), (result, [kind, _T.NULL], lambda one, _: one)]
    return found


def with_choices(text: str, fields: frozenset[str]) -> str:
    """The expression with `latest(a, b, c)` as it is worked out: two by two, an argument that is empty as null."""
    found = _CHOICE.search(tokens.bare(text))
    if found is None:
        return text
    pieces = tokens.arguments(text, found.end())
    if pieces is None:
        return text
    end = found.end() + sum(len(one) + 1 for one in pieces)
    chosen = _chosen(found["name"], pieces, fields)
    return text[: found.start()] + chosen + with_choices(text[end:], fields)


def _chosen(name: str, pieces: list[str], fields: frozenset[str]) -> str:
    first, *others = (_or_null(one, fields) for one in pieces)
    for other in others:
        first = f"{name}__({first}, {other})"
    return first


def _or_null(piece: str, fields: frozenset[str]) -> str:
    empty = _emptiness(piece, fields)
    done = with_choices(piece, fields)
    return f"({empty} ? null : ({done}\n))" if empty else f"({done}\n)"


def _emptiness(piece: str, fields: frozenset[str]) -> str:
    """When an argument is empty: a field in it is, or all that one of its own is chosen from; empty if it never is."""
    found = _CHOICE.search(tokens.bare(piece))
    pieces = tokens.arguments(piece, found.end()) if found else None
    if found and pieces:
        end = found.end() + sum(len(one) + 1 for one in pieces)
        inner = [_emptiness(one, fields) for one in pieces]
        rest = _emptiness(piece[: found.start()] + " " * (end - found.start()) + piece[end:], fields)
        return " || ".join(one for one in (f"({' && '.join(inner)})" if all(inner) else "", rest) if one)
    named = {one.name for one in tokens.words(piece) if not (one.member or one.call)} & fields
    return " || ".join(f"{name} == null" for name in sorted(named))


def faults(text: str) -> Iterator[tuple[int, str, str]]:
    """Where such a function is given what it cannot mean, what is wrong with it, and how to mend it."""
    bare = tokens.bare(text)
    for found in _CHOICE.finditer(bare):
        if any("?" in tokens.bare(one) for one in tokens.arguments(text, found.end()) or ()):
            mend = f"Write the condition around it: urgent ? {found['name']}(a, b) : {found['name']}(a, c)."
            yield found.start(), _MESSAGE.format(found["name"]), mend
    runs = [found.span("text") for found in _RUN.finditer(bare)]
    weekdays = [span for found in _WEEKDAY.finditer(bare) for span in _texts(found)]
    yield from _unknown(text, runs, RUNS, "is neither a half term nor a term")
    yield from _unknown(text, weekdays, WEEKDAYS, "is no day of the week")


def _unknown(
    text: str, spans: list[tuple[int, int]], known: tuple[str, ...], what: str
) -> Iterator[tuple[int, str, str]]:
    for start, end in spans:
        said = tokens.literal(text[start:end])
        if said is not None and said not in known:
            yield start, f"{said} {what}.", nearest(said.lower(), known)


def _texts(found: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Where the texts stand that a day of the week is compared with."""
    if found["one"]:
        yield found.span("one")
    for one in re.finditer(r"\"+", found["some"] or ""):
        yield found.start("some") + one.start(), found.start("some") + one.end()

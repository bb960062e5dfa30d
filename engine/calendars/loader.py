"""Calendar YAML to Calendar, or problems with file, line and column. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from engine.calendars.calendar import NAMED_DAY, ONE_DAY, WEEKDAYS, Calendar, Span, bank_holidays
from engine.source.problem import Also, Problem, Refused
from engine.source.reader import Path, Source, read
from engine.source.shape import hidden_signs, shape_problems

# Longer than any summer, shorter than a year that is left out.
_LONGEST_HOLIDAY = timedelta(weeks=26)
_LONGEST_TERM = timedelta(weeks=30)
_YEARS = re.compile(r"(?P<first>[0-9]{4})(?:[-/](?P<last>[0-9]{2}|[0-9]{4}))?")
_MEND = "Write days as 2024-03-22, and named days as: last friday of june."


def load_calendar(content: bytes | str, file: str) -> Calendar:
    """Read a calendar.

    Raises:
        Refused: with every problem found.
    """
    reading = _reading(content, file)
    reading.problems += hidden_signs(reading.source)
    reading.check_country()
    reading.check_years()
    return reading.calendar()


def glance_at_calendar(content: bytes | str, file: str) -> Calendar:
    """Read a calendar without asking whether its country has known bank holidays, which takes long, or whether its
    years can be right: one that was published before that was looked at goes on.

    Raises:
        Refused: with every other problem found.
    """
    return _reading(content, file).calendar()


def _reading(content: bytes | str, file: str) -> _Reading:
    source = read(content, file)
    problems = shape_problems(source, "calendar")
    if problems:
        raise Refused(problems)
    return _Reading(source)


class _Reading:
    """One pass over a calendar of the right shape, collecting what is wrong in meaning."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def calendar(self) -> Calendar:
        data = self.source.data
        terms = [self._term(path, raw) for path, raw in self._written_terms()]
        labelled = sorted(zip((span for span, _ in terms), self._labels(), strict=True))
        spans = [span for span, _ in labelled]
        self._check_order()
        holidays = data.get("bank_holidays", {})
        closed = {self._date(("closed", index), day) for index, day in enumerate(data.get("closed", []))}
        self._check_days(data.get("days", {}))
        if self.problems:
            raise Refused(self.problems)
        halves = sorted(half for _, pieces in terms for half in pieces)
        return Calendar(
            name=data["calendar"],
            title=data["title"],
            terms=tuple(spans),
            half_terms=tuple(halves),
            closed=frozenset(closed),
            country=holidays.get("country", ""),
            subdivision=holidays.get("subdivision", ""),
            days=tuple(data.get("days", {}).items()),
            labels=tuple(label for _, label in labelled),
        )

    def _written_terms(self) -> list[tuple[Path, dict[str, Any]]]:
        years: dict[str, Any] = self.source.data["years"]
        return [(("years", year, index), term) for year, terms in years.items() for index, term in enumerate(terms)]

    def _labels(self) -> list[str]:
        years: dict[str, Any] = self.source.data["years"]
        return [f"{year}, term {index + 1}" for year, terms in years.items() for index in range(len(terms))]

    def _term(self, path: Path, raw: dict[str, Any]) -> tuple[Span, list[Span]]:
        term = self._span(path, raw["opens"], raw["closes"])
        gap = raw.get("half_term")
        if gap is None:
            return term, [term]
        half = self._span((*path, "half_term"), gap["from"], gap["to"])
        if not term.first < half.first <= half.last < term.last:
            self._problem((*path, "half_term"), "The half-term holiday lies outside its term.")
            return term, [term]
        return term, [Span(term.first, half.first - ONE_DAY), Span(half.last + ONE_DAY, term.last)]

    def _span(self, path: Path, first: str, last: str) -> Span:
        span = Span(self._date(path, first), self._date(path, last))
        if span.last < span.first:
            self._problem(path, f"{last} comes before {first}.")
        return span

    def _date(self, path: Path, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._problem(path, f"There is no day {text}.")
            # Some day has to stand there so that everything else is read too; the problem keeps it from being used.
            return date(2000, 1, 1)

    def _check_order(self) -> None:
        terms = sorted((span, path) for path, span in self._plain_terms() if span and span.first <= span.last)
        for (earlier, other), (later, path) in itertools.pairwise(terms):
            if later.first <= earlier.last:
                message = f"The term from {later.first} overlaps the one before it."
                found = self.source.problem(
                    (*path, "opens"), "bad-calendar", message, "Let it open after that one closes."
                )
                place = self.source.place((*other, "closes"))
                self.problems.append(replace(found, also=Also(place.line, place.column, "until then the other lasts")))

    def check_country(self) -> None:
        """Note whether the bank holidays of the country and part of it are unknown."""
        holidays = self.source.data.get("bank_holidays")
        if not holidays:
            return
        try:
            # Any year tells whether the library knows the place.
            bank_holidays(holidays["country"], holidays.get("subdivision", ""), 2024)
        except (NotImplementedError, KeyError, AttributeError):
            self._problem(("bank_holidays",), "No bank holidays are known for this country or part of it.")

    def check_years(self) -> None:
        """Note terms and years that can be read, but that nobody means."""
        terms = [(path, span) for path, span in self._plain_terms() if span]
        for path, span in terms:
            self._check_term(path, span)
        for (_, earlier), (path, later) in itertools.pairwise(sorted(terms, key=lambda one: one[1])):
            if later.first - earlier.last > _LONGEST_HOLIDAY:
                message = f"Between {earlier.last} and {later.first} there is no term: a year seems to be left out."
                self._problem(path, message, "Write the terms of each year between the first and the last one.")

    def _check_term(self, path: Path, span: Span) -> None:
        for key, day in (("opens", span.first), ("closes", span.last)):
            if day.weekday() > 4:
                message = f"A term {key} on a school day, and {day} is a {WEEKDAYS[day.weekday()].capitalize()}."
                self._problem((*path, key), message, "Write the first and the last school day of the term.")
        if span.last - span.first > _LONGEST_TERM:
            weeks = (span.last - span.first).days // 7
            self._problem(
                path, f"This term lasts {weeks} weeks.", "Write a year as its terms, with the holidays between."
            )
        label = _YEARS.fullmatch(path[1]) if isinstance(path[1], str) else None
        if label and not _fits(label, span):
            message = f"The term from {span.first} to {span.last} does not lie in the year {path[1]}."
            self._problem(path, message, "Put it under its own year, or call the year by when it begins and ends.")

    def _plain_terms(self) -> Iterator[tuple[Path, Span | None]]:
        """The terms whose days exist; what is wrong with the others is told where they are read."""
        for path, raw in self._written_terms():
            try:
                yield path, Span(date.fromisoformat(raw["opens"]), date.fromisoformat(raw["closes"]))
            except ValueError:
                yield path, None

    def _check_days(self, days: dict[str, str]) -> None:
        for name, rule in days.items():
            if not NAMED_DAY.fullmatch(rule):
                self._problem(("days", name), f"{rule!r} does not name a day of the year.")

    def _problem(self, path: Path, message: str, mend: str = _MEND) -> None:
        self.problems.append(self.source.problem(path, "bad-calendar", message, mend))


def _fits(label: re.Match[str], span: Span) -> bool:
    """Whether a term may lie in a year that is called so: `2024-25` July to August, `2024` that year or the next."""
    first = int(label["first"])
    if label["last"] is None:
        return {span.first.year, span.last.year} <= {first, first + 1}
    last = int(label["last"]) if len(label["last"]) == 4 else first // 100 * 100 + int(label["last"])
    last += 100 if last < first else 0
    return last == first + 1 and date(first, 7, 1) <= span.first and span.last <= date(last, 8, 31)

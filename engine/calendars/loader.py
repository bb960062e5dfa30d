"""Calendar YAML to Calendar, or problems with file, line and column. Pure."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from engine.calendars.calendar import NAMED_DAY, ONE_DAY, Calendar, Span, bank_holidays
from engine.source.problem import Problem, Refused
from engine.source.reader import Path, Source, read
from engine.source.shape import shape_problems


def load_calendar(content: bytes | str, file: str) -> Calendar:
    """Read a calendar.

    Raises:
        Refused: with every problem found.
    """
    reading = _reading(content, file)
    reading.check_country()
    return reading.calendar()


def glance_at_calendar(content: bytes | str, file: str) -> Calendar:
    """Read a calendar without asking whether its country has known bank holidays, which takes long.

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
        self._check_order(spans)
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

    def _check_order(self, spans: list[Span]) -> None:
        for earlier, later in itertools.pairwise(spans):
            if later.first <= earlier.last:
                self._problem(("years",), f"The term from {later.first} overlaps the one before it.")

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

    def _check_days(self, days: dict[str, str]) -> None:
        for name, rule in days.items():
            if not NAMED_DAY.fullmatch(rule):
                self._problem(("days", name), f"{rule!r} does not name a day of the year.")

    def _problem(self, path: Path, message: str) -> None:
        mend = "Write days as 2024-03-22, and named days as: last friday of june."
        self.problems.append(self.source.problem(path, "bad-calendar", message, mend))

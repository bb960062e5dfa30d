"""Allowance: which cases of somebody are under a quota on which day, and which are beyond it. Pure.

Who was under it on the counted day before keeps it, as far as it reaches; what is free is given in the order in which
the cases began to count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from engine.calendars.calendar import ONE_DAY, Span
from engine.calendars.years import days_between
from engine.case.charges.courses import Course, spans_of
from engine.case.charges.gaps import Gap, Lack
from engine.case.charges.ledger import Ledger, is_moving
from engine.process.charges import PROMOTE, REFUSE, Quota


class Member(NamedTuple):
    """A case that counts: since when, and its number; in this order free ones are given."""

    first: date
    case: int


@dataclass
class Standing:
    """The cases of somebody on each counted day: whether each is under the quota, and what keeps that from being known.

    What holds on a counted day holds on the days up to the next one.
    """

    under: dict[date, dict[int, bool]] = field(default_factory=dict)
    gaps: dict[date, frozenset[Gap]] = field(default_factory=dict)

    def of(self, case: int, day: date) -> bool | list[Gap]:
        """Whether a case is under the quota on a day, or was when it last counted; gaps where that is not known."""
        known = day if case in self.under.get(day, ()) else self._last_of(case, day)
        if known is None:
            return False
        gaps = [one for one in self.gaps.get(known, ()) if one.lack is not Lack.OVER or one.case == case]
        return gaps or self.under[known][case]

    def _last_of(self, case: int, day: date) -> date | None:
        return max((one for one, cases in self.under.items() if one <= day and case in cases), default=None)


def standing(ledger: Ledger, quota: Quota, owner: str, days: str, until: date) -> Standing:
    """Who is under a quota of somebody on each counted day, up to a day at least."""
    walk: _Walk = ledger.once((quota.name, owner, days), lambda: _Walk(ledger, quota, owner, days))
    return walk.until(until)


class _Walk:
    """One walk from day to day, which goes on where it is asked for later days. `holders` as they got it."""

    def __init__(self, ledger: Ledger, quota: Quota, owner: str, days: str) -> None:
        self._ledger, self._quota, self._owner, self._days = ledger, quota, owner, days
        self._spans = [
            (course, spans)
            for course in ledger.of_owner(quota.of, owner)
            if (spans := spans_of(course, quota.stretch, with_leaving=True))
        ]
        self._next = min((span.first for _, spans in self._spans for span in spans), default=date.max)
        self._holders = list[int]()
        self._seen = set[int]()
        self._unsure = dict[int, frozenset[Gap]]()
        self._found = Standing()
        # The last day that was walked, if nothing that is asked for moves by itself, and on which days something does.
        self._before: date | None = None
        moves = [one for one in (quota.allowance, quota.when, quota.amount) if one and is_moving(one)]
        turns = {turn for course, _ in self._spans for turn in ledger.turns(course)}
        turns |= {edge for _, spans in self._spans for span in spans for edge in (span.first, _after(span.last))}
        self._turns = None if moves else sorted(turns)

    def until(self, last: date) -> Standing:
        """Walk up to a day."""
        for day in days_between(self._next, last):
            if self._ledger.counts(self._days, day):
                self._go(day, self._found)
            self._next = day + ONE_DAY
        return self._found

    def _go(self, day: date, found: Standing) -> None:
        before, self._before = self._before, day
        if before and before in found.under and before not in found.gaps and self._is_same(before, day):
            # Who had it has it still: nobody came or went, and nothing else changed.
            found.under[day] = found.under[before]
        else:
            self._take(day, found)

    def _is_same(self, before: date, day: date) -> bool:
        if self._turns is None or self._ledger.year(before) != self._ledger.year(day):
            return False
        return bisect_right(self._turns, before) == bisect_right(self._turns, day)

    def _take(self, day: date, found: Standing) -> None:
        members = {Member(_first(spans, day), course.case): course for course, spans in self._members(day)}
        if not members:
            self._holders = []
            return
        allowed, gaps = self._allowed(next(iter(members.values())), day)
        takes, lacking = self._amounts(members, day)
        gaps = gaps | lacking | {gap for one in members for gap in self._unsure.get(one.case, ())}
        under = set[int]() if gaps else self._under(members, takes, allowed)
        self._holders = [*(one for one in self._holders if one in under), *_new(members, under, self._holders)]
        self._seen |= {one.case for one in members}
        self._unsure |= {one.case: frozenset(gaps) for one in members if gaps}
        found.under[day] = {one.case: one.case in under for one in members}
        if gaps := gaps or self._refused(found.under[day], day):
            found.gaps[day] = frozenset(gaps)

    def _refused(self, under: Mapping[int, bool], day: date) -> set[Gap]:
        beyond = [case for case, is_under in under.items() if not is_under and self._quota.over == REFUSE]
        return {Gap(Lack.OVER, self._quota.name, day, day, (self._owner,), case=case) for case in beyond}

    def _members(self, day: date) -> Iterable[tuple[Course, list[Span]]]:
        for course, spans in self._spans:
            if any(day in span for span in spans) and self._counts(course, day):
                yield course, spans

    def _counts(self, course: Course, day: date) -> bool:
        asked = self._quota.when
        is_theirs = course.value(self._quota.of, day) == self._owner
        return is_theirs and (asked is None or self._ledger.truth(asked, course, day, {}) is True)

    def _allowed(self, course: Course, day: date) -> tuple[Fraction, set[Gap]]:
        found = self._ledger.part(self._quota.allowance, course, day)
        return (Fraction(0), set(found)) if isinstance(found, list) else (found, set())

    def _amounts(self, members: Mapping[Member, Course], day: date) -> tuple[dict[int, Fraction], set[Gap]]:
        takes, gaps = dict[int, Fraction](), set[Gap]()
        for one, course in members.items():
            asked = self._quota.amount
            found = Fraction(1) if asked is None else self._ledger.part(asked, course, day)
            if isinstance(found, list):
                gaps |= set(found)
            else:
                takes[one.case] = found
        return takes, gaps

    def _under(self, members: Iterable[Member], takes: Mapping[int, Fraction], allowed: Fraction) -> set[int]:
        """Whoever had it first, then the others in order, each that still fits."""
        here = [one.case for one in sorted(members)]
        asking = [one for one in self._holders if one in here]
        asking += [one for one in here if one not in asking and self._may_come(one)]
        under, used = set[int](), Fraction(0)
        for case in asking:
            if used + takes[case] <= allowed:
                under.add(case)
                used += takes[case]
        return under

    def _may_come(self, case: int) -> bool:
        return self._quota.freed == PROMOTE or case not in self._seen


def _after(day: date) -> date:
    return day if day == date.max else day + ONE_DAY


def _first(spans: Iterable[Span], day: date) -> date:
    """Since when a case counts without a break that counts on a day."""
    return next(span.first for span in spans if day in span)


def _new(members: Iterable[Member], under: set[int], holders: list[int]) -> list[int]:
    return [one.case for one in sorted(members) if one.case in under and one.case not in holders]

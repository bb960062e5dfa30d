"""Charges: what is due from whom for a run of days, worked out of the histories of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine.calendars.calendar import Span
from engine.case.charges.access import may_see
from engine.case.charges.figures import Figures
from engine.case.charges.gaps import told
from engine.case.charges.ledger import Ledger, owners_of
from engine.case.charges.lines import Due, Line, due
from engine.case.command import Actor
from engine.case.time.instants import on_clock
from engine.process.charges import Charge
from engine.process.definition import Process
from engine.service.charges.books import NoCharges, charging_of, figures_of_registers, ledger_of
from engine.service.lists.lists import Lists
from engine.service.site import Site
from engine.source import money


@dataclass(frozen=True)
class OwedLine:
    """One line: for how many days (or weeks) of a case, at which amount, and what is due. The amount is a day's where
    `divisor` is 0, else a year's. Amounts are texts with all their digits: `900.00`.
    """

    case: int
    line: str
    title: str
    year: str
    days: int
    figure: str
    divisor: int
    first: date
    last: date
    due: str


@dataclass(frozen=True)
class Owed:
    """What is due from `to` for the days from `first` to `last`; `days`: for how many days each case counts, those
    without a line too; `gaps`: what is missing, in words. Nothing is to be charged while there is one.
    """

    process: str
    charge: str
    title: str
    to: str
    first: date
    last: date
    currency: str
    lines: tuple[OwedLine, ...]
    total: str
    days: dict[int, int]
    gaps: tuple[str, ...]


class Charges:
    """What the cases of one database cost whom."""

    def __init__(self, site: Site, lists: Lists) -> None:
        self._site, self._lists = site, lists

    def owed(
        self,
        process: str,
        charge: str,
        to: str,
        first: date,
        last: date,
        *,
        figures: Figures | None = None,
        as_of: datetime | None = None,
        by: Actor | str | None = None,
    ) -> Owed:
        """What is due from somebody for a run of days, ends included, by a charge of a process, the figures of its
        registers, and these.

        `as_of`: by what was written down until then; without a time zone it is meant on the wall clock of the process.

        Raises:
            NoCharges: the process has no such charge, or `by` may not see what is charged to them.
            UnknownProcess: there is no such process.
        """
        actor = Actor.of(by) if by is not None else None
        with self._lists.finder("") as finder:
            known = self._site.catalogue.newest(finder.connection, process, finder.now)
            kind = _charge(known, charge)
            if not may_see(known, actor, kind.to, to):
                raise NoCharges(f"{known.title} charges nobody that may be seen here as {to}.")
            until = on_clock(as_of, known.zone) if as_of else None
            kept = figures_of_registers(finder, self._site.catalogue, known, until).given
            all_given = Figures((*(figures.given if figures else ()), *kept))
            ledger = ledger_of(finder.connection, known, all_given, as_of=until)
        return owed_of(ledger, kind, to, Span(first, last))

    def owing(self, process: str, charge: str, *, by: Actor | str | None = None) -> list[str]:
        """Whom a charge of a process may concern: all that cases name, in order, as far as `by` may see them.

        Raises:
            NoCharges: the process has no such charge.
            UnknownProcess: there is no such process.
        """
        actor = Actor.of(by) if by is not None else None
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            known = self._site.catalogue.newest(connection, process, self._site.clock.now())
            kind = _charge(known, charge)
            named = owners_of(ledger_of(connection, known, Figures()).courses, kind.to)
        return [one for one in named if may_see(known, actor, kind.to, one)]


def _charge(process: Process, name: str) -> Charge:
    known = charging_of(process).charges
    if name not in known:
        raise NoCharges(f"{process.title} has no charge {name}. It has: {', '.join(known)}.")
    return known[name]


def owed_of(ledger: Ledger, charge: Charge, to: str, span: Span) -> Owed:
    """What is due from somebody, told with titles."""
    process, found = ledger.process, due(ledger, charge, to, span)
    return Owed(
        process=process.name,
        charge=charge.name,
        title=charge.title,
        to=to,
        first=span.first,
        last=span.last,
        currency=ledger.charging.currency,
        lines=tuple(line_told(charge, line) for line in found.lines),
        total=money.kept(found.total),
        days=found.days,
        gaps=_gaps(process, found),
    )


def _gaps(process: Process, found: Due) -> tuple[str, ...]:
    return tuple(told(process, gap) for gap in found.gaps)


def line_told(charge: Charge, line: Line) -> OwedLine:
    """A line with its title and amounts."""
    key = line.key
    title = charge.rates[key.rate].title
    amounts = money.kept(key.figure), money.kept(line.due)
    return OwedLine(
        key.case, key.rate, title, key.year, line.count, amounts[0], line.divisor, line.first, line.last, amounts[1]
    )

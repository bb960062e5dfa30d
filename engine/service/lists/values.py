"""Values: what the rows of a register said, and from which days on, as it was known at a moment. For whatever is
worked out of them: no right is asked for, and nobody is shown it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.case.snapshot import Snapshot, replay
from engine.case.time.instants import from_text, to_text
from engine.process.definition import Process
from engine.process.rows import DAY, days_of, values_of
from engine.service.cases.views import every
from engine.service.lists.finder import MOST, CasesWanted, Finder
from engine.store.cases.history import histories_of


@dataclass(frozen=True)
class Held:
    """A value that holds from a day on, where its process is at home; of a field that is not dated, since the row was
    added.
    """

    day: date
    value: Any


@dataclass(frozen=True)
class RowValues:
    """All values of a row, each in the order of their days: on a day holds the last whose day is not after it.

    `number` is that of the case that it is. `added` and `ended` are days of its process; a row that is current has not
    ended (None). Of what was erased nothing is there.
    """

    number: int
    organisation: str | None
    added: date
    ended: date | None
    values: Mapping[str, tuple[Held, ...]]

    def on(self, field: str, day: date) -> Any:
        """What a field said on a day; None where nothing did."""
        return next((one.value for one in reversed(self.values.get(field, ())) if one.day <= day), None)


def values_in(finder: Finder, register: Process, at: datetime | None) -> Iterator[RowValues]:
    """Each row of a register by its number, those that have ended too, as it was known at an instant (aware; None:
    now). One that was written down later is not among them.
    """
    wanted, until = CasesWanted(register.name), to_text(at) if at else ""
    entries = dict(histories_of(finder.connection, register.name)) if until else {}
    for case, (process, snapshot) in finder.seen(tuple(every(lambda after: finder.cases(wanted, None, MOST, after)))):
        known = replay([one for one in entries.get(case.id, ()) if one.recorded <= until]) if until else snapshot
        if known is not None:
            yield _values(process, case.id, known)


def _values(process: Process, number: int, known: Snapshot) -> RowValues:
    added = process.today(from_text(known.opened))
    return RowValues(
        number=number,
        organisation=known.data.get(process.organisation),
        added=added,
        ended=process.today(from_text(known.last_at)) if known.ended else None,
        values={name: tuple(_held(process, known, name, added)) for name in process.fields if "." not in name},
    )


def _held(process: Process, known: Snapshot, name: str, added: date) -> Iterator[Held]:
    if not process.fields[name].dated:
        if name in known.data:
            yield Held(added, known.data[name])
        return
    for row in values_of(known.data, days_of(name)):
        yield Held(date.fromisoformat(row[DAY]), row.get(name))

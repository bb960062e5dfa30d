"""Registers: those of the published processes, and pages of their rows, as somebody may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine.case.answers.wording import text_of
from engine.case.command import Actor
from engine.case.sight import Action, may
from engine.process.definition import Process
from engine.process.register import ended_or_missing, ending_task
from engine.service.cases.views import Case, Page
from engine.service.lists.finder import CasesWanted, Finder, actor_of
from engine.service.lists.lists import Lists
from engine.service.lists.values import RowValues, values_in
from engine.service.people.registers import names_shown
from engine.service.site import Site
from engine.source.fault import Unknown
from engine.source.problem import nearest
from engine.source.words import said_day

CURRENT, ENDED = "current", "ended"


class UnknownRegister(Unknown):
    """No published process has a register of this name, or none that somebody may know of."""


@dataclass(frozen=True)
class RegisterView:
    """A register. `register` is its name with that of its process, as it is asked for; `fields` are titles by name.

    `may_add`: whoever asked may add a row.
    """

    register: str
    process: str
    title: str
    row: str
    description: str
    fields: Mapping[str, str]
    may_add: bool


@dataclass(frozen=True)
class Standing:
    """How a check of a row stands: `missing`, `ended`, `ending` (its task to renew it is open) or `valid`.

    `until` is the first day on which it does not count any more; `said` tells all of it to people.
    """

    check: str
    title: str
    standing: str
    until: date | None
    said: str


@dataclass(frozen=True)
class RowView:
    """A row of a register. `number` is that of the case that it is; `usable` None: nothing says so.

    `values` are the data that may be shown, `texts` the same as people read them.
    """

    number: int
    register: str
    title: str
    current: bool
    usable: bool | None
    values: Mapping[str, Any]
    texts: Mapping[str, str]
    checks: tuple[Standing, ...]
    organisation: str | None = None
    version: int = field(default=0)


class Registers:
    """The registers of one site. That `by` was shown the names in a list is written down."""

    def __init__(self, site: Site, lists: Lists) -> None:
        self._site = site
        self._lists = lists

    def registers(self, by: Actor | str | None = None) -> list[RegisterView]:
        """The registers of which `by` may see rows, by title; all of them where nobody is named."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return [_view(one, actor_of(by)) for one in self._known(connection, by)]

    def register(self, name: str, by: Actor | str | None = None) -> Process:
        """The process, as in force, whose cases are the rows of a register; by its whole name, or its own one alone
        where no other register that `by` may see is called so.

        Raises:
            UnknownRegister: there is none, or `by` may not know of it.
        """
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return self._named(connection, name, by)

    def rows(
        self,
        register: str,
        *,
        search: str = "",
        organisation: str | None = None,
        status: str = CURRENT,
        sort: str = "label",
        by: Actor | str | None = None,
        limit: int = 50,
        after: str = "",
    ) -> Page[RowView]:
        """A page of the rows of a register. `status` is `current`, `ended` or empty for both; `search`, `sort` and
        `after` are as in a list of cases.

        Raises:
            UnknownRegister: there is none, or `by` may not know of it.
            BadCursor: `after` is not the end of a page.
        """
        process = self.register(register, by)
        wanted = CasesWanted(
            process.name,
            organisation=organisation,
            open_only=status == CURRENT,
            ended_only=status == ENDED,
            search=search,
            sort=sort,
        )
        with self._lists.finder(f"list of {process.title}") as finder:
            page = finder.cases(wanted, by, limit, after)
            return Page(tuple(self._rows(finder, page.items)), page.next)

    def register_values(self, register: str, at: datetime | None = None) -> list[RowValues]:
        """All that the rows of a register said, with the days from which each value holds, as it was known at an
        instant (aware; None: now): for figures that are worked out of them, such as what something costs on a day.

        Rows that have ended are among them, with the day; those that were written down later are not. Nobody's rights
        are asked, and nothing is written down of it: what is shown of it is for whoever shows it.

        Raises:
            UnknownRegister: there is none.
        """
        process = self.register(register)
        with self._lists.finder("") as finder:
            return list(values_in(finder, process, at))

    def _rows(self, finder: Finder, cases: Iterable[Case]) -> Iterator[RowView]:
        """Rows as they are shown, each by the version that it follows."""
        found = [(process, case) for case, (process, _) in finder.seen(tuple(cases))]
        names = names_shown(finder.connection, found)
        today = finder.now
        return (_row(process, case, names, process.today(today)) for process, case in found)

    def _known(self, connection: Connection, by: Actor | str | None) -> list[Process]:
        every = self._site.catalogue.newest_registers(connection, self._site.clock.now())
        return [one for one in every if by is None or may(Actor.of(by), Action.TAKE_PART, one)]

    def _named(self, connection: Connection, name: str, by: Actor | str | None) -> Process:
        return register_named(self._known(connection, by), name)


def register_named(known: Iterable[Process], name: str) -> Process:
    """That of some registers which a name means: with its process, or alone where it is the only one called so.

    Raises:
        UnknownRegister: none of them, or several.
    """
    every = {one.name: one for one in known}
    alone = [one for full, one in every.items() if full.rpartition(".")[2] == name]
    if name in every or len(alone) == 1:
        return every.get(name) or alone[0]
    if alone:
        raise UnknownRegister(f"Several processes have a register {name}: {', '.join(one.name for one in alone)}.")
    short = [full.rpartition(".")[2] for full in every]
    mend = nearest(name, [*short, *every]) if every else "No process has one that you may see."
    raise UnknownRegister(f"There is no register {name}. {mend}".strip())


def _view(process: Process, by: Actor | None) -> RegisterView:
    assert process.rows is not None
    titles = {name: one.title for name, one in process.fields.items() if "." not in name}
    may_add = by is not None and may(by, Action.OPEN, process)
    return RegisterView(
        process.name, process.base, process.title, process.rows.row, process.description, titles, may_add
    )


def _row(process: Process, case: Case, names: Mapping[str, str], today: date) -> RowView:
    texts = {name: text_of(process.fields[name], value, names) for name, value in case.data.items()}
    usable = case.data.get("usable")
    shown = {name: one for name, one in case.data.items() if name in process.fields}
    return RowView(
        number=case.id,
        register=process.name,
        title=case.label,
        current=not case.ended,
        usable=usable if isinstance(usable, bool) else None,
        values=shown,
        texts=texts,
        checks=tuple(standings(process, case, today)),
        organisation=case.organisation,
        version=case.version,
    )


def standings(process: Process, case: Case, today: date) -> Iterator[Standing]:
    """How the checks of a row stand on a day."""
    for name, title in (process.rows.checks if process.rows else {}).items():
        said = case.data.get(f"{name}_until")
        until = date.fromisoformat(said) if isinstance(said, str) else None
        is_ending = any(task.task == ending_task(name) for task in case.tasks)
        standing = ended_or_missing(until, today) or ("ending" if is_ending else "valid")
        yield Standing(name, title, standing, until, _said(title, standing, until))


def _said(title: str, standing: str, until: date | None) -> str:
    day = said_day(until) if until else ""
    says = {
        "missing": f"{title}: not recorded",
        "ended": f"{title}: ended on {day}",
        "ending": f"{title}: ends soon, on {day}",
        "valid": f"{title}: ends on {day}",
    }
    return says[standing]

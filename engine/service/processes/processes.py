"""Processes: what is published, which version is in force, and publishing another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.case.answers.form import check_opening
from engine.case.command import Actor
from engine.case.sight import Action, may, role_of
from engine.files import load_file
from engine.process.definition import Process
from engine.process.language.expressions import View
from engine.process.register import holds_rows
from engine.service.cases import due
from engine.service.cases.transaction import Transaction
from engine.service.keeping.journal import Journal, Kind
from engine.service.lists.finder import actor_of
from engine.service.people.registers import register_of
from engine.service.processes import comparison, publication
from engine.service.processes.catalogue import UnknownProcess
from engine.service.processes.offers import Offer, every_offer
from engine.service.site import Site
from engine.source.problem import Problem, Refused
from engine.store import processes as process_store


def zone_for(processes: Sequence[Process], by: Actor) -> ZoneInfo:
    """The zone of somebody's days where several processes are meant together: that of the first in which they take
    part, else of the first that there is.
    """
    own = [one for one in processes if may(by, Action.TAKE_PART, one)] or processes
    return own[0].zone if own else ZoneInfo("UTC")


class Processes:
    """The published processes of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._journal = Journal(site.database, site.clock)

    def in_force(self) -> list[Process]:
        """Every process, in the version that is in force now (the first if none is yet)."""
        with self._site.database.reading() as connection:
            return self.in_force_in(connection)

    def in_force_in(self, connection: Connection) -> list[Process]:
        """The same within another transaction."""
        self._site.catalogue.refresh(connection)
        return self._site.catalogue.all_newest(connection, self._site.clock.now())

    def with_registers_in(self, connection: Connection) -> list[Process]:
        """The same with the processes that hold the rows of registers, behind them."""
        now = self._site.clock.now()
        return [*self.in_force_in(connection), *self._site.catalogue.newest_registers(connection, now)]

    def to_be_followed(self) -> list[Process]:
        """Every version that is in force now or still to come."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return self._site.catalogue.to_be_followed(connection, self._site.clock.now())

    def processes(self, by: Actor | str | None = None) -> dict[str, list[str]]:
        """The published processes that `by` may know of, with their versions as they come into force."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return {
                name: [one.version for one in self._site.catalogue.versions(name)]
                for name in self._site.catalogue.known_to(connection, actor_of(by))
                if not holds_rows(name)
            }

    def takes_part(self, by: Actor) -> bool:
        """Whether somebody holds a role of any version of any process."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return any(may(by, Action.TAKE_PART, one) for one in self._site.catalogue.every(connection))

    def version_log(self) -> list[publication.VersionEntry]:
        """Every published version with who published it when, the latest first."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return publication.version_log(connection, self._site.catalogue, self._site.clock.now())

    def text_of_version(self, name: str, version: str) -> str:
        """The text of a published version.

        Raises:
            UnknownProcess: it is not published.
        """
        with self._site.database.reading() as connection:
            found = process_store.version_text(connection, name, version)
        if found is None:
            raise UnknownProcess(f"There is no version {version} of the process {name}.")
        return found

    def try_text(self, text: str, calendar: str = "") -> publication.Trial:
        """What would come of publishing a text, with the calendar given or the published one; nothing is kept."""
        with self._site.database.reading() as connection:
            return publication.try_texts(connection, self._site.clock.now(), text, calendar)

    def compared(self, file: Path) -> tuple[Problem, ...]:
        """What publishing a process file would run into, and what it would take away from open cases: nothing is kept.
        What is wrong with the file by itself is not in it.

        Raises:
            Refused: the file cannot be used.
        """
        loaded = load_file(file).loaded
        now = self._site.clock.now()
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            found = [
                *publication.objections(connection, loaded, now),
                *comparison.compared(connection, self._site.catalogue, loaded),
            ]
        return tuple(sorted(found))

    def try_calendar(self, text: str) -> publication.Trial:
        """What would come of publishing a calendar on its own; nothing is kept."""
        try:
            with self._site.database.reading() as connection:
                publication.calendar_for(connection, text, "calendar.yaml")
        except Refused as refused:
            return publication.Trial(None, refused.problems, text)
        return publication.Trial(None, (), text)

    def calendar_text(self, name: str) -> str:
        """The text of the latest edition of a calendar; empty where none is published."""
        with self._site.database.reading() as connection:
            known = process_store.calendar_text(connection, name)
        return known.text if known else ""

    def offers(self) -> list[Offer]:
        """The processes that are brought along, and are not published in this version yet."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return [one for one in every_offer() if not self._has(one.process)]

    def _has(self, process: Process) -> bool:
        return any(one.version == process.version for one in self._site.catalogue.versions(process.name))

    def publish_offer(self, name: str, *, by: Actor | str = "administrator") -> publication.Published:
        """Publish a process that is brought along with its calendar; one of that name that is published stays.

        Raises:
            UnknownProcess: none of this name is brought along.
            Refused: it cannot go on with the calendar that is published, or its version stands for another text.
        """
        found = next((one for one in every_offer() if one.process.name == name), None)
        if found is None:
            known = ", ".join(one.process.name for one in every_offer())
            raise UnknownProcess(f"No process {name} is brought along. Brought along: {known}.")
        calendar = found.process.calendar
        is_known = calendar is not None and bool(self.calendar_text(calendar.name))
        # The house may have changed its calendar since: what is brought along does not replace it.
        return self.publish(found.text, "" if is_known else found.calendar, by=by, file=f"{name}.yaml")

    def publish_calendar(
        self, text: str, *, file: str = "calendar.yaml", by: Actor | str = "administrator"
    ) -> publication.PublishedCalendar:
        """Keep a new edition of a calendar, which all versions that name it follow from now on.

        Raises:
            Refused: with every problem found, or because a published version cannot go on with it.
        """

        def work(tx: Transaction) -> publication.PublishedCalendar:
            published = publication.publish_calendar(tx.connection, text, file, tx.now)
            if published.is_new:
                kept = {"hash": process_store.text_hash(text)}
                self._journal.note(tx.connection, by, (Kind.CALENDAR, "published"), published.name, after=kept)
            return published

        return self._site.write(work)

    def process(self, name: str, version: str | None = None, *, by: Actor | str | None = None) -> Process:
        """A published process: the version given, else the one in force now (the first if none is yet).

        Raises:
            UnknownProcess: it is not published, or `by` may not know of it.
        """
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            if by is not None:
                self._site.catalogue.must_know(connection, name, actor_of(by))
            if version is not None:
                return self._site.catalogue.process(connection, name, version)
            return self._site.catalogue.newest(connection, name, self._site.clock.now())

    def lately(self, name: str) -> list[Process]:
        """Every version of a process: the one in force now, those before it, the latest first, and those to come."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return self._site.catalogue.lately(connection, name, self._site.clock.now())

    def check_opening(self, process: str, data: Mapping[str, Any], documents: Iterable[str] = ()) -> dict[str, str]:
        """What is wrong with the answers of a form that begins a case, per field, as far as they are given.

        `documents`: the kinds of those that come with it.

        Raises:
            UnknownProcess: it is not published.
        """
        known = self.process(process)
        # Nowhere: as when it begins, before it has come to a state.
        free = self.free_places(process) if known.places else {}
        now = self._site.clock.now()
        with self._site.database.reading() as connection:
            register = register_of(connection, self._site.catalogue, known)
        view = View({}, "", frozenset(documents), free, now, now, register=register)
        return check_opening(known, data, view)[1]

    def free_places(self, process: str) -> dict[str, int]:
        """How many of each place are free now."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return dict(Transaction(connection, self._site.catalogue, self._site.clock.now()).free(process))

    def roles(self) -> set[str]:
        """The roles of every version of every process that is published, each with its process."""
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            return {role_of(one.base, role) for one in self._site.catalogue.every(connection) for role in one.roles}

    def publish(
        self, process: Path | str, calendar: str = "", *, by: Actor | str = "administrator", file: str = "process.yaml"
    ) -> publication.Published:
        """Keep a version of a process: a file (with the calendar it names beside it), or its text.

        The same text again is no new version. Cases that begin from its date on follow it.

        Raises:
            Refused: with every problem found, or because the version label stands for another text.
        """
        offered = (
            publication.Offered(process, file, calendar, "calendar.yaml")
            if isinstance(process, str)
            else publication.offered_file(process)
        )

        who = by if isinstance(by, str) else by.name

        def work(tx: Transaction) -> publication.Published:
            published = publication.publish(tx.connection, offered, tx.now, who)
            # The new version may have more places than the one before: who waits gets them with it.
            due.offer_free_places(tx, tx.now)
            self._note(tx.connection, published, by)
            return published

        return self._site.write(work)

    def _note(self, connection: Connection, published: publication.Published, by: Actor | str) -> None:
        if published.new_calendar:
            self._journal.note(connection, by, (Kind.CALENDAR, "published"), f"with {published.process}")
        if published.is_new:
            kept = {"version": published.version, "effective_from": published.effective_from}
            self._journal.note(connection, by, (Kind.PROCESS, "published"), published.process, after=kept)

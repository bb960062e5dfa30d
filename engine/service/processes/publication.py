"""Publishing: keeping a new version of a process, and a new edition of its calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from engine.calendars.calendar import Calendar
from engine.case.time.instants import from_text, to_text
from engine.files import load_file
from engine.process.definition import Process
from engine.process.file.loader import Loaded, calendar_name
from engine.service.processes.catalogue import Catalogue
from engine.service.processes.texts import calendar_of, process_of_text, published_calendar
from engine.source.problem import Problem, Refused, Severity
from engine.source.reader import read
from engine.store import processes as store


@dataclass(frozen=True)
class Published:
    """What publishing did. `is_new` is False where the same text had been published before."""

    process: str
    version: str
    title: str
    effective_from: str
    is_new: bool
    new_calendar: bool = False
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class VersionEntry:
    """A published version, and who published it when (on the wall clock of the process); has its day come?"""

    process: str
    version: str
    effective_from: str
    published: datetime
    by: str
    begun: bool


@dataclass(frozen=True)
class Trial:
    """What would come of publishing a text. `process` is None where it cannot be used at all."""

    process: Process | None
    problems: tuple[Problem, ...]
    calendar: str = ""

    @property
    def wrong(self) -> bool:
        """Whether anything stands against publishing it."""
        return self.process is None or any(one.severity is Severity.ERROR for one in self.problems)


@dataclass(frozen=True)
class Offered:
    """Texts that somebody wants to publish, with the names of their files for messages."""

    text: str
    file: str
    calendar: str = ""
    calendar_file: str = ""


def offered_file(path: Path) -> Offered:
    """The texts of a process file and of the calendar that it names.

    Raises:
        Refused: with every problem found.
    """
    found = load_file(path)
    calendar_file = f"calendars/{found.calendar.name}.yaml" if found.calendar else ""
    return Offered(found.loaded.source.text, str(path), found.calendar_text, calendar_file)


def version_log(connection: Connection, catalogue: Catalogue, now: datetime) -> list[VersionEntry]:
    """Every published version, the latest first, as things stand at `now` (aware)."""
    zones = {one.name: one.zone for one in catalogue.all_newest(connection, now)}
    versions = {(one.process, one.version): one for name in zones for one in catalogue.versions(name)}
    return [
        VersionEntry(
            process,
            version,
            day,
            from_text(published).astimezone(zones[process]),
            by,
            catalogue.has_begun(connection, versions[process, version], now),
        )
        for process, version, day, published, by in store.version_log(connection)
    ]


def try_text(connection: Connection, text: str) -> Trial:
    """Check a text as publishing would, and keep nothing. What is wrong is in the result: `Refused` is never raised."""
    try:
        offered = Offered(text, "process.yaml")
        loaded = process_of_text(text, offered.file, _calendar(connection, offered))
        known = store.version_text(connection, loaded.process.name, loaded.process.version)
        if known is not None and store.text_hash(known) != store.text_hash(loaded.source.text):
            raise Refused([_reused(loaded)])
    except Refused as refused:
        return Trial(None, tuple(sorted(refused.problems)))
    name = calendar_name(loaded.source)
    calendar = store.calendar_text(connection, name) if name else None
    return Trial(loaded.process, loaded.warnings, calendar.text if calendar else "")


def publish(connection: Connection, offered: Offered, now: datetime, by: str) -> Published:
    """Keep what is new of the process and its calendar, as published at the instant `now` (aware).

    Raises:
        Refused: the texts have problems, or the version label stands for another text.
    """
    calendar = _calendar(connection, offered)
    loaded = process_of_text(offered.text, offered.file, calendar)
    process = loaded.process
    text = loaded.source.text
    new_calendar = bool(offered.calendar) and _keep_calendar(connection, process, offered.calendar, now)
    return Published(
        process=process.name,
        version=process.version,
        title=process.title,
        effective_from=process.effective_from.isoformat(),
        is_new=_keep_version(connection, loaded, text, now, by),
        new_calendar=new_calendar,
        warnings=loaded.warnings,
    )


def _calendar(connection: Connection, offered: Offered) -> Calendar | None:
    if offered.calendar:
        return calendar_of(offered.calendar, offered.calendar_file)
    name = calendar_name(read(offered.text, offered.file))
    known = store.calendar_text(connection, name) if name else None
    return published_calendar(known.text, name) if known and name else None


def _keep_calendar(connection: Connection, process: Process, text: str, now: datetime) -> bool:
    if process.calendar is None:
        return False
    known = store.calendar_text(connection, process.calendar.name)
    digest = store.text_hash(text)
    if known and known.hash == digest:
        return False
    edition = store.StoredCalendar(known.edition + 1 if known else 1, text, digest)
    store.insert_calendar(connection, process.calendar.name, edition, to_text(now))
    return True


def _keep_version(connection: Connection, loaded: Loaded, text: str, now: datetime, by: str) -> bool:
    process, digest = loaded.process, store.text_hash(text)
    known = store.version_text(connection, process.name, process.version)
    if known is None:
        version = store.StoredVersion(process.name, process.version, process.effective_from.isoformat(), digest)
        store.insert_version(connection, version, text, to_text(now), by)
        return True
    if store.text_hash(known) == digest:
        return False
    raise Refused([_reused(loaded)])


def _reused(loaded: Loaded) -> Problem:
    process = loaded.process
    message = f"The version {process.version} of {process.name} was published before with another text."
    mend = "Give this text a version label of its own."
    return loaded.source.problem(("version",), "version-reused", message, mend)

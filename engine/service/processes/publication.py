"""Publishing: keeping a new version of a process, and a new edition of its calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from engine.calendars.calendar import Calendar
from engine.case.time.instants import from_text, to_text
from engine.files import calendar_beside, read_text
from engine.process.definition import Process
from engine.process.file.loader import Loaded, calendar_name
from engine.process.file.registers import text_of
from engine.process.register import holds_rows
from engine.service.processes.catalogue import Catalogue
from engine.service.processes.texts import (
    calendar_named,
    calendar_of,
    process_of_text,
    published_calendar,
    published_process,
)
from engine.source.problem import Problem, Refused, Severity
from engine.source.reader import Source, read
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
class PublishedCalendar:
    """What publishing a calendar did. `is_new` is False where the same text was published last."""

    name: str
    title: str
    is_new: bool


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
    source = read(read_text(path), str(path))
    calendar, text = calendar_beside(source, path.parent)
    # With a calendar of another name it cannot be read: that is told of when it is published.
    if calendar is None or calendar.name == calendar_name(source):
        process_of_text(source.text, str(path), calendar)
    return Offered(source.text, str(path), text, f"calendars/{calendar.name}.yaml" if calendar else "")


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
        # Registers are published with their process, as a part of it.
        if not holds_rows(process)
    ]


def try_texts(connection: Connection, now: datetime, text: str, calendar: str = "") -> Trial:
    """Check a process, and the calendar that comes with it, as publishing at `now` (aware) would, and keep nothing.

    What is wrong is in the result: `Refused` is never raised.
    """
    try:
        offered = Offered(text, "process.yaml", calendar, "calendar.yaml")
        loaded = process_of_text(text, offered.file, _calendar(connection, offered))
        if _is_reused(connection, loaded):
            raise Refused([_reused(loaded)])
        warnings = (*loaded.warnings, *_late(connection, loaded, now))
    except Refused as refused:
        return Trial(None, tuple(sorted(refused.problems)))
    return Trial(loaded.process, warnings, calendar or _published_text(connection, loaded.source))


def _published_text(connection: Connection, source: Source) -> str:
    name = calendar_name(source)
    known = store.calendar_text(connection, name) if name else None
    return known.text if known else ""


def calendar_for(connection: Connection, text: str, file: str) -> Calendar:
    """The calendar that a text is, where every published version that names it can go on with it.

    Raises:
        Refused: with every problem of the calendar, or of a version with it.
    """
    calendar = calendar_of(text, file)
    # A version that cannot be read with it any more would stop all cases that follow it.
    for one in store.all_versions(connection):
        known, label = store.version_text(connection, one.process, one.version) or "", f"{one.process} {one.version}"
        if calendar_named(known, label) == calendar.name:
            published_process(known, label, calendar)
    return calendar


def publish_calendar(connection: Connection, text: str, file: str, now: datetime) -> PublishedCalendar:
    """Keep a new edition of a calendar, published at `now` (aware); the same text again is none.

    Raises:
        Refused: the text has problems, or a published version cannot go on with it.
    """
    calendar = calendar_for(connection, text, file)
    return PublishedCalendar(calendar.name, calendar.title, is_new=_keep_calendar(connection, calendar, text, now))


def publish(connection: Connection, offered: Offered, now: datetime, by: str) -> Published:
    """Keep what is new of the process and its calendar, as published at the instant `now` (aware).

    Raises:
        Refused: the texts have problems, or the version label stands for another text.
    """
    calendar = _calendar(connection, offered)
    loaded = process_of_text(offered.text, offered.file, calendar)
    process = loaded.process
    text = loaded.source.text
    warnings = (*loaded.warnings, *_late(connection, loaded, now))
    named = process.calendar if offered.calendar else None
    new_calendar = named is not None and _keep_calendar(connection, named, offered.calendar, now)
    return Published(
        process=process.name,
        version=process.version,
        title=process.title,
        effective_from=process.effective_from.isoformat(),
        is_new=_keep_version(connection, loaded, text, now, by),
        new_calendar=new_calendar,
        warnings=warnings,
    )


def objections(connection: Connection, loaded: Loaded, now: datetime) -> tuple[Problem, ...]:
    """What stands against publishing a text at `now` (aware), as warnings: nobody asked for it yet."""
    reused = [_reused(loaded)] if _is_reused(connection, loaded) else []
    return (*(replace(one, severity=Severity.WARNING) for one in reused), *_late(connection, loaded, now))


def _is_reused(connection: Connection, loaded: Loaded) -> bool:
    """Whether the version of a text stands for another one."""
    known = store.version_text(connection, loaded.process.name, loaded.process.version)
    return known is not None and store.text_hash(known) != store.text_hash(loaded.source.text)


def _late(connection: Connection, loaded: Loaded, now: datetime) -> tuple[Problem, ...]:
    """What is questionable about a text that no case will follow, since a version of a later day has begun already."""
    process = loaded.process
    mine, today = process.effective_from.isoformat(), process.today(now).isoformat()
    others = [one for one in store.all_versions(connection) if one.process == process.name]
    begun = [one for one in others if mine < one.effective_from <= today]
    if not begun or process.version in {one.version for one in others}:
        return ()
    message = (
        f"No case will ever follow this version: it is from {mine} on, and version {begun[-1].version} "
        f"of {process.name} is in force since {begun[-1].effective_from}."
    )
    found = loaded.source.problem(("effective_from",), "too-early", message, "Give it a later day.")
    return (replace(found, severity=Severity.WARNING),)


def _calendar(connection: Connection, offered: Offered) -> Calendar | None:
    name = calendar_named(offered.text, offered.file)
    if offered.calendar:
        # Not for this process only: every version that names it follows it from now on.
        calendar = calendar_for(connection, offered.calendar, offered.calendar_file)
        if name and name != calendar.name:
            message = f"This is the calendar {calendar.name}, but the process names {name}."
            raise Refused([Problem(offered.calendar_file, 1, 1, "unknown-calendar", message, f"Give {name} with it.")])
        return calendar
    known = store.calendar_text(connection, name) if name else None
    return published_calendar(known.text, name) if known and name else None


def _keep_calendar(connection: Connection, calendar: Calendar, text: str, now: datetime) -> bool:
    known = store.calendar_text(connection, calendar.name)
    digest = store.text_hash(text)
    if known and known.hash == digest:
        return False
    edition = store.StoredCalendar(known.edition + 1 if known else 1, text, digest)
    store.insert_calendar(connection, calendar.name, edition, to_text(now))
    return True


def _keep_version(connection: Connection, loaded: Loaded, text: str, now: datetime, by: str) -> bool:
    process, digest, at = loaded.process, store.text_hash(text), to_text(now)
    known = store.version_text(connection, process.name, process.version)
    if known is None:
        day = process.effective_from.isoformat()
        store.insert_version(connection, store.StoredVersion(process.name, process.version, day, digest), text, at, by)
        for one in loaded.registers.values():
            written = text_of(one.source)
            label = store.StoredVersion(one.process.name, process.version, day, store.text_hash(written))
            store.insert_version(connection, label, written, at, by)
        return True
    if store.text_hash(known) == digest:
        return False
    raise Refused([_reused(loaded)])


def _reused(loaded: Loaded) -> Problem:
    process = loaded.process
    message = f"The version {process.version} of {process.name} was published before with another text."
    mend = "Give this text a version label of its own."
    return loaded.source.problem(("version",), "version-reused", message, mend)

"""Catalogue: the published processes, loaded once and kept until something new is published."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from engine.calendars.calendar import Calendar
from engine.calendars.day import days_somewhere
from engine.case.command import Actor
from engine.case.sight import Action, may, role_of
from engine.process.definition import Process
from engine.process.register import holds_rows
from engine.service.processes.texts import calendar_named, published_calendar, published_process
from engine.source.fault import Unknown
from engine.store import processes as stored

Stamp = tuple[int, int]


class UnknownProcess(Unknown):
    """No process of this name, or no such version of it, is published."""


class Unread(Exception):
    """A process that is needed was not read yet, which takes long: it is read before anybody waits behind this one.

    `version` is its name and label; None stands for all that are published.
    """

    def __init__(self, version: tuple[str, str] | None) -> None:
        super().__init__()
        self.version = version


class Catalogue:
    """Processes by name and version. An open case finds the version it began on, for ever.

    Versions and calendars are only ever added, so two counts tell whether anything is new.
    """

    def __init__(self, capacities: Mapping[str, int] | None = None) -> None:
        self._capacities = dict(capacities or {})
        # One program has one catalogue for all its threads: a version is read by one of them, and once.
        self._lock = threading.RLock()
        self._stamp: Stamp | None = None
        self._versions: list[stored.StoredVersion] = []
        self._loaded: dict[tuple[str, str], Process] = {}

    def refresh(self, connection: Connection, stamp: Stamp | None = None) -> None:
        """Forget what is outdated. `stamp` is what the caller's transaction saw, if it knows."""
        seen = stamp or stored.stamp(connection)
        with self._lock:
            if seen == self._stamp:
                return
            if self._stamp is not None and seen[1] != self._stamp[1]:
                # All: a calendar counts for every version that names it, and which those are is not kept here.
                self._loaded.clear()
            self._versions = stored.all_versions(connection)
            self._stamp = seen

    def is_loaded(self, process: Process) -> bool:
        """Whether a process is the one that cases of its version follow now: no other calendar came since."""
        with self._lock:
            return self._loaded.get((process.name, process.version)) is process

    def must_have_read(self, version: tuple[str, str] | None = None) -> None:
        """Go on only where a version (name and label), or all of them, need not be read from their texts any more.

        Raises:
            Unread: they need.
        """
        with self._lock:
            is_read = self.every_loaded() is not None if version is None else version in self._loaded
        if not is_read:
            raise Unread(version)

    def process(self, connection: Connection, name: str, version: str) -> Process:
        """One version of a process.

        Raises:
            UnknownProcess: it is not published.
        """
        key = (name, version)
        with self._lock:
            if key not in self._loaded:
                text = stored.version_text(connection, name, version)
                if text is None:
                    raise UnknownProcess(f"There is no version {version} of the process {name}.")
                label = f"{name} {version}"
                calendar = self._calendar(connection, calendar_named(text, label))
                self._loaded[key] = published_process(text, label, calendar).process
            return self._loaded[key]

    def _calendar(self, connection: Connection, name: str | None) -> Calendar | None:
        found = stored.calendar_text(connection, name) if name else None
        return published_calendar(found.text, name) if found and name else None

    def names(self) -> list[str]:
        """The names of all published processes, without those that hold rows of registers."""
        return [name for name in self._every_name() if not holds_rows(name)]

    def registers(self) -> list[str]:
        """The names of the processes that hold rows of registers."""
        return [name for name in self._every_name() if holds_rows(name)]

    def _every_name(self) -> list[str]:
        return sorted({version.process for version in self._versions})

    def versions(self, name: str) -> list[stored.StoredVersion]:
        """The versions of a process, in the order in which they come into force."""
        return [version for version in self._versions if version.process == name]

    def in_force(self, connection: Connection, name: str, moment: datetime) -> Process | None:
        """The version that cases follow which begin at an instant (aware); None before the first one.

        A version comes into force when its day begins in the zone that it names itself.

        Raises:
            UnknownProcess: no version of this process is published.
        """
        versions = self.versions(name)
        if not versions:
            raise self._unknown(connection, name)
        begun = next((one for one in reversed(versions) if self.has_begun(connection, one, moment)), None)
        return self.process(connection, name, begun.version) if begun else None

    def has_begun(self, connection: Connection, version: stored.StoredVersion, moment: datetime) -> bool:
        """Whether the day of a version had come, in its own zone, at an instant (aware)."""
        earliest, latest = (day.isoformat() for day in days_somewhere(moment))
        if not earliest < version.effective_from <= latest:  # its zone, for which its text must be read, matters not
            return version.effective_from <= earliest
        process = self.process(connection, version.process, version.version)
        return process.effective_from <= process.today(moment)

    def newest(self, connection: Connection, name: str, now: datetime) -> Process:
        """The version in force at an instant (aware), or the first one where none is yet."""
        return self.in_force(connection, name, now) or self.process(connection, name, self.versions(name)[0].version)

    def lately(self, connection: Connection, name: str, now: datetime) -> list[Process]:
        """Every version of a process: the one in force at an instant (aware), those before it, those to come."""
        versions = [self.process(connection, name, one.version) for one in self.versions(name)]
        in_force = versions.index(self.newest(connection, name, now)) + 1
        return [*reversed(versions[:in_force]), *versions[in_force:]]

    def all_newest(self, connection: Connection, now: datetime) -> list[Process]:
        """The version in force of every published process at an instant (aware), or its first."""
        return [self.newest(connection, name, now) for name in self.names()]

    def newest_registers(self, connection: Connection, now: datetime) -> list[Process]:
        """The same at an instant (aware) of the processes that hold rows, by title."""
        return sorted((self.newest(connection, name, now) for name in self.registers()), key=lambda one: one.title)

    def _newest_with_rows(self, connection: Connection, now: datetime) -> list[Process]:
        return [*self.all_newest(connection, now), *self.newest_registers(connection, now)]

    def kept_by(self, connection: Connection, by: Actor, now: datetime) -> list[Process]:
        """The processes, as in force at an instant (aware), of which somebody holds cases back and erases them."""
        return [one for one in self._newest_with_rows(connection, now) if may(by, Action.RETAIN, one)]

    def keeping(self, connection: Connection, now: datetime) -> list[str]:
        """The roles, with their process, for whose holders `kept_by` finds something at an instant (aware)."""
        kept = [one for one in self._newest_with_rows(connection, now) if one.keep]
        return sorted({role_of(one.base, role) for one in kept for role in (one.keep.by if one.keep else ())})

    def to_be_followed(self, connection: Connection, now: datetime) -> list[Process]:
        """The versions that cases follow which begin at an instant (aware) or later: in force, or still to come."""
        found = []
        for name in self.names():
            versions = [self.process(connection, name, one.version) for one in self.versions(name)]
            newest = self.newest(connection, name, now)
            found += versions[versions.index(newest) :]
        return found

    def every(self, connection: Connection) -> list[Process]:
        """Every version of every published process."""
        return [self.process(connection, one.process, one.version) for one in self._versions]

    def every_loaded(self) -> list[Process] | None:
        """The same as of the last look, without another one; None before the first, or where one was not read yet."""
        with self._lock:
            if self._stamp is None:
                return None
            found = [self._loaded.get((one.process, one.version)) for one in self._versions]
        known = [one for one in found if one is not None]
        return known if len(known) == len(found) else None

    def known_to(self, connection: Connection, by: Actor | None) -> list[str]:
        """The names of the published processes that somebody may know of."""
        every = self.every(connection)
        return sorted({one.name for one in every if by is None or may(by, Action.KNOW, one)})

    def must_know(self, connection: Connection, name: str, by: Actor | None) -> None:
        """Go on only where a process is published and somebody may know of it.

        Raises:
            UnknownProcess: it is not, or they may not: which of both is not told.
        """
        if name not in self.known_to(connection, by):
            raise self._unknown(connection, name, by)

    def _unknown(self, connection: Connection, name: str, by: Actor | None = None) -> UnknownProcess:
        known = ", ".join(one for one in self.known_to(connection, by) if not holds_rows(one)) or "none yet"
        return UnknownProcess(f"There is no process {name}. Published: {known}.")

    def capacities(self, connection: Connection, name: str, now: datetime) -> dict[str, int]:
        """How many of each place of a process there are, by the version in force at an instant (aware)."""
        places = self.newest(connection, name, now).places
        return {place.name: self._capacities.get(place.name, place.capacity) for place in places.values()}

    def most_places(self, connection: Connection, name: str) -> dict[str, int]:
        """The most of each place that any version of a process had, has or will have."""
        most: dict[str, int] = {}
        for version in self.versions(name):
            for place in self.process(connection, name, version.version).places.values():
                capacity = self._capacities.get(place.name, place.capacity)
                most[place.name] = max(capacity, most.get(place.name, 0))
        return most

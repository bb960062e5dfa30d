"""Doctor: what is wrong with an installation as a whole, and what of it can be mended without asking anybody.

It looks at the ground that everything stands on, and at what finds the cases; what is stored of them proves `verify`.
Times are UTC.
"""

from __future__ import annotations

import functools
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from engine.calendars.ending import ending
from engine.case.time.instants import from_text
from engine.service.cases.timers import Timers
from engine.service.keeping.index import reindex
from engine.service.keeping.keeping import Keeping
from engine.service.keeping.safe import Safe
from engine.service.messages.outbox import Outbox
from engine.service.people.ceremonies import party_of
from engine.service.people.passkeys import Passkeys
from engine.service.processes.processes import Processes
from engine.service.site import Site
from engine.source.fault import Unavailable
from engine.source.words import counted
from engine.store.database import DatabaseUnwritable
from engine.store.documents import ARRIVING
from engine.store.keys import NoKey
from engine.store.site_documents import SiteDocuments
from engine.store.tables import accesses, journal

# So much is used up in days, by documents and by the files of the database.
LITTLE_ROOM = 500_000_000
# What a clock may be off without anybody noticing.
OFF = timedelta(minutes=2)
# Long enough for a worker to be started again, short enough that nothing is missed.
LATE = timedelta(minutes=15)
# Nobody sends a document for so long.
LEFT = timedelta(days=1)
# What a server must not leave out, and what comes of it where it does.
_SERVER = {
    "synchronous_commit": "what was answered may be lost when the server ends",
    "fsync": "everything may be lost when the machine ends",
    "full_page_writes": "what is there may be damaged when the machine ends",
}
_INDEX = ("its column ", "the words or agendas")


@dataclass(frozen=True)
class Ailment:
    """Something that is wrong: where, what, and what to do. `mended`: it was, just now."""

    where: str
    what: str
    mend: str
    mended: bool = False


Found = tuple[Ailment, Callable[[], object] | None]


class Doctor:
    """Looks at one installation."""

    def __init__(self, site: Site, keeping: Keeping, rooms: tuple[Processes, Timers, Outbox, Safe, Passkeys]) -> None:
        self._site = site
        self._keeping = keeping
        self._processes, self._timers, self._outbox, self._safe, self._passkeys = rooms

    def examine(self, *, mend: bool = False, address: str | None = None) -> list[Ailment]:
        """Everything that is wrong; with `mend` what can be mended is, and is told as such.

        `address`: where people reach the site; nothing is said of it where it is None.
        """
        looks = (
            self._disk,
            self._modes,
            self._folder,
            self._left_over,
            self._file,
            self._server,
            self._clock,
            self._calendars,
            self._running,
            self._secrets,
            functools.partial(self._passkeys_of_others, address),
            self._stored,
        )
        found = []
        for look in looks:
            for ailment, cure in look():
                if mend and cure is not None:
                    cure()
                found.append(replace(ailment, mended=mend and cure is not None))
        return found

    def _places(self) -> list[tuple[str, Path]]:
        file, documents = self._site.database.file, self._site.documents
        found = [("database", file.parent)] if file else []
        return [*found, ("documents", documents.folder)] if isinstance(documents, SiteDocuments) else found

    def _disk(self) -> Iterator[Found]:
        for where, folder in self._places():
            free = shutil.disk_usage(folder).free if folder.is_dir() else LITTLE_ROOM
            if free < LITTLE_ROOM:
                told = f"{free // 1_000_000} MB are free on the disk of {folder}"
                yield Ailment(where, told, "Make room, or nothing can be written soon."), None
        try:
            with self._site.database.writing():
                pass
        except DatabaseUnwritable as error:
            yield Ailment("database", str(error), "Make room on the disk, or mount it so that it can be written."), None

    def _modes(self) -> Iterator[Found]:
        for path in self._own():
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & 0o077 == 0 or path.is_symlink():
                continue
            told = f"{path} can be read or written by others (mode {mode:04o})"
            yield Ailment("modes", told, f"chmod go= {path}"), functools.partial(path.chmod, mode & 0o700)

    def _own(self) -> Iterator[Path]:
        """The files that hold records in plain form."""
        file, documents = self._site.database.file, self._site.documents
        if file is not None:
            ends = ("", "-wal", "-shm", "-next", "-turn", ".key")
            yield from (one for end in ends if (one := file.with_name(file.name + end)).exists())
        if isinstance(documents, SiteDocuments) and documents.folder.is_dir():
            yield from (documents.folder, *sorted(documents.folder.rglob("*")))

    def _folder(self) -> Iterator[Found]:
        if fault := self._site.documents.trouble():
            yield Ailment("documents", str(fault), ""), None

    def _left_over(self) -> Iterator[Found]:
        """What somebody sent as the program was killed: no case names it."""
        documents, before = self._site.documents, (self._site.clock.now() - LEFT).timestamp()
        if not isinstance(documents, SiteDocuments) or not documents.folder.is_dir():
            return
        for path in sorted(documents.folder.glob(f"{ARRIVING}*")):
            if path.stat().st_mtime < before:
                ailment = Ailment("documents", f"{path} never arrived as a whole", f"rm {path}")
                yield ailment, functools.partial(path.unlink, missing_ok=True)

    def _file(self) -> Iterator[Found]:
        if not self._site.database.is_sqlite:
            return
        with self._site.database.reading() as connection:
            found = [str(row[0]) for row in connection.execute(text("PRAGMA quick_check(5)"))]
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchmany(5)
        restore = "Restore the last backup into a new database; see docs/how-to/run-and-keep.md."
        if found != ["ok"]:
            yield Ailment("database", f"the file is damaged: {'; '.join(found)[:300]}", restore), None
        if broken:
            tables = ", ".join(sorted({str(row[0]) for row in broken}))
            yield Ailment("database", f"rows of {tables} belong to nothing", restore), None

    def _server(self) -> Iterator[Found]:
        """What a server of PostgreSQL was told to leave out for speed, and names that it cannot keep."""
        if self._site.database.is_sqlite:
            return
        with self._site.database.reading() as connection:
            said = {one: connection.execute(text(f"SHOW {one}")).scalar_one() for one in (*_SERVER, "server_encoding")}
        for name, follows in _SERVER.items():
            if said[name] == "off":
                mend = f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf(); and see that nothing else sets it."
                yield Ailment("server", f"{name} is off: {follows}", mend), None
        if said["server_encoding"] != "UTF8":
            told = f"the database keeps text as {said['server_encoding']}, which cannot hold every name"
            mend = "Make one with ENCODING 'UTF8', and restore a backup into it."
            yield Ailment("server", told, mend), None

    def _clock(self) -> Iterator[Found]:
        now = self._site.clock.now()
        with self._site.database.reading() as connection:
            instants = [connection.execute(select(func.max(one.c.at))).scalar() or "" for one in (accesses, journal)]
            is_server = connection.dialect.name == "postgresql"
            servers = connection.execute(text("SELECT clock_timestamp()")).scalar_one() if is_server else now
        last = max(instants)
        mend = "Set the clock of this machine, and let it follow a time server (timedatectl set-ntp true)."
        if last and from_text(last) > now + OFF:
            yield (
                Ailment("clock", f"it shows {now:%Y-%m-%d %H:%M}, but things were done at {last[:16]} already", mend),
                None,
            )
        if abs(servers - now) > OFF:
            yield (
                Ailment("clock", f"it differs from that of the database server ({servers:%Y-%m-%d %H:%M})", mend),
                None,
            )

    def _calendars(self) -> Iterator[Found]:
        for process in self._processes.in_force():
            calendar = process.calendar
            if calendar is not None and ending(calendar, process.today(self._site.clock.now())):
                told = f"{calendar.name}, which {process.name} counts by, is written down until {calendar.ends} only"
                yield Ailment("calendar", told, "Add the next years to its file, and publish it."), None

    def _running(self) -> Iterator[Found]:
        due = self._timers.next_due()
        if due is not None and due < self._site.clock.now() - LATE:
            told = f"a timer was due on {due:%Y-%m-%d %H:%M} and has not fired"
            yield Ailment("scheduler", told, "Nobody fires timers: start casework serve, or casework worker."), None
        if paused := self._outbox.paused():
            told = f"nothing is sent since a restore, and {counted(paused.waiting, 'message waits', 'messages wait')}"
            yield Ailment("outbox", told, "casework outbox list, then casework outbox release"), None
        if given_up := self._outbox.given_up():
            told = f"{counted(given_up, 'message was', 'messages were')} given up"
            yield Ailment("outbox", told, "See why under Outbox, and send them again."), None

    def _secrets(self) -> Iterator[Found]:
        try:
            self._safe.check_keys()
        except NoKey as error:
            yield Ailment("keys", str(error), ""), None

    def _passkeys_of_others(self, address: str | None) -> Iterator[Found]:
        party = party_of(address) if address is not None else None
        here = party.id if party else "no site that has passkeys"
        for site, count in self._passkeys.of_other_sites(party).items() if address is not None else ():
            told = f"{counted(count, 'passkey is', 'passkeys are')} of {site}, and CASEWORK_ADDRESS names {here}"
            mend = f"They cannot be used: set it to https://{site} again, or let their people add new ones."
            yield Ailment("passkeys", told, mend), None

    def _stored(self) -> Iterator[Found]:
        """What finds the cases can be made anew from them; for everything else somebody has to look."""
        try:
            found = self._keeping.verify().findings
        except Unavailable as error:
            yield Ailment("database", str(error), ""), None
            return
        of_index = [one for one in found if one.message.startswith(_INDEX)]
        if of_index:
            cases = sorted({one.case for one in of_index})
            told = f"what finds {counted(len(cases), 'case')} differs from them (the first: {cases[0]})"
            yield Ailment("index", told, "casework doctor --mend"), self._reindex
        if others := len(found) - len(of_index):
            yield Ailment("records", f"verify has {counted(others, 'finding')}", "casework verify"), None

    def _reindex(self) -> None:
        with self._site.database.writing() as connection:
            reindex(connection, self._site.catalogue)

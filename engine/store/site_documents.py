"""Site documents: the folder of documents that belongs to a database, told by a mark that both have.

A folder is made once, for the first content or by `casework init`. Afterwards one without the mark is no folder of this
site: it may be another one, or the place where a disk is not mounted, and nothing is read there nor written.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, select

from engine.store.database import Database
from engine.store.documents import ASK, Arrived, Documents, FolderDocuments, FolderFault, MemoryDocuments, writing
from engine.store.locks import Lock, hold
from engine.store.site import new_id, put, read, site_id
from engine.store.tables import cases, drafts

MARK = "casework-site"
FOLDER = "folder"


class OtherFolder(FolderFault):
    """The folder is that of somebody else, or none was named: it is the setting that is wrong."""


@dataclass(frozen=True)
class Mark:
    """Whose folder it is: the id of the site, and a word that only the database which uses it knows."""

    site: str
    folder: str

    @property
    def text(self) -> str:
        """As it stands in the folder."""
        return f"site {self.site}\nfolder {self.folder}\n"


def read_mark(folder: Path) -> Mark | None:
    """The mark of a folder; None where there is no such folder, or it has none."""
    try:
        found = dict(line.split(" ", 1) for line in (folder / MARK).read_text().splitlines())
        return Mark(found["site"], found["folder"])
    except (OSError, ValueError, KeyError):
        return None


class SiteDocuments:
    """The documents of a site in its own folder, and in no other."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.kept = FolderDocuments(folder)
        self._known: Mark | None = None

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.kept.folder

    def trouble(self) -> FolderFault | None:
        """Why documents can be neither read nor kept; None where they can."""
        found = read_mark(self.folder)
        if found is None or found != self._known:
            with self._database.reading() as connection:
                return self._compared(connection, found)
        return None

    def _compared(self, connection: Connection, found: Mark | None) -> FolderFault | None:
        wanted = Mark(site_id(connection), read(connection, FOLDER))
        if found is not None and found.site != wanted.site:
            return self._belongs("to another site")
        if not wanted.folder:  # it never had one: nothing is lost, and one is made when it is needed
            return None
        if found is None:
            return self._gone()
        if found != wanted:
            return self._belongs("to another copy of this site's database")
        self._known = wanted
        return None

    def _gone(self) -> FolderFault:
        mend = (
            "Mount it, or set CASEWORK_DOCUMENTS to the one that was used before, which all machines must see."
            " It is never made anew; if it is lost for good: casework init --new-folder"
        )
        what = "is not the one of this site: it has no mark" if self.folder.is_dir() else "is not there"
        told = f"The folder of documents {self.folder} {what}. Documents can be neither read nor kept. {mend}"
        people = "The folder of documents is not there now: documents can be neither opened nor added."
        return FolderFault(told, f"{people} Everything else can be read and done. {ASK}")

    def _belongs(self, whose: str) -> OtherFolder:
        mend = "Set CASEWORK_DOCUMENTS to the folder that this database was used with, which all machines must see."
        told = f"The folder of documents {self.folder} belongs {whose}. Nothing was written there. {mend}"
        return OtherFolder(told, f"Documents can be neither opened nor added: another folder is set. {ASK}")

    def claim(self, *, anew: bool = False) -> None:
        """Make the folder this site's own, once; after that only make sure that it is. `anew`: let this one take the
        place of another one that was lost.

        Raises:
            FolderFault: it is not this site's, cannot be made, or documents were kept somewhere else before.
        """
        with self._database.writing() as connection:
            hold(connection, Lock.CONTENTS)
            found = read_mark(self.folder)
            fault = None if anew and found is None else self._compared(connection, found)
            if fault:
                raise fault
            if anew or not read(connection, FOLDER):
                if not anew and self._is_empty() and _names_any(connection):
                    raise self._gone()
                self.take(connection, site_id(connection), found)

    def check_new(self, site: str, *, taken: bool) -> None:
        """Make sure that a database which is restored may have this folder. `taken`: also where it was that of the
        same site, whose own database can use it no more then. `site` is empty where the archive names none.

        Raises:
            OtherFolder: it may not.
            FolderFault: it cannot be written.
        """
        found = read_mark(self.folder)
        if found is None:
            self.kept.make()
            return
        if site not in {found.site, ""}:
            raise self._belongs("to another site")
        if not taken:
            mend = "Set CASEWORK_DOCUMENTS to a new one. If that database is lost for good: --take-folder"
            told = f"The folder of documents {self.folder} is that of a database already. {mend}"
            raise OtherFolder(told, told)

    def take(self, connection: Connection, site: str, found: Mark | None = None) -> None:
        """Mark the folder as that of the database of this connection, with a new word unless one was `found` there.

        Raises:
            FolderFault: it cannot be written.
        """
        mark = found or Mark(site, new_id())
        self.kept.make()
        if found is None:
            with writing(self.folder):
                _write_mark(self.folder, mark)
        put(connection, FOLDER, mark.folder)

    def _is_empty(self) -> bool:
        try:
            return not any(self.folder.iterdir())
        except OSError:
            return True

    @contextlib.contextmanager
    def receive(self, content: BinaryIO) -> Iterator[Arrived]:
        """Read a content to its end into the folder, which is made if the site never had one.

        Raises:
            FolderFault: it cannot be kept; nothing of it is left.
        """
        if self._known is None or read_mark(self.folder) != self._known:
            self.claim()
        with self.kept.receive(content) as arrived:
            yield arrived

    def keep(self, arrived: Arrived) -> None:
        """Keep it under its digest.

        Raises:
            FolderFault: it cannot be written.
        """
        self.kept.keep(arrived)

    def look(self, arrived: Arrived) -> BinaryIO:
        """What was received, to be read before it is kept."""
        return self.kept.look(arrived)

    def open(self, digest: str) -> BinaryIO:
        """The content of this digest.

        Raises:
            FolderFault: it cannot be read.
        """
        self._must_be_there()
        try:
            return self.kept.open(digest)
        except OSError as error:
            told = (
                f"The content {digest} cannot be read in {self.folder}: {error.strerror}. casework verify names more."
            )
            raise FolderFault(told, f"The content of this document is missing or cannot be read. {ASK}") from None

    def remove(self, digest: str) -> None:
        """Keep a content no more, if it is there.

        Raises:
            FolderFault: it cannot be removed.
        """
        self._must_be_there()
        self.kept.remove(digest)

    def fault(self, digest: str, size: int) -> str:
        """What is wrong with a kept content; empty where nothing is.

        Raises:
            FolderFault: the folder is not there.
        """
        self._must_be_there()
        return self.kept.fault(digest, size)

    def _must_be_there(self) -> None:
        fault = self.trouble()
        if fault:
            raise fault


class UnnamedDocuments:
    """No folder: on PostgreSQL there is no place beside the database that all machines see."""

    def trouble(self) -> FolderFault:
        """What is to be done."""
        mend = "Set CASEWORK_DOCUMENTS (documents in casework.toml) to one that all machines with casework see."
        told = f"On PostgreSQL the folder of documents has to be named. {mend}"
        return OtherFolder(told, f"Documents can be neither opened nor added: no folder is set for them. {ASK}")

    def claim(self, *, anew: bool = False) -> None:  # noqa: ARG002
        """There is nothing to claim."""
        raise self.trouble()

    def check_new(self, site: str, *, taken: bool) -> None:  # noqa: ARG002
        """There is none."""
        raise self.trouble()

    def take(self, connection: Connection, site: str, found: Mark | None = None) -> None:  # noqa: ARG002
        """There is none."""
        raise self.trouble()

    def receive(self, content: BinaryIO) -> contextlib.AbstractContextManager[Arrived]:  # noqa: ARG002
        """There is no place for it."""
        raise self.trouble()

    def keep(self, arrived: Arrived) -> None:  # noqa: ARG002
        """There is no place for it."""
        raise self.trouble()

    def look(self, arrived: Arrived) -> BinaryIO:  # noqa: ARG002
        """Nothing can have arrived."""
        raise self.trouble()

    def open(self, digest: str) -> BinaryIO:  # noqa: ARG002
        """Nothing can be kept."""
        raise self.trouble()

    def remove(self, digest: str) -> None:  # noqa: ARG002
        """Nothing can be kept."""
        raise self.trouble()

    def fault(self, digest: str, size: int) -> str:  # noqa: ARG002
        """Nothing can be kept."""
        raise self.trouble()


def documents_of(database: Database, given: Documents | Path | str | None) -> Documents:
    """Where contents are kept: as given, else beside the file of the database."""
    if isinstance(given, str):
        given = Path(given)
    if given is not None and not isinstance(given, Path):
        return given
    if database.is_sqlite and database.file is None:
        return MemoryDocuments() if given is None else FolderDocuments(given).make()
    if given is not None:
        return SiteDocuments(database, given)
    file = database.file
    return SiteDocuments(database, file.with_name(file.name + ".documents")) if file else UnnamedDocuments()


def _names_any(connection: Connection) -> bool:
    """Whether a case or a draft names a content: it must lie somewhere."""
    found = (cases.c.snapshot.contains('"hash":"'), drafts.c.documents != "[]")
    return any(connection.execute(select(1).where(one).limit(1)).first() for one in found)


def _write_mark(folder: Path, mark: Mark) -> None:
    """Whole or not at all, and on the disk before the database counts on it."""
    part = folder / f"{MARK}.{new_id()}"
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "w") as file:
            file.write(mark.text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / MARK)
    finally:
        part.unlink(missing_ok=True)

"""Archive: every row and document in one ZIP file, read in one snapshot, for backup and for moving house.

`manifest.json` names the schema and counts the rows; `tables/NAME.jsonl` holds the rows of a table, one
a line; `documents/DIGEST` holds contents. Nothing in it depends on the kind of database.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Select, Table, delete, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from engine.case.time.instants import from_text, to_text
from engine.source.fault import Invalid, TooBig, Unavailable
from engine.store.documents import Documents
from engine.store.keeping.counters import given_out, go_on_behind
from engine.store.keeping.locked import BadKey, locking, recipients_of, unlocked
from engine.store.schema import bring_down, bring_up, is_newer
from engine.store.site import ID, PLANNED, site_id
from engine.store.site_documents import SiteDocuments
from engine.store.statement import streamed
from engine.store.tables import SCHEMA_REVISION, cases, drafts, metadata, site

FORMAT = "casework backup 1"
# Blocks of rows, so that a backup takes little memory however much there is.
_ROWS = 1000


# What nobody writes into one row: a member that unpacks to one endless line fills no memory.
MOST_LINE = 64_000_000
# Whatever a damaged file makes the libraries that read it raise.
_DAMAGED = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    SQLAlchemyError,
)


class BadArchive(Invalid):
    """An archive that cannot be written or read; the message says why."""


@dataclass(frozen=True)
class Counted:
    """What an archive holds. `faults` names what it should hold and does not: the rest is whole."""

    cases: int
    documents: int
    faults: tuple[str, ...] = ()


def write_archive(
    connection: Connection, documents: Documents, file: Path, made: datetime, recipients: Sequence[str] = ()
) -> Counted:
    """Write everything into a new file, which only who made it can read; it gets its name when it is whole.

    A content that is missing or damaged is named in the result, and the rest is written. `made`: the present (aware).
    `recipients`: the public keys of those who can read it; everybody who has the file, where none is named.

    Raises:
        BadArchive: the file is there already, or cannot be written.
        BadKey: a recipient is no public key.
    """
    keys = recipients_of(recipients)
    if file.exists():
        raise BadArchive(f"{file} is there already; a backup never overwrites one.")
    _take_as_long_as_it_takes(connection)
    try:
        with (
            _whole_or_not(file) as into,
            locking(into, keys) as plain,
            zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive,
        ):
            return _write(connection, documents, archive, made)
    except OSError as error:
        raise BadArchive(f"{file} cannot be written: {error.strerror or error}.") from None


@contextlib.contextmanager
def _whole_or_not(file: Path) -> Iterator[IO[bytes]]:
    """A new file without a name, which it gets at the end: whoever is stopped before, however hard, leaves nothing."""
    try:
        handle = os.open(file.parent, os.O_TMPFILE | os.O_RDWR, 0o600)
    except OSError:
        with _under_another_name(file) as into:
            yield into
        return
    with os.fdopen(handle, "w+b") as into:
        yield into
        into.flush()
        os.fsync(into.fileno())
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            # By way of linkat, which alone follows the link to the open file: it does so where a folder is given.
            os.link(f"/proc/self/fd/{into.fileno()}", file, src_dir_fd=folder, follow_symlinks=True)
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def _under_another_name(file: Path) -> Iterator[IO[bytes]]:
    """The same where files cannot be without a name: one that was cut off must not look like a backup."""
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)  # of somebody who was stopped too hard to take it away
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as into:
            yield into
            into.flush()
            os.fsync(into.fileno())
        os.replace(part, file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write(connection: Connection, documents: Documents, archive: zipfile.ZipFile, made: datetime) -> Counted:
    counts: dict[str, int] = {}
    named: dict[tuple[str, int], str] = {}
    for table in metadata.sorted_tables:
        # In the order of their references, so that rows can be put back as they come. How long one gets is not known
        # beforehand, and without force_zip64 a long one would be refused when it is written already.
        with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
            counts[table.name] = 0
            for row in connection.execution_options(yield_per=_ROWS).execute(_rows_of(table)):
                values = row._asdict()
                member.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
                counts[table.name] += 1
                named |= {content: place for content, place in _named_in(table.name, values) if content not in named}
    faults = tuple(_write_contents(documents, archive, named))
    kept = len(named) - len(faults)
    manifest = {"format": FORMAT, "schema": SCHEMA_REVISION, "rows": counts, "documents": kept, "faults": faults}
    manifest |= {"site": site_id(connection), "numbers": given_out(connection), "made": to_text(made)}
    archive.writestr("manifest.json", json.dumps(manifest, indent=2))
    return Counted(counts["cases"], kept, faults)


def _rows_of(table: Table) -> Select[Any]:
    """What an archive holds of a table: of the installation its id, and not where its documents are."""
    return select(table).where(site.c.name.in_((ID, PLANNED))) if table is site else select(table)


def _write_contents(
    documents: Documents, archive: zipfile.ZipFile, named: Mapping[tuple[str, int], str]
) -> Iterator[str]:
    """Write every content that is whole; what is wrong with the others."""
    for (digest, size), place in sorted(named.items()):
        # Before it is written: half of a member cannot be taken back.
        if fault := _fault(documents, digest, size):
            yield f"{place}: {fault}"
            continue
        with documents.open(digest) as content, archive.open(f"documents/{digest}", "w", force_zip64=True) as member:
            shutil.copyfileobj(content, member)


def _fault(documents: Documents, digest: str, size: int) -> str:
    try:
        return documents.fault(digest, size)
    except Unavailable as error:
        return f"its content cannot be read. {error}"


def _named_in(table: str, values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, int], str]]:
    """The contents that a row names, by digest and size, and where."""
    if table == cases.name:
        for kind, copies in json.loads(values["snapshot"])["documents"].items():
            for one in copies:
                yield (one["hash"], one["size"]), f"case {values['id']}, the document {kind}"
    elif table == drafts.name:
        for one in json.loads(values["documents"]):
            yield (one["hash"], one["size"]), f"draft {values['id']}, the document {one['document']}"


def read_archive(
    file: Path,
    connection: Connection,
    documents: Documents,
    now: datetime,
    *,
    take_folder: bool = False,
    identity: Path | None = None,
    following: Callable[[Connection], None] = lambda _: None,
) -> Counted:
    """Put everything into a database whose tables are there and empty; what a content lacks is named in the result.

    An archive of an earlier schema is put into the tables of its time, which are then brought up to date, with what
    `following` does after that. `now`: the present (aware).

    Raises:
        BadArchive: the file is no such archive, a newer program wrote it, or the database is not empty.
        FolderFault: the folder of documents may not be taken, or cannot be written.
        BadKey: it is encrypted, and `identity` is not the file of a key that opens it.
    """
    made = [table for table in metadata.sorted_tables if table is not site]
    if any(connection.execute(select(func.count()).select_from(table)).scalar() for table in made):
        raise BadArchive("The database is not empty. Restore into a new one: set CASEWORK_DATABASE_URL.")
    _take_as_long_as_it_takes(connection)
    try:
        with unlocked(file, identity) as source, zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive, file)
            documents.check_new(str(manifest.get("site", "")), taken=take_folder)
            # Documents first: a content that no row names takes room, a row that names none cannot be mended.
            whole = set(_read_documents(archive, documents.kept if isinstance(documents, SiteDocuments) else documents))
            _read_tables(archive, manifest, connection, file, following)
            named = _named(connection)
            count = int(manifest["rows"]["cases"])
            # Where it does not say when it was made: none.
            since = now - from_text(manifest["made"]) if "made" in manifest else timedelta()
    except (BadArchive, BadKey, Unavailable):
        raise
    except _DAMAGED as error:
        raise BadArchive(f"{file} cannot be read as a backup ({type(error).__name__}).") from None
    go_on_behind(connection, manifest.get("numbers", {}), since)
    # Last of all: where it fails before, the folder is nobody's yet.
    documents.take(connection, site_id(connection))
    lost = sorted((place, digest) for (digest, _), place in named.items() if digest not in whole)
    faults = tuple(f"{place}: its content is not in the archive, or was changed" for place, _ in lost)
    return Counted(count, len(named) - len(faults), faults)


def _read_tables(
    archive: zipfile.ZipFile,
    manifest: dict[str, Any],
    connection: Connection,
    file: Path,
    following: Callable[[Connection], None],
) -> None:
    is_older = manifest["schema"] != SCHEMA_REVISION
    then = bring_down(connection, manifest["schema"]) if is_older else metadata
    if site.name in then.tables:
        connection.execute(delete(site))
    for table in then.sorted_tables:
        if table.name == "alembic_version":
            continue
        with archive.open(f"tables/{table.name}.jsonl") as member:
            _insert(connection, table, member, manifest["rows"][table.name], file)
    if is_older:
        bring_up(connection)
        following(connection)


def _named(connection: Connection) -> dict[tuple[str, int], str]:
    """The contents that the rows name, by digest and size, and where first."""
    named: dict[tuple[str, int], str] = {}
    for table in (cases, drafts):
        for row in streamed(connection, select(table).order_by(table.c.id)):
            named |= {one: place for one, place in _named_in(table.name, row._asdict()) if one not in named}
    return named


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    if manifest.get("format") != FORMAT:
        raise BadArchive(f"{file} is not a backup of casework.")
    if is_newer(str(manifest["schema"])):
        told = f"{file} has the schema {manifest['schema']}, of a newer casework; this program knows {SCHEMA_REVISION}."
        raise BadArchive(f"{told} Nothing was restored. Use that newer program.")
    return manifest


def _read_documents(archive: zipfile.ZipFile, documents: Documents) -> Iterator[str]:
    """Keep every content that is whole; their digests."""
    for name in archive.namelist():
        folder, _, digest = name.partition("/")
        if folder != "documents" or not digest:
            continue
        try:
            with archive.open(name) as content, documents.receive(content) as arrived:  # type: ignore[arg-type]
                if arrived.digest == digest:
                    documents.keep(arrived)
                    yield digest
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, TooBig):
            continue  # told afterwards, with the case that names it


def _insert(connection: Connection, table: Table, member: IO[bytes], wanted: int, file: Path) -> None:
    count, lines = 0, _lines(member)
    while rows := [json.loads(line) for line in islice(lines, _ROWS)]:
        connection.execute(table.insert(), rows)
        count += len(rows)
    if count != wanted:
        raise BadArchive(f"{file} holds {count} rows of {table.name}, but {wanted} were written.")


def _lines(member: IO[bytes]) -> Iterator[bytes]:
    while line := member.readline(MOST_LINE):
        if len(line) == MOST_LINE:
            raise ValueError("a line too long for a row")
        yield line


def _take_as_long_as_it_takes(connection: Connection) -> None:
    """Copying documents may leave the transaction idle for longer than is usual."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))

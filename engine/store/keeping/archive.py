"""Archive: every row and document in one ZIP file, read in one snapshot, for backup and for moving house.

`manifest.json` names the schema and counts the rows; `tables/NAME.jsonl` holds the rows of a table, one
a line; `documents/DIGEST` holds contents. Nothing in it depends on the kind of database.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, func, select, text

from engine.source.fault import Invalid
from engine.store.documents import Documents
from engine.store.tables import SCHEMA_REVISION, cases, drafts, metadata

FORMAT = "casework backup 1"
# Blocks of rows, so that a backup takes little memory however much there is.
_ROWS = 1000


class BadArchive(Invalid):
    """An archive that cannot be written or read; the message says why."""


@dataclass(frozen=True)
class Counted:
    """What an archive holds."""

    cases: int
    documents: int


def write_archive(connection: Connection, documents: Documents, file: Path) -> Counted:
    """Write everything into a new file; it appears under its name only when it is whole.

    Raises:
        BadArchive: the file is there already, or cannot be written.
    """
    if file.exists():
        raise BadArchive(f"{file} is there already; a backup never overwrites one.")
    # A backup that was cut off must not look like one: it gets its name when it is whole.
    part = file.with_name(file.name + ".part")
    _take_as_long_as_it_takes(connection)
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            counted = _write(connection, documents, archive)
        _to_disk(part)
        os.replace(part, file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadArchive(f"{file} cannot be written: {error.strerror or error}.") from None
    return counted


def _write(connection: Connection, documents: Documents, archive: zipfile.ZipFile) -> Counted:
    counts: dict[str, int] = {}
    digests: set[str] = set()
    for table in metadata.sorted_tables:
        # In the order of their references, so that rows can be put back as they come. How long one gets is not known
        # beforehand, and without force_zip64 a long one would be refused when it is written already.
        with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
            counts[table.name] = 0
            for row in connection.execution_options(yield_per=_ROWS).execute(select(table)):
                values = row._asdict()
                member.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
                counts[table.name] += 1
                if table is cases:
                    digests.update(_digests(values["snapshot"]))
                elif table is drafts:
                    digests.update(one for one in _digests_of_draft(values["documents"]) if _is_kept(documents, one))
    for digest in sorted(digests):
        with documents.open(digest) as content, archive.open(f"documents/{digest}", "w", force_zip64=True) as member:
            shutil.copyfileobj(content, member)
    manifest = {"format": FORMAT, "schema": SCHEMA_REVISION, "rows": counts, "documents": len(digests)}
    archive.writestr("manifest.json", json.dumps(manifest, indent=2))
    return Counted(counts["cases"], len(digests))


def _digests(snapshot: str) -> Iterator[str]:
    for copies in json.loads(snapshot)["documents"].values():
        yield from (copy["hash"] for copy in copies)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _digests_of_draft(text: str) -> Iterator[str]:
    for one in json.loads(text):
        yield one["hash"]


def _is_kept(documents: Documents, digest: str) -> bool:
    """Whether a content is there: archives of an earlier release left out what only drafts held."""
    try:
        documents.open(digest).close()
    except FileNotFoundError:
        return False
    return True


def read_archive(file: Path, connection: Connection, documents: Documents) -> Counted:
    """Put everything into a database whose tables are there and empty.

    Raises:
        BadArchive: the file is no such archive, is of another schema, or the database is not empty.
    """
    if any(connection.execute(select(func.count()).select_from(table)).scalar() for table in metadata.sorted_tables):
        raise BadArchive("The database is not empty. Restore into a new one: set CASEWORK_DATABASE_URL.")
    _take_as_long_as_it_takes(connection)
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            # Documents first: a content that no row names takes room, a row that names none cannot be mended.
            _read_documents(archive, documents)
            for table in metadata.sorted_tables:
                with archive.open(f"tables/{table.name}.jsonl") as member:
                    _insert(connection, table.name, member, manifest["rows"][table.name], file)
    except BadArchive:
        raise
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadArchive(f"{file} cannot be read as a backup ({type(error).__name__}).") from None
    _continue_numbers(connection)
    return Counted(manifest["rows"]["cases"], manifest["documents"])


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    if manifest.get("format") != FORMAT:
        raise BadArchive(f"{file} is not a backup of casework.")
    if manifest["schema"] != SCHEMA_REVISION:
        raise BadArchive(f"{file} has the schema {manifest['schema']}; this program reads {SCHEMA_REVISION}.")
    return manifest


def _read_documents(archive: zipfile.ZipFile, documents: Documents) -> None:
    for name in archive.namelist():
        folder, _, digest = name.partition("/")
        if folder != "documents" or not digest:
            continue
        with archive.open(name) as content, documents.receive(content) as arrived:  # type: ignore[arg-type]
            if arrived.digest != digest:
                raise BadArchive(f"The document {digest} in the archive was changed.")
            documents.keep(arrived)


def _insert(connection: Connection, name: str, lines: IO[bytes], wanted: int, file: Path) -> None:
    count = 0
    while rows := [json.loads(line) for line in islice(lines, _ROWS)]:
        connection.execute(metadata.tables[name].insert(), rows)
        count += len(rows)
    if count != wanted:
        raise BadArchive(f"{file} holds {count} rows of {name}, but {wanted} were written.")


def _take_as_long_as_it_takes(connection: Connection) -> None:
    """Copying documents may leave the transaction idle for longer than is usual."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def _continue_numbers(connection: Connection) -> None:
    """PostgreSQL counts numbers apart from the rows: go on behind the highest."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        if "id" in table.c:
            last = connection.execute(select(func.max(table.c.id))).scalar()
            named = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
            if last:
                connection.execute(named, {"name": table.name, "last": last})

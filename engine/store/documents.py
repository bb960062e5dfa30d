"""Documents: contents kept once by their SHA-256, in a folder or in memory, and never overwritten."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from engine.source.fault import TooBig

# A last limit on what one content may take of the disk; what people may send is decided by the service.
MOST_BYTES = 100_000_000
_CHUNK = 1 << 20


class DocumentTooBig(TooBig):
    """A document with more bytes than are kept."""


@dataclass(frozen=True)
class Arrived:
    """A content that was received but is not kept yet. `size` in bytes."""

    digest: str
    size: int
    path: Path | None = None
    content: bytes = b""


class Documents(Protocol):
    """Where contents are kept."""

    def receive(self, content: BinaryIO) -> contextlib.AbstractContextManager[Arrived]:
        """Read a content to its end; it is forgotten at the end of the block unless it was kept."""

    def keep(self, arrived: Arrived) -> None:
        """Keep it under its digest. The same content is kept once."""

    def look(self, arrived: Arrived) -> BinaryIO:
        """What was received, to be read before it is kept."""

    def open(self, digest: str) -> BinaryIO:
        """The content of this digest; FileNotFoundError where it is not kept."""

    def fault(self, digest: str, size: int) -> str:
        """What is wrong with a kept content; empty where nothing is."""


class FolderDocuments:
    """Contents as files: `ab/cdef…` for the digest `abcdef…`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def receive(self, content: BinaryIO) -> Iterator[Arrived]:
        """Write the content to a file of its own beside the kept ones, and to the disk."""
        # Nobody else on the machine reads the documents.
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # In the same folder: a file is moved in one step only within one file system.
        handle, name = tempfile.mkstemp(dir=self.folder, prefix="arriving-")
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                digest, size = _copy(content, file)
                file.flush()
                # On the disk before the case names it: a database that names a content that was lost cannot be mended.
                os.fsync(file.fileno())
            yield Arrived(digest, size, path)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, arrived: Arrived) -> None:
        """Move the file to its place, unless the same content is there already."""
        assert arrived.path is not None
        final = self._path(arrived.digest)
        if final.exists():
            return
        final.parent.mkdir(exist_ok=True, mode=0o700)
        # Read only: what a history names by its hash never changes.
        arrived.path.chmod(0o400)
        arrived.path.rename(final)
        # A new name is on the disk only once its folder is.
        for folder in (final.parent, self.folder):
            _sync(folder)

    def look(self, arrived: Arrived) -> BinaryIO:
        """What was received, to be read before it is kept."""
        assert arrived.path is not None
        return arrived.path.open("rb")

    def open(self, digest: str) -> BinaryIO:
        """The content of this digest; FileNotFoundError where it is not kept."""
        return self._path(digest).open("rb")

    def fault(self, digest: str, size: int) -> str:
        """What is wrong with a kept content; empty where nothing is."""
        try:
            with self._path(digest).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return "its content is missing"
        return "" if found == digest and self._path(digest).stat().st_size == size else "its content was changed"

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:]


class MemoryDocuments:
    """Contents for as long as the program runs: for scenarios and tests."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    @contextlib.contextmanager
    def receive(self, content: BinaryIO) -> Iterator[Arrived]:
        """Read the content."""
        import io

        into = io.BytesIO()
        digest, size = _copy(content, into)
        yield Arrived(digest, size, content=into.getvalue())

    def keep(self, arrived: Arrived) -> None:
        """Keep it."""
        self._contents.setdefault(arrived.digest, arrived.content)

    def look(self, arrived: Arrived) -> BinaryIO:
        """What was received, to be read before it is kept."""
        import io

        return io.BytesIO(arrived.content)

    def open(self, digest: str) -> BinaryIO:
        """The content of this digest; FileNotFoundError where it is not kept."""
        import io

        if digest not in self._contents:
            raise FileNotFoundError(digest)
        return io.BytesIO(self._contents[digest])

    def fault(self, digest: str, size: int) -> str:
        """What is wrong with a kept content; empty where nothing is."""
        return "" if len(self._contents.get(digest, b"")) == size else "its content is missing"


def documents_of(database: Path | None, given: Documents | Path | None, *, in_memory: bool) -> Documents:
    """Where contents are kept: as given, else beside the file of the database."""
    if isinstance(given, Path):
        return FolderDocuments(given)
    if given is not None:
        return given
    if database is not None:
        return FolderDocuments(database.with_name(database.name + ".documents"))
    return MemoryDocuments() if in_memory else FolderDocuments(Path("casework-documents"))


def _copy(source: BinaryIO, into: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > MOST_BYTES:
            raise DocumentTooBig(f"A document can have at most {MOST_BYTES // 1_000_000} MB.")
        digest.update(chunk)
        into.write(chunk)
    return digest.hexdigest(), size


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

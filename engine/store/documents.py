"""Documents: contents kept once by their SHA-256, in a folder or in memory, and never overwritten."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, Self

from sqlalchemy import Connection

from engine.source.fault import TooBig, Unavailable

# A last limit on what one content may take of the disk; what people may send is decided by the service.
MOST_BYTES = 100_000_000
_CHUNK = 1 << 20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
# What a content is called while it arrives.
ARRIVING = "arriving-"
ASK = "Tell whoever runs casework here."


class DocumentTooBig(TooBig):
    """A document with more bytes than are kept."""


class FolderFault(Unavailable):
    """Documents cannot be read or kept; the message says why and how to mend it, `said` tells people."""

    seconds = 60

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message)
        self.said = said


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Write there; what the disk says is told to those who run casework and to those who use it.

    Raises:
        FolderFault: it cannot be done.
    """
    try:
        yield
    except OSError as error:
        raise _why(folder, error) from None


def _why(folder: Path, error: OSError) -> FolderFault:
    why, kind = f"cannot be written: {error.strerror or error}", "the folder of documents cannot be written"
    if error.errno in _FULL:
        why, kind = "is on a disk that is full", "the disk is full"
    elif error.errno in _READ_ONLY:
        why += ". Look at its mode, owner and mount"
    said = f"The document cannot be kept now: {kind}. Nothing was written; what is there can be read. {ASK}"
    return FolderFault(f"The folder of documents {folder} {why}. Nothing was written.", said)


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
        """Keep it under its digest. The same content is kept once; one that was damaged is whole again."""

    def look(self, arrived: Arrived) -> BinaryIO:
        """What was received, to be read before it is kept."""

    def open(self, digest: str) -> BinaryIO:
        """The content of this digest; FileNotFoundError where it is not kept."""

    def remove(self, digest: str) -> None:
        """Keep a content no more, if it is there."""

    def fault(self, digest: str, size: int) -> str:
        """What is wrong with a kept content; empty where nothing is."""

    def trouble(self) -> Unavailable | None:
        """Why contents can be neither read nor kept; None where they can."""

    def claim(self, *, anew: bool = False) -> None:
        """Make the place this site's own, once. `anew`: in place of another one that was lost."""

    def check_new(self, site: str, *, taken: bool) -> None:
        """Make sure that a database which is restored may have this place."""

    def take(self, connection: Connection, site: str) -> None:
        """Let the place be that of the database of this connection."""


class _Free:
    """A place that belongs to nobody else."""

    def trouble(self) -> None:
        """There is none."""

    def claim(self, *, anew: bool = False) -> None:
        """Nobody else has it."""

    def check_new(self, site: str, *, taken: bool) -> None:
        """Anybody may have it."""

    def take(self, connection: Connection, site: str) -> None:
        """Nobody else has it."""


class FolderDocuments(_Free):
    """Contents as files: `ab/cdef…` for the digest `abcdef…`, in a folder that is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> Self:
        """Make the folder, for who makes it only. It is never done by the way: one that is gone is to be mounted."""
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    @contextlib.contextmanager
    def receive(self, content: BinaryIO) -> Iterator[Arrived]:
        """Write the content to a file of its own beside the kept ones, and to the disk.

        Raises:
            FolderFault: it cannot be written; nothing of it is left.
        """
        with contextlib.ExitStack() as stack:
            with writing(self.folder):
                # In the same folder: a file is moved in one step only within one file system.
                handle, name = tempfile.mkstemp(dir=self.folder, prefix=ARRIVING)
                path = Path(name)
                stack.callback(path.unlink, missing_ok=True)
                with os.fdopen(handle, "wb") as file:
                    digest, size = _copy(content, file)
                    file.flush()
                    # On the disk before the case names it: a database that names a lost content cannot be mended.
                    os.fsync(file.fileno())
            yield Arrived(digest, size, path)

    def keep(self, arrived: Arrived) -> None:
        """Move the file to its place, unless the same content is there already: in place of one that was damaged.

        Raises:
            FolderFault: it cannot be written.
        """
        assert arrived.path is not None
        if not self.fault(arrived.digest, arrived.size):
            return
        final = self._path(arrived.digest)
        with writing(self.folder):
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

    def remove(self, digest: str) -> None:
        """Keep a content no more, if it is there. The room that it took on the disk is not written over.

        Raises:
            FolderFault: it cannot be removed.
        """
        with writing(self.folder):
            self._path(digest).unlink(missing_ok=True)

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


class MemoryDocuments(_Free):
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

    def remove(self, digest: str) -> None:
        """Keep it no more."""
        self._contents.pop(digest, None)

    def fault(self, digest: str, size: int) -> str:
        """What is wrong with a kept content; empty where nothing is."""
        return "" if len(self._contents.get(digest, b"")) == size else "its content is missing"


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

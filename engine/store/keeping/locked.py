"""Locked: archives that only the holder of a key can read, in the format of age (https://age-encryption.org).

Needs pyrage, which a site installs that wants it: `pip install casework[encryption]`. The machine that makes backups
has the public keys only: who breaks into it reads no backup.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from engine.source.fault import Invalid

_BEGINS = b"age-encryption.org/"
_LACKING = "Encrypted backups need pyrage. Install it: pip install 'casework[encryption]'"


class BadKey(Invalid):
    """A key that cannot be used; the message says why, without a secret."""


def recipients_of(texts: Sequence[str]) -> list[Any]:
    """The public keys (`age1…`, or a line of ssh) that are written so.

    Raises:
        BadKey: one is none, or pyrage is not installed.
    """
    found = []
    for one in texts:
        kind = _pyrage().ssh if one.startswith("ssh-") else _pyrage().x25519
        try:
            found.append(kind.Recipient.from_str(one.strip()))
        except _pyrage().RecipientError:
            mend = "It begins with age1 or ssh-; age-keygen makes a pair."
            raise BadKey(f"{one[:20]!r} is not a public key. {mend}") from None
    return found


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise BadKey(_LACKING) from None
    return pyrage


@contextlib.contextmanager
def locking(into: IO[bytes], recipients: Sequence[Any]) -> Iterator[IO[bytes]]:
    """What is written is written on, encrypted: nothing of it comes to a disk in plain form.

    Raises:
        OSError: it cannot be written.
    """
    if not recipients:
        yield into
        return
    source, sink = os.pipe()
    failed: list[Exception] = []

    def encrypt() -> None:
        with os.fdopen(source, "rb") as plain:
            try:
                _pyrage().encrypt_io(plain, into, list(recipients))
            except Exception as error:
                failed.append(error)

    thread = threading.Thread(target=encrypt, name="locking")
    thread.start()
    try:
        with os.fdopen(sink, "wb") as writing:
            yield writing
    except BrokenPipeError:
        pass  # why, the other end knows
    finally:
        thread.join()
    if failed:
        raise OSError(*getattr(failed[0], "args", ()))


@contextlib.contextmanager
def unlocked(file: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    """An archive as it is read; decrypted into a file without a name where it is locked.

    Raises:
        BadKey: it is locked, and there is no key, or another one, or pyrage is not installed.
        OSError: it cannot be read.
    """
    with file.open("rb") as source:
        is_locked = source.read(len(_BEGINS)) == _BEGINS
        source.seek(0)
        if not is_locked:
            yield source
            return
        if identity is None:
            raise BadKey(f"{file} is encrypted. Name the file with the key that opens it: --identity FILE")
        with tempfile.TemporaryFile() as plain:
            try:
                _pyrage().decrypt_io(source, plain, _identities(identity))
            except _pyrage().DecryptError:
                told = (
                    f"{file} cannot be decrypted: the key in {identity} is not one of those that it was encrypted for"
                )
                raise BadKey(f"{told}, or it was damaged.") from None
            plain.seek(0)
            yield plain


def _identities(file: Path) -> list[Any]:
    """The secret keys in a file that age-keygen, or ssh-keygen without a passphrase, made."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadKey(f"The key {file} cannot be read: {error.strerror}.") from None
    try:
        if content.startswith(b"-----BEGIN"):
            return [_pyrage().ssh.Identity.from_buffer(content)]
        lines = [one.strip() for one in content.decode().splitlines() if one.strip() and not one.startswith("#")]
        return [_pyrage().x25519.Identity.from_str(one) for one in lines]
    except (_pyrage().IdentityError, UnicodeDecodeError):
        raise BadKey(f"{file} holds no key. It begins with AGE-SECRET-KEY-1, or is one of ssh.") from None

"""Keys: what secrets in the database are encrypted with. They are never in the database, nor in a backup of it.

They stand in a variable or a file, one after the other: the first encrypts, each of them decrypts. A key is 32 bytes,
written in base64, and is named by the beginning of its hash, which stands with whatever it encrypted.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.source.fault import Unavailable

BYTES = 32
NONCE = 12
# No secret of the program begins like this: those of authenticators are base32, those of hooks URL-safe base64.
MARK = "encrypted:"
_MAKE_ONE = "Name a file with CASEWORK_KEY_FILE and let `casework rotate-key` make it, or set CASEWORK_KEY."


class NoKey(Unavailable):
    """A key is missing, or is not the one that is needed; the message says which and how to mend it, for the house."""

    said = "The service lacks a key that it needs for this. Nothing was done. Tell those who run it."


class Keys:
    """The keys of one installation. Nothing is read before it is needed."""

    def __init__(self, text: str = "", file: Path | None = None, *, may_make: bool = False) -> None:
        """Keys that are written in `text`, else in `file`; `may_make`: the file may be made where there is none."""
        self._text, self._file, self._may_make = text, file, may_make
        self._known: dict[str, bytes] = {}

    def __str__(self) -> str:
        """Where the keys are."""
        if self._text:
            return "CASEWORK_KEY"
        return f"the key file {self._file}" if self._file else "the settings"

    @property
    def file(self) -> Path | None:
        """The file that the keys are read from; None where they stand in a variable, or nowhere."""
        return None if self._text else self._file

    def first(self) -> str | None:
        """The name of the key that encrypts; None where there is no key yet.

        Raises:
            NoKey: what should hold keys cannot be read, or holds none.
        """
        self._known = self._read()
        return next(iter(self._known), None)

    def has(self, name: str) -> bool:
        """Whether there is a key of this name; looked up again where it is not known yet: it may be new."""
        if name not in self._known:
            self._known = self._read()
        return name in self._known

    def encrypt(self, text: str, place: str) -> str:
        """A text, encrypted for one place: at another it cannot be read.

        Raises:
            NoKey: there is no key.
        """
        name = self.first()
        if name is None:
            raise NoKey(f"There is no key to encrypt secrets with. {_MAKE_ONE}")
        nonce = secrets.token_bytes(NONCE)
        locked = nonce + AESGCM(self._known[name]).encrypt(nonce, text.encode(), place.encode())
        return f"{MARK}{name}:{base64.urlsafe_b64encode(locked).decode()}"

    def decrypt(self, kept: str, place: str) -> str:
        """The text that was encrypted for this place; one that never was, as it is.

        Raises:
            NoKey: its key is not there, or what is kept was changed or belongs to another place.
        """
        name = name_in(kept)
        if name is None:
            return kept
        if not self.has(name):
            raise NoKey(f"{self.lacking(name)}")
        try:
            locked = base64.urlsafe_b64decode(kept.removeprefix(MARK).partition(":")[2])
            return AESGCM(self._known[name]).decrypt(locked[:NONCE], locked[NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError):
            raise NoKey(f"The secret {place} was changed in the database: it cannot be decrypted.") from None

    def derived(self, purpose: str) -> bytes:
        """A key of its own for a purpose, made of the first key; empty where there is none, or it cannot be read."""
        with contextlib.suppress(NoKey):
            if name := self.first():
                return hmac.digest(self._known[name], f"casework {purpose}".encode(), "sha256")
        return b""

    def lacking(self, name: str) -> str:
        """What to say where the key of this name is needed and not there."""
        return (
            f"Secrets in the database are encrypted with the key {name}, which is not in {self}. "
            "Put that key back: by its file, which CASEWORK_KEY_FILE names, or by CASEWORK_KEY."
        )

    def make(self) -> None:
        """Make the first key, where that is allowed and there is none.

        Raises:
            NoKey: it is not allowed, or the file cannot be written.
        """
        if self._text or self._file is None or not self._may_make:
            raise NoKey(f"There is no key to encrypt secrets with. {_MAKE_ONE}")
        # Somebody else may make it at the same time: theirs holds then.
        with contextlib.suppress(FileExistsError):
            _write(self._file, [new_key()], os.link)

    def add(self) -> None:
        """Put a new key before the others in the file, which is made where there is none.

        Raises:
            NoKey: the keys stand in no file, or it cannot be written.
        """
        if self._text or self._file is None:
            raise NoKey(f"A new key can be put only into a file. {_MAKE_ONE}")
        before = _texts(self._file.read_text(encoding="ascii")) if self._file.exists() else []
        _write(self._file, [new_key(), *before], os.replace)

    def _read(self) -> dict[str, bytes]:
        if self._text:
            return _parsed(self._text, str(self))
        if self._file is None:
            return {}
        try:
            return _parsed(self._file.read_text(encoding="ascii"), str(self))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError):
            raise NoKey(f"{_capital(str(self))} cannot be read. Whoever runs casework must be allowed to.") from None


def new_key() -> str:
    """A new key, as it is written."""
    return base64.b64encode(secrets.token_bytes(BYTES)).decode()


def name_in(kept: str) -> str | None:
    """The name of the key that encrypted this; None where it is plain."""
    return kept.removeprefix(MARK).partition(":")[0] if kept.startswith(MARK) else None


def _texts(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _parsed(text: str, where: str) -> dict[str, bytes]:
    found = {}
    for one in _texts(text):
        try:
            key = base64.b64decode(one, altchars=b"-_" if {"-", "_"} & set(one) else None, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != BYTES:
            raise NoKey(f"{_capital(where)} holds something that is no key: a key is {BYTES} bytes, in base64.")
        found[hashlib.sha256(b"casework key" + key).hexdigest()[:8]] = key
    if not found:
        raise NoKey(f"{_capital(where)} holds no key. Put the key back that was in it.")
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _write(file: Path, keys: list[str], put: object) -> None:
    """Write a file of keys that only its owner reads, and that is there whole or not at all."""
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as writing:
            writing.write("".join(f"{one}\n" for one in keys))
            writing.flush()
            os.fsync(writing.fileno())
        assert callable(put)
        put(part, file)
        _to_disk(file.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise NoKey(f"The key file {file} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


def _to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def keys_of(database: Path | None, given: Keys | None, *, in_memory: bool) -> Keys:
    """The keys of a database: as given, else beside the file of SQLite, and for one in memory a passing one."""
    if given is not None:
        return given
    if database is not None:
        return Keys(file=database.with_name(database.name + ".key"), may_make=True)
    return Keys(new_key()) if in_memory else Keys()

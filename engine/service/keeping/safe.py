"""Safe: secrets that have to be computed with are encrypted in the database, with a key that lies outside it.

Those of authenticators and of hooks. What only has to be recognised (passwords, tokens, invitations, sessions) is kept
as a hash and needs no key.
"""

from __future__ import annotations

from sqlalchemy import Connection

from engine.store.database import Database
from engine.store.keeping.secrets import all_secrets, put_secret
from engine.store.keys import Keys, NoKey, name_in
from engine.store.seals import seal_key


class Safe:
    """The secrets of one database, and the keys for them."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def shut(self, connection: Connection, text: str, place: str) -> str:
        """A secret as it is to be kept at a place; the first key is made where none was ever needed.

        Raises:
            NoKey: there is no key, or the one that encrypted the others is gone.
        """
        if not text:
            return ""
        if self._keys.first() is None:
            # Never a new key beside secrets that another one encrypted: nobody would notice that it was lost.
            self._check(connection)
            self._keys.make()
        return self._keys.encrypt(text, place)

    def opened(self, kept: str, place: str) -> str:
        """A secret as it was; one that is kept in plain form from before, as it is.

        Raises:
            NoKey: its key is not there, or it was changed.
        """
        return self._keys.decrypt(kept, place)

    def key_for(self, purpose: str) -> bytes:
        """What a key for a purpose is made of: half in the database, so that there always is one, and half outside.

        Who reads the database alone can try nothing by it.
        """
        return seal_key(self._database, purpose) + self._keys.derived(purpose)

    def check_keys(self) -> None:
        """Find out now, not at somebody's sign-in, whether every secret can be decrypted.

        Raises:
            NoKey: a key is missing; the message says which and where it should be.
        """
        with self._database.reading() as connection:
            self._check(connection)

    def _check(self, connection: Connection) -> None:
        for name in sorted({name for one in all_secrets(connection) if (name := name_in(one.text))}):
            if not self._keys.has(name):
                raise NoKey(self._keys.lacking(name))

    def encrypt_plain(self) -> int:
        """Encrypt the secrets that are kept in plain form from before; how many there were. All of them or none.

        Raises:
            NoKey: there is no key for them.
        """
        with self._database.reading() as connection:
            if all(name_in(one.text) for one in all_secrets(connection)):
                return 0
        with self._database.writing() as connection:
            plain = [one for one in all_secrets(connection) if name_in(one.text) is None]
            for one in plain:
                put_secret(connection, one, self.shut(connection, one.text, one.place))
        return len(plain)

    def rotate_key(self) -> int:
        """Encrypt every secret anew, in one transaction, with a new key in the file, or the first in the variable.

        The keys of before stay: backups of before need them. How many secrets there were.

        Raises:
            NoKey: a key is missing, or the file cannot be written; then everything is as it was.
        """
        self.check_keys()
        if self._keys.file is not None:
            self._keys.add()
        with self._database.writing() as connection:
            found = all_secrets(connection)
            for one in found:
                plain = self._keys.decrypt(one.text, one.place)
                put_secret(connection, one, self.shut(connection, plain, one.place))
        return len(found)

"""Cursors: where a page of a list ended, so that the next one can begin behind it.

A cursor holds the place itself: the value that the list is sorted by, and the number of the case. So it stays right
when that case has moved in the list, or out of it, between two pages. The value may be somebody's name, and cursors
stand in addresses and logs: a cursor is sealed, with a key that the database keeps, so that it tells nobody anything
and so that nothing opens that was not sealed here and for the same list in the same order. After a restore none opens
that was sealed before: the numbers in it may be those of other things by now.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from engine.source.fault import Invalid
from engine.store.database import Database
from engine.store.keeping.afterwards import life
from engine.store.seals import seal_key

Place = tuple[Any, ...]
# So many signs of what is drawn at each restore: it happens a few times in the life of a site.
_ERA = 8


class BadCursor(Invalid):
    """What was given as the beginning of a page is not the end of another."""

    field = "after"


class Cursors:
    """The cursors of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._box: AESSIV | None = None
        self._life = ""

    def ready(self) -> Cursors:
        """The same, with its key, which is read (and the first time made) outside of any other transaction."""
        if self._box is None:
            with self._database.reading() as connection:
                self._life = life(connection)
            # SIV needs no random part, which would give the same place another cursor each time.
            self._box = AESSIV(seal_key(self._database, "cursors"))
        return self

    def sealed(self, order: str, place: Place) -> str:
        """A place in a list of this order as a cursor. The same place gives the same cursor."""
        assert self._box is not None
        content = self._box.encrypt(json.dumps(place).encode(), self._for(order))
        return _written(content)

    def opened(self, order: str, cursor: str) -> Place:
        """The place that a cursor stands for; an empty one where there is no cursor.

        Raises:
            BadCursor: it was not sealed here for a list of this order.
        """
        if not cursor:
            return ()
        assert self._box is not None
        unknown = BadCursor("The place to go on from is not one that an earlier page gave.")
        try:
            # Sealed without the = at its end, which addresses would have to escape.
            padding = "=" * (-len(cursor) % 4)
            content = base64.b64decode(f"{cursor}{padding}".encode("ascii"), b"-_", validate=True)
            place = tuple(json.loads(self._box.decrypt(content, self._for(order))))
        except (UnicodeEncodeError, binascii.Error, ValueError, InvalidTag):
            raise unknown from None
        # The last sign holds bits that nothing reads: several texts would stand for one place.
        if _written(content) != cursor:
            raise unknown
        return place

    @property
    def era(self) -> str:
        """What tells the time since the last restore from that before it; 0 where there was none."""
        return self._life[:_ERA] or "0"

    def _for(self, order: str) -> list[bytes]:
        return [order.encode(), self._life.encode()]


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

"""Asked: a request with its idempotency key, so that asking again has no further effect."""

from __future__ import annotations

import json
from typing import Any

from engine.case.canonical import canonical
from engine.case.refusal import Code, Refusal
from engine.service.cases.transaction import Transaction
from engine.service.site import TakenBack
from engine.store.cases import cases as store
from engine.store.cases.cases import Key
from engine.store.keeping.afterwards import OLD_KEY
from engine.store.processes import text_hash


def key_of(form: str, content: list[Any]) -> str:
    """The key of a request that is the same one only if it comes by the same form with the same content."""
    return text_hash(canonical([form, *json.loads(json.dumps(content, default=str))]))


class Asked:
    """A request with its idempotency key, if it has one."""

    def __init__(self, key: str | None = None, content: list[Any] | None = None) -> None:
        self.key = key
        # Through JSON: what a request means, whatever types it came with. Hashed, for it may hold personal data.
        self.fingerprint = text_hash(canonical(json.loads(json.dumps(content, default=str)))) if key else ""

    def seen(self, tx: Transaction) -> Key | None:
        """What the same key did before; None where it is new or there is none."""
        return store.read_key(tx.connection, self.key) if self.key else None

    def remember(self, tx: Transaction, case: int, first: int, last: int) -> None:
        """Keep what the request did: the entries from `first` to `last` of the case."""
        if self.key:
            store.insert_key(tx.connection, self.key, Key(self.fingerprint, case, first, last))


def used(seen: Key) -> Refusal:
    """The refusal of a key that was sent with something else before, or before everything came out of a backup."""
    message = "This idempotency key was used for another request."
    if seen.fingerprint == OLD_KEY:
        message = (
            "This idempotency key was used before the site was restored from a backup. Look whether what it asked for"
            " is there; where it is not, ask with a new key."
        )
    return Refusal(Code.CHANGED, message, fields={"idempotency_key": message})


def must_be(expected: int | None, found: int) -> None:
    """Refuse what was decided on a case as it is no more.

    Raises:
        TakenBack: another version was expected.
    """
    if expected is not None and expected != found:
        message = f"The case was changed meanwhile (version {expected} was expected, it is {found}). Look at it again."
        raise TakenBack(Refusal(Code.CHANGED, message))

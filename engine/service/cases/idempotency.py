"""Asked: a request with its idempotency key, so that asking again has no further effect."""

from __future__ import annotations

import json
from typing import Any

from engine.case.entry import canonical
from engine.service.cases.transaction import Transaction
from engine.store.cases import cases as store
from engine.store.cases.cases import Key
from engine.store.processes import text_hash


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

"""Head: what is kept outside of a checkpoint, as one line that proves later what was there. Pure.

`casework-head 12 2024-03-01T02:00:00.000000Z 4711 ROOT`, and `mac=…` behind it where the site has a key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, replace

_LINE = re.compile(
    r"casework-head (\d{1,18}) (\d{4}-\d\d-\d\dT[\d:.]{15}Z) (\d{1,18}) ([0-9a-f]{64})(?: mac=([0-9a-f]{64}))?"
)
SHORTEST_KEY = 16


@dataclass(frozen=True)
class Head:
    """The checkpoint `number`, taken `at` (text, UTC) of a log with `size` leaves, whose tree has the root `root`.

    `mac` is an HMAC-SHA256 of all that, by a key that the database does not hold; empty where there is no key.
    """

    number: int
    at: str
    size: int
    root: str
    mac: str = ""

    @property
    def line(self) -> str:
        """The head in one line."""
        return self._said + (f" mac={self.mac}" if self.mac else "")

    @property
    def _said(self) -> str:
        return f"casework-head {self.number} {self.at} {self.size} {self.root}"

    def sealed(self, key: bytes) -> Head:
        """The same with the mac of a key; without one where there is no key."""
        return replace(self, mac=hmac.new(key, self._said.encode(), hashlib.sha256).hexdigest() if key else "")

    def is_sealed(self, key: bytes) -> bool:
        """Whether its mac was made by this key."""
        return hmac.compare_digest(self.mac, self.sealed(key).mac)


def heads_in(text: str) -> list[Head]:
    """Every head that stands in a text, the newest last."""
    found = [Head(int(one[0]), one[1], int(one[2]), one[3], one[4] or "") for one in _LINE.findall(text)]
    return sorted(found, key=lambda one: one.number)

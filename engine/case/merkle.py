"""Merkle: one hash for a list of leaves that only grows, made as RFC 9162 makes it for transparency logs. Pure.

Who holds the root of the first leaves sees later whether they are still the first leaves of the list, whatever came
behind them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


class Tree:
    """The right edge of a tree: the roots of its full subtrees, the largest first. That is enough to go on."""

    def __init__(self, edge: Iterable[tuple[int, str]] = ()) -> None:
        self._edge = [(int(height), bytes.fromhex(digest)) for height, digest in edge]

    @property
    def edge(self) -> list[tuple[int, str]]:
        """Height and root of each full subtree, from which another tree goes on."""
        return [(height, digest.hex()) for height, digest in self._edge]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return sum(1 << height for height, _ in self._edge)

    @property
    def root(self) -> str:
        """The hash of all leaves in their order, in hexadecimal."""
        if not self._edge:
            return hashlib.sha256(b"").hexdigest()
        found = self._edge[-1][1]
        for _, left in reversed(self._edge[:-1]):
            found = _node(left, found)
        return found.hex()

    def add(self, leaf: str) -> None:
        """Add a leaf behind the others."""
        # The signs before keep anybody from giving two hashes of nodes out as a leaf.
        height, digest = 0, hashlib.sha256(b"\x00" + leaf.encode()).digest()
        while self._edge and self._edge[-1][0] == height:
            height, digest = height + 1, _node(self._edge.pop()[1], digest)
        self._edge.append((height, digest))


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()

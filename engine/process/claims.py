"""Claims: what only one open case of a process may have at a time. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """No two open cases have the same values in all these fields; `say` tells whoever would bring that about."""

    fields: tuple[str, ...]
    say: str

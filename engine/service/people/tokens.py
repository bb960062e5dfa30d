"""Tokens: what is kept of them, and what they may be used for. Times are UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.case.time.instants import from_text
from engine.store.people.people import StoredToken


class Scope(StrEnum):
    """What a token may be used for. What the person may do limits it further."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class Token:
    """A token without its secret."""

    id: int
    login: str
    title: str
    scopes: tuple[str, ...]
    issued: datetime
    expires: datetime
    revoked: datetime | None = None


def token_of(number: int, stored: StoredToken) -> Token:
    """The token that is stored under a number."""
    revoked = from_text(stored.revoked) if stored.revoked else None
    times = (from_text(stored.issued), from_text(stored.expires))
    return Token(number, stored.login, stored.title, stored.scopes, *times, revoked)

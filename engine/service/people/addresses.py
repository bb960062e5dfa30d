"""Addresses: who is known by an e-mail address, as the sign-in of an organisation names people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from engine.source.sign import composed


class Addressed(Protocol):
    """Somebody who may have an e-mail address."""

    @property
    def login(self) -> str:
        """What they sign in by."""

    @property
    def email(self) -> str:
        """Their address; empty where they have none."""

    @property
    def active(self) -> bool:
        """Whether they may act."""


def addressed(email: str) -> str:
    """What an address is found by: in small letters, whichever way its accents are written."""
    return composed(email.lower())


def known_by_email(people: Iterable[Addressed]) -> dict[str, str]:
    """The login of each active person by their e-mail address in small letters.

    An address that two people share names neither of them.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for one in people:
        if one.active and one.email:
            found[addressed(one.email)].append(one.login)
    return {address: logins[0] for address, logins in found.items() if len(logins) == 1}

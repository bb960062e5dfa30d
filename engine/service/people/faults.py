"""Faults: what cannot be kept of people, organisations, tokens and accounts, and why."""

from __future__ import annotations

from collections.abc import Iterable

from engine.source.fault import Invalid, Unknown


class BadPerson(Invalid):
    """What was said of a person, an organisation or a token cannot be; the message says why."""


class NeedsOrganisation(BadPerson):
    """Somebody holds a role that shows the cases of their own organisation, and would belong to none."""

    def __init__(self, titles: Iterable[str]) -> None:
        who = " and ".join(titles)
        super().__init__(f"Name their organisation: as {who} they see only the cases of their own.")


class ChangedPerson(BadPerson):
    """Somebody else changed the person, or the organisation, since they were read."""


class UnknownPerson(Unknown, BadPerson):
    """Nobody signs in by this name."""


class BadPassword(Invalid):
    """A new password that cannot be used; the message says why."""


class HasSecondFactor(Invalid):
    """Codes of an authenticator are asked for already: another one would take its place unseen."""

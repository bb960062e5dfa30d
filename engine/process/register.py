"""Register: the organisations and the people of a site, as far as fields of a process name them. Values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ORGANISATION, PERSON = "organisation", "person"
# The types of fields whose value is a record: kept as the name of an organisation, or as somebody's login.
RECORDS = frozenset({ORGANISATION, PERSON})


@dataclass(frozen=True)
class Known:
    """Somebody of a site: how they sign in, what they are called, and the roles that they hold in the process."""

    login: str
    name: str
    roles: frozenset[str] = frozenset()
    organisation: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Register:
    """What a site keeps. `organisations` are all by name, and whether each takes part in the process.

    None: nobody keeps any, as where a program keeps them itself: any name will do.
    """

    organisations: Mapping[str, bool] | None = None
    people: tuple[Known, ...] | None = None

    @property
    def names(self) -> dict[str, str]:
        """What people are called, by login."""
        return {one.login: one.name for one in self.people or ()}

    def keeps(self, kind: str, value: str) -> bool:
        """Whether there is such a record, whoever may be chosen."""
        if kind == ORGANISATION:
            return self.organisations is None or value in self.organisations
        return self.people is None or any(one.login == value for one in self.people)


UNKEPT = Register()

"""Register: the organisations and the people of a site, as far as fields of a process name them, and which processes
hold rows of registers. Values. Pure.

Each row of a register is a case of a process of its own, whose name no author can write: `hbep-referral.providers`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

ORGANISATION, PERSON = "organisation", "person"
# The types of fields whose value is a record: kept as the name of an organisation, or as somebody's login.
RECORDS = frozenset({ORGANISATION, PERSON})

# Stands between the name of a process and that of its register, and in no name that an author writes.
MARK = "."
STATED = "as stated"


@dataclass(frozen=True)
class RowKind:
    """What a register says of its rows: what one is called, and the titles of its checks, by name."""

    row: str
    checks: Mapping[str, str]


def rows_named(process: str, register: str) -> str:
    """The name of the process whose cases are the rows of a register."""
    return f"{process}{MARK}{register}"


def holds_rows(process: str) -> bool:
    """Whether the cases of a process are rows of a register."""
    return MARK in process


def base_of(process: str) -> str:
    """The process whose roles count in a process: for rows the one that has the register, else itself."""
    return process.partition(MARK)[0]


def ending_task(check: str) -> str:
    """The task that asks for a check to be renewed before it ends."""
    return f"renew_{check}"


def ended_or_missing(until: date | None, today: date) -> str:
    """Why a check does not count on a day: `missing`, or `ended`; empty where it does."""
    return "missing" if until is None else "ended" if until <= today else ""


def until_of(check: str, lasts: str) -> str:
    """The day on which a check ends that lasts so long, as an expression."""
    return f"{check}_on == null ? null : {check}_on + {lasts}"


def usable_of(checks: Mapping[str, Any], made: Collection[str], otherwise: str = "") -> str:
    """Whether a row may be used, as an expression: while all checks count that must, or by what its register says.
    Those that were `made` count from what is being written down.
    """
    if otherwise:
        return otherwise
    ends = (
        f"{one}_on + {raw['lasts']}" if one in made and raw["lasts"] != STATED else f"{one}_until"
        for one, raw in checks.items()
        if not raw.get("optional")
    )
    return " && ".join(f"{end} != null && {end} > today" for end in ends) or "true"


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

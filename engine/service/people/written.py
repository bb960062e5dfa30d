"""How what is said of people and organisations is written down: names, areas and roles. Pure."""

from __future__ import annotations

from engine.case.sight import HOUSE_ROLES
from engine.service.people.faults import BadPerson
from engine.source import sign
from engine.source.problem import nearest

LONGEST_AREA = 60


def role_written(role: str, known: set[str]) -> str:
    """A role as it is kept, with its process unless it is of the house.

    Raises:
        BadPerson: there is none, or several processes have one of this name.
    """
    if role in HOUSE_ROLES or role in known:
        return role
    of = sorted(one for one in known if one.rpartition("/")[2] == role)
    if len(of) == 1:
        return of[0]
    if of:
        raise BadPerson(f"Several processes have a role {role}. Write it with its process: {' or '.join(of)}.")
    names = known if "/" in role else HOUSE_ROLES | {one.rpartition("/")[2] for one in known}
    raise BadPerson(f"There is no role {role}. {nearest(role, names)}".strip())


def login_written(login: str) -> str:
    """A login as it is looked up: one in capitals is no other one."""
    return login.strip().lower()


def area_written(area: str) -> str:
    """An area as it is kept.

    Raises:
        BadPerson: it is too long, or holds signs that cannot be seen.
    """
    called = in_one_line("The area", area)
    if len(called) > LONGEST_AREA:
        raise BadPerson(f"An area can have at most {LONGEST_AREA} characters.")
    return called


def in_one_line(what: str, name: str) -> str:
    """A name in one line, with plain spaces. Two that look alike must not be two.

    Raises:
        BadPerson: it holds signs that cannot be seen.
    """
    unseen = sign.unseen(name)
    if unseen:
        raise BadPerson(f"{what} {unseen}")
    return " ".join(sign.composed(name).split())

"""Beginning: what an installation still lacks before its first case is at work. Reads; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from engine.case.command import Actor
from engine.case.sight import ADMINISTRATOR, Action, may, needing_organisation, role_of
from engine.service.people.accounts import Accounts
from engine.service.people.people import Person, person_of
from engine.service.processes.processes import Processes
from engine.service.site import Site
from engine.store.cases.cases import has_cases
from engine.store.people import people as store


@dataclass(frozen=True)
class FirstStep:
    """One of the first steps: `process`, `organisations`, `people` or `case`; `lacks` names what it is not done for."""

    name: str
    done: bool
    lacks: tuple[str, ...] = ()


class Beginning:
    """The first steps of one site."""

    def __init__(self, site: Site, published: Processes, accounts: Accounts) -> None:
        self._site, self._published, self._accounts = site, published, accounts

    def anybody_comes_in(self, *, at_organisation: bool) -> bool:
        """Whether anybody can sign in: with an account, or as an administrator with an e-mail address there."""
        if self._accounts.any():
            return True
        known = self.administrators() if at_organisation else []
        # Others may have the same address, and then it is nobody's.
        return any(one.email and self._accounts.person_with_email(one.email) == one.login for one in known)

    def administrators(self) -> list[Person]:
        """Those who are active and administer this site, by login."""
        with self._site.database.reading() as connection:
            found = [person_of(one) for one in store.active_with(connection, ADMINISTRATOR)]
        return [one for one in found if may(one.actor, Action.ADMINISTER)]

    def first_steps(self) -> list[FirstStep]:
        """What is done and what is not, in order; empty where everything is done."""
        processes = self._published.in_force()
        with self._site.database.reading() as connection:
            acting = [Person("", "", roles).actor for roles in store.roles_of_active(connection)]
            has_organisation = bool(store.organisation_page(connection, None, "", 1))
            has_case = has_cases(connection)
        without = tuple(one.title for one in processes if not any(may(by, Action.OPEN, one) for by in acting))
        everything = Actor("", frozenset(role_of(one.name, role) for one in processes for role in one.roles))
        steps = [FirstStep("process", bool(processes))]
        if not processes or needing_organisation(processes, everything):
            steps.append(FirstStep("organisations", has_organisation))
        steps.append(FirstStep("people", bool(processes) and not without, without))
        steps.append(FirstStep("case", has_case))
        return [] if all(one.done for one in steps) else steps

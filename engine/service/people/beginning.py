"""Beginning: what an installation still lacks before its first case is at work. Reads; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from engine.case.command import Actor
from engine.case.sight import Action, may, needing_organisation, role_of
from engine.service.people.accounts import Accounts
from engine.service.people.people import People
from engine.service.processes.processes import Processes
from engine.service.site import Site
from engine.store.cases.cases import has_cases


@dataclass(frozen=True)
class FirstStep:
    """One of the first steps: `process`, `organisations`, `people` or `case`; `lacks` names what it is not done for."""

    name: str
    done: bool
    lacks: tuple[str, ...] = ()


class Beginning:
    """The first steps of one site."""

    def __init__(self, site: Site, published: Processes, people: People, accounts: Accounts) -> None:
        self._site, self._published, self._people, self._accounts = site, published, people, accounts

    def anybody_comes_in(self, *, at_organisation: bool) -> bool:
        """Whether anybody can sign in: with an account, or as an administrator with an e-mail address there."""
        if self._accounts.any():
            return True
        known = [one for one in self._people.everybody() if one.active and one.email] if at_organisation else []
        administer = [one for one in known if may(one.actor, Action.ADMINISTER)]
        return any(self._accounts.person_with_email(one.email) == one.login for one in administer)

    def first_steps(self) -> list[FirstStep]:
        """What is done and what is not, in order; empty where everything is done."""
        processes = self._published.in_force()
        acting = [one.actor for one in self._people.everybody() if one.active]
        without = tuple(one.title for one in processes if not any(may(by, Action.OPEN, one) for by in acting))
        everything = Actor("", frozenset(role_of(one.name, role) for one in processes for role in one.roles))
        steps = [FirstStep("process", bool(processes))]
        if not processes or needing_organisation(processes, everything):
            steps.append(FirstStep("organisations", bool(self._people.organisations())))
        steps.append(FirstStep("people", bool(processes) and not without, without))
        with self._site.database.reading() as connection:
            steps.append(FirstStep("case", has_cases(connection)))
        return [] if all(one.done for one in steps) else steps

"""People: kept, made inactive, given roles and losing them in mid-walk; no task is given to who cannot do it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from engine import BadPerson
from engine.case.command import COMMAND_LINE
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from tests.walking.meetings import MeetingWalk
from tests.walking.walk import NAMES, Step

LOGINS = ("ann", "bob")
_NOT_THEM = ("It cannot be given to this person", "It can be taken on only by somebody")


@dataclass(frozen=True)
class Somebody:
    """A person as they are kept: whether they are active, and of which processes they are a clerk."""

    active: bool
    processes: tuple[str, ...]


@dataclass
class PeopleWalk(MeetingWalk):
    """A walk in which people come and go. Before the first one comes, no people are kept: any name will do."""

    people: dict[str, Somebody] = field(default_factory=dict)

    def staff(self, login: str, active: bool, processes: list[str]) -> None:
        """Keep a person, or change whether they are active and what they may do."""
        roles = [f"{one}/clerk" for one in processes]
        if login not in self.people:
            self.engine.people.add(login, login, roles)
        person = self.engine.people.person(login)
        self.engine.people.change(replace(person, active=active, roles=tuple(roles)))
        self.people[login] = Somebody(active, tuple(processes))

    def give(self, case: int, task: str, to: str | None) -> None:
        """Give a task to a person, or back to its role."""
        number = self.cases[case]
        result = self.engine.assign_task(number, task, to, "clerk")
        self.check_given(result, number, task, to)

    def claim(self, case: int, task: str, by: str) -> None:
        """Somebody takes a task on."""
        number = self.cases[case]
        self.check_given(self.engine.claim_task(number, task, f"{by}:clerk"), number, task, by)

    def check_given(self, result: object, number: int, task: str, to: str | None) -> None:
        """A task is with somebody now who can do it; it was refused because of them only if they cannot."""
        if self.told(result):
            assert self.one(number).tasks[task].get("person") == to
            assert to is None or self.can(to, self.of[number])
        elif to is not None:
            assert isinstance(result, Refusal)
            assert not result.message.startswith(_NOT_THEM) or not self.can(to, self.of[number])

    def hand_on(self, login: str, to: str | None) -> None:
        """Hand all tasks of a person on, or give them back to their roles; to themselves it is refused."""
        if to == login:
            with pytest.raises(BadPerson, match="are with"):
                self.engine.hand_on(login, to, COMMAND_LINE)
            return
        found = self.engine.hand_on(login, to, COMMAND_LINE)
        self.counted["handed on"] += found.done
        left = [number for number, one in self.snapshots().items() if login in holders_of(one).values()]
        if to is None:
            assert not left
        else:
            # What stays is with who cannot be given it.
            assert all(not self.can(to, self.of[number]) for number in left)

    def can(self, login: str, process: Process) -> bool:
        """Whether somebody can do a task of a case of a process."""
        kept = self.people.get(login)
        return not self.people or (kept is not None and kept.active and process.name in kept.processes)

    def moved(self, step: Step) -> set[str]:
        """What is handed on may be of any process; a person who is changed changes no case."""
        return set(NAMES) if step[0] == "hand_on" else super().moved(step)

    def check_beside(self, now: dict[int, Snapshot]) -> None:
        """What is with somebody who can do it no more is told, and nothing else is."""
        given = [(n, task, who) for n, one in now.items() for task, who in holders_of(one).items()]
        lost = {(number, task) for number, task, who in given if not self.can(who, self.of[number])}
        told = self.engine.tasks(stranded=True, limit=200).items
        assert {(one.case, one.task) for one in told} == lost
        gone = [who for _, _, who in given if who in self.people and not self.people[who].active]
        assert self.engine.handovers.of_inactive() == {who: gone.count(who) for who in gone}
        super().check_beside(now)


def holders_of(case: Snapshot) -> dict[str, str]:
    """With whom the open tasks of a case are that are given to somebody."""
    return {name: task["person"] for name, task in case.tasks.items() if task.get("person")}

"""Draft: the steps decided so far for one case, each applied before the next is decided. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.case.command import Actor, Facts, Opened
from engine.case.entry import Entry
from engine.case.links import ends_by_link
from engine.case.refusal import Code, Refusal
from engine.case.sight import acting_role
from engine.case.snapshot import Snapshot, apply, places_taken
from engine.case.time.instants import from_text, to_text
from engine.process.definition import Process
from engine.process.flow import kept_tasks, remembered
from engine.process.language.expressions import View
from engine.process.register import PERSON
from engine.process.tasks import kind_of


@dataclass
class Draft:
    """Builds entries; `current` is the case after the last one, `enclosed` the kinds of documents that come with it.

    `by` is who acts (None: nobody), in which `role`; empty where they have none here. `opened`: what an event opens.
    """

    process: Process
    current: Snapshot | None
    facts: Facts
    entries: list[Entry] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    enclosed: frozenset[str] = frozenset()
    by: Actor | None = None
    role: str = ""
    opened: Opened | None = None

    def acts(self, by: Actor | None, roles: frozenset[str] | None = None) -> None:
        """Somebody acts, in the first of their roles that is among `roles` (None: any)."""
        self.by = None if by is None or by.is_engine else by
        self.role = acting_role(self.process, self.by, roles)

    def remembers(self, event: str) -> dict[str, Any]:
        """What an entry keeps of who does an event, where the process asks for that."""
        return {"did": event} if self.by and event in remembered(self.process) else {}

    def keeps_done(self, closed: Mapping[str, str], resting: Mapping[str, str]) -> dict[str, str]:
        """What an entry keeps of the tasks that it closes as done, and of those that rest (`resting`), with the state
        that each belongs to.
        """
        kept, tasks = kept_tasks(self.process), self.snapshot.tasks
        done = {name: tasks[name]["scope"] for name, how in closed.items() if how == "done"} | {**resting}
        return {name: scope for name, scope in done.items() if kind_of(name) in kept}

    @property
    def snapshot(self) -> Snapshot:
        """The case as it is after the steps so far."""
        assert self.current is not None
        return self.current

    def view(self, at: str, changes: dict[str, Any] | None = None) -> View:
        """What expressions see at `at`, with a form's `changes` laid over the data."""
        now = self.current
        data = {**(now.data if now else {}), **(changes or {})}
        free = {name: self.facts.free.get(name, 0) - self.taken.get(name, 0) for name in self.process.places}
        documents = self.enclosed.union(now.documents if now else ())
        opened = from_text(now.opened) if now else None
        did = now.done_by(*self.by.both) if now and self.by else frozenset[str]()
        state = now.state if now else ""
        person = self.by.name if self.by and self.facts.register.keeps(PERSON, self.by.name) else ""
        return View(
            data,
            state,
            documents,
            free,
            from_text(at),
            opened,
            self.role,
            did,
            now.tallies if now else {},
            register=self.facts.register,
            person=person,
            links=ends_by_link(self.process.name, now.links) if now else {},
        )

    def add(self, kind: str, at: str, by: str, **effects: Any) -> None:
        """Write one step and apply it."""
        entry = Entry(
            seq=(self.current.seq if self.current else 0) + 1,
            kind=kind,
            at=at,
            recorded=to_text(self.facts.now),
            by=by,
            version=self.process.version,
            acting_for=self.by.acting_for if self.by and by == self.by.name else "",
            **effects,
        )
        before, self.current = self.current, apply(self.current, entry)
        self.entries.append(entry)
        if taken := places_taken(before, self.current):
            self.taken.update(taken)

    def tried(self, step: Callable[[], Refusal | None]) -> Refusal | None:
        """What a step is refused with; everything that it wrote is taken back then."""
        before, count, taken = self.current, len(self.entries), self.taken.copy()
        refusal = step()
        if refusal is not None:
            self.current, self.taken = before, taken
            del self.entries[count:]
        return refusal

    def room(self, place: str) -> int:
        """How many of a place are there for this case: those that are free, and those it gave back in these steps.

        More may be taken than there are, since capacity was made smaller; what the case has it can keep even then.
        """
        return max(0, self.facts.free.get(place, 0)) - self.taken[place]

    def broken_rule(self, at: str) -> Refusal | None:
        """The first rule of the process that the case would break as it is now."""
        view = self.view(at)
        for rule in self.process.rules:
            # With `is`: what nobody knows yet (None) breaks no rule.
            if self.process.language.truth(rule.check, view) is rule.broken_when:
                return Refusal(Code.RULE, rule.say, tuple(sorted(rule.check.documents - set(view.documents))))
        return None

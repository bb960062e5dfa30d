"""Linked: the cases that a case is linked with, as far as somebody may see them. Nothing tells of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.links import BOTH, is_own
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.case.step.link import may_link
from engine.process.definition import Process
from engine.service.cases.views import is_unnamed, label_of, local
from engine.service.processes.catalogue import Catalogue
from engine.store.cases.cases import snapshots_of


@dataclass(frozen=True)
class Linked:
    """A case that a case is linked with. `link` is the name of the link, `title` what this side calls the other case.

    `entry` is the number of the entry that made the link here. `opened` is on the wall clock of the other case's
    process. `removable`: who asks may remove the link here.
    """

    entry: int
    link: str
    title: str
    case: int
    label: str
    process: str
    process_title: str
    state: str
    state_title: str
    opened: datetime
    outcome: str = ""
    removable: bool = False

    @property
    def called(self) -> str:
        """The other case in words, with its number."""
        return called(self.label, self.case)


def called(label: str, case: int) -> str:
    """What a case is called, with its number."""
    return label if is_unnamed(label, case) else f"{label}, case {case}"


class Others:
    """The other cases of some links, read at once, as far as `by` (None: everybody) may see them at `now` (aware)."""

    def __init__(
        self,
        connection: Connection,
        catalogue: Catalogue,
        links: Iterable[Mapping[str, Any]],
        by: Actor | None,
        now: datetime,
    ) -> None:
        self._by, self._now = by, now
        found = snapshots_of(connection, {kept["case"] for kept in links})
        versions = {number: (one.process, one.version) for number, one in found.items()}
        seen = {number: (catalogue.process(connection, *versions[number]), one) for number, one in found.items()}
        self._seen = {n: one for n, one in seen.items() if by is None or may(by, Action.SEE, *one)}

    def sees(self, kept: Mapping[str, Any]) -> bool:
        """Whether the other case of a link may be seen."""
        return kept["case"] in self._seen

    def told(self, process: Process, case: Snapshot, key: str, kept: Mapping[str, Any]) -> Linked:
        """A link of a case that follows `process`, whose other case may be seen."""
        number = kept["case"]
        theirs, other = self._seen[number]
        kind = process.links.get(kept["link"]) if is_own(process.name, kept) else None
        return Linked(
            entry=int(key),
            link=kept["link"],
            title=self.title(process, kept),
            case=number,
            label=label_of(theirs, number, other, self._now, self._by),
            process=theirs.name,
            process_title=theirs.title,
            state=other.state,
            state_title=theirs.states[other.state].title,
            opened=local(theirs, other.opened),
            outcome=other.outcome,
            removable=bool(kind and self._by and may_link(self._by, process, case, kind)),
        )

    def said(self, process: Process, kept: Mapping[str, Any]) -> str:
        """What this side calls the other case, and what that is called."""
        theirs, other = self._seen[kept["case"]]
        label = label_of(theirs, kept["case"], other, self._now, self._by)
        return f"{self.title(process, kept)}, {called(label, kept['case'])}"

    def title(self, process: Process, kept: Mapping[str, Any]) -> str:
        """What this side calls the other case."""
        if is_own(process.name, kept):
            return process.links[kept["link"]].title if kept["link"] in process.links else str(kept["link"])
        theirs = self._seen[kept["case"]][0].links.get(kept["link"])
        if theirs is None:
            return str(kept["link"])
        return theirs.title if kept["side"] == BOTH else theirs.back


def linked_cases(
    connection: Connection, catalogue: Catalogue, seen: tuple[Process, Snapshot], by: Actor | None, now: datetime
) -> tuple[Linked, ...]:
    """The cases that a case is linked with at `now` (aware), in the order of the process, then in that of linking."""
    process, case = seen
    if not case.links:  # most
        return ()
    others, order = Others(connection, catalogue, case.links.values(), by, now), list(process.links)

    def place(key: str) -> tuple[int, int]:
        kept = case.links[key]
        return order.index(kept["link"]) if is_own(process.name, kept) else len(order), int(key)

    seeing = sorted((key for key, kept in case.links.items() if others.sees(kept)), key=place)
    return tuple(others.told(process, case, key, case.links[key]) for key in seeing)

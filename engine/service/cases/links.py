"""Links: cases are linked with each other by people, and not any more. Both sides change in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from engine.case.command import Actor, Link, Unlink
from engine.case.links import kept_near, same_link
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.link import links_by
from engine.process.definition import Process
from engine.process.links import LinkKind
from engine.service.cases.accesses import Accesses
from engine.service.cases.change import Changes, take_step
from engine.service.cases.idempotency import Asked
from engine.service.cases.linked import Linked, linked_cases
from engine.service.cases.mirror import mirror
from engine.service.cases.reader import Reader
from engine.service.cases.transaction import Transaction
from engine.service.cases.views import Case
from engine.service.cases.work import Work
from engine.service.lists.finder import CasesWanted, actor_of
from engine.service.lists.lists import Lists
from engine.service.site import Site, TakenBack

# Cases that a search offers, of each process that may be linked with: more than a list shows, and the case itself.
OFFERED = 102
SOUGHT = "search for a case to link"


@dataclass(frozen=True)
class Linkable:
    """A case that may be linked with: what it is called, the title of its process, and where it stands."""

    case: int
    label: str
    process_title: str
    state_title: str


class Links:
    """The links between the cases of one site."""

    def __init__(self, site: Site, reader: Reader, changes: Changes, lists: Lists, accesses: Accesses) -> None:
        self._site = site
        self._reader = reader
        self._changes = changes
        self._lists = lists
        self._accesses = accesses

    def linked(self, case: int, by: Actor | str | None = None) -> list[Linked]:
        """The cases that a case is linked with, as far as `by` may see them.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        actor = actor_of(by)
        seen = self._reader.seen(case, by)
        with self._site.database.reading() as connection:
            found = linked_cases(connection, self._site.catalogue, seen, actor, self._site.clock.now())
        self._accesses.note_linked(found, by)
        return list(found)

    def kinds(self, case: int, by: Actor | str) -> list[LinkKind]:
        """The links that `by` may make of a case by hand.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self._reader.seen(case, by)
        return links_by(Actor.of(by), process, snapshot)

    def linkable(self, case: int, link: str, text: str, by: Actor | str) -> list[Linkable]:
        """The cases that a search finds, of those that `by` may see and that a case may be linked with; not itself.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, _ = self._reader.seen(case, by)
        kind = process.links.get(link)
        found: list[Case] = []
        with self._lists.finder(SOUGHT) as finder:
            known = {one.name: one.title for one in finder.processes}
            for name in (one for one in (kind.to if kind else ()) if one in known):
                wanted = CasesWanted(process=name, search=text.strip())
                found += finder.cases(wanted, by, OFFERED, "").items
        others = (one for one in found if one.id != case)
        return [Linkable(one.id, one.label, known[one.process], one.state_title) for one in others]

    def link(
        self,
        case: int,
        link: str,
        other: int,
        by: Actor | str,
        *,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Link a case with another one that `by` may see too.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        actor = Actor.of(by)
        asked = Asked(idempotency_key, ["link", case, link, other, actor.signed])

        def step(tx: Transaction, work: Work) -> Snapshot:
            kind = _kind_of(work.process, link)
            their = _held(tx, work, kind, other, actor)
            tx.catch_up(their, tx.now, offering=True)
            near = kept_near(work.process, kind, other, their.snapshot.outcome)
            erased = their.snapshot.retained == "erased"
            command = partial(Link, near, actor, erased=erased)

            def on_their_side(tx: Transaction, work: Work) -> Refusal | None:
                return mirror(tx, work, their, near, actor, tx.now)

            return take_step(tx, work, lambda at: command(at=at), None, asked, expected_version, on_their_side)

        return self._changes.once(case, actor, asked, step)

    def unlink(
        self,
        case: int,
        entry: int,
        reason: str,
        by: Actor | str,
        *,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Case | Refusal:
        """Remove the link that an entry of a case made, on both sides, with a reason.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
        """
        actor = Actor.of(by)
        asked = Asked(idempotency_key, ["unlink", case, entry, reason, actor.signed])

        def step(tx: Transaction, work: Work) -> Snapshot:
            kept = work.snapshot.links.get(str(entry))
            # In the same words: who may not see the other case learns nothing of the link.
            if kept is None or not tx.sees(kept["case"], actor):
                raise TakenBack(_no_link())
            their = tx.hold(kept["case"])
            key = same_link(their.snapshot.links, kept, case)

            def on_their_side(tx: Transaction, _: Work) -> Refusal | None:
                at = tx.moment(their)
                return tx.do(their, Unlink(key, reason, actor, at, far=True)) if key else None

            unlinked = partial(Unlink, str(entry), reason, actor)
            return take_step(tx, work, unlinked, None, asked, expected_version, on_their_side)

        return self._changes.once(case, actor, asked, step)


def _kind_of(process: Process, link: str) -> LinkKind:
    if link not in process.links:
        message = f"There is no link {link} in this process."
        raise TakenBack(Refusal(Code.FORM, message, fields={"link": message}, possible=tuple(process.links)))
    return process.links[link]


def _held(tx: Transaction, work: Work, kind: LinkKind, other: int, by: Actor) -> Work:
    """The other case, if it is one that the case may be linked with."""
    message = ""
    if not tx.sees(other, by):
        message = f"There is no case {other} that you may see."
    elif other == work.id:
        message = "A case is not linked with itself."
    elif tx.hold(other).process.name not in kind.to:
        message = f"{kind.title}: a case of {tx.hold(other).process.title} is not linked so."
    if message:
        raise TakenBack(Refusal(Code.FORM, message, fields={"case": message}))
    return tx.hold(other)


def _no_link() -> Refusal:
    message = "No link that you may see was made by this entry, or it is there no more."
    return Refusal(Code.FORM, message, fields={"entry": message})

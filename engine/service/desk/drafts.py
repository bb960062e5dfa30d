"""Drafts: cases that somebody has begun to write down, and sends when they are complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection

from engine.case.command import Actor, Enclosure, Open
from engine.case.entry import canonical
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.time.instants import from_text, to_text
from engine.service.cases.change import Changes
from engine.service.cases.transaction import LostRace, Transaction, UnknownCase
from engine.service.cases.views import Case, case_view
from engine.service.documents.admission import file_name
from engine.service.people.people import known_person
from engine.service.site import Site
from engine.source.fault import Unknown
from engine.store.desk import notes as store
from engine.store.desk.notes import StoredDraft
from engine.store.processes import text_hash


class UnknownDraft(Unknown):
    """There is no draft of this number that belongs to this person."""


class Drafts:
    """The drafts of one site. Every method is one transaction."""

    def __init__(self, site: Site, changes: Changes) -> None:
        self._site = site
        self._changes = changes

    def begin_draft(self, process: str, state: str, by: Actor) -> int:
        """A new, empty draft; its number.

        Raises:
            UnknownProcess: no such process is published, or `by` may not know of it.
        """
        with self._site.database.writing() as connection:
            self._site.catalogue.refresh(connection)
            self._site.catalogue.must_know(connection, process, by)
            person = known_person(connection, by.name).id
            return store.insert_draft(connection, person, process, state, to_text(self._site.clock.now()))

    def drafts(self, by: Actor) -> list[StoredDraft]:
        """The drafts of a person, the oldest first."""
        with self._site.database.reading() as connection:
            return store.drafts_of(connection, by.name)

    def draft(self, number: int, by: Actor) -> StoredDraft:
        """One draft.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
        """
        with self._site.database.reading() as connection:
            return _find(connection, number, by)

    def keep_answers(self, number: int, values: Mapping[str, Any], by: Actor) -> StoredDraft:
        """Lay answers over those that a draft has; an empty one is taken out.

        Raises:
            UnknownDraft: there is none of this number, it is somebody else's, or it was sent already.
        """

        def change(draft: StoredDraft) -> StoredDraft:
            kept = {name: value for name, value in {**draft.data, **values}.items() if value not in (None, "", [])}
            return replace(draft, data=kept)

        return self._change_draft(number, by, change)

    def attach(self, number: int, kind: str, name: str, content: BinaryIO, by: Actor) -> StoredDraft:
        """Keep a document with a draft.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
            DocumentTooBig: it has more bytes than are kept.
            Unwanted: it is not taken; the message says why.
        """
        self.draft(number, by)
        called = file_name(name)
        with self._site.documents.receive(content) as arrived:
            with self._site.documents.look(arrived) as looked_at:
                found = self._site.admission.admit(looked_at, called)
            # Before the draft names it: a content that nothing names only takes room.
            self._site.documents.keep(arrived)
            facts = {
                "document": kind,
                "name": called,
                "hash": arrived.digest,
                "size": arrived.size,
                "type": found,
            }
        return self._change_draft(number, by, lambda draft: replace(draft, documents=[*draft.documents, facts]))

    def detach(self, number: int, document: str, digest: str, by: Actor) -> StoredDraft:
        """Take a document of this kind and content out of a draft, if it is there."""

        def change(draft: StoredDraft) -> StoredDraft:
            kept = [one for one in draft.documents if (one["document"], one["hash"]) != (document, digest)]
            return replace(draft, documents=kept)

        return self._change_draft(number, by, change)

    def _change_draft(self, number: int, by: Actor, change: Callable[[StoredDraft], StoredDraft]) -> StoredDraft:
        """Change a draft; begun anew where another window changed it meanwhile."""
        while True:
            draft = self.draft(number, by)
            if draft.case is not None:
                raise UnknownDraft("This draft was sent already.")
            changed = replace(change(draft), changed=to_text(self._site.clock.now()))
            with self._site.database.writing() as connection:
                if store.update_draft(connection, changed, draft.seq):
                    return replace(changed, seq=draft.seq + 1)

    def discard(self, number: int, by: Actor) -> None:
        """Forget a draft. One that was sent stays, because it leads to its case.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
        """
        with self._site.database.writing() as connection:
            if _find(connection, number, by).case is None:
                store.delete_draft(connection, number)

    def send(self, number: int, by: Actor, seal: str | None = None) -> Case | Refusal:
        """Begin the case that a draft describes, with all its documents, or do nothing.

        One that was sent already gives its case as it is now. `seal` is `seal_of` the draft as it was looked over:
        where it is another one by now, nothing is sent.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
            UnknownCase: it was sent already, and `by` may not see its case any more.
        """
        # Outside of the transaction: contents are read to their end for it, and others wait to write.
        lost = self._lost(self.draft(number, by))

        def work(tx: Transaction) -> Case | Refusal:
            draft = _find(tx.connection, number, by)
            if draft.case is not None:
                return self._sent(tx, draft.case, by)
            if seal is not None and seal != seal_of(draft):
                return Refusal(Code.CHANGED, "The draft was changed meanwhile. Look over what will be sent.")
            if lost:
                return Refusal(Code.FORM, f"{', '.join(lost)}: not kept here any more. Remove it, and add it again.")
            enclosed = tuple(_enclosure(one) for one in draft.documents)
            opened = self._changes.open_within(tx, draft.process, Open(by, tx.now, draft.state, draft.data, enclosed))
            if isinstance(opened, Case) and not store.mark_sent(tx.connection, draft, opened.id):
                raise LostRace
            return opened

        return self._site.write(work)

    def _sent(self, tx: Transaction, case: int, by: Actor) -> Case:
        work = tx.hold(case)
        if not may(by, Action.SEE, work.process, work.snapshot):
            raise UnknownCase(f"There is no case {case}.")
        return case_view(work.process, case, work.snapshot, tx.now, by)

    def _lost(self, draft: StoredDraft) -> list[str]:
        """The names of documents whose content is not there (any more)."""
        return [one["name"] for one in draft.documents if self._site.documents.fault(one["hash"], one["size"])]


def _find(connection: Connection, number: int, by: Actor) -> StoredDraft:
    found = store.drafts_of(connection, by.name, number)
    if not found:
        raise UnknownDraft("There is no such draft.")
    return found[0]


def _enclosure(facts: Mapping[str, Any]) -> Enclosure:
    return Enclosure(facts["document"], facts["name"], facts["hash"], facts["size"], facts["type"])


def seal_of(draft: StoredDraft) -> str:
    """What stands for everything that would be sent, and for this very draft: it is another one after any change."""
    return text_hash(canonical([draft.key, draft.process, draft.state, draft.data, draft.documents]))


def changed_at(draft: StoredDraft) -> datetime:
    """When a draft was changed last (UTC)."""
    return from_text(draft.changed)

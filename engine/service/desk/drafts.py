"""Drafts: cases that somebody has begun to write down, and sends when they are complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from engine.case.command import Actor
from engine.case.instants import from_text, to_text
from engine.case.refusal import Refusal
from engine.service.cases.change import Changes
from engine.service.cases.views import Case
from engine.service.people.people import known_person
from engine.service.site import Site
from engine.source.fault import Unknown
from engine.store import notes as store
from engine.store.notes import StoredDraft


class UnknownDraft(Unknown):
    """There is no draft of this number that belongs to this person."""


class Drafts:
    """The drafts of one site. Every method is one transaction."""

    def __init__(self, site: Site, changes: Changes) -> None:
        self._site = site
        self._changes = changes

    def begin_draft(self, process: str, state: str, by: Actor) -> int:
        """A new, empty draft; its number."""
        with self._site.database.writing() as connection:
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
            found = store.drafts_of(connection, by.name, number)
        if not found:
            raise UnknownDraft("There is no such draft.")
        return found[0]

    def keep_answers(self, number: int, values: Mapping[str, Any], by: Actor) -> StoredDraft:
        """Lay answers over those that a draft has; an empty one is taken out.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
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
        with self._site.documents.receive(content) as arrived:
            with self._site.documents.look(arrived) as looked_at:
                found = self._site.admission.admit(looked_at, name)
            self._site.documents.keep(arrived)
            facts = {
                "document": kind,
                "name": name,
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
            changed = replace(change(draft), changed=to_text(self._site.clock.now()))
            with self._site.database.writing() as connection:
                if store.update_draft(connection, changed, draft.seq):
                    return replace(changed, seq=draft.seq + 1)

    def discard(self, number: int, by: Actor) -> None:
        """Forget a draft.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
        """
        self.draft(number, by)
        with self._site.database.writing() as connection:
            store.delete_draft(connection, number)

    def send(self, number: int, by: Actor) -> Case | Refusal:
        """Begin the case that a draft describes. Done again after an interruption, it goes on where it stopped.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
        """
        draft = self.draft(number, by)
        key = f"draft:{number}"
        opened = self._changes.open_case(draft.process, by, draft.data, state=draft.state, idempotency_key=key)
        if isinstance(opened, Refusal):
            return opened
        result: Case | Refusal = opened
        for index, one in enumerate(draft.documents):
            with self._site.documents.open(one["hash"]) as content:
                result = self._changes.add_document(
                    opened.id,
                    one["document"],
                    content,
                    by,
                    name=one["name"],
                    media_type=one["type"],
                    idempotency_key=f"{key}:{index}",
                )
            if isinstance(result, Refusal):
                return result
        with self._site.database.writing() as connection:
            store.delete_draft(connection, number)
        return result


def changed_at(draft: StoredDraft) -> datetime:
    """When a draft was changed last (UTC)."""
    return from_text(draft.changed)

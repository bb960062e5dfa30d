"""Desk: what people keep beside the cases: notes on them, drafts of new ones, and their views of lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.instants import from_text, to_text
from engine.case.permission import Action
from engine.case.refusal import Code, Refusal
from engine.service.cases.change import Changer
from engine.service.cases.views import Case, local
from engine.service.messages.notices import Notices
from engine.service.people.people import known_person
from engine.store import notes as store
from engine.store.notes import StoredDraft, StoredNote

MENTION = re.compile(r"(?<![\w@])@([a-z][a-z0-9._-]*[a-z0-9])")
MOST_MENTIONED = 20
MOST_NOTES = 200
LONGEST_NOTE = 20_000
MOST_VIEWS = 30


class UnknownDraft(LookupError):
    """There is no draft of this number that belongs to this person."""


@dataclass(frozen=True)
class Note:
    """Something that somebody wrote on a case. `meeting`: the number of the meeting at which they did."""

    at: datetime
    by: str
    text: str
    meeting: int | None


@dataclass(frozen=True)
class SavedView:
    """A way to look at a list of cases that somebody keeps. `query` is the part of the address behind `?`."""

    id: int
    title: str
    query: str


class Desk:
    """The notes, drafts and views of one database. Every method is one transaction."""

    def __init__(self, engine: Changer) -> None:
        self._engine = engine
        self._database = engine.database

    # Notes

    def write_note(self, case: int, text: str, by: Actor, meeting: int | None = None) -> Refusal | None:
        """Keep a note on a case; a refusal where there is nothing to keep.

        Raises:
            UnknownCase: there is none with this number, or `by` may not change it.
        """
        self._engine.seen(case, by, Action.CHANGE)
        said = text.strip().replace("\r\n", "\n")
        if not 0 < len(said) <= LONGEST_NOTE:
            message = f"Write something, in at most {LONGEST_NOTE:,} characters."
            return Refusal(Code.FORM, message, fields={"text": message})
        note = StoredNote(to_text(self._engine.clock.now()), by.name, said, meeting)
        with self._database.writing() as connection:
            store.insert_note(connection, case, note)
            self._tell_mentioned(connection, case, said, by)
        return None

    def _tell_mentioned(self, connection: Connection, case: int, text: str, by: Actor) -> None:
        """Tell those by e-mail whom a note mentions, if they may see the case."""
        logins = sorted(set(MENTION.findall(text)) - {by.name})[:MOST_MENTIONED]
        if logins:
            notices = Notices(connection, to_text(self._engine.clock.now()))
            notices.tell_mentioned(case, *self._engine.seen(case, None), set(logins))

    def notes(self, case: int, by: Actor) -> list[Note]:
        """The notes on a case, the latest first. Times are local to its process.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, _ = self._engine.seen(case, by, Action.SEE)
        with self._database.reading() as connection:
            found = store.notes_of(connection, case, MOST_NOTES)
        return [Note(local(process, one.at), one.by, one.text, one.meeting) for one in found]

    # Drafts

    def begin_draft(self, process: str, state: str, by: Actor) -> int:
        """A new, empty draft; its number."""
        with self._database.writing() as connection:
            person = known_person(connection, by.name).id
            return store.insert_draft(connection, person, process, state, to_text(self._engine.clock.now()))

    def drafts(self, by: Actor) -> list[StoredDraft]:
        """The drafts of a person, the oldest first."""
        with self._database.reading() as connection:
            return store.drafts_of(connection, by.name)

    def draft(self, number: int, by: Actor) -> StoredDraft:
        """One draft.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
        """
        with self._database.reading() as connection:
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

    def attach(self, number: int, kind: str, name: str, content: BinaryIO, media_type: str, by: Actor) -> StoredDraft:
        """Keep a document with a draft.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
            DocumentTooBig: it has more bytes than are kept.
        """
        self.draft(number, by)
        with self._engine.documents.receive(content) as arrived:
            self._engine.documents.keep(arrived)
            facts = {
                "document": kind,
                "name": name,
                "hash": arrived.digest,
                "size": arrived.size,
                "type": media_type,
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
            changed = replace(change(draft), changed=to_text(self._engine.clock.now()))
            with self._database.writing() as connection:
                if store.update_draft(connection, changed, draft.seq):
                    return replace(changed, seq=draft.seq + 1)

    def discard(self, number: int, by: Actor) -> None:
        """Forget a draft.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
        """
        self.draft(number, by)
        with self._database.writing() as connection:
            store.delete_draft(connection, number)

    def send(self, number: int, by: Actor) -> Case | Refusal:
        """Begin the case that a draft describes. Done again after an interruption, it goes on where it stopped.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
        """
        draft = self.draft(number, by)
        key = f"draft:{number}"
        opened = self._engine.open_case(draft.process, by, draft.data, state=draft.state, idempotency_key=key)
        if isinstance(opened, Refusal):
            return opened
        result: Case | Refusal = opened
        for index, one in enumerate(draft.documents):
            with self._engine.documents.open(one["hash"]) as content:
                result = self._engine.add_document(
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
        with self._database.writing() as connection:
            store.delete_draft(connection, number)
        return result

    # Views

    def save_view(self, title: str, query: str, by: Actor) -> Refusal | None:
        """Keep how a list is looked at."""
        called = " ".join(title.split())
        if not 0 < len(called) <= 100 or len(query) > 2000:
            return Refusal(Code.FORM, "A view needs a name of at most 100 characters.", fields={"title": "Name it."})
        if len(self.views(by)) >= MOST_VIEWS:
            return Refusal(Code.FORM, f"You keep {MOST_VIEWS} views. Remove one first.")
        with self._database.writing() as connection:
            store.insert_view(connection, known_person(connection, by.name).id, called, query)
        return None

    def views(self, by: Actor) -> list[SavedView]:
        """The views that a person keeps."""
        with self._database.reading() as connection:
            return [SavedView(*one) for one in store.views_of(connection, by.name)]

    def remove_view(self, number: int, by: Actor) -> None:
        """Forget a view of this person."""
        with self._database.writing() as connection:
            store.delete_view(connection, known_person(connection, by.name).id, number)


def changed_at(draft: StoredDraft) -> datetime:
    """When a draft was changed last (UTC)."""
    return from_text(draft.changed)

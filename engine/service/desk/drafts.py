"""Drafts: cases that somebody has begun to write down, and sends when they are complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection

from engine.case.answers.form import check_opening, is_anonymous, may_be_asked
from engine.case.canonical import canonical
from engine.case.command import Actor, Enclosure, Open
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.time.instants import from_text, to_text
from engine.process.definition import Process
from engine.process.language.expressions import View
from engine.process.uploads import Document
from engine.service.cases.change import Changes
from engine.service.cases.transaction import Transaction, UnknownCase
from engine.service.cases.views import Case, Page, case_view
from engine.service.cases.work import LostRace
from engine.service.documents.admission import Unwanted, file_name
from engine.service.lists.cursors import Cursors
from engine.service.lists.finder import MOST
from engine.service.people.people import known_person
from engine.service.site import Site
from engine.source.fault import Unknown
from engine.store.desk import notes as store
from engine.store.desk.notes import StoredDraft
from engine.store.processes import text_hash

DRAFTS = "drafts"


class UnknownDraft(Unknown):
    """There is no draft of this number that belongs to this person."""


class Drafts:
    """The drafts of one site. Every method is one transaction."""

    def __init__(self, site: Site, changes: Changes) -> None:
        self._site = site
        self._changes = changes
        self._cursors = Cursors(site.database)

    def begin_draft(self, process: str, state: str, by: Actor, *, untouched: bool = False) -> int:
        """An empty draft; its number. With `untouched`, one that was begun before and that nothing was written into
        is gone on with: whoever presses twice wants one.

        Raises:
            UnknownProcess: no such process is published, or `by` may not know of it.
        """
        with self._site.database.writing() as connection:
            self._site.catalogue.refresh(connection)
            self._site.catalogue.must_know(connection, process, by)
            person = known_person(connection, by.name, alone=untouched).id
            begun = store.untouched_draft(connection, by.name, process, state) if untouched else None
            return begun or store.insert_draft(connection, person, process, state, to_text(self._site.clock.now()))

    def drafts(self, by: Actor) -> list[StoredDraft]:
        """The drafts of a person, the oldest first."""
        with self._site.database.reading() as connection:
            return store.drafts_of(connection, by.name)

    def draft_page(self, by: Actor, limit: int = 50, after: str = "") -> tuple[Page[StoredDraft], int]:
        """A page of the drafts of a person, the oldest first, and how many there are on all pages.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        cursors, most = self._cursors.ready(), max(1, min(limit, MOST))
        place = cursors.opened(DRAFTS, after)
        with self._site.database.reading() as connection:
            found = store.draft_page(connection, by.name, place[0] if place else 0, most + 1)
            is_all = not after and len(found) <= most
            count = len(found) if is_all else store.count_drafts(connection, by.name)
        more = cursors.sealed(DRAFTS, (found[most - 1].id,)) if len(found) > most else ""
        return Page(tuple(found[:most]), more), count

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

    def attach(
        self, number: int, kind: str, name: str, content: BinaryIO, by: Actor, taken: Document | None = None
    ) -> StoredDraft:
        """Keep a document with a draft; one of the same kind and content takes the place of the earlier one.

        `taken` says what the process takes as such a document; a draft with another one could not be sent.

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
            if taken is not None and (fault := taken.fault(found, arrived.size)):
                raise Unwanted(fault)
            facts = {
                "document": kind,
                "name": called,
                "hash": arrived.digest,
                "size": arrived.size,
                "type": found,
            }
            # Before the draft names it: a content that nothing names only takes room.
            return self._change_draft(
                number,
                by,
                lambda draft: replace(draft, documents=[*_others(draft, kind, arrived.digest), facts]),
                lambda connection: self._site.keep(connection, arrived),
            )

    def detach(self, number: int, document: str, digest: str, by: Actor) -> StoredDraft:
        """Take a document of this kind and content out of a draft, if it is there."""

        def change(draft: StoredDraft) -> StoredDraft:
            return replace(draft, documents=_others(draft, document, digest))

        changed = self._change_draft(number, by, change)
        self._site.forget([digest])
        return changed

    def _change_draft(
        self,
        number: int,
        by: Actor,
        change: Callable[[StoredDraft], StoredDraft],
        before: Callable[[Connection], None] = lambda _: None,
    ) -> StoredDraft:
        """Change a draft; begun anew where another window changed it meanwhile."""
        while True:
            draft = self.draft(number, by)
            if draft.case is not None:
                raise UnknownDraft("This draft was sent already.")
            changed = replace(change(draft), changed=to_text(self._site.clock.now()))
            with self._site.database.writing() as connection:
                before(connection)
                if store.update_draft(connection, changed, draft.seq):
                    return replace(changed, seq=draft.seq + 1)

    def discard(self, number: int, by: Actor) -> None:
        """Forget a draft. One that was sent stays, because it leads to its case.

        Raises:
            UnknownDraft: there is none of this number, or it is somebody else's.
        """
        with self._site.database.writing() as connection:
            draft = _find(connection, number, by)
            if draft.case is None:
                store.delete_draft(connection, number)
        self._site.forget([one["hash"] for one in draft.documents])

    def send(self, number: int, by: Actor, seal: str | None = None) -> Case | Refusal:
        """Begin the case that a draft describes, with all its documents, or do nothing.

        One that was sent already gives its case as it is now. `seal` is `seal_of` the draft as it was looked over:
        where it is another one by now, nothing is sent. What was looked over is sent `as_taken`; without a seal
        nothing is left out, and what the version in force does not take is refused.

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
            sent = draft if seal is None else self._taken(tx, draft, by)
            if seal is not None and seal != seal_of(sent):
                return Refusal(Code.CHANGED, "The draft was changed meanwhile. Look over what will be sent.")
            gone = [one["name"] for one in sent.documents if one["hash"] in lost]
            if gone:
                return Refusal(Code.FORM, f"{', '.join(gone)}: not kept here any more. Remove it, and add it again.")
            enclosed = tuple(_enclosure(one) for one in sent.documents)
            opened = self._changes.open_within(tx, sent.process, Open(by, tx.now, sent.state, sent.data, enclosed))
            if isinstance(opened, Case) and not store.mark_sent(tx.connection, draft, opened.id):
                raise LostRace
            return opened

        return self._site.write(work)

    def _taken(self, tx: Transaction, draft: StoredDraft, by: Actor) -> StoredDraft:
        catalogue = self._site.catalogue
        tx.know_all()
        catalogue.must_know(tx.connection, draft.process, by)
        process = catalogue.in_force(tx.connection, draft.process, tx.now)
        return as_taken(process, draft) if process else draft

    def _sent(self, tx: Transaction, case: int, by: Actor) -> Case:
        work = tx.hold(case)
        if not may(by, Action.SEE, work.process, work.snapshot):
            raise UnknownCase(f"There is no case {case}.")
        return case_view(work.process, case, work.snapshot, tx.now, by)

    def _lost(self, draft: StoredDraft) -> set[str]:
        """The hashes of documents whose content is not there (any more)."""
        return {one["hash"] for one in draft.documents if self._site.documents.fault(one["hash"], one["size"])}


def _others(draft: StoredDraft, kind: str, digest: str) -> list[dict[str, Any]]:
    """The documents of a draft but the one of this kind and content."""
    return [one for one in draft.documents if (one["document"], one["hash"]) != (kind, digest)]


def _find(connection: Connection, number: int, by: Actor) -> StoredDraft:
    found = store.drafts_of(connection, by.name, number)
    if not found:
        raise UnknownDraft("There is no such draft.")
    return found[0]


def _enclosure(facts: Mapping[str, Any]) -> Enclosure:
    return Enclosure(facts["document"], facts["name"], facts["hash"], facts["size"], facts["type"])


def as_taken(process: Process, draft: StoredDraft) -> StoredDraft:
    """A draft as far as this version of its process takes it; one that was begun under another may say more.

    What it leaves out cannot be sent, and there is no question any more by which a person could take it out.
    """
    return replace(
        draft,
        state=draft.state if draft.state in process.initial else process.initial[0],
        data={name: value for name, value in draft.data.items() if name in process.opening.form},
        documents=[one for one in draft.documents if one["document"] in process.documents],
    )


def is_anonymous_draft(process: Process, draft: StoredDraft, now: datetime) -> bool:
    """Whether not everybody may be told at `now` (aware) whom the case that comes of a draft is about."""
    kinds = [one["document"] for one in draft.documents]
    state, answers = as_taken(process, draft).state, answers_in(process, draft, now)
    return is_anonymous(process, View(answers, state, kinds, {}, now, now))


def unasked(process: Process, draft: StoredDraft, now: datetime) -> frozenset[str]:
    """The fields of which a draft is not asked at `now` (aware): they hang on linked cases, and it has none yet."""
    kinds = [one["document"] for one in draft.documents]
    view = View(answers_in(process, draft, now), draft.state, kinds, {}, now, now)
    form = process.opening.form
    linked = [name for name in form if (guard := process.fields[name].when) and guard.links]
    return frozenset(name for name in linked if not may_be_asked(process, name, form, view))


def answers_in(process: Process, draft: StoredDraft, now: datetime) -> dict[str, Any]:
    """What a case would be begun with at `now` (aware) by a draft: its answers, and the defaults of what it leaves
    empty.
    """
    kinds = [one["document"] for one in draft.documents]
    return check_opening(process, as_taken(process, draft).data, View({}, "", kinds, {}, now, now))[0]


def seal_of(draft: StoredDraft) -> str:
    """What stands for everything that would be sent, and for this very draft: it is another one after any change."""
    return text_hash(canonical([draft.key, draft.process, draft.state, draft.data, draft.documents]))


def changed_at(draft: StoredDraft) -> datetime:
    """When a draft was changed last (UTC)."""
    return from_text(draft.changed)

"""Notes: what people write on cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action
from engine.case.snapshot import Snapshot
from engine.case.time.instants import to_text
from engine.process.definition import Process
from engine.service.cases.accesses import Accesses
from engine.service.cases.reader import Reader
from engine.service.cases.views import Page, anonymous, every, local
from engine.service.history.telling import Beside
from engine.service.messages.notices import Notices
from engine.service.site import Site
from engine.source import sign
from engine.store.desk import notes as store
from engine.store.desk.notes import StoredNote
from engine.store.people.people import names_of

# Not behind a letter or another @, so that an e-mail address mentions nobody.
MENTION = re.compile(r"(?<![\w@])@([a-z][a-z0-9._-]*[a-z0-9])")
# Each gets an e-mail: a note is no way to write to everybody.
MOST_MENTIONED = 20
PAGE = 50
# The same as a long text of a form.
LONGEST_NOTE = 20_000


@dataclass(frozen=True)
class Note:
    """Something that somebody wrote on a case. `meeting`: the number of the meeting at which they did.

    `by` is a login; `who` is the same for people, with for whom they acted where that is somebody else, whose login is
    `acting_for`.
    `at` is on the wall clock of the process of the case. Where it is `withheld` there is no text: it may tell whom the
    case is about, and that may not be told to who asks now.
    """

    at: datetime
    by: str
    text: str
    meeting: int | None
    withheld: bool = False
    who: str = ""
    acting_for: str = ""


class Notes:
    """The notes on the cases of one site. Every method is one transaction."""

    def __init__(self, site: Site, reader: Reader, accesses: Accesses) -> None:
        self._site = site
        self._reader = reader
        self._accesses = accesses

    def write_note(self, case: int, text: str, by: Actor, meeting: int | None = None) -> Refusal | None:
        """Keep a note on a case; a refusal where there is nothing to keep.

        Raises:
            UnknownCase: there is none with this number, or `by` may not change it.
        """
        self._reader.seen(case, by, Action.CHANGE)
        said = sign.composed(text).strip().replace("\r\n", "\n")
        if not 0 < len(said) <= LONGEST_NOTE:
            message = f"Write something, in at most {LONGEST_NOTE:,} characters."
            return Refusal(Code.FORM, message, fields={"text": message})
        unseen = sign.unseen(said)
        if unseen:
            return Refusal(Code.FORM, f"The note {unseen}", fields={"text": f"The note {unseen}"})
        mentioned = set(MENTION.findall(said)) - set(by.both)
        if len(mentioned) > MOST_MENTIONED:
            message = f"A note can tell at most {MOST_MENTIONED} people; this one mentions {len(mentioned)}."
            return Refusal(Code.FORM, message, fields={"text": message})
        note = StoredNote(to_text(self._site.clock.now()), by.name, said, meeting, by.acting_for)
        with self._site.database.writing() as connection:
            store.hold_notes(connection, case)
            last = store.notes_of(connection, case, 1)
            if last and replace(last[0][1], at=note.at) == note:
                return None  # sent twice, by a double click or from a page that was gone back to
            store.insert_note(connection, case, note)
            self._tell_mentioned(connection, case, mentioned)
        return None

    def _tell_mentioned(self, connection: Connection, case: int, logins: set[str]) -> None:
        """Tell those by e-mail whom a note mentions, if they may see the case."""
        if logins:
            notices = Notices(connection, to_text(self._site.clock.now()))
            notices.tell_mentioned(case, *self._reader.seen(case, None), logins)

    def notes(self, case: int, by: Actor, meeting: int = 0, *, what: str = "notes") -> list[Note]:
        """The notes on a case, the latest first; those of a meeting where its number is given.

        Times are local to the process of the case. That they are shown is kept.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        # With the first page that they are shown; there is one, however few they are.
        return list(every(lambda after: self.note_page(case, by, int(after or 0), meeting, what="" if after else what)))

    def note_page(self, case: int, by: Actor, before: int = 0, meeting: int = 0, *, what: str = "notes") -> Page[Note]:
        """A page of the same. Its `next` is the number before which the earlier ones were kept.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        seen = self._reader.seen(case, by, Action.SEE)
        self._accesses.note_shown(case, seen, by, what)
        with self._site.database.reading() as connection:
            found = store.notes_of(connection, case, PAGE + 1, before, meeting)
            names = names_of(connection, writers(one for _, one in found[:PAGE]))
        shown = notes_told(seen, (one for _, one in found[:PAGE]), self._site.clock.now(), by, names)
        return Page(shown, str(found[PAGE - 1][0]) if len(found) > PAGE else "")


def notes_told(
    seen: tuple[Process, Snapshot], notes: Iterable[StoredNote], now: datetime, by: Actor, names: Mapping[str, str]
) -> tuple[Note, ...]:
    """Notes on a case as `by` may read them at `now` (aware). `names` are those of their `writers`, by login."""
    hidden, beside = anonymous(*seen, now, by), Beside(names)
    return tuple(_told(seen[0], one, beside, withheld=hidden) for one in notes)


def writers(notes: Iterable[StoredNote]) -> set[str]:
    """The logins of who wrote notes, and for whom."""
    return {login for one in notes for login in (one.by, one.acting_for)} - {""}


def _told(process: Process, note: StoredNote, beside: Beside, *, withheld: bool) -> Note:
    text, who = "" if withheld else note.text, beside.acted(process, note.by, note.acting_for)
    return Note(local(process, note.at), note.by, text, note.meeting, withheld, who, note.acting_for)

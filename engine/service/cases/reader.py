"""Reader: everything that can be asked of the engine. Each method is one reading transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection

from engine.case.command import Actor, Facts
from engine.case.entry import Entry
from engine.case.form import check_form
from engine.case.instants import from_text, to_text
from engine.case.permission import Action, may
from engine.case.possible import Possible, possible_events
from engine.case.snapshot import Snapshot
from engine.clock import Clock
from engine.process.definition import Process
from engine.process.expressions import View
from engine.service.cases.transaction import Transaction, UnknownCase
from engine.service.cases.views import Case, Page, Task, Timer, case_view, local, shown_data, shown_entry, unnamed
from engine.service.cases.words import Access, Overview, Report, Told, choice_of, shown_fields, tell
from engine.service.keeping import verification as verifying
from engine.service.lists import finder as finding
from engine.service.lists.places import Places
from engine.service.messages.outbox import Outbox
from engine.service.people.accounts import Accounts, Session
from engine.service.people.people import People
from engine.service.processes import publication as publishing
from engine.service.processes.catalogue import Catalogue, UnknownProcess
from engine.store import archive
from engine.store import processes as process_store
from engine.store.cases import cases as store
from engine.store.cases import due as due_store
from engine.store.cases.accesses import accesses_of, insert_access, insert_accesses
from engine.store.database import Database
from engine.store.documents import Documents


class Reader:
    """What is stored, as people and programs may see it. `by` None: without regard to who asks."""

    def __init__(self, database: Database, documents: Documents, clock: Clock, catalogue: Catalogue) -> None:
        self.database = database
        self.documents = documents
        self.clock = clock
        self._catalogue = catalogue
        self.people = People(database, clock, self._roles)
        self.accounts = Accounts(database, clock)
        self.outbox = Outbox(database, clock)
        self.places = Places(database, catalogue, clock)

    def _roles(self) -> set[str]:
        """The roles of every version of every process that is published."""
        with self.database.reading() as connection:
            self._catalogue.refresh(connection)
            versions = [one for name in self._catalogue.names() for one in self._catalogue.versions(name)]
            return {
                role for one in versions for role in self._catalogue.process(connection, one.process, one.version).roles
            }

    def in_force(self) -> list[Process]:
        """Every process, in the version that is in force now (the first if none is yet)."""
        with self.database.reading() as connection:
            return self._in_force(connection)

    def _in_force(self, connection: Connection) -> list[Process]:
        self._catalogue.refresh(connection)
        return self._catalogue.all_newest(connection, self.clock.now().date())

    def arrival(self, key: str) -> tuple[Session, list[Process]] | None:
        """Who is signed in with this key, and the processes in force; None where nobody is. Nothing is written."""
        with self.database.reading() as connection:
            session = self.accounts.read_session(connection, key)
            return (session, self._in_force(connection)) if session else None

    def processes(self) -> dict[str, list[str]]:
        """The published processes with their versions, in the order in which they come into force."""
        with self.database.reading() as connection:
            self._catalogue.refresh(connection)
            return {name: [one.version for one in self._catalogue.versions(name)] for name in self._catalogue.names()}

    def version_log(self) -> list[publishing.VersionEntry]:
        """Every published version with who published it when, the latest first."""
        with self.database.reading() as connection:
            found = process_store.version_log(connection)
        return [publishing.VersionEntry(*one[:3], from_text(one[3]), one[4]) for one in found]

    def text_of_version(self, name: str, version: str) -> str:
        """The text of a published version.

        Raises:
            UnknownProcess: it is not published.
        """
        with self.database.reading() as connection:
            found = process_store.version_text(connection, name, version)
        if found is None:
            raise UnknownProcess(f"There is no version {version} of the process {name}.")
        return found

    def try_text(self, text: str) -> publishing.Trial:
        """What would come of publishing a text; nothing is kept."""
        with self.database.reading() as connection:
            return publishing.try_text(connection, text)

    def process(self, name: str, version: str | None = None) -> Process:
        """A published process: the version given, else the one in force now (the first if none is yet).

        Raises:
            UnknownProcess: it is not published.
        """
        with self.database.reading() as connection:
            self._catalogue.refresh(connection)
            if version is not None:
                return self._catalogue.process(connection, name, version)
            self._catalogue.in_force(connection, name, self.clock.now().date())
            return self._catalogue.newest(connection, name, self.clock.now().date())

    def case(self, case: int, by: Actor | str | None = None) -> Case:
        """A case as it is now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self.seen(case, by)
        return case_view(process, case, snapshot, self.clock.now(), finding.actor_of(by))

    def history(self, case: int, by: Actor | str | None = None) -> list[Entry]:
        """Everything that happened to a case, in order, without data that may not be shown now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self.seen(case, by)
        allowed = shown_data(process, snapshot, self.clock.now(), finding.actor_of(by))
        with self.database.reading() as connection:
            return [shown_entry(Entry.from_body(body), allowed) for _, body, _ in store.history_of(connection, case)]

    def document(self, case: int, document: str, by: Actor | str | None = None) -> BinaryIO:
        """The content of the newest document of this kind.

        Raises:
            UnknownCase: there is no such case, or `by` may not see it.
            KeyError: it has no such document.
        """
        _, snapshot = self.seen(case, by)
        return self.documents.open(snapshot.documents[document][-1]["hash"])

    def possible_events(self, case: int, by: Actor | str) -> list[Possible]:
        """What `by` may do next with a case; and for what they may not, why not.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, snapshot = self.seen(case, by)
        with self.database.reading() as connection:
            self._catalogue.refresh(connection)
            return self._possible(connection, process, snapshot, Actor.of(by))

    def _possible(self, connection: Connection, process: Process, snapshot: Snapshot, actor: Actor) -> list[Possible]:
        tx = Transaction(connection, self._catalogue, self.clock.now())
        free = tx.free(process.name) if process.places else {}
        moment = max(self.clock.now(), from_text(snapshot.last_at))
        return possible_events(process, snapshot, actor, Facts(moment, free))

    def free_places(self, process: str) -> dict[str, int]:
        """How many of each place are free now."""
        with self.database.reading() as connection:
            self._catalogue.refresh(connection)
            return dict(Transaction(connection, self._catalogue, self.clock.now()).free(process))

    def seen(self, case: int, by: Actor | str | None, action: Action = Action.SEE) -> tuple[Process, Snapshot]:
        """A case with its process, as it is stored; for what shows or changes it.

        Raises:
            UnknownCase: there is none with this number, or `by` may not do this with it.
        """
        with self.database.reading() as connection:
            return self._read(connection, case, by, action)

    def _read(
        self, connection: Connection, case: int, by: Actor | str | None, action: Action
    ) -> tuple[Process, Snapshot]:
        found = store.read_case(connection, case)
        if found is None:
            raise UnknownCase(f"There is no case {case}.")
        self._catalogue.refresh(connection, found.stamp)
        process = self._catalogue.process(connection, found.snapshot.process, found.snapshot.version)
        if by is not None and not may(Actor.of(by), action, process, found.snapshot):
            raise UnknownCase(f"There is no case {case}.")
        return process, found.snapshot

    def cases(
        self,
        *,
        process: str = "",
        state: str = "",
        owner: str = "",
        organisation: str | None = None,
        overdue: bool = False,
        open_only: bool = False,
        search: str = "",
        sort: str = "id",
        by: Actor | str | None = None,
        limit: int = 50,
        after: str = "",
    ) -> Page[Case]:
        """A page of cases, by number; overdue ones by their oldest task.

        `search` finds beginnings of words of label, organisation and number; `sort` is `id`, `label`,
        `organisation`, `since` or `next_due`, with `-` before it for the other way round. `state` names
        a state or one around it, `owner` the role that has to move on, `after` the `next` of the page before.

        Raises:
            UnknownProcess, UnknownState: nothing of that name is published.
            BadCursor: `after` is not the end of a page.
        """
        asked = finding.CasesWanted(process, state, owner, organisation, overdue, open_only, search=search, sort=sort)
        with self.finder() as finder:
            return finder.cases(asked, by, limit, after)

    def tasks(
        self,
        *,
        roles: tuple[str, ...] = (),
        person: str = "",
        overdue: bool = False,
        case: int = 0,
        by: Actor | str | None = None,
        limit: int = 50,
        after: str = "",
    ) -> Page[Task]:
        """A page of open tasks, by due date; those without one last. `roles` finds escalated ones too.

        Raises:
            BadCursor: `after` is not the end of a page.
        """
        with self.finder() as finder:
            return finder.tasks(finding.TasksWanted(roles, person, overdue, case), by, limit, after)

    def timers(
        self,
        *,
        until: datetime | None = None,
        case: int | None = None,
        by: Actor | str | None = None,
        limit: int = 50,
    ) -> list[Timer]:
        """What will fire when, the earliest first. `until` without a time zone is meant in UTC."""
        end = until.replace(tzinfo=UTC) if until is not None and until.tzinfo is None else until
        with self.finder() as finder:
            return finder.timers(end, case, by, limit)

    @contextlib.contextmanager
    def finder(self) -> Iterator[finding.Finder]:
        """Several lookups in one reading transaction."""
        with self.database.reading() as connection:
            self._catalogue.refresh(connection)
            yield finding.Finder(connection, self._catalogue, self.clock.now())

    def report(self, case: int, by: Actor | str | None = None) -> Report:
        """Everything about a case on one page; what may be done next as far as `by` is given.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        with self.database.reading() as connection:
            view, process, _ = self._overview(connection, case, by)
            history = tuple(_told(connection, process, case))
        return Report(view.case, view.fields, view.possible, view.been, history)

    def overview_of(self, case: int, by: Actor | str | None = None) -> tuple[Overview, Process, Snapshot]:
        """A case with what may be done next, and the process and the snapshot that this was made of.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        with self.database.reading() as connection:
            return self._overview(connection, case, by)

    def _overview(
        self, connection: Connection, case: int, by: Actor | str | None
    ) -> tuple[Overview, Process, Snapshot]:
        process, snapshot = self._read(connection, case, by, Action.SEE)
        possible = self._possible(connection, process, snapshot, Actor.of(by)) if by is not None else []
        view = case_view(process, case, snapshot, self.clock.now(), finding.actor_of(by))
        choices, been = tuple(choice_of(one) for one in possible), store.states_been(connection, case)
        return Overview(view, shown_fields(process, view), choices, been), process, snapshot

    def told_history(self, case: int, by: Actor | str) -> tuple[list[Told], Process]:
        """What happened to a case in words without content, and its process: what an auditor reads.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see its history.
        """
        with self.database.reading() as connection:
            process, _ = self._read(connection, case, by, Action.SEE_HISTORY)
            return list(_told(connection, process, case)), process

    def last_of_key(self, idempotency_key: str, case: int) -> int | None:
        """The number of the last entry that a request with this key made in a case; None where there is none."""
        with self.database.reading() as connection:
            found = store.read_key(connection, idempotency_key)
        return found.last if found and found.case == case else None

    def check_opening(self, process: str, data: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with the answers of a form that begins a case, per field, as far as they are given.

        Raises:
            UnknownProcess: it is not published.
        """
        known = self.process(process)
        view = View(data, known.leaf(known.initial[0]), (), {}, self.clock.now())
        return check_form(known, known.opening.form, data, view)[1]

    def note_access(self, case: int, by: Actor | str, what: str) -> None:
        """Keep that `by` was shown a case, if personal data are shown in it now.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        self.note_shown(case, self.seen(case, by), Actor.of(by), what)

    def note_shown(self, case: int, seen: tuple[Process, Snapshot], by: Actor, what: str) -> None:
        """The same for a case that was read already."""
        process, snapshot = seen
        now = self.clock.now()
        shown = shown_data(process, snapshot, now, by)
        if snapshot.documents or any(process.fields[name].personal for name in shown):
            with self.database.writing() as connection:
                insert_access(connection, case, to_text(now), by.name, what)

    def note_named(self, shown: Iterable[tuple[int, str]], by: Actor | str, what: str) -> None:
        """The same for the cases of a list (number and label); one that has only its number is not named."""
        named = dict.fromkeys(number for number, label in shown if label != unnamed(number))
        self.note_accesses(list(named), by, what)

    def note_accesses(self, cases: Sequence[int], by: Actor | str, what: str) -> None:
        """Keep that `by` was shown several cases at once, in a list that names them."""
        at, name = to_text(self.clock.now()), Actor.of(by).name
        if cases:
            with self.database.writing() as connection:
                insert_accesses(connection, [(case, at, name, what) for case in cases])

    def accesses(self, case: int, by: Actor | str | None = None, limit: int = 50) -> list[Access]:
        """Who was shown personal data of a case, the latest first.

        Raises:
            UnknownCase: there is none with this number, or `by` may not see it.
        """
        process, _ = self.seen(case, by, Action.SEE_HISTORY)
        with self.database.reading() as connection:
            found = accesses_of(connection, case, max(1, min(limit, finding.MOST)))
        return [Access(local(process, at), who, what) for at, who, what in found]

    def backup(self, file: Path) -> archive.Counted:
        """Write everything, with the documents, into one new file, while others go on working.

        Raises:
            BadArchive: the file is there already, or cannot be written.
        """
        with self.database.reading() as connection:
            return archive.write_archive(connection, self.documents, file)

    def next_due(self) -> datetime | None:
        """When the next timer of any case is due; None where none runs."""
        with self.database.reading() as connection:
            found = due_store.next_due(connection)
        return from_text(found) if found else None

    def verify(self, progress: Callable[[int], None] | None = None) -> verifying.Verified:
        """Recompute every hash chain and replay every case from its history. Changes nothing."""
        with self.database.reading() as connection:
            return verifying.Verification(connection, self._catalogue, self.documents).run(progress)


def _told(connection: Connection, process: Process, case: int) -> Iterator[Told]:
    """Everything that happened to a case, in words."""
    return (tell(process, Entry.from_body(body)) for _, body, _ in store.history_of(connection, case))

"""Engine: the use cases, one transaction each. The public Python API.

The rooms do the work; Engine has them, and its own methods are theirs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from engine.clock import Clock, SystemClock
from engine.service.cases.accesses import Accesses
from engine.service.cases.answers import Answers
from engine.service.cases.change import Changes
from engine.service.cases.reader import Reader
from engine.service.cases.timers import Timers
from engine.service.desk.desk import Desk
from engine.service.documents.admission import Admission, Scanner
from engine.service.keeping.index import reindex
from engine.service.keeping.keeping import Keeping
from engine.service.lists.lists import Lists
from engine.service.lists.places import Places
from engine.service.meetings.meetings import Meetings
from engine.service.messages.outbox import Outbox
from engine.service.people.accounts import Accounts
from engine.service.people.arrivals import Arrivals
from engine.service.people.beginning import Beginning
from engine.service.people.colleagues import Colleagues
from engine.service.people.handovers import Handovers
from engine.service.people.people import People
from engine.service.processes.catalogue import Catalogue
from engine.service.processes.processes import Processes
from engine.service.site import Site
from engine.store import schema
from engine.store.database import Database, DatabaseUnavailable
from engine.store.documents import Documents, documents_of
from engine.store.keeping import archive

R = TypeVar("R")
T = TypeVar("T")
P = ParamSpec("P")


def _of(room: str, method: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[Engine, P], T]:
    """A method of Engine that is the same method of one of its rooms: one signature and one docstring, in one place."""

    @functools.wraps(method)
    def asked(engine: Engine, /, *args: P.args, **given: P.kwargs) -> T:
        return method(getattr(engine, room), *args, **given)

    return asked


class Engine:
    """Case processes on one database.

    Every method is one transaction. A change that is not allowed returns a `Refusal`, and then nothing was
    written. `by` is an `Actor`, or text: `coordinator`, or `jo:coordinator+manager`.
    `at` dates a step back; without a time zone it is meant on the wall clock of the process.
    `scanner` looks through every document before it is kept.
    `capacities` replaces how many there are of a place, for trials and scenarios.

    Raises:
        DatabaseUnavailable: the database cannot be reached or has other tables than this program needs.
    """

    def __init__(
        self,
        url: str = "sqlite://",
        *,
        documents: Documents | Path | None = None,
        clock: Clock | None = None,
        capacities: Mapping[str, int] | None = None,
        scanner: Scanner | None = None,
    ) -> None:
        self.database = Database(url)
        self.documents = documents_of(self.database.file, documents, in_memory=self.database.is_sqlite)
        self.clock = clock or SystemClock()
        self.site = Site(self.database, self.documents, self.clock, Catalogue(capacities), Admission(scanner))
        self.access_log = Accesses(self.site)
        self.changes = Changes(self.site, self.access_log)
        self.reader = Reader(self.site, self.access_log)
        self.running_timers = Timers(self.site)
        self.lists = Lists(self.site, self.access_log)
        self.places = Places(self.site, self.access_log)
        self.published = Processes(self.site)
        self.people = People(self.database, self.clock, self.published.roles, self.published.to_be_followed)
        self.among = Colleagues(self.site)
        self.handovers = Handovers(self.site)
        self.accounts = Accounts(self.database, self.clock)
        self.arrivals = Arrivals(self.site, self.accounts, self.published, self.reader, self.access_log)
        self.answers = Answers(self.site, self.accounts, self.changes, self.access_log)
        self.outbox = Outbox(self.database, self.clock)
        self.meetings = Meetings(self.site, self.access_log, self.lists.finder, self.changes)
        self.desk = Desk(self.site, self.reader, self.changes, self.access_log)
        self.keeping = Keeping(self.site)
        self.beginning = Beginning(self.site, self.published, self.people, self.accounts)
        self._prepare_tables()

    def _prepare_tables(self) -> None:
        if self.database.is_sqlite and self.database.file is None:
            schema.create_in_memory(self.database)
            return
        try:
            schema.check(self.database)
        except DatabaseUnavailable:
            self.close()
            raise

    @staticmethod
    def prepare(url: str) -> None:
        """Create the tables of a database, or bring them up to date. Doing it again does nothing."""
        database = Database(url)
        before = schema.revision(database)
        schema.migrate(database)
        if before not in {None, schema.SCHEMA_REVISION}:
            with database.writing() as connection:
                # Migrations only make room for what finds the cases: what stands there is made of their snapshots.
                reindex(connection, Catalogue())
        database.dispose()

    @classmethod
    def restore(cls, file: Path, url: str, *, documents: Documents | Path | None = None) -> archive.Counted:
        """Put what `backup` wrote into an empty or new database, of either kind: all of it or nothing.

        Raises:
            BadArchive: the file cannot be used, or the database is not empty.
        """
        cls.prepare(url)
        engine = cls(url, documents=documents)
        try:
            with engine.database.writing() as connection:
                return archive.read_archive(file, connection, engine.documents)
        finally:
            engine.close()

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()

    # Changing cases
    open_case = _of("changes", Changes.open_case)
    fire = _of("changes", Changes.fire)
    check_event = _of("changes", Changes.check_event)
    add_document = _of("changes", Changes.add_document)
    complete_task = _of("changes", Changes.complete_task)
    assign_task = _of("changes", Changes.assign_task)
    claim_task = _of("changes", Changes.claim_task)
    hand_on = _of("handovers", Handovers.hand_on)
    postpone_task = _of("changes", Changes.postpone_task)

    # Asking about one case
    case = _of("reader", Reader.case)
    seen = _of("reader", Reader.seen)
    report = _of("reader", Reader.report)
    overview_of = _of("reader", Reader.overview_of)
    history = _of("reader", Reader.history)
    told_history = _of("reader", Reader.told_history)
    step_done = _of("reader", Reader.step_done)
    document = _of("reader", Reader.document)
    copy_of = _of("reader", Reader.copy_of)
    possible_events = _of("reader", Reader.possible_events)
    last_of_key = _of("reader", Reader.last_of_key)

    # Who comes
    arrival = _of("arrivals", Arrivals.arrival)

    # Who was shown what
    accesses = _of("reader", Reader.accesses)
    access_page = _of("reader", Reader.access_page)
    note_access = _of("reader", Reader.note_access)
    note_shown = _of("access_log", Accesses.note_shown)
    note_named = _of("access_log", Accesses.note_named)
    note_accesses = _of("access_log", Accesses.note_accesses)

    # Lists
    colleagues = _of("among", Colleagues.colleagues)
    partners = _of("among", Colleagues.partners)
    cases = _of("lists", Lists.cases)
    tasks = _of("lists", Lists.tasks)
    timers = _of("lists", Lists.timers)
    timer_page = _of("lists", Lists.timer_page)
    finder = _of("lists", Lists.finder)

    # Processes
    publish = _of("published", Processes.publish)
    in_force = _of("published", Processes.in_force)
    processes = _of("published", Processes.processes)
    process = _of("published", Processes.process)
    takes_part = _of("published", Processes.takes_part)
    version_log = _of("published", Processes.version_log)
    text_of_version = _of("published", Processes.text_of_version)
    try_text = _of("published", Processes.try_text)
    try_calendar = _of("published", Processes.try_calendar)
    calendar_text = _of("published", Processes.calendar_text)
    offers = _of("published", Processes.offers)
    publish_offer = _of("published", Processes.publish_offer)
    publish_calendar = _of("published", Processes.publish_calendar)
    first_steps = _of("beginning", Beginning.first_steps)
    check_opening = _of("published", Processes.check_opening)
    free_places = _of("published", Processes.free_places)

    # Time
    run_due = _of("running_timers", Timers.run_due)
    next_due = _of("running_timers", Timers.next_due)
    on_timer = _of("running_timers", Timers.on_timer)

    # Keeping
    verify = _of("keeping", Keeping.verify)
    backup = _of("keeping", Keeping.backup)

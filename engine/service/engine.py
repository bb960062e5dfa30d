"""Engine: the use cases, one transaction each. The public Python API.

The rooms do the work; Engine has them, and its own methods are theirs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from engine.case.command import Actor
from engine.case.time.instants import to_text
from engine.clock import Clock, SystemClock
from engine.service.cases.accesses import Accesses
from engine.service.cases.answers import Answers
from engine.service.cases.change import Changes
from engine.service.cases.corrections import Corrections
from engine.service.cases.links import Links
from engine.service.cases.reader import Reader
from engine.service.cases.timers import Timers
from engine.service.cases.undo import Undos
from engine.service.charges.charges import Charges
from engine.service.desk.desk import Desk
from engine.service.documents.admission import Admission, Scanner
from engine.service.history.histories import Histories
from engine.service.keeping.doctor import Doctor
from engine.service.keeping.index import reindex
from engine.service.keeping.journal import PROGRAM, Journal, Kind
from engine.service.keeping.keeping import Keeping
from engine.service.keeping.retention import Retention
from engine.service.keeping.safe import Safe
from engine.service.keeping.subjects import Subjects
from engine.service.lists.exchange import Exchange
from engine.service.lists.lists import Lists
from engine.service.lists.places import Places
from engine.service.lists.registers import Registers
from engine.service.meetings.agendas import Agendas
from engine.service.meetings.candidates import Candidates
from engine.service.meetings.intakes import Intakes
from engine.service.meetings.meetings import Meetings
from engine.service.meetings.records import Records
from engine.service.messages.outbox import Outbox
from engine.service.people.accounts import Accounts
from engine.service.people.arrivals import Arrivals
from engine.service.people.attempts import Attempts
from engine.service.people.beginning import Beginning
from engine.service.people.budgets import Budgets
from engine.service.people.colleagues import Colleagues
from engine.service.people.deputies import Deputies
from engine.service.people.directory import Directory
from engine.service.people.errands import Errands
from engine.service.people.handovers import Handovers
from engine.service.people.passkeys import Passkeys
from engine.service.people.people import People
from engine.service.people.second_factors import SecondFactors
from engine.service.people.summaries import Summaries
from engine.service.people.warnings import Warnings
from engine.service.processes.catalogue import Catalogue
from engine.service.processes.endings import Endings
from engine.service.processes.processes import Processes
from engine.service.site import Site
from engine.store import schema
from engine.store.database import Database, DatabaseUnavailable
from engine.store.documents import Documents
from engine.store.keeping import archive
from engine.store.keeping.afterwards import begin_anew
from engine.store.keys import Keys, keys_of
from engine.store.site_documents import documents_of

R = TypeVar("R")
T = TypeVar("T")
P = ParamSpec("P")


def _of(room: str, method: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[Engine, P], T]:
    """A method of Engine that is the same method of one of its rooms: one signature and one docstring, in one place."""

    @functools.wraps(method)
    def asked(engine: Engine, /, *args: P.args, **given: P.kwargs) -> T:
        return method(getattr(engine, room), *args, **given)

    return asked


def _reindexed(connection: Connection) -> None:
    reindex(connection, Catalogue())


class Engine:
    """Case processes on one database.

    Every method is one transaction. A change that is not allowed returns a `Refusal`, and then nothing was
    written. `by` is an `Actor`, or text: `coordinator`, or `jo:coordinator+manager`.
    `at` dates a step back; without a time zone it is meant on the wall clock of the process.
    `scanner` looks through every document before it is kept.
    `head_key` seals the heads of checkpoints: who has the database alone cannot forge one.
    `capacities` replaces how many there are of a place, for trials and scenarios.
    `second_factor_roles` are the roles whose people, with a password here, see nothing without a second factor.
    `password_words` are words of the place, which make a password easy to guess.
    `keys` are what secrets are encrypted with; beside the file of SQLite where none are given.

    Raises:
        DatabaseUnavailable: the database cannot be reached or has other tables than this program needs.
    """

    def __init__(
        self,
        url: str = "sqlite://",
        *,
        documents: Documents | Path | str | None = None,
        clock: Clock | None = None,
        capacities: Mapping[str, int] | None = None,
        scanner: Scanner | None = None,
        head_key: bytes = b"",
        keys: Keys | None = None,
        second_factor_roles: Iterable[str] = (),
        password_words: Iterable[str] = (),
    ) -> None:
        self.database = Database(url)
        self.documents = documents_of(self.database, documents)
        self.clock = clock or SystemClock()
        self.safe = Safe(self.database, keys_of(self.database.file, keys, in_memory=self.database.is_sqlite))
        self.site = Site(self.database, self.documents, self.clock, Catalogue(capacities), Admission(scanner))
        self.access_log = Accesses(self.site)
        self.changes = Changes(self.site, self.access_log)
        self.reader = Reader(self.site, self.access_log)
        self.corrections = Corrections(self.site, self.reader, self.changes)
        self.undos = Undos(self.site, self.reader, self.changes)
        self.running_timers = Timers(self.site)
        self.lists = Lists(self.site, self.access_log)
        self.registering = Registers(self.site, self.lists)
        self.histories = Histories(self.site, self.reader, self.lists, self.access_log)
        self.linking = Links(self.site, self.reader, self.changes, self.lists, self.access_log)
        self.charging = Charges(self.site, self.lists)
        self.places = Places(self.site, self.access_log)
        self.published = Processes(self.site)
        self.exchange = Exchange(self.registering, self.changes, self.published)
        self.people = People(self.database, self.clock, self.published.roles, self.published.to_be_followed)
        self.directory = Directory(self.database)
        self.deputies = Deputies(self.site, self.published)
        self.among = Colleagues(self.site)
        self.handovers = Handovers(self.site)
        self.summaries = Summaries(self.site, self.access_log, self.lists.finder)
        self.second_factors = SecondFactors(second_factor_roles)
        self.accounts = Accounts(self.database, self.clock, self.safe, self.second_factors, password_words)
        self.attempts = Attempts(self.database, self.clock, self.safe)
        self.budgets = Budgets(self.database, self.clock)
        self.errands = Errands(self.clock, self.safe, self.attempts)
        self.passkeys = Passkeys(self.database, self.clock, self.errands)
        self.arrivals = Arrivals(self.site, self.accounts, self.published, self.reader, self.access_log)
        self.answers = Answers(self.site, self.accounts, self.changes, self.access_log)
        self.warnings = Warnings(self.database, self.clock)
        self.endings = Endings(self.site)
        self.outbox = Outbox(self.database, self.clock, self.safe)
        self.meetings = Meetings(self.site, self.access_log, self.lists.finder, self.changes)
        self.intakes = Intakes(self.site, self.meetings)
        self.candidates = Candidates(self.site, self.changes, self.access_log, self.lists.finder)
        self.agendas = Agendas(self.site, self.access_log, self.lists.finder)
        self.records = Records(self.site, self.access_log, self.lists.finder)
        self.desk = Desk(self.site, self.reader, self.changes, self.access_log)
        self.keeping = Keeping(self.site, head_key)
        self.retention = Retention(self.site, self.reader, self.access_log)
        self.subjects = Subjects(self.site, self.reader, self.access_log)
        self.journals = Journal(self.database, self.clock)
        self.beginning = Beginning(self.site, self.published, self.accounts)
        rooms = (self.published, self.running_timers, self.outbox, self.safe, self.passkeys)
        self.doctor = Doctor(self.site, self.keeping, rooms)
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
        try:
            # Migrations only make room for what finds the cases: what stands there is made of their snapshots.
            schema.migrate(database, _reindexed)
        finally:
            database.dispose()

    @classmethod
    def restore(
        cls,
        file: Path,
        url: str,
        *,
        documents: Documents | Path | str | None = None,
        by: Actor | str = PROGRAM,
        take_folder: bool = False,
        identity: Path | None = None,
        clock: Clock | None = None,
    ) -> archive.Counted:
        """Put what `backup` wrote into an empty or new database, of either kind: all of it or nothing.

        Numbers go on behind those of the backup, nobody is signed in, and nothing is sent until `outbox.release`.
        `take_folder`: let it have the folder of documents of a database that is lost. `identity`: the file of the key
        that opens an encrypted one.

        Raises:
            BadKey: it is encrypted, and that key does not open it.
            BadArchive: the file cannot be used, or the database is not empty.
            FolderFault: the folder of documents is that of a database already, or cannot be written.
        """
        cls.prepare(url)
        engine = cls(url, documents=documents, clock=clock)
        now = engine.clock.now()
        try:
            with engine.database.writing() as connection:
                restored = archive.read_archive(
                    file,
                    connection,
                    engine.documents,
                    now,
                    take_folder=take_folder,
                    identity=identity,
                    following=_reindexed,
                )
                begin_anew(connection, to_text(now))
                engine.journals.note(connection, by, (Kind.BACKUP, "restored"), file.name)
                return restored
        finally:
            engine.close()

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()

    # Changing cases
    open_case = _of("changes", Changes.open_case)
    fire = _of("changes", Changes.fire)
    correct = _of("corrections", Corrections.correct)
    undo = _of("undos", Undos.undo)
    link = _of("linking", Links.link)
    unlink = _of("linking", Links.unlink)
    check_event = _of("changes", Changes.check_event)
    add_document = _of("changes", Changes.add_document)
    complete_task = _of("changes", Changes.complete_task)
    assign_task = _of("changes", Changes.assign_task)
    claim_task = _of("changes", Changes.claim_task)
    hand_on = _of("handovers", Handovers.hand_on)
    postpone_task = _of("changes", Changes.postpone_task)

    # Asking about one case
    case = _of("reader", Reader.case)
    case_unless = _of("reader", Reader.case_unless)
    mark = _of("reader", Reader.mark)
    version_mark = _of("reader", Reader.version_mark)
    version_of = _of("reader", Reader.version_of)
    seen = _of("reader", Reader.seen)
    linked = _of("linking", Links.linked)
    report = _of("reader", Reader.report)
    overview_of = _of("reader", Reader.overview_of)
    history = _of("histories", Histories.history)
    history_page = _of("histories", Histories.history_page)
    told_history = _of("histories", Histories.told_history)
    timeline = _of("histories", Histories.timeline)
    histories_of = _of("histories", Histories.histories_of)
    step_done = _of("reader", Reader.step_done)
    document = _of("reader", Reader.document)
    copy_of = _of("reader", Reader.copy_of)
    is_anonymous = _of("reader", Reader.is_anonymous)
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
    note_linked = _of("access_log", Accesses.note_linked)
    note_accesses = _of("access_log", Accesses.note_accesses)

    # Lists
    colleagues = _of("among", Colleagues.colleagues)
    colleagues_named = _of("among", Colleagues.colleagues_named)
    partners = _of("among", Colleagues.partners)
    partnerships = _of("among", Colleagues.partnerships)
    unoffered = _of("among", Colleagues.unoffered)
    cases = _of("lists", Lists.cases)
    tasks = _of("lists", Lists.tasks)
    timers = _of("lists", Lists.timers)
    timer_page = _of("lists", Lists.timer_page)
    finder = _of("lists", Lists.finder)
    registers = _of("registering", Registers.registers)
    register = _of("registering", Registers.register)
    rows = _of("registering", Registers.rows)
    register_values = _of("registering", Registers.register_values)
    export_rows = _of("exchange", Exchange.export_rows)
    import_rows = _of("exchange", Exchange.import_rows)

    # Charges
    owed = _of("charging", Charges.owed)
    owing = _of("charging", Charges.owing)

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
    head = _of("keeping", Keeping.head)
    backup = _of("keeping", Keeping.backup)
    retained = _of("retention", Retention.retained)
    standing = _of("retention", Retention.standing)
    retain = _of("retention", Retention.retain)
    erase = _of("retention", Retention.erase)
    export_subject = _of("subjects", Subjects.export_subject)
    certificate = _of("retention", Retention.certificate)
    journal = _of("journals", Journal.journal)
    note_export = _of("journals", Journal.note_export)

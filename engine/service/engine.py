"""Engine: the use cases, one transaction each. The public Python API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from engine.case.instants import to_text
from engine.clock import Clock, SystemClock
from engine.service.cases import due
from engine.service.cases.change import Changer
from engine.service.cases.transaction import Transaction
from engine.service.desk.desk import Desk
from engine.service.keeping.index import reindex
from engine.service.meetings.meetings import Meetings
from engine.service.processes import publication as publishing
from engine.service.processes.catalogue import Catalogue
from engine.store import archive, schema
from engine.store.cases import due as due_store
from engine.store.database import Database, DatabaseUnavailable
from engine.store.documents import Documents, documents_of


class Engine(Changer):
    """Case processes on one database.

    Every method is one transaction. A change that is not allowed returns a `Refusal`, and then nothing was
    written. `by` is an `Actor`, or text: `coordinator`, or `jo:coordinator+manager`.
    `at` dates a step back; without a time zone it is meant on the wall clock of the process.
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
    ) -> None:
        database = Database(url)
        super().__init__(
            database,
            documents_of(database.file, documents, in_memory=database.is_sqlite),
            clock or SystemClock(),
            Catalogue(capacities),
        )
        self.desk = Desk(self)
        self.meetings = Meetings(database, self._catalogue, self.clock, self.finder, self.fire)
        self._listeners: list[Callable[[datetime], None]] = []
        if self.database.is_sqlite and self.database.file is None:
            schema.create_in_memory(self.database)
        else:
            self._check_schema()

    def _check_schema(self) -> None:
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

    def on_timer(self, listener: Callable[[datetime], None]) -> None:
        """Be told of every timer that is set here, with the instant when it is due."""
        self._listeners.append(listener)

    # Processes

    def publish(
        self, process: Path | str, calendar: str = "", *, by: str = "administrator", file: str = "process.yaml"
    ) -> publishing.Published:
        """Keep a version of a process: a file (with the calendar it names beside it), or its text.

        The same text again is no new version. Cases that begin from its date on follow it.

        Raises:
            Refused: with every problem found, or because the version label stands for another text.
        """
        offered = (
            publishing.Offered(process, file, calendar, "calendar.yaml")
            if isinstance(process, str)
            else publishing.offered_file(process)
        )

        def work(tx: Transaction) -> publishing.Published:
            published = publishing.publish(tx.connection, offered, tx.now, by)
            due.offer_free_places(tx, tx.now)
            return published

        return self._writing(work)

    # Time

    def run_due(
        self,
        now: datetime | None = None,
        *,
        progress: due.Progress | None = None,
        stop: Callable[[], bool] = lambda: False,
        batch: int = due.BATCH,
    ) -> due.Ran:
        """Fire every timer that is due by `now`, in order of their time, and offer free places.

        `progress` is told how many fired and how many were due at first. A case whose timer cannot be
        fired does not keep the others from theirs; it is reported.
        """
        moment = now or self.clock.now()
        with self.database.reading() as connection:
            total = due_store.count_due(connection, to_text(moment)) if progress else 0
        fired, stuck = 0, dict[int, due.Stuck]()
        self._writing(lambda tx: due.offer_free_places(tx, moment), moment)
        while not stop() and (count := self._writing(lambda tx: due.fire_batch(tx, moment, batch, stuck), moment)):
            fired += count
            if progress:
                progress(fired, max(total, fired))
        return due.Ran(fired, tuple((case, one.fault) for case, one in sorted(stuck.items())))

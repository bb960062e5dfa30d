"""Where the disk is full or read-only people see what it is, go on reading, and nothing is half-written."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import DBAPIError, OperationalError

from engine import Engine
from engine.clock import SetClock
from engine.service.cases import access_writer
from engine.service.people.attempts import Throttle
from engine.store.database import DatabaseUnavailable, DatabaseUnwritable
from engine.store.documents import FolderFault
from engine.store.keeping.archive import BadArchive
from engine.store.tables import accesses, metadata
from engine.web.app import create_site
from tests.conftest import REFERRAL, START, missing
from tests.integration.site import Visit, settle
from tests.steps import PUPIL, done, in_placement

FULL, READ_ONLY = "the disk is full", "the disk or the database is read-only"
Break = Callable[[], None]


class Disk:
    """The disk of a database, which the driver itself finds full or read-only, for as long as it is said."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.kind = ""
        if engine.database.is_sqlite:
            event.listen(engine.database._engine, "connect", self._connected)
        else:
            event.listen(engine.database._engine, "begin", self._begun)

    def becomes(self, kind: str) -> None:
        self.kind = kind
        self._engine.database.dispose()

    def _connected(self, connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        if self.kind == READ_ONLY:
            cursor.execute("PRAGMA query_only = ON")
        elif self.kind == FULL:
            cursor.execute("PRAGMA max_page_count = 1")  # as many as there are: not one more
        cursor.close()

    def _begun(self, connection: Connection) -> None:
        if self.kind:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")


@pytest.fixture(params=[FULL, READ_ONLY])
def kind(request: pytest.FixtureRequest, engine: Engine) -> str:
    # A server has no limit of pages: what it says of a full disk is tried below.
    return str(request.param) if engine.database.is_sqlite else READ_ONLY


@pytest.fixture
def disk(engine: Engine) -> Iterator[Disk]:
    found = Disk(engine)
    yield found
    found.becomes("")


def rows(engine: Engine) -> dict[str, int]:
    with engine.database.reading() as connection:
        return {one.name: len(connection.execute(select(one)).all()) for one in metadata.sorted_tables}


def test_people_see_what_it_is_and_go_on_reading(
    engine: Engine, kind: str, disk: Disk, clock: SetClock, capsys: pytest.CaptureFixture[str]
) -> None:
    settle(engine)
    case = in_placement(engine).id
    pages = ("/", "/cases", f"/cases/{case}", f"/cases/{case}/documents", "/tasks", "/dates", "/meetings", "/profile")
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo")
    token = visit.csrf()
    for path in pages:
        visit.get(path)
    before = rows(engine)
    disk.becomes(kind)
    clock.set(START + timedelta(minutes=5))  # the session has to be kept in use, too
    for path in pages:
        visit.get(path)
    assert visit.get(f"/cases/{case}/documents/send_plan/1").content == b"send_plan"
    while True:  # what has room in pages that are there may still be written: until nothing has
        try:
            done(engine.open_case("hbep-referral", "coordinator", PUPIL | {"tried": "x" * 5000}, state="panel"))
        except DatabaseUnwritable as told:
            assert kind in str(told)
            assert "Nothing was written" in str(told)
            break
    refused = visit.client.post(f"/cases/{case}/notes", data={"csrf": token, "text": "y" * 6000})
    assert refused.status_code == 503
    assert f"Nothing can be changed now: {kind}." in refused.text
    opened = len(engine.cases().items) - 1
    assert engine.verify().findings == ()
    visit.get(f"/cases/{case}")
    disk.becomes("")
    for _ in range(2):  # the first keeps the session in use, the second only what is shown
        visit.get(f"/cases/{case}")
    after = rows(engine)
    assert after["cases"] == before["cases"] + opened
    assert engine.verify().findings == ()
    with engine.database.reading() as connection:
        shown = connection.execute(select(accesses.c.what).where(accesses.c.by == "jo")).scalars().all()
    assert "document send_plan" in shown
    if kind == READ_ONLY:
        assert "shown while nothing could be written" in capsys.readouterr().out


def test_a_change_is_refused_in_words(engine: Engine, disk: Disk) -> None:
    settle(engine)
    case = in_placement(engine).id
    disk.becomes(READ_ONLY)
    with pytest.raises(DatabaseUnwritable) as told:
        engine.fire(case, "withdraw", "coordinator", {"reason": "x"})
    assert told.value.said.startswith("Nothing can be changed now: the disk or the database is read-only.")


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (psycopg.errors.DiskFull("no space left"), FULL),
        (psycopg.errors.ReadOnlySqlTransaction("read-only"), READ_ONLY),
        (psycopg.errors.IoError("broken"), "the disk has a fault"),
    ],
    ids=["full", "read-only", "broken"],
)
def test_what_postgresql_says_of_its_disk_is_told(engine: Engine, raised: psycopg.Error, said: str) -> None:
    def failing(*, write: bool) -> None:
        with engine.database._connected(write=write):
            raise DBAPIError.instance("INSERT", None, raised, psycopg.Error)

    with pytest.raises(DatabaseUnwritable, match=said):
        failing(write=True)
    with pytest.raises((DatabaseUnavailable, DBAPIError)) as told:
        failing(write=False)
    assert not isinstance(told.value, DatabaseUnwritable)


def test_what_was_shown_meanwhile_is_written_once_that_can_be_and_is_not_without_end(
    engine: Engine, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = in_placement(engine).id
    monkeypatch.setattr(access_writer, "MOST_OWED", 2)
    disk.becomes(READ_ONLY)
    for what in ("one", "two"):
        engine.note_accesses([case], "jo:coordinator", what)
    with pytest.raises(DatabaseUnwritable):
        engine.note_accesses([case], "jo:coordinator", "three")
    disk.becomes("")
    engine.note_accesses([case], "jo:coordinator", "four")
    with engine.database.reading() as connection:
        query = select(accesses.c.what).where(accesses.c.by == "jo").order_by(accesses.c.id)
        assert connection.execute(query).scalars().all() == ["one", "two", "four"]


def test_other_faults_are_what_they_were(engine: Engine, tmp_path: Path) -> None:
    def failing() -> None:
        with engine.database.writing():
            raise OperationalError("SELECT 1", None, Exception("database is locked"))

    with pytest.raises(DatabaseUnavailable) as told:
        failing()
    assert not isinstance(told.value, DatabaseUnwritable)
    assert tmp_path.exists()


MAY_MOUNT = os.geteuid() == 0


class Place:
    """A small disk; for who may mount none, a folder whose modes say the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        if MAY_MOUNT:
            self._mount("size=6m", "tmpfs")

    def _mount(self, how: str, *what: str) -> None:
        asked = ["mount", *(("-t", "tmpfs") if what else ()), "-o", how, *what, str(self.folder)]
        if subprocess.run(asked, check=False).returncode:
            missing("no disk can be mounted here")

    def fill(self) -> None:
        with contextlib.suppress(OSError), (self.folder / "fill").open("wb") as file:
            while True:
                file.write(b"x" * 4096)
                file.flush()

    def only_read(self, wanted: bool) -> None:
        if MAY_MOUNT:
            return self._mount(f"remount,{'ro' if wanted else 'rw'}")
        for one in (self.folder, *self.folder.rglob("*")):
            one.chmod(0o500 if wanted else 0o700)
        return None

    def leave(self) -> None:
        if MAY_MOUNT:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    found = Place(tmp_path / "small")
    yield found
    found.leave()


def used(url: str) -> int:
    """A database with a case; everything that was open on it is closed."""
    Engine.prepare(url)
    engine = Engine(url)
    engine.publish(REFERRAL)
    case = in_placement(engine).id
    engine.close()
    return case


@pytest.mark.parametrize("kind", [FULL, READ_ONLY] if MAY_MOUNT else [READ_ONLY])
def test_a_program_that_comes_to_such_a_disk_reads_and_says_so(place: Place, kind: str) -> None:
    """SQLite alone opens nothing there: it finds no room for its own files."""
    url = f"sqlite:///{place.folder / 'c.db'}"
    case = used(url)
    gc.collect()
    place.fill() if kind == FULL else place.only_read(True)
    again = Engine(url)
    assert [one.id for one in again.cases(by="coordinator").items] == [case]
    assert again.verify().findings == ()
    with again.document(case, "send_plan") as content:
        assert content.read() == b"send_plan"
    with pytest.raises(DatabaseUnwritable, match=kind):
        again.fire(case, "withdraw", "coordinator", {"reason": "x"})
    with pytest.raises(FolderFault) as told:
        again.add_document(case, "ehcp", b"x" * 500_000, "coordinator")
    assert ("the disk is full" if kind == FULL else "cannot be written") in told.value.said
    with pytest.raises(BadArchive, match="cannot be written"):
        again.backup(place.folder / "b.zip")
    (place.folder / "fill").unlink() if kind == FULL else place.only_read(False)
    done(again.fire(case, "withdraw", "coordinator", {"reason": "x"}))
    assert again.verify().findings == ()
    again.close()

"""How many queries a page makes, whatever it lists."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, event

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.store.people import people
from engine.store.tables import accounts
from engine.web.app import create_site
from tests.conftest import LOAN, REFERRAL, START
from tests.integration.site import Visit, settle
from tests.integration.test_permissions import DRAFT, PAGES, PEOPLE, filled
from tests.steps import PUPIL, done

MOST = 14
MANY = 40
QUIET = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


class Counter:
    """Counts what the database is asked."""

    def __init__(self, engine: Engine) -> None:
        self.asked: list[str] = []
        event.listen(engine.database._engine, "connect", self._listen)
        event.listen(engine.database._engine, "checkout", lambda connection, *_: self._listen(connection))

    def _listen(self, connection: object, *_: object) -> None:
        connection.set_trace_callback(self._note)  # type: ignore[attr-defined]

    def _note(self, statement: str) -> None:
        if not statement.startswith(QUIET):
            self.asked.append(statement)


@pytest.fixture
def crowded(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    """Many cases of several kinds, all of them on one agenda, with tasks that are overdue."""
    file = tmp_path / "casework.db"
    file.write_bytes(sqlite_template.read_bytes())
    clock = SetClock(START)
    engine = Engine(f"sqlite:///{file}", clock=clock)
    engine.publish(REFERRAL)
    engine.publish(LOAN)
    settle(engine, PEOPLE)
    jo, sam = engine.people.person("jo").actor, engine.people.person("sam").actor
    answers = {"area": "hinckley", "panel_date": "2023-12-01", "ground": "At risk"}
    for index in range(MANY):
        case = done(engine.open_case("hbep-referral", sam, {**PUPIL, "pupil_name": f"Pupil {index}"}, state="panel"))
        done(engine.add_document(case.id, "referral_form", b"%PDF-1.4", sam, media_type="application/pdf"))
        done(engine.fire(case.id, "book_panel", jo, answers))
        engine.desk.write_note(case.id, "A note", jo)
    for day in range(MANY):
        engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 12, 1) + timedelta(days=day), time(9), jo)
    assert engine.desk.begin_draft("hbep-referral", "panel", sam) == DRAFT
    clock.set(START + timedelta(days=40))
    engine.run_due()
    yield engine
    engine.close()


def test_a_step_that_there_is_not_is_asked_for_once(crowded: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    visit, asked = Visit(create_site(crowded, throttle=Throttle(1000, 1000)), "jo"), list[int]()
    monkeypatch.setattr(crowded.reader, "step_done_in", lambda *of: asked.append(of[-1]))
    visit.get("/cases/1/done/2", 404)
    assert asked == [2]


@pytest.fixture
def read(crowded: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom the database is asked for, by login, in a partnership with many who are not concerned."""
    for index in range(MANY):
        crowded.people.add(f"p{index:02}", "", ["hbep-referral/school"], "Hilltop", f"p{index:02}@example.org")
    for login in ("jo", "max", "ada"):
        crowded.people.change(replace(crowded.people.person(login), email=f"{login}@example.org"))
    crowded.people.add("eve", "", ["administrator"], email="eve@example.org")
    found, person = list[str](), people._person
    monkeypatch.setattr(people, "_person", lambda row: found.append(row[1]) or person(row))
    return found


def test_who_comes_in_by_an_address_is_found_without_reading_everybody(crowded: Engine, read: list[str]) -> None:
    assert crowded.accounts.person_with_email("P07@example.org") == "p07"
    assert read == ["p07"]
    with crowded.database.writing() as connection:
        connection.execute(delete(accounts))
    assert crowded.beginning.anybody_comes_in(at_organisation=True)
    assert set(read) == {"p07", "ada", "eve"}
    assert [one.login for one in crowded.beginning.administrators()] == ["ada", "eve"]


def test_an_address_that_administrators_share_lets_none_of_them_in(crowded: Engine) -> None:
    for index in range(5):
        crowded.people.add(f"a{index}", "", ["administrator"], email="shared@example.org")
    with crowded.database.writing() as connection:
        connection.execute(delete(accounts))
    assert not crowded.beginning.anybody_comes_in(at_organisation=True)


def test_who_is_told_is_found_without_reading_everybody(crowded: Engine, read: list[str]) -> None:
    task, jo = crowded.tasks(case=1).items[0], crowded.people.person("jo").actor
    done(crowded.assign_task(1, task.task, "max", jo))
    crowded.desk.write_note(1, "Look at this, @max", jo)
    crowded.people.change(replace(crowded.people.person("max"), roles=("hbep-referral/coordinator",)), by="ada")
    crowded.retention.tell_due()
    assert crowded.tasks(stranded=True).items == ()
    told = {one.target for one in crowded.outbox.messages() if one.kind == "email"}
    assert told >= {"max@example.org"}
    assert not {one for one in read if one.startswith(("p0", "p1", "p2", "p3"))}


def test_an_escalation_reads_those_of_its_role_once(crowded: Engine, read: list[str], clock: SetClock) -> None:
    crowded.clock.set(START + timedelta(days=400))  # type: ignore[attr-defined]
    crowded.run_due()
    told = [one.target for one in crowded.outbox.messages(1000) if "not done in time" in one.body]
    assert len(told) >= MANY
    assert set(told) == {"max@example.org"}
    assert set(read) == {"max"}
    assert len(read) < len(told)


def test_whether_a_content_is_named_is_asked_of_an_index(crowded: Engine) -> None:
    """Under the lock of who writes: with 100,000 cases it must not take the longer."""
    counter, content = Counter(crowded), b"%PDF-1.4"
    sam, digest = crowded.people.person("sam").actor, hashlib.sha256(content).hexdigest()
    crowded.desk.attach(DRAFT, "referral_form", "x.pdf", io.BytesIO(content), sam)
    with crowded.database.writing() as connection:  # which the thread keeps, and checks out no more
        counter._listen(connection.connection.dbapi_connection)
    counter.asked.clear()
    crowded.desk.discard(DRAFT, sam)
    [asked] = [one for one in counter.asked if "contents.digest" in one]
    with crowded.database.reading() as connection:
        plan = [str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
    assert all("SEARCH contents" in one for one in plan), plan
    assert not [one for one in counter.asked if "snapshot" in one and digest in one]
    assert crowded.documents.fault(digest, len(content)) == ""


def test_no_page_makes_more_than_fourteen(crowded: Engine) -> None:
    counter = Counter(crowded)
    site = create_site(crowded, address="http://localhost:8000", throttle=Throttle(1000, 1000))
    counts: dict[str, int] = {}
    for login in ("jo", "sam", "lee", "ada", "ann", "dee"):
        visit = Visit(site, login)
        for path, granted in PAGES.items():
            if login not in granted:
                continue
            visit.client.get(filled(path))
            counter.asked.clear()
            status = visit.client.get(filled(path)).status_code
            assert status in {200, 303, 409}, (path, status)
            counts[f"{login} {path}"] = len(counter.asked)
            # Histories are taken along case by case, so that memory does not grow with the list.
            most = MOST + len(crowded.cases(limit=1000).items) if path.startswith("/cases-history") else MOST
            assert len(counter.asked) <= most, (login, path, counter.asked)
    assert max(counts.values()) > 3

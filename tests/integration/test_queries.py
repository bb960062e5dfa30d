"""How many queries a page makes, whatever it lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from engine import Engine
from engine.clock import SetClock
from engine.web.app import create_site
from engine.web.people.signing import Throttle
from tests.conftest import LOAN, REFERRAL, START
from tests.integration.site import Visit, settle
from tests.integration.test_permissions import DRAFT, PAGES, filled
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
    settle(engine)
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


def test_no_page_makes_more_than_fourteen(crowded: Engine) -> None:
    counter = Counter(crowded)
    site = create_site(crowded, throttle=Throttle(1000, 1000))
    counts: dict[str, int] = {}
    for login in ("jo", "sam", "lee", "ada", "ann"):
        visit = Visit(site, login)
        for path, granted in PAGES.items():
            if login not in granted:
                continue
            visit.client.get(filled(path))
            counter.asked.clear()
            status = visit.client.get(filled(path)).status_code
            assert status in {200, 409}, (path, status)
            counts[f"{login} {path}"] = len(counter.asked)
            assert len(counter.asked) <= MOST, (login, path, counter.asked)
    assert max(counts.values()) > 3

"""A walk through an event: how many transactions its form, what it does and the page after take, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import event

from engine import Engine
from engine.api.app import create_app
from engine.clock import SetClock
from engine.web.app import create_site
from tests.integration.site import PASSWORD, Visit, settle
from tests.steps import PUPIL, done

MOST = 2
BOOKING = {"area": "hinckley", "panel_date": "2023-12-01", "ground": "At risk"}
LOAN = {"deposit": "60", "due_back": "2023-10-02"}


class Counted:
    """Counts the transactions of an engine while something is asked of it."""

    def __init__(self, engine: Engine) -> None:
        self._begun = 0
        event.listen(engine.database._engine, "begin", self._note)

    def _note(self, _: object) -> None:
        self._begun += 1

    def __call__(self, ask: Callable[[], Response]) -> tuple[int, Response]:
        before = self._begun
        said = ask()
        return self._begun - before, said


class Walk:
    """Somebody with the form of an event of a case, looked over and ready to be sent."""

    def __init__(self, engine: Engine, login: str, case: int, name: str, answers: Mapping[str, str]) -> None:
        self.visit = Visit(create_site(engine), login)
        self.login, self.answers = login, answers
        self.path, self.counted = f"/cases/{case}/do/{name}", Counted(engine)
        version = str(engine.case(case).version)
        self.form = {"csrf": self.visit.csrf(), "step": "do", "key": "a-key", "version": version, **answers}

    def send(self, **changes: str) -> tuple[int, Response]:
        return self.counted(lambda: self.visit.client.post(self.path, data={**self.form, **changes}))

    def follow(self, said: Response) -> tuple[int, Response]:
        return self.counted(lambda: self.visit.client.get(said.headers["location"]))


def referral(engine: Engine) -> Walk:
    settle(engine)
    sam = engine.people.person("sam").actor
    case = done(engine.open_case("hbep-referral", sam, dict(PUPIL), state="panel"))
    done(engine.add_document(case.id, "referral_form", b"%PDF-1.4", sam, media_type="application/pdf"))
    return Walk(engine, "jo", case.id, "book_panel", BOOKING)


def loan(engine: Engine) -> Walk:
    engine.people.add("ann", "Ann", ["clerk"])
    engine.accounts.set_password("ann", PASSWORD)
    ann = engine.people.person("ann").actor
    case = done(engine.open_case("equipment-loan", ann, {"club": "Hilltop", "item": "saw"}))
    done(engine.add_document(case.id, "id_card", b"%PDF-1.4", ann, media_type="application/pdf"))
    return Walk(engine, "ann", case.id, "accept", LOAN)


@pytest.fixture(params=[referral, loan])
def walk(request: pytest.FixtureRequest, engine: Engine) -> Walk:
    """A walk of either process."""
    made: Walk = request.param(engine)
    return made


def test_an_event_takes_two_and_the_page_after_two(walk: Walk, engine: Engine) -> None:
    before = len(engine.accesses(1))
    sent, said = walk.send()
    assert (said.status_code, said.headers["location"]) == (303, f"/cases/1/done/{engine.case(1).version}")
    after, page = walk.follow(said)
    assert page.status_code == 200
    assert 0 < sent <= MOST, sent
    assert 0 < after <= MOST, after
    shown = engine.accesses(1)
    assert [one.what for one in shown[: len(shown) - before]] == ["case", "form"]


def test_the_page_of_a_case_takes_two(walk: Walk) -> None:
    count, page = walk.counted(lambda: walk.visit.client.get("/cases/1"))
    assert (page.status_code, 0 < count <= MOST) == (200, True), count


def test_a_session_that_rested_takes_no_more(walk: Walk, clock: SetClock, engine: Engine) -> None:
    clock.set(clock.now() + timedelta(minutes=2))
    sent, said = walk.send()
    clock.set(clock.now() + timedelta(minutes=2))
    after, page = walk.follow(said)
    assert (said.status_code, page.status_code) == (303, 200)
    assert (sent <= MOST, after <= MOST) == (True, True), (sent, after)
    login = walk.visit.client.get("/profile").status_code
    clock.set(clock.now() + timedelta(minutes=29))  # it was kept each time that the session was in use
    assert (login, walk.visit.client.get("/cases/1").status_code) == (200, 200)


def test_an_event_by_a_program_takes_two(walk: Walk, engine: Engine) -> None:
    secret, _ = engine.people.issue_token(walk.login, "", ["read", "write"], 30)
    client, headers = TestClient(create_app(engine)), {"Authorization": f"Bearer {secret}"}
    path = walk.path.replace("/cases/1/do/", "/api/v1/cases/1/events/")
    client.get("/api/v1/cases/1", headers=headers)  # what an installation needs once is there
    count, said = walk.counted(lambda: client.post(path, json={"data": walk.answers}, headers=headers))
    assert (said.status_code, said.json()["version"], count <= MOST) == (200, engine.case(1).version, True), count


def test_sent_twice_it_happens_once_and_leads_to_the_same_page(walk: Walk, engine: Engine) -> None:
    _, first = walk.send()
    version = engine.case(1).version
    count, second = walk.send()
    assert (second.status_code, second.headers["location"]) == (303, first.headers["location"])
    assert (engine.case(1).version, count <= MOST) == (version, True), count


def test_what_is_refused_writes_nothing_but_that_the_form_was_shown(walk: Walk, engine: Engine) -> None:
    version, before = engine.case(1).version, len(engine.accesses(1))
    wrong = {name: "" for name in [*BOOKING, *LOAN] if name in walk.form}
    _, said = walk.send(**wrong)
    assert said.status_code == 422
    assert "There is a problem" in said.text
    assert engine.case(1).version == version
    assert len(engine.accesses(1)) == before + 1
    assert walk.send()[1].status_code == 303


def test_a_case_that_was_changed_meanwhile_is_looked_at_again(walk: Walk, engine: Engine) -> None:
    version = engine.case(1).version
    _, said = walk.send(version=str(version - 1))
    assert (said.status_code, engine.case(1).version) == (409, version)

"""Trying on pages: what is wrong is logged with login and address, and who has to wait is told for how long."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.site import BASE, PASSWORD, Visit, settle

THERE = "203.0.113.7"


@pytest.fixture
def engine(engine: Engine) -> Engine:
    settle(engine)
    return engine


def test_a_refused_sign_in_names_login_and_address(engine: Engine) -> None:
    visit = Visit(create_site(engine))
    with capture_logs() as logs:
        for login in ("Jo", "my secret words", "my secret words"):
            visit.client.post("/sign-in", data={"login": login, "password": "wrong"})
    told = [one for one in logs if one["event"] == "password refused"]
    assert [one["address"] for one in told] == ["testclient"] * 3
    assert told[0]["login"] == "jo"
    assert told[1]["login"].startswith("unknown ")
    assert told[1]["login"] == told[2]["login"]
    assert "secret" not in str(logs)
    with capture_logs() as logs:
        for _ in range(9):
            visit.client.post("/sign-in", data={"login": "my secret words", "password": "wrong"})
    waits = [one for one in logs if one["event"] == "too many attempts"]
    assert {(one["login"], one["address"]) for one in waits} == {(told[1]["login"], "testclient")}
    assert "secret" not in str(logs)


def test_pages_say_how_long_to_wait(engine: Engine, clock: SetClock) -> None:
    site = create_site(engine, throttle=Throttle(2, 100))
    visit = Visit(site)
    for _ in range(2):
        visit.client.post("/sign-in", data={"login": "jo", "password": "wrong"})
    said = visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    assert (said.status_code, "Wait 30 seconds" in said.text) == (429, True)
    there = TestClient(site, base_url=BASE, client=(THERE, 5), headers={"origin": BASE}, follow_redirects=False)
    assert there.post("/sign-in", data={"login": "jo", "password": PASSWORD}).status_code == 303
    clock.set(clock.now() + timedelta(seconds=30))
    assert visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD}).status_code == 303


def test_codes_and_confirmations_wait_on_pages(engine: Engine, clock: SetClock) -> None:
    secret = pyotp.random_base32()
    assert engine.accounts.add_second_factor("jo", secret, pyotp.TOTP(secret).at(clock.now()))
    site = create_site(engine, throttle=Throttle(2, 100))
    visit = Visit(site, "jo")
    said = [visit.client.post("/sign-in/code", data={"code": "x"}).status_code for _ in range(3)]
    assert said == [403, 403, 429]
    max_ = Visit(site, "max")
    form = {"current": "wrong", "new": "three random words"}
    for _ in range(2):
        assert "This is not your password." in max_.post("/profile/password", form, 422).text
    form["current"] = PASSWORD
    assert "Wait 30 seconds" in max_.post("/profile/password", form, 422).text
    assert "Wait 30 seconds" in max_.post("/profile/sessions/end", {"session": "x", "current": PASSWORD}, 422).text
    clock.set(clock.now() + timedelta(seconds=30))
    max_.post("/profile/password", form)

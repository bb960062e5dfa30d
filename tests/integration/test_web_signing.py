"""Signing in and out: cookies, attempts, sessions, and that nothing tells whether a name exists."""

from __future__ import annotations

import re

from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from engine.service.people.accounts import ABSOLUTE, IDLE
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.conftest import START
from tests.integration.site import PASSWORD, Visit, settle


def test_the_cookie_is_out_of_reach(engine: Engine) -> None:
    settle(engine)
    for address, name, secure in (
        ("http://127.0.0.1:8000", "casework", False),
        ("https://127.0.0.1:8000", "__Host-casework", True),
    ):
        visit = Visit(create_site(engine, address=address))
        said = visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
        cookie = said.headers["set-cookie"]
        assert cookie.startswith(f"{name}=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert ("Secure" in cookie) == secure
        assert ("strict-transport-security" in said.headers) == secure


def test_a_session_is_new_at_every_sign_in_and_ends(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    visit = Visit(site)
    visit.client.cookies.set("casework", "planted-by-somebody-else", domain="127.0.0.1")
    visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    first = [one.value for one in visit.client.cookies.jar if one.value != "planted-by-somebody-else"]
    assert first
    assert engine.accounts.session("planted-by-somebody-else") is None
    visit = Visit(site, "jo")
    key = visit.client.cookies["casework"]
    again = visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    assert again.status_code == 303
    assert visit.client.cookies["casework"] != key
    assert engine.accounts.session(key) is None
    clock.set(START + IDLE)
    visit.get("/", 303)
    visit = Visit(site, "jo")
    begun = clock.now()
    while clock.now() < begun + ABSOLUTE - IDLE:
        clock.set(clock.now() + IDLE / 2)
        visit.get("/")
    clock.set(begun + ABSOLUTE)
    visit.get("/", 303)


def test_signing_out_everywhere_ends_all_sessions(site: FastAPI) -> None:
    one, other = Visit(site, "jo"), Visit(site, "jo")
    other.post("/sign-out-everywhere")
    one.get("/", 303)
    other.get("/", 303)


def test_one_who_may_act_no_more_is_out_at_once(site: FastAPI) -> None:
    jo, ada = Visit(site, "jo"), Visit(site, "ada")
    ada.post("/people/jo", {"name": "Jo", "roles": "coordinator"})
    jo.get("/", 303)
    Visit(site).client.post("/sign-in", data={"login": "jo", "password": PASSWORD})


def test_nothing_tells_whether_a_name_exists(site: FastAPI) -> None:
    visit = Visit(site)
    texts = set()
    too_long = visit.client.post("/sign-in", data={"login": "x" * 500, "password": "wrong"})
    assert too_long.status_code == 422  # told of its length alone, before anybody looks for it
    for login in ("jo", "nobody", "", "x" * 60, "jo' OR 1=1"):
        said = visit.client.post("/sign-in", data={"login": login, "password": "wrong"})
        assert said.status_code == 403
        texts.add(re.sub(r'value="[^"]*"', "", said.text))
    assert len(texts) == 1


def test_attempts_are_counted(engine: Engine) -> None:
    settle(engine)
    visit = Visit(create_site(engine, throttle=Throttle(5, 100)))
    said = [visit.client.post("/sign-in", data={"login": "jo", "password": "wrong"}).status_code for _ in range(6)]
    assert said == [403] * 5 + [429]
    assert visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD}).status_code == 429
    assert visit.client.post("/sign-in", data={"login": "max", "password": PASSWORD}).status_code == 303

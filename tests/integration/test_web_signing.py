"""Signing in and out: cookies, attempts, sessions, and that nothing tells whether a name exists."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from engine.service.people import passwords
from engine.service.people.attempts import Throttle
from engine.service.people.sessions import ABSOLUTE, IDLE
from engine.web.app import create_site
from engine.web.people.provider import Provider
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


class Elsewhere:
    """The sign-in of an organisation, as far as a browser is sent there."""

    title = "the county"

    def begin(self, back: str, wanted: str) -> tuple[str, dict[str, str]]:
        """Where it is sent, and what is remembered."""
        return "https://login.example/", {"state": "s", "nonce": "n", "verifier": "v", "back": back, "next": wanted}


def test_what_is_remembered_of_a_sign_in_elsewhere_is_out_of_reach_too(engine: Engine) -> None:
    settle(engine)
    for address, name, secure in (
        ("http://127.0.0.1:8000", "casework-sign-in", False),
        ("https://127.0.0.1:8000", "__Host-casework-sign-in", True),
    ):
        visit = Visit(create_site(engine, address=address, provider=cast("Provider", Elsewhere())))
        cookie = visit.client.post("/sign-in/organisation", data={"next": "/"}).headers["set-cookie"]
        assert cookie.startswith(f"{name}=")
        assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"))
        assert ("Secure" in cookie) == secure
        assert "Domain" not in cookie
        assert len(cookie) < 4096


def test_who_signs_out_leaves_no_page_in_the_browser(site: FastAPI, engine: Engine) -> None:
    for path in ("/sign-out", "/sign-out-everywhere"):
        visit = Visit(site, "jo")
        key = visit.client.cookies["casework"]
        said = visit.post(path, {"current": PASSWORD})
        assert said.headers["clear-site-data"] == '"cache", "storage"'
        assert said.headers["cache-control"] == "no-store"
        assert 'casework=""' in said.headers["set-cookie"]
        assert engine.accounts.session(key) is None


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


def test_a_session_ends_after_30_minutes_without_a_page_and_after_12_hours(
    site: FastAPI, engine: Engine, clock: SetClock
) -> None:
    visit, moment = Visit(site, "jo"), timedelta(microseconds=1)
    clock.set(START + timedelta(minutes=30) - moment)
    visit.get("/")
    clock.set(clock.now() + timedelta(minutes=30))
    assert visit.get("/", 303).headers["location"].startswith("/sign-in")
    visit, begun = Visit(site, "jo"), clock.now()
    for minutes in range(25, 12 * 60, 25):
        clock.set(begun + timedelta(minutes=minutes))
        visit.get("/")
    clock.set(begun + timedelta(hours=12) - moment)
    visit.get("/")
    clock.set(begun + timedelta(hours=12))
    assert visit.get("/", 303).headers["location"].startswith("/sign-in")
    assert engine.accounts.sessions("jo") == []


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


def test_a_name_that_nobody_has_costs_as_much_as_one_that_somebody_has(
    site: FastAPI, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes the time is the hash: one is made for each try, with the same memory and rounds."""
    hasher, looked_at = passwords._HASHER, []
    engine.people.add("new", "Not invited yet", ["coordinator"])
    engine.people.change(replace(engine.people.person("max"), active=False))

    class Counted:
        def verify(self, kept: str, password: str) -> bool:
            looked_at.append(kept.rpartition("$")[0].rpartition("$")[0])
            return hasher.verify(kept, password)

    passwords.decoy()
    monkeypatch.setattr(passwords, "_HASHER", Counted())
    for login in ("jo", "nobody", "new", "max"):
        before = len(looked_at)
        assert Visit(site).client.post("/sign-in", data={"login": login, "password": "wrong"}).status_code == 403
        assert len(looked_at) == before + 1, login
    assert len(set(looked_at)) == 1


def test_fields_for_passwords_hide_them_and_let_managers_fill_them_in(site: FastAPI, engine: Engine) -> None:
    invited = f"/invitation/{engine.accounts.invite('max')}"
    for visit, path, kinds in (
        (Visit(site), "/sign-in", ["current-password"]),
        (Visit(site), invited, ["new-password"]),
        (Visit(site, "jo"), "/profile", ["current-password", "new-password"]),
    ):
        fields = re.findall(r'<input[^>]*name="(?:password|current|new)"[^>]*>', visit.get(path).text)
        assert [re.findall(r'autocomplete="([^"]+)"', one)[0] for one in fields] == kinds, path
        for one in fields:
            assert 'type="password"' in one
            assert not re.search(r"maxlength|readonly|value=|\son\w+=", one)


def test_a_password_holds_for_years(site: FastAPI, clock: SetClock) -> None:
    clock.set(START + timedelta(days=3650))
    assert Visit(site, "jo").get("/profile").status_code == 200


def test_attempts_are_counted(engine: Engine) -> None:
    settle(engine)
    visit = Visit(create_site(engine, throttle=Throttle(5, 100)))
    said = [visit.client.post("/sign-in", data={"login": "jo", "password": "wrong"}).status_code for _ in range(6)]
    assert said == [403] * 5 + [429]
    assert visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD}).status_code == 429
    assert visit.client.post("/sign-in", data={"login": "max", "password": PASSWORD}).status_code == 303


def test_an_invitation_that_somebody_else_uses_meanwhile_lets_nobody_in_and_is_not_logged(
    site: FastAPI, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = engine.accounts.invite("max")
    assert engine.accounts.accept(secret, "seven green bicycles") == "max"
    # As both are seen to be right before either is used.
    monkeypatch.setattr(engine.accounts, "invited", lambda _: "max")
    capsys.readouterr()
    said = Visit(site).client.post(f"/invitation/{secret}", data={"password": "eight blue tricycles"})
    assert (said.status_code, "holds no more" in said.text) == (404, True)
    assert "password chosen" not in "".join(capsys.readouterr())
    assert engine.accounts.confirmed("max", "seven green bicycles")
    monkeypatch.undo()
    other = f"/invitation/{engine.accounts.invite('max')}"
    Visit(site).client.post(other, data={"password": "eight blue tricycles"})
    assert "password chosen" in "".join(capsys.readouterr())

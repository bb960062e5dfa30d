"""Challenges: what a browser is asked, what it keeps meanwhile, and by whom it may be asked."""

from __future__ import annotations

import json

import pytest

from engine import Engine
from engine.web.app import create_site
from tests.devices import HERE, added
from tests.integration.site import PASSWORD, Visit, settle

ALONE, SECOND, AGAIN = "/sign-in/passkey/challenge", "/sign-in/code/challenge", "/profile/passkeys/challenge"


@pytest.fixture
def engine(engine: Engine) -> Engine:
    settle(engine)
    return engine


def test_strangers_are_asked_for_any_passkey_and_nothing_is_told_of_people(engine: Engine) -> None:
    added(engine, "jo")
    visit = Visit(create_site(engine, address=HERE.origin))
    said = visit.post(ALONE, status=200)
    asked = json.loads(said.text)
    assert (asked["rpId"], asked["allowCredentials"], asked["userVerification"]) == ("localhost", [], "required")
    assert said.headers["content-type"] == "application/json"
    assert said.headers["cache-control"] == "no-store"
    assert json.loads(visit.post(ALONE, status=200).text)["challenge"] != asked["challenge"]
    visit.post(SECOND, status=404)
    visit.post(AGAIN)  # to sign in


def test_what_the_browser_keeps_is_out_of_reach_and_says_nothing(engine: Engine) -> None:
    for address, name, secure in (
        (HERE.origin, "casework-passkey", False),
        ("https://localhost", "__Host-casework-passkey", True),
    ):
        said = Visit(create_site(engine, address=address)).post(ALONE, status=200)
        cookie = said.headers["set-cookie"]
        assert cookie.startswith(f"{name}=")
        assert ("HttpOnly" in cookie, "SameSite=strict" in cookie, "Max-Age=600" in cookie) == (True, True, True)
        assert ("Secure" in cookie, "Path=/" in cookie, "Domain" in cookie) == (secure, True, False)
        assert json.loads(said.text)["challenge"] not in cookie


def test_who_gave_a_password_is_asked_for_one_of_theirs(engine: Engine) -> None:
    device, _, _ = added(engine, "jo")
    added(engine, "max")
    visit = Visit(create_site(engine, address=HERE.origin))
    visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    [asked] = json.loads(visit.post(SECOND, status=200).text)["allowCredentials"]
    assert asked["id"] == json.loads(device.used('{"challenge": ""}'))["id"]
    visit.post(AGAIN)  # to sign in: they are half-way only


def test_no_other_site_has_them_asked(engine: Engine) -> None:
    client = Visit(create_site(engine, address=HERE.origin)).client
    assert client.post(ALONE, headers={"origin": "https://elsewhere.example"}).status_code == 403
    visit = Visit(create_site(engine, address=HERE.origin), "max")
    assert visit.client.post(AGAIN, data={"csrf": "wrong"}).status_code == 403


def test_at_an_address_without_passkeys_nobody_is_asked(engine: Engine) -> None:
    visit = Visit(create_site(engine), "max")  # 127.0.0.1
    for path in (ALONE, AGAIN, "/sign-in/passkey", "/profile/passkeys", "/profile/passkeys/made"):
        visit.post(path, status=404)
    visit.get("/profile/passkeys", 404)
    assert "passkey_button" not in visit.get("/profile").text
    assert "At the address of this site no browser makes passkeys." in visit.get("/profile").text
    assert "data-passkey" not in Visit(create_site(engine)).get("/sign-in").text

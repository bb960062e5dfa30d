"""Passkeys on pages: one's own are added, listed and removed; one comes in by them alone, or after the password."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from engine.web.visitor import BEGIN_FACTOR
from tests.devices import HERE, Device, added
from tests.integration.site import PASSWORD, Visit, settle

NEW, MADE = "/profile/passkeys", "/profile/passkeys/made"
WRONG = "This passkey is not right here, or it took too long."


@pytest.fixture
def engine(engine: Engine) -> Engine:
    settle(engine)
    return engine


@pytest.fixture
def pages(engine: Engine) -> FastAPI:
    return create_site(engine, address=HERE.origin, throttle=Throttle(1000, 1000))


def asked_to_make(page: str) -> str:
    [options] = re.findall(r'data-passkey-options="([^"]+)"', page)
    return html.unescape(options)


def alone(visit: Visit, device: Device, status: int = 303, wanted: str = "/cases") -> str:
    said = device.used(visit.post("/sign-in/passkey/challenge", status=200).text)
    came = visit.client.post("/sign-in/passkey", data={"credential": said, "next": wanted})
    assert came.status_code == status
    return came.headers.get("location", came.text)


def half_way(pages: FastAPI, login: str = "jo") -> Visit:
    visit = Visit(pages)
    said = visit.client.post("/sign-in", data={"login": login, "password": PASSWORD, "next": "/cases"})
    assert said.headers["location"] == "/sign-in/code?next=/cases"
    return visit


def second(visit: Visit, device: Device, status: int = 303) -> str:
    said = device.used(visit.post("/sign-in/code/challenge", status=200).text)
    came = visit.client.post("/sign-in/code", data={"credential": said, "next": "/cases"})
    assert came.status_code == status
    return came.headers.get("location", came.text)


def test_one_is_added_used_alone_and_removed(pages: FastAPI, engine: Engine) -> None:
    jo, device = Visit(pages, "jo"), Device()
    assert "Sign in by your fingerprint" in jo.get("/profile").text
    jo.get(NEW)
    options = asked_to_make(jo.post(NEW, {"name": "<Laptop>", "current": PASSWORD}, 200).text)
    page = jo.post(MADE, {"credential": device.made(options)}, 200).text
    assert "Keep these recovery codes" in page
    page = jo.get("/profile").text
    assert "<strong>&lt;Laptop&gt;</strong>: added 11 September 2023 at 09:00, not used yet." in page
    assert "You have 8 recovery codes left" in page
    other = Visit(pages)
    assert alone(other, device) == "/cases"
    other.get("/cases")
    assert "used last 11 September 2023 at 09:00" in jo.get("/profile").text
    [number] = [one.number for one in engine.passkeys.of("jo")]
    page = jo.get(f"{NEW}/{number}/remove").text
    assert "It is your last second factor." in page
    jo.post(f"{NEW}/{number}/remove", {"current": PASSWORD}, 422)
    said = device.used(jo.post(f"{NEW}/challenge", status=200).text)
    led = jo.post(f"{NEW}/{number}/remove", {"current": PASSWORD, "credential": said}).headers["location"]
    assert "The passkey is removed." in jo.get(led).text
    assert engine.passkeys.of("jo") == []
    jo.get(f"{NEW}/{number}/remove", 404)
    jo.post(f"{NEW}/{number}/remove")
    assert WRONG in alone(Visit(pages), device, 403)


def test_one_more_is_added_and_the_first_stays(pages: FastAPI, engine: Engine) -> None:
    device, _, codes = added(engine, "jo")
    visit = half_way(pages)
    assert second(visit, device) == "/cases"
    form = {"name": "Phone", "current": PASSWORD, "confirm": codes[0]}
    options = asked_to_make(visit.post(NEW, form, 200).text)
    assert visit.post(MADE, {"credential": Device().made(options)}).headers["location"] == "/profile?done=passkey"
    assert "The passkey was added." in visit.get("/profile?done=passkey").text
    assert "another name" in visit.post(NEW, form | {"confirm": codes[1]}, 422).text
    assert engine.accounts.second_factor("jo") == (False, len(codes) - 1)  # a name that cannot be costs no code
    first, _ = engine.passkeys.of("jo")
    page = visit.get(f"{NEW}/{first.number}/remove").text
    assert "last second factor" not in page
    visit.post(f"{NEW}/{first.number}/remove", {"current": PASSWORD, "confirm": codes[1]})
    assert [one.name for one in engine.passkeys.of("jo")] == ["Phone"]


def test_nobody_removes_the_passkey_of_another(pages: FastAPI, engine: Engine) -> None:
    _, passkey, _ = added(engine, "jo")
    max_ = Visit(pages, "max")
    max_.get(f"{NEW}/{passkey.number}/remove", 404)
    max_.post(f"{NEW}/{passkey.number}/remove", {"current": PASSWORD})
    assert engine.passkeys.of("jo") == [passkey]
    for number in ("0", "x", "9" * 30):
        max_.get(f"{NEW}/{number}/remove", 404)


def test_what_was_made_for_another_page_or_too_late_is_not_kept(pages: FastAPI, engine: Engine) -> None:
    jo, max_ = Visit(pages, "jo"), Visit(pages, "max")
    form = {"name": "Laptop", "current": PASSWORD}
    options = asked_to_make(jo.post(NEW, form, 200).text)
    max_.post(NEW, form, 200)
    assert "This is not a passkey" in max_.post(MADE, {"credential": Device().made(options)}, 422).text
    for said in ("", "{}", "x" * 1000):
        jo.post(NEW, form, 200)
        assert "This is not a passkey" in jo.post(MADE, {"credential": said}, 422).text
    options = asked_to_make(jo.post(NEW, form, 200).text)
    said = Device().made(options)
    jo.post(MADE, {"credential": said}, 200)
    assert "This took too long" in jo.post(MADE, {"credential": said}, 422).text
    assert len(engine.passkeys.of("jo")) == 1
    assert engine.passkeys.of("max") == []


def test_it_is_asked_for_after_the_password_or_a_recovery_code(pages: FastAPI, engine: Engine) -> None:
    device, _, codes = added(engine, "jo", Device(verifies=False))
    other, _, _ = added(engine, "max")
    visit = half_way(pages)
    page = visit.get("/sign-in/code").text
    assert "Use your passkey" in page
    assert page.index("Use a passkey") < page.index("One of your recovery codes")
    assert "One of your recovery codes" in page
    visit.get("/cases", 303)
    assert "This passkey is not right" in second(visit, other, 403)
    assert second(visit, device) == "/cases"
    visit.get("/cases")
    visit = half_way(pages)
    assert visit.client.post("/sign-in/code", data={"code": codes[0]}).status_code == 303
    visit.get("/cases")
    assert visit.client.post("/sign-in/code/challenge").status_code == 404


def test_with_an_authenticator_either_will_do(pages: FastAPI, engine: Engine, clock: SetClock) -> None:
    secret = pyotp.random_base32()
    engine.accounts.add_second_factor("jo", secret, pyotp.TOTP(secret).at(clock.now()))
    visit = half_way(pages)
    assert "data-passkey-asked" not in visit.get("/sign-in/code").text
    device, _, _ = added(engine, "jo")
    page = visit.get("/sign-in/code").text
    assert "Enter your code" in page
    assert page.index("The six digits of your authenticator") < page.index("Use a passkey")
    assert 'data-passkey-asked="/sign-in/code/challenge"' in page
    assert second(visit, device) == "/cases"


def test_without_a_password_the_device_makes_sure_who_holds_it(pages: FastAPI, engine: Engine) -> None:
    device, _, _ = added(engine, "jo", Device(verifies=False))
    visit = Visit(pages)
    with capture_logs() as logs:
        page = alone(visit, device, 403)
    assert WRONG in page
    [told] = [one for one in logs if one["event"] == "passkey refused"]
    assert (told["login"], told["address"]) == ("jo", "testclient")
    device.verifies = True
    assert alone(visit, device, wanted="//elsewhere.example/") == "/"


def test_what_is_used_twice_elsewhere_or_by_nobody_is_refused(pages: FastAPI, engine: Engine) -> None:
    device, _, _ = added(engine, "jo")
    visit = Visit(pages)
    elsewhere = replace(device, party=replace(HERE, origin="http://localhost:9"), count=5)
    for other in (elsewhere, replace(device, party=replace(HERE, id="example"), count=5), Device()):
        assert WRONG in alone(visit, other, 403)
    said = device.used(visit.post("/sign-in/passkey/challenge", status=200).text)
    kept = dict(visit.client.cookies)
    assert visit.client.post("/sign-in/passkey", data={"credential": said}).status_code == 303
    again = Visit(pages)
    for name, value in kept.items():
        again.client.cookies.set(name, value)
    assert again.client.post("/sign-in/passkey", data={"credential": said}).status_code == 403
    # What is asked of one who is half-way is no way in alone.
    visit = half_way(pages)
    said = device.used(visit.post("/sign-in/code/challenge", status=200).text)
    assert visit.client.post("/sign-in/passkey", data={"credential": said}).status_code == 403
    assert visit.client.post("/sign-in/passkey", data={"credential": "x" * 100_000}).status_code == 413


def test_who_left_does_not_come_in(pages: FastAPI, engine: Engine) -> None:
    device, _, _ = added(engine, "jo")
    engine.people.change(replace(engine.people.person("jo"), active=False))
    assert WRONG in alone(Visit(pages), device, 403)


def test_tries_are_counted_for_an_address(engine: Engine) -> None:
    site = create_site(engine, address=HERE.origin, throttle=Throttle(2, 3))
    device, _, _ = added(engine, "jo")
    visit = Visit(site)
    assert alone(visit, device) == "/cases"  # one that is right is not counted
    assert [bool(WRONG in alone(visit, Device(), 403)) for _ in range(3)] == [True] * 3
    assert "Wait 30 seconds" in alone(visit, device, 429)
    half = half_way(site)
    for _ in range(2):
        second(half, Device(), 403)
    assert "Wait 30 seconds" in second(half, device, 429)


def test_a_session_of_before_ends(pages: FastAPI, engine: Engine) -> None:
    device, _, _ = added(engine, "jo")
    visit = Visit(pages, "max")
    before = visit.client.cookies["casework"]
    alone(visit, device)
    assert engine.accounts.session(before) is None


@pytest.fixture
def strict(engine: Engine) -> Iterator[Engine]:
    """The same database, where coordinators need a second factor."""
    url = engine.database.url.render_as_string(hide_password=False)
    keys = engine.safe._keys
    made = Engine(
        url,
        documents=engine.documents,
        clock=engine.clock,
        keys=keys,
        second_factor_roles=["hbep-referral/coordinator"],
    )
    yield made
    made.close()


def test_it_is_a_second_factor_where_a_role_needs_one(strict: Engine) -> None:
    site, device = create_site(strict, address=HERE.origin), Device()
    jo = Visit(site, "jo")
    assert jo.get("/cases", 303).headers["location"] == BEGIN_FACTOR
    page = jo.get(BEGIN_FACTOR).text
    assert f'href="{NEW}"' in page
    token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    form = {"csrf": token, "name": "Laptop", "current": PASSWORD}
    said = jo.client.post(NEW, data=form)
    made = {"csrf": token, "credential": device.made(asked_to_make(said.text))}
    assert "Keep these recovery codes" in jo.client.post(MADE, data=made).text
    jo.get("/cases")
    other = Visit(site)
    alone(other, device)
    other.get("/cases")
    [passkey] = strict.passkeys.of("jo")
    assert strict.passkeys.remove("jo", passkey.number)
    assert other.get("/cases", 303).headers["location"] == BEGIN_FACTOR


def test_who_signs_in_with_their_organisation_is_offered_none(pages: FastAPI, engine: Engine) -> None:
    engine.people.add("olu", "", ["coordinator"])
    visit = Visit(pages)
    visit.client.cookies.set("casework", engine.accounts.sign_in_as("olu") or "")
    assert "passkey" not in visit.get("/profile").text.partition("Warnings")[0]
    assert visit.get(NEW, 303).headers["location"] == "/profile"
    assert "organisation&#39;s account" in visit.post(NEW, {"name": "Laptop"}, 422).text

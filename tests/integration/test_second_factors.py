"""Second factors: who holds a role that needs one sets one up and sees nothing else before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pyotp
import pytest
from fastapi import FastAPI

from engine import Engine
from engine.service.people.second_factors import SecondFactors
from engine.web.app import create_site
from engine.web.visitor import BEGIN_FACTOR
from tests.integration.site import PASSWORD, Visit, settle
from tests.steps import in_panel


@pytest.fixture
def strict(engine: Engine) -> Iterator[Engine]:
    """The same database, where two roles need a second factor."""
    settle(engine)
    made = Engine(
        engine.database.url.render_as_string(hide_password=False),
        documents=engine.documents,
        clock=engine.clock,
        keys=engine.safe._keys,
        second_factor_roles=["administrator", "hbep-referral/coordinator"],
    )
    yield made
    made.close()


@pytest.fixture
def pages(strict: Engine) -> FastAPI:
    return create_site(strict)


def begun(visit: Visit, engine: Engine, led: str = BEGIN_FACTOR) -> str:
    """Set a second factor up, as the page asks; the key of it."""
    return set_up(visit, engine, led)[0]


def set_up(visit: Visit, engine: Engine, led: str) -> tuple[str, str]:
    """The same from where somebody was led to; where they go on afterwards as well."""
    hidden = dict(re.findall(r'name="(secret|next)" value="([^"]+)"', visit.get(led).text))
    code = pyotp.TOTP(hidden["secret"]).at(engine.clock.now())
    csrf = re.findall(r'name="csrf" value="([^"]+)"', visit.get(BEGIN_FACTOR).text)[0]
    sent = {"csrf": csrf, **{name: unescape(value) for name, value in hidden.items()}}
    wrong = visit.client.post(BEGIN_FACTOR, data={**sent, "current": PASSWORD, "code": "1"})
    assert wrong.status_code == 422
    assert dict(re.findall(r'name="(secret|next)" value="([^"]+)"', wrong.text)) == hidden
    said = visit.client.post(BEGIN_FACTOR, data={**sent, "current": PASSWORD, "code": code})
    assert "Keep these recovery codes" in said.text
    [onward] = re.findall(r'href="([^"]+)">I have kept them', said.text)
    return hidden["secret"], unescape(onward)


def test_a_role_is_named_with_its_process_or_without() -> None:
    found = SecondFactors(["administrator", "loan/clerk", "coordinator", "cleark"])
    assert found.needed(["administrator"])
    assert found.needed(["x/y", "loan/clerk"])
    assert found.needed(["a/coordinator"])
    assert not found.needed(["other/clerk", "auditor"])
    assert not SecondFactors().needed(["administrator"])
    assert found.unknown({"loan/clerk", "a/coordinator"}) == ["cleark"]


def test_nothing_else_is_shown_before_there_is_one(pages: FastAPI, strict: Engine) -> None:
    for login in ("jo", "ada"):
        visit = Visit(pages, login)
        paths = ["/", "/cases", "/people", "/profile", "/tasks", "/journal", "/processes", "/cases/1", "/places"]
        for path in paths:
            assert visit.get(path, 303).headers["location"] == BEGIN_FACTOR
        page = visit.get(BEGIN_FACTOR).text
        assert "Your role asks for a code" in page
        assert "<nav" not in page
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        form = {"csrf": csrf, "name": "Third", "area": ""}
        assert visit.client.post("/organisations", data=form).headers["location"].startswith(BEGIN_FACTOR)
    assert "Third" not in [one.name for one in strict.people.organisations()]


def test_afterwards_everything_is_as_ever_and_the_code_is_asked_for(pages: FastAPI, strict: Engine) -> None:
    visit = Visit(pages, "jo")
    begun(visit, strict)
    assert "<nav" in visit.get("/cases").text
    again = Visit(pages)
    said = again.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    assert said.headers["location"].startswith("/sign-in/code")
    again.get("/cases", 303)


def test_others_are_asked_for_none(pages: FastAPI) -> None:
    for login in ("max", "sam", "ann"):
        Visit(pages, login).get("/profile")


def test_who_is_given_such_a_role_or_stops_to_use_one_is_led_there_at_once(pages: FastAPI, strict: Engine) -> None:
    max_, jo = Visit(pages, "max"), Visit(pages, "jo")
    max_.get("/profile")
    strict.people.change(replace(strict.people.person("max"), roles=("coordinator",)))
    assert max_.get("/profile", 303).headers["location"] == BEGIN_FACTOR
    secret = begun(jo, strict)
    jo.get("/profile")
    strict.clock.set(strict.clock.now().replace(minute=strict.clock.now().minute + 1))  # type: ignore[attr-defined]
    assert strict.accounts.drop_second_factor("jo", pyotp.TOTP(secret).at(strict.clock.now()))
    assert jo.get("/cases", 303).headers["location"] == BEGIN_FACTOR


def test_a_form_that_is_sent_when_its_person_first_lacks_one_waits_for_them(pages: FastAPI, strict: Engine) -> None:
    case, max_ = in_panel(strict).id, Visit(pages, "max")
    csrf, path = max_.csrf(), f"/cases/{case}/notes"
    person = strict.people.person("max")
    strict.people.change(replace(person, roles=(*person.roles, "coordinator")))
    led = max_.client.post(path, data={"csrf": csrf, "text": "Said at length"}).headers["location"]
    assert led.startswith(f"{BEGIN_FACTOR}?next=")
    assert strict.desk.notes(case, person.actor) == []
    _, onward = set_up(max_, strict, led)
    page = max_.get(onward).text
    assert "nothing was done. What you typed is filled in below" in page
    assert "Said at length</textarea>" in page
    # What was not typed into a form of theirs is not kept, and nobody is led out of the site.
    strict.people.change(replace(strict.people.person("sam"), roles=("coordinator",)))
    sam = Visit(pages, "sam")
    assert sam.get("/cases?typed=kept", 303).headers["location"] == f"{BEGIN_FACTOR}?next=/cases%3Ftyped%3Dkept"
    for token in ("guessed", csrf):
        assert "typed" not in sam.client.post(path, data={"csrf": token, "text": "x"}).headers["location"]
    assert set_up(sam, strict, f"{BEGIN_FACTOR}?next=//elsewhere.example/")[1] == "/"


def test_who_comes_by_their_organisation_alone_is_asked_there(pages: FastAPI, strict: Engine) -> None:
    strict.people.add("olu", "", ["coordinator"])
    visit = Visit(pages)
    visit.client.cookies.set("casework", strict.accounts.sign_in_as("olu") or "")
    visit.get("/cases")


def test_one_may_sign_out_instead(pages: FastAPI) -> None:
    visit = Visit(pages, "jo")
    csrf = re.findall(r'name="csrf" value="([^"]+)"', visit.get(BEGIN_FACTOR).text)[0]
    assert visit.client.post("/sign-out", data={"csrf": csrf}).headers["location"] == "/signed-out"

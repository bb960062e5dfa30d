"""Sessions: where somebody is signed in, and ending it there or everywhere, once the password shows who asks."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from engine import Engine
from tests.integration.site import PASSWORD, Visit


def test_people_see_where_they_are_signed_in_and_end_it_there(
    site: FastAPI, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other, sam = Visit(site, "jo"), Visit(site, "jo"), Visit(site, "sam")
    page = one.get("/profile").text
    handles = re.findall(r'name="session" value="([^"]+)"', page)
    assert (len(handles), page.count(": here")) == (1, 1)
    assert one.client.cookies["casework"] not in page
    sam.post("/profile/sessions/end", {"session": handles[0], "current": PASSWORD})  # it is not theirs: nothing happens
    other.get("/")
    form = {"session": handles[0]}
    refused = "This is not your password."
    for current, wrong in (({}, ""), ({"current": "wrong"}, refused), ({"current": ""}, refused)):
        page = one.post("/profile/sessions/end", form | current, 422 if wrong else 200).text
        assert "Sign out there?" in page
        assert f'name="session" value="{handles[0]}"' in page
        assert wrong in page
        other.get("/")
    one.post("/profile/sessions/end", form | {"current": PASSWORD})
    other.get("/", 303)
    one.get("/")
    assert engine.accounts.end_session("jo", handles[0]) is False
    assert [one.handle for one in engine.accounts.sessions("jo")] != handles
    logged = capsys.readouterr()
    assert "signed in" in logged.out + logged.err
    assert PASSWORD not in logged.out + logged.err


def test_signing_out_everywhere_ends_all_sessions(site: FastAPI) -> None:
    one, other = Visit(site, "jo"), Visit(site, "jo")
    assert "Sign out everywhere?" in other.post("/sign-out-everywhere", status=200).text
    assert "This is not your password." in other.post("/sign-out-everywhere", {"current": "wrong"}, 422).text
    one.get("/")
    other.post("/sign-out-everywhere", {"current": PASSWORD})
    one.get("/", 303)
    other.get("/", 303)


def test_who_signs_in_by_their_organisation_ends_sessions_without_a_password(site: FastAPI, engine: Engine) -> None:
    engine.people.add("oli", "Oli", ["coordinator"])
    here, there = Visit(site), Visit(site)
    for visit in (here, there):
        visit.client.cookies.set("casework", engine.accounts.sign_in_as("oli") or "")
    handles = re.findall(r'name="session" value="([^"]+)"', here.get("/profile").text)
    here.post("/profile/sessions/end", {"session": handles[0]})
    there.get("/", 303)
    here.post("/sign-out-everywhere")
    here.get("/", 303)

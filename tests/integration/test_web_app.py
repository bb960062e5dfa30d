"""The site as a whole: which hosts are served, and what is said of addresses that are not there."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from engine import Engine
from engine.web.app import create_site
from tests.integration.site import BASE, Visit
from tests.steps import in_panel


def test_another_host_is_not_served(site: FastAPI) -> None:
    said = Visit(site).client.get("/sign-in", headers={"host": "evil.example"})
    assert said.status_code == 400
    ada = Visit(site, "ada")
    text = ada.post("/people/jo/invite", status=200).text
    assert f"{BASE}/invitation/" in text


def test_which_address_is_not_there_and_which_cannot_be_is_not_told(enter: Callable[[str], Visit]) -> None:
    jo = enter("jo")
    paths = ("/cases/17", "/cases/x", "/cases/0", "/nothing")
    assert len({jo.get(path, 404).text.partition("<main")[2].partition("</main>")[0] for path in paths}) == 1


def test_where_the_site_is_https_cookies_and_headers_say_so(stage: Engine) -> None:
    said = TestClient(create_site(stage, address="https://casework.example"), base_url="https://casework.example")
    assert "strict-transport-security" in said.get("/sign-in").headers
    assert "strict-transport-security" not in Visit(create_site(stage)).get("/sign-in").headers


def test_what_is_not_for_somebody_is_logged_by_route_and_number(stage: Engine, enter: Callable[[str], Visit]) -> None:
    case = in_panel(stage, pupil_name="Zebedee Quux", school="Hilltop").id
    pat, there = enter("pat"), {"login": "pat", "address": "testclient", "log_level": "warning"}
    with capture_logs() as logs:
        pat.get(f"/cases/{case}", 404)
        pat.get("/cases/9999/notes", 404)
        pat.post(f"/cases/{case}/notes", {"text": "x"}, 404)
        pat.get("/people/jo", 404)
        pat.get("/cases/zebedee", 404)
        pat.get("/nowhere", 404)
        Visit(pat.client.app).get("/cases/1", 303)  # type: ignore[arg-type]  nobody is signed in
    told = [one for one in logs if one.pop("event") == "nothing there for them"]
    assert told == [
        {**there, "method": "GET", "route": "/cases/{number}", "number": case},
        {**there, "method": "GET", "route": "/cases/{number}/notes", "number": 9999},
        {**there, "method": "POST", "route": "/cases/{number}/notes", "number": case},
        {**there, "method": "GET", "route": "/people/{login}"},
        {**there, "method": "GET", "route": "/cases/{number}"},
    ]
    assert "ebedee" not in str(logs)


def test_a_forged_form_is_logged(enter: Callable[[str], Visit]) -> None:
    jo = enter("jo")
    with capture_logs() as logs:
        jo.post("/cases/views", {"csrf": "forged", "title": "x"}, 403)
    [told] = [one for one in logs if one["event"] == "form refused"]
    assert (told["login"], told["route"], "forged" in str(told)) == ("jo", "/cases/views", False)

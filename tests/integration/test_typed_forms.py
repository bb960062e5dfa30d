"""What was typed is kept for its person alone: forms that came after their session, and answers to be looked over."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from engine.service.desk.typed_forms import KEPT, LONGEST, MOST_OF_ONE
from engine.service.people.sessions import IDLE
from tests.integration.site import PASSWORD, Visit
from tests.steps import in_panel


def sign_in_again(visit: Visit, answer: str, login: str = "jo") -> str:
    """Sign in on the page that was answered; where it leads."""
    parts = urlsplit(answer)
    assert parts.path == "/sign-in"
    wanted = parse_qs(parts.query).get("next", ["/"])[0]
    said = visit.client.post("/sign-in", data={"login": login, "password": PASSWORD, "next": wanted})
    assert said.status_code == 303
    return said.headers["location"]


def test_nobody_else_gets_what_was_typed(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    csrf = visit.csrf()
    clock.set(clock.now() + IDLE)
    late = visit.client.post(f"/cases/{case.id}/notes", data={"csrf": csrf, "text": "For jo alone"}).headers["location"]
    address = sign_in_again(visit, late, "max")
    assert "For jo alone" not in visit.get(address).text
    again = Visit(site, "jo")
    assert "For jo alone" in again.get(address).text
    clock.set(clock.now() + KEPT)
    assert "For jo alone" not in Visit(site, "jo").get(address).text


@pytest.mark.parametrize("most", [LONGEST, 100])
def test_what_is_to_be_changed_comes_back_however_long_it_is(
    site: FastAPI, engine: Engine, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    case, visit = in_panel(engine), Visit(site, "jo")
    monkeypatch.setattr("engine.service.desk.typed_forms.LONGEST", most)
    path, tried = f"/cases/{case.id}/do/add_details", "A mentor, at length. " * 9000
    form = {"step": "change", "version": str(case.version), "tried": tried, "ground": tried, "school": tried + "x"}
    said = visit.post(path, form, 303 if most == LONGEST else 200)
    page = visit.get(said.headers["location"]).text if most == LONGEST else said.text
    assert f"{tried}</textarea>" in page


def test_the_form_of_an_event_comes_back_whole(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    csrf, path = visit.csrf(), f"/cases/{case.id}/do/add_details"
    form = {"step": "check", "version": str(case.version), "tried": "A mentor", "key_stage": "KS4"}
    clock.set(clock.now() + IDLE)
    late = visit.client.post(path, data={"csrf": csrf, **form}, headers={"referer": f"http://127.0.0.1:8000{path}"})
    page = visit.get(sign_in_again(visit, late.headers["location"])).text
    assert "A mentor</textarea>" in page
    assert re.search(r'<input [^>]*value="KS4"[^>]*checked', page)
    assert not re.search(r'<input [^>]*value="KS3"[^>]*checked', page)
    done(engine, case.id)
    page = visit.post(path, form, 409).text
    assert "The case was changed meanwhile" in page


def done(engine: Engine, case: int) -> None:
    assert engine.fire(case, "add_details", "coordinator", {"tried": "Another"})


def test_a_page_that_does_not_ask_any_more_shows_what_was_typed(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    csrf, path = visit.csrf(), f"/cases/{case.id}/do/add_details"
    clock.set(clock.now() + IDLE)
    late = visit.client.post(path, data={"csrf": csrf, "version": "1", "tried": "A mentor"}).headers["location"]
    assert engine.fire(case.id, "withdraw", "coordinator", {"reason": "Moved"})
    page = visit.get(sign_in_again(visit, late), 409).text
    assert "This page does not ask for it any more; here is what you typed." in page
    assert "A mentor" in page


def test_answers_are_looked_over_on_a_page_that_can_be_gone_back_to(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit, path = Visit(site, "jo"), f"/cases/{case.id}/do/withdraw"
    form = {"step": "check", "version": str(case.version), "reason": "Moved"}
    check = visit.post(path, form).headers["location"]
    page = visit.get(check).text
    assert "Check your answers" in page
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    change = visit.post(path, {**form, "step": "change", "key": key}).headers["location"]
    assert "Moved" in visit.get(change).text
    assert "you were not signed in" not in visit.get(change).text
    assert visit.post(path, {**form, "step": "do", "key": key}).headers["location"] == f"/cases/{case.id}/done/5"
    back = visit.get(check).text
    assert "This was done already" in back
    assert f'href="/cases/{case.id}/done/5"' in back
    assert "This cannot be done any more" in visit.get(f"{path}/check?typed=nonsense", 409).text
    assert "Moved" not in Visit(site, "max").get(check, 409).text


def test_so_many_are_kept_of_one_person(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    names = []
    for index in range(MOST_OF_ONE + 3):
        names.append(engine.desk.keep_form("jo", "/x", [("a", str(index))]))
        clock.set(clock.now() + timedelta(seconds=1))
    found = [engine.desk.typed_form(name or "", "jo") is not None for name in names]
    assert found == [False] * 3 + [True] * MOST_OF_ONE

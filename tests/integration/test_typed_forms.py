"""What was typed is kept for its person alone: forms that came after their session, and answers to be looked over."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from engine.service.desk.typed_forms import KEPT, LONGEST, MOST_OF_ONE
from engine.service.people.accounts import ABSOLUTE, IDLE
from engine.store.desk.typed_forms import StoredForm
from engine.web.app import create_site
from engine.web.forms.refill import fill
from engine.web.people.signing import Throttle
from tests.integration.site import PASSWORD, Visit, settle
from tests.steps import in_panel


@pytest.fixture
def site(engine: Engine) -> FastAPI:
    settle(engine)
    return create_site(engine, throttle=Throttle(1000, 1000))


def sign_in_again(visit: Visit, answer: str, login: str = "jo") -> str:
    """Sign in on the page that was answered; where it leads."""
    parts = urlsplit(answer)
    assert parts.path == "/sign-in"
    wanted = parse_qs(parts.query).get("next", ["/"])[0]
    said = visit.client.post("/sign-in", data={"login": login, "password": PASSWORD, "next": wanted})
    assert said.status_code == 303
    return said.headers["location"]


@pytest.mark.parametrize("how", ["idle", "overnight", "signed out elsewhere"])
def test_a_form_that_comes_too_late_is_kept_until_its_person_has_signed_in(
    site: FastAPI, engine: Engine, clock: SetClock, how: str
) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    csrf, path = visit.csrf(), f"/cases/{case.id}/notes"
    if how == "signed out elsewhere":
        engine.accounts.sign_out_everywhere("jo")
    else:
        clock.set(clock.now() + (IDLE if how == "idle" else ABSOLUTE))
    if how == "overnight":
        visit.client.cookies.clear()  # a browser forgets the cookie by then
    late = visit.client.post(path, data={"csrf": csrf, "text": 'Said: "<b>\n& more'}).headers["location"]
    page = visit.get(sign_in_again(visit, late)).text
    assert "Your session had ended before you sent it, and nothing was done." in page
    assert "Said: &#34;&lt;b&gt;\n&amp; more</textarea>" in page
    assert engine.desk.notes(case.id, engine.people.person("jo").actor) == []
    assert csrf not in page
    fresh = re.findall(r'action="/cases/\d+/notes"[^>]*><input type="hidden" name="csrf" value="([^"]+)"', page)
    assert visit.client.post(path, data={"csrf": fresh[0], "text": "Said"}).headers["location"] == f"{path}?kept=1"


def lately(visit: Visit, engine: Engine, clock: SetClock) -> tuple[int, str]:
    """A note that is sent after its session has ended; the case, and where the browser is sent to sign in."""
    case, csrf = in_panel(engine).id, visit.csrf()
    clock.set(clock.now() + IDLE)
    late = visit.client.post(f"/cases/{case}/notes", data={"csrf": csrf, "text": "Said at length"})
    return case, late.headers["location"]


def test_a_second_factor_leads_back_to_the_form_also_where_it_was_left_half_way(
    site: FastAPI, engine: Engine, clock: SetClock
) -> None:
    device = pyotp.TOTP(pyotp.random_base32())
    visit = Visit(site, "jo")
    assert engine.accounts.add_second_factor("jo", device.secret, device.at(int(clock.now().timestamp())))
    _, late = lately(visit, engine, clock)
    asked = sign_in_again(visit, late)
    assert urlsplit(asked).path == "/sign-in/code"
    wanted = parse_qs(urlsplit(asked).query)["next"][0]
    assert "Said at length" not in visit.get(asked).text
    clock.set(clock.now() + timedelta(minutes=50))  # the sign-in is over by now, but the form waits
    for said in (visit.client.get(asked), visit.client.post("/sign-in/code", data={"code": "1", "next": wanted})):
        again = said.headers["location"]
        assert (urlsplit(again).path, parse_qs(urlsplit(again).query)["next"]) == ("/sign-in", [wanted])
    sign_in_again(visit, again)
    code = {"code": device.at(int(clock.now().timestamp())), "next": wanted}
    there = visit.client.post("/sign-in/code", data=code).headers["location"]
    assert "Said at length</textarea>" in visit.get(there).text


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


def test_what_no_page_of_ours_was_made_for_is_not_kept(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit = Visit(site)
    for data, headers in (
        ({"csrf": "", "text": "x"}, {}),
        ({"csrf": "guessed", "text": "x"}, {}),
        ({"csrf": Visit(site, "jo").csrf(), "text": "x"}, {"origin": "https://elsewhere.example"}),
        ({"csrf": Visit(site, "jo").csrf(), "text": "x" * (LONGEST + 1)}, {}),
        ({"csrf": Visit(site, "jo").csrf(), "text": "x" * 1_000_001}, {}),
    ):
        said = visit.client.post(f"/cases/{case.id}/notes", data=data, headers=headers)
        assert (said.status_code, "typed" in said.headers["location"]) == (303, False)


def test_a_form_of_an_earlier_session_is_shown_again_not_acted_on(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    early, visit = Visit(site, "jo").csrf(), Visit(site, "jo")
    said = visit.client.post(f"/cases/{case.id}/notes", data={"csrf": early, "text": "Typed before"})
    assert "Typed before</textarea>" in visit.get(said.headers["location"]).text
    assert engine.desk.notes(case.id, engine.people.person("jo").actor) == []
    other = Visit(site, "max").csrf()
    assert visit.client.post(f"/cases/{case.id}/notes", data={"csrf": other, "text": "x"}).status_code == 403


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
    assert "Your session had ended" not in visit.get(change).text
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


def test_every_kind_of_field_is_filled_in() -> None:
    page = (
        '<p>é</p><form method="post" action="/x"><input type="hidden" name="known" value="B">'
        '<input name="area"></form>\n'
        '<form method="post" action="/x"><input type="hidden" name="csrf" value="now">'
        '<input type="hidden" name="known" value="A"><input class="c" name="area" value="old">'
        '<select name="s"><option value="1" selected>One</option><option value="2">Two</option></select>'
        '<input type="checkbox" name="c" value="1" checked><input type="checkbox" name="c" value="2">'
        '<textarea id="t" name="t">old &amp; gone</textarea><input type="password" name="p"></form><i>after</i>'
    )
    fields = [
        ("known", "A"),
        ("csrf", "then"),
        ("area", 'a"b'),
        ("s", "2"),
        ("c", "2"),
        ("t", "</textarea>"),
        ("p", "x"),
    ]
    filled, found = fill(page, StoredForm("/x", fields, late=True))
    assert found
    assert filled == (
        '<p>é</p><form method="post" action="/x"><input type="hidden" name="known" value="B">'
        '<input name="area"></form>\n'
        '<form method="post" action="/x"><input type="hidden" name="csrf" value="now">'
        '<input type="hidden" name="known" value="A"><input class="c" name="area" value="a&#34;b">'
        '<select name="s"><option value="1">One</option><option value="2" selected="selected">Two</option></select>'
        '<input type="checkbox" name="c" value="1"><input type="checkbox" name="c" value="2" checked="checked">'
        '<textarea id="t" name="t">\n&lt;/textarea&gt;</textarea><input type="password" name="p"></form><i>after</i>'
    )
    assert fill(page, StoredForm("/y", fields, late=True)) == (page, False)

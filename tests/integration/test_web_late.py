"""Late: a form that came after its session is kept for its person, and for nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from engine import Engine
from engine.clock import SetClock
from engine.service.desk.typed_forms import LONGEST
from engine.service.people.sessions import ABSOLUTE, IDLE
from engine.store.tables import typed_forms
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
    assert "When you sent it you were not signed in as this site asks, and nothing was done." in page
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


def test_what_no_page_of_ours_was_made_for_is_not_kept(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit = Visit(site)
    for data, headers in (
        ({"csrf": "", "text": "x"}, {}),
        ({"csrf": "guessed", "text": "x"}, {}),
        ({"csrf": Visit(site, "jo").csrf(), "text": "x"}, {"origin": "https://elsewhere.example"}),
    ):
        said = visit.client.post(f"/cases/{case.id}/notes", data=data, headers=headers)
        assert (said.status_code, "typed" in said.headers["location"]) == (303, False)


def test_what_is_longer_than_is_kept_of_forms_without_a_session_is_not_read_on(site: FastAPI, engine: Engine) -> None:
    visit, csrf, files = Visit(site), Visit(site, "jo").csrf(), {"file": ("a.yaml", b"x" * 20_000)}
    for data, file in (
        ({"csrf": csrf, "text": "x" * (LONGEST - 1000), "scenarios": "x" * 1001}, None),
        ({"csrf": "guessed", "text": "x"}, files),
        ({"text": "x" * 20_000, "csrf": csrf}, files),
        ({"text": "x", "csrf": csrf}, files),
    ):
        said = visit.client.post("/processes-draft", data=data, files=file or {"file": ("a", b"x")})
        assert (said.status_code, "typed" in said.headers.get("location", "")) in {(303, False), (413, False)}
    with engine.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(typed_forms)).scalar_one() == 0


@pytest.mark.parametrize("size", [100, 1_500_000])
def test_a_form_with_a_file_that_comes_too_late_keeps_what_was_typed(
    site: FastAPI, engine: Engine, clock: SetClock, size: int
) -> None:
    visit = Visit(site, "ada")
    data = {"csrf": visit.csrf(), "text": "process: été\n", "scenarios": "x" * size, "step": "check"}
    clock.set(clock.now() + IDLE)
    files = {"file": ("own.yaml", b"y" * size), "calendar_file": ("", b"")}
    late = visit.client.post("/processes-draft", data=data, files=files).headers["location"]
    page = visit.get(sign_in_again(visit, late, "ada")).text
    assert "Files must be chosen again." in page
    assert "process: été\n</textarea>" in page
    assert "x" * size in page
    assert "yyy" not in page


def test_a_long_form_that_comes_too_late_is_kept_whole(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    case, visit = in_panel(engine), Visit(site, "jo")
    data = {"csrf": visit.csrf(), "text": "x" * 1_900_000}
    clock.set(clock.now() + IDLE)
    late = visit.client.post(f"/cases/{case.id}/notes", data=data).headers["location"]
    assert data["text"] in visit.get(sign_in_again(visit, late)).text


def test_a_form_of_an_earlier_session_is_shown_again_not_acted_on(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    early, visit = Visit(site, "jo").csrf(), Visit(site, "jo")
    said = visit.client.post(f"/cases/{case.id}/notes", data={"csrf": early, "text": "Typed before"})
    assert "Typed before</textarea>" in visit.get(said.headers["location"]).text
    assert engine.desk.notes(case.id, engine.people.person("jo").actor) == []
    other = Visit(site, "max").csrf()
    assert visit.client.post(f"/cases/{case.id}/notes", data={"csrf": other, "text": "x"}).status_code == 403

"""Who sends a form of something that was changed meanwhile, or that they have no right to any more, is told.

Nothing is changed then, and what was typed is not lost. The forms are those of test_twice, and those with a version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, time
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from engine import Engine
from engine.clock import SetClock
from engine.store import tables
from engine.web.told import BESIDE as HIDDEN
from engine.web.visitor import SECRETS
from tests.conftest import ROOT
from tests.integration.site import Visit, settle_more
from tests.integration.test_retention import YARD
from tests.integration.test_twice import EXAMPLES, Example, Maker
from tests.integration.test_web_retention import ended
from tests.steps import done, in_panel

# What is written whenever somebody comes, is shown something, or sends something.
BESIDE = {"sessions", "accesses", "access_blocks", "typed_forms", "attempts", "seals"}
# What people keep of their own is theirs whatever role they hold: their profile, and drafts that they began.
THEIRS = ("/profile/", "/drafts/{number}")
TYPED = 'Typed "at length" <b>'


def everything(engine: Engine) -> dict[str, list[Any]]:
    """Every row that says what was done."""
    with engine.database.reading() as connection:
        return {
            name: sorted(map(str, connection.execute(select(table))))
            for name, table in tables.metadata.tables.items()
            if name not in BESIDE
        }


def typed_in(body: dict[str, Any]) -> list[str]:
    """What of a form somebody typed."""
    return [value for name, value in body.items() if name not in HIDDEN and isinstance(value, str) and len(value) > 2]


def lacks(page: str, typed: list[str]) -> list[str]:
    """What was typed and does not stand on a page, however quotes and the ends of lines are written there."""
    plain = unescape(page.replace("<br>", "\n"))
    return [one for one in typed if one not in plain]


@pytest.fixture
def maker(engine: Engine, site: FastAPI, clock: SetClock) -> Maker:
    return Maker(engine, site, clock)


def examples(maker: Maker) -> Iterator[tuple[str, Example, dict[str, Any]]]:
    """Each form with what is sent, as long as its sender may send it."""
    for route, make in EXAMPLES.items():
        login, path, body = make(maker)
        yield route, (login, path, body), {"csrf": maker.visits[login].csrf(), **body}


def test_who_has_lost_the_role_is_answered_as_if_there_were_nothing(maker: Maker, engine: Engine) -> None:
    """Whether it is there is told nobody; what they typed stands in the answer, with why it came to nothing."""
    wrong: list[Any] = []
    for route, (login, path, body), sent in examples(maker):
        person = engine.people.person(login)
        changed = engine.people.change(replace(person, roles=(), organisation=None))
        before = everything(engine)
        said = maker.visits[login].client.post(path, data=sent)
        if route.startswith(THEIRS):
            wrong += [(route, said.status_code) for one in [said] if one.status_code not in {200, 303}]
        else:
            wrong += [(route, said.status_code)] if said.status_code != 404 else []
            wrong += [] if "not for you any more" in said.text else [(route, "told nothing")]
            if not route.startswith(SECRETS):
                wrong += [(route, "lost", one) for one in lacks(said.text, typed_in(body))]
            # Where nothing is, and for who was never shown it, nothing else is said.
            nowhere = maker.visits[login].client.post(re.sub(r"\d+", "999999", path), data=sent)
            wrong += [(route, "tells")] if nowhere.text != said.text else []
            wrong += [(route, "changed", name) for name, rows in everything(engine).items() if rows != before[name]]
        engine.people.change(replace(person, version=changed.version))
    assert wrong == []


@pytest.mark.parametrize("how", ["inactive", "signed out"])
def test_who_may_not_act_or_has_signed_out_signs_in_first(
    maker: Maker, engine: Engine, site: FastAPI, how: str
) -> None:
    wrong: list[Any] = []
    for route, (login, path, body), sent in examples(maker):
        person, visit = engine.people.person(login), maker.visits[login]
        if how == "inactive":
            engine.people.change(replace(person, active=False))
        else:
            engine.accounts.sign_out_everywhere(login)
        before = everything(engine)
        said = visit.client.post(path, data=sent)
        led = said.headers.get("location", "")
        if said.status_code != 303 or not led.startswith("/sign-in"):
            wrong.append((route, said.status_code, led))
        wrong += [(route, "changed", name) for name, rows in everything(engine).items() if rows != before[name]]
        if how == "inactive":
            wrong += [(route, "kept")] if "typed" in led else []  # nobody can come back to it
            engine.people.change(person)
        key = engine.accounts.sign_in_as(login)
        assert key
        visit.client.cookies.set("casework", key, domain="127.0.0.1")
        if how == "signed out" and not route.startswith("/profile/"):
            page = visit.client.get(unescape(led.partition("next=")[2]).replace("%3F", "?").replace("%3D", "="))
            wrong += [(route, "lost", led, one) for one in lacks(page.text, typed_in(body))]
    assert [one[:3] for one in wrong] == []


class Stale:
    """Forms that were opened, and whose matter somebody else has changed since."""

    def __init__(self, engine: Engine, site: FastAPI) -> None:
        engine.publish(YARD)
        settle_more(engine, {"kim": (["yard/keeper"], None), "lou": (["yard/clerk"], None)})
        self.engine, self.site = engine, site
        self.visits = {login: Visit(site, login) for login in ("jo", "ada", "kim", "sam")}
        self.jo, self.sam, self.lou = (engine.people.person(login).actor for login in ("jo", "sam", "lou"))

    def meeting(self) -> int:
        return self.engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 3), time(13, 30), self.jo)

    def shown(self, login: str, path: str, name: str = "version") -> str:
        """What a page puts into its form."""
        return re.findall(rf'name="{name}" value="([^"]+)"', self.visits[login].get(path).text)[0]


def _minutes(stale: Stale) -> Example:
    path = f"/meetings/{stale.meeting()}"
    version = stale.shown("jo", path)
    stale.engine.meetings.record(int(path.rpartition("/")[2]), ["Lee"], "The first", stale.jo)
    return "jo", path, {"version": version, "names": f"Max\n{TYPED}", "minutes": TYPED}


def _moved(stale: Stale) -> Example:
    path = f"/meetings/{stale.meeting()}/move"
    version = stale.shown("jo", path)
    stale.engine.meetings.move(int(path.split("/")[2]), date(2023, 10, 10), time(9), stale.jo)
    return (
        "jo",
        path,
        {"version": version, "when-day": "17", "when-month": "10", "when-year": "2023", "when-time": "9:41"},
    )


def _event(stale: Stale) -> Example:
    case = in_panel(stale.engine)
    done(stale.engine.add_document(case.id, "ehcp", b"x", "coordinator"))
    sent = {"version": str(case.version), "reason": TYPED, "step": "do", "key": "shown"}
    return "jo", f"/cases/{case.id}/do/withdraw", sent


def _person(stale: Stale) -> Example:
    version = stale.shown("ada", "/people/pat")
    stale.engine.people.change(replace(stale.engine.people.person("pat"), name="Patricia"))
    sent = {
        "version": version,
        "name": TYPED,
        "organisation": "Elsewhere",
        "active": "yes",
        "email": "typed@example.org",
    }
    return "ada", "/people/pat", sent


def _organisation(stale: Stale) -> Example:
    version = re.findall(
        r'value="Hilltop"><input type="hidden" name="version" value="(\d+)"',
        stale.visits["ada"].get("/organisations").text,
    )[0]
    stale.engine.people.change_organisation("Hilltop", "")
    return "ada", "/organisations", {"known": "Hilltop", "version": version, "area": "bosworth"}


def _retained(stale: Stale) -> Example:
    number = ended(stale.engine)
    version = stale.shown("kim", f"/retention/{number}")
    stale.engine.retain(number, "asked", "Long enough", stale.lou)
    return "kim", f"/retention/{number}", {"version": version, "what": "asked", "reason": TYPED}


def _intake(stale: Stale) -> Example:
    number = stale.meeting()
    stale.engine.intakes.allow(number, 4, None, stale.jo)
    return "jo", f"/meetings/{number}/intake", {"version": "1", "most": "7"}


def _erased(stale: Stale) -> Example:
    number = ended(stale.engine)
    version = stale.engine.case(number).version
    stale.engine.retain(number, "asked", "Long enough", stale.lou)
    return "kim", f"/retention/{number}/erase", {"version": str(version)}


VERSIONED: dict[str, Callable[[Stale], Example]] = {
    "/meetings/N": _minutes,
    "/meetings/N/move": _moved,
    "/meetings/N/intake": _intake,
    "/cases/N/do/N": _event,
    "/people/N": _person,
    "/organisations": _organisation,
    "/retention/N": _retained,
    "/retention/N/erase": _erased,
}


def test_every_form_that_carries_a_version_has_an_example() -> None:
    found = set()
    for file in sorted((ROOT / "engine" / "web" / "templates").glob("*.html")):
        for form in re.findall(r"<form\b.*?</form>", file.read_text(), re.S):
            if 'name="version"' in form:
                path = re.sub(r"\{%.*?%\}", "", re.findall(r'action="([^"]+)"', form)[0])
                found.add(re.sub(r"\{\{.*?\}\}", "N", path))
    assert found | {"/retention/N/erase"} == set(VERSIONED)  # that one is asked once: values, and no form of its own


@pytest.mark.parametrize("route", VERSIONED)
def test_the_second_editor_is_told_and_loses_nothing(site: FastAPI, engine: Engine, route: str) -> None:
    stale = Stale(engine, site)
    login, path, body = VERSIONED[route](stale)
    visit = stale.visits[login]
    before = everything(engine)
    said = visit.client.post(path, data={"csrf": visit.csrf(), **body})
    assert said.status_code in {409, 412, 422}
    assert re.search("meanwhile|already", said.text)
    assert lacks(said.text, typed_in(body)) == []
    assert {name for name, rows in everything(engine).items() if rows != before[name]} == set()

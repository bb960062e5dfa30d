"""Every route and every role: what is not granted is refused, also by guessing numbers."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from engine import Engine
from engine.case.command import Actor
from engine.clock import SetClock
from engine.service.cases.views import Case
from engine.service.people.attempts import Throttle
from engine.web.app import ROOMS, create_site
from tests.conftest import START
from tests.integration import site as usual
from tests.integration.site import Visit, settle
from tests.steps import PUPIL, done

# Beside those of other tests one who sees to it how long cases are kept.
PEOPLE = usual.PEOPLE | {"dee": (["data_protection"], None)}
CASES = {"dee", "jo", "max", "sam", "pat", "lee", "kit"}
SEES = {"dee", "jo", "max", "sam", "lee"}
CHANGES = {"dee", "jo", "max", "sam"}
OPENS = {"jo", "sam", "pat"}
MEETS = {"dee", "jo", "max", "lee", "kit"}
HEARS = {"dee", "jo", "max", "lee"}
ADMIN = {"ada"}
ALL = set(PEOPLE)
CASE, DRAFT, MEETING = 1, 1, 1

# Who gets each page. Whoever is not named gets 404, as if there were no such page.
PAGES = {
    "/": ALL,
    "/profile": ALL,
    "/profile/code": ALL,
    "/profile/code/stop": set(),  # nobody has a second factor: test_web_proofs
    "/profile/recovery": set(),
    "/profile/passkeys": ALL,
    "/profile/passkeys/{number}/remove": set(),  # nobody has one: test_web_passkeys
    "/warnings": ALL,
    "/deputies": ALL,
    "/cases": CASES,
    "/cases.csv": CASES,
    "/cases.xlsx": CASES,
    "/cases-history.csv": CASES,
    "/cases-history.xlsx": CASES,
    "/board": CASES,
    "/board/diagram": CASES,
    "/board/diagram.svg": CASES,
    "/tasks": CASES,
    "/tasks/handed-over": CASES,
    "/dates": CASES,
    "/cases-new": OPENS,
    "/drafts/{number}": {"sam"},
    "/drafts/{number}/part/{part}": {"sam"},
    "/drafts/{number}/documents": {"sam"},
    "/drafts/{number}/check": {"sam"},
    "/drafts/{number}/discard": {"sam"},
    "/cases/{number}": SEES,
    "/cases/{number}/timeline": SEES | {"ann"},
    "/cases/{number}/accesses": SEES | {"ann"},
    "/cases/{number}/notes": SEES,
    "/cases/{number}/documents": SEES,
    "/cases/{number}/documents/{kind}/{copy}": SEES,
    "/cases/{number}/documents/{kind}/{copy}/page": SEES,
    "/cases/{number}/correct/{field}": {"dee"},
    "/cases/{number}/undo/{entry}": set(),  # the process names nobody for it: test_web_undo
    "/cases/{number}/link/{link}": set(),  # its process has no links
    "/cases/{number}/links/{entry}/remove": set(),  # it is linked with nothing
    "/cases/{number}/do/{name}": SEES,
    "/cases/{number}/do/{name}/check": SEES,
    "/cases/{number}/done/{seq}": SEES,
    "/cases/{number}/tasks/{name}": SEES,
    "/cases/{number}/tasks/{name}/move": SEES,
    "/histories": {"ann"},
    "/meetings": MEETS,
    "/meetings/{number}": HEARS,
    "/meetings/{number}/pack": HEARS,
    "/meetings/{number}/record": HEARS,
    "/meetings/{number}/cancel": {"jo"},
    "/meetings/{number}/move": {"jo"},
    "/meetings/{number}/book": {"jo"},
    "/meetings/{number}/intake": {"jo"},
    "/meetings/{number}/cases/{case}": HEARS,
    "/places": {"dee", "jo", "max"},
    "/registers": set(),  # its process has none: test_web_registers
    "/registers/{register}": set(),
    "/registers/{register}/table": set(),
    "/registers/{register}/table.csv": set(),
    "/retention": {"dee"},
    "/retention/{case}": {"dee"},
    "/retention/{case}/erase": {"dee"},
    "/retention/{case}/certificate": set(),  # nothing was erased
    "/processes": ADMIN,
    "/processes/{name}/{version}": ADMIN,
    "/processes/{name}/{version}/diagram.svg": ADMIN,
    "/processes-draft": ADMIN,
    "/people": ADMIN,
    "/people-new": ADMIN,
    "/people/{login}": ADMIN,
    "/people/{login}/tasks": ADMIN,
    "/people/{login}/deputies": ADMIN,
    "/organisations": ADMIN,
    "/outbox": ADMIN,
    "/journal": ADMIN | {"ann"},
}
OPEN = {
    "/sign-in",
    "/sign-in/code",
    "/sign-in/back",
    "/sign-in/organisation",
    "/sign-in/passkey",
    "/sign-in/passkey/challenge",
    "/sign-in/code/challenge",
    "/signed-out",
    "/invitation/{secret}",
    "/calendar/{secret}.ics",
}
# Whose form is looked at. Whoever is not named gets 404, and nothing changes.
FORMS = {
    "/sign-out": ALL,
    "/sign-out-everywhere": ALL,
    "/profile/password": ALL,
    "/profile/code": ALL,
    "/profile/code/stop": ALL,
    "/profile/recovery": ALL,
    "/profile/passkeys": ALL,
    "/profile/passkeys/challenge": ALL,
    "/profile/passkeys/made": ALL,
    "/profile/passkeys/{number}/remove": ALL,
    "/warnings/read": ALL,
    "/deputies": ALL,
    "/deputies/end": ALL,
    "/act-for": ALL,
    "/profile/sessions/end": ALL,
    "/profile/calendar": ALL,
    "/cases": CASES,
    "/cases/export": CASES,
    "/cases/views": CASES,
    "/cases/views/remove": CASES,
    "/tasks": CASES,
    "/drafts": OPENS,
    "/drafts/{number}/part/{part}": {"sam"},
    "/drafts/{number}/documents": {"sam"},
    "/drafts/{number}/send": {"sam"},
    "/drafts/{number}/discard": {"sam"},
    "/cases/{number}/correct/{field}": {"dee"},
    "/cases/{number}/undo/{entry}": set(),  # the process names nobody for it: test_web_undo
    "/cases/{number}/link/{link}": set(),
    "/cases/{number}/links/{entry}/remove": SEES,
    "/cases/{number}/do/{name}": SEES,
    "/cases/{number}/documents": SEES,
    "/cases/{number}/tasks/{name}/move": SEES,
    "/cases/{number}/notes": CHANGES,
    "/meetings": MEETS,
    "/meetings/{number}": HEARS,
    "/meetings/{number}/move": {"jo"},
    "/meetings/{number}/book": {"jo"},
    "/meetings/{number}/intake": {"jo"},
    "/meetings/{number}/cases/{case}": {"dee", "jo", "max"},
    "/processes-draft": ADMIN,
    "/processes-offered/{name}": ADMIN,
    "/people": ADMIN,
    "/people/{login}": ADMIN,
    "/people/{login}/tasks": ADMIN,
    "/people/{login}/deputies": ADMIN,
    "/people/{login}/deputies/end": ADMIN,
    "/people/{login}/invite": ADMIN,
    "/people/{login}/sign-out": ADMIN,
    "/organisations": ADMIN,
    "/registers/{register}": set(),  # its process has none: test_web_registers
    "/registers/{register}/table": set(),
    "/retention/{case}": {"dee"},
    "/retention/{case}/erase": {"dee"},
    "/outbox/hooks": ADMIN,
    "/outbox/hooks/remove": ADMIN,
    "/outbox/hooks/test": ADMIN,
    "/outbox/hooks/renew": ADMIN,
    "/outbox/release": ADMIN,
    "/outbox/again": ADMIN,
    "/outbox/test": ADMIN,
    "/outbox/all-again": ADMIN,
}
GONE = "/drafts/{number}/discard"  # a draft that is not theirs is as one that is gone already: nothing is left to do
ROUTES = [route for room in ROOMS for route in room.router.routes if isinstance(route, APIRoute)]


def filled(path: str) -> str:
    """The path with what stands for things that are there."""
    name = "hbep-referral" if "version" in path else "chase_panel" if "/tasks/" in path else "managed_move"
    values = {
        "number": CASE,
        "case": CASE,
        "part": 0,
        "kind": "referral_form",
        "copy": 1,
        "name": name,
        "seq": 1,
        "entry": 1,
        "field": "school",
        "link": "sibling",
        "register": "hbep-referral.providers",
    }
    return path.format(**values, version="2023-24.2", login="max", secret="none")


@pytest.fixture
def site(engine: Engine, clock: SetClock) -> FastAPI:
    settle(engine, PEOPLE)
    sam = engine.people.person("sam").actor
    case = done(engine.open_case("hbep-referral", sam, {**PUPIL, "school": "Hilltop"}, state="panel"))
    done(engine.add_document(case.id, "referral_form", b"%PDF-1.4 form", sam, media_type="application/pdf"))
    jo = engine.people.person("jo").actor
    answers = {"area": "hinckley", "panel_date": "2023-10-03", "ground": "At risk"}
    done(engine.fire(case.id, "book_panel", jo, answers))
    assert engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 3), time(13, 30), jo) == MEETING
    assert engine.desk.begin_draft("hbep-referral", "panel", sam) == DRAFT
    clock.set(START + timedelta(days=40))
    engine.run_due()
    return create_site(engine, address="http://localhost:8000", throttle=Throttle(1000, 1000))


def test_every_route_is_in_the_tables() -> None:
    pages = {route.path for route in ROUTES if "GET" in route.methods}
    forms = {route.path for route in ROUTES if "POST" in route.methods}
    assert pages - OPEN == set(PAGES)
    assert forms - OPEN == set(FORMS)


def test_every_page_for_every_role(site: FastAPI) -> None:
    wrong = []
    for login in PEOPLE:
        visit = Visit(site, login)
        for path, granted in PAGES.items():
            said = visit.client.get(filled(path))
            led = said.status_code == 303 and said.headers["location"].startswith(f"/cases/{CASE}")
            status = 200 if led else said.status_code
            if (status in {200, 409}) != (login in granted) or status not in {200, 404, 409}:
                wrong.append((login, path, status))
    assert wrong == []


def test_every_form_for_every_role(site: FastAPI, engine: Engine) -> None:
    wrong = []
    before = engine.case(CASE)
    people, organisations = engine.people.everybody(), engine.people.organisations()
    for login in PEOPLE:
        visit = Visit(site, login)
        token = visit.csrf()
        for path, granted in FORMS.items():
            if login in granted:
                continue
            status = visit.client.post(filled(path), data={"csrf": token, "text": "x", "document": "ehcp"}).status_code
            if status != (303 if path == GONE and login in CASES else 404):
                wrong.append((login, path, status))
    assert wrong == []
    assert engine.desk.draft(DRAFT, engine.people.person("sam").actor).id == DRAFT
    assert (engine.case(CASE), engine.people.everybody(), engine.people.organisations()) == (
        before,
        people,
        organisations,
    )


def test_who_is_not_signed_in_sees_nothing(site: FastAPI) -> None:
    visit = Visit(site)
    for path in PAGES:
        said = visit.client.get(filled(path))
        assert (said.status_code, said.headers["location"].split("?")[0]) == (303, "/sign-in"), path
    for path in FORMS:
        said = visit.client.post(filled(path))
        assert (said.status_code, said.headers["location"].split("?")[0]) == (303, "/sign-in"), path


def test_no_form_is_taken_without_its_token(site: FastAPI) -> None:
    for login in PEOPLE:
        visit = Visit(site, login)
        for path, granted in FORMS.items():
            if login in granted:
                assert visit.client.post(filled(path), data={"csrf": "x"}).status_code == 403, (login, path)


def test_other_numbers_lead_nowhere(site: FastAPI) -> None:
    visit = Visit(site, "jo")
    for path in ("/cases/2", "/cases/999999999", "/cases/0", "/cases/x", "/meetings/7", "/drafts/1", "/people/jo"):
        visit.get(path, 404)
    visit.get("/cases/1/documents/referral_form/2", 404)
    visit.get("/cases/1/documents/..%2f..%2fetc/1", 404)


def test_lists_hold_what_may_be_seen_and_no_more(site: FastAPI, engine: Engine) -> None:
    seen = {}
    for login in sorted(CASES):
        by = engine.people.person(login).actor
        seen[login] = [one.id for one in engine.cases(by=by).items]
        for case in (1,):
            try:
                found = isinstance(engine.case(case, by), Case)
            except LookupError:
                found = False
            assert (case in seen[login]) == found, login
    assert seen == {"dee": [1], "jo": [1], "max": [1], "sam": [1], "lee": [1], "pat": [], "kit": []}


def test_a_panel_member_sees_a_case_only_while_it_is_to_be_heard(engine: Engine, site: FastAPI) -> None:
    lee, jo = engine.people.person("lee").actor, engine.people.person("jo").actor
    assert engine.case(CASE, lee).id == CASE
    done(engine.fire(CASE, "managed_move", jo))
    assert [one.id for one in engine.cases(by=lee).items] == []
    with pytest.raises(LookupError):
        engine.case(CASE, lee)


def test_the_api_refuses_by_the_same_rule(engine: Engine, site: FastAPI) -> None:
    assert [login for login in sorted(PEOPLE) if _sees(engine, engine.people.person(login).actor)] == sorted(SEES)


def _sees(engine: Engine, by: Actor) -> bool:
    try:
        engine.report(CASE, by)
    except LookupError:
        return False
    return True

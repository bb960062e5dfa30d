"""Two partnerships that call everything alike: roles, states, areas, meetings, places. Neither hears of the other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.conftest import REFERRAL, START
from tests.devices import HERE, added
from tests.integration.site import BASE, PASSWORD, Visit, settle_accounts
from tests.integration.test_matrix import APART, _browser, _path, _routes
from tests.steps import done

PROCESSES = ("hbep-referral", "twin-referral")
# What belongs to each: the case's name, its ground, its organisation, who works there, and an organisation without any.
OWN = {
    "hbep-referral": ("Aurelia Finch", "Zyxfirst", "Hilltop", "Jolanda First", "Newfirst House"),
    "twin-referral": ("Barnaby Crow", "Qwvsecond", "Larkspur", "Kasimir Second", "Newsecond House"),
}
Found = dict[tuple[object, ...], str]
LOGINS = {"hbep-referral": ("jo1", "sam1", "lee1"), "twin-referral": ("jo2", "sam2", "lee2")}
ROLES = {"jo": ["coordinator", "manager"], "sam": ["school", "senco"], "lee": ["panel_member"]}
FILTERS = (
    "state=panel",
    "owner=coordinator",
    "status=all",
    "overdue=yes",
    "process=hbep-referral",
    "process=twin-referral",
)


@pytest.fixture
def engine(url: str, tmp_path: Path, clock: SetClock) -> Iterator[Engine]:
    made = Engine(url, documents=tmp_path / "documents", clock=clock)
    text = REFERRAL.read_text("utf-8")
    made.publish(REFERRAL)
    made.publish(text.replace("process: hbep-referral", "process: twin-referral"))
    for process in PROCESSES:
        name, ground, organisation, person, new = OWN[process]
        made.people.add_organisation(organisation, "hinckley", [process])
        made.people.add_organisation(new, "hinckley", [process])
        for login in LOGINS[process]:
            roles = [f"{process}/{role}" for role in ROLES[login[:3].rstrip("12")]]
            where = organisation if login[:3] in {"sam", "lee"} else None
            made.people.add(login, f"{person} {login}", roles, where, f"{login}@example.org")
        data = {"school": organisation, "key_stage": "KS3", "consent": "yes", "pupil_name": name, "ground": ground}
        case = done(made.open_case(process, f"{process}/coordinator", {**data, "area": "hinckley"}, state="panel")).id
        for paper in ("referral_form", "ehcp"):
            done(made.add_document(case, paper, name.encode(), f"{process}/coordinator", name=f"{name}.txt"))
        by = made.people.person(LOGINS[process][0]).actor
        made.desk.write_note(case, f"{name} for @jo1 and @jo2", by)
        done(made.fire(case, "book_panel", by, {"area": "hinckley", "panel_date": "2023-10-03", "ground": ground}))
        made.meetings.plan(process, "panel", "hinckley", date(2023, 10, 3), time(13, 30), by)
        made.desk.save_view(f"View of {person}", "state=panel&owner=coordinator", by)
        made.desk.begin_draft(process, "panel", made.people.person(LOGINS[process][1]).actor)
    clock.set(START + timedelta(days=40))
    made.run_due()
    yield made
    made.close()


def others(login: str) -> tuple[str, ...]:
    """What somebody of one partnership may read nowhere."""
    return next(OWN[process] for process, logins in LOGINS.items() if login not in logins)


def test_pages_tell_nothing_of_the_other_partnership(engine: Engine) -> None:
    site, wrong, own = create_site(engine), list[object](), 0
    gets = sorted({route.path for route in _routes() if "GET" in (route.methods or ())} - APART)
    for process, logins in LOGINS.items():
        for login in logins:
            client, csrf = _browser_of(engine, site, login)
            found: Found = {(route, n): client.get(_path(route, n)).text for route in gets for n in (1, 2)}
            for route in ("/cases", "/tasks", "/dates", "/board", "/places", "/meetings", "/cases/export"):
                found |= {(route, one): client.get(f"{route}?{one}").text for one in FILTERS}
            for number, part in itertools.product((1, 2), range(5)):
                found["draft", number, part] = client.get(f"/drafts/{number}/part/{part}").text
                found["meeting", number] = client.get(f"/meetings/{number}").text
            feed = engine.accounts.new_feed(login)
            found["feed", ""] = client.get(f"/calendar/{feed}.ics").text
            for word in ("panel", "1", "2", "hinckley"):
                sent = {"csrf": csrf, "search": word, "status": "all"}
                found |= {(one, word): client.post(one, data=sent).text for one in ("/cases", "/cases/export")}
            wrong += [(login, where, one) for where, text in found.items() for one in others(login) if one in text]
            own += sum(one in text for text in found.values() for one in OWN[process])
    assert wrong == []
    assert own > 50  # they do see what is theirs


def _browser_of(engine: Engine, site: object, login: str) -> tuple[TestClient, str]:
    class Of:
        pass

    world = Of()
    world.engine = engine  # type: ignore[attr-defined]
    return _browser(world, site, login)  # type: ignore[arg-type]


def test_the_api_and_what_is_sent_tell_nothing_of_the_other_partnership(engine: Engine) -> None:
    app, wrong = create_app(engine, per_minute=100_000), list[object]()
    for login in (one for logins in LOGINS.values() for one in logins):
        secret, _ = engine.people.issue_token(login, "", ["read"], 1)
        client = TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {secret}"})
        paths = [path for path, methods in app.openapi()["paths"].items() if "get" in methods]
        found: Found = {(path, n): client.get(_path(path, n)).text for path in paths for n in (1, 2)}
        for path in ("/api/v1/cases", "/api/v1/tasks"):
            found |= {(path, one): client.get(f"{path}?{one}").text for one in FILTERS}
        wrong += [(login, where, one) for where, text in found.items() for one in others(login) if one in text]
    assert wrong == []
    sent = list[str]()
    for number, login in ((1, "jo1"), (2, "jo2")):  # those of the beginning are too old to be sent
        by = engine.people.person(login).actor
        assert engine.desk.write_note(number, "For @jo1, @jo2, @sam1 and @sam2", by) is None
    assert engine.outbox.deliver(lambda message: sent.append(repr(message)))
    assert any("sam1@" in one and "case 1" in one for one in sent)
    assert any("sam2@" in one and "case 2" in one for one in sent)
    assert [one for one in sent if ("1@" in one and "case 2" in one) or ("2@" in one and "case 1" in one)] == []


def test_colleagues_and_partners_are_those_of_the_same_partnership(engine: Engine) -> None:
    for process, logins in LOGINS.items():
        by = engine.people.person(logins[0]).actor
        tasks = engine.tasks(by=by).items
        assert tasks
        assert {one.login for one in engine.colleagues(tasks, by)} <= set(logins)
        assert [one.name for one in engine.partners(process)] == sorted([OWN[process][2], OWN[process][4]])
        other = 2 if process == PROCESSES[0] else 1
        assert {one.case for one in tasks} == {3 - other}
        assert [one.title for one in engine.desk.views(by)] == [f"View of {OWN[process][3]}"]


def test_passkeys_of_both_partnerships_let_each_into_its_own(engine: Engine) -> None:
    settle_accounts(engine, ["jo1", "jo2"])
    # Two processes of the system serve the same installation: what one has asked, the other may be answered.
    url = engine.database.url.render_as_string(hide_password=False)
    other = Engine(url, documents=engine.documents, clock=engine.clock, keys=engine.safe._keys)
    sites = [create_site(one, address=HERE.origin, throttle=Throttle(1000, 1000)) for one in (engine, other)]
    devices = {"jo1": added(engine, "jo1")[0], "jo2": added(other, "jo2")[0]}
    cases = {"jo1": 1, "jo2": 2}
    for login, device in devices.items():
        foe = next(one for one in devices if one != login)
        visit, at = Visit(sites[0]), Visit(sites[1])
        asked = visit.post("/sign-in/passkey/challenge", status=200).text
        at.client.cookies.update(visit.client.cookies)
        assert at.client.post("/sign-in/passkey", data={"credential": device.used(asked)}).status_code == 303
        assert at.get(f"/cases/{cases[login]}").status_code == 200
        at.get(f"/cases/{cases[foe]}", 404)
        page = at.get("/profile").text
        assert page.count("Laptop") == 2  # one passkey, with its link to remove it
        [number] = [one.number for one in engine.passkeys.of(foe)]
        at.get(f"/profile/passkeys/{number}/remove", 404)
        # The passkey of the other one confirms nothing here, neither in their session nor with their password.
        said = devices[foe].used(at.post("/profile/passkeys/challenge", status=200).text)
        form = {"current": PASSWORD, "credential": said}
        at.post("/profile/recovery", form, 422)
        at.post(f"/profile/passkeys/{number}/remove", form)
        half = Visit(sites[0])
        assert half.client.post("/sign-in", data={"login": login, "password": PASSWORD}).status_code == 303
        said = devices[foe].used(half.post("/sign-in/code/challenge", status=200).text)
        assert half.client.post("/sign-in/code", data={"credential": said}).status_code == 403
    for login in devices:
        assert [one.name for one in other.passkeys.of(login)] == ["Laptop"]
        told = [one.said for one in engine.warnings.unread(engine.people.person(login).actor)]
        assert [one for one in told if "Laptop" in one and login not in one] == []
    other.close()

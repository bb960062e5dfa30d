"""Everybody, every case, every route and command: of a case that somebody may not see, nothing is told anywhere.

The routes and commands are those that there are: one that has no answer here fails.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer.main
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response

from engine import Engine
from engine.api.app import create_app
from engine.case.command import Actor
from engine.case.refusal import Refusal
from engine.case.sight import Action, may
from engine.cli.main import HOMES, app_with, run
from engine.clock import SetClock
from engine.service.processes.catalogue import UnknownProcess
from engine.web.app import ROOMS, create_site
from tests.conftest import LOAN, REFERRAL, START
from tests.integration.site import BASE
from tests.part import part
from tests.steps import done

# A role of this name is in both processes: it gives nothing in the other one.
SHARED = LOAN.read_text().replace("clerk", "coordinator")
PEOPLE = {
    "jo": (["hbep-referral/coordinator"], None),
    "sam": (["school"], "Hilltop"),
    "lee": (["panel_member"], "Hilltop"),
    "cleo": (["equipment-loan/coordinator"], None),
    "mia": (["member"], "Hilltop"),
    "ada": (["administrator"], None),
    "ann": (["auditor"], None),
    "nil": ([], "Hilltop"),
}
# What nobody may read who may not see the case: in the label, in another field, and whose it is.
SECRETS = {
    "own": ("Zebedee Quick", "Marigold"),
    "other": ("Yolanda Pike", "Foxglove", "Ravenscourt"),
    "ended": ("Wilfred Stone", "Larkspur"),
    "anonymous": ("Ursula Thorne",),
    "loan": ("Xanthe Mole", "Rowing Club"),
}
SEES = {
    "jo": {"own", "other", "ended", "anonymous"},
    "sam": {"own", "ended", "anonymous"},
    "lee": {"own"},  # it stands on the agenda of the area
    "cleo": {"loan"},
}
MISSING = 9999


class World:
    """One installation with two partnerships, and a case of each kind."""

    def __init__(self, engine: Engine, clock: SetClock) -> None:
        self.engine = engine
        engine.publish(REFERRAL)
        engine.publish(SHARED)
        engine.people.add_organisation("Hilltop", "hinckley")
        for login, (roles, organisation) in PEOPLE.items():
            engine.people.add(login, login.capitalize(), roles, organisation)
        self.actors = {login: engine.people.person(login).actor for login in PEOPLE}
        self.cases = {
            "own": self._referral("own", "Hilltop"),
            "other": self._referral("other", "Ravenscourt"),
            "ended": self._referral("ended", "Hilltop"),
            "anonymous": self._referral("anonymous", "Hilltop"),
            "loan": self._loan(),
        }
        jo = self.actors["jo"]
        answers = {"area": "hinckley", "panel_date": "2023-10-03", "ground": "Marigold"}
        done(engine.fire(self.cases["own"], "book_panel", jo, answers))
        done(engine.fire(self.cases["ended"], "withdraw", jo, {"reason": "Moved"}))
        done(engine.fire(self.cases["anonymous"], "record_consent", jo, {"consent": "no"}))
        assert engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 3), time(13, 30), jo) == 1
        assert engine.desk.begin_draft("hbep-referral", "panel", self.actors["sam"]) == 1
        clock.set(START + timedelta(days=40))
        engine.run_due()

    def _referral(self, kind: str, school: str) -> int:
        secrets = SECRETS[kind]
        data = {"school": school, "key_stage": "KS3", "consent": "yes", "pupil_name": secrets[0]}
        data |= {"ground": secrets[1]} if len(secrets) > 1 else {}
        case = done(self.engine.open_case("hbep-referral", "hbep-referral/coordinator", data, state="panel")).id
        # What stands in a file is for whoever sees the case: there people are warned before they add it.
        paper = b"nobody" if kind == "anonymous" else secrets[0].encode()
        done(self.engine.add_document(case, "referral_form", paper, "coordinator", name=f"{secrets[0]}.txt"))
        done(self.engine.add_document(case, "ehcp", b"x", "coordinator"))
        self.engine.desk.write_note(case, f"{secrets[0]} was here", Actor.of("hbep-referral/coordinator"))
        return case

    def _loan(self) -> int:
        data = {"club": "Rowing Club", "item": "lathe"}
        case = done(self.engine.open_case("equipment-loan", "equipment-loan/coordinator", data)).id
        return done(self.engine.fire(case, "write_note", "equipment-loan/coordinator", {"note": "Xanthe Mole"})).id

    def sees(self, login: str, number: int) -> bool:
        """Whether the case is for this person."""
        return number in {self.cases[kind] for kind in SEES.get(login, ())}

    def hidden(self, login: str) -> list[str]:
        """What this person may read nowhere."""
        unseen = [kind for kind, number in self.cases.items() if not self.sees(login, number)]
        found = [secret for kind in unseen for secret in SECRETS[kind]]
        return [*found, *SECRETS["anonymous"]] if login != "jo" else found

    def unseen(self, login: str) -> Iterator[int]:
        """The numbers of the cases that are none to this person."""
        return (number for number in self.cases.values() if not self.sees(login, number))


def test_one_rule_says_who_sees_what(world: World) -> None:
    for login, by in world.actors.items():
        seen = {kind for kind, case in world.cases.items() if may(by, Action.SEE, *world.engine.seen(case, None))}
        assert seen == SEES.get(login, set()), login
        assert {one.id for one in world.engine.cases(by=by).items} == {world.cases[kind] for kind in seen}, login


def _routes() -> list[APIRoute]:
    return [route for room in ROOMS for route in room.router.routes if isinstance(route, APIRoute)]


def _operations(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path of the API, as it describes itself."""
    found = [(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods]
    assert len(found) > 15
    return sorted(found)


ANSWERS = {"part": 0, "kind": "referral_form", "copy": 1, "seq": 1, "version": "2023-24.2", "login": "jo"}
ANSWERS |= {
    "field": "pupil_name",
    "event": "managed_move",
    "task": "chase_panel",
    "document": "referral_form",
    "decision": "hold",
    "link": "sibling",
    "register": "hbep-referral.providers",
    "entry": 1,
}
NAMES = {"/tasks/": "chase_panel", "/do/": "managed_move", "/processes": "hbep-referral"}
# They end a session, or are for who comes with a secret and no session; test_web_signing looks at them.
APART = {
    "/sign-in",
    "/sign-in/code",
    "/sign-in/back",
    "/sign-in/organisation",
    "/sign-in/passkey",
    "/sign-in/passkey/challenge",
    "/sign-in/code/challenge",
    "/signed-out",
    "/sign-out",
    "/sign-out-everywhere",
    "/profile/sessions/end",
    "/invitation/{secret}",
    "/calendar/{secret}.ics",
}


def _path(route: str, case: int) -> str:
    """The address of a route with what stands for things that are there."""
    name = next((name for part, name in NAMES.items() if part in route), "")
    number = case if route.removeprefix("/api/v1").startswith("/cases/") else 1
    return route.format(**ANSWERS, number=number, case=case, name=name)


def _is_of_case(route: str) -> bool:
    return route.removeprefix("/api/v1").startswith("/cases/{number}") or "{case}" in route


def _leaks(world: World, login: str, text: str) -> list[str]:
    return [secret for secret in world.hidden(login) if secret in text]


def _browser(world: World, site: FastAPI, login: str) -> tuple[TestClient, str]:
    said = {"origin": BASE}
    client = TestClient(site, base_url=BASE, headers=said, raise_server_exceptions=False, follow_redirects=False)
    key = world.engine.accounts.sign_in_as(login)
    assert key is not None
    client.cookies.set("casework", key, domain="127.0.0.1")
    session = world.engine.accounts.session(key)
    assert session is not None
    return client, session.csrf


def _some(world: World, place: int) -> Sequence[str]:
    """Everybody; on PostgreSQL every second, as what somebody sees is the same question there."""
    return tuple(PEOPLE) if world.engine.database.is_sqlite else part(tuple(PEOPLE), place, 2)


def test_pages_tell_nothing_of_what_is_not_seen(world: World) -> None:
    site, wrong = create_site(world.engine), []
    gets = sorted({route.path for route in _routes() if "GET" in route.methods} - APART)
    for login in _some(world, 0):
        client, _ = _browser(world, site, login)
        cases, unseen = [*world.cases.values(), MISSING], set(world.unseen(login))
        for route in gets:
            of_case = _is_of_case(route)
            found = {case: client.get(_path(route, case)) for case in (cases if of_case else [0])}
            for case, said in found.items():
                text = said.text + str(said.headers)
                wrong += [(login, route, case, leak) for leak in _leaks(world, login, text)]
                if case in unseen and route not in HISTORIES.get(login, set()):
                    wrong += _differs((login, route, case), _whole(said), _whole(found[MISSING]))
                if not of_case:
                    wrong += [(login, route, number) for number in unseen if f'/cases/{number}"' in text]
    assert wrong == []


# Auditors read what happened, without content, of every case.
HISTORIES = {"ann": {"/cases/{number}/timeline", "/cases/{number}/accesses", "/api/v1/cases/{number}/accesses"}}


def _whole(answer: Response) -> tuple[int, dict[str, str], str]:
    """A whole answer: its status, its headers and every letter of its body."""
    return answer.status_code, dict(answer.headers), answer.text


def _differs(where: tuple[object, ...], found: object, missing: object) -> list[tuple[object, ...]]:
    return [] if found == missing else [(*where, found, missing)]


FORM = {"text": "x", "document": "ehcp", "action": "done", "step": "do", "key": "k", "status": "all", "show": "all"}


def test_forms_tell_nothing_of_what_is_not_seen(world: World) -> None:
    site, wrong = create_site(world.engine), []
    before = {number: world.engine.case(number) for number in world.cases.values()}
    posts = sorted({route.path for route in _routes() if "POST" in route.methods} - APART)
    for login in _some(world, 1):
        client, csrf = _browser(world, site, login)
        for route in (route for route in posts if _is_of_case(route)):
            missing = client.post(_path(route, MISSING), data={"csrf": csrf, **FORM})
            for case in world.unseen(login):
                said = client.post(_path(route, case), data={"csrf": csrf, **FORM})
                wrong += _differs((login, route, case), _whole(said), _whole(missing))
                wrong += [(login, route, case, leak) for leak in _leaks(world, login, said.text)]
        for number, action in itertools.product([*world.unseen(login), MISSING], ("done", "claim", "assign")):
            sent = {"csrf": csrf, **FORM, "action": action, "person": "jo", "task": f"{number}/chase_panel"}
            said = client.post("/tasks", data=sent)
            assert said.status_code == 404, (login, number, action)
        for secret in (*world.hidden(login), "1"):
            for route in ("/cases", "/cases/export"):
                said = client.post(route, data={"csrf": csrf, "status": "all", "search": secret.split()[0]})
                text = said.text.replace(secret.split()[0], "", 3)  # what was searched for stands in its box
                wrong += [(login, route, leak) for leak in _leaks(world, login, text) if leak != secret]
                wrong += [(login, route, n) for n in world.unseen(login) if f'/cases/{n}"' in text]
    assert wrong == []
    assert {number: world.engine.case(number) for number in world.cases.values()} == before


def test_calendars_tell_of_what_is_seen(world: World) -> None:
    site = create_site(world.engine)
    for login in PEOPLE:
        client = TestClient(site, base_url=BASE)
        feed = client.get(f"/calendar/{world.engine.accounts.new_feed(login)}.ics").text
        assert _leaks(world, login, feed) == []
        assert [number for number in world.unseen(login) if f"case {number}" in feed] == [], login


def test_the_api_tells_nothing_of_what_is_not_seen(world: World) -> None:
    app, wrong = create_app(world.engine, per_minute=100_000), []
    before = {number: world.engine.case(number) for number in world.cases.values()}
    routes = _operations(app)
    for login in _some(world, 1):
        secret, _ = world.engine.people.issue_token(login, "", ["read", "write"], 1)
        client = TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)
        for method, route in routes:
            unseen = list(world.unseen(login))
            cases = [MISSING, *(unseen if method != "GET" else world.cases.values())] if _is_of_case(route) else [0]
            body = {"process": "equipment-loan" if login != "cleo" else "hbep-referral", "data": {}, "person": "jo"}
            found = {
                case: client.request(method, _path(route, case), json=None if method == "GET" else body)
                for case in cases
                if method == "GET" or _is_of_case(route)
            }
            for case, said in found.items():
                wrong += [(login, route, case, leak) for leak in _leaks(world, login, said.text + str(said.headers))]
                if case in unseen and route not in HISTORIES.get(login, set()):
                    wrong += _differs((login, method, route, case), said.status_code, found[MISSING].status_code)
                    same = said.text.replace(f" {case}.", f" {MISSING}.") == found[MISSING].text
                    wrong += [] if same else [(login, method, route, case, said.text)]
    assert wrong == []
    assert {number: world.engine.case(number) for number in world.cases.values()} == before


def test_the_api_keeps_processes_apart(world: World) -> None:
    app = create_app(world.engine, per_minute=100_000)
    known = {
        "jo": ["hbep-referral"],
        "cleo": ["equipment-loan"],
        "nil": [],
        "ada": ["equipment-loan", "hbep-referral"],
    }
    for login, names in known.items():
        secret, _ = world.engine.people.issue_token(login, "", ["read", "write"], 1)
        client = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
        assert [one["process"] for one in client.get("/api/v1/processes").json()] == names
        for name in {"equipment-loan", "hbep-referral"} - set(names):
            for path in (f"/processes/{name}", f"/cases?process={name}"):
                said = client.get(f"/api/v1{path}")
                assert said.status_code == 404, (login, path)
                assert "Published: " + (", ".join(names) or "none yet") in said.json()["detail"]
        assert client.get("/api/v1/cases?state=lent").status_code == (200 if "equipment-loan" in names else 404)
        said = client.post("/api/v1/cases", json={"process": "nowhere"})
        assert not [one for one in {"equipment-loan", "hbep-referral"} - set(names) if one in said.text]


def test_a_process_of_others_is_none(world: World) -> None:
    engine = world.engine
    for by in (world.actors["cleo"], world.actors["nil"], "equipment-loan/coordinator", "clerk"):
        said = set()
        for name in ("hbep-referral", "nowhere"):
            with pytest.raises(UnknownProcess) as told:
                engine.open_case(name, by, {})
            said.add(str(told.value).replace(name, ""))
        assert len(said) == 1, by
    with pytest.raises(UnknownProcess):
        engine.desk.begin_draft("hbep-referral", "panel", world.actors["cleo"])
    refused = engine.open_case("hbep-referral", world.actors["lee"], {})
    assert isinstance(refused, Refusal)
    assert refused.code == "not_allowed"


def test_organisations_of_another_partnership_are_not_offered(world: World) -> None:
    engine, site = world.engine, create_site(world.engine)
    for name in ("Rowing Club", "Larkspur Hall", "Ravenscourt", "New Academy"):
        engine.people.add_organisation(name)
    engine.people.add("max", "Max", ["equipment-loan/member"], "Larkspur Hall")
    names = {process: [one.name for one in engine.partners(process)] for process in ("hbep-referral", "equipment-loan")}
    assert names["hbep-referral"] == ["Hilltop", "Ravenscourt"]  # the new one is of none yet
    assert names["equipment-loan"] == ["Hilltop", "Larkspur Hall", "Rowing Club"]
    draft = engine.desk.begin_draft("hbep-referral", "panel", world.actors["jo"])
    client, _ = _browser(world, site, "jo")
    pages = "".join(client.get(f"/drafts/{draft}/part/{part}").text for part in range(5))
    assert "Ravenscourt" in pages
    assert [one for one in ("Rowing Club", "Larkspur Hall", "New Academy") if one in pages] == []


def test_a_new_organisation_is_of_the_processes_that_know_its_area(world: World) -> None:
    engine = world.engine
    engine.people.add_organisation("New Academy", "bosworth")
    engine.people.add_organisation("Nowhere House", "of no process")
    names = {process: {one.name for one in engine.partners(process)} for process in ("hbep-referral", "equipment-loan")}
    assert names["hbep-referral"] & {"New Academy", "Nowhere House"} == {"New Academy"}
    assert names["equipment-loan"] & {"New Academy", "Nowhere House"} == set()
    data = {"school": "New Academy", "key_stage": "KS3", "consent": "yes"}
    first = done(engine.open_case("hbep-referral", "hbep-referral/coordinator", data, state="panel"))
    assert engine.case(first.id).data["area"] == "bosworth"
    done(engine.open_case("equipment-loan", "equipment-loan/coordinator", {"club": "New Academy", "item": "lathe"}))
    assert "New Academy" in {one.name for one in engine.partners("equipment-loan")}


# What each command is asked: how it names a case, if it does; None where it shows none, or is for who keeps the house.
COMMANDS: dict[str, list[str] | None] = {
    "open": None,
    "fire": ["{case}", "managed_move"],
    "show": ["{case}"],
    "cases": ["--limit", "100"],
    "accesses": ["{case}"],
    "add-document": ["{case}", "ehcp", "paper.txt"],
    "tasks": ["--limit", "100"],
    "task done": ["{case}", "chase_panel"],
    "task assign": ["{case}", "chase_panel", "jo"],
    "task claim": ["{case}", "chase_panel"],
    "link": ["{case}", "sibling", "1"],
    "unlink": ["{case}", "1", "--reason", "x"],
    "due": ["--limit", "100"],
    **dict.fromkeys(("worker", "serve", "check", "test", "diagram", "init", "publish", "verify", "backup"), None),
    **dict.fromkeys(("restore", "demo", "organisation add", "organisation list", "person add", "person change"), None),
    **dict.fromkeys(("organisation change", "mail-test", "head", "journal", "rotate-key", "upgrade", "lsp"), None),
    **dict.fromkeys(("outbox list", "outbox release", "doctor"), None),
    **{f"retention {one}": ["{case}", "--reason", "x"] for one in ("hold", "release", "ask", "withdraw")},
    "subject export": ["Nobody", "--out", "out"],
    "correct": ["{case}", "pupil_name=x", "--entry", "1", "--reason", "x"],
    "undo": ["{case}", "--reason", "x"],
    **{f"retention {one}": ["{case}"] for one in ("erase", "certificate")},
    "meeting list": ["--since", "2000-01-01"],
    "meeting show": ["1"],
    "register list": [],
    "register rows": ["providers"],
    "register add": ["providers", "name=x"],
    "register export": ["providers", "rows.csv"],
    "register import": ["providers", "paper.txt"],
    "charges": ["hbep-referral", "programme", "--from", "2023-01-01", "--until", "2023-01-02"],
    "warning list": [],
    "deputy add": ["sam", "nil", "--first", "2030-01-01", "--last", "2030-01-02"],
    "deputy list": ["sam"],
    "deputy end": ["1"],
    "warning read": ["1"],
    "person hand-on": ["jo", "--to", "sam"],
    "person handed-over": ["jo"],
    **dict.fromkeys(("person list", "person invite", "token issue", "token revoke", "token list"), None),
}
WRITTEN = {
    "sam": "sam:hbep-referral/school@Hilltop",
    "lee": "lee:panel_member",
    "cleo": "cleo:equipment-loan/coordinator",
    "ada": "ada:administrator",
    "nil": "nil:@Hilltop",
}


def _commands(group: Any, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


@pytest.mark.usefixtures("commands")
def test_commands_tell_nothing_of_what_is_not_seen(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(_commands(typer.main.get_command(app_with(HOMES)))) == set(COMMANDS)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "paper.txt").write_text("paper")
    wrong, before = [], {number: world.engine.case(number) for number in world.cases.values()}
    for (name, arguments), (login, by) in itertools.product(COMMANDS.items(), WRITTEN.items()):
        if arguments is None:
            continue
        of_case = "{case}" in arguments
        cases = [MISSING, *_unseen_by(world, by)] if of_case else [0]
        said = {case: _said([*name.split(), *arguments, "--by", by], case, capsys) for case in cases}
        for case, (code, text) in said.items():
            wrong += [(login, name, case, leak) for leak in _hidden_of(world, by) if leak in text]
            if of_case:
                missing = (said[MISSING][0], said[MISSING][1].replace(str(MISSING), str(case)))
                wrong += [] if (code, text) == missing else [(login, name, case, code, text)]
    assert wrong == []
    assert {number: world.engine.case(number) for number in world.cases.values()} == before


def _unseen_by(world: World, by: str) -> list[int]:
    return [one for one in world.cases.values() if not may(Actor.of(by), Action.SEE, *world.engine.seen(one, None))]


def _hidden_of(world: World, by: str) -> Iterable[str]:
    numbers = _unseen_by(world, by)
    return [secret for kind, number in world.cases.items() if number in numbers for secret in SECRETS[kind]]


def _said(arguments: list[str], case: int, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    code = run([one.format(case=case) for one in arguments])
    out, error = capsys.readouterr()
    return code, out + error


def test_who_is_not_active_is_nobody(world: World) -> None:
    engine, site = world.engine, create_site(world.engine)
    secret, _ = engine.people.issue_token("jo", "", ["read", "write"], 1)
    feed, client = engine.accounts.new_feed("jo"), _browser(world, site, "jo")[0]
    asked = TestClient(create_app(engine), headers={"Authorization": f"Bearer {secret}"})
    assert client.get("/cases/1").status_code == asked.get("/api/v1/cases/1").status_code == 200
    engine.people.change(replace(engine.people.person("jo"), active=False))
    for route in sorted({route.path for route in _routes() if "GET" in route.methods} - APART):
        said = client.get(_path(route, 1))
        assert (said.status_code, said.headers["location"].split("?")[0]) == (303, "/sign-in"), route
    for method, path in _operations(create_app(engine)):
        assert asked.request(method, _path(path, 1)).status_code == 401, (method, path)
    assert TestClient(site, base_url=BASE).get(f"/calendar/{feed}.ics").status_code == 404

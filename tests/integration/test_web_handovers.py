"""Handing tasks on, by page, command line and API. What may be handed on is tried in test_handovers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.cli.main import run
from engine.clock import SetClock
from engine.web.app import create_site
from engine.web.people import handovers
from tests.conftest import START
from tests.integration.site import PASSWORD, Visit, settle
from tests.integration.test_handovers import COORDINATOR, given, leave, person


@pytest.fixture
def engine(engine: Engine, clock: SetClock) -> Engine:
    settle(engine)
    clock.set(START + timedelta(days=60))
    engine.people.add("kim", "Kim", [COORDINATOR], email="kim@example.org")
    engine.accounts.set_password("kim", PASSWORD)
    return engine


def main_of(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page.partition("<main")[2]).split())


def test_who_makes_somebody_inactive_is_led_to_their_tasks(engine: Engine) -> None:
    tasks = [given(engine, "jo"), given(engine, "jo")]
    ada = Visit(create_site(engine), "ada")
    assert "Open tasks" not in main_of(ada.get("/people/max").text)
    assert "2 open tasks are given to them. Hand them on" in main_of(ada.get("/people/jo").text)
    sent = {"name": "Jo", "roles": [COORDINATOR]}  # without "May sign in"
    done = ada.post("/people/jo", sent).headers["location"]
    assert "Not active 2 open tasks are given to them." in main_of(ada.get(done).text)
    assert "2 open tasks of Jo: hand on" in main_of(ada.get("/people").text)
    page = main_of(ada.get("/people/jo/tasks").text)
    assert "2 open tasks are given to Jo. Until somebody takes them on, they stand in the lists of their roles." in page
    assert "Kim (kim)" not in page
    assert "Give them back to their roles" in page
    assert "2 tasks were of cases that you may not see" in main_of(
        ada.post("/people/jo/tasks", {"to": "kim"}, 409).text
    )
    done = ada.post("/people/jo/tasks", {"to": "-"}).headers["location"]
    page = main_of(ada.get(done).text)
    assert "2 tasks were handed on." in page
    assert "No open task is given to Jo." in page
    assert [engine.tasks(case=case).items[0].person for case, _ in tasks] == [None, None]
    again = ada.post("/people/jo/tasks", {"to": "-"}).headers["location"]  # the second click
    assert "handed on" not in main_of(ada.get(again).text)
    assert "open task" not in main_of(ada.get("/people").text)


def test_a_name_that_is_not_offered_is_refused_and_nothing_changes(engine: Engine) -> None:
    case, _ = given(engine, "jo")
    ada = Visit(create_site(engine), "ada")
    leave(engine, "max")
    engine.people.change(replace(engine.people.person("ada"), roles=("administrator", "equipment-loan/clerk")))
    ada.client.post("/sign-in", data={"login": "ada", "password": PASSWORD})
    for to in ("max", "ghost", "jo", ""):
        assert "Choose to whom they go." in main_of(ada.post("/people/jo/tasks", {"to": to}, 422).text)
    ada.get("/people/ghost/tasks", 404)
    ada.post("/people/ghost/tasks", {"to": "-"}, 404)
    assert engine.tasks(case=case).items[0].person == "jo"


def test_an_administrator_who_sees_no_cases_is_told_what_they_can_do_of_somebody_active(engine: Engine) -> None:
    case, _ = given(engine, "jo")
    ada = Visit(create_site(engine), "ada")
    page = ada.get("/people/jo/tasks").text
    assert "Once they are not, you can give them back to their roles. Change Jo" in main_of(page)
    assert 'name="to"' not in page
    told = main_of(ada.post("/people/jo/tasks", {"to": "-"}, 409).text)  # a page of before
    assert "1 task was of cases that you may not see" in told
    assert "Once this person is not active, you can give them back to their roles." in told
    assert engine.tasks(case=case).items[0].person == "jo"


def test_an_administrator_who_sees_some_cases_is_told_of_the_others(engine: Engine) -> None:
    seen, _ = given(engine, "jo")
    engine.people.change(replace(engine.people.person("ada"), roles=("administrator", "equipment-loan/clerk")))
    ada = Visit(create_site(engine), "ada")
    leave(engine, "jo")
    page = main_of(ada.get("/people/jo/tasks").text)
    assert "Kim (kim)" in page
    assert "Jo (jo)" not in page
    told = main_of(ada.post("/people/jo/tasks", {"to": "kim"}, 409).text)
    assert "1 task was of cases that you may not see" in told
    assert "You can give them back to their roles." in told
    ada.post("/people/jo/tasks", {"to": "-"})
    assert engine.tasks(case=seen).items[0].person is None


def test_what_will_go_is_shown_some_is_left_out_and_who_took_over_is_led_to_a_summary(engine: Engine) -> None:
    (one, task), (other, _) = given(engine, "jo"), given(engine, "jo")
    elsewhere, _ = given(engine, "jo", "Elsewhere")
    engine.people.change(
        replace(engine.people.person("ada"), roles=("administrator", "hbep-referral/school"), organisation="Hilltop")
    )
    site = create_site(engine)
    ada, kim = Visit(site, "ada"), Visit(site, "kim")
    page = ada.get("/people/jo/tasks").text
    told = main_of(page)
    assert "What will be handed on All open tasks are, but for those that you leave out here." in told
    assert "1 open task is of cases that you may not see." in told
    assert "Where it stands Area panel, since 11 September 2023" in told
    assert re.findall(r'name="without" value="([^"]+)"', page) == [f"{one}/{task}", f"{other}/{task}"]
    engine.people.change(replace(engine.people.person("ada"), roles=("administrator", COORDINATOR), organisation=None))
    ada.client.post("/sign-in", data={"login": "ada", "password": PASSWORD})
    ada.get("/people/jo/tasks")
    again = ada.post("/people/jo/tasks", {"to": "ghost", "without": f"{one}/{task}"}, 422).text
    assert re.findall(r'value="([^"]+)" checked', again) == [f"{one}/{task}"]
    told = ada.post("/people/jo/tasks", {"to": "sam", "without": f"{one}/{task}"}, 409).text
    assert "1 task was handed on; the others stay." in main_of(told)
    assert f"Case {elsewhere}, {task}: " in main_of(told)
    assert f"Case {one}, {task}: " not in main_of(told)
    assert "/tasks/handed-over?person=sam&amp;was_with=jo" in told
    assert [engine.tasks(case=case).items[0].person for case in (one, other, elsewhere)] == ["jo", "sam", "jo"]
    engine.hand_on("jo", "kim", person(engine, "max"))
    assert 'href="/tasks/handed-over"' in kim.get("/tasks?show=mine").text
    page = kim.get("/tasks/handed-over").text
    told = main_of(page)
    assert "Handed over to you" in told
    assert f'href="/cases/{one}"' in page
    assert (
        "Bring the case to a decision of the panel Since Mon 23 Oct 2023 : overdue by 18 days From Jo, 10 November"
        in told
    )
    assert "Last Document added: SEND plan, 10 November 2023, by Partnership Coordinator" in told
    assert "casework-no-print" not in page.partition("<main")[2].partition("</main")[0]  # nothing of it is left out
    assert "Case " + str(elsewhere) in told
    engine.people.change(
        replace(engine.people.person("ada"), roles=("administrator", "hbep-referral/school"), organisation="Hilltop")
    )
    ada.client.post("/sign-in", data={"login": "ada", "password": PASSWORD})
    seen = main_of(ada.get("/tasks/handed-over?person=kim&was_with=jo").text)
    assert "Handed over to Kim" in seen
    assert f"Case {one} " in seen
    assert f"Case {elsewhere} " not in seen
    nothing = "Nothing that is open now was with somebody else before"
    assert nothing in main_of(ada.get("/tasks/handed-over?person=nobody").text)
    assert nothing in main_of(kim.get("/tasks/handed-over?since=2023-11-11").text)
    assert nothing not in main_of(kim.get("/tasks/handed-over?since=soon").text)
    done = ada.post("/people/jo/tasks", {"to": "kim"}).headers["location"]  # nothing is left: sent twice
    assert "/tasks/handed-over?person=kim&amp;was_with=jo" in ada.get(done).text


def test_a_summary_of_many_cases_is_printed_in_parts(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [given(engine, "jo")[0] for _ in range(3)]
    engine.hand_on("jo", "kim", person(engine, "max"))
    monkeypatch.setattr(handovers, "CASES", 2)
    kim, found = Visit(create_site(engine), "kim"), list[str]()
    page = kim.get("/tasks/handed-over?was_with=jo").text
    assert "This is one part of several" in main_of(page)
    [href] = re.findall(r'href="(/tasks/handed-over[^"]+)" rel="next"', page)
    for text in (page, kim.get(href.replace("&amp;", "&")).text):
        found += re.findall(r'id="case-(\d+)"', text)
    assert found == [str(one) for one in numbers]
    engine.hand_on("kim", "jo", person(engine, "max"))
    engine.people.change(replace(engine.people.person("ada"), roles=("administrator", COORDINATOR)))
    ada = Visit(create_site(engine), "ada")
    told = main_of(ada.get("/people/jo/tasks").text)
    assert "The first 2 cases that you may see are shown; the tasks of the others go, too." in told


@pytest.mark.parametrize("login", ["jo", "sam", "ann"])
def test_only_administrators_hand_the_tasks_of_others_on_there(engine: Engine, login: str) -> None:
    case, _ = given(engine, "kim", by="jo")
    visit = Visit(create_site(engine), login)
    visit.get("/people/kim/tasks", 404)
    visit.post("/people/kim/tasks", {"to": "-"}, 404)
    assert engine.tasks(case=case).items[0].person == "kim"


def test_tasks_that_are_left_behind_are_told_first_and_given_from_their_list(engine: Engine) -> None:
    case, task = given(engine, "jo")
    kim = Visit(create_site(engine), "kim")
    assert "left by people" not in main_of(kim.get("/").text)
    leave(engine, "jo")
    assert "1 task is stranded: given to people who can do them no more" in main_of(kim.get("/").text)
    page = kim.get("/tasks?show=stranded").text
    assert f"{case}/{task}" in page
    assert "Given to people who can do them no more" in main_of(page)
    sent = {"show": "stranded", "task": f"{case}/{task}", "action": "assign", "person": "kim"}
    kim.post("/tasks", sent)
    assert "There are no tasks here." in main_of(kim.get("/tasks?show=stranded").text)
    assert engine.tasks(case=case).items[0].person == "kim"


def test_a_service_asks_for_them_too(engine: Engine) -> None:
    task, _ = given(engine, "jo"), given(engine, "kim", by="jo")
    leave(engine, "jo")
    secret, _ = engine.people.issue_token("kim", "", ["read"], 1)
    client = TestClient(create_app(engine), headers={"Authorization": f"Bearer {secret}"})
    found = client.get("/api/v1/tasks", params={"stranded": "true"}).json()["items"]
    assert [(one["case"], one["task"]) for one in found] == [task]


@pytest.mark.usefixtures("commands")
def test_commands_tell_of_them_and_hand_them_on(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    case, task = given(engine, "jo")
    other, _ = given(engine, "kim", by="jo")

    def said(*words: str) -> tuple[int, str]:
        code = run(list(words))
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    code, text = said("person", "change", "jo", "--inactive")
    assert (code, "1 open task is given to jo still: casework person hand-on jo --to LOGIN" in text) == (0, True)
    found = json.loads(said("tasks", "--stranded", "--json")[1])["items"]
    assert [(one["case"], one["task"]) for one in found] == [(case, task)]
    code, text = said("person", "hand-on", "jo", "--to", "sam")
    assert code == 0, text
    assert text.splitlines()[0] == "jo: 1 handed on to sam"
    assert engine.tasks(case=case).items[0].person == "sam"
    code, text = said("person", "hand-on", "kim", "--to", "ghost")
    assert code == 1
    assert f"case {other}, {task}: It cannot be given to this person" in text
    assert said("person", "hand-on", "ghost")[0] == 2
    engine.people.change(replace(engine.people.person("kim"), active=False))
    assert said("person", "hand-on", "kim")[1].strip() == "kim: 1 handed on"
    assert engine.tasks(case=other).items[0].person is None
    assert person(engine, "kim").name == "kim"

"""Choosers: with few to choose from a list, with many a part of a name, by two forms one after the other."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from engine.web.forms import choosers
from engine.web.forms.choosers import narrowed, offered
from engine.web.forms.forms import Question
from tests.conftest import START
from tests.integration.site import PASSWORD, Visit, settle
from tests.integration.test_handovers import given

NAMES = ["Oak House", "Oak Manor", "Ashfield"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are as many as are listed."""
    monkeypatch.setattr(choosers, "MOST", 2)


@pytest.fixture
def visit(engine: Engine) -> Visit:
    settle(engine)
    for name in NAMES:
        engine.people.add_organisation(name, "hinckley")
    return Visit(create_site(engine, throttle=Throttle(1000, 1000)), "ada")


def found_in(names: list[str]) -> choosers.Find:
    return lambda search, most: [(one, one) for one in names if search in one][:most]


@pytest.mark.parametrize(("many", "kind"), [(0, "select"), (2, "select"), (3, "text")])
@pytest.mark.usefixtures("few")
def test_what_is_few_is_listed_and_what_is_many_is_written(many: int, kind: str) -> None:
    asked = offered(Question("of", "Of", "select", required=True, hint="Whose."), found_in(NAMES[:many]))
    assert (asked.type, len(asked.choices)) == (kind, many if kind == "select" else 0)
    assert asked.hint == ("Whose." if kind == "select" else f"Whose. {choosers.WRITE}")


@pytest.mark.parametrize(
    ("written", "choices", "said"),
    [
        ("", [], ""),
        ("Ash", ["Ashfield"], "Choose which one is meant."),
        ("Oak", ["Oak House", "Oak Manor"], "Choose which one is meant."),
        ("a", ["Oak House", "Oak Manor"], "More than 2 are found by this, and the first 2 stand here"),
        ("Elm", [], "Nothing is found by this."),
    ],
)
@pytest.mark.usefixtures("few")
def test_a_part_of_a_name_finds_some_to_choose_from(written: str, choices: list[str], said: str) -> None:
    find = found_in([*NAMES, "Oak Gate" if written == "" else "Beacon"])
    asked = offered(Question("of", "Of", "select", required=True, value=written), find)
    narrowed(asked, find)
    assert [value for value, _ in asked.choices] == choices
    assert asked.error.startswith(said)
    assert bool(asked.error) is bool(said)


def test_the_organisation_of_a_person_stands_in_a_list_of_few(visit: Visit) -> None:
    assert '<option value="Oak House">Oak House</option>' in visit.get("/people/jo").text


@pytest.mark.usefixtures("few")
def test_the_organisation_of_a_person_is_found_among_many(engine: Engine, visit: Visit) -> None:
    page = visit.get("/people-new").text
    assert "<option" not in page
    assert choosers.WRITE in page
    sent = {"login": "new", "name": "New", "roles": ["hbep-referral/school"], "organisation": "oak"}
    told = visit.post("/people", sent, 422).text
    assert re.findall(r'<option value="([^"]+)"', told) == ["Oak House", "Oak Manor"]
    assert "Choose which one is meant." in told
    assert 'value="New"' in told
    assert "Nothing is found by this." in visit.post("/people", sent | {"organisation": "elm"}, 422).text
    none = visit.post("/people", sent | {"organisation": ""}, 422).text
    assert "Name their organisation" in none
    assert "<option" not in none
    visit.post("/people", sent | {"organisation": "Oak House"}, 200)
    assert engine.people.person("new").organisation == "Oak House"
    kept = visit.get("/people/new").text
    assert 'value="Oak House"' in kept
    assert "<option" not in kept
    told = visit.post("/people/new", sent | {"organisation": "manor", "active": "yes"}, 422).text
    assert re.findall(r'<option value="([^"]+)"', told) == ["Oak Manor"]
    assert engine.people.person("new").organisation == "Oak House"


@pytest.mark.usefixtures("few")
def test_to_whom_tasks_go_is_found_among_many(engine: Engine, visit: Visit, clock: SetClock) -> None:
    clock.set(START + timedelta(days=60))
    engine.people.add("kim", "Kim Öst", ["hbep-referral/coordinator"])
    case, _ = given(engine, "jo")
    ada = engine.people.person("ada")
    engine.people.change(replace(ada, roles=("administrator", "hbep-referral/manager")))
    visit.client.post("/sign-in", data={"login": "ada", "password": PASSWORD})
    page = visit.get("/people/jo/tasks").text
    assert "<option" not in page
    assert "Give them back to their roles" in page
    told = visit.post("/people/jo/tasks", {"to": "OST"}, 422).text
    assert re.findall(r'<option value="([^"]+)"', told) == ["kim"]
    assert "Nothing is found by this." in visit.post("/people/jo/tasks", {"to": "jo"}, 422).text
    assert "Choose to whom they go." in visit.post("/people/jo/tasks", {"to": ""}, 422).text
    assert engine.tasks(case=case).items[0].person == "jo"
    visit.post("/people/jo/tasks", {"to": "kim"})
    assert engine.tasks(case=case).items[0].person == "kim"
    visit.post("/people/kim/tasks", {"to": "", "to_roles": "yes"})
    assert engine.tasks(case=case).items[0].person is None


@pytest.mark.usefixtures("few")
def test_to_whom_chosen_tasks_go_is_found_among_many(engine: Engine, visit: Visit, clock: SetClock) -> None:
    clock.set(START + timedelta(days=60))
    for name in ("Kim Oak", "Lou Oak", "Mia Elm"):
        engine.people.add(name[:3].lower(), name, ["hbep-referral/coordinator"])
    case, task = given(engine, "jo")
    visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    page = visit.get("/tasks?show=all").text
    assert "<option" not in page
    assert choosers.WRITE in page
    sent = {"show": "all", "task": f"{case}/{task}", "action": "give"}
    told = visit.post("/tasks", sent | {"person": "oak"}, 422).text
    assert re.findall(r'<option value="([^"]+)"', told) == ["kim", "lou"]
    assert "Choose which one is meant." in told
    assert re.search(rf'value="{case}/{task}" checked', told)
    # Of who can not be given it is said only that nothing is found, as of who is not there.
    for nobody in ("sally", "ada", "pat"):
        assert "Nothing is found by this." in visit.post("/tasks", sent | {"person": nobody}, 422).text
    assert choosers.WRITE in visit.post("/tasks", sent | {"person": ""}, 422).text
    assert engine.tasks(case=case).items[0].person == "jo"
    visit.post("/tasks", sent | {"person": "lou"})
    assert engine.tasks(case=case).items[0].person == "lou"
    visit.post("/tasks", sent | {"action": "back", "person": "kim"})
    assert engine.tasks(case=case).items[0].person is None


@pytest.mark.usefixtures("few")
def test_who_is_found_for_the_task_of_a_case_that_is_not_seen_is_nobody(
    engine: Engine, visit: Visit, clock: SetClock
) -> None:
    clock.set(START + timedelta(days=60))
    case, task = given(engine, "jo")
    visit.client.post("/sign-in", data={"login": "pat", "password": PASSWORD})
    sent = {"show": "all", "task": f"{case}/{task}", "action": "give", "person": "a"}
    assert "Nothing is found by this." in visit.post("/tasks", sent, 422).text


def part_of(visit: Visit, number: int) -> tuple[str, str]:
    """The page of the part that asks for the organisation, and its address."""
    for part in range(10):
        path = f"/drafts/{number}/part/{part}"
        text = visit.get(path).text
        if 'name="school"' in text:
            return path, text
    raise AssertionError


def test_the_organisation_of_a_draft_stands_in_a_list_of_few(engine: Engine, visit: Visit) -> None:
    jo = engine.people.person("jo").actor
    number = engine.desk.begin_draft("hbep-referral", "panel", jo)
    visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    _, page = part_of(visit, number)
    assert re.findall(r'<option value="([^"]+)"', page.partition('name="school"')[2].partition("</select>")[0]) == [
        "Ashfield",
        "Elsewhere",
        "Hilltop",
        "Oak House",
        "Oak Manor",
    ]


@pytest.mark.usefixtures("few")
def test_the_organisation_of_a_draft_is_found_among_many_and_a_part_of_a_name_is_not_kept(
    engine: Engine, visit: Visit
) -> None:
    jo = engine.people.person("jo").actor
    number = engine.desk.begin_draft("hbep-referral", "panel", jo)
    visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD})
    path, page = part_of(visit, number)
    assert choosers.WRITE in page
    visit.post(path, {"school": "Oak House", "step": "leave"})
    assert engine.desk.draft(number, jo).data["school"] == "Oak House"
    told = visit.post(path, {"school": "oak"}, 422).text
    assert "Choose which one is meant." in told
    shown = told.partition('name="school"')[2].partition("</select>")[0]
    assert re.findall(r'<option value="([^"]+)"', shown) == ["Oak House", "Oak Manor"]
    assert "school" not in engine.desk.draft(number, jo).data
    visit.post(path, {"school": "Oak Manor", "step": "leave"})
    assert engine.desk.draft(number, jo).data["school"] == "Oak Manor"
    for step, status in (("keep", 204), ("leave", 303)):
        visit.post(path, {"school": "hill", "step": step}, status)
        assert "school" not in engine.desk.draft(number, jo).data
    assert "Nothing is found by this." in visit.post(path, {"school": "elm"}, 422).text


@pytest.mark.usefixtures("few")
def test_who_belongs_to_an_organisation_has_only_that_to_choose(engine: Engine, visit: Visit) -> None:
    number = engine.desk.begin_draft("hbep-referral", "panel", engine.people.person("sam").actor)
    visit.client.post("/sign-in", data={"login": "sam", "password": PASSWORD})
    _, page = part_of(visit, number)
    assert re.findall(r'<option value="([^"]+)"', page.partition('name="school"')[2].partition("</select>")[0]) == [
        "Hilltop"
    ]

"""Events on the pages: what is wrong is said where it is, and only what is asked for is taken."""

from __future__ import annotations

from fastapi import FastAPI

from engine import Engine
from tests.integration.site import Visit
from tests.steps import in_panel


def test_what_is_wrong_is_said_where_it_is(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    assert "Write something" in visit.post(f"/cases/{case.id}/notes", {"text": "  "}, 422).text
    assert engine.desk.notes(case.id, engine.people.person("jo").actor) == []
    form = {"reason": "Moved", "version": str(case.version), "step": "do", "key": "k"}
    wrong = {"happened-at-day": "31", "happened-at-month": "2", "happened-at-year": "2023", "happened-at-time": "9:00"}
    said = visit.post(f"/cases/{case.id}/do/withdraw", {**form, **wrong}, 422)
    assert "When it happened must be a day and a time" in said.text
    assert 'value="31"' in said.text
    assert "Moved" in said.text
    assert engine.case(case.id).version == case.version
    visit.post(f"/cases/{case.id}/do/withdraw", {**form, "reason": ""}, 422)
    assert visit.post(f"/cases/{case.id}/do/withdraw", form).headers["location"] == f"/cases/{case.id}/done/5"
    assert visit.post(f"/cases/{case.id}/do/withdraw", form).headers["location"] == f"/cases/{case.id}/done/5"


def test_only_fields_of_the_form_are_taken(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    data = {"reason": "Moved away", "reviews_held": "99", "state": "returned", "outcome": "x", "step": "do", "key": "k"}
    visit.post(f"/cases/{case.id}/do/withdraw", {**data, "version": str(case.version)})
    after = engine.case(case.id)
    assert (after.state, "reviews_held" in after.data) == ("withdrawn", False)
    ada = Visit(site, "ada")
    ada.post(
        "/people/pat",
        {"name": "Pat", "roles": "school", "organisation": "Elsewhere", "active": "yes", "login": "ada", "id": "1"},
    )
    assert engine.people.person("ada").name == "Ada"
    visit.post("/people/jo", {"name": "Jo", "roles": "administrator", "active": "yes"}, 404)
    assert engine.people.person("jo").roles == ("hbep-referral/coordinator",)

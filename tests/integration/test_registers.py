"""Organisations and people as values: kept by what stays, told by what they are called now, on every face."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest
from fastapi.testclient import TestClient

from engine import Engine, Refusal
from engine.api.app import create_app
from engine.web.app import create_site
from tests.integration.site import Visit, settle_accounts
from tests.steps import done

TEXT = """
process: visits
version: "1"
title: Visits
effective_from: "2023-01-01"
initial: on
label: site
organisation: site
area: area
keep: {by: clerk, else: 5 years}
roles: {clerk: {title: Clerk}, guide: {title: Guide, sees: own}}
fields:
  site: {title: Site, type: organisation}
  area: {title: Area, type: text}
  guide: {title: Guide, type: person, role: guide, organisation: site, personal: true}
  last: {title: Last guide, type: person}
  note: {title: Note, type: text}
series: {visit: {title: Visits, fields: {who: {title: Who came, type: person}}}}
open: {form: {site: required, guide: optional, area: optional}}
tasks: {look: {title: Look, role: clerk}}
states:
  on:
    title: On
    owner: clerk
    deadline: {within: 1 year, raise: look}
    events:
      change: {title: Change, by: clerk, form: {guide: optional, note: optional, visit: optional}, set: {last: guide}}
      greet: {title: Greet them, by: guide, not_by: actor.person == guide, set: {last: actor.person}}
      stop: {title: Stop, by: clerk, needs: [{check: guide == last, say: The same has to come.}], to: off}
  off: {title: Off, final: true, outcome: done}
"""


@pytest.fixture
def case(engine: Engine) -> int:
    """A visit to Hill House with Ann, begun by how people write them."""
    engine.publish(TEXT)
    engine.people.add_organisation("Hill House", "north", ["visits"])
    engine.people.add_organisation("Caf\u00e9 Nord", "", ["visits"])
    engine.people.add("cy", "Cy Oak", ["visits/clerk"])
    engine.people.add("ann", "Ann Lee", ["visits/guide"], "Hill House")
    engine.people.add("bob", "Bob Kay", ["visits/guide"], "Caf\u00e9 Nord")
    settle_accounts(engine, ["cy", "ann"])
    cy = engine.people.person("cy").actor
    return done(engine.open_case("visits", cy, {"site": "hill  HOUSE", "guide": "ann lee"})).id


def test_a_record_is_kept_for_good_and_told_by_what_it_is_called_now(engine: Engine, case: int) -> None:
    cy = engine.people.person("cy").actor
    done(engine.fire(case, "change", cy, {"guide": "ann", "visit": {"who": "Bob Kay"}}))
    data = engine.case(case).data
    assert (data["site"], data["area"], data["guide"], data["last"]) == ("Hill House", "north", "ann", "ann")
    engine.people.change(replace(engine.people.person("ann"), name="Ann Marsh", active=False))
    report = engine.report(case, cy)
    assert {one.field: one.text for one in report.fields}["guide"] == "Ann Marsh"
    assert [cell.text for line in report.tables[0].lines for cell in line.cells][1] == "Bob Kay"
    told = {answer.said for step in report.history for answer in step.answers}
    assert {"Hill House", "Ann Marsh", "Bob Kay"} <= told
    assert "ann" not in told
    # She is not here any more, and stays in what is hers: nobody may choose her anew.
    done(engine.fire(case, "change", cy, {"guide": "ann", "note": "as before"}))
    second = done(engine.open_case("visits", cy, {"site": "Hill House"})).id
    refused = engine.fire(second, "change", cy, {"guide": "ann"})
    assert isinstance(refused, Refusal)
    assert refused.fields == {"guide": "Guide must be a person that may be chosen here. There is none yet."}
    assert done(engine.fire(case, "stop", cy)).outcome == "done"


def test_sheets_of_rows_tell_people_by_their_names(engine: Engine, case: int) -> None:
    done(engine.fire(case, "change", engine.people.person("cy").actor, {"visit": {"who": "bob"}}))
    book = Visit(create_site(engine), "cy").get("/cases-history.xlsx?status=all").content
    cells = {
        one.value for sheet in openpyxl.load_workbook(io.BytesIO(book)) for row in sheet.iter_rows() for one in row
    }
    assert "Bob Kay" in cells
    assert not cells & {"bob", "ann", "cy"}


def test_a_misspelt_one_is_refused_with_the_one_that_is_near(engine: Engine, case: int) -> None:
    refused = engine.open_case("visits", engine.people.person("cy").actor, {"site": "Hil House"})
    assert isinstance(refused, Refusal)
    assert refused.fields == {"site": "Site must be an organisation that may be chosen here. Did you mean Hill House?"}
    assert engine.check_opening("visits", {"site": "cafe nord"}) == {}
    assert "site" in engine.check_opening("visits", {"site": "cafe"})


def test_one_of_another_partnership_is_neither_taken_nor_told(engine: Engine, case: int) -> None:
    engine.publish(TEXT.replace("process: visits", "process: twins"))
    engine.people.add_organisation("Larkspur", "", ["twins"])
    engine.people.add("lee", "Lee Larkspur", ["twins/guide"], "Larkspur")
    cy = engine.people.person("cy").actor
    for said in ("Larkspur", "Larkspr"):
        refused = engine.open_case("visits", cy, {"site": said})
        assert isinstance(refused, Refusal)
        assert "Did you mean" not in refused.message + str(refused.fields)
    refused = engine.fire(case, "change", cy, {"visit": {"who": "lee"}})
    assert isinstance(refused, Refusal)
    assert list(refused.fields) == ["visit.who"]


def test_who_stands_in_a_case_is_not_offered_what_somebody_else_has_to_do(engine: Engine, case: int) -> None:
    engine.people.add("dan", "Dan Elm", ["visits/guide"], "Hill House")
    settle_accounts(engine, ["dan"])
    site, why = create_site(engine), "Greet them: in this case somebody else has to do this."
    assert f"/cases/{case}/do/greet" in Visit(site, "dan").get(f"/cases/{case}").text
    ann = Visit(site, "ann")
    assert f"/cases/{case}/do/greet" not in ann.get(f"/cases/{case}").text
    assert why in ann.get(f"/cases/{case}/do/greet", 409).text
    client, (token, _) = TestClient(create_app(engine)), engine.people.issue_token("ann", "", ["read", "write"], 9)
    said = {"authorization": f"Bearer {token}"}
    found = {one["event"]: one["message"] for one in client.get(f"/api/v1/cases/{case}/events", headers=said).json()}
    assert found["greet"] == why
    told = client.post(f"/api/v1/cases/{case}/events/greet", headers=said, json={})
    assert (told.status_code, told.json()["code"], told.json()["detail"]) == (403, "not_allowed", why)
    assert done(engine.fire(case, "greet", engine.people.person("dan").actor)).data["last"] == "dan"


def test_forms_offer_those_that_may_be_chosen(engine: Engine, case: int) -> None:
    cy = Visit(create_site(engine), "cy")
    page = cy.get(f"/cases/{case}/do/change").text
    assert '<option value="ann" selected>Ann Lee</option>' in page
    assert "Bob Kay" in page  # who came may be anybody of the process
    assert page.count('value="bob"') == 1
    corrected = cy.get(f"/cases/{case}/correct/guide").text
    assert "Ann Lee" in corrected
    assert "Bob Kay" not in corrected
    sent = cy.post(f"/cases/{case}/correct/guide", {"entry": 1, "guide": "ann", "why-corrected": "A slip."}, 422).text
    assert "Guide says this already." in sent
    engine.people.change(replace(engine.people.person("ann"), active=False))
    assert '<option value="ann" selected>Ann Lee</option>' in cy.get(f"/cases/{case}/do/change").text


def test_of_many_the_names_are_offered_while_one_is_written(engine: Engine, case: int) -> None:
    for count in range(101):
        engine.people.add(f"p{count}", f"Person {count // 2}", ["visits/guide"], "Hill House")
    cy = Visit(create_site(engine), "cy")
    page = cy.get(f"/cases/{case}/do/change").text
    assert 'list="guide-known"' in page
    # Of two who are called alike each is offered by how they sign in.
    assert '<option value="Ann Lee"></option>' in page
    assert '<option value="p3">Person 1</option>' in page
    assert 'value="Ann Lee"' in page.split("<datalist")[0]

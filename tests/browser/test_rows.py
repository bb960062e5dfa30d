"""Several rows of one form in a browser: added, taken out, and sent by the keyboard; wide and narrow."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import expect

from tests.browser.conftest import SignIn, Site
from tests.browser.test_every_page import violations
from tests.integration.test_cases_rows import SEVERAL
from tests.steps import done


def test_rows_are_added_and_taken_out_and_enter_goes_on(site: Site, sign_in: SignIn) -> None:
    site.engine.publish(SEVERAL)
    people = site.engine.people
    manager = people.person("demo.manager")
    people.change(replace(manager, roles=(*manager.roles, "visits/worker")))
    case = done(site.engine.open_case("visits", "demo.manager:visits/worker", {"name": "Ann"}))
    page = sign_in("demo.manager")
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(f"/cases/{case.id}/do/visited")
    page.get_by_label("At home").check()
    page.get_by_label("Minutes").fill("45")
    for number in (2, 3):
        page.get_by_role("button", name="Add another: Visit").click()
        expect(page.get_by_role("heading", name=f"Visit {number}")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("At the office").nth(2).check()
    page.get_by_label("Minutes").nth(2).fill("90")
    page.get_by_role("button", name="Remove Visit 2").click()
    expect(page.get_by_label("Minutes")).to_have_count(2)
    assert [page.get_by_label("Minutes").nth(at).input_value() for at in (0, 1)] == ["45", "90"]
    page.set_viewport_size({"width": 1100, "height": 900})
    # Enter does what the last button does, and takes no row out.
    page.get_by_label("Minutes").nth(1).press("Enter")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Visit", exact=True).click()
    expect(page.get_by_text("Visited", exact=False).first).to_be_visible()
    assert [row.values["minutes"] for row in site.engine.case(case.id).series["visit"]] == [45, 90]

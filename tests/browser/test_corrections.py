"""A correction in a browser: from the page of a case, over both values, to the page of the case again."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import expect

from tests.browser.conftest import SignIn, Site
from tests.browser.test_every_page import violations
from tests.steps import in_panel


def test_a_value_is_corrected_on_the_page_of_its_case(site: Site, sign_in: SignIn) -> None:
    case = in_panel(site.engine)
    people = site.engine.people
    manager = people.person("demo.manager")
    people.change(replace(manager, roles=(*manager.roles, "hbep-referral/data_protection")))
    page = sign_in("demo.manager")
    page.goto(f"/cases/{case.id}")
    assert violations(page) == []
    page.get_by_role("link", name="Correct School").click()
    assert violations(page) == []
    page.get_by_label("School").fill("Elsewhere")
    page.get_by_label("Why is it wrong?").fill("Misheard")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("From now on: Elsewhere")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Correct it").click()
    expect(page.get_by_text("The value was corrected.")).to_be_visible()
    assert site.engine.case(case.id).data["school"] == "Elsewhere"

"""A warning in a browser: seen on the first page, read on its own, and gone from the first page then."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import expect

from tests.browser.conftest import SignIn, Site
from tests.browser.test_every_page import violations
from tests.steps import done

UNREAD = "You were told something that you have not read"


def test_a_warning_stands_on_the_first_page_until_it_is_read(site: Site, sign_in: SignIn) -> None:
    people = site.engine.people
    panel = people.person("demo.panel")
    people.change(replace(panel, roles=(*panel.roles, "hbep-referral/manager")), by="demo.administrator")
    page = sign_in("demo.panel")
    expect(page.get_by_text(UNREAD)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Read it").click()
    expect(page.get_by_role("heading", name="Somebody may see more")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_text("You have read this.")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text(UNREAD)).to_have_count(0)


def test_whoever_adds_a_file_to_an_anonymous_case_is_warned_before(site: Site, sign_in: SignIn) -> None:
    case = done(site.engine.open_case("hbep-referral", "coordinator", {"school": "Hilltop"}, state="panel"))
    page = sign_in("demo.coordinator")
    page.goto(f"/cases/{case.id}/documents")
    expect(page.get_by_text("It may not be told yet whom this case is about")).to_be_visible()
    assert violations(page) == []

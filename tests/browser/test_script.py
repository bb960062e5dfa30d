"""What script adds to the pages, also where it comes late."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SignIn


def add(page: Page, name: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Add", exact=True).click()


@pytest.mark.parametrize(
    ("given", "told"),
    [("Hilltop Academy", "There is an organisation Hilltop Academy already."), ("Mill Lane", "is kept")],
)
def test_what_is_being_typed_keeps_the_focus_when_the_script_comes_late(sign_in: SignIn, given: str, told: str) -> None:
    page = sign_in("demo.administrator")
    page.goto("/organisations")
    held: list[Route] = []
    page.route("**/casework*.js", lambda route: held.append(route))
    with page.expect_request("**/casework*.js"):
        add(page, given)
    expect(page.get_by_role("alert")).to_contain_text(told)
    name = page.get_by_label("Name", exact=True)
    name.fill("Canal")
    [script] = held
    script.continue_()
    page.wait_for_load_state()
    expect(page.locator("body")).to_have_class("govuk-template__body js-enabled govuk-frontend-supported")
    page.keyboard.type(" Side")
    expect(name).to_have_value("Canal Side")


@pytest.mark.parametrize(("given", "told"), [("", ".govuk-error-summary"), ("Mill Lane", ".govuk-notification-banner")])
def test_what_a_page_has_to_say_first_has_the_focus(sign_in: SignIn, given: str, told: str) -> None:
    page = sign_in("demo.administrator")
    page.goto("/organisations")
    add(page, given)
    expect(page.locator(told)).to_be_focused()

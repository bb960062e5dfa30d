"""Keys of one letter: they lead and choose, do nothing while somebody types, and can be turned off."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.test_every_page import violations


def test_keys_lead_choose_and_are_turned_off(sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator")
    for letter, there in (("t", "/tasks"), ("c", "/cases"), ("h", "/"), ("t", "/tasks")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"**{there}")
    rows = page.locator("main table tbody tr")
    page.keyboard.press("k")
    expect(rows.last.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("j")  # there is none behind it
    expect(rows.last.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(rows.nth(-2).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("/")
    find = page.get_by_label("Find a case by name, number or organisation")
    expect(find).to_be_focused()
    page.keyboard.type("g/xj?k")
    expect(find).to_have_value("g/xj?k")
    expect(rows.nth(-2).get_by_role("checkbox")).to_be_checked()
    find.blur()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("g, then mMeetings")
    assert violations(page) == []
    keys.get_by_role("button", name="Turn keys off").click()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("/")
    expect(find).not_to_be_focused()
    page.keyboard.press("?")
    keys.get_by_role("button", name="Turn keys on").click()
    keys.get_by_role("button", name="Close").click()
    page.keyboard.press("/")
    expect(find).to_be_focused()

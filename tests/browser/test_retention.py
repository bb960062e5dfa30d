"""Two people erase a case in a real browser; every page on the way is accessible, also without JavaScript."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn, Site
from tests.browser.test_every_page import violations
from tests.browser.test_stories import follow, press
from tests.integration.site import PASSWORD, settle_more
from tests.integration.test_retention import YARD
from tests.integration.test_web_retention import PEOPLE, ended

WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth && getComputedStyle(one).position === "absolute")
  .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture
def yard(site: Site) -> list[int]:
    """Cases that were kept long enough, and the people who see to them."""
    site.engine.publish(YARD)
    settle_more(site.engine, PEOPLE)
    site.passwords |= dict.fromkeys(PEOPLE, PASSWORD)
    return [ended(site.engine) for _ in range(2)]


@pytest.mark.parametrize("script", [True, False])
def test_two_people_erase_a_case(site: Site, sign_in: SignIn, yard: list[int], script: bool) -> None:
    wrong: list[str] = []

    def look(page: Page, name: str) -> None:
        if script:
            wrong.extend(violations(page))
            wide = page.evaluate(WIDE)
            wrong.extend([f"{page.url} is too wide: {wide}"] if wide else [])
        if os.environ.get("CASEWORK_PICTURES"):
            page.screenshot(path=Path(os.environ["CASEWORK_PICTURES"]) / f"{name}.png", full_page=True)

    kim = sign_in("kim", 320 if script else 1280, script=script)
    expect(kim.locator("main")).to_contain_text("cases are due for erasure")
    follow(kim, "Retention")
    look(kim, "due")
    kim.goto(f"/retention/{yard[0]}")
    press(kim, "Ask for erasure")
    expect(kim.locator("main")).to_contain_text("Give a reason")
    look(kim, "refused")
    kim.get_by_label("Reason").fill("Kept long enough")
    press(kim, "Ask for erasure")
    look(kim, "asked")
    assert kim.get_by_role("button", name="Erase for ever").count() == 0

    lou = sign_in("lou", script=script)
    lou.goto("/retention?list=asked")
    look(lou, "list")
    lou.goto(f"/retention/{yard[0]}")
    look(lou, "confirm")
    lou.goto(f"/retention/{yard[0]}/erase")
    look(lou, "once")
    press(lou, "Erase for ever")
    expect(lou.locator("h1")).to_have_text(re.compile(rf"Certificate of erasure {yard[0]}-\d+"))
    look(lou, "certificate")
    lou.goto(f"/cases/{yard[0]}")
    expect(lou.locator("main")).to_contain_text("Erased, certificate")
    look(lou, "case")
    assert wrong == []
    assert [one for one in site.problems if "422" not in one] == []

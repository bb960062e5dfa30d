"""Somebody leaves: their open tasks are found, given to somebody else or back to the roles, in a real Chromium.

The loan is published beside the referral, and its clerk must notice nothing.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from engine.service import Engine
from tests.browser.conftest import SignIn, Site
from tests.browser.test_every_page import violations
from tests.conftest import LOAN
from tests.steps import done

LEAVES, TAKES = "demo.coordinator", "kim"


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def given_to_who_leaves(engine: Engine) -> int:
    """Gives them three tasks; how many they have then."""
    actor = engine.people.person(LEAVES).actor
    for one in engine.tasks(roles=("hbep-referral/coordinator",), by=actor, limit=3).items:
        done(engine.assign_task(one.case, one.task, LEAVES, actor))
    return engine.handovers.given(LEAVES)


def second_people(site: Site) -> None:
    site.engine.publish(LOAN)
    for login, role in ((TAKES, "hbep-referral/coordinator"), ("cleo", "equipment-loan/clerk")):
        site.engine.people.add(login, login.capitalize(), [role])
        site.passwords[login] = "correct horse battery"
        site.engine.accounts.set_password(login, site.passwords[login])


def looked_at(page: Page) -> None:
    """Every page of the story has one heading, and nothing that axe finds wrong."""
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert violations(page) == []


def pictured(page: Page, name: str) -> None:
    """A picture of it, where somebody wants to look at it."""
    if "CASEWORK_PICTURES" in os.environ:
        page.screenshot(path=Path(os.environ["CASEWORK_PICTURES"]) / f"{name}.png", full_page=True)


def test_who_takes_over_has_a_summary_to_print(site: Site, sign_in: SignIn) -> None:
    second_people(site)
    engine = site.engine
    assert given_to_who_leaves(engine) == 3
    admin = engine.people.person("demo.administrator")
    engine.people.change(replace(admin, roles=(*admin.roles, "hbep-referral/coordinator")))

    for width in (1100, 320):
        page = sign_in("demo.administrator", width=width)
        page.goto(f"/people/{LEAVES}/tasks")
        expect(main(page)).to_contain_text("What will be handed on")
        expect(page.get_by_label("Leave out")).to_have_count(3)
        looked_at(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        pictured(page, f"before-{width}")
    page.get_by_label("Leave out").first.check()
    page.get_by_label("Hand them to").select_option(TAKES)
    page.get_by_role("button", name="Hand them on").click()
    expect(main(page)).to_contain_text("2 tasks were handed on.")
    looked_at(page)
    assert (engine.handovers.given(LEAVES), engine.handovers.given(TAKES)) == (1, 2)
    page.get_by_role("link", name="Summary for who took them over").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Handed over to Kim")

    for width in (1100, 320):
        kim = sign_in(TAKES, width=width)
        kim.goto("/tasks?show=mine")
        kim.get_by_role("link", name="What others handed over to you").click()
        expect(kim.get_by_role("heading", level=1)).to_have_text("Handed over to you")
        expect(main(kim).get_by_role("heading", level=2)).to_have_count(2)
        looked_at(kim)
        assert kim.evaluate("document.documentElement.scrollWidth") <= width
        pictured(kim, f"after-{width}")
    kim.emulate_media(media="print")
    expect(main(kim).get_by_role("heading", level=2).first).to_be_visible()
    pictured(kim, "printed")
    main(kim).get_by_role("heading", level=2).get_by_role("link").first.click()
    expect(kim).to_have_url(re.compile(r"/cases/\d+$"))
    clerk = sign_in("cleo")
    clerk.goto(f"/tasks/handed-over?person={TAKES}")
    expect(main(clerk)).to_contain_text("Nothing that is open now was with somebody else before")
    assert site.problems == []


def test_the_tasks_of_who_leaves_are_handed_on(site: Site, sign_in: SignIn) -> None:
    second_people(site)
    count = given_to_who_leaves(site.engine)
    assert count == 3

    page = sign_in("demo.administrator")
    page.goto(f"/people/{LEAVES}")
    page.get_by_label("May sign in").uncheck()
    page.get_by_role("button", name="Keep").click()
    expect(main(page)).to_contain_text(f"{count} open tasks are given to them")
    looked_at(page)
    page.get_by_role("link", name="Hand them on").click()
    expect(main(page)).to_contain_text(f"{count} open tasks are given to")
    expect(page.get_by_label("Hand them to")).to_have_count(0)  # who sees no case gives nobody any
    looked_at(page)

    kim = sign_in(TAKES)
    expect(main(kim)).to_contain_text(f"{count} tasks are stranded")
    looked_at(kim)
    main(kim).get_by_role("link", name="stranded").first.click()
    expect(kim.locator("input[name=task]")).to_have_count(count)
    looked_at(kim)
    kim.locator("input[name=task]").first.check()
    kim.get_by_label("Give to").select_option(TAKES)
    kim.get_by_role("button", name="Give", exact=True).click()
    expect(kim.get_by_role("alert")).to_contain_text("1 task was changed.")
    expect(kim.locator("input[name=task]")).to_have_count(count - 1)

    page.get_by_role("button", name="Give them back to their roles").click()
    expect(main(page)).to_contain_text(f"{count - 1} tasks were handed on.")
    expect(main(page)).to_contain_text("No open task is given to")
    looked_at(page)
    assert site.engine.handovers.given(LEAVES) == 0
    assert [one.person for one in site.engine.tasks(person=TAKES).items] == [TAKES]

    kim.goto("/tasks?show=stranded")
    expect(main(kim)).to_contain_text("There are no tasks here.")
    looked_at(kim)
    clerk = sign_in("cleo")
    expect(main(clerk)).not_to_contain_text("stranded")
    clerk.goto("/tasks?show=stranded")
    expect(main(clerk)).to_contain_text("There are no tasks here.")
    assert site.problems == []

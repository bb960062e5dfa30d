"""Every page, for every role: reachable, accessible, whole at 320 pixels, and without errors in the console."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AXE, SignIn, Site

ROLES = ["coordinator", "manager", "staff", "senco", "school", "panel", "administrator", "auditor"]
FILES = re.compile(r"\.(csv|xlsx|ics|svg)|/documents/\w+/\d+($|\?)")
MOST = 70


def shape(path: str) -> str:
    """A path with what tells one thing from another of its kind left out."""
    plain = re.sub(r"\d+", "N", path.split("?")[0])
    return re.sub(r"(/people/)[^/]+|(/do/)\w+|(/processes/)[^/]+/[^/]+|(?<=/documents/)\w+", r"\1\2\3X", plain)


def every_page(page: Page) -> Any:
    """Walks the links from the first page, one page of each kind; gives status and path of each."""
    seen: set[str] = set()
    waiting = deque(["/"])
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        if shape(path) in seen or FILES.search(path):
            continue
        seen.add(shape(path))
        response = page.goto(path)
        assert response is not None
        yield response.status, path
        for href in page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))"):
            if href.startswith("/"):
                waiting.append(href.split("#")[0])


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{page.url}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_accessible(site: Site, sign_in: SignIn, role: str) -> None:
    page = sign_in(f"demo.{role}")
    wrong: list[str] = []
    count = 0
    for status, path in every_page(page):
        count += 1
        if status not in {200, 409}:
            wrong.append(f"{path}: {status}")
        wrong += violations(page)
        if page.locator("h1").count() != 1:
            wrong.append(f"{path}: {page.locator('h1').count()} h1")
        if page.locator("main").count() != 1:
            wrong.append(f"{path}: no main")
    assert wrong == []
    assert count >= (3 if role == "auditor" else 8)
    assert [one for one in site.problems if "409" not in one] == []


@pytest.mark.parametrize("role", ["coordinator", "senco", "administrator"])
def test_nothing_is_lost_at_320_pixels(sign_in: SignIn, role: str) -> None:
    page = sign_in(f"demo.{role}", width=320)
    wide = [
        (path, page.evaluate("document.documentElement.scrollWidth"))
        for _, path in every_page(page)
        if page.evaluate("document.documentElement.scrollWidth") > 320
    ]
    assert wide == []


def test_pages_for_those_who_are_not_signed_in(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator")
    wrong = []
    page.get_by_role("button", name="Sign out").click()
    wrong += violations(page)
    page.goto("/sign-in")
    page.get_by_label("User name").fill("demo.coordinator")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert "There is a problem" in page.inner_text("main")
    wrong += violations(page)
    for path in ("/nowhere", "/invitation/none", "/cases/1"):
        page.goto(path)
        wrong += violations(page)
    assert page.url.endswith("/sign-in?next=/cases/1")
    assert wrong == []

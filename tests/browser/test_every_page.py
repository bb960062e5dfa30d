"""Every page, for every role: reachable, accessible, whole at 320 pixels, and without errors in the console."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from typing import Any

import pytest
from playwright.sync_api import Page

from engine.service import Case
from tests.browser.conftest import AXE, SignIn, Site
from tests.part import part

ROLES = ["coordinator", "manager", "staff", "senco", "school", "panel", "administrator", "auditor"]
FILES = re.compile(r"\.(csv|xlsx|ics|svg)|/documents/\w+/\d+($|\?)")
MOST = 70


def shape(path: str) -> str:
    """A path with what tells one thing from another of its kind left out."""
    plain = re.sub(r"\d+", "N", path.split("?")[0])
    return re.sub(r"(/people/)[^/]+|(/processes/)[^/]+/[^/]+|(?<=/documents/)\w+", r"\1\2X", plain)


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


# What makes a page accessible or not, apart from what its texts say: which elements stand within which, with which
# attributes, whether they say something, and whether what they point to is there, once.
SKELETON = """() => {
  const kinds = new Set();
  const points = ["for", "aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "headers", "list"];
  const said = ["class", "type", "role", "lang", "scope", "tabindex", "autocomplete", "dir"];
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size < ids.length) kinds.add("an id twice");
  const walk = (element, within) => {
    const parts = [element.tagName];
    for (const {name, value} of element.attributes) {
      if (points.includes(name)) parts.push(name + value.split(/\\s+/).every((id) => document.getElementById(id)));
      else if (said.includes(name) || name.startsWith("aria-")) parts.push(`${name}=${value.replace(/\\d+/g, "0")}`);
      else parts.push(name + (value.trim() ? "+" : "-"));
    }
    if ([...element.childNodes].some((one) => one.nodeType === 3 && one.data.trim())) parts.push("says");
    if (element.matches("a, button, th, label, h1, h2, h3, legend") && !element.textContent.trim()) parts.push("mute");
    const kind = `${within}/${parts.join(" ")}`;
    kinds.add(kind);
    for (const inner of element.children) walk(inner, kind);
  };
  walk(document.documentElement, "");
  return `${innerWidth} ${[...kinds].sort().join("\\n")}`;
}"""
CLEAN: set[str] = set()


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page. One like it in all that axe looks at is not asked about again."""
    page.wait_for_load_state()  # a page that is just coming has nothing in it yet
    skeleton = hashlib.sha256(page.evaluate(SKELETON).encode()).hexdigest()
    if skeleton in CLEAN:
        return []
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    if not found:
        CLEAN.add(skeleton)
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


# Fills a form: with nothing at all, or with what cannot be; and sends it by one of its buttons.
SEND = """([form, button, how]) => {
  const sent = [...document.forms].filter((one) => one.method === "post")[form];
  for (const one of sent.elements) {
    const typed = ["textarea", "text", "date", "email", "number", "password", "url"].includes(one.type);
    if (typed) one.value = how === "wrong" && one.type !== "date" ? "\\u2603<b>" : "";
    else if (one.matches("input[type=checkbox], input[type=radio]")) one.checked = how === "wrong";
    else if (one.matches("select")) one.selectedIndex = how === "wrong" ? one.options.length - 1 : 0;
  }
  const chosen = [...sent.elements].filter((one) => one.matches("button, input[type=submit]"))[button];
  if (chosen && chosen.name) {
    const value = document.createElement("input");
    sent.append(Object.assign(value, {type: "hidden", name: chosen.name, value: chosen.value}));
  }
  sent.submit();
}"""
FORMS = """() => [...document.forms].filter((one) => one.method === "post").map((one) => [
  one.getAttribute("action"),
  [...one.elements].filter((part) => part.matches("button, input[type=submit]")).map((part) => part.value || ""),
])"""
LEADS_OUT = {"/sign-out", "/sign-out-everywhere"}


def every_form(page: Page) -> Any:
    """Sends each kind of form of every page, empty or with what cannot be; gives the status and which it was."""
    seen: set[tuple[str, str]] = set()
    for status, path in every_page(page):
        for form, (action, buttons) in enumerate(page.evaluate(FORMS) if status == 200 else []):
            for button, value in enumerate(buttons):
                key = (shape(action), re.sub(r"\W?[0-9a-f]{8,}.*|\d+", "", value))
                if action in LEADS_OUT or key in seen:
                    continue
                seen.add(key)
                for how in part(("empty", "wrong"), len(seen), 2):
                    page.goto(path)
                    if len(page.evaluate(FORMS)) <= form:
                        continue
                    with page.expect_navigation() as answered:
                        page.evaluate(SEND, [form, button, how])
                    yield answered.value.status, f"{path} {action} {value} {how}"


@pytest.mark.parametrize("role", ROLES)
def test_what_every_form_answers_is_accessible(site: Site, sign_in: SignIn, role: str) -> None:
    page = sign_in(f"demo.{role}")
    wrong: list[str] = []
    statuses: list[int] = []
    for status, form in every_form(page):
        statuses.append(status)
        if status not in {200, 409, 422}:
            wrong.append(f"{form}: {status}")
        wrong += [f"{form}: {one}" for one in violations(page)]
        if page.locator("h1").count() != 1:
            wrong.append(f"{form}: {page.locator('h1').count()} h1")
    assert wrong == []
    assert 422 in statuses
    assert [one for one in site.problems if not re.search("404|409|422", one)] == []


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_site_is_accessible(bare_site: Site, sign_in_bare: SignIn, role: str) -> None:
    page = sign_in_bare(f"demo.{role}")
    found = [(status, path, violations(page)) for status, path in every_page(page)]
    assert [(path, status, wrong) for status, path, wrong in found if status != 200 or wrong] == []
    assert bare_site.problems == []


def test_refusals_and_faults_are_accessible(site: Site, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    page = sign_in("demo.coordinator")

    def answered(path: str, status: int, heading: str) -> list[str]:
        response = page.goto(path)
        assert response is not None
        assert (response.status, page.locator("h1").inner_text()) == (status, heading)
        return violations(page)

    wrong = answered("/cases/999999", 404, "Page not found")
    wrong += answered("/cases/1/do/managed_move", 409, "This cannot be done any more")
    wrong += answered("/cases?state=nowhere", 200, "Cases")
    wrong += answered("/cases?after=nonsense", 422, "This could not be accepted")
    page.goto("/cases/60/notes")
    page.evaluate("document.querySelector('main form [name=csrf]').value = 'forged'")
    page.get_by_role("button", name="Keep note").click()
    assert page.locator("h1").inner_text() == "This could not be accepted"
    wrong += violations(page)
    monkeypatch.setattr(site.engine.arrivals, "keep_shown", lambda *_: 1 / 0)
    wrong += answered("/cases/60", 500, "Something went wrong")
    monkeypatch.undo()
    assert wrong == []


def test_somebody_changes_the_case_meanwhile(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator")
    page.goto("/cases/60/do/add_details")
    page.locator("#tried").fill("A mentor, and a quiet room.")
    done = site.engine.add_document(60, "forum_form", b"new", "coordinator")
    assert isinstance(done, Case)
    page.get_by_role("button", name="Go on").click()
    assert "Document added" in page.inner_text("main")
    assert page.locator("#tried").input_value() == "A mentor, and a quiet room."
    assert violations(page) == []


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
    with page.expect_navigation():
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

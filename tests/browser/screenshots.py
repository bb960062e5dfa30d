"""The pictures of the guide to the pages, made from the demonstration: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, OPTIONS, demonstrated, served
from tests.conftest import ROOT

INTO = ROOT / "docs" / "images" / "pages"
PAGES = {"home": "/", "cases": "/cases", "case": "/cases/39", "meeting": "/meetings/1"}


def main() -> None:
    """Make every picture anew."""
    INTO.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        engine, passwords = demonstrated(Path(folder))
        with served(engine) as base:
            take(base, passwords["demo.coordinator"])
        engine.close()


def take(base: str, password: str) -> None:
    """Photograph each page as a coordinator sees it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1100, "height": 800}, base_url=base)
        page.goto("/sign-in")
        page.get_by_label("User name").fill("demo.coordinator")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        for name, path in PAGES.items():
            page.goto(path)
            page.screenshot(path=INTO / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()

"""A real Chromium on a site with the demonstration caseload, served on loopback.

Where there is no browser the tests are skipped, but in CI that is a failure.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from engine import shipped
from engine.authoring.company import invite
from engine.authoring.demonstration import give_passwords, load_demonstration, play
from engine.clock import SetClock, SystemClock
from engine.service import Engine
from engine.web import bundle
from tests.conftest import ROOT, missing
from tests.served import served
from tests.waiting import PATIENCE

# The shell first: the same browser without windows, whose own pages take as long to draw as those that are tested.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
OPTIONS += ["--disable-component-update", "--disable-sync"]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
expect.set_options(timeout=PATIENCE * 1000)


@dataclass
class Site:
    """A site that is served, and the passwords of its people."""

    base: str
    engine: Engine
    passwords: dict[str, str]
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A database with the demonstration caseload and a password for each of its people.

    It is played once for all processes of a test run: whichever comes first plays, others wait for it.
    """
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "played"
    folder.mkdir(exist_ok=True)
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        given = folder / "passwords.json"
        if not given.exists():
            engine, passwords = demonstrated(folder)
            engine.close()
            given.write_text(json.dumps(passwords))
        return folder / "casework.db", json.loads(given.read_text())


def demonstrated(folder: Path) -> tuple[Engine, dict[str, str]]:
    """An engine in a folder, with the demonstration caseload and a password for each of its people."""
    url = f"sqlite:///{folder}/casework.db"
    Engine.prepare(url)
    story, clock = load_demonstration(shipped.demonstration()), SetClock(SystemClock().now())
    engine = Engine(url, clock=clock)
    play(story, engine, clock)
    return engine, {person.login: password for person, password in give_passwords(story, engine)}


@pytest.fixture
def site(played: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Site]:
    """A site of its own for one test, with a copy of the caseload."""
    yield from _of_its_own(*played, tmp_path)


@pytest.fixture
def named_site(played: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Site]:
    """The same at the name of this machine: at its number browsers make no passkeys."""
    yield from _of_its_own(*played, tmp_path, "localhost")


def _of_its_own(kept: Path, passwords: dict[str, str], folder: Path, name: str = "127.0.0.1") -> Iterator[Site]:
    if not bundle.names():
        missing("the style sheets are not built: run make")
    copy = folder / "site.db"
    copy.write_bytes(kept.read_bytes())
    if Path(f"{kept}.documents").exists():
        shutil.copytree(f"{kept}.documents", f"{copy}.documents", copy_function=os.link)
    engine = Engine(f"sqlite:///{copy}")
    with served(engine, name) as base:
        yield Site(base, engine, passwords)
    engine.close()


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Path, dict[str, str]]:
    """A database with the process and one person of each role, and no case at all."""
    file = tmp_path_factory.mktemp("bare") / "casework.db"
    file.write_bytes(sqlite_template.read_bytes())
    engine = Engine(f"sqlite:///{file}")
    story = load_demonstration(shipped.demonstration())
    engine.publish(story.path.parent / story.source.data["process"])
    invite(story.source.data, story.process, engine)
    passwords = {person.login: password for person, password in give_passwords(story, engine)}
    engine.close()
    return file, passwords


@pytest.fixture
def bare_site(bare: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Site]:
    """The same without any case."""
    yield from _of_its_own(*bare, tmp_path)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, for one module: while it is there this thread has an event loop, and other tests need theirs."""
    if CHROMIUM is None:
        missing("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(site: Site, chromium: Browser) -> Iterator[SignIn]:
    """Opens the site in a browser of its own, signed in; what goes wrong in its console fails the test."""
    yield from _entering(site, chromium)


@pytest.fixture
def sign_in_bare(bare_site: Site, chromium: Browser) -> Iterator[SignIn]:
    """The same for the site without any case."""
    yield from _entering(bare_site, chromium)


def _entering(site: Site, chromium: Browser) -> Iterator[SignIn]:
    contexts: list[BrowserContext] = []

    def enter(login: str, width: int = 1280, *, script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script, base_url=site.base
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on(
            "console", lambda said: site.problems.append(f"{page.url}: {said.text}") if said.type == "error" else None
        )
        page.on("pageerror", lambda error: site.problems.append(f"{page.url}: {error}"))
        page.goto("/sign-in")
        page.get_by_label("User name").fill(login)
        page.get_by_label("Password").fill(site.passwords[login])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{site.base}/")  # until it is all there: what is typed before may be lost
        return page

    yield enter
    for context in contexts:
        context.close()


def today() -> datetime:
    """The present, for dates that are typed."""
    return datetime.now(UTC)

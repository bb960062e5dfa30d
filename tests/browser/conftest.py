"""A real Chromium on a site with the demonstration caseload, served on loopback.

Where there is no browser the tests are skipped, but in CI that is a failure.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from engine import shipped
from engine.authoring.demonstration import give_passwords, invite, load_demonstration, play
from engine.clock import SetClock, SystemClock
from engine.running.connection import Impatient
from engine.running.serving import create_service
from engine.service import Engine
from engine.web.app import STATIC
from tests.conftest import IN_CI, ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
OPTIONS += ["--disable-component-update", "--disable-sync"]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# How long something that is waited for may take before it counts as missing; a busy machine is slow, not wrong.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)


@dataclass
class Site:
    """A site that is served, and the passwords of its people."""

    base: str
    engine: Engine
    passwords: dict[str, str]
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A database with the demonstration caseload and a password for each of its people."""
    folder = tmp_path_factory.mktemp("site")
    engine, passwords = demonstrated(folder)
    engine.close()
    return folder / "casework.db", passwords


def demonstrated(folder: Path) -> tuple[Engine, dict[str, str]]:
    """An engine in a folder, with the demonstration caseload and a password for each of its people."""
    url = f"sqlite:///{folder}/casework.db"
    Engine.prepare(url)
    story, clock = load_demonstration(shipped.demonstration()), SetClock(SystemClock().now())
    engine = Engine(url, clock=clock)
    play(story, engine, clock)
    return engine, {person.login: password for person, password in give_passwords(story, engine)}


@contextlib.contextmanager
def served(engine: Engine) -> Iterator[str]:
    """Serve an engine on a free port of loopback; the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    service = create_service(engine, per_minute=6000, address=base)
    config = uvicorn.Config(service, host="127.0.0.1", port=port, http=Impatient, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield base
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def site(played: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Site]:
    """A site of its own for one test, with a copy of the caseload."""
    if not STATIC.exists() and not IN_CI:
        pytest.skip("the style sheets are not built: run make")
    copy = tmp_path / "site.db"
    copy.write_bytes(played[0].read_bytes())
    engine = Engine(f"sqlite:///{copy}", documents=Path(str(played[0]) + ".documents"))
    with served(engine) as base:
        yield Site(base, engine, played[1])
    engine.close()


@pytest.fixture
def bare_site(tmp_path: Path) -> Iterator[Site]:
    """A site with the process and one person of each role, and no case at all."""
    url = f"sqlite:///{tmp_path}/bare.db"
    Engine.prepare(url)
    engine = Engine(url)
    story = load_demonstration(shipped.demonstration())
    engine.publish(story.path.parent / story.source.data["process"])
    invite(story, engine)
    passwords = {person.login: password for person, password in give_passwords(story, engine)}
    with served(engine) as base:
        yield Site(base, engine, passwords)
    engine.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    if CHROMIUM is None:
        if IN_CI:
            raise AssertionError("Chromium is missing")
        pytest.skip("no Chromium here")
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
        page.set_default_timeout(PATIENCE)
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

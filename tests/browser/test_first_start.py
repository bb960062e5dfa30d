"""The first start: from the address that an empty installation writes down to its first case, in a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine import shipped
from tests.browser.test_every_page import violations
from tests.browser.test_stories import PDF, follow, main, press
from tests.conftest import LOAN
from tests.served import free_port
from tests.waiting import PATIENCE

PASSWORD = "three random words"
CALENDAR = shipped.read("processes/calendars/leicestershire.yaml")
LENDING = LOAN.read_text().replace("organisation: club\n", "organisation: club\ncalendar: town\n", 1)


class Installation:
    """A folder in which nothing is but what `casework init` makes, served by the command."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.serving: subprocess.Popen[str] | None = None
        subprocess.run([*self._command, "init"], cwd=folder, env=self._environment, check=True, capture_output=True)

    @property
    def _command(self) -> list[str]:
        return [sys.executable, "-m", "engine.cli"]

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CASEWORK_")}
        return {**kept, "CASEWORK_DATABASE_URL": "sqlite:///casework.db", "CASEWORK_LOG_LEVEL": "error"}

    def start(self) -> list[str]:
        """Serve; what was printed until it listens."""
        self.serving = subprocess.Popen(
            [*self._command, "serve", "--port", str(self.port)],
            cwd=self.folder,
            env=self._environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.serving.stderr is not None
        said: list[str] = []
        while not any(line.startswith("Listening on") for line in said):
            line = self.serving.stderr.readline()
            assert line, said
            said.append(line.strip())
        return said[:-1]

    def stop(self, *, kill: bool = False) -> None:
        """Stop as a service is stopped, or as a machine fails."""
        if self.serving is not None:
            (self.serving.kill if kill else self.serving.terminate)()
            self.serving.communicate(timeout=PATIENCE)
            self.serving = None


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.stop()


def address(said: list[str]) -> str:
    """The address in the file that was named."""
    assert "/invitation/" not in "".join(said)
    return Path(said[1]).read_text().strip()


def entered(page: Page, invitation: str) -> None:
    """Choose a password at the address of an invitation, and be on the first page."""
    page.goto(invitation)
    page.get_by_label("New password").fill(PASSWORD)
    press(page, "Keep it and sign in")


def invite(page: Page, login: str, name: str, role: str) -> None:
    page.goto("/people-new")
    page.get_by_label("User name").fill(login)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label(role, exact=True).check()
    press(page, "Add and invite")


def steps(page: Page) -> list[str]:
    """What each first step says of itself."""
    page.goto("/")
    return [one.inner_text() for one in page.locator("section[aria-labelledby=first-steps] .govuk-tag").all()]


def refer(page: Page, folder: Path) -> None:
    """Fill in every part of a draft that must be, and send it."""
    follow(page, "The school")
    expect(page.get_by_label("School (optional)")).to_have_value("Hilltop Academy")
    expect(page.get_by_label("Hinckley area panel")).to_be_checked()
    press(page, "Keep and go on")
    follow(page, "Consent and who it is about")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Pupil (optional)").fill("Ann Smith-Jones")
    press(page, "Keep and go on")
    follow(page, "Why you ask")
    page.locator("#ground").fill("Fourth suspension since September.")
    press(page, "Keep and go on")
    follow(page, "Key stage and SEND")
    page.get_by_label("KS3 (Years 7 to 9)").check()
    press(page, "Keep and go on")
    follow(page, "Documents")
    for kind in ("forum_form", "referral_form"):
        paper = folder / f"{kind}.pdf"
        paper.write_bytes(PDF)
        page.locator(f"#files-{kind}").set_input_files(paper)
        expect(page.locator(f"#uploaded-{kind}")).to_contain_text(paper.name)
    follow(page, "That is all")
    follow(page, "Check and send")
    press(page, "Send")


def test_from_an_empty_folder_to_the_first_case(installation: Installation, chromium: Browser, tmp_path: Path) -> None:
    first = installation.start()
    assert first[0].startswith("Nobody can sign in yet. Choose a password for administrator, within seven days,")
    assert len(first) == 2
    invited = address(first)
    for kill in (True, False):
        installation.stop(kill=kill)
        assert address(installation.start()) == invited

    context = chromium.new_context(base_url=installation.base)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    entered(page, invited)
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Administrator")
    assert steps(page) == ["To do", "To do", "To do", "To do"]
    assert violations(page) == []
    page.goto(invited)
    expect(main(page)).to_contain_text("This invitation holds no more")

    page.goto("/")
    follow(page, "Publish a process")
    expect(main(page)).to_contain_text("with the calendar")
    assert violations(page) == []
    with page.expect_navigation():
        page.get_by_role("link", name="Read it first").click()
    assert page.locator("#calendar").input_value() == CALENDAR.replace("\r\n", "\n")
    assert "scenarios:" in page.locator("#scenarios").input_value()
    page.go_back()
    page.get_by_role("button", name="Publish Referral to the partnership").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Referral to the partnership, version")
    expect(page.get_by_role("alert")).to_contain_text("It is published.")
    page.goto("/processes")
    expect(page.get_by_role("heading", name="Brought along")).to_have_count(0)
    assert steps(page) == ["Done", "To do", "To do", "To do"]

    follow(page, "Add the organisations")
    page.get_by_label("Name", exact=True).fill("Hilltop Academy")
    page.get_by_role("radio", name="Hinckley area panel").check()
    press(page, "Add")
    assert steps(page) == ["Done", "Done", "To do", "To do"]

    invite(page, "sam", "Sam Reed", "SENCO of the school")
    message = "Name their organisation: as SENCO of the school they see only the cases of their own."
    expect(page.get_by_role("alert")).to_contain_text(message)
    assert violations(page) == []
    page.get_by_label("Organisation").select_option("Hilltop Academy")
    page.get_by_label("Referring school", exact=True).check()
    press(page, "Add and invite")
    invitation = page.locator(".casework-address").inner_text()
    assert steps(page)[2:] == ["Done", "To do"]

    other = chromium.new_context(base_url=installation.base).new_page()
    other.set_default_timeout(PATIENCE * 1000)
    entered(other, invitation)
    expect(other.get_by_role("heading", name="First steps")).to_have_count(0)
    follow(other, "Begin a new case")
    other.get_by_label("Referral to the partnership: Area panel").check()
    press(other, "Begin")
    assert re.search(r"/drafts/\d+$", other.url)
    assert steps(page)[2:] == ["Done", "To do"]  # a draft is no case yet
    refer(other, tmp_path)
    expect(other.get_by_role("heading", level=1)).to_have_text("Done")
    follow(other, "Go to the case")
    expect(other.get_by_role("heading", level=1)).to_have_text("Ann Smith-Jones")
    other.goto("/")
    expect(main(other)).to_contain_text("Ann Smith-Jones")
    other.context.close()
    assert steps(page) == []

    installation.stop()
    assert installation.start() == []
    assert not list(installation.folder.glob("*invitation*"))
    context.close()


def test_a_calendar_is_taken_as_a_file_and_as_text(
    installation: Installation, chromium: Browser, tmp_path: Path
) -> None:
    said = installation.start()
    context = chromium.new_context(base_url=installation.base)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    entered(page, address(said))
    page.goto("/processes-draft")
    page.locator("#text").fill(LENDING)
    press(page, "Check")
    expect(main(page)).to_contain_text("There is no calendar town.")
    assert violations(page) == []

    other = tmp_path / "other.yaml"
    other.write_text(CALENDAR)
    page.locator("#calendar_file").set_input_files(other)
    press(page, "Check")
    expect(main(page)).to_contain_text("This is the calendar leicestershire, but the process names town.")
    other.write_bytes(b"calendar: caf\xe9\n")
    page.locator("#calendar_file").set_input_files(other)
    press(page, "Check")
    expect(main(page)).to_contain_text("Calendar, line 1, column 14")
    assert page.locator("#text").input_value() == LENDING
    other.write_bytes(b"x" * 1_000_001)
    page.locator("#calendar_file").set_input_files(other)
    press(page, "Check")
    expect(main(page)).to_contain_text("Calendar, line 1, column 1")

    town = CALENDAR.replace("calendar: leicestershire", "calendar: town")
    page.locator("#calendar").fill(town.replace("years:", "yaers:", 1))
    press(page, "Check")
    expect(main(page)).to_contain_text("Did you mean years?")
    assert violations(page) == []
    other.write_text(town)
    page.locator("#calendar").fill("")
    page.locator("#calendar_file").set_input_files(other)
    press(page, "Check")
    expect(main(page)).to_contain_text("can be published")
    press(page, "Publish")
    expect(page.get_by_role("heading", level=1)).to_contain_text(", version ")

    for _ in range(2):  # a new edition on its own, as text; the same again is none
        page.goto("/processes-draft")
        page.locator("#calendar").fill(town.replace("title:", "title: New", 1))
        press(page, "Check")
        expect(main(page)).to_contain_text("The calendar can be published.")
        press(page, "Publish")
        expect(page.get_by_role("alert")).to_contain_text("The calendar is published.")
    context.close()

"""Passkeys in a real browser with a virtual device: added, used after the password and alone, and removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_every_page import violations
from tests.waiting import PATIENCE

WHO = "demo.coordinator"
Open = Callable[..., "Visitor"]


class Visitor:
    """A browser with a virtual device, which says that its holder is who they are, or does not."""

    def __init__(self, site: Site, context: BrowserContext, base: str) -> None:
        self.site, self.context, self.base = site, context, base
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)

    def plug(self, *, verifies: bool = True) -> None:
        """Put a device in."""
        self._device = self.context.new_cdp_session(self.page)
        self._device.send("WebAuthn.enable", {"enableUI": False})
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": verifies, "automaticPresenceSimulation": True}
        self._name = self._device.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def says(self, command: str, **more: Any) -> Any:
        """Tell the device something, or ask it."""
        return self._device.send(f"WebAuthn.{command}", {"authenticatorId": self._name, **more})

    def goes(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.base + path)

    def gives_password(self) -> None:
        """Sign in by the password."""
        self.goes("/sign-in")
        self.page.get_by_label("User name").fill(WHO)
        self.page.get_by_label("Password").fill(self.site.passwords[WHO])
        self.press("Sign in")

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def is_at(self, heading: str) -> None:
        """Wait for the page with this heading, which everybody can use."""
        expect(self.page.locator("h1")).to_have_text(heading)
        assert violations(self.page) == []

    def adds(self, name: str) -> None:
        """Add a passkey, from the profile."""
        self.goes("/profile")
        self.page.get_by_role("link", name="Add a passkey").click()
        self.is_at("Add a passkey")
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_label("Password now").fill(self.site.passwords[WHO])


@pytest.fixture
def site(named_site: Site) -> Site:
    return named_site


@pytest.fixture
def opened(site: Site, chromium: Browser) -> Iterator[Open]:
    """Opens a browser of its own."""
    contexts = []

    def make(*, script: bool = True, host: str = "localhost") -> Visitor:
        base = site.base.replace("localhost", host)
        contexts.append(context := chromium.new_context(java_script_enabled=script))
        return Visitor(site, context, base)

    yield make
    for context in contexts:
        context.close()


def test_one_is_added_and_lets_in_after_the_password_and_alone(site: Site, opened: Open) -> None:
    jo = opened()
    jo.plug()
    jo.gives_password()
    jo.adds("Laptop")
    jo.press("Go on")
    jo.is_at("Make the passkey")
    jo.press("Make it now")
    jo.is_at("Keep these recovery codes")
    [kept] = jo.says("getCredentials")["credentials"]
    assert (kept["rpId"], kept["isResidentCredential"]) == ("localhost", True)
    jo.goes("/profile")
    expect(jo.page.locator("main")).to_contain_text("Laptop: added")
    # After the password: either passkey or recovery code.
    jo.press("Sign out")
    jo.gives_password()
    jo.is_at("Use your passkey")
    jo.press("Use a passkey")
    jo.page.wait_for_url(f"{jo.base}/")
    # Alone.
    jo.press("Sign out")
    jo.goes("/sign-in?next=/cases")
    jo.is_at("Sign in")
    jo.press("Sign in with a passkey")
    jo.page.wait_for_url(f"{jo.base}/cases")
    [passkey] = site.engine.passkeys.of(WHO)
    assert passkey.used is not None
    # The device knows it already, and makes no second one; it confirms that it is them.
    jo.adds("Laptop again")
    jo.press("Go on with a passkey that you have")
    jo.is_at("Make the passkey")
    jo.press("Make it now")
    expect(jo.page.get_by_role("alert")).to_have_text("This device has a passkey of yours already.")
    # Removed, with itself.
    jo.goes("/profile")
    jo.page.get_by_role("link", name="Remove the passkey Laptop").click()
    jo.is_at("Remove the passkey Laptop?")
    jo.page.get_by_label("Password now").fill(site.passwords[WHO])
    jo.press("Remove it, with a passkey")
    jo.is_at(site.engine.people.person(WHO).name)
    assert site.engine.passkeys.of(WHO) == []
    jo.press("Sign out")
    jo.goes("/sign-in")
    jo.press("Sign in with a passkey")
    expect(jo.page.locator(".govuk-error-summary")).to_contain_text("This passkey is not right here")


def test_who_is_not_made_sure_of_does_not_come_in_alone(site: Site, opened: Open) -> None:
    jo = opened()
    jo.plug()
    jo.gives_password()
    jo.adds("Laptop")
    jo.press("Go on")
    jo.press("Make it now")
    jo.is_at("Keep these recovery codes")
    jo.press("Sign out")
    jo.says("setUserVerified", isUserVerified=False)
    jo.goes("/sign-in")
    jo.press("Sign in with a passkey")
    expect(jo.page.get_by_role("alert")).to_have_text("No passkey was used. Try again.")
    assert jo.page.url == f"{jo.base}/sign-in"


def test_a_browser_without_script_or_at_another_address_is_offered_none(site: Site, opened: Open) -> None:
    for visitor in (opened(script=False), opened(host="127.0.0.1")):
        visitor.goes("/sign-in")
        expect(visitor.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        expect(visitor.page.get_by_text("Sign in with a passkey")).to_be_hidden()
        visitor.gives_password()
        visitor.goes("/profile")
        expect(visitor.page.get_by_role("link", name="Add a passkey")).to_be_hidden()
        expect(visitor.page.get_by_text("This browser makes no passkeys here.")).to_be_visible()


def test_a_passkey_stops_the_authenticator_and_makes_recovery_codes_and_sessions_end(site: Site, opened: Open) -> None:
    import pyotp

    jo, other = opened(), opened()
    jo.plug()
    other.gives_password()
    jo.gives_password()
    jo.goes("/profile")
    jo.page.get_by_role("button", name="Sign out there").first.click()
    jo.is_at("Sign out there?")
    jo.page.get_by_label("Password now").fill(site.passwords[WHO])
    jo.press("Sign out there")
    jo.is_at(site.engine.people.person(WHO).name)
    other.goes("/profile")
    other.is_at("Sign in")
    jo.goes("/profile/code")
    jo.page.get_by_label("Password now").fill(site.passwords[WHO])
    jo.page.get_by_label("Code").fill(pyotp.TOTP(jo.page.locator("code").inner_text()).now())
    jo.press("Begin")
    jo.is_at("Keep these recovery codes")
    first = jo.page.locator("main li code").all_inner_texts()
    jo.adds("Laptop")
    jo.page.get_by_label("Code now").fill(first[0])
    jo.press("Go on")
    jo.press("Make it now")
    jo.is_at(site.engine.people.person(WHO).name)
    jo.page.get_by_role("link", name="Make new ones").click()
    jo.is_at("Make new recovery codes?")
    jo.page.get_by_label("Password now").fill(site.passwords[WHO])
    jo.press("Make new codes, with a passkey")
    jo.is_at("Keep these recovery codes")
    assert len(set(jo.page.locator("main li code").all_inner_texts()) - set(first)) == 8
    jo.goes("/profile")
    jo.page.get_by_role("link", name="Stop asking for codes").click()
    jo.is_at("Ask for codes no more?")
    jo.page.get_by_label("Password now").fill(site.passwords[WHO])
    jo.press("Stop asking for codes, with a passkey")
    jo.is_at(site.engine.people.person(WHO).name)
    assert site.engine.accounts.second_factor(WHO) == (False, 8)
    jo.press("Sign out everywhere")
    jo.is_at("Sign out everywhere?")
    jo.page.get_by_label("Password now").fill(site.passwords[WHO])
    jo.press("Sign out everywhere")
    jo.is_at("You are signed out")

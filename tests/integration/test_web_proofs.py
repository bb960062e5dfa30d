"""Proofs: who sits at an open session proves who they are: by the password, and by the second factor of theirs."""

from __future__ import annotations

import pyotp
import pytest

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.devices import HERE, Device, added
from tests.integration.site import PASSWORD, Visit, settle

AGAIN, NEW = "/profile/passkeys/challenge", "/profile/passkeys"


@pytest.fixture
def engine(engine: Engine) -> Engine:
    settle(engine)
    return engine


def entered(engine: Engine, login: str = "jo", throttle: Throttle | None = None) -> Visit:
    """Somebody who has come in, by whatever was asked of them."""
    site = create_site(engine, address=HERE.origin, throttle=throttle or Throttle(1000, 1000))
    visit, key = Visit(site), engine.accounts.sign_in_as(login)
    visit.client.cookies.set("casework", key or "")
    return visit


def used(visit: Visit, device: Device) -> str:
    return device.used(visit.post(AGAIN, status=200).text)


def test_the_password_will_do_where_there_is_no_second_factor(engine: Engine) -> None:
    jo = entered(engine)
    for wrong in ("", "wrong"):
        assert "This is not your password." in jo.post(NEW, {"name": "Phone", "current": wrong}, 422).text
    jo.post(NEW, {"name": "Phone", "current": PASSWORD}, 200)


def test_a_code_or_a_passkey_is_asked_for_besides_where_there_is_one(engine: Engine, clock: SetClock) -> None:
    secret = pyotp.random_base32()
    codes = engine.accounts.add_second_factor("jo", secret, pyotp.TOTP(secret).at(clock.now()))
    assert codes
    device, _, _ = added(engine, "jo")
    other, _, _ = added(engine, "max")
    jo, form = entered(engine), {"name": "Phone", "current": PASSWORD}
    wrong = "The password, the code or the passkey is not right."
    for more in ({}, {"confirm": "000000"}, {"credential": "x"}, {"confirm": codes[0], "credential": "x"}):
        assert wrong in jo.post(NEW, form | more, 422).text
    assert wrong in jo.post(NEW, form | {"credential": used(jo, other)}, 422).text
    assert wrong in jo.post(NEW, form | {"current": "wrong", "confirm": codes[0]}, 422).text
    said = used(jo, device)
    jo.post(NEW, form | {"credential": said}, 200)
    assert wrong in jo.post(NEW, form | {"credential": said}, 422).text  # it holds once
    jo.post(NEW, form | {"confirm": codes[0]}, 200)
    assert wrong in jo.post(NEW, form | {"confirm": codes[0]}, 422).text


def test_guesses_are_counted(engine: Engine) -> None:
    jo = entered(engine, throttle=Throttle(2, 100))
    for _ in range(2):
        jo.post(NEW, {"name": "Phone", "current": "wrong"}, 422)
    assert "Wait 30 seconds" in jo.post(NEW, {"name": "Phone", "current": PASSWORD}, 422).text


def test_another_authenticator_does_not_get_around_a_passkey(engine: Engine, clock: SetClock) -> None:
    device, _, codes = added(engine, "jo")
    jo, secret = entered(engine), pyotp.random_base32()
    form = {"secret": secret, "code": pyotp.TOTP(secret).at(clock.now())}
    assert 'name="current"' in jo.get("/profile/code").text
    jo.post("/profile/code", form, 422)
    jo.post("/profile/code", form | {"current": PASSWORD}, 422)
    jo.post("/profile/code", form | {"current": "wrong", "confirm": codes[0]}, 422)
    assert engine.accounts.second_factor("jo")[0] is False
    said = used(jo, device)
    assert "recovery codes" in jo.post("/profile/code", form | {"current": PASSWORD, "credential": said}, 200).text
    assert engine.accounts.second_factor("jo")[0] is True
    assert 'name="current"' not in entered(engine, "max").get("/profile/code").text

"""Proofs: who sits at an open session proves who they are: by the password, and by the second factor of theirs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

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


def test_the_first_authenticator_asks_for_the_password(engine: Engine, clock: SetClock) -> None:
    jo, secret = entered(engine), pyotp.random_base32()
    form = {"secret": secret, "code": pyotp.TOTP(secret).at(clock.now())}
    assert 'name="current"' in jo.get("/profile/code").text
    for wrong in ({}, {"current": "wrong"}):
        page = jo.post("/profile/code", form | wrong, 422).text
        assert "This is not your password." in page
        assert secret in page
    assert engine.accounts.second_factor("jo") == (False, 0)
    assert "recovery codes" in jo.post("/profile/code", form | {"current": PASSWORD}, 200).text
    # Whoever has one already is told so, and asked for nothing.
    assert "An authenticator is in use already." in jo.post("/profile/code", form, 409).text


def test_an_authenticator_is_stopped_with_a_passkey_as_the_proof(engine: Engine, clock: SetClock) -> None:
    secret = pyotp.random_base32()
    assert engine.accounts.add_second_factor("jo", secret, pyotp.TOTP(secret).at(clock.now()))
    device, _, _ = added(engine, "jo")
    other, _, _ = added(engine, "max")
    jo, stop, form = entered(engine), "/profile/code/stop", {"current": PASSWORD}
    page = jo.get(stop).text
    assert "A passkey will do then." in page
    assert "Stop asking for codes, with a passkey" in page
    code = pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30))
    for more in ({}, {"credential": "x"}, {"credential": used(jo, other)}, {"credential": "x", "confirm": code}):
        assert "the passkey is not right" in jo.post(stop, form | more, 422).text
    assert "is not right" in jo.post(stop, {"current": "wrong", "credential": used(jo, device)}, 422).text
    assert engine.accounts.second_factor("jo") == (True, 8)
    said = {"credential": used(jo, device)}
    jo.post(stop, form | said)
    assert engine.accounts.second_factor("jo") == (False, 8)
    told = engine.warnings.unread(engine.people.person("jo").actor)[0]
    assert (told.subject, "with a passkey of theirs" in told.said) == ("A second factor is gone", True)
    assert engine.journals.journal("ann:auditor", kind="second factor").items[0].did == "stopped"
    assert jo.post(stop, form | said).headers["location"] == "/profile?done=code"  # sent twice
    jo.get(stop, 404)


def test_recovery_codes_are_made_anew_for_the_password_and_the_factor(engine: Engine, clock: SetClock) -> None:
    jo, path, secret = entered(engine), "/profile/recovery", pyotp.random_base32()
    jo.get(path, 404)
    assert jo.post(path, {"current": PASSWORD}).headers["location"] == "/profile"
    engine.people.change(replace(engine.people.person("jo"), email="jo@example.org"))
    old = engine.accounts.add_second_factor("jo", secret, pyotp.TOTP(secret).at(clock.now()))
    assert old
    assert "Make new ones" in jo.get("/profile").text
    assert 'name="confirm"' in jo.get(path).text
    for wrong in ({}, {"current": PASSWORD}, {"current": "wrong", "confirm": old[0]}, {"confirm": old[0]}):
        jo.post(path, wrong, 422)
    page = jo.post(path, {"current": PASSWORD, "confirm": old[0]}, 200).text
    new = re.findall(r"<li><code>([^<]+)</code>", page)
    assert len(set(new) - set(old)) == len(new) == 8
    assert engine.accounts.second_factor("jo") == (True, 8)
    assert [engine.accounts.use_code("jo", one) for one in (old[1], new[0])] == [False, True]
    told = [one for one in engine.outbox.messages() if one.target == "jo@example.org"]
    assert sum("jo has new recovery codes" in one.body for one in told) == 1
    subjects = [one.subject for one in engine.warnings.unread(engine.people.person("jo").actor)]
    assert subjects == ["Recovery codes were made anew", "An authenticator was added"]
    acts = engine.journals.journal("ann:auditor", kind="second factor").items
    begun = ("begun", "program", "jo")
    assert [(one.did, one.by, one.about) for one in acts] == [("recovery codes renewed", "jo", "jo"), begun]
    assert engine.verify().findings == ()


def test_recovery_codes_of_passkeys_alone_are_made_anew_too(engine: Engine) -> None:
    device, _, old = added(engine, "jo")
    jo = entered(engine)
    page = jo.post("/profile/recovery", {"current": PASSWORD, "credential": used(jo, device)}, 200).text
    assert [engine.accounts.use_code("jo", one) for one in (old[0], *re.findall(r"<li><code>([^<]+)", page)[:1])] == [
        False,
        True,
    ]
    assert engine.accounts.renew_recovery("max") == []

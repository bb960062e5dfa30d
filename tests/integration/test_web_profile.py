"""Profile: what somebody changes of their own account."""

from __future__ import annotations

import pyotp
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from tests.integration.site import PASSWORD, Visit


def test_codes_are_stopped_for_the_password_and_a_code_together(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    device, jo = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", Visit(site, "jo")
    now = pyotp.TOTP(device).at(int(clock.now().timestamp()))
    codes = engine.accounts.add_second_factor("jo", device, now)
    assert codes is not None
    for current, code in (("", codes[0]), (PASSWORD, ""), (PASSWORD, "000000"), (PASSWORD, now), ("wrong", codes[0])):
        page = jo.post("/profile/code/stop", {"current": current, "confirm": code}, 422).text
        assert "The password, the code or the passkey is not right." in page
        assert engine.accounts.second_factor("jo") == (True, len(codes)), (current, code)
    jo.post("/profile/code/stop", {"current": PASSWORD, "confirm": codes[0]})
    assert engine.accounts.second_factor("jo") == (False, 0)
    assert "No code is asked for any more." in jo.get("/profile?done=code").text

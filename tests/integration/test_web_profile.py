"""Profile: where somebody is signed in, and what they change of their own account."""

from __future__ import annotations

import re

import pyotp
import pytest
from fastapi import FastAPI

from engine import Engine
from engine.clock import SetClock
from tests.integration.site import PASSWORD, Visit


def test_people_see_where_they_are_signed_in_and_end_it_there(
    site: FastAPI, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other, sam = Visit(site, "jo"), Visit(site, "jo"), Visit(site, "sam")
    page = one.get("/profile").text
    handles = re.findall(r'name="session" value="([^"]+)"', page)
    assert (len(handles), page.count(": here")) == (1, 1)
    assert one.client.cookies["casework"] not in page
    sam.post("/profile/sessions/end", {"session": handles[0]})  # it is not theirs: nothing happens
    other.get("/")
    one.post("/profile/sessions/end", {"session": handles[0]})
    other.get("/", 303)
    one.get("/")
    assert engine.accounts.end_session("jo", handles[0]) is False
    assert [one.handle for one in engine.accounts.sessions("jo")] != handles
    logged = capsys.readouterr()
    assert "signed in" in logged.out + logged.err
    assert PASSWORD not in logged.out + logged.err


def test_codes_are_stopped_for_the_password_and_a_code_together(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    device, jo = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", Visit(site, "jo")
    now = pyotp.TOTP(device).at(int(clock.now().timestamp()))
    codes = engine.accounts.add_second_factor("jo", device, now)
    assert codes is not None
    for current, code in (("", codes[0]), (PASSWORD, ""), (PASSWORD, "000000"), (PASSWORD, now), ("wrong", codes[0])):
        page = jo.post("/profile/code/stop", {"current": current, "code": code}, 422).text
        assert "The password or the code is not right. Wait for the next code." in page
        assert engine.accounts.second_factor("jo") == (True, len(codes)), (current, code)
    jo.post("/profile/code/stop", {"current": PASSWORD, "code": codes[0]})
    assert engine.accounts.second_factor("jo") == (False, 0)
    assert "No code is asked for any more." in jo.get("/profile?done=code").text

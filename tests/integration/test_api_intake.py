"""What one meeting takes, said by the API."""

from __future__ import annotations

from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.clock import SetClock
from tests.integration.callers import Caller
from tests.integration.test_booking import CLERK, START, TEXT, _kind
from tests.workshop import CALENDAR_TEXT


def test_who_keeps_the_dates_lets_it_take_more_and_nobody_else_does(engine: Engine, clock: SetClock) -> None:
    clock.set(START)
    engine.publish(TEXT, CALENDAR_TEXT)
    engine.run_due()
    engine.people.add("wim", "Wim", ["board/clerk"])
    engine.people.add("ada", "Ada", ["administrator"])
    one = engine.meetings.coming(engine.process("board", "1"), _kind(engine), "north", CLERK)[1]
    path, said = f"/meetings/{one.id}/intake", {"most": 3, "closes": "2023-09-19"}
    with TestClient(create_app(engine), raise_server_exceptions=False) as client:
        wim, ada = (
            Caller(client, engine.people.issue_token(who, "", ["read", "write"], 9)[0]) for who in ("wim", "ada")
        )
        kept = wim("POST", path, 200, json=said)
        assert (kept["most"], kept["closes"], kept["is_open"]) == (3, "2023-09-19", True)
        assert wim("POST", path, 200, json=said | {"version": 1}) == kept  # the same again
        changed = wim("POST", path, 409, json={"most": 5, "version": 1})
        assert (changed["code"], "changed meanwhile" in changed["detail"]) == ("changed", True)
        assert "1,000 cases" in wim("POST", path, 422, json={"most": 1001})["detail"]
        assert "day of the meeting" in wim("POST", path, 422, json={"closes": "2023-09-21"})["detail"]
        ada("POST", path, 404, json=said)
        wim("POST", "/meetings/99/intake", 404, json=said)
        again = wim("POST", path, 200, json={"version": kept["version"]})
        assert (again["most"], again["closes"]) == (2, "2023-09-13")

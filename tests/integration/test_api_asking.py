"""Asking: tokens and their scopes, how often they are good, and headers of requests."""

from __future__ import annotations

from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from tests.integration.callers import CORRECTION, ROUTES, Caller
from tests.steps import in_panel


def test_every_route_refuses_who_does_not_sign_in(callers: dict[str, Caller]) -> None:
    for method, path in ROUTES:
        for who in ("nobody", "stranger"):
            assert callers[who](method, path, 401)["code"] == "not_signed_in"
    assert callers["nobody"].response("GET", "/cases").headers["www-authenticate"] == "Bearer"


def test_a_token_is_good_for_its_scopes_only(engine: Engine, callers: dict[str, Caller]) -> None:
    in_panel(engine)
    for method, path in ROUTES:
        who, wanted = ("reader", "POST") if method == "POST" else ("writer", "GET")
        assert method == wanted
        bodies = {"/cases": {"process": "hbep-referral"}, "/cases/1/corrections": CORRECTION}
        body = {"json": bodies.get(path, {})} if method == "POST" else {}
        assert callers[who](method, path, 403, **body)["code"] == "not_allowed"


def test_too_many_requests_are_told_to_wait(engine: Engine) -> None:
    engine.people.add("jo", "", ["coordinator"])
    engine.people.add("kim", "", ["coordinator"])
    with TestClient(create_app(engine, per_minute=3)) as client:
        jo, kim = (Caller(client, engine.people.issue_token(login, "", ["read"], 1)[0]) for login in ("jo", "kim"))
        for _ in range(3):
            jo("GET", "/cases", 200)
        limited = jo.response("GET", "/cases")
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "20")
        kim("GET", "/cases", 200)

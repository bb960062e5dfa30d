"""Who acts for whom, and for whom a program asks, by the API."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.clock import SetClock
from tests.integration.callers import Caller
from tests.integration.test_deputies import BEGINS, FIRST, LAST, side_by_side


@pytest.fixture
def site(engine: Engine, site: FastAPI) -> FastAPI:
    side_by_side(engine)
    return site


def test_programs_say_for_whom_they_ask(engine: Engine, site: FastAPI, clock: SetClock) -> None:
    del site
    with TestClient(create_app(engine), raise_server_exceptions=False) as client:
        tokens = {one: engine.people.issue_token(one, "", ["read", "write"], 90)[0] for one in ("ada", "cleo", "pat")}
        ada, cleo, pat = (Caller(client, tokens[one]) for one in ("ada", "cleo", "pat"))
        said = {"person": "pat", "deputy": "cleo", "first": FIRST.isoformat(), "last": LAST.isoformat()}
        for _ in range(2):
            kept = ada("POST", "/deputies", 200, json=said)
        assert (kept["number"], kept["standing"], kept["by"]) == (1, "coming", "ada")
        assert ada("POST", "/deputies", 422, json=said | {"last": "2023-09-11"})["fields"] == {
            "last": "The last day is before the first."
        }
        cleo("POST", "/deputies", 404, json=said)
        cleo("GET", "/deputies?person=pat", 404)
        hat = {"Act-For": "pat"}
        cleo("GET", "/cases", 403, headers=hat)
        clock.set(BEGINS)
        assert [one["id"] for one in cleo("GET", "/cases", 200, headers=hat)["items"]] == [2]
        assert [one["id"] for one in cleo("GET", "/cases", 200)["items"]] == [3]
        gone = {"data": {"reason": "Moved"}}
        key = {"Idempotency-Key": "k"}
        cleo("POST", "/cases/2/events/withdraw", 200, headers=hat | key, json=gone)
        cleo("POST", "/cases/2/events/withdraw", 200, headers=hat | key, json=gone)
        last = cleo("GET", "/cases/2/history", 200, headers=hat)
        assert {"cleo for pat", "coordinator"} >= {
            " for ".join(filter(None, (one["by"], one["acting_for"]))) for one in last if one["by"] != "engine"
        }
        pat("POST", "/deputies/1/end", 200)
        cleo("GET", "/cases", 403, headers=hat)
        cleo("POST", "/deputies/1/end", 404)

"""Retention by the HTTP API: lists, decisions with If-Match and idempotency keys, two people, scopes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.clock import SetClock
from tests.integration.test_retention import YARD
from tests.integration.test_web_retention import PEOPLE, ended


@pytest.fixture
def yard(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(datetime(2010, 5, 1, 12, tzinfo=UTC)))
    engine.publish(YARD)
    for login, (roles, organisation) in PEOPLE.items():
        engine.people.add(login, "", roles, organisation)
    yield engine
    engine.close()


def client(engine: Engine, login: str, *scopes: str) -> TestClient:
    secret, _ = engine.people.issue_token(login, "", list(scopes or ("read", "write")), 1)
    return TestClient(
        create_app(engine), base_url="http://127.0.0.1/api/v1", headers={"Authorization": f"Bearer {secret}"}
    )


def test_two_people_erase_by_the_api(yard: Engine) -> None:
    first, number = ended(yard), ended(yard)
    kim, lou = client(yard, "kim"), client(yard, "lou")
    page = kim.get("/retention", params={"limit": 1}).json()
    assert [one["case"] for one in page["items"]] == [first]
    assert [one["case"] for one in kim.get("/retention", params={"after": page["next"]}).json()["items"]] == [number]
    found = kim.get(f"/retention/{number}")
    assert found.json()["decisions"] == ["held", "asked"]
    assert (found.json()["goes"], found.json()["stays"]) == (["Owner", "Club", "Built"], ["Size"])
    seen = {"If-Match": found.headers["etag"]}
    assert kim.post(f"/retention/{number}/ask", json={"reason": " "}).status_code == 422
    asked = kim.post(f"/retention/{number}/ask", json={"reason": "Long enough"}, headers=seen)
    assert (asked.status_code, asked.json()["decided"], asked.json()["by"]) == (200, "asked", "kim")
    assert kim.post(f"/retention/{number}/withdraw", json={"reason": "No"}, headers=seen).status_code == 412
    assert kim.post(f"/retention/{number}/erase").status_code == 403
    assert [one["case"] for one in lou.get("/retention", params={"list": "asked"}).json()["items"]] == [number]
    key = {"Idempotency-Key": "once"}
    erased = lou.post(f"/retention/{number}/erase", headers=key)
    assert (erased.json()["asked_by"], erased.json()["confirmed_by"]) == ("kim", "lou")
    assert lou.post(f"/retention/{number}/erase", headers=key).json() == erased.json()
    assert lou.post(f"/retention/{first}/erase", headers=key).status_code == 412
    assert lou.post(f"/retention/{number}/erase").status_code == 409
    assert client(yard, "ann").get(f"/retention/{number}/certificate").json() == erased.json()
    assert yard.verify().findings == ()


def test_a_decision_that_is_sent_again_is_made_once(yard: Engine) -> None:
    number, key = ended(yard), {"Idempotency-Key": "once"}
    kim = client(yard, "kim")
    held = kim.post(f"/retention/{number}/hold", json={"reason": "A claim"}, headers=key)
    assert kim.post(f"/retention/{number}/hold", json={"reason": "A claim"}, headers=key).json() == held.json()
    assert kim.post(f"/retention/{number}/hold", json={"reason": "Another"}, headers=key).status_code == 412
    assert kim.post(f"/retention/{number}/hold", json={"reason": "A claim"}).status_code == 409
    assert yard.case(number).version == 3
    assert kim.post(f"/retention/{number}/release", json={"reason": "Settled"}).json()["decided"] == "released"


def test_who_does_not_see_to_it_gets_nothing(yard: Engine) -> None:
    number = ended(yard)
    hal = client(yard, "hal")
    assert hal.get("/retention").json() == {"items": [], "next": ""}
    assert hal.get(f"/retention/{number}").status_code == 404
    assert hal.post(f"/retention/{number}/hold", json={"reason": "Mine"}).status_code == 403
    assert hal.post(f"/retention/{number}/erase").status_code == 403
    kim = client(yard, "kim")
    for path in ("/retention/999", "/retention/999/certificate", f"/retention/{number}/certificate"):
        assert kim.get(path).status_code == 404
    assert kim.get("/retention", params={"list": "all"}).status_code == 422
    assert kim.post(f"/retention/{number}/burn", json={"reason": "x"}).status_code == 422
    reads = client(yard, "kim", "read")
    assert reads.post(f"/retention/{number}/hold", json={"reason": "x"}).status_code == 403
    assert yard.case(number).version == 2

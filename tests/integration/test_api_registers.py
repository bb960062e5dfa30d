"""Registers by the HTTP API: told, their rows listed and added, and what somebody may not see."""

from __future__ import annotations

from engine import Engine
from tests.integration.test_api_retention import client
from tests.integration.test_lists_registers import HILL, clock, engine, insured

__all__ = ["clock", "engine"]


def test_registers_and_their_rows(engine: Engine) -> None:
    engine.people.add("jo", "Jo", ["lending/clerk"], None)
    engine.people.add("gus", "Gus", ["lending/guest"], None)
    jo, gus = client(engine, "jo"), client(engine, "gus")
    assert [(one["register"], one["row"], one["may_add"]) for one in jo.get("/registers").json()] == [
        ("lending.clubs", "Club", True),
        ("lending.workshops", "Workshop", True),
    ]
    assert [one["register"] for one in gus.get("/registers").json()] == ["lending.clubs"]
    row = insured(engine).id
    [told] = jo.get("/registers/workshops/rows").json()["items"]
    assert (told["number"], told["title"], told["usable"], told["texts"]["rate"]) == (row, "Hill Forge", True, "£12.50")
    assert told["checks"][0] == {
        "check": "audit",
        "title": "Safety audit",
        "standing": "valid",
        "until": "2026-01-10",
        "said": "Safety audit: ends on 10 January 2026",
    }
    assert gus.get("/registers/lending.workshops/rows").status_code == 404
    assert gus.get(f"/cases/{row}").status_code == 404
    assert jo.get("/registers/workshops/rows", params={"status": "some"}).status_code == 422


def test_a_row_is_added_once_and_changed_as_a_case(engine: Engine) -> None:
    engine.people.add("jo", "Jo", ["lending/clerk"], None)
    engine.people.add("gus", "Gus", ["lending/guest"], None)
    jo, gus = client(engine, "jo"), client(engine, "gus")
    path, key = "/registers/workshops/rows", {"Idempotency-Key": "once"}
    assert jo.post(path, json={"data": {"street": "Mill Lane"}}).json()["fields"] == {"name": "Name must be filled in."}
    added = jo.post(path, json={"data": HILL}, headers=key)
    assert (added.status_code, added.headers["location"]) == (201, "/api/v1/cases/1")
    assert jo.post(path, json={"data": HILL}, headers=key).json() == added.json()
    assert gus.post(path, json={"data": HILL}).status_code == 404
    assert jo.post("/cases/1/events/end", json={}).json()["outcome"] == "Ended"
    assert jo.get(path).json()["items"] == []
    assert [one["current"] for one in jo.get(path, params={"status": "ended"}).json()["items"]] == [False]
    assert jo.get("/cases").json()["items"] == []


def test_a_table_is_tried_then_written(engine: Engine) -> None:
    engine.people.add("jo", "Jo", ["lending/clerk"], None)
    engine.people.add("mia", "Mia", ["lending/member"], "Rowing")
    jo, mia = client(engine, "jo"), client(engine, "mia")
    path, said = "/registers/workshops/table", {"table": "Name,Street\nHill Forge,Mill Lane\n"}
    tried = jo.post(path, json=said).json()
    assert (tried["written"], tried["lines"][0]["what"]) == (False, "new")
    assert jo.post(path, json=said | {"apply": True}).json()["written"] is True
    assert jo.post(path, json=said | {"apply": True}).json()["lines"][0]["what"] == "same"
    assert jo.post(path, json={"table": "Nam\nA\n"}).status_code == 422
    assert mia.post(path, json=said).status_code == 403

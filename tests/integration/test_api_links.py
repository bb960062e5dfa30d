"""Links by the HTTP API: made, told and removed, with If-Match and keys; nothing tells of what may not be seen."""

from __future__ import annotations

from engine import Engine
from tests.integration.test_api_retention import client
from tests.integration.test_links import engine, loan, order

__all__ = ["engine"]


def test_links_are_made_told_and_removed(engine: Engine) -> None:
    engine.people.add("jo", "Jo", ["loans/clerk"], None)
    engine.people.add("sam", "Sam", ["repairs/clerk"], None)
    jug, bowl, repair = loan(engine, "Jug"), loan(engine, "Bowl"), order(engine)
    jo, sam = client(engine, "jo"), client(engine, "sam")
    path, said = f"/cases/{jug}/links", {"link": "same", "case": bowl}
    assert jo.post(path, json={"link": "same", "case": jug}).json()["fields"] == {
        "case": "A case is not linked with itself."
    }
    assert jo.post(path, json={"link": "repair", "case": repair}).status_code == 422
    assert jo.post(path, json=said, headers={"If-Match": '"9"'}).status_code == 412
    made = jo.post(path, json=said, headers={"Idempotency-Key": "once"})
    assert (made.status_code, made.json()["version"]) == (200, 2)
    assert jo.post(path, json=said, headers={"Idempotency-Key": "once"}).json() == made.json()
    [told] = jo.get(path).json()
    assert (told["entry"], told["title"], told["case"], told["label"], told["removable"]) == (
        2,
        "Same set",
        bowl,
        "Bowl",
        True,
    )
    assert sam.get(path).status_code == 404
    assert sam.get(f"/cases/{repair}/links").json() == []
    assert jo.post(f"{path}/9/removal", json={"reason": "x"}).status_code == 422
    assert jo.post(f"{path}/2/removal", json={"reason": "Another set"}).json()["version"] == 3
    assert jo.get(path).json() == []

"""The HTTP API on both databases: what it gives, whom it refuses, and how it says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from engine import Engine
from engine.api.app import create_app
from tests.steps import PUPIL, done, in_panel, in_placement

ROUTES = [
    ("GET", "/cases"),
    ("POST", "/cases"),
    ("GET", "/cases/1"),
    ("GET", "/cases/1/history"),
    ("GET", "/cases/1/events"),
    ("GET", "/cases/1/accesses"),
    ("POST", "/cases/1/events/withdraw"),
    ("POST", "/cases/1/tasks/hold_review/done"),
    ("POST", "/cases/1/tasks/hold_review/claim"),
    ("POST", "/cases/1/tasks/hold_review/assign"),
    ("POST", "/cases/1/documents/ehcp"),
    ("GET", "/cases/1/documents/ehcp"),
    ("GET", "/tasks"),
    ("GET", "/dates"),
    ("GET", "/processes"),
    ("GET", "/processes/hbep-referral"),
]


class Caller:
    """Sends requests as one person."""

    def __init__(self, client: TestClient, secret: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {secret}"} if secret else {}

    def __call__(self, method: str, path: str, status: int, headers: dict[str, str] | None = None, **more: Any) -> Any:
        response = self.response(method, path, headers, **more)
        assert response.status_code == status, response.text
        if status >= 400:
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["status"] == status
        return response.json() if response.content else None

    def response(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
        return self._client.request(method, f"/api/v1{path}", headers=self._headers | (headers or {}), **more)


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def people(engine: Engine, client: TestClient) -> dict[str, Caller]:
    for name in ("Hilltop", "Elsewhere"):
        engine.people.add_organisation(name)
    made = {
        "jo": ("coordinator", None, ["read", "write"]),
        "sam": ("school", "Hilltop", ["read", "write"]),
        "pat": ("school", "Elsewhere", ["read", "write"]),
        "reader": ("coordinator", None, ["read"]),
        "writer": ("coordinator", None, ["write"]),
        "admin": ("administrator", None, ["read", "write"]),
    }
    found = {"nobody": Caller(client, ""), "stranger": Caller(client, "cw_wrong")}
    for login, (role, organisation, scopes) in made.items():
        engine.people.add(login, "", [role], organisation)
        found[login] = Caller(client, engine.people.issue_token(login, "", scopes, 30)[0])
    return found


def test_every_route_refuses_who_does_not_sign_in(people: dict[str, Caller]) -> None:
    for method, path in ROUTES:
        for who in ("nobody", "stranger"):
            assert people[who](method, path, 401)["code"] == "not_signed_in"
    assert people["nobody"].response("GET", "/cases").headers["www-authenticate"] == "Bearer"


def test_a_token_is_good_for_its_scopes_only(engine: Engine, people: dict[str, Caller]) -> None:
    in_panel(engine)
    for method, path in ROUTES:
        who, wanted = ("reader", "POST") if method == "POST" else ("writer", "GET")
        assert method == wanted
        body = {"json": {"process": "hbep-referral"}} if path == "/cases" else {"json": {}}
        assert people[who](method, path, 403, **(body if method == "POST" else {}))["code"] == "not_allowed"


def test_who_may_not_see_a_case_cannot_tell_that_it_is_there(engine: Engine, people: dict[str, Caller]) -> None:
    number = in_panel(engine).id
    for who in ("pat", "admin"):
        for method, path in ROUTES:
            if "/cases/1" in path:
                body: dict[str, Any] = {"json": {}} if method == "POST" else {}
                told = people[who](method, path.replace("/1", f"/{number}"), 404, **body)
                missing = people[who](method, path.replace("/1", "/9999"), 404, **body)
                assert told["detail"].replace(str(number), "") == missing["detail"].replace("9999", "")
        assert people[who]("GET", "/cases", 200)["items"] == []
        assert people[who]("GET", "/tasks", 200)["items"] == []
        assert people[who]("GET", "/dates", 200) == []
    assert [case["id"] for case in people["sam"]("GET", "/cases", 200)["items"]] == [number]
    assert [one["case"] for one in people["sam"]("GET", "/dates", 200)] == [number]
    assert people["sam"]("GET", "/cases?organisation=Elsewhere", 200)["items"] == []


def test_a_case_is_opened_moved_on_and_seen(people: dict[str, Caller]) -> None:
    jo = people["jo"]
    opened = jo.response("POST", "/cases", json={"process": "hbep-referral", "state": "panel", "data": PUPIL})
    assert (opened.status_code, opened.headers["etag"]) == (201, '"1"')
    path = opened.headers["location"].removeprefix("/api/v1")
    seen = jo.response("GET", path)
    assert (seen.json(), seen.headers["etag"]) == (opened.json(), '"1"')
    assert jo.response("GET", path, {"If-None-Match": '"1"'}).status_code == 304
    choices = {one["event"]: one for one in jo("GET", f"{path}/events", 200)}
    assert choices["managed_move"]["allowed"] is True
    assert choices["offer_programme"]["missing"] == ["referral_form", "rrs_baseline", "send_plan", "ehcna", "ehcp"]
    refused = jo("POST", f"{path}/events/offer_programme", 409, json={"data": {"programme": "full_time"}})
    assert (refused["code"], refused["missing"]) == ("requirement", choices["offer_programme"]["missing"])
    invalid = jo("POST", f"{path}/events/school_continues", 422)
    assert (invalid["code"], invalid["fields"]) == ("form", {"advice": "Advice must be filled in."})
    moved = jo("POST", f"{path}/events/managed_move", 200, {"If-Match": '"1"'}, json={"data": {}})
    assert (moved["state"], moved["outcome"]) == ("managed_move", "Managed move to another school")
    assert jo("POST", f"{path}/events/managed_move", 409, json={})["code"] == "ended"
    assert [one["what"] for one in jo("GET", f"{path}/history", 200)] == ["Case opened", "Managed move"]


def test_the_second_of_two_is_told_and_the_same_request_has_one_effect(people: dict[str, Caller]) -> None:
    jo, form = people["jo"], {"process": "hbep-referral", "state": "panel", "data": PUPIL}
    first = jo("POST", "/cases", 201, {"Idempotency-Key": "a"}, json=form)
    assert jo("POST", "/cases", 201, {"Idempotency-Key": "a"}, json=form)["id"] == first["id"]
    other = people["sam"](
        "POST", "/cases", 201, {"Idempotency-Key": "a"}, json={**form, "data": {**PUPIL, "school": "Hilltop"}}
    )
    assert other["id"] != first["id"], "keys of different people are different keys"
    path = f"/cases/{first['id']}"
    changed = {"json": {"data": {"tried": "x"}}}
    one = jo("POST", f"{path}/events/add_details", 200, {"If-Match": '"1"', "Idempotency-Key": "b"}, **changed)
    again = jo("POST", f"{path}/events/add_details", 200, {"If-Match": '"1"', "Idempotency-Key": "b"}, **changed)
    assert one == again
    assert jo("POST", f"{path}/events/managed_move", 412, {"If-Match": '"1"'}, json={})["code"] == "changed"
    assert jo("POST", f"{path}/events/add_details", 412, {"Idempotency-Key": "b"}, json={})["code"] == "changed"
    for wrong in ("abc", "-1", '"9999999999"', '""'):
        assert jo("POST", f"{path}/events/managed_move", 422, {"If-Match": wrong}, json={})["code"] == "form"
    assert jo("POST", f"{path}/events/managed_move", 422, {"Idempotency-Key": "x" * 121}, json={})["code"] == "form"


def test_documents_go_in_and_come_out_unchanged(engine: Engine, people: dict[str, Caller]) -> None:
    path = f"/cases/{in_panel(engine).id}/documents"
    content = b"%PDF-1.4 " + bytes(range(256)) * 9000
    name = "Plän “1”\r\nX: y.pdf"
    added = people["sam"].response(
        "POST", f"{path}/ehcp", {"Content-Type": "application/pdf"}, content=content, params={"name": name}
    )
    assert added.status_code == 201, added.text
    kept = [one for one in added.json()["documents"] if one["document"] == "ehcp"]
    assert (kept[0]["size"], kept[0]["type"], kept[0]["by"]) == (len(content), "application/pdf", "sam")
    got = people["jo"].response("GET", f"{path}/ehcp")
    assert got.content == content
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Pl%C3%A4n")
    assert "x" not in {header.lower() for header in got.headers} - {"x-content-type-options"}
    people["jo"]("GET", f"{path}/ehcna", 404)
    assert people["jo"]("POST", f"{path}/ehcp", 422, content=b"")["code"] == "form"
    assert people["jo"]("POST", f"{path}/nothing", 422, content=b"x")["code"] == "form"
    assert engine.verify().findings == ()


def test_whoever_is_shown_personal_data_is_written_down(engine: Engine, people: dict[str, Caller]) -> None:
    anonymous = done(engine.open_case("hbep-referral", "coordinator", {"school": "Hilltop"}))
    people["jo"]("GET", f"/cases/{anonymous.id}", 200)
    assert people["jo"]("GET", f"/cases/{anonymous.id}/accesses", 200) == []
    path = f"/cases/{in_panel(engine).id}"
    people["sam"]("GET", path, 200)
    people["jo"]("GET", f"{path}/history", 200)
    people["jo"].response("GET", f"{path}/documents/send_plan")
    people["pat"]("GET", path, 404)
    people["jo"]("GET", f"{path}/documents/ehcp", 404)
    seen = [(one["by"], one["what"]) for one in people["jo"]("GET", f"{path}/accesses", 200)]
    assert seen == [("jo", "document send_plan"), ("jo", "history"), ("sam", "case")]
    assert engine.verify().findings == ()


def test_a_document_that_is_too_big_is_refused(engine: Engine, people: dict[str, Caller]) -> None:
    path = f"/cases/{in_panel(engine).id}/documents/ehcp"
    for content in (b"x" * 25_000_001, iter([b"x" * 1_000_000] * 26)):  # its length said, and in pieces
        assert people["jo"]("POST", path, 413, content=content)["code"] == "too_big"


def test_tasks_are_found_claimed_and_assigned(engine: Engine, people: dict[str, Caller]) -> None:
    case = done(engine.open_case("equipment-loan", "clerk", {"club": "Hilltop", "item": "saw"}))
    engine.people.add("ann", "", ["clerk"])
    engine.people.add("bob", "", ["clerk"])
    ann = Caller(people["jo"]._client, engine.people.issue_token("ann", "", ["read", "write"], 1)[0])
    [task] = ann("GET", "/tasks?role=clerk", 200)["items"]
    path = f"/cases/{case.id}/tasks/{task['task']}"
    assert ann("POST", f"{path}/claim", 200)["tasks"][0]["person"] == "ann"
    assert [one["case"] for one in ann("GET", "/tasks?mine=true", 200)["items"]] == [case.id]
    assert ann("POST", f"{path}/assign", 200, json={"person": "bob"})["tasks"][0]["person"] == "bob"
    for nobody in ("who", "jo", "admin"):
        assert ann("POST", f"{path}/assign", 422, json={"person": nobody})["fields"].keys() == {"person"}
    engine.people.change(replace(engine.people.person("bob"), active=False))
    assert ann("POST", f"{path}/assign", 422, json={"person": "bob"})["code"] == "form"
    assert ann("POST", f"{path}/assign", 200, json={})["tasks"][0]["person"] is None
    assert ann("POST", f"{path}/done", 409)["code"] == "requirement"
    assert ann("POST", f"/cases/{case.id}/tasks/nothing/done", 409)["code"] == "no_such_event"


def test_pages_follow_each_other(engine: Engine, people: dict[str, Caller]) -> None:
    numbers = [in_panel(engine).id for _ in range(5)]
    seen: list[int] = []
    after = ""
    while True:
        page = people["jo"]("GET", "/cases", 200, params={"limit": 2, "after": after})
        seen += [case["id"] for case in page["items"]]
        after = page["next"]
        if not after:
            break
    assert seen == numbers
    assert people["jo"]("GET", "/cases?after=wrong", 422)["fields"] == {
        "after": "The place to go on from is not one that an earlier page gave."
    }
    people["jo"]("GET", "/cases?state=nowhere", 404)
    people["jo"]("GET", "/cases?limit=0", 422)
    people["jo"]("GET", "/cases?limit=many", 422)


def test_processes_are_described(people: dict[str, Caller]) -> None:
    found = {one["process"]: one["versions"] for one in people["jo"]("GET", "/processes", 200)}
    assert found == {"hbep-referral": ["2023-24.1"]}  # of the other one she has no part
    described = people["jo"]("GET", "/processes/hbep-referral", 200)
    placement = next(state for state in described["states"] if state["state"] == "programme.placement")
    assert placement["events"]["hold_review"] == "Hold the review"
    people["jo"]("GET", "/processes/nothing", 404)
    people["jo"]("GET", "/processes/hbep-referral?version=9", 404)


def test_too_many_requests_are_told_to_wait(engine: Engine) -> None:
    engine.people.add("jo", "", ["coordinator"])
    engine.people.add("kim", "", ["coordinator"])
    with TestClient(create_app(engine, per_minute=3)) as client:
        jo, kim = (Caller(client, engine.people.issue_token(login, "", ["read"], 1)[0]) for login in ("jo", "kim"))
        for _ in range(3):
            jo("GET", "/cases", 200)
        limited = jo.response("GET", "/cases")
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "60")
        kim("GET", "/cases", 200)


def test_faults_tell_nothing_of_a_case(
    engine: Engine, people: dict[str, Caller], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("A Pupil, born 2011-03-04")

    case = in_placement(engine)
    monkeypatch.setattr("engine.service.Engine.case", fail)
    told = people["jo"]("GET", f"/cases/{case.id}", 500)
    assert told == {
        "title": "Internal Server Error",
        "status": 500,
        "code": "fault",
        "detail": "Something went wrong inside. Nothing was half-written.",
    }
    logged = "".join(capsys.readouterr())
    assert "ValueError" in logged
    assert "A Pupil" not in logged


def test_every_answer_carries_its_guards(people: dict[str, Caller]) -> None:
    for path in ("/cases", "/nowhere", "/cases/x"):
        headers = people["jo"].response("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
    people["jo"]("GET", "/nowhere", 404)
    people["jo"]("DELETE", "/cases", 405)
    people["jo"]("POST", "/cases", 400, {"Content-Type": "application/json"}, content=b"{bad")
    people["jo"]("POST", "/cases", 422, json={"process": 3})
    people["jo"]("POST", "/cases", 404, json={"process": "nothing"})

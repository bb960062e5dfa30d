"""Routes of cases: opened, moved on and seen by programs, each request with one effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from engine import Engine
from engine.clock import SetClock
from tests.integration.callers import CORRECTION, ROUTES, Caller
from tests.steps import PUPIL, done, in_panel


def test_who_may_not_see_a_case_cannot_tell_that_it_is_there(engine: Engine, callers: dict[str, Caller]) -> None:
    number = in_panel(engine).id
    for who in ("pat", "admin"):
        for method, path in ROUTES:
            if "/cases/1" in path:
                asked = {"link": "sibling", "case": 1} if path.endswith("/links") else CORRECTION
                body: dict[str, Any] = {"json": asked} if method == "POST" else {}
                told = callers[who](method, path.replace("/1", f"/{number}"), 404, **body)
                missing = callers[who](method, path.replace("/1", "/9999"), 404, **body)
                assert told["detail"].replace(str(number), "") == missing["detail"].replace("9999", "")
        assert callers[who]("GET", "/cases", 200)["items"] == []
        assert callers[who]("GET", "/tasks", 200)["items"] == []
        assert callers[who]("GET", "/dates", 200) == []
    assert [case["id"] for case in callers["sam"]("GET", "/cases", 200)["items"]] == [number]
    assert [one["case"] for one in callers["sam"]("GET", "/dates", 200)] == [number]
    assert callers["sam"]("GET", "/cases?organisation=Elsewhere", 200)["items"] == []


def test_a_case_is_opened_moved_on_and_seen(callers: dict[str, Caller]) -> None:
    jo = callers["jo"]
    opened = jo.response("POST", "/cases", json={"process": "hbep-referral", "state": "panel", "data": PUPIL})
    etag = opened.headers["etag"]
    assert opened.status_code == 201
    assert etag.startswith('"1.0-')
    path = opened.headers["location"].removeprefix("/api/v1")
    seen = jo.response("GET", path)
    assert (seen.json(), seen.headers["etag"]) == (opened.json(), etag)
    for known in (etag, f"W/{etag}", f'"2-x", {etag}'):
        again = jo.response("GET", path, {"If-None-Match": known})
        assert (again.status_code, again.headers["etag"], again.content) == (304, etag, b"")
    choices = {one["event"]: one for one in jo("GET", f"{path}/events", 200)}
    assert choices["managed_move"]["allowed"] is True
    assert choices["offer_programme"]["missing"] == ["referral_form", "rrs_baseline", "send_plan", "ehcna", "ehcp"]
    refused = jo("POST", f"{path}/events/offer_programme", 409, json={"data": {"programme": "full_time"}})
    # Of what its own form asks for nothing is said to be missing before anybody filled it in.
    asked = ["ground", "panel_date", "leaving_year", "rating"]
    assert (refused["code"], refused["missing"]) == ("requirement", [*choices["offer_programme"]["missing"], *asked])
    invalid = jo("POST", f"{path}/events/school_continues", 422)
    assert (invalid["code"], invalid["fields"]) == ("form", {"advice": "Advice must be filled in."})
    moved = jo("POST", f"{path}/events/managed_move", 200, {"If-Match": '"1"'}, json={"data": {}})
    assert (moved["state"], moved["outcome"]) == ("managed_move", "Managed move to another school")
    assert jo("POST", f"{path}/events/managed_move", 409, json={})["code"] == "ended"
    assert [one["what"] for one in jo("GET", f"{path}/history", 200)] == ["Case opened", "Managed move agreed"]


def test_a_history_goes_on_where_the_link_leads(engine: Engine, callers: dict[str, Caller]) -> None:
    jo, number = callers["jo"], in_panel(engine).id
    for index in range(6):
        done(engine.fire(number, "add_details", "coordinator", {"tried": f"{index}"}))
    every = jo("GET", f"/cases/{number}/history", 200)
    assert [one["seq"] for one in every] == list(range(1, engine.case(number).version + 1))
    assert every[0].keys() == {
        "seq",
        "at",
        "recorded",
        "what",
        "by",
        "to",
        "kind",
        "who",
        "answers",
        "facts",
        "acting_for",
    }
    assert [(one["field"], one["value"], one["said"]) for one in every[0]["answers"]] == [
        ("school", "Hilltop", "Hilltop"),
        ("consent", True, "Yes"),
        ("pupil_name", "A Pupil", "A Pupil"),
        ("key_stage_from.key_stage", "KS3", "KS3 (Years 7 to 9)"),
        ("key_stage_from.day", "2023-09-11", "11 September 2023"),
    ]
    assert every[1]["facts"] == [{"fact": "file", "title": "File", "said": "referral_form.txt"}]
    assert "link" not in jo.response("GET", f"/cases/{number}/history").headers
    found, path = list[Any](), f"/cases/{number}/history?limit=3"
    while path:
        page = jo.response("GET", path)
        assert len(page.json()) <= 3
        found += page.json()
        link = page.headers.get("link", "")
        assert not link or link.endswith('>; rel="next"')
        path = link.partition(">")[0].removeprefix("</api/v1")
    assert found == every
    assert {one.what for one in engine.accesses(number)} == {"history"}
    for wrong in ("limit=0", "limit=201", "after=made-up", "kind=letters", "kind=documents&kind="):
        jo("GET", f"/cases/{number}/history?{wrong}", 422)


def test_a_history_of_some_kinds_goes_on_with_these(engine: Engine, callers: dict[str, Caller]) -> None:
    jo, number = callers["jo"], in_panel(engine).id
    done(engine.fire(number, "add_details", "coordinator", {"tried": "x"}))
    every = jo("GET", f"/cases/{number}/history", 200)
    first = jo.response("GET", f"/cases/{number}/history?kind=documents&kind=tasks&limit=2")
    link = first.headers["link"].partition(">")[0].removeprefix("</api/v1")
    found = [*first.json(), *jo("GET", link, 200)]
    assert found == [one for one in every if one["kind"] == "documents"]
    assert len(found) == 3


def test_an_answer_that_would_be_another_now_is_sent_anew(
    engine: Engine, clock: SetClock, client: TestClient, callers: dict[str, Caller]
) -> None:
    number = in_panel(engine).id
    path = f"/cases/{number}"
    clock.set(engine.timers(case=number)[0].due)
    engine.run_due()
    # The token of before has expired.
    jo = Caller(client, engine.people.issue_token("jo", "", ["read", "write"], 30)[0])
    known = jo.response("GET", path)

    def asked() -> Response:
        return jo.response("GET", path, {"If-None-Match": known.headers["etag"]})

    kept = len(engine.accesses(number))
    assert asked().status_code == 304
    assert len(engine.accesses(number)) == kept
    # Time passes, and nothing happens to the case.
    due = known.json()["tasks"][0]["due"]
    clock.set(datetime.fromisoformat(due) + timedelta(minutes=1))
    late = asked()
    assert (late.status_code, late.json()["version"]) == (200, known.json()["version"])
    assert (known.json()["tasks"][0]["overdue"], late.json()["tasks"][0]["overdue"]) == (False, True)
    assert len(engine.accesses(number)) > kept
    known = late
    assert asked().status_code == 304
    clock.set(clock.now() + timedelta(days=1))
    known = asked()
    assert known.status_code == 200
    # What has not changed may be changed by whoever knows an earlier answer, or the version alone.
    for etag in (late.headers["etag"], f'"{late.json()["version"]}"'):
        named = {"If-Match": etag}
        assert jo.response("POST", f"{path}/tasks/no_such/done", named, json={}).status_code != 412
    assert jo.response("POST", f"{path}/events/withdraw", {"If-Match": '"1-x"'}, json={}).status_code == 412


def test_who_may_see_less_now_is_not_told_that_nothing_changed(engine: Engine, callers: dict[str, Caller]) -> None:
    number, jo = in_panel(engine).id, callers["jo"]
    done(engine.fire(number, "record_consent", "coordinator", {"consent": "no"}))
    known = jo.response("GET", f"/cases/{number}")
    assert "pupil_name" in known.json()["data"]
    engine.people.change(replace(engine.people.person("jo"), roles=("hbep-referral/manager",)))
    again = jo.response("GET", f"/cases/{number}", {"If-None-Match": known.headers["etag"]})
    assert again.status_code == 200
    assert "pupil_name" not in again.json()["data"]
    assert again.json()["version"] == known.json()["version"]


@pytest.mark.parametrize(
    "at", [1700000000, "1700000000", "20231101T090000Z", "2023-W44-3 09:00", "2023-11-01T09", True, []]
)
def test_a_moment_is_a_day_and_a_time_as_on_every_face(callers: dict[str, Caller], at: object) -> None:
    asked = {"process": "hbep-referral", "state": "panel", "data": PUPIL, "at": at}
    refused = callers["jo"]("POST", "/cases", 422, json=asked)
    assert "Write a moment as 2024-03-22 14:30." in str(refused)


def test_the_second_of_two_is_told_and_the_same_request_has_one_effect(callers: dict[str, Caller]) -> None:
    jo, form = callers["jo"], {"process": "hbep-referral", "state": "panel", "data": PUPIL}
    first = jo("POST", "/cases", 201, {"Idempotency-Key": "a"}, json=form)
    assert jo("POST", "/cases", 201, {"Idempotency-Key": "a"}, json=form)["id"] == first["id"]
    other = callers["sam"](
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


def test_documents_go_in_and_come_out_unchanged(engine: Engine, callers: dict[str, Caller]) -> None:
    path = f"/cases/{in_panel(engine).id}/documents"
    content = b"%PDF-1.4 " + bytes(range(256)) * 9000
    name = "Plän “1”\r\nX: y.pdf"
    added = callers["sam"].response(
        "POST", f"{path}/ehcp", {"Content-Type": "application/pdf"}, content=content, params={"name": name}
    )
    assert added.status_code == 201, added.text
    kept = [one for one in added.json()["documents"] if one["document"] == "ehcp"]
    assert (kept[0]["size"], kept[0]["type"], kept[0]["by"]) == (len(content), "application/pdf", "sam")
    got = callers["jo"].response("GET", f"{path}/ehcp")
    assert got.content == content
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Pl%C3%A4n")
    assert "x" not in {header.lower() for header in got.headers} - {"x-content-type-options"}
    callers["jo"]("GET", f"{path}/ehcna", 404)
    assert callers["jo"]("POST", f"{path}/ehcp", 422, content=b"")["code"] == "form"
    assert callers["jo"]("POST", f"{path}/nothing", 422, content=b"x")["code"] == "form"
    assert engine.verify().findings == ()


def test_a_wrong_value_is_corrected_by_those_who_may(
    engine: Engine, callers: dict[str, Caller], client: TestClient
) -> None:
    path = f"/cases/{in_panel(engine).id}"
    engine.people.add("dee", "", ["data_protection"])
    dee = Caller(client, engine.people.issue_token("dee", "", ["read", "write"], 30)[0])
    said = CORRECTION
    callers["jo"]("POST", f"{path}/corrections", 403, json=said)
    callers["pat"]("POST", f"{path}/corrections", 404, json=said)
    dee("POST", f"{path}/corrections", 422, json=said | {"value": ["Ann"]})
    dee("POST", f"{path}/corrections", 412, {"If-Match": '"0"'}, json=said)
    assert dee("POST", f"{path}/corrections", 200, json=said)["data"]["pupil_name"] == "Ann Hill"
    assert dee("POST", f"{path}/corrections", 422, json=said)["fields"]["entry"].startswith("What stands in")
    assert dee("GET", f"{path}/history", 200)[-1]["what"].endswith("corrected (entry 1)")


def test_whoever_is_shown_personal_data_is_written_down(engine: Engine, callers: dict[str, Caller]) -> None:
    anonymous = done(engine.open_case("hbep-referral", "coordinator", {"school": "Hilltop"}))
    callers["jo"]("GET", f"/cases/{anonymous.id}", 200)
    assert callers["jo"]("GET", f"/cases/{anonymous.id}/accesses", 200) == []
    path = f"/cases/{in_panel(engine).id}"
    callers["sam"]("GET", path, 200)
    callers["jo"]("GET", f"{path}/history", 200)
    callers["jo"].response("GET", f"{path}/documents/send_plan")
    callers["pat"]("GET", path, 404)
    callers["jo"]("GET", f"{path}/documents/ehcp", 404)
    seen = [(one["by"], one["what"]) for one in callers["jo"]("GET", f"{path}/accesses", 200)]
    assert seen == [("jo", "document SEND plan"), ("jo", "history"), ("sam", "case")]
    assert engine.verify().findings == ()


def test_a_document_that_is_too_big_is_refused(engine: Engine, callers: dict[str, Caller]) -> None:
    path = f"/cases/{in_panel(engine).id}/documents/ehcp"
    for content in (b"x" * 25_000_001, iter([b"x" * 1_000_000] * 26)):  # its length said, and in pieces
        assert callers["jo"]("POST", path, 413, content=content)["code"] == "too_big"

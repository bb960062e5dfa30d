"""The API as a whole: what every answer carries, and faults that tell nothing."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from engine import Engine
from engine.api.app import create_app
from tests.integration.callers import Caller
from tests.steps import in_panel, in_placement


def test_faults_tell_nothing_of_a_case(
    engine: Engine, callers: dict[str, Caller], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("A Pupil, born 2011-03-04")

    case = in_placement(engine)
    monkeypatch.setattr("engine.service.Engine.case", fail)
    told = callers["jo"]("GET", f"/cases/{case.id}", 500)
    assert told == {
        "title": "Internal Server Error",
        "status": 500,
        "code": "fault",
        "detail": "Something went wrong inside. Nothing was half-written.",
    }
    logged = "".join(capsys.readouterr())
    assert "ValueError" in logged
    assert "A Pupil" not in logged


def test_every_answer_carries_its_guards(callers: dict[str, Caller]) -> None:
    for path in ("/cases", "/nowhere", "/cases/x"):
        headers = callers["jo"].response("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
    callers["jo"]("GET", "/nowhere", 404)
    callers["jo"]("DELETE", "/cases", 405)
    callers["jo"]("POST", "/cases", 400, {"Content-Type": "application/json"}, content=b"{bad")
    callers["jo"]("POST", "/cases", 422, json={"process": 3})
    callers["jo"]("POST", "/cases", 404, json={"process": "nothing"})


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"process":' + b"9" * 5000 + b"}", '{"process":"café"}'.encode("latin-1")],
    ids=["nested", "number", "encoding"],
)
def test_a_body_that_cannot_be_read_is_told_as_such(callers: dict[str, Caller], body: bytes) -> None:
    told = callers["jo"]("POST", "/cases", 400, {"Content-Type": "application/json"}, content=body)
    assert told["detail"].startswith("The body of the request cannot be read. Send JSON in UTF-8")


def test_what_is_not_for_a_program_is_logged(engine: Engine) -> None:
    engine.people.add_organisation("Elsewhere", "bosworth")
    engine.people.add("pat", "Pat", ["school"], "Elsewhere")
    case = in_panel(engine).id
    client = TestClient(create_app(engine))
    reads = {"Authorization": f"Bearer {engine.people.issue_token('pat', '', ['read'], 1)[0]}"}
    there = {"login": "pat", "address": "testclient", "log_level": "warning", "number": case}
    with capture_logs() as logs:
        assert client.get(f"/api/v1/cases/{case}", headers=reads).status_code == 404
        said = client.post(f"/api/v1/cases/{case}/events/withdraw", headers=reads, json={"data": {}})
        assert said.status_code == 403
        assert client.get(f"/api/v1/cases/{case}").status_code == 401
    assert logs == [
        {**there, "event": "nothing there for a program", "method": "GET", "route": "/cases/{number}"},
        {**there, "event": "not allowed to a program", "method": "POST", "route": "/cases/{number}/events/{event}"},
    ]

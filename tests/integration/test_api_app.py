"""The API as a whole: what every answer carries, and faults that tell nothing."""

from __future__ import annotations

import pytest

from engine import Engine
from tests.integration.callers import Caller
from tests.steps import in_placement


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

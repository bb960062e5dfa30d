"""What goes wrong is told by its family, the same on every face; and the head of an answer is that of the whole one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

import engine as public
from engine import Engine
from engine.api.app import create_app
from engine.cli import main as command
from engine.cli.screen import UNAVAILABLE, USAGE
from engine.service import BadCursor, UnknownCase, UnknownProcess
from engine.service.people.attempts import Throttle
from engine.source.fault import CaseworkError, Invalid, Unavailable, Unknown
from engine.store.database import DatabaseUnavailable
from engine.store.documents import DocumentTooBig
from engine.web.app import create_site
from tests.integration.site import Visit, settle
from tests.steps import in_panel

SECRET = "the password of the server"


class Strange(Unavailable):
    """A member of a family that no face has heard of."""


@pytest.fixture
def api(engine: Engine) -> Iterator[TestClient]:
    settle(engine)
    with TestClient(create_app(engine), raise_server_exceptions=False) as made:
        secret, _ = engine.people.issue_token("jo", "", ["read", "write"], 1)
        made.headers["authorization"] = f"Bearer {secret}"
        yield made


def _raises(error: Exception) -> Callable[..., Any]:
    def failing(*_: Any, **__: Any) -> Any:
        raise error

    return failing


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UnknownCase("There is no case 7."), 404, USAGE),
        (UnknownProcess("There is no process x."), 404, USAGE),
        (BadCursor("This is no cursor."), 422, USAGE),
        (DocumentTooBig("A document has at most 25 MB."), 413, USAGE),
        (DatabaseUnavailable(SECRET), 503, UNAVAILABLE),
        (Strange(SECRET), 503, UNAVAILABLE),
    ],
    ids=lambda one: type(one).__name__,
)
def test_every_face_tells_a_family_alike(
    engine: Engine,
    api: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    status: int,
    code: int,
) -> None:
    for method in ("case", "seen", "overview_of"):
        monkeypatch.setattr(Engine, method, _raises(error))
    said = api.get("/api/v1/cases/1")
    assert (said.status_code, said.json()["status"]) == (status, status)
    page = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo").get("/cases/1", status)
    assert (said.headers.get("retry-after"), page.headers.get("retry-after")) == (
        ("5", "5") if status == 503 else (None,) * 2
    )
    assert SECRET not in said.text + page.text
    capsys.readouterr()
    assert command._told(error) == code
    assert str(error) in capsys.readouterr().err


def test_what_the_driver_raises_is_a_database_that_cannot_be_used(engine: Engine) -> None:
    def fail() -> None:
        with engine.database.reading():
            raise OperationalError("SELECT 'Zebedee Quux'", None, Exception("database is locked"))

    with pytest.raises(DatabaseUnavailable, match="Nothing was written") as told:
        fail()
    assert "Zebedee" not in str(told.value)


def test_every_public_exception_belongs_to_a_family() -> None:
    raised = [one for one in (getattr(public, name) for name in public.__all__) if isinstance(one, type)]
    faults = [one for one in raised if issubclass(one, Exception)]
    assert {UnknownCase, BadCursor, DatabaseUnavailable} <= set(faults)
    assert [one for one in faults if not issubclass(one, CaseworkError)] == []
    assert issubclass(Unknown, LookupError)
    assert issubclass(Invalid, ValueError)


def test_the_head_of_an_answer_is_that_of_the_whole_one(engine: Engine, api: TestClient) -> None:
    case = in_panel(engine)
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo")
    for client, path in (
        (visit.client, "/"),
        (visit.client, f"/cases/{case.id}"),
        (visit.client, f"/cases/{case.id}/documents/send_plan/1"),
        (visit.client, "/nowhere"),
        (api, "/api/v1/cases"),
        (api, f"/api/v1/cases/{case.id}"),
        (api, "/api/v1/cases/999"),
        (api, "/api/v1/openapi.json"),
    ):
        whole, head = client.get(path), client.head(path)
        assert head.status_code == whole.status_code, path
        assert head.content == b""
        assert head.headers["content-type"] == whole.headers["content-type"]
        assert head.headers.get("etag") == whole.headers.get("etag")

"""Problem details: one form for every kind of refusal, and nothing in it that is empty or was typed."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from engine.api.problem import MEDIA_TYPE, add_handlers, answer, of_refusal, problem, responses, turned_away
from engine.case.refusal import Code, Refusal
from engine.running.doors import Turned
from engine.source.fault import Invalid, TooBig, Unavailable, Unknown


@pytest.mark.parametrize(
    ("code", "status"),
    [(Code.NOT_ALLOWED, 403), (Code.FORM, 422), (Code.CHANGED, 412), (Code.REQUIREMENT, 409)],
)
def test_a_refusal_has_the_status_of_its_kind_and_all_it_says(code: Code, status: int) -> None:
    refusal = Refusal(code, "Not now.", missing=("send_plan",), fields={"school": "Say which."})
    told = of_refusal(refusal).problem
    assert (told.status, told.code, told.detail) == (status, str(code), "Not now.")
    assert (told.missing, told.fields) == (["send_plan"], {"school": "Say which."})


def test_what_is_empty_is_left_out_but_never_the_reason() -> None:
    said = answer(problem(404, "not_found", ""))
    assert said.headers["content-type"] == MEDIA_TYPE
    assert json.loads(bytes(said.body)) == {"title": "Not Found", "status": 404, "code": "not_found", "detail": ""}


class Lost(Unavailable):
    said, seconds = "Come back.", 7


class Bad(Invalid):
    field = "name"


@pytest.mark.parametrize(
    ("error", "status", "code", "detail"),
    [
        (Unknown("no such case"), 404, "not_found", "no such case"),
        (Unknown(), 404, "not_found", "There is no such thing."),
        (TooBig("more than is taken"), 413, "too_big", "more than is taken"),
        (Bad("is none"), 422, "form", "is none"),
        (Lost("disk of db.example.org is full"), 503, "unavailable", "Come back."),
    ],
)
def test_families_are_told_by_their_status(error: Exception, status: int, code: str, detail: str) -> None:
    """A family that is unavailable says what is for everybody; the names of servers are for those who run it."""
    app = FastAPI()
    add_handlers(app)

    @app.get("/")
    def fails() -> None:
        raise error

    said = TestClient(app).get("/")
    assert (said.status_code, said.json()["code"], said.json()["detail"]) == (status, code, detail)
    assert said.json().get("fields") == ({"name": "is none"} if isinstance(error, Bad) else None)
    assert said.headers.get("retry-after") == ("7" if isinstance(error, Lost) else None)


@pytest.mark.parametrize(("status", "code"), [(413, "too_big"), (415, "http")])
def test_who_is_turned_away_at_the_door_is_told_in_the_same_form(status: int, code: str) -> None:
    said = turned_away(Turned(status, "Too much."))
    assert (said.status_code, json.loads(bytes(said.body))["code"]) == (status, code)
    assert said.headers["connection"] == "close"


def test_every_route_describes_what_stands_before_it() -> None:
    assert set(responses(404)) == {400, 401, 403, 404, 413, 415, 422, 429, 503}

"""Serving: pages and API under one address, and a scheduler that lives as long as they do."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse

from engine.running.proxies import networks_of
from engine.running.serving import Both, create_service
from engine.service import Engine


@pytest.mark.parametrize(
    ("path", "said"),
    [("/api/v1/cases", "api"), ("/api/", "api"), ("/", "pages"), ("/api", "pages"), ("/apiary", "pages")],
)
def test_only_what_lies_below_api_is_the_apis(path: str, said: str) -> None:
    pages = FastAPI(openapi_url=None)

    @pages.get("/{rest:path}")
    def page() -> PlainTextResponse:
        return PlainTextResponse("pages")

    async def api(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("api")(scope, receive, send)

    assert TestClient(Both(pages, api)).get(path).text == said


class Told:
    """A scheduler that only writes down what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")


def test_the_scheduler_runs_as_long_as_the_service() -> None:
    engine, told = Engine(), Told()
    with TestClient(create_service(engine, per_minute=10, scheduler=told), base_url="http://127.0.0.1:8000") as client:  # type: ignore[arg-type]
        assert told.calls == ["start"]
        assert client.get("/sign-in").status_code == 200
        assert client.get("/api/v1/cases").status_code == 401
    assert told.calls == ["start", "stop"]
    engine.close()


def test_both_faces_answer_by_the_names_of_the_site_only_and_with_the_same_headers() -> None:
    engine = Engine()
    with TestClient(create_service(engine, per_minute=10, address="https://casework.example")) as client:
        for path in ("/sign-in", "/api/v1/cases", "/api/v1/openapi.json"):
            for host, is_known in (
                ("evil.example", False),
                ("casework.example.evil", False),
                ("casework.example", True),
            ):
                said = client.get(path, headers={"host": host})
                assert (said.status_code != 400) is is_known, (path, host)
            assert said.headers["x-frame-options"] == "DENY"
            assert said.headers["x-content-type-options"] == "nosniff"
            assert said.headers["cross-origin-opener-policy"] == "same-origin"
            assert said.headers["cross-origin-resource-policy"] == "same-origin"
            assert said.headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"
            assert said.headers["strict-transport-security"] == "max-age=31536000"
            assert said.headers["cache-control"] == "no-store"
            assert "frame-ancestors 'none'" in said.headers["content-security-policy"]
            assert "base-uri 'none'" in said.headers["content-security-policy"]
    engine.close()


def test_who_asks_is_told_by_proxies_that_are_named_only() -> None:
    engine, told, base = Engine(), [], "http://127.0.0.1:8000"
    engine.people.add("jo", "", ["administrator"])
    key = engine.accounts.sign_in_as("jo") or ""
    session = engine.accounts.session(key)
    assert session is not None
    head = {"origin": base, "x-forwarded-for": "198.51.100.1, 203.0.113.7"}
    for proxies in ((), networks_of("192.0.2.1")):
        service = create_service(engine, per_minute=10, proxies=proxies)
        client = TestClient(service, client=("192.0.2.1", 5), base_url=base, cookies={"casework": key})
        form = {"csrf": session.csrf, "name": f"Number {len(proxies)}", "area": ""}
        assert client.post("/organisations", data=form, headers=head).status_code == 200
        told.append(next(iter(engine.journals.journal("x:administrator").items)).origin)
    assert told == ["192.0.2.1", "203.0.113.7"]
    engine.close()

"""Visitor: where forms come from, and that no address leads out of the site."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.web.page import local_path
from tests.integration.site import PASSWORD, Visit


def test_forms_from_elsewhere_are_refused(site: FastAPI, engine: Engine) -> None:
    visit = Visit(site, "jo")
    data = {"csrf": visit.csrf(), "title": "x", "query": ""}
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:8001"},
    ):
        visit.post("/cases/views", data, 403, headers=headers)
        assert (
            visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD}, headers=headers).status_code
            == 403
        )
    other = Visit(site, "max")
    visit.post("/cases/views", {"csrf": other.csrf(), "title": "x"}, 403)
    assert engine.desk.views(engine.people.person("jo").actor) == []


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/%0d%0aset-cookie:x",
    ],
)
def test_no_way_leads_out(site: FastAPI, wanted: str) -> None:
    visit = Visit(site)
    said = visit.client.post("/sign-in", data={"login": "jo", "password": PASSWORD, "next": wanted})
    location = said.headers["location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\r" not in location
    assert local_path("/cases?state=panel&sort=-id") == "/cases?state=panel&sort=-id"

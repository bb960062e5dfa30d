"""Visitor: where forms come from, and that no address leads out of the site."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.web.page import local_path
from tests.integration.site import PASSWORD, Visit
from tests.integration.test_permissions import ROUTES, filled


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


FOREIGN = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}


def test_no_form_at_all_is_taken_from_elsewhere(site: FastAPI) -> None:
    """Not even one that needs no session: else a page of somebody else could sign people in."""
    visits = [Visit(site, login) for login in ("", "jo", "sam", "ada")]
    posts = {route.path for route in ROUTES if "POST" in route.methods}
    assert {"/sign-in", "/sign-in/organisation", "/invitation/{secret}"} < posts
    for path in sorted(posts):
        data = [{"csrf": visit.csrf()} for visit in visits]
        said = [
            visit.client.post(filled(path), data=one, headers=FOREIGN) for visit, one in zip(visits, data, strict=True)
        ]
        refused = [one.status_code for one in said if one.headers.get("location", "").partition("?")[0] != "/sign-in"]
        if path not in {"/retention/{case}", "/retention/{case}/erase"}:  # for a role that nobody of them has
            assert 403 in refused, path
        assert set(refused) <= {403, 404}, (path, refused)


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

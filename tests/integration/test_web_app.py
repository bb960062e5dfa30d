"""The site as a whole: which hosts are served, and what is said of addresses that are not there."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.testclient import TestClient

from engine import Engine
from engine.web.app import create_site
from tests.integration.site import BASE, Visit


def test_another_host_is_not_served(site: FastAPI) -> None:
    said = Visit(site).client.get("/sign-in", headers={"host": "evil.example"})
    assert said.status_code == 400
    ada = Visit(site, "ada")
    text = ada.post("/people/jo/invite", status=200).text
    assert f"{BASE}/invitation/" in text


def test_which_address_is_not_there_and_which_cannot_be_is_not_told(enter: Callable[[str], Visit]) -> None:
    jo = enter("jo")
    paths = ("/cases/17", "/cases/x", "/cases/0", "/nothing")
    assert len({jo.get(path, 404).text.partition("<main")[2].partition("</main>")[0] for path in paths}) == 1


def test_where_the_site_is_https_cookies_and_headers_say_so(stage: Engine) -> None:
    said = TestClient(create_site(stage, address="https://casework.example"), base_url="https://casework.example")
    assert "strict-transport-security" in said.get("/sign-in").headers
    assert "strict-transport-security" not in Visit(create_site(stage)).get("/sign-in").headers

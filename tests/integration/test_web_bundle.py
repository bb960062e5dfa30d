"""Style sheets and scripts: named by their content, compressed, kept for ever by browsers."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.web import bundle
from engine.web.app import create_site
from tests.conftest import missing
from tests.integration.site import Visit


@pytest.fixture
def site(engine: Engine) -> FastAPI:
    if not bundle.names():
        missing("nothing was built here: make run builds it")
    return create_site(engine)


def test_a_page_names_what_it_loads_by_its_content(site: FastAPI) -> None:
    visit = Visit(site)
    page = visit.get("/sign-in").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) == 2
    for address in addresses:
        said = visit.get(address)
        digest = re.search(r"\.([0-9a-f]{12})\.(?:css|js)$", address)
        assert digest
        assert hashlib.sha256(said.content).hexdigest().startswith(digest.group(1))
        assert said.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert said.headers["vary"] == "Accept-Encoding"
        assert said.headers["content-type"].startswith(("text/css", "text/javascript"))
        for inner in re.findall(r'(?:url\(|from ")(?:/static/|\./)([^)"]+\.[0-9a-f]{12}\.\w+)', said.text):
            visit.get(f"/static/{inner}")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("gzip;q=0", None),
    ],
)
def test_it_is_sent_as_small_as_the_browser_takes_it(site: FastAPI, accepted: str, encoding: str | None) -> None:
    address = bundle.asset("casework.css")
    with Visit(site).client.stream("GET", address, headers={"accept-encoding": accepted}) as said:
        raw = b"".join(said.iter_raw())
        assert said.headers.get("content-encoding") == encoding
    plain = (bundle.STATIC / bundle.names()["casework.css"]).read_bytes()
    assert len(raw) < len(plain) / 5 if encoding else raw == plain
    if encoding == "gzip":
        assert gzip.decompress(raw) == plain


def test_nothing_else_is_sent(site: FastAPI) -> None:
    visit = Visit(site)
    for path in ("/static/casework.css", "/static/names.json", "/static/", "/static/..%2fapp.py", "/static/../app.py"):
        visit.get(path, 404)


def test_what_was_never_built_is_asked_for_by_its_plain_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundle, "STATIC", tmp_path)
    bundle.names.cache_clear()
    try:
        assert bundle.asset("casework.css") == "/static/casework.css"
        assert bundle._found("casework.css", "").status_code == 404
        (tmp_path / "casework.css").write_text("a{}")
        assert bundle._found("casework.css", "").headers["cache-control"] == "no-cache"
    finally:
        bundle.names.cache_clear()


def test_the_script_keeps_nothing_and_makes_no_markup() -> None:
    scripts = sorted((Path(bundle.__file__).parent / "assets").glob("*.js"))
    assert "casework.js" in [one.name for one in scripts]
    stores = r"localStorage|sessionStorage|indexedDB|caches\.|document\.cookie|postMessage|\"message\""
    markup = r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|https?://"
    assert [one for file in scripts for one in re.findall(f"{stores}|{markup}", file.read_text())] == []

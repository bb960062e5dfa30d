"""Nasty values: whatever stands in an address or a form, the answer is a page or a refusal, never a fault of ours.

The parameters are those of the routes that exist, and the forms those that the pages show.
"""

from __future__ import annotations

import inspect
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.site import BASE, Visit, settle
from tests.integration.test_permissions import PAGES, ROUTES, filled
from tests.part import part
from tests.steps import PUPIL, done, in_placement

NASTY = (
    "²",
    "|²",
    "||",
    "١٢",
    "0",
    "-1",
    "1e400",
    "9" * 19,
    "9" * 5000,
    "NaN",
    "\x00",
    "a\x00b",
    "\ufffe\uffff",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2024-01-01T00:00:00+99:99",
    "2024-02-30",
    "24:00",
    "'; DROP TABLE cases --",
    "../../etc/passwd",
    "%s%n{0}{{7*7}}",
    "🎉" * 300,
    "x" * 30_000,
    "[]",
    "//[",
    "http://[x]/",
    "https://a:99999999/",
)
FEW = ("²", "//[", "a\x00b", "9" * 5000, "0001-01-01T00:00:00+14:00", "9999-12-31")
RAW = ("%ED%A0%80", "%FF%FE", "%00", "%2", "+")
JSON: tuple[Any, ...] = (*NASTY, "\ud800", None, True, -1, 10**30, 1e308, [], {}, ["\ud800"], {"\x00": "\x00"})
NAMES_IN_FORMS = re.compile(r"""(?:posted\.\w+\(|date_in\(posted, )\s*["']([a-z_]+)["']""")


@pytest.fixture
def stocked(engine: Engine) -> Engine:
    """A case with tasks, documents and a meeting, a draft, and people of all kinds."""
    settle(engine)
    jo, sam = engine.people.person("jo").actor, engine.people.person("sam").actor
    case = done(engine.open_case("hbep-referral", sam, PUPIL, state="panel"))
    done(engine.add_document(case.id, "referral_form", b"%PDF-1.4", sam, media_type="application/pdf"))
    answers = {"area": "hinckley", "panel_date": "2023-12-01", "ground": "At risk"}
    done(engine.fire(case.id, "book_panel", jo, answers))
    in_placement(engine)
    done(engine.open_case("equipment-loan", "clerk", {"club": "Hilltop", "item": "saw"}))
    engine.desk.begin_draft("hbep-referral", "panel", sam)
    return engine


@pytest.fixture
def visits(stocked: Engine) -> dict[str, Visit]:
    site = create_site(stocked, throttle=Throttle(10**6, 10**6))
    return {login: Visit(site, login) for login in ("jo", "sam", "ada", "ann", "")}


def fitting(route: APIRoute, visits: dict[str, Visit]) -> Visit:
    granted = PAGES.get(route.path, set())
    return next((visit for login, visit in visits.items() if login in granted), visits["jo"])


def parameters(route: APIRoute) -> Iterator[str]:
    """The names of what stands in the address of a route, behind the `?`."""
    for one in route.dependant.query_params:
        yield one.alias
    source = inspect.getsource(inspect.getmodule(route.endpoint))  # type: ignore[arg-type]
    if "query_params" in inspect.getsource(route.endpoint) or "_looking" in inspect.getsource(route.endpoint):
        yield from re.findall(r"^_NAMES = \((.*)\)$", source, re.M)[0].replace('"', "").split(", ")
        yield "show"


def some_of(engine: Engine, place: int) -> Sequence[str]:
    """Another part at each place. On PostgreSQL of a few: what the two databases take differently is among them."""
    return part(NASTY, place, 6) if engine.database.is_sqlite else part(FEW, place, 2)


def test_pages_take_any_address(stocked: Engine, visits: dict[str, Visit]) -> None:
    asked, places = 0, itertools.count()
    for route in ROUTES:
        if "GET" not in route.methods:
            continue
        visit, path = fitting(route, visits), filled(route.path)
        for name in parameters(route):
            place = next(places)
            for value in some_of(stocked, place):
                answered(visit, "GET", path, params={name: value})
                asked += 1
            for value in part(RAW, place, 3):
                answered(visit, "GET", f"{path}?{name}={value}")
        for name in re.findall(r"{(\w+)(?::\w+)?}", route.path):
            place = next(places)
            for value in (*some_of(stocked, place), *part(RAW, place, 3)):
                answered(visit, "GET", filled(re.sub(rf"{{{name}(:\w+)?}}", quoted(value), route.path)))
                asked += 1
    assert asked > 200


def quoted(value: str) -> str:
    return value if value in RAW else quote(value[:2000], safe="")


def answered(visit: Visit, method: str, path: str, **more: Any) -> Any:
    response = visit.client.request(method, path, **more)
    said = response.text[-500:] if response.status_code >= 500 else ""
    assert response.status_code < 500, (method, path[:200], str(more)[:300], said)
    return response


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and what it sends when it is left as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form" and (given.get("method") or "get").lower() == "post":
            self.found.append((given.get("action") or "", {}))
        elif tag in {"input", "textarea", "select", "button"} and self.found and given.get("name"):
            self.found[-1][1].setdefault(str(given["name"]), given.get("value") or "")


def fields_of(route: APIRoute) -> set[str]:
    """The names that the module of a route reads from forms."""
    source = inspect.getsource(inspect.getmodule(route.endpoint))  # type: ignore[arg-type]
    return set(NAMES_IN_FORMS.findall(source))


def test_pages_take_any_form(visits: dict[str, Visit]) -> None:
    """Every field of every form that is shown, and every name that a route reads, one after the other."""
    sent = 0
    for place, route in enumerate(ROUTES):
        if "POST" not in route.methods or "sign-out" in route.path or route.path.endswith("/stop"):
            continue
        for login in part(("jo", "sam", "ada"), place, 3):
            visit, path = visits[login], filled(route.path)
            plain = {"csrf": visit.csrf()}
            for name in fields_of(route) - {"csrf"}:
                answered(visit, "POST", path, data={**plain, name: FEW[sent % len(FEW)]})
                sent += 1
            for value in part(FEW, sent, len(FEW)):
                everything = dict.fromkeys(fields_of(route) - {"csrf"}, value)
                answered(visit, "POST", path, data={**everything, **plain})
    assert sent > 200


def test_forms_as_they_are_shown_take_any_value(visits: dict[str, Visit]) -> None:
    sent = 0
    for route in ROUTES:
        if "GET" not in route.methods or route.path in {"/profile/code", "/profile"}:
            continue
        visit, path = fitting(route, visits), filled(route.path)
        page = visit.client.get(path)
        if "html" not in page.headers.get("content-type", ""):
            continue
        for action, fields in Forms(page.text).found:
            if "sign-out" in action or "remove" in action or "discard" in action:
                continue
            for name in fields:
                if name != "csrf":
                    data = {**fields, name: NASTY[sent % len(NASTY)]}
                    answered(visit, "POST", action or path, data=data)
                    sent += 1
    assert sent > 50


@pytest.mark.parametrize("name", ["origin", "referer"])
@pytest.mark.parametrize("value", ["//[", "http://[x]/", "https://a:99999999/", "null", "\x00", f"{BASE}//["])
def test_forms_come_from_any_address(visits: dict[str, Visit], name: str, value: str) -> None:
    for login in ("jo", ""):
        visit = visits[login]
        for token in (visit.csrf(), "of-an-earlier-session"):
            answered(visit, "POST", "/cases/1/notes", data={"csrf": token, "text": "typed"}, headers={name: value})


def test_the_api_takes_any_parameter_and_body(stocked: Engine) -> None:
    with TestClient(create_app(stocked, per_minute=10**9), raise_server_exceptions=False) as client:
        secret = stocked.people.issue_token("jo", "", ["read", "write"], 30)[0]
        client.headers["Authorization"] = f"Bearer {secret}"
        described = client.get("/api/v1/openapi.json").json()
        sent, places = 0, itertools.count()
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                for one in operation.get("parameters", []):
                    for value in some_of(stocked, next(places)):
                        ask_api(client, method, path, one, value)
                        sent += 1
                if "application/json" in operation.get("requestBody", {}).get("content", {}):
                    for body in bodies(described, operation):
                        ask_api(client, method, path, None, "", body)
                        sent += 1
        assert sent > 200


def bodies(described: dict[str, Any], operation: dict[str, Any]) -> Iterator[bytes]:
    """Bodies with something nasty for each of their names, and some that are nasty as a whole."""
    text = json.dumps(operation["requestBody"])
    name = re.findall(r"#/components/schemas/(\w+)", text)[0]
    known = described["components"]["schemas"][name]["properties"]
    usual = {"process": "hbep-referral", "state": "panel", "data": dict(PUPIL)}
    for place, key in enumerate(known):
        for value in part(JSON, place, 5):
            yield json.dumps({**{one: usual[one] for one in known if one in usual}, key: value}).encode()
    if "data" in known:
        for place, field in enumerate(("pupil_name", "school", "key_stage", "consent", "date_of_birth", "nothing")):
            for value in part(JSON, place, 5):
                given = {**PUPIL, field: value}
                yield json.dumps({**{one: usual[one] for one in known if one in usual}, "data": given}).encode()
    yield b"[" * 100_000
    yield b'{"data":' * 20_000 + b"1" + b"}" * 20_000
    yield b'{"data": {"a": ' + b"9" * 10_000 + b"}}"
    yield b"\xff\xfe"
    yield b""


def ask_api(
    client: TestClient, method: str, path: str, one: dict[str, Any] | None, value: str, body: bytes | None = None
) -> None:
    examples = {"number": "1", "event": "withdraw", "task": "hold_review", "document": "referral_form"}
    given = {"name": "hbep-referral", **examples}
    params: dict[str, str] = {}
    headers: dict[str, str] = {"content-type": "application/json"} if body is not None else {}
    if one is not None and one["in"] == "path":
        given[one["name"]] = quoted(value)
    elif one is not None and one["in"] == "query":
        params[one["name"]] = value
    elif one is not None:
        headers[one["name"]] = "".join(char for char in value[:5000] if char.isprintable()).encode("utf-8", "replace")  # type: ignore[assignment]
    for name, example in given.items():
        path = path.replace(f"{{{name}}}", example)
    content = {"content": body if body is not None else b"{}"} if method != "get" else {}
    response = client.request(method.upper(), path, params=params, headers=headers, **content)  # type: ignore[arg-type]
    said = response.text[:500]
    assert response.status_code < 500, (method, path[:200], str((params, headers))[:300], str(body)[:300], said)

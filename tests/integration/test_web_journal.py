"""The page of the journal: for administrators and auditors, page by page, by kind and person; nothing changes it."""

from __future__ import annotations

import re

import pytest

from engine import Engine
from engine.service.people.attempts import Throttle
from engine.web import journal as journal_pages
from engine.web.app import create_site
from tests.integration.site import Visit, settle
from tests.integration.test_web_outbox import followed


def visit(engine: Engine, login: str) -> Visit:
    return Visit(create_site(engine, throttle=Throttle(1000, 1000)), login)


def test_what_an_administrator_does_on_a_page_stands_there_with_where_it_came_from(engine: Engine) -> None:
    settle(engine)
    ada = visit(engine, "ada")
    ada.post("/outbox/hooks", {"url": "https://hook.example.org/x"}, 200)
    ada.post("/people/jo/invite", {}, 200)
    text = ada.get("/journal").text
    assert "Hook added: hook 1" in text
    assert "ada<br>testclient" in text
    assert "Invitation made: jo" in visit(engine, "ann").get("/journal?kind=invitation&person=jo").text
    assert "Hook added" not in ada.get("/journal?kind=invitation").text
    assert "Nothing is written down." in ada.get("/journal?kind=token").text
    visit(engine, "jo").get("/journal", 404)
    for method in ("post", "put", "delete"):
        assert getattr(ada.client, method)("/journal").status_code == 405


def test_taking_a_list_away_is_told(engine: Engine) -> None:
    settle(engine)
    jo = visit(engine, "jo")
    jo.get("/cases.csv")
    jo.get("/cases.xlsx")
    found = engine.journal("auditor", kind="export").items
    assert [(one.by, one.about, one.after) for one in found] == [
        ("jo", "cases.xlsx", {"cases": 0}),
        ("jo", "cases.csv", {"cases": 0}),
    ]


def test_every_entry_is_found_page_by_page(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(engine)
    ada = visit(engine, "ada")
    monkeypatch.setattr(journal_pages, "PAGE", 4)
    found = followed(ada, "/journal", r'row"><td class="govuk-table__cell">([0-9]+)</td>')
    assert len(found) == len(set(found)) == len(engine.journal("auditor", limit=200).items)
    assert re.search(r'<option value="token" selected', ada.get("/journal?kind=token").text)

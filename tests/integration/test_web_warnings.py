"""The page of warnings: what somebody was told stands on their first page until they have read it."""

from __future__ import annotations

from dataclasses import replace

from fastapi import FastAPI

from engine import Engine
from tests.integration.site import Visit

UNREAD = "You were told something that you have not read"


def unread(engine: Engine, login: str) -> list[str]:
    return [one.subject for one in engine.warnings.unread(engine.people.person(login).actor)]


def more_for_lee(engine: Engine) -> None:
    engine.people.change(replace(engine.people.person("lee"), roles=("hbep-referral/manager",)), by="ada")


def test_what_is_told_stands_on_the_first_page_until_it_is_read(engine: Engine, site: FastAPI) -> None:
    engine.people.add("eve", "Eve", ["administrator"])
    visit, other = Visit(site, "lee"), Visit(site, "jo")
    assert "You were told nothing yet." in visit.get("/warnings").text
    assert UNREAD not in visit.get("/").text
    more_for_lee(engine)
    # Neither who did it is told, nor anybody whom it does not concern; nobody needs an address.
    assert [unread(engine, one) for one in ("lee", "eve", "ada", "jo")] == [["Somebody may see more"]] * 2 + [[]] * 2
    [told] = engine.warnings.unread(engine.people.person("lee").actor)
    assert UNREAD in visit.get("/").text
    assert UNREAD not in other.get("/").text
    assert "changed by: ada" in visit.get("/warnings").text
    other.post("/warnings/read", {"warning": str(told.number)}, status=404)
    assert unread(engine, "lee")
    for _ in range(2):
        visit.post("/warnings/read", {"warning": str(told.number)})
    assert UNREAD not in visit.get("/").text
    assert "You have read this." in visit.get("/warnings").text
    assert unread(engine, "eve")

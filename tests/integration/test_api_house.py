"""Routes of the house: people, organisations and meetings, for those who see them on the pages."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from engine import Engine
from engine.store.people import people as store
from tests.integration.callers import Caller

MANY = 7


def every(caller: Caller, path: str, **asked: str) -> list[dict[str, Any]]:
    """What stands on all pages of a list."""
    found, after, pages = list[dict[str, Any]](), "", 0
    while after or not pages:
        assert pages <= MANY, "pages without an end"
        page = caller("GET", path, 200, params={**asked, "limit": 3, "after": after})
        assert len(page["items"]) <= 3
        found, after, pages = found + page["items"], page["next"], pages + 1
    return found


def test_people_are_read_page_by_page_by_administrators(engine: Engine, callers: dict[str, Caller]) -> None:
    for number in range(MANY):
        engine.people.add(f"k{number}", f"Kim {number}", ["clerk"], email=f"k{number}@example.org")
    found = every(callers["admin"], "/people")
    assert [one["login"] for one in found] == [one.login for one in engine.people.everybody()]
    [kim] = [one for one in found if one["login"] == "k3"]
    assert kim == {
        "login": "k3",
        "name": "Kim 3",
        "roles": ["equipment-loan/clerk"],
        "organisation": None,
        "active": True,
        "email": "k3@example.org",
        "area": "",
        "version": 1,
    }


def test_a_page_of_thousands_reads_no_more_than_it_shows(
    engine: Engine, callers: dict[str, Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        engine.people.add(f"k{number:02}", "", ["clerk"])
    read, person = list[str](), store._person
    monkeypatch.setattr(store, "_person", lambda row: read.append(row[1]) or person(row))
    callers["admin"]("GET", "/people", 200, params={"limit": 5})
    assert len(set(read)) <= 7


def test_organisations_are_read_page_by_page_and_searched(engine: Engine, callers: dict[str, Caller]) -> None:
    for number in range(MANY):
        engine.people.add_organisation(f"Oak {number}", "hinckley")
    admin = callers["admin"]
    names = [one["name"] for one in every(admin, "/organisations")]
    assert names == [one.name for one in engine.people.organisations()]
    assert [one["name"] for one in admin("GET", "/organisations?search=oak 3", 200)["items"]] == ["Oak 3"]


@pytest.mark.parametrize("path", ["/people", "/organisations"])
def test_to_others_there_are_no_such_lists(callers: dict[str, Caller], path: str) -> None:
    for who in ("jo", "sam", "reader"):
        assert callers[who]("GET", path, 404)["code"] == "not_found"


def test_meetings_are_those_that_are_seen_on_the_pages(engine: Engine, callers: dict[str, Caller]) -> None:
    jo, first = engine.people.person("jo").actor, date(2023, 12, 1)
    for number in range(MANY):
        engine.meetings.plan("hbep-referral", "panel", "hinckley", first + timedelta(number), time(13, 30), jo)
    found = every(callers["jo"], "/meetings")
    assert [one["begins"][:10] for one in found] == [(first + timedelta(n)).isoformat() for n in range(MANY)]
    assert found[0] | {"id": 0} == {
        "id": 0,
        "process": "hbep-referral",
        "meeting": "panel",
        "series": "hinckley",
        "title": found[0]["title"],
        "begins": "2023-12-01T13:30:00Z",
        "held": False,
        "booked": 0,
        "heard": 0,
        "most": None,
        "closes": None,
        "is_open": True,
        "version": 1,
    }
    assert [one["id"] for one in every(callers["jo"], "/meetings", since="2023-12-03")] == [
        one["id"] for one in found[2:]
    ]
    before = every(callers["jo"], "/meetings", before="2023-12-03")
    assert [one["id"] for one in before] == [found[1]["id"], found[0]["id"]]
    for who in ("sam", "admin"):
        assert callers[who]("GET", "/meetings", 200) == {"items": [], "next": ""}


@pytest.mark.parametrize(
    "path",
    [
        "/people?after=made-up",
        "/organisations?after=made-up",
        "/meetings?after=made-up",
        "/people?limit=0",
        "/people?limit=1_0",
        "/meetings?since=2023-13-01",
        "/meetings?since=1",
        "/meetings?since=2023-12-01&before=2023-12-01",
    ],
)
def test_what_no_page_gave_is_refused(callers: dict[str, Caller], path: str) -> None:
    callers["admin"]("GET", path, 422)


def test_where_a_page_goes_on_says_nobodys_name(engine: Engine, callers: dict[str, Caller]) -> None:
    for number in range(MANY):
        engine.people.add(f"kim-oak-{number}", "Kim Oak", ["clerk"])
        engine.people.add_organisation(f"Kim Oak {number}", "hinckley")
    for path in ("/people", "/organisations"):
        after = callers["admin"]("GET", path, 200, params={"limit": 5})["next"]
        assert after
        assert "oak" not in after.lower()
        other = "/organisations" if path == "/people" else "/people"
        callers["admin"]("GET", other, 422, params={"after": after})

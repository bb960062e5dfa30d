"""The directory: people and organisations a page at a time, in the order in which people look, and found by words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from engine import Engine
from engine.service.cases.views import every
from engine.service.lists.cursors import BadCursor
from engine.service.people.attempts import Throttle
from engine.service.people.faults import BadPerson
from engine.service.people.people import Person
from engine.store.people import people as store
from engine.web.app import create_site
from engine.web.people import organisations as organisation_pages
from engine.web.people import people as people_pages
from tests.integration.site import PEOPLE, Visit, settle
from tests.integration.test_limits import followed
from tests.integration.test_order import READ, migrate

ROW = 'name="known" value="([^"]+)"'


@pytest.fixture
def crowd(engine: Engine) -> Engine:
    settle(engine)
    for name in READ:
        engine.people.add_organisation(name)
    return engine


@pytest.fixture
def visit(crowd: Engine) -> Visit:
    return Visit(create_site(crowd, throttle=Throttle(1000, 1000)), "ada")


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_pages_hold_each_organisation_once_in_the_order_of_the_whole_list(crowd: Engine, size: int) -> None:
    found = list(every(lambda after: crowd.directory.organisations(limit=size, after=after)))
    assert found == crowd.people.organisations()
    assert len(found) == len(READ) + 2
    # Where two read alike, capitals stand first.
    assert [one.name for one in found][:4] == ["anna", "Anna-Lee", "anna lee", "de Souza"]
    names = [one.name for one in found]
    assert names[names.index("Łódź") + 1] == "Oakley"


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_pages_hold_each_person_once_by_login(crowd: Engine, size: int) -> None:
    found = list(every(lambda after: crowd.directory.people(limit=size, after=after)))
    assert found == crowd.people.everybody()
    assert [one.login for one in found] == sorted(PEOPLE)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_pages_hold_each_token_once_in_the_order_of_their_issue(crowd: Engine, size: int) -> None:
    for number in range(7):
        crowd.people.issue_token("ada" if number % 2 else "sam", f"t{number}", ["read"], 30)
    for login, count in ((None, 7), ("ada", 3), ("jo", 0)):
        found = list(every(lambda after, login=login: crowd.directory.tokens(login, limit=size, after=after)))
        assert found == crowd.people.tokens(login)
        assert len(found) == count


def test_no_more_is_read_than_stands_on_a_page(crowd: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    real = store._person
    monkeypatch.setattr(store, "_person", lambda row: read.append(row) or real(row))
    assert len(crowd.directory.people(limit=3).items) == 3
    assert len(read) == 4
    assert crowd.people.without_organisation() == []
    assert len(read) - 4 == len([one for one in PEOPLE.values() if one[1] is None])


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("ONEIL", ["O’Neil", "ONeil", "O'Neill"]),
        ("o'neill", ["O'Neill"]),
        ("lee anna", ["Anna-Lee", "anna lee"]),
        ("edith", ["Édith"]),
        ("nobody", []),
        ("lodz", ["Łódź"]),
        ("%", []),
        ("_", []),
        ("\0", []),
        (" ", None),
    ],
)
def test_organisations_are_found_by_words_of_their_names(crowd: Engine, search: str, names: list[str] | None) -> None:
    found = [one.name for one in crowd.directory.organisations(search=search).items]
    every_name = [one.name for one in crowd.people.organisations()]
    assert sorted(found) == sorted(every_name if names is None else names)


def test_people_are_found_by_words_of_their_names_and_by_their_logins(crowd: Engine) -> None:
    crowd.people.add("s.reed", "Zoë Öst-O'Neil", ["auditor"])
    for search in ("zoe", "OST", "oneil zoë", "s.reed", "reed"):
        assert [one.login for one in crowd.directory.people(search=search).items] == ["s.reed"], search
    assert [one.login for one in crowd.directory.people(search="m").items] == ["max", "sam"]
    crowd.people.change(Person("s.reed", "Other Name", ("auditor",), active=False))
    assert crowd.directory.people(search="zoe").items == ()
    assert [one.login for one in crowd.directory.people(search="other").items] == ["s.reed"]
    assert crowd.directory.people(search="other", only_active=True).items == ()


def test_a_cursor_is_sealed_and_good_for_its_own_list_only(crowd: Engine) -> None:
    people, organisations = crowd.directory.people(limit=2).next, crowd.directory.organisations(limit=2).next
    for ask in (
        lambda: crowd.directory.tokens(after=people),
        lambda: crowd.directory.tokens(after="1"),
        lambda: crowd.directory.people(after=organisations),
        lambda: crowd.directory.organisations(after=people),
        lambda: crowd.directory.people(after="ann"),
        lambda: crowd.directory.organisations(after="\0"),
    ):
        with pytest.raises(BadCursor):
            ask()


def test_one_organisation_is_known_by_its_whole_name(crowd: Engine) -> None:
    assert crowd.directory.organisation("Hilltop").area == "hinckley"
    with pytest.raises(BadPerson, match="There is no organisation hilltop"):
        crowd.directory.organisation("hilltop")
    assert crowd.directory.active_in(["Hilltop", "Elsewhere", "Dean"]) == {"Hilltop": 2, "Elsewhere": 2}


def test_names_of_a_database_that_is_older_are_put_in_order(url: str, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path / "documents")
    for name in READ:
        engine.people.add_organisation(name)
    engine.people.add("zoe", "Zoë Öst", [])
    before = engine.people.organisations()
    migrate(url, command.downgrade, "0014")
    migrate(url, command.upgrade, "head")
    assert engine.people.organisations() == before
    assert [one.login for one in engine.directory.people(search="zoe ost").items] == ["zoe"]
    engine.close()


def test_the_page_of_organisations_is_walked_and_searched(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organisation_pages, "PAGE", 4)
    assert len(re.findall(ROW, visit.get("/organisations").text)) == 4
    assert len(set(followed(visit, "/organisations", ROW))) == len(READ) + 2
    assert len(followed(visit, "/organisations", ROW)) == len(READ) + 2
    assert followed(visit, "/organisations?search=hill", ROW) == ["Hilltop"]
    assert "None is called so." in visit.get("/organisations?search=nowhere").text
    text = visit.get("/organisations?search=hilltop").text
    assert re.search(r"Hilltop</td><td class=\"govuk-table__cell\">2</td>", text)
    for made_up in ("x", "%00", "|²", "a" * 7000):
        assert visit.client.get("/organisations", params={"after": made_up}).status_code == 422


def test_after_an_area_is_kept_its_page_stands_there_again(visit: Visit, crowd: Engine) -> None:
    after = crowd.directory.organisations(limit=2).next
    typed = {"known": "Hilltop", "version": "1", "area": "bosworth", "search": "hill", "after": after}
    led = visit.post("/organisations", typed).headers["location"]
    assert led == f"/organisations?kept=1&search=hill&after={after}"
    assert "The organisation is kept." in visit.get(led).text
    told = visit.post("/organisations", {"known": "Gone", "area": "bosworth"}, 422).text
    assert "There is no organisation Gone" in told
    told = visit.post("/organisations", {"known": "Hilltop", "area": "x" * 61, "version": "2"}, 422).text
    assert re.findall(ROW, told) == ["Hilltop"]
    assert "Show all organisations" in told


def test_the_page_of_people_is_searched(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_pages, "PAGE", 1)
    who = r'href="/people/([a-z]+)"'
    first = visit.post("/people", {"action": "find", "search": "m"}, 200)
    assert re.findall(who, first.text) == ["max"]
    following = re.search(r'name="after" value="([^"]+)"', first.text)
    assert following is not None
    second = visit.post("/people", {"action": "find", "search": "m", "after": following.group(1)}, 200)
    assert re.findall(who, second.text) == ["sam"]
    assert "Next page" not in second.text
    assert "Nobody is called so." in visit.post("/people", {"action": "find", "search": "zz"}, 200).text
    for made_up in ("ann", "%00", "|²"):
        assert visit.client.get("/people", params={"after": made_up}).status_code == 422
        visit.post("/people", {"action": "find", "search": "m", "after": made_up}, 422)

"""Retention on the pages: four lists, decisions with a reason, two people who erase, and the certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web import retention as pages
from engine.web.app import create_site
from tests.integration.site import Visit, settle
from tests.integration.test_retention import BOAT, YARD, at, refused
from tests.steps import done

PEOPLE = {
    "hal": (["yard/hand"], None),
    "kim": (["yard/keeper"], None),
    "lou": (["yard/clerk"], None),
    "ann": (["auditor"], None),
}


@pytest.fixture
def yard(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(datetime(2010, 5, 1, 12, tzinfo=UTC)))
    engine.publish(YARD)
    settle(engine, PEOPLE)
    yield engine
    engine.close()


@pytest.fixture
def visit(yard: Engine) -> dict[str, Visit]:
    site = create_site(yard, throttle=Throttle(1000, 1000))
    return {login: Visit(site, login) for login in PEOPLE}


@pytest.fixture
def number(yard: Engine) -> int:
    """A case that was kept long enough."""
    return ended(yard)


def ended(engine: Engine) -> int:
    """A case that was kept long enough when it ended, years ago."""
    began, left = datetime(2001, 1, 1, 9, tzinfo=UTC), datetime(2001, 2, 1, 9, tzinfo=UTC)
    number = done(engine.open_case("yard", "hand", BOAT | {"built": "1970-02-28"}, at=began)).id
    return done(engine.fire(number, "close", "hand", {"owner": "Ada Fenwick-Hill"}, at=left)).id


def version(visit: Visit, number: int) -> str:
    found = re.search(r'name="version" value="(\d+)"', visit.get(f"/retention/{number}").text)
    assert found is not None
    return found.group(1)


def send(visit: Visit, number: int, what: str, reason: str, status: int = 303, as_of: str = "") -> str:
    sent = {"what": what, "reason": reason, "version": as_of or version(visit, number)}
    return visit.post(f"/retention/{number}", sent, status).text


def test_two_people_erase_on_the_pages_and_a_certificate_remains(
    yard: Engine, number: int, visit: dict[str, Visit]
) -> None:
    kim, lou = visit["kim"], visit["lou"]
    told = kim.get("/").text
    assert "case is due for erasure" in told
    row = kim.get("/retention").text
    assert all(one in row for one in (f'href="/cases/{number}"', "Yard", "Broken up", "1 February 2001", "Nothing yet"))
    assert "Ada" not in row
    page = kim.get(f"/retention/{number}").text
    assert "the day of its end" in page
    assert "Owner" in page.split("What stays")[0].split("takes away")[1]
    assert "Size" in page.split("What stays")[1]
    assert "Give a reason" in send(kim, number, "asked", " ", 422)
    send(kim, number, "asked", "Kept long enough")
    assert "Another person has to confirm it" in kim.get(f"/retention/{number}").text
    assert "Erase for ever" not in kim.get(f"/retention/{number}").text
    assert "Another person has to confirm it" in kim.get(f"/retention/{number}/erase", 409).text
    kim.post(f"/retention/{number}/erase", {"version": version(kim, number)}, 409)
    assert "was asked for by kim" in visit["hal"].get(f"/cases/{number}").text
    assert f'href="/retention/{number}"' in lou.get("/retention?list=asked").text
    asked = lou.get(f"/retention/{number}/erase").text
    assert "for ever" in asked
    assert "Kept long enough" in asked
    said = lou.post(f"/retention/{number}/erase", {"version": version(lou, number)})
    certificate = lou.get(said.headers["location"]).text
    found = yard.certificate(number, "keeper")
    assert f"Certificate of erasure {found.number}" in certificate
    assert (found.asked_by, found.confirmed_by) == ("kim", "lou")
    assert f"/retention/{number}/certificate" in lou.get("/retention?list=erased").text
    assert "Erased, certificate" in visit["hal"].get(f"/cases/{number}").text
    for login in ("hal", "ann", "kim"):
        assert found.number in visit[login].get(f"/retention/{number}/certificate").text
    assert "See the certificate" in kim.get(f"/retention/{number}").text
    kim.post(f"/retention/{number}", {"what": "held", "reason": "Late", "version": "1"}, 409)
    assert yard.verify().findings == ()


def test_two_who_decide_at_once_see_what_the_other_one_decided(
    yard: Engine, number: int, visit: dict[str, Visit]
) -> None:
    kim, lou = visit["kim"], visit["lou"]
    seen = version(lou, number)
    send(kim, number, "held", "A claim was made")
    told = send(lou, number, "asked", "Long enough <b>", 409, seen)
    assert "changed meanwhile" in told
    assert "Long enough &lt;b&gt;" in told
    assert "Held back by kim" in told
    assert version(lou, number) != seen
    assert "Held back from erasure: by kim" in visit["hal"].get(f"/cases/{number}").text
    assert "A claim was made" in lou.get(f"/retention/{number}").text
    send(lou, number, "released", "Settled")
    send(lou, number, "asked", "Long enough")
    old = version(kim, number)
    send(lou, number, "withdrawn", "Not sure")
    send(lou, number, "asked", "Sure")
    assert "changed meanwhile" in kim.post(f"/retention/{number}/erase", {"version": old}, 409).text
    kim.post(f"/retention/{number}/erase", {}, 409)
    assert yard.case(number).data["owner"] == "Ada Fenwick-Hill"


def test_lists_are_empty_or_read_page_by_page(
    yard: Engine, visit: dict[str, Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    kim = visit["kim"]
    for which, none in pages.NONE.items():
        assert none in kim.get(f"/retention?list={which}").text
    monkeypatch.setattr(pages, "PAGE", 2)
    numbers = [ended(yard) for _ in range(5)]
    found, paths = list[int](), ["/retention?list=due"]
    while paths:
        text = kim.get(paths.pop()).text
        found += [int(one) for one in re.findall(r'href="/cases/(\d+)"', text)]
        paths += [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+)" rel="next"', text)]
    assert found == numbers
    kim.get("/retention?list=due&after=nonsense", 422)


def test_only_those_who_see_to_it_are_led_there(yard: Engine, number: int, visit: dict[str, Visit]) -> None:
    for login in ("hal", "ann"):
        assert "/retention" not in visit[login].get("/").text
        for path in ("/retention", f"/retention/{number}", f"/retention/{number}/erase"):
            visit[login].get(path, 404)
        visit[login].post(f"/retention/{number}", {"what": "held", "reason": "Mine", "version": "2"}, 404)
        visit[login].post(f"/retention/{number}/erase", {"version": "2"}, 404)
    kim = visit["kim"]
    assert '<a href="/retention"' in kim.get("/").text
    for path in ("/retention/999", "/retention/999/certificate", f"/retention/{number}/certificate"):
        kim.get(path, 404)
    kim.post(f"/retention/{number}", {"what": "none", "reason": "Mine", "version": "2"}, 404)
    assert kim.client.post(f"/retention/{number}", data={"what": "held", "reason": "x"}).status_code == 403
    assert yard.retained("held", "keeper").items == ()


def test_a_reason_that_was_sent_too_late_is_kept(yard: Engine, number: int, visit: dict[str, Visit]) -> None:
    kim = visit["kim"]
    sent = {"csrf": kim.csrf(), "what": "held", "reason": "A claim of the club", "version": version(kim, number)}
    at(yard, 2010, 5, 4)
    said = kim.client.post(f"/retention/{number}", data=sent)
    assert said.headers["location"].startswith("/sign-in?next=/retention/")
    assert yard.retained("held", "keeper").items == ()


def test_that_the_reason_was_shown_is_written_down(yard: Engine, number: int, visit: dict[str, Visit]) -> None:
    visit["kim"].get(f"/retention/{number}")
    assert ("kim", "retention") in [(one.by, one.what) for one in yard.accesses(number, "keeper")]


def test_a_case_that_goes_on_is_told_to_go_on(yard: Engine, visit: dict[str, Visit]) -> None:
    going = done(yard.open_case("yard", "hand", {"owner": "Ada"})).id
    page = visit["kim"].get(f"/retention/{going}").text
    assert "It goes on." in page
    assert "Only a case that has ended is erased." in page
    assert refused(yard.erase(going, "kim:keeper")).message.startswith("Nobody asked")

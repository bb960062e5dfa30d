"""Confirmations: they say what was done and what comes next, and read no more of a long history than that takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine import Engine
from engine.case.entry import Entry
from engine.service.history.telling import last_done
from engine.web.app import create_site
from engine.web.cases.confirmations import following
from tests.integration.site import PASSWORD, Visit
from tests.integration.test_places import BEDS
from tests.steps import done, in_placement

TURNS = 60


def step(seq: int, *, by_itself: bool = False) -> Entry:
    return Entry(seq, "automatic" if by_itself else "event", "", "", "jo", "1")


@pytest.fixture
def visit(engine: Engine) -> Visit:
    """A nurse, with a patient who was turned many times."""
    engine.publish(BEDS)
    engine.people.add("nina", "Nina", ["nurse"])
    engine.accounts.set_password("nina", PASSWORD)
    case = done(engine.open_case("beds", "nina:nurse")).id
    for _ in range(TURNS):
        done(engine.fire(case, "turn", "nina:nurse"))
    return Visit(create_site(engine), "nina")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, visit: Visit) -> list[str]:
    """The entries that are read from now on."""
    del visit
    found, plain = list[str](), Entry.from_written

    def noting(body: str, values: str | None) -> Entry:
        found.append(body)
        return plain(body, values)

    monkeypatch.setattr(Entry, "from_written", noting)
    return found


def form(engine: Engine, **more: Any) -> dict[str, Any]:
    return {"step": "do", "key": "a-key", "version": engine.case(1).version, **more}


def test_what_was_done_is_the_last_that_did_not_follow_by_itself() -> None:
    steps = [step(5, by_itself=True), step(4, by_itself=True), step(3), step(2)]
    assert last_done(steps) == step(3)
    assert last_done(steps[:2]) == step(5, by_itself=True)
    assert last_done([]) is None


def test_the_page_after_an_event_reads_no_more_than_what_was_done(
    visit: Visit, engine: Engine, read: list[str]
) -> None:
    said = visit.post("/cases/1/do/turn", form(engine))
    page = visit.get(said.headers["location"]).text
    assert "Turn" in page
    assert 0 < len(read) <= 25
    read.clear()
    assert "Turn" in visit.get(f"/cases/1/done/{TURNS // 2}").text
    assert 0 < len(read) <= 25
    visit.get("/cases/1/done/0", 404)
    assert visit.get("/cases/1/done/9000").text.count("Turn") == page.count("Turn")


def test_who_comes_second_is_told_of_the_steps_since_and_nothing_before(
    visit: Visit, engine: Engine, read: list[str]
) -> None:
    old = form(engine, key="another-key")
    done(engine.fire(1, "turn", "ola:nurse"))
    read.clear()
    page = visit.post("/cases/1/do/turn", old, 409).text
    assert ("ola" in page, len(read)) == (True, 1)


def test_what_was_done_is_not_told_to_who_may_not_see_the_case(visit: Visit, engine: Engine) -> None:
    engine.publish(BEDS.replace("process: beds", "process: cots"))
    engine.people.add("cora", "Cora", ["cots/nurse"])
    engine.accounts.set_password("cora", PASSWORD)
    other = Visit(create_site(engine), "cora")
    other.get("/cases/1/done/3", 404)
    visit.get("/cases/1/done/3")


@pytest.mark.parametrize(("dates", "said"), [(3, ""), (4, "and 1 more date"), (5, "and 2 more dates")])
def test_a_confirmation_says_that_there_are_more_dates_than_it_names(engine: Engine, dates: int, said: str) -> None:
    case = in_placement(engine)
    dated = replace(case, tasks=(), timers=tuple(replace(case.timers[0], title=f"Date {n}") for n in range(dates)))
    told = following(dated)
    assert [one.partition(",")[0] for one in told] == ["Date 0", "Date 1", "Date 2", *([said] if said else [])]

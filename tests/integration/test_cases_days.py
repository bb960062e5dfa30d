"""Values that hold from a day on, as they are kept and shown: by the Engine, the API, pages and exports, on both
databases.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.case.refusal import Refusal
from engine.clock import SetClock
from engine.service.cases.corrections import UnknownValue
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.hours import START, TEXT
from tests.integration.callers import Caller
from tests.integration.site import Visit, settle
from tests.steps import done

JO, LOU = "jo:worker", "lou:chief"
PEOPLE = {"jo": (["hours/worker"], None), "lou": (["hours/chief"], None)}
KEY = "from:hours"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def engine(url: str, tmp_path: Path, clock: SetClock) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=clock)
    engine.publish(TEXT)
    settle(engine, PEOPLE)
    yield engine
    engine.close()


@pytest.fixture
def number(engine: Engine) -> int:
    """A case that is full from the beginning, and part from the first of March on."""
    case = done(engine.open_case("hours", JO, {"name": "Ann", "hours": "full"})).id
    done(engine.fire(case, "change", LOU, {"hours": "part", "hours.from": "2024-03-01"}))
    return case


def told(engine: Engine, number: int) -> list[tuple[str, list[str]]]:
    page = engine.history_page(number, JO)
    return [(one.what, [f"{a.title}: {a.said}" for a in one.answers]) for one in page.items]


def test_today_it_is_what_it_was_and_from_the_day_on_another(engine: Engine, number: int, clock: SetClock) -> None:
    case = engine.case(number, JO)
    assert case.data["hours"] == "full"
    assert [(one.timer, one.title) for one in case.timers][-1] == (KEY, "Hours changes")
    [table] = engine.report(number, JO).tables
    assert (table.title, table.titles) == ("Hours by days", ("Hours from", "Hours"))
    assert [[one.text for one in line.cells] for line in table.lines] == [
        ["8 January 2024", "Full"],
        ["1 March 2024", "Part"],
    ]
    # Nobody looked for three weeks: it is written at its day, once.
    clock.set(datetime(2024, 3, 22, 9, tzinfo=UTC))
    assert [engine.run_due(clock.now()).fired, engine.run_due(clock.now()).fired] == [2, 0]
    assert engine.case(number, JO).data["hours"] == "part"
    [entry] = [one for one in engine.history(number) if one.event == KEY]
    assert (entry.at[:13], entry.recorded[:10], entry.data) == ("2024-03-01T00", "2024-03-22", {"hours": "part"})
    assert told(engine, number)[1] == ("Changed", ["Hours: Part", "Hours from: 1 March 2024"])
    assert ("Hours: changed", ["Hours: Part"]) in told(engine, number)
    assert engine.verify().findings == ()


def test_a_step_sees_the_day_that_has_come_before_it(engine: Engine, number: int, clock: SetClock) -> None:
    clock.set(datetime(2024, 3, 1, 9, tzinfo=UTC))
    case = done(engine.fire(number, "change", JO, {"hours": "part", "days": 3}))
    assert [one.event for one in engine.history(number)][2:] == ["going/deadline", KEY, "change"]
    assert [row.values["hours"] for row in case.series["hours_from"]] == ["full", "part"]
    # The clock is set back: what has come has come.
    clock.set(START)
    assert engine.run_due(clock.now()).fired == 0
    assert engine.case(number, JO).data["hours"] == "part"
    assert engine.verify().findings == ()


def test_lists_follow_when_a_day_has_come(engine: Engine, clock: SetClock) -> None:
    case = done(engine.open_case("hours", JO, {"name": "Ann"})).id
    done(engine.fire(case, "change", JO, {"base": "North"}))
    done(engine.fire(case, "change", JO, {"base": "South", "base.from": "2024-02-01"}))

    def at(base: str) -> list[int]:
        found = engine.lists.cases(process="hours", organisation=base, by=JO)
        return [one.id for one in found.items]

    assert (at("North"), at("South")) == ([case], [])
    clock.set(START + timedelta(days=30))
    engine.run_due(clock.now())
    assert (at("North"), at("South")) == ([], [case])


def test_a_wrong_day_is_corrected_by_a_later_entry(engine: Engine, number: int) -> None:
    jo = engine.people.person("jo").actor
    standing = engine.corrections.standing(number, "hours_from.day", jo, 2)
    assert (standing.text, standing.entry, standing.field.title) == ("1 March 2024", 2, "Hours from")
    case = done(engine.correct(number, 2, "hours_from.day", "2024-01-08", "Misread", JO))
    assert (case.data["hours"], [one.timer for one in case.timers]) == ("part", ["going/deadline"])
    assert told(engine, number)[-1] == ("Hours from corrected (entry 2)", ["Hours from: 8 January 2024"])
    with pytest.raises(UnknownValue):
        engine.corrections.standing(number, "hours", jo)
    assert isinstance(engine.correct(number, 2, "hours", "full", "Misread", JO), Refusal)
    assert engine.verify().findings == ()


def test_who_may_not_see_the_value_sees_neither_its_days(engine: Engine, number: int) -> None:
    done(engine.fire(number, "agree", JO, {"consent": "yes", "helper": "Bo Reed", "helper.from": "2024-01-02"}))
    done(engine.fire(number, "agree", JO, {"consent": "no"}))
    for by, seen in ((JO, []), (LOU, ["2024-01-02"])):
        case = engine.case(number, by)
        assert [one.day for one in case.series["helper_from"] if one.day] == seen
        assert ("helper" in case.data) is bool(seen)
        answers = [name for one in engine.history_page(number, by).items for name in (a.field for a in one.answers)]
        assert ("helper_from.day" in answers) is bool(seen)
    assert [one.day for one in engine.case(number, JO).series["helper_from"]] == [None]


def test_it_is_exported_and_erased_with_its_case(engine: Engine, number: int, tmp_path: Path, clock: SetClock) -> None:
    engine.export_subject("Ann", tmp_path / "out", JO)
    case = json.loads((tmp_path / "out" / "export.json").read_text())["cases"][0]
    assert [[one["value"] for one in row["values"]] for row in case["series"][0]["rows"]] == [
        ["8 January 2024", "Full"],
        ["1 March 2024", "Part"],
    ]
    ended = done(engine.fire(number, "close", JO, {}))
    assert (ended.timers, ended.data["hours"]) == ((), "full")
    clock.set(datetime(2026, 1, 1, 9, tzinfo=UTC))
    assert not isinstance(engine.retain(number, "asked", "Kept long enough", JO), Refusal)
    assert engine.standing(number, engine.people.person("lou").actor).goes == ("Name", "Hours", "Hours by days")
    assert not isinstance(engine.erase(number, LOU), Refusal)
    assert (engine.case(number, JO).series, engine.case(number, JO).data) == ({}, {})
    assert engine.verify().findings == ()


def test_programs_say_from_which_day(engine: Engine, number: int) -> None:
    client = TestClient(create_app(engine))
    jo = Caller(client, engine.people.issue_token("jo", "", ["read", "write"], 30)[0])
    sent: dict[str, Any] = {"data": {"days": 3, "days.from": "2024-02-01"}}
    found = jo("POST", f"/cases/{number}/events/change", 200, json=sent)
    assert "days" not in found["data"]
    assert found["series"]["days_from"] == [
        {"entry": 3, "slot": 1, "day": "2024-02-01", "by": "jo", "values": {"days": 3}}
    ]
    wrong = jo("POST", f"/cases/{number}/events/change", 422, json={"data": {"days": 3, "days.from": "soon"}})
    assert wrong["fields"] == {"days_from.day": "Days from must be a day, such as 2024-03-22."}


def test_pages_ask_from_which_day_and_show_the_days(engine: Engine, number: int) -> None:
    jo = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo")
    form = jo.get(f"/cases/{number}/do/change").text
    assert "Hours from (optional)" in form
    assert "Empty, it is the day on which this happens." in form
    filled = {"version": "2", "step": "check", "days": "3", "hours": "part"}
    filled |= {"hours_from.day-day": "1", "hours_from.day-month": "2", "hours_from.day-year": "2024"}
    check = jo.get(jo.post(f"/cases/{number}/do/change", filled).headers["location"]).text
    assert "1 February 2024" in check
    assert check.count("The day on which this happens") == 1
    jo.post(f"/cases/{number}/do/change", filled | {"step": "do", "key": "k1"})
    page = jo.get(f"/cases/{number}").text
    table = page.split(">Hours by days</caption>")[1].split("</table>")[0]
    assert [one in table for one in ("8 January 2024", "1 February 2024", "1 March 2024")] == [True] * 3
    assert f"/cases/{number}/correct/hours_from.day?entry=3" in table
    assert f"/cases/{number}/correct/hours" not in page.split("What is known")[1].split("<table")[0]
    assert "Hours changes" in page
    wrong = jo.post(
        f"/cases/{number}/do/change", filled | {"version": "3", "hours_from.day-month": "13"}, status=422
    ).text
    assert 'href="#hours_from.day-day"' in wrong

"""Rows of cases as they are kept and shown: by the Engine, the API, the pages and in exports, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine import Engine
from engine.api.app import create_app
from engine.case.refusal import Refusal
from engine.clock import SetClock
from engine.service.cases.corrections import UnknownValue
from engine.service.cases.rows import Row, correctable, fields_shown, kept
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.callers import Caller
from tests.integration.site import Visit, settle
from tests.steps import done
from tests.visits import START, TEXT, VISITS
from tests.visits import visit as answers

JO, LOU = "jo:worker", "lou:chief"
PEOPLE = {"jo": (["visits/worker"], None), "lou": (["visits/chief"], None)}


@pytest.fixture
def engine(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(START))
    engine.publish(TEXT.replace("calendar: leicestershire\n", ""))
    settle(engine, PEOPLE)
    yield engine
    engine.close()


@pytest.fixture
def number(engine: Engine) -> int:
    """A case with two visits, of which the later one was written first."""
    case = done(engine.open_case("visits", JO, {"name": "Ann"})).id
    done(engine.fire(case, "change", JO, {"consent": "yes", **answers(30, met="Bo Reed")}))
    done(engine.fire(case, "visited", LOU, answers(90, "office", "2024-01-02")))
    return case


def test_the_rows_of_a_case_are_told_by_their_days(engine: Engine, number: int) -> None:
    case = engine.case(number, JO)
    assert case.series["visit"] == (
        Row(3, 1, "2024-01-02", "lou", {"kind": "office", "minutes": 90, "hours": 1.5}),
        Row(2, 1, "2024-01-08", "jo", {"kind": "home", "minutes": 30, "hours": 0.5, "met": "Bo Reed"}),
    )
    assert "visit" not in case.data
    [table] = engine.report(number, JO).tables
    assert (table.title, table.titles[0]) == ("Visits", "Visited on")
    assert [[cell.text for cell in one.cells][:3] for one in table.lines] == [
        ["2 January 2024", "At the office", "90"],
        ["8 January 2024", "At home", "30"],
    ]
    assert [one.who for one in table.lines] == ["Lou", "Jo"]
    assert engine.verify().findings == ()


def test_what_may_not_be_shown_of_a_row_is_shown_to_nobody_but_who_still_may(engine: Engine, number: int) -> None:
    assert list(fields_shown(engine.case(number, JO).series)).count("visit.met") == 1
    done(engine.fire(number, "change", JO, {"consent": "no"}))
    for by, met in ((JO, False), (LOU, True)):
        told = engine.case(number, by).series["visit"]
        assert any("met" in row.values for row in told) is met
        said = [name for one in engine.history_page(number, by).items for name in (one.field for one in one.answers)]
        assert ("visit.met" in said) is met
    assert ("lou", "case") in [(one.by, one.what) for one in engine.accesses(number)]


def test_a_wrong_value_of_a_row_is_corrected_and_the_next_names_what_stands(engine: Engine, number: int) -> None:
    done(engine.correct(number, 3, "visit.minutes", "60", "Misread", JO))
    case = done(engine.correct(number, 3, "visit.minutes", 120, "Misread again", JO))
    assert [(row.values["minutes"], row.values["hours"]) for row in case.series["visit"]] == [(120, 2.0), (30, 0.5)]
    told = engine.history_page(number, JO).items
    assert [one.what for one in told[-2:]] == [
        "Minutes corrected (entry 3)",
        "Minutes corrected (entry 4)",
    ]
    assert [one.was for one in told[-1].answers] == ["60", "1"]
    standing = engine.corrections.standing(number, "visit.minutes", engine.people.person("jo").actor, 3)
    assert (standing.text, standing.entry) == ("120", 3)
    assert engine.corrections.was_done(number, 3, "visit.minutes", "120", engine.people.person("jo").actor)
    assert not engine.corrections.was_done(number, 2, "visit.minutes", "120", engine.people.person("jo").actor)
    for entry, field in ((3, "visit.hours"), (7, "visit.minutes"), (0, "visit.minutes"), (3, "visit.met")):
        with pytest.raises(UnknownValue):
            engine.corrections.standing(number, field, engine.people.person("jo").actor, entry)
    assert engine.verify().findings == ()


def test_rows_go_with_their_case(engine: Engine, number: int) -> None:
    done(engine.fire(number, "visited", JO, answers()))
    assert done(engine.fire(number, "close", JO, {})).outcome == "Over"
    engine.site.clock.set(datetime(2026, 1, 1, 9, tzinfo=UTC))  # type: ignore[attr-defined]
    assert not isinstance(engine.retain(number, "asked", "Kept long enough", JO), Refusal)
    assert "Visits" in engine.standing(number, engine.people.person("lou").actor).goes
    assert not isinstance(engine.erase(number, LOU), Refusal)
    case = engine.case(number, JO)
    assert (case.series, case.data) == ({}, {})
    assert all(not one.answers or all(a.erased for a in one.answers) for one in engine.history_page(number, JO).items)
    assert engine.verify().findings == ()


def test_an_export_about_a_subject_tells_every_row(engine: Engine, number: int, tmp_path: Path) -> None:
    engine.export_subject("Ann", tmp_path / "out", JO, withhold={f"{number}/field/visit.met": "Of another"})
    told = json.loads((tmp_path / "out" / "export.json").read_text())["cases"][0]["series"]
    assert [one["title"] for one in told] == ["Visits"]
    first, second = told[0]["rows"]
    assert (first["by"], [one["value"] for one in first["values"]]) == (
        "Lou",
        ["2 January 2024", "At the office", "90", "1.5"],
    )
    assert second["values"][-1] == {
        "item": f"{number}/field/visit.met",
        "title": "Who was met",
        "withheld": "Of another",
    }
    assert "Bo Reed" not in (tmp_path / "out" / "export.json").read_text()


def test_rows_are_what_forms_see(engine: Engine, number: int) -> None:
    rows = engine.case(number, JO).series
    assert kept(rows["visit"])[0] == {
        "entry": 3,
        "slot": 1,
        "by": "lou",
        "values": {"day": "2024-01-02", "kind": "office", "minutes": 90, "hours": 1.5},
    }
    assert correctable(VISITS, rows, 3) == {
        "visit.day": "2024-01-02",
        "visit.kind": "office",
        "visit.minutes": 90,
    }


def test_programs_send_and_read_rows(engine: Engine, number: int) -> None:
    client = TestClient(create_app(engine))
    jo = Caller(client, engine.people.issue_token("jo", "", ["read", "write"], 30)[0])
    sent: dict[str, Any] = {"data": {"visit": {"kind": "home", "minutes": 15}}}
    found = jo("POST", f"/cases/{number}/events/visited", 200, json=sent)
    assert found["series"]["visit"][-1] == {
        "entry": 4,
        "slot": 1,
        "day": "2024-01-08",
        "by": "jo",
        "values": {"kind": "home", "minutes": 15, "hours": 0.25},
    }
    wrong = jo("POST", f"/cases/{number}/events/visited", 422, json={"data": {"visit": {"minutes": 0}}})
    assert wrong["fields"] == {
        "visit.kind": "Kind must be filled in.",
        "visit.minutes": "Minutes must be at least 1.",
    }


def test_on_the_pages_a_row_is_asked_for_and_stands_in_a_table(engine: Engine, number: int) -> None:
    jo = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo")
    form = jo.get(f"/cases/{number}/do/visited").text
    assert '<h2 class="govuk-heading-m">Visit</h2>' in form
    assert "Visited on (optional)" in form
    assert "Hours" not in form
    filled = {"version": "3", "step": "check", "visit.kind": "home", "visit.minutes": "45"}
    check = jo.get(jo.post(f"/cases/{number}/do/visited", filled).headers["location"]).text
    assert "The day on which this happens" in check
    assert "At home" in check
    jo.post(f"/cases/{number}/do/visited", filled | {"step": "do", "key": "k1"})
    page = jo.get(f"/cases/{number}").text
    assert ">Visits</caption>" in page
    table = page.split(">Visits</caption>")[1].split("</table>")[0]
    assert table.index("2 January 2024") < table.index("8 January 2024")
    assert (table.count("At home"), table.count("0.75")) == (2, 1)
    assert f"/cases/{number}/correct/visit.minutes?entry=4" in table
    assert "correct/visit.hours" not in table
    asked = jo.get(f"/cases/{number}/correct/visit.minutes?entry=4").text
    assert "45" in asked.split("What is right")[0]
    wrong = jo.post(f"/cases/{number}/do/visited", filled | {"version": "4", "visit.minutes": "x"}, status=422).text
    assert 'href="#visit.minutes"' in wrong


SEVERAL = TEXT.replace('version: "1"', 'version: "2"').replace("form: {visit: required}", "form: {visit: several}")


def test_programs_send_several_rows_and_are_told_that_they_may(engine: Engine) -> None:
    engine.publish(SEVERAL.replace("calendar: leicestershire\n", ""))
    number = done(engine.open_case("visits", JO, {"name": "Ann", "consent": "yes"})).id
    client = TestClient(create_app(engine))
    jo = Caller(client, engine.people.issue_token("jo", "", ["read", "write"], 30)[0])
    told = {one["event"]: one["several"] for one in jo("GET", f"/cases/{number}/events", 200)}
    assert told == {"visited": ["visit"], "change": [], "close": []}
    rows = [{"kind": "home", "minutes": 15}, {"kind": "office", "minutes": 0}]
    wrong = jo("POST", f"/cases/{number}/events/visited", 422, json={"data": {"visit": rows}})
    assert wrong["fields"] == {"visit.2.minutes": "Visit 2: Minutes must be at least 1."}
    rows[1] |= {"minutes": 30, "met": "Bo Reed"}
    found = jo("POST", f"/cases/{number}/events/visited", 200, json={"data": {"visit": rows}})
    assert [(one["slot"], one["values"].get("met")) for one in found["series"]["visit"]] == [(1, None), (2, "Bo Reed")]
    # Who may not see a value of a row may not see that of the second either, and its case erases both.
    done(engine.fire(number, "change", LOU, {"consent": "no"}))
    for by, seen in ((JO, False), (LOU, True)):
        assert ("Bo Reed" in str(engine.report(number, by).history)) is seen

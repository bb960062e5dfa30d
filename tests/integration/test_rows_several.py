"""Several rows of one form: written down late, taken back, exported, erased and covered, each row for itself."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from engine import Engine
from engine.authoring.coverage import Coverage
from engine.authoring.scenarios import load_scenarios, load_to_run, run_scenarios
from engine.case.refusal import Refusal
from engine.clock import SetClock
from engine.web.app import create_site
from tests.integration.site import Visit, settle
from tests.steps import done
from tests.visits import START, TEXT

JO, LOU = "jo:worker", "lou:chief"
SEVERAL = TEXT.replace("calendar: leicestershire\n", "").replace("form: {visit: required}", "form: {visit: several}")
FOUR = [
    {"kind": "home", "minutes": 15, "day": "2024-01-09"},
    {"kind": "office", "minutes": 30, "met": "Bo Reed"},
    {"kind": "home", "minutes": 60, "day": "2024-01-02"},
    {"kind": "home", "minutes": 5, "met": "=Ed"},
]


@pytest.fixture
def engine(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(START))
    engine.publish(SEVERAL)
    settle(engine, {"jo": (["visits/worker"], None), "lou": (["visits/chief"], None)})
    yield engine
    engine.close()


def move(engine: Engine, days: int) -> None:
    engine.site.clock.set(START + timedelta(days=days))  # type: ignore[attr-defined]
    engine.run_due()


def minutes(engine: Engine, number: int) -> list[tuple[int, str, int]]:
    rows = engine.case(number, LOU).series["visit"]
    return [(row.slot, row.day, row.values["minutes"]) for row in rows]


def test_rows_that_are_written_down_late_are_all_of_that_day_and_go_together(engine: Engine) -> None:
    number = done(engine.open_case("visits", JO, {"name": "Ann", "consent": "yes"})).id
    done(engine.fire(number, "visited", JO, {"visit": FOUR[2:3]}))
    move(engine, 9)
    # Two weeks after the last visit, which was on 2 January.
    assert [one.task for one in engine.case(number).tasks] == ["look"]
    late = done(engine.fire(number, "visited", JO, {"visit": [FOUR[0], FOUR[1]]}, at=START + timedelta(days=1)))
    assert late.tasks == ()
    # A day that nobody wrote is that of the step, not the one on which it was typed.
    assert minutes(engine, number) == [(1, "2024-01-02", 60), (1, "2024-01-09", 15), (2, "2024-01-09", 30)]
    assert engine.verify().findings == ()
    # A day after that of the step cannot have been.
    ahead = engine.fire(
        number, "visited", JO, {"visit": [FOUR[0], {**FOUR[1], "day": "2024-01-16"}]}, at=START + timedelta(days=2)
    )
    assert isinstance(ahead, Refusal)
    assert list(ahead.fields) == ["visit.2.day"]


def test_each_row_stands_in_the_sheet_and_in_the_history(engine: Engine) -> None:
    number = done(engine.open_case("visits", JO, {"name": "Ann", "consent": "yes"})).id
    move(engine, 2)
    done(engine.fire(number, "visited", JO, {"visit": FOUR}))
    visit = Visit(create_site(engine), "jo")
    book = openpyxl.load_workbook(io.BytesIO(visit.get("/cases-history.xlsx").content))
    titles, *rows = [[cell.value for cell in row] for row in book["Visits"].iter_rows()]
    at = [titles.index(one) for one in ("Number", "Visited on", "Minutes", "Hours", "Who was met")]
    assert [[row[one] for one in at] for row in rows] == [
        [number, datetime(2024, 1, 2), 60, 1.0, ""],
        [number, datetime(2024, 1, 9), 15, 0.25, ""],
        [number, datetime(2024, 1, 10), 30, 0.5, "Bo Reed"],
        [number, datetime(2024, 1, 10), 5, pytest.approx(5 / 60), "=Ed"],
    ]
    assert all(cell.data_type != "f" for row in book["Visits"].iter_rows() for cell in row)
    text = visit.get("/cases-history.csv").text
    for told in ("15", "30", "60", "Bo Reed", "Visit 4"):
        assert told in text


def test_all_of_them_go_with_their_case_and_stay_away_from_who_may_not_see_them(engine: Engine, tmp_path: Path) -> None:
    number = done(engine.open_case("visits", JO, {"name": "Ann", "consent": "yes"})).id
    move(engine, 2)
    done(engine.fire(number, "visited", JO, {"visit": FOUR}))
    done(engine.fire(number, "change", JO, {"consent": "no"}))
    book = openpyxl.load_workbook(io.BytesIO(Visit(create_site(engine), "jo").get("/cases-history.xlsx").content))
    assert "Bo Reed" not in str([[cell.value for cell in row] for row in book["Visits"].iter_rows()])
    engine.export_subject("Ann", tmp_path / "out", LOU, withhold={f"{number}/field/visit.2.met": "Of another"})
    told = json.loads((tmp_path / "out" / "export.json").read_text())["cases"][0]["series"][0]["rows"]
    assert len(told) == 4
    assert ("Bo Reed" in str(told), "Of another" in str(told), "=Ed" in str(told)) == (False, True, True)
    done(engine.fire(number, "visited", JO, {"visit": [{"kind": "home", "minutes": 7}]}))
    assert done(engine.fire(number, "close", JO, {})).outcome == "Over"
    engine.site.clock.set(datetime(2026, 1, 1, 9, tzinfo=UTC))  # type: ignore[attr-defined]
    assert not isinstance(engine.retain(number, "asked", "Kept long enough", JO), Refusal)
    assert not isinstance(engine.erase(number, LOU), Refusal)
    assert engine.case(number, JO).series == {}
    page = engine.history_page(number, LOU).items
    assert "Bo Reed" not in str(page)
    assert "=Ed" not in str(page)
    assert engine.verify().findings == ()


SCENARIOS = """process: visits.yaml
scenarios:
  - scenario: Two visits at once
    start: {at: 2024-01-08 09:00, by: worker, data: {name: Ann}}
    steps:
      - event: visited
        by: worker
        with: {visit: [{kind: office, minutes: 30}, {kind: home, minutes: 15, day: 2024-01-05}]}
        expect: {series: {visit: [{minutes: 15, day: 2024-01-05}, {minutes: 30}]}}
      - event: visited
        by: worker
        with: {visit: [{kind: home, minutes: 15}, {kind: home}]}
        refused: form
        fields: [visit.2.minutes]
      - event: visited
        by: worker
        with: {visit: [{kind: home, minutes: 15, minits: 3}]}
        refused: form
        fields: [visit.minits]
"""


def test_scenarios_say_them_as_a_list_and_cover_the_way(tmp_path: Path) -> None:
    (tmp_path / "visits.yaml").write_text(SEVERAL)
    (tmp_path / "v.yaml").write_text(SCENARIOS)
    file = load_scenarios(tmp_path / "v.yaml")
    covered = Coverage(file.process)
    [result] = run_scenarios(file)
    covered.add(result)
    result.close()
    assert result.failures == []
    assert "going: visited -> (stays)" in covered.touched["transitions"]
    assert load_to_run(tmp_path / "v.yaml").problems == {}

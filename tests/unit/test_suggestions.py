"""Suggested scenarios: they touch what no scenario touched, pass when they are run, and are the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from engine.authoring import suggestions
from engine.authoring.answers import Answers
from engine.authoring.coverage import Coverage, parts_of
from engine.authoring.scenarios import ScenarioFile, load_to_run, run_scenarios, understood
from engine.authoring.suggestions import Suggested, suggest, written
from engine.case.answers.rows import check_answers
from engine.files import Found
from engine.process.file.loader import load_process
from engine.process.language.expressions import View
from engine.source.problem import Refused
from engine.source.reader import read
from tests.conftest import ROOT
from tests.drawn import load_drawn, processes
from tests.sets import LOANS as SETS
from tests.sets import START, loaded
from tests.stall import STALL
from tests.workshop import CALENDAR_TEXT

LOANS = ROOT / "tests" / "processes" / "equipment-loan.scenarios.yaml"
NEVER = "taken.used: swap -> left"
CALL = "line: call -> taken.called"
GIVEN = "give_back: {title: Give it back, done: Given back, by: [keeper], to: left}"
ALONE = "give_back: {title: Give it back, done: Given back, by: [], to: left}"
WEEK = "    timers: {end: {after: 1 week, send: give_back}}\n    states:\n      used:"


@pytest.fixture(scope="module")
def loans() -> ScenarioFile:
    return load_to_run(LOANS)


def every_way(file: ScenarioFile) -> set[str]:
    return parts_of(file.process)["transitions"]


def touched(file: ScenarioFile, found: Suggested) -> set[str]:
    """What the suggestions touch when they are run, all of which pass."""
    source = read(written(file.source.data["process"], list(found.found)), "s.yaml")
    covered = Coverage(file.process)
    for result in run_scenarios(understood(source, file.found)):
        assert result.passed, result.failures
        covered.add(result)
        result.close()
    return covered.touched["transitions"]


def stall(text: str = STALL) -> ScenarioFile:
    source = read("process: stall.yaml\nscenarios: []\n", "stall.scenarios.yaml")
    loaded = load_process(text, "stall.yaml", lambda _: None)
    return ScenarioFile(source, loaded.process, Found(loaded), {})


def test_all_ways_of_a_process_are_come_to_also_those_that_take_two_cases(loans: ScenarioFile) -> None:
    found = suggest(loans, every_way(loans))
    assert found.left == {}
    assert {way for one in found.found for way in one.ways} == every_way(loans)
    assert touched(loans, found) >= every_way(loans)


def test_who_waits_for_a_place_is_sent_by_another_case_that_gives_one_back() -> None:
    file = stall()
    found = suggest(file, every_way(file))
    assert found.left == {NEVER: "It was refused: Nobody swaps a stall."}
    assert touched(file, found) >= every_way(file) - {NEVER}
    assert suggest(file, every_way(file)) == found
    # What lies behind the offer alone is come to with both cases, too.
    called, came = (one.scenario for one in found.found if "others" in one.scenario)
    assert called["capacity"] == {"stall": 1}
    # What only one open case may have is not said of both.
    assert (called["start"]["data"], called["others"]["holder"]["data"]) == ({"name": "Text"}, {"name": "Text 2"})
    assert called["steps"] == [
        {"case": "holder", "event": "take", "by": "keeper", "expect": {"state": "taken.used"}},
        {"event": "take", "by": "keeper", "expect": {"state": "line"}},
        {"case": "holder", "event": "give_back", "by": "keeper", "expect": {"state": "left", "outcome": "Left"}},
        {"expect": {"state": "taken.called"}},
    ]
    assert came["steps"] == [*called["steps"], {"event": "come", "by": "keeper", "expect": {"state": "taken.used"}}]


def test_a_place_may_come_free_by_itself_when_time_passes() -> None:
    file = stall(STALL.replace(GIVEN, ALONE).replace("    states:\n      used:", WEEK))
    found = suggest(file, {CALL})
    assert found.left == {}
    assert found.found[0].scenario["steps"][-2:] == [
        {"case": "holder", "until": "2024-01-15 09:00", "expect": {"state": "left", "outcome": "Left"}},
        {"expect": {"state": "taken.called"}},
    ]
    assert touched(file, found) >= {CALL}


def test_what_two_cases_do_stands_in_the_order_of_time() -> None:
    by_time = STALL.replace(GIVEN, ALONE.replace("left}", "taken.called}")).replace("    states:\n      used:", WEEK)
    file = stall(by_time.replace("to: taken.used}", "to: left}"))
    steps = suggest(file, {CALL}).found[0].scenario["steps"]
    assert [(one.get("case"), one.get("event") or one.get("until")) for one in steps] == [
        ("holder", "take"),
        (None, "take"),
        ("holder", "2024-01-15 09:00"),
        ("holder", "come"),
        (None, None),
    ]


def test_a_place_that_nobody_gives_back_sends_nobody() -> None:
    file = stall(STALL.replace(GIVEN, GIVEN.replace("left}", "taken.called}")))
    assert suggest(file, {CALL}).left == {CALL: "A place that comes free sends it: that takes a second case (others:)."}


def test_only_what_is_asked_for_is_suggested_with_what_was_seen(loans: ScenarioFile) -> None:
    found = suggest(loans, {"lent.out: fall_due -> lent.late"})
    assert [one.ways for one in found.found] == [("lent.out: fall_due -> lent.late",)]
    scenario = found.found[0].scenario
    assert scenario["scenario"] == "Suggested 1: lent.out: fall_due -> lent.late"
    assert scenario["start"]["expect"] == {"state": "requested"}
    assert scenario["steps"][-1]["expect"] == {"state": "lent.late"}
    assert suggest(loans, set()) == Suggested((), {})


def test_what_is_not_come_to_is_named_with_why(loans: ScenarioFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "MOST_STEPS", 1)
    found = suggest(loans, {"lent.late: charge_fee -> (stays)", "requested: accept -> lent.out"})
    assert found.left["lent.late: charge_fee -> (stays)"] == "No case was brought to Late."
    monkeypatch.undo()


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(processes())
def test_of_what_was_drawn_every_suggestion_passes(text: str) -> None:
    try:
        loaded = load_drawn(text)
    except Refused:
        return
    source = read("process: drawn.yaml\nscenarios: []\n", "drawn.scenarios.yaml")
    file = ScenarioFile(source, loaded.process, Found(loaded, calendar_text=CALENDAR_TEXT), {})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(suggestions, "MOST_STEPS", 250)
        found = suggest(file, every_way(file))
    assert found.found
    assert touched(file, found) >= {way for one in found.found for way in one.ways}
    assert {way for one in found.found for way in one.ways} | found.left.keys() == every_way(file)


def test_they_are_kept_as_a_file_of_scenarios(loans: ScenarioFile, tmp_path: Path) -> None:
    found = suggest(loans, {"requested: refuse -> refused"})
    (tmp_path / "more.yaml").write_text(written(str(LOANS.parent / "equipment-loan.yaml"), list(found.found)))
    kept = load_to_run(tmp_path / "more.yaml")
    assert [one["scenario"] for one in kept.scenarios] == ["Suggested 1: requested: refuse -> refused"]
    assert kept.problems == {}


TALLY = """
series:
  tally:
    title: Tallies
    fields:
      one: {title: One, type: integer, min: 1, max: 300}
      two: {title: Two, type: integer, min: 1, max: 300}
      both: {title: Both, type: integer, min: 70, max: 310, value: one + two}
"""


def test_figures_are_tried_of_which_not_too_much_comes_together() -> None:
    process = loaded(
        SETS.replace("tasks:", TALLY.lstrip() + "tasks:", 1).replace(
            "{title: Lose, to: lost}", "{title: Lose, form: {tally: required}, to: lost}"
        )
    )
    form = process.event("shelf", "lose").form  # type: ignore[union-attr]
    view = View({}, "shelf", (), {}, START)
    tried = list(Answers(process).of(form, view))
    sums = [one["tally.one"] + one["tally.two"] for one in tried]
    assert sums[0] == 300
    faults = [check_answers(process, form, one, view)[1] for one in tried]
    assert [wrong for wrong in faults if wrong] == [{"tally.day": "Day must not be after today."}]

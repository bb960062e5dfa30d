"""Days of dated fields in forms: what is kept of an answer, what holds today, and what is corrected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.answers.asked import asked_in
from engine.case.answers.days import as_rows, by_days, current
from engine.case.answers.rows import check_answers
from engine.case.command import Correct, Fire
from engine.case.refusal import Refusal
from engine.case.step.decide import Decision
from engine.process.language.expressions import View
from tests.hours import HOURS, START, TEXT, WORKER, after, begun, decided, loaded

TODAY = "2024-01-08"


def row(day: str, value: Any, entry: int = 1, slot: int = 1) -> dict[str, Any]:
    values = {"day": day, "hours": value} if value is not None else {"day": day}
    return {"entry": entry, "slot": slot, "by": "jo", "values": values}


DAY, VALUE, FROM = "hours_from.day", "hours_from.hours", "hours.from"
NO_DAY = "Hours from must be a day, such as 2024-03-22."
FULL = {"hours": "full", "hours_from": [row("2024-01-01", "full")]}


def checked(answers: dict[str, Any], data: dict[str, Any], event: str = "change") -> tuple[Any, Any]:
    form = HOURS.states["going"].events[event].form
    return check_answers(HOURS, form, answers, View(data, "going", [], {}, START, START))


def test_the_form_of_an_event_asks_from_which_day_and_that_which_begins_a_case_does_not() -> None:
    assert HOURS.states["going"].events["whole"].form == {"hours": True, "hours_from.day": False}
    assert list(HOURS.opening.form) == ["name", "hours"]
    assert as_rows(HOURS, {"hours.from": 1, "name.from": 2}) == {"hours_from.day": 1, "name.from": 2}


@pytest.mark.parametrize(
    ("answers", "data", "kept"),
    [
        # From today on, where nothing else is said.
        ({"hours": "Part"}, FULL, {"hours": "part", DAY: TODAY, VALUE: "part"}),
        (
            {"hours": "part", FROM: ""},
            {},
            {"hours": "part", DAY: TODAY, VALUE: "part"},
        ),
        # From a later day on: today it is what it was.
        (
            {"hours": "part", FROM: "2024-03-01"},
            FULL,
            {DAY: "2024-03-01", VALUE: "part"},
        ),
        # Of an earlier day: another one holds today already.
        (
            {"hours": "part", FROM: "2023-12-01"},
            FULL,
            {DAY: "2023-12-01", VALUE: "part"},
        ),
        (
            {"hours": "part", DAY: "2024-01-01"},
            FULL,
            {"hours": "part", DAY: "2024-01-01", VALUE: "part"},
        ),
        # What holds on that day already is told, and not written once more.
        ({"hours": "full"}, FULL, {"hours": "full"}),
        ({"hours": "full", FROM: "2024-03-01"}, FULL, {"hours": "full"}),
        ({"hours": ""}, FULL, {"hours": None, DAY: TODAY, VALUE: None}),
        ({"hours": ""}, {}, {"hours": None}),
        ({}, FULL, {}),
        # What stood there before the field was dated always did.
        ({"hours": "full"}, {"hours": "full"}, {"hours": "full"}),
        (
            {"hours": "part", FROM: "2024-03-01"},
            {"hours": "full"},
            {DAY: "2024-03-01", VALUE: "part"},
        ),
    ],
)
def test_an_answer_holds_from_its_day_on(answers: dict[str, Any], data: dict[str, Any], kept: dict[str, Any]) -> None:
    assert checked(answers, data) == (kept, {})


@pytest.mark.parametrize(
    ("answers", "event", "faults"),
    [
        ({"hours": "none"}, "change", {"hours": "Hours must be one of: Full, Part."}),
        (
            {"hours": "part", FROM: "soon"},
            "change",
            {DAY: NO_DAY},
        ),
        ({FROM: "2024-03-01"}, "change", {"hours": "Hours must be filled in."}),
        ({FROM: "2024-03-01"}, "whole", {"hours": "Hours must be filled in."}),
        ({"days": 9, "days.from": "2024-03-01"}, "change", {"days": "Days must be at most 5."}),
        ({"consent": "no", "helper": "Bo"}, "agree", {"helper": "Helper cannot be given yet: it depends on Consent."}),
        (
            {FROM: "2024-03-01", "consent": "no"},
            "agree",
            {DAY: "This form does not ask for this."},
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_field(answers: dict[str, Any], event: str, faults: dict[str, str]) -> None:
    _, found = checked(answers, FULL, event)
    if "helper" in faults:
        found.pop("helper_from.day", None)
    assert found == faults


def test_what_is_set_holds_from_the_day_of_the_step_on_beside_what_the_form_says_of_a_later_day() -> None:
    said = {"hours_from.day": "2024-03-01", "hours_from.hours": "full"}
    assert by_days(HOURS, FULL | said, {"hours": "part"}, {}, TODAY) == {
        "hours": "part",
        "hours_from.2.day": TODAY,
        "hours_from.2.hours": "part",
    }
    case = after(begun(hours="full"), "halve", {}, START + timedelta(days=2))
    assert case.data["hours"] == "part"
    assert [one["values"]["day"] for one in case.data["hours_from"]] == ["2024-01-08", "2024-01-10"]


def test_a_step_tells_the_value_and_its_day_once_and_what_was_set_apart() -> None:
    def told(case: Any, name: str, data: dict[str, Any]) -> list[tuple[str, bool]]:
        found = decided(case, Fire(name, WORKER, START, data))
        assert isinstance(found, Decision)
        return [(one.field, one.computed) for one in asked_in(HOURS, found.entries[0])]

    case = begun(hours="full")
    rows = ["hours_from.hours", "hours_from.day"]
    for day in ("2024-01-01", "2024-01-08", "2024-04-01"):
        assert told(case, "change", {"hours": "part", "hours.from": day}) == [(one, False) for one in rows]
    assert told(case, "change", {"hours": "full"}) == [("hours", False)]
    assert sorted(told(case, "halve", {})) == [(one, True) for one in sorted(rows)]


def correct(case: Any, entry: int, name: str, value: Any) -> Any:
    return decided(case, Correct(entry, name, value, "Misread", WORKER, START))


def test_a_wrong_day_or_value_is_corrected_in_its_row_and_what_holds_today_follows() -> None:
    case = after(begun(hours="full"), "change", {"hours": "part", "hours.from": "2024-03-01"})
    found = correct(case, 2, "hours_from.day", "2024-01-02")
    assert isinstance(found, Decision)
    # Of the two, the one of the later day holds.
    assert (found.snapshot.data["hours"], "from:hours" in found.snapshot.timers) == ("full", False)
    found = correct(case, 2, "hours_from.day", TODAY)
    assert found.snapshot.data["hours"] == "part"
    assert found.entries[0].data == {"hours_from.day": TODAY, "hours": "part"}
    found = correct(found.snapshot, 2, "hours_from.hours", "full")
    assert found.snapshot.data["hours"] == "full"
    assert found.entries[0].note["corrects"] == 2
    found = correct(case, 1, "hours_from.day", "2024-02-01")
    assert "hours" not in found.snapshot.data
    assert found.snapshot.timers["from:hours"][0].startswith("2024-02-01")
    refused = correct(case, 1, "hours", "part")
    assert isinstance(refused, Refusal)
    assert refused.fields == {"field": "Hours holds from a day on: correct it where it stands in Hours by days."}
    assert current(HOURS, case.data, {"hours_from.hours": "part"}, TODAY, 1) == {"hours": "part"}
    assert current(HOURS, case.data, {"hours_from.hours": "part"}, TODAY, 2) == {}


_DAYS = [f"2024-0{month}-0{day}" for month in (1, 2) for day in range(1, 10)]


@given(st.lists(st.tuples(st.sampled_from(_DAYS), st.sampled_from(["full", "part", None])), max_size=8))
@settings(max_examples=60, deadline=None)
def test_today_holds_the_last_written_of_the_latest_day_that_has_come(written: list[tuple[str, Any]]) -> None:
    case = begun()
    for day, value in written:
        case = after(case, "change", {"hours": value or "", "hours.from": day})
    # By the rows alone, written as they came: the one of the latest day, of one day the last.
    held: dict[str, Any] = {}
    for one in case.data.get("hours_from", []):
        held[one["values"]["day"]] = one["values"].get("hours")
    come = [day for day in sorted(held) if day <= TODAY]
    assert case.data.get("hours") == (held[come[-1]] if come else None)
    # And what was said last of a day is what holds on it.
    if written and written[-1][1] is not None:
        day, value = written[-1]
        assert held[max(one for one in held if one <= day)] == value


def test_a_process_without_dated_fields_writes_what_it_wrote() -> None:
    plain = loaded(TEXT.replace(", dated: true", "").replace("on(hours, asked_on)", "hours"))
    case = after(begun(plain, hours="full"), "change", {"hours": "part"}, process=plain)
    assert case.data == {"name": "Ann", "hours": "part"}

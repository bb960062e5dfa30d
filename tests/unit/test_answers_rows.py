"""Rows in forms: what is asked, kept, worked out, refused and corrected; by the decisions that they lead to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.case.answers.rows import check_answers, of_row, row_of, spread
from engine.case.command import Correct, Fire
from engine.case.entry import Entry
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import apply
from engine.case.step.decide import Decision
from engine.process.language.expressions import View
from tests.visits import START, TEXT, VISITS, WORKER, after, begun, loaded, step, visit


def checked(event: str, given: dict[str, Any], **data: Any) -> tuple[dict[str, Any], dict[str, str]]:
    form = VISITS.states["going"].events[event].form
    return check_answers(VISITS, form, given, View(data, "going", [], {}, START, START))


def test_a_row_is_asked_for_field_by_field() -> None:
    assert VISITS.states["going"].events["visited"].form == {
        "visit.day": True,
        "visit.kind": True,
        "visit.minutes": True,
        "visit.met": False,
        "visit.until": False,
    }
    assert set(VISITS.states["going"].events["change"].form.values()) == {False}


def test_a_row_can_be_given_as_programs_have_it() -> None:
    assert spread(VISITS, {"name": "x", "visit": {"day": "d"}}) == {"name": "x", "visit.day": "d"}
    assert spread(VISITS, {"visit": [{"day": "a"}, {"day": "b"}]}) == {"visit.day": "a", "visit.2.day": "b"}
    assert spread(VISITS, {"visit": "no row", "name": {"day": "d"}}) == {"visit": "no row", "name": {"day": "d"}}


@pytest.mark.parametrize("given", [visit(45, day=""), {"visit.kind": "At home", "visit.minutes": "45"}])
def test_the_day_is_today_unless_it_is_said_and_the_rest_is_worked_out(given: dict[str, Any]) -> None:
    assert checked("visited", given) == (
        {"visit.day": "2024-01-08", "visit.kind": "home", "visit.minutes": 45, "visit.hours": 0.75},
        {},
    )


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({}, {"visit.kind": "Kind must be filled in.", "visit.minutes": "Minutes must be filled in."}),
        (visit(700), {"visit.minutes": "Minutes must be at most 600."}),
        (visit(day="2024-01-09"), {"visit.day": "Visited on must not be after today."}),
        (visit(until="2024-01-07"), {"visit.until": "Until must not be before Visited on."}),
        (visit(3, until="2024-01-09"), {"visit.until": "Say no day for a short visit."}),
        (visit(met="Me"), {"visit.met": "Who was met cannot be given yet: it depends on Consent."}),
        (visit(hours=2), {"visit.hours": "This form does not ask for this."}),
        (visit(odd=2), {"visit.odd": "This form does not ask for this."}),
        (visit() | {"visit.2.kind": "home"}, {"visit.2.kind": "This form does not ask for this."}),
        (visit() | {"name": "Bo"}, {"name": "This form does not ask for this."}),
        (
            {"visit": "home"},
            {"visit": "This form does not ask for this."} | dict.fromkeys(["visit.kind", "visit.minutes"]),
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_said_at_its_field(given: dict[str, Any], faults: dict[str, Any]) -> None:
    found = checked("visited", given)[1]
    assert found.keys() == faults.keys()
    assert all(found[name] == said for name, said in faults.items() if said)


def test_a_row_that_need_not_be_is_written_once_anything_of_it_is_said() -> None:
    assert checked("change", {"consent": True, "visit": {"kind": "", "day": " "}}) == ({"consent": True}, {})
    assert checked("change", {"score": {"total": 3}}) == ({"score.total": 3.0, "score.day": "2024-01-08"}, {})
    assert checked("change", {"score.day": "2024-01-02"})[1] == {"score.total": "Total must be filled in."}


def test_consent_and_what_hangs_on_it_may_be_given_together() -> None:
    values, faults = checked("change", {"consent": "yes", **visit(met="Me")})
    assert (values["visit.met"], faults) == ("Me", {})


def test_a_row_sees_its_own_fields_among_those_of_the_case() -> None:
    row = of_row(VISITS, "visit")
    assert {"name", "consent", "day", "kind", "hours"} < row.fields.keys()
    assert not any("." in name for name in row.fields)


def test_rows_are_kept_in_the_entry_and_the_case() -> None:
    found = step(begun(), Fire("visited", WORKER, START, visit(45)))
    assert isinstance(found, Decision)
    assert found.entries[0].data == {
        "visit.day": "2024-01-08",
        "visit.kind": "home",
        "visit.minutes": 45,
        "visit.hours": 0.75,
    }
    kept = {"day": "2024-01-08", "kind": "home", "minutes": 45, "hours": 0.75}
    assert found.snapshot.data["visit"] == [{"entry": 2, "slot": 1, "by": "jo", "values": kept}]
    assert found.snapshot.timers["going/again"][0] == "2024-01-22T00:00:00.000000Z"


def test_a_case_without_rows_is_written_as_before() -> None:
    plain = loaded(TEXT.replace("form: {visit: required}", "form: {}"))
    assert begun(plain).as_json() == begun().as_json()
    assert '"data":{"name":"Ann"}' in begun().as_json()


def test_expressions_ask_of_the_row_that_this_very_form_writes() -> None:
    case = after(begun(), ("visited", visit(30, "office")))
    refused = step(case, Fire("close", WORKER, START, {}))
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.message) == (Code.REQUIREMENT, "Visit twice first, at last at home.")
    case = after(case, ("visited", visit(30, "home")), ("close", {}))
    assert (case.state, case.data["last_kind"]) == ("over", "home")


def test_a_rule_over_rows_refuses_the_row_that_would_break_it() -> None:
    case = after(begun(), ("visited", visit(600)))
    refused = step(case, Fire("visited", WORKER, START, visit(600)))
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.message) == (Code.RULE, "That is too much for one.")


def test_a_step_that_is_dated_back_has_no_row_of_a_later_day() -> None:
    now = START + timedelta(days=3)
    refused = step(begun(), Fire("visited", WORKER, START, visit(day="2024-01-10")), now=now)
    assert isinstance(refused, Refusal)
    assert refused.fields == {"visit.day": "Visited on must not be after today."}


def corrected(entry: int, field: str, value: Any, steps: int = 2) -> Decision | Refusal:
    case = after(begun(), *[("visited", visit(30 + number)) for number in range(steps)])
    return step(case, Correct(entry, field, value, "Misread.", WORKER, START))


def test_a_wrong_value_of_a_row_is_made_right_by_a_later_entry_that_names_it() -> None:
    found = corrected(2, "visit.minutes", "60")
    assert isinstance(found, Decision)
    (entry,) = found.entries
    # What is worked out from it follows.
    assert entry.data == {"visit.minutes": 60, "visit.hours": 1.0}
    assert entry.note == {"corrects": 2, "reason": "Misread."}
    first, second = found.snapshot.data["visit"]
    assert (first["values"]["minutes"], first["values"]["hours"], second["values"]["minutes"]) == (60, 1.0, 31)
    again = step(found.snapshot, Correct(2, "visit.minutes", 90, "Misread.", WORKER, START))
    assert isinstance(again, Decision)
    # It stands beside what the value came with, and beside the row.
    assert again.entries[0].note == {"corrects": 4, "row": 2, "reason": "Misread."}
    assert again.snapshot.data["visit"][0]["values"]["minutes"] == 90


@pytest.mark.parametrize(
    ("entry", "field", "value", "fields"),
    [
        (2, "visit.minutes", 30, {"visit.minutes": "Minutes says this already."}),
        (2, "visit.minutes", "", {"visit.minutes": "Minutes must be filled in."}),
        (2, "visit.day", "2024-01-09", {"visit.day": "Visited on must not be after today."}),
        (2, "visit.hours", 3, {"field": "Hours is worked out from the others: correct one of those."}),
        (7, "visit.minutes", 3, {"entry": "No row with Minutes came with entry 7."}),
        (2, "score.total", 3, {"entry": "No row with Total came with entry 2."}),
        (2, "visit.2.minutes", 3, {"entry": "No row with Minutes came with entry 2."}),
        (2, "visit.x.minutes", 3, {"field": "There is no field visit.x.minutes in this process."}),
    ],
)
def test_what_cannot_be_corrected_so_is_refused(entry: int, field: str, value: Any, fields: dict[str, str]) -> None:
    refused = corrected(entry, field, value)
    assert isinstance(refused, Refusal)
    assert refused.fields == fields


def test_the_timer_of_a_row_follows_its_correction() -> None:
    found = corrected(2, "visit.day", "2024-01-01", steps=1)
    assert isinstance(found, Decision)
    assert found.snapshot.timers["going/again"][0] == "2024-01-15T00:00:00.000000Z"


def test_a_row_is_found_by_its_entry() -> None:
    case = after(begun(), ("visited", visit(30)), ("visited", visit(31)))
    row = row_of(case.data, 3, "visit.minutes")
    assert row is not None
    assert row["values"]["minutes"] == 31
    assert row_of(case.data, 3, "visit.2.minutes") is None
    assert row_of(case.data, 3, "name") is None


def test_the_history_alone_gives_the_rows_again() -> None:
    case = known = begun()
    commands = [
        Fire("visited", WORKER, START, visit(30)),
        Fire("change", WORKER, START, {"consent": True, **visit(31, met="Me"), "score": {"total": 2}}),
        Correct(3, "visit.met", "You", "Misheard.", WORKER, START),
    ]
    for command in commands:
        found = step(case, command)
        assert isinstance(found, Decision), found
        case = found.snapshot
        for entry in found.entries:
            known = apply(known, Entry.from_written(*entry.written(iter(map(str, range(100))))))
    assert known.as_json() == case.as_json()
    assert [row["values"].get("met") for row in case.data["visit"]] == [None, "You"]
    assert [row["values"] for row in case.data["score"]] == [{"day": "2024-01-08", "total": 2.0}]
